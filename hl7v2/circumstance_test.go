package hl7v2

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// typedAgain imports messages, leaves out what is carried, and writes them again.
func typedAgain(t testing.TB, in []byte) (*record.Record, string) {
	t.Helper()
	rec := recordOf(t, in)
	var out bytes.Buffer
	o := exportTime
	o.TypedOnly = true
	_, err := Exporter{}.Export(context.Background(), rec.Typed(), &out, o)
	require.NoError(t, err)
	return rec, out.String()
}

// A code of sex is one coding, of HL7 v3 as the map has it, and keeps the name of its system: it goes back as it came.
func TestSexKeepsItsSystem(t *testing.T) {
	for _, sent := range []string{"F", "F^Female^HL70001", "M^^HL70001", "F^Female^HL70001^W^Weiblich^99LOC", "F^Female", "X", "U"} {
		in := segmentsOf(`MSH|^~\&|A|B|C|D|20260301100000||ADT^A31^ADT_A05|X1|P|2.7`, "EVN|A31|20260301100000", "PID|1||77^^^B^MR||Doe^Ann||19700101|"+sent)
		rec, out := typedAgain(t, in)
		require.Equal(t, string(in), out, sent)
		c := rec.Patient.AdministrativeSex
		require.Len(t, c.Codings, 1+strings.Count(sent, "99LOC"), sent)
		if sent[0] == 'F' || sent[0] == 'M' {
			require.Equal(t, record.SystemAdministrativeSex, c.Codings[0].System, sent)
		}
		if strings.Contains(sent, "HL70001") {
			require.Equal(t, "HL70001", c.Codings[0].SystemAsSent, sent)
		}
	}
}

// Accident, restrictions, disability and death are typed, and stand in their segments again.
func TestCircumstances(t *testing.T) {
	in := segmentsOf(`MSH|^~\&|A|B|C|D|20260301100000||ADT^A03^ADT_A03|X1|P|2.7`, "EVN|A03|20260301100000",
		"PID|1||77^^^B^MR||Doe^Ann|Roe^Mary Ann^B|19700101|F||||||||M",
		"PD1|S|A|||||||||02|Y|20250101|First Church||A|20250102|20250103",
		"ARV|1|A^Add^HL70206|DEM|PAT|only the clinic|20260101^20270101",
		"PV1|1|I|W&2.999.1&ISO^12^B||||||||||||||||V1^^^B^VN|C1^20250101",
		"PV2||||||||20260228|20260305|||||||||||||Y||||||||||||||||A",
		"ARV|1|A|LOC||nobody",
		"DB1|1|PT|77^^^B^MR|Y|20260101|20260401|20260402|20260103",
		"ACC|20260227|T|Route 5|OR|N|N|12^Sosa^Eva|fell off a bicycle|ambulance|Y|^^Salem^OR|10|A1^B",
		"PDA|I46.9^^I10|W^12|Y|20260301|12^Sosa^Eva|N|20260302^20260303|13^Hale^Jo|N")
	rec, out := typedAgain(t, in)
	require.Equal(t, strings.Split(string(in), "\r"), strings.Split(out, "\r"))
	p, v := rec.Patient, rec.Encounters[0]
	require.Equal(t, "DEM", p.Restrictions[0].Value.Codings[0].Code)
	require.Equal(t, "LOC", v.Restrictions[0].Value.Codings[0].Code)
	require.Equal(t, "fell off a bicycle", v.Accident.Description)
	require.False(t, *v.Accident.Fatal)
	require.True(t, *v.Protected)
	require.True(t, *p.Registry.Protected)
	require.True(t, *p.Disabilities[0].Disabled)
	require.Equal(t, "I46.9", p.Death.Causes[0].Codings[0].Code)
	require.False(t, *p.Death.Autopsy)
}
