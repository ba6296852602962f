package hl7v2

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// numberedFields writes a segment of fields by their numbers, as "19=V7".
func numberedFields(name string, fields ...string) string {
	all := []string{name}
	for _, f := range fields {
		n, v, _ := strings.Cut(f, "=")
		at, _, _ := number(n)
		for len(all) <= at {
			all = append(all, "")
		}
		all[at] = v
	}
	return strings.Join(all, "|")
}

// What HL7's sheets do not map but the record has a place for is typed, and goes back to its fields: guarantors and their employers, numbers of public
// insurance, whom to reach, what a payer authorized, which profiles a message follows.
func TestPayersBothWays(t *testing.T) {
	f := numberedFields
	somebodyElse := f("PID", "1=1", "3=77^^^B^MR", "5=Doe^Ann", "7=19700101", "8=F", "18=ACC9^^^B")
	in1 := f("IN1", "1=1", "2=MCR", "3=55", "4=Payer")
	msh := `MSH|^~\&|A|B|C|D|20260301100000||`
	for name, segs := range map[string][]string{
		"guarantor":               {f("GT1", "1=1", "2=G1^^^B", "3=Doe^Bob", "11=SPO", "19=E7^^^MILL", "51=MILL^^^^^^^^^M1")},
		"employer like a person":  {f("GT1", "1=1", "3=Doe^Bob"), f("GT1", "1=2", "3=Roe^Rae", "16=Mill", "17=1 Mill Rd", "29=M1^^^MILLS")},
		"public insurance":        {in1, f("IN2", "2=111", "6=MC1", "8=MA1", "10=MI1", "61=M7")},
		"employer of the insured": {in1, f("IN2", "49=Roe^Rae", "50=^^^^^613^5550100", "70=MILL^^^^^^^^^M1", "72=SPO")},
	} {
		t.Run(name, func(t *testing.T) {
			in := segmentsOf(append([]string{msh + "ADT^A31^ADT_A05|X1|P|2.5.1", "EVN|A31|20260301100000", somebodyElse}, segs...)...)
			rec, out := typedAgain(t, in)
			require.Equal(t, string(in), out)
			if len(rec.RelatedPersons) > 0 {
				require.Len(t, rec.Accounts[0].Guarantors, len(rec.RelatedPersons))
			}
		})
	}
	in := segmentsOf(f(msh+"REF^I12^REF_I12|X1|P|2.8", "9=PH^^1.2.3^ISO~^^urn:x:y^URI"),
		f("RF1", "1=A", "3=MED", "6=F1^B", "7=20260301", "14=10", "19=MILL^^^^^B^XX^^^M1", "20=9^Roe^Rae", "24=see letter"),
		f("AUT", "1=MCR", "3=Payer", "4=20260301", "5=20270301", "6=Z9^PAY"), f("PRD", "1=RP", "2=Hale^Mona", "7=N1^NPI"),
		f("CTD", "1=PR", "2=Fay^Kim", "3=1 Main St", "5=^PRN^PH^^^613^5550100", "7=K1^NPI"), somebodyElse)
	rec, out := typedAgain(t, in)
	require.Contains(t, out, "|^^1.2.3^ISO~^^urn:x:y^URI\r")
	for _, s := range []string{"AUT|MCR||Payer|20260301|20270301|Z9^PAY", "CTD|PR|Fay^Kim|1 Main St||^PRN^PH^^^613^5550100||K1^NPI\r", "|MILL^^^^^B^XX^^^M1|9^Roe^Rae||||see letter\r"} {
		require.Contains(t, out, s)
	}
	require.Len(t, rec.Orders, 1)
	require.Len(t, rec.Orders[0].Participants, 4)
	require.Equal(t, rec.Coverages[0].ID, rec.Orders[0].Insurance[0].ID)
	require.Equal(t, rec.Orders[0].ID, rec.Coverages[0].Authorizations[0].Services[0].ID)
	require.Equal(t, []string{"urn:oid:1.2.3", "urn:x:y"}, rec.Provenances[0].Policies)
}
