package hl7v2

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

const header = `MSH|^~\&|EMR|NORTH CLINIC|HUB|REGISTRY|20240305101500-0500||`

// message joins segments under a header of an event.
func messageOf(event string, segments ...string) string {
	return header + event + "|M1|P|2.5.1\r" + strings.Join(segments, "\r") + "\r"
}

const somebody = `PID|1||7001^^^NORTH&2.999.1.2&ISO^MR||Okonkwo^Amara^Lee^Jr^Dr^^L||19790412|F`

// rxa writes an RXA of a vaccine with refusal, completion and action.
func rxa(vaccine, amount, refusal, completion, action string) string {
	return "RXA|0|1|20240305||" + vaccine + "|" + amount + strings.Repeat("|", 12) + refusal + "||" + completion + "|" + action
}

// pv1 writes a PV1 of visit V9 with admission and discharge.
func pv1(discharge string) string {
	return "PV1|1|I|4W^12^A" + strings.Repeat("|", 16) + "V9^^^NORTH&2.999.1.2&ISO" + strings.Repeat("|", 25) + "20240305|" + discharge
}

// alone imports a message of one patient.
func alone(t *testing.T, event string, segments ...string) *Imported {
	t.Helper()
	all := imported(t, []byte(messageOf(event, segments...)))
	require.Len(t, all, 1)
	require.Zero(t, all[0].Report.Counts.Unaccounted())
	for _, i := range record.Validate(all[0].Record) {
		require.NotEqual(t, record.SeverityError, i.Severity, "%s: %s", i.Path, i.Message)
	}
	return all[0]
}

func TestPatient(t *testing.T) {
	x := alone(t, "ADT^A08^ADT_A01", `PID|1||7001^^^NORTH&2.999.1.2&ISO^MR~55^^^LOCAL^PI||Okonkwo^Amara^Lee^Jr^Dr^MD^L~Ada^^^^^^M||19790412|F||2106-3^White^CDCREC|1 Hill Rd^Flat 2^Northtown^ON^K1A^CAN^H||^PRN^PH^^1^613^5550100^12|(613)555-0111^WPN^PH||S||A-1|||||""|N`)
	p := x.Record.Patient
	require.Equal(t, record.Identifier{System: "urn:oid:2.999.1.2", Assigner: "NORTH", Value: "7001", Type: typed(&record.Identifier{Value: "x"}, "MR").Type}, p.Identifiers[0])
	require.Equal(t, "LOCAL", p.Identifiers[1].SystemAsSent)
	require.Equal(t, "Dr Amara Lee Okonkwo Jr MD", p.Names[0].String())
	require.Equal(t, []string{"official"}, p.Names[0].Uses)
	require.Equal(t, []string{"maiden"}, p.Names[1].Uses)
	require.Equal(t, "1979-04-12", p.BirthTime.Value)
	require.Equal(t, "F", p.AdministrativeSex.Code(record.SystemAdministrativeSex))
	require.Equal(t, []string{"1 Hill Rd", "Flat 2"}, p.Addresses[0].Lines)
	require.Equal(t, "+1 (613) 5550100 ext. 12", p.Telecoms[0].Value)
	require.Equal(t, []string{"work"}, p.Telecoms[1].Uses)
	require.Equal(t, "A-1", x.Record.Accounts[0].Identifiers[0].Value)
	require.False(t, *p.MultipleBirth)
	require.Equal(t, EventUpdate, x.Events[0].Kind)
}

// TestTimes holds that times keep their precision and their offset, and that nothing is filled in.
func TestTimes(t *testing.T) {
	for sent, want := range map[string]record.Time{
		"2024": {Value: "2024"}, "202403": {Value: "2024-03"}, "20240305": {Value: "2024-03-05"}, "2024030510": {Value: "2024-03-05T10"}, "202403051015": {Value: "2024-03-05T10:15"},
		"20240305101530.1234+0530": {Value: "2024-03-05T10:15:30.1234+05:30"}, "20240305101530-0000": {Value: "2024-03-05T10:15:30-00:00"}, "20240230": {AsSent: "20240230"},
		"20240305+0100": {AsSent: "20240305+0100"}, "spring": {AsSent: "spring"}, `""`: {Absent: record.AbsentExplicitNull},
	} {
		x := alone(t, "ADT^A08", "PID|1||1^^^N||A^B||"+sent)
		require.Equal(t, want, x.Record.Patient.BirthTime, sent)
	}
}

func TestObservationValues(t *testing.T) {
	for _, c := range []struct {
		kind, value, unit string
		check             func(*testing.T, record.Value)
	}{
		{"NM", "1.80", "mmol/L^^UCUM", func(t *testing.T, v record.Value) {
			require.Equal(t, &record.Quantity{Value: "1.80", Unit: "mmol/L", Code: "mmol/L", System: record.SystemUCUM}, v.Quantity)
		}},
		{"NM", "7", "", func(t *testing.T, v record.Value) { require.Equal(t, "7", *v.Decimal) }},
		{"NM", "about 7", "", func(t *testing.T, v record.Value) { require.Equal(t, "about 7", *v.Text) }},
		{"SN", "<^5", "mg", func(t *testing.T, v record.Value) {
			require.Equal(t, &record.Quantity{Value: "5", Comparator: "<", Unit: "mg"}, v.Quantity)
		}},
		{"SN", "^1^:^128", "", func(t *testing.T, v record.Value) {
			require.Equal(t, "1", v.Ratio.Numerator.Value)
			require.Equal(t, "128", v.Ratio.Denominator.Value)
		}},
		{"SN", "^2^-^4", "d", func(t *testing.T, v record.Value) { require.Equal(t, "4", v.Range.High.Value) }},
		{"SN", "^2^+", "", func(t *testing.T, v record.Value) { require.Equal(t, "2+", *v.Text) }},
		{"SN", "<>^2", "", func(t *testing.T, v record.Value) { require.Equal(t, "<>2", *v.Text) }},
		{"CWE", "260385009^Negative^SCT^N^neg^L", "", func(t *testing.T, v record.Value) {
			require.Equal(t, record.SystemSNOMED, v.Concept.Codings[0].System)
			require.Equal(t, "L", v.Concept.Codings[1].SystemAsSent)
		}},
		{"TX", "a & b ^ c", "", func(t *testing.T, v record.Value) { require.Equal(t, "a & b ^ c", *v.Text) }},
		{"ED", "^application^pdf^Base64^aGVsbG8=", "", func(t *testing.T, v record.Value) {
			require.Equal(t, "application/pdf", v.Attachment.ContentType)
			s, err := v.Attachment.Data.Base64()
			require.NoError(t, err)
			require.Equal(t, "aGVsbG8=", s)
		}},
		{"NM", `""`, "", func(t *testing.T, v record.Value) { require.Equal(t, record.AbsentExplicitNull, v.Absent) }},
		{"TM", "0930", "", func(t *testing.T, v record.Value) { require.Equal(t, "09:30", *v.TimeOfDay) }},
	} {
		x := alone(t, "ORU^R01", somebody, "OBR|1||F1|24317-0^CBC^LN|||20240305", "OBX|1|"+c.kind+"|718-7^Hb^LN||"+c.value+"|"+c.unit+"|||||F")
		require.Len(t, x.Record.Results, 1)
		require.Len(t, x.Record.Results[0].Values, 1, c.kind+c.value)
		c.check(t, x.Record.Results[0].Values[0])
		require.Equal(t, record.StatusFinal, x.Record.Results[0].Status.Code)
		require.Equal(t, x.Record.Results[0].ID, x.Record.ResultPanels[0].Members[0].ID)
	}
	unknown := alone(t, "ORU^R01", somebody, "OBR|1||F1|24317-0^CBC^LN", "OBX|1|QQ|718-7^Hb^LN||1^2||||||F")
	require.Empty(t, unknown.Record.Results[0].Values, "a value of a type that is not known is carried")
}

// TestVaccinations holds that a refusal is never a vaccination, and that what contradicts itself is neither.
func TestVaccinations(t *testing.T) {
	for _, c := range []struct {
		name, rxa string
		want      record.StatusCode
		issue     string
	}{
		{"given", rxa("08^HepB^CVX", "0.5", "", "CP", "A"), record.StatusCompleted, ""},
		{"refused", rxa("08^HepB^CVX", "999", "00^Parental decision^NIP002", "RE", "A"), record.StatusRefused, ""},
		{"refused without a completion", rxa("08^HepB^CVX", "999", "00^Parental decision^NIP002", "", ""), record.StatusRefused, ""},
		{"not given", rxa("998^none^CVX", "999", "", "NA", ""), record.StatusNotDone, ""},
		{"none, complete", rxa("998^none^CVX", "999", "", "CP", ""), record.StatusNotDone, "contradiction"},
		{"refused and complete", rxa("08^HepB^CVX", "1", "00^Parental decision^NIP002", "CP", ""), "", "contradiction"},
		{"deleted", rxa("08^HepB^CVX", "1", "", "CP", "D"), record.StatusEnteredInError, ""},
		{"nothing said", rxa("08^HepB^CVX", "1", "", "", ""), record.StatusCompleted, ""},
		{"none, nothing said", rxa("998^none^CVX", "999", "", "", ""), record.StatusNotDone, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := alone(t, "VXU^V04^VXU_V04", somebody, "ORC|RE||V1^EMR", c.rxa, "RXR|IM^^HL70162|LA^^HL70163", "OBX|1|CE|64994-7^elig^LN|1|V02^VFC^HL70064||||||F")
			require.Len(t, x.Record.Immunizations, 1)
			v := x.Record.Immunizations[0]
			require.Equal(t, c.want, v.Status.Code)
			require.Equal(t, record.Affirmed, v.Assertion)
			require.Len(t, v.Eligibility, 1)
			found := ""
			for _, i := range x.Report.Issues {
				if i.Code == "contradiction" {
					found = i.Code
				}
			}
			require.Equal(t, c.issue, found)
		})
	}
}

// TestAllergies holds that a denial in words is no allergy to those words.
func TestAllergies(t *testing.T) {
	x := alone(t, "ADT^A08", somebody, "AL1|1|DA^drug^HL70127|7980^Penicillin^RXNORM|SV|Hives~Rash|2010")
	require.Equal(t, record.Affirmed, x.Record.Allergies[0].Assertion)
	require.Len(t, x.Record.Allergies[0].Reactions, 2)
	none := alone(t, "ADT^A08", somebody, "AL1|1||716186003^No known allergy^SCT")
	require.Equal(t, record.NoneKnown, none.Record.Allergies[0].Assertion)
	part := alone(t, "ADT^A08", somebody, "AL1|1||^No known drug allergies")
	require.Empty(t, part.Record.Allergies)
	require.Equal(t, record.SeverityError, part.Report.Worst())
	gone := alone(t, "ADT^A60", somebody, "IAM|1|DA|7980^Penicillin^RXNORM|||D")
	require.Equal(t, record.EnteredInError, gone.Record.Allergies[0].Verification)
}

// TestMeetings holds that ids are the same in each message of one visit, one patient and one doctor.
func TestMeetings(t *testing.T) {
	a := alone(t, "ADT^A01", somebody, pv1(""))
	b := alone(t, "ADT^A03", somebody, pv1("20240307"))
	require.Equal(t, a.Record.Patient.ID, b.Record.Patient.ID)
	require.Equal(t, a.Record.Encounters[0].ID, b.Record.Encounters[0].ID)
	require.Equal(t, record.StatusActive, a.Record.Encounters[0].Status.Code)
	require.Equal(t, record.StatusCompleted, b.Record.Encounters[0].Status.Code)
	require.Equal(t, EventAdmit, a.Events[0].Kind)
	require.Equal(t, EventDischarge, b.Events[0].Kind)
	require.Equal(t, "V9", b.Events[0].Current.Visit[0].Value)
}

// TestPeople holds that two doctors of one name are two, and one identifier of two names does not join them.
func TestPeople(t *testing.T) {
	x := alone(t, "ADT^A01", somebody, "PV1|1|I|||||11^Hale^Mona^^^^^^N1|12^Hale^Mona^^^^^^N1|11^Hale^M^^^^^^N1")
	require.Len(t, x.Record.Practitioners, 2)
	require.Len(t, x.Record.Practitioners[0].Names, 2)
	y := alone(t, "ADT^A01", somebody, "PV1|1|I|||||11^Hale^Mona^^^^^^N1|11^Brook^Ian^^^^^^N1")
	require.Len(t, y.Record.Practitioners, 2)
	require.NotEqual(t, y.Record.Practitioners[0].ID, y.Record.Practitioners[1].ID)
}

// TestBatches: messages of one patient are one record, others have their own, and what stands around them is carried.
func TestBatches(t *testing.T) {
	other := strings.Replace(somebody, "7001", "7002", 1)
	one := messageOf("ADT^A01", somebody, "PV1|1|I")
	two := strings.Replace(messageOf("ORU^R01", other, "OBX|1|ST|X||y||||||F"), "|M1|", "|M2|", 1)
	three := strings.Replace(messageOf("ORU^R01", strings.Replace(somebody, "19790412", "19790413", 1), "OBX|1|ST|X||z||||||F"), "|M1|", "|M3|", 1)
	data := "FHS|^~\\&|EMR\rBHS|^~\\&|EMR\r" + one + two + three + "BTS|3\rFTS|1\r"
	all := imported(t, []byte(data))
	require.Len(t, all, 2)
	first := all[0].Record
	require.Len(t, all[0].Events, 2)
	require.Len(t, first.Observations, 1)
	require.Equal(t, "1979-04-13", first.Patient.BirthTime.Value, "the last word stands")
	carried := ""
	for _, c := range first.Carried {
		carried += c.Path + "=" + c.Data + " "
	}
	require.Contains(t, carried, "PID-7=19790412")
	require.Contains(t, carried, "BTS-1=3")
	require.Len(t, first.Sources, 6, "two messages, two headers, two trailers")
	facts := 0
	for _, x := range all {
		require.Zero(t, x.Report.Counts.Unaccounted())
		facts += x.Report.Counts.Facts
	}
	leaves := 0
	for it := range Batch([]byte(data), Options{}) {
		if it.Message != nil {
			for range it.Message.Leaves() {
				leaves++
			}
		}
	}
	require.Equal(t, leaves, facts)
}

func TestEvents(t *testing.T) {
	for event, want := range map[string]Event{
		"ADT^A01": {Kind: EventAdmit}, "ADT^A11": {Kind: EventCancel, Cancel: EventAdmit}, "ADT^A40": {Kind: EventMerge, Level: "patient"},
		"ADT^A45": {Kind: EventMove, Level: "visit"}, "ADT^A43": {Kind: EventMove, Level: "patient"}, "ADT^A47": {Kind: EventChangeID, Level: "patient"},
		"ORU^R01": {Kind: EventResult}, "ADT^Q99": {},
	} {
		x := alone(t, event, somebody, "MRG|6999^^^NORTH&2.999.1.2&ISO^MR||A9||V8")
		got := x.Events[0]
		require.Equal(t, want.Kind, got.Kind, event)
		require.Equal(t, want.Cancel, got.Cancel, event)
		require.Equal(t, want.Level, got.Level, event)
		require.Equal(t, "7001", got.Current.Patient[0].Value)
		require.Equal(t, "6999", got.Prior.Patient[0].Value)
		require.Equal(t, "A9", got.Prior.Account[0].Value)
	}
	merged := alone(t, "ADT^A40", somebody, "MRG|6999^^^NORTH&2.999.1.2&ISO^MR")
	require.Equal(t, "replaces", merged.Record.Patient.Links[0].Type)
	all := imported(t, []byte(messageOf("ADT^A24", somebody, strings.Replace(somebody, "7001", "7002", 1))))
	require.Len(t, all, 2)
	require.Equal(t, EventLink, all[0].Events[0].Kind)
	require.Equal(t, "7002", all[0].Events[0].Others[0].Patient[0].Value)
	require.Equal(t, "7001", all[1].Events[0].Others[0].Patient[0].Value)
}

// TestTrees: orders, requests, specimens, observations and their comments stay together.
func TestTrees(t *testing.T) {
	x := alone(t, "ORU^R01^ORU_R01", somebody, "ORC|RE|P1^EMR|F1^LAB|G1^EMR||||||||7^Hale^Mona", "OBR|1|P1^EMR|F1^LAB|24317-0^CBC^LN|||202403051000|||||||||7^Hale^Mona||||||202403051200||HM|F", "NTE|1|L|on the report",
		"OBX|1|NM|718-7^Hb^LN|1.1|13.2|g/dL^^UCUM|12-16|N|||F|||20240305", "NTE|1|L|on the value~second line", "OBX|2|NM|8867-4^HR^LN|1.2|70|/min^^UCUM|||||F", "SPM|1|S1&EMR^S2&LAB||BLD^Blood^HL70487|||||||||||||20240305")
	rec := x.Record
	require.Len(t, rec.Orders, 1)
	require.Len(t, rec.ResultPanels, 1)
	p := rec.ResultPanels[0]
	require.Equal(t, "on the report", p.Notes[0].Text)
	require.Equal(t, rec.Orders[0].ID, p.BasedOn[0].ID)
	require.Len(t, p.Members, 2)
	require.Equal(t, record.KindVital, p.Members[1].Kind)
	require.Equal(t, "on the value\nsecond line", rec.Results[0].Notes[0].Text)
	require.Equal(t, "1.1", rec.Results[0].SubID)
	require.Equal(t, rec.Specimens[0].ID, p.Specimens[0].ID)
	require.Equal(t, "S2", rec.Specimens[0].Identifiers[1].Value)
	require.Len(t, rec.Practitioners, 1)
}

// TestMarkers: no value of a message stands in an issue, a path, an id or an error.
func TestMarkers(t *testing.T) {
	const mark = "ZQXMARKER"
	segs := []string{"PID|" + mark + "|" + mark + "|" + mark + "^" + mark + "^" + mark + "||" + mark + "^" + mark + "||" + mark + "|" + mark, "PV1|" + mark + "|" + mark + "|" + mark, "AL1|1|" + mark + "|" + mark + "||||" + mark,
		"OBR|1|" + mark, "OBX|1|NM|" + mark + "||" + mark + "||||||" + mark + "|||" + mark, "RXA|0|1|" + mark, mark + "|x", "ZZZ|" + mark, mark}
	for x, err := range (Importer{}).Messages(t.Context(), record.Input{Bytes: []byte(strings.ReplaceAll(messageOf("ADT^"+mark, segs...), "|P|2.5.1", "|"+mark+"|"+mark))}, record.ImportOptions{}) {
		require.NoError(t, err)
		for _, i := range x.Report.Issues {
			require.NotContains(t, i.Path+i.Message+i.Code+string(i.Action)+i.Rule, mark)
		}
		for _, e := range x.Record.Entries() {
			require.NotContains(t, e.ID, mark)
			for _, o := range e.Origins {
				require.NotContains(t, o.Path, mark)
			}
		}
		for _, c := range x.Record.Carried {
			require.NotContains(t, c.Path, mark)
		}
		for _, e := range x.Events {
			require.NotContains(t, e.Code+e.Type, mark)
		}
	}
	for _, err := range (Importer{}).Messages(t.Context(), record.Input{Bytes: []byte(mark)}, record.ImportOptions{}) {
		require.Error(t, err)
		require.NotContains(t, err.Error(), mark)
	}
}

// TestKeyedIDs: a key makes other ids.
func TestKeyedIDs(t *testing.T) {
	data := []byte(messageOf("ADT^A01", somebody))
	id := func(key string) string {
		for x := range (Importer{}).Import(t.Context(), record.Input{Bytes: data}, record.ImportOptions{IDKey: []byte(key)}) {
			return x.Record.Patient.ID
		}
		return ""
	}
	require.NotEqual(t, id(""), id("a key of sixteen"))
	require.Equal(t, id("a key of sixteen"), id("a key of sixteen"))
}

// FuzzImport: no input makes it panic, and every leaf is accounted for.
func FuzzImport(f *testing.F) {
	f.Add([]byte(messageOf("ORU^R01", somebody, "OBR|1||F1|X", "OBX|1|SN|A||<^5|")))
	f.Add([]byte(messageOf("VXU^V04", somebody, "ORC|RE", "RXA|0|1|2024||08^^CVX|999", "RXR|IM")))
	f.Add([]byte(messageOf("SIU^S12", "SCH|1^a|2", somebody, "RGS|1", "AIS|1||X^Y^L|2024|||30|min", "AIP|1||1^A", "NTE|1||x")))
	f.Add([]byte(messageOf("RDE^O11", somebody, "ORC|NW|1", "RXE|1^BID|1^A|2||mg", "RXR|PO", "TQ1|1||BID")))
	f.Fuzz(func(t *testing.T, data []byte) {
		for x, err := range (Importer{}).Messages(t.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
			if err != nil {
				return
			}
			require.Zero(t, x.Report.Counts.Unaccounted())
		}
	})
}

// TestDocuments: lines of text are one text, parts of another name and files stand for themselves.
func TestDocuments(t *testing.T) {
	x := alone(t, "MDM^T02^MDM_T02", somebody, "TXA|1|DS^Discharge summary^HL70270|TX|20240305|||||7^Hale^Mona|||D1^EMR|||||AU||AV", "OBX|1|TX|1^History||first line||||||F", "OBX|2|TX|1^History||second line||||||F",
		"OBX|3|FT|2^Plan||rest||||||F", "OBX|4|ED|3^Scan||^image^png^Base64^aGVsbG8=||||||F")
	n := x.Record.Notes[0]
	require.Equal(t, "D1", n.MasterID.Value)
	require.Equal(t, record.StatusAvailable, n.Status.Code)
	require.Len(t, n.Contents, 3)
	require.Equal(t, "first line\nsecond line", n.Contents[0].Attachment.Text)
	require.Equal(t, "Plan", n.Contents[1].Attachment.Title)
	require.Equal(t, "image/png", n.Contents[2].Attachment.ContentType)
}

// TestMedicines: what was asked for, encoded and refused are statements of their own.
func TestMedicines(t *testing.T) {
	x := alone(t, "RAS^O17^RAS_O17", somebody, "ORC|NW|P1^EMR||||||||||7^Hale^Mona", "RXO|1049221^Oxycodone 5 MG^RXNORM|1|2|tab^^UCUM", "RXR|PO^^HL70162",
		"RXA|0|1|20240305||1049221^Oxycodone 5 MG^RXNORM|1"+strings.Repeat("|", 14)+"RE")
	require.Len(t, x.Record.Medications, 2)
	asked, given := x.Record.Medications[0], x.Record.Medications[1]
	require.Equal(t, record.StatusActive, asked.Status.Code)
	require.Equal(t, "2", asked.Dosages[0].Dose.Range.High.Value)
	require.Equal(t, "PO", asked.Dosages[0].Route.Codings[0].Code)
	require.Equal(t, record.StatusRefused, given.Status.Code)
	require.Equal(t, asked.ID, given.BasedOn[0].ID)
	require.Empty(t, x.Record.Immunizations)
}

// TestAppointments: what is booked belongs to the appointment, whatever stands between.
func TestAppointments(t *testing.T) {
	x := alone(t, "SIU^S15^SIU_S15", "SCH|1^EMR|2^HUB||||RESCHEDULE|CHECKUP||30|min^^UCUM", somebody, "RGS|1", "AIS|1||44^Checkup^L|20240401|||30|min^^UCUM", "NTE|1||bring papers", "AIL|1||4W^12^A", "AIP|1||7^Hale^Mona|D^Doctor^L")
	a := x.Record.Appointments[0]
	require.Equal(t, record.StatusCancelled, a.Status.Code)
	require.Equal(t, "Checkup", a.Service[0].Codings[0].Display)
	require.Len(t, a.Locations, 1)
	require.Len(t, a.Participants, 1)
	require.Equal(t, "bring papers", a.Notes[0].Text)
}

// TestPayers: insurance, charges, next of kin.
func TestPayers(t *testing.T) {
	x := alone(t, "DFT^P03^DFT_P03", somebody, "NK1|1|Okonkwo^Ben|SPO^Spouse^HL70063|||(613)555-0112", "FT1|1|T1||20240305||CG|99213^Visit^C4|||2|120.50&CAD|60.25&CAD", "IN1|1|PL1^Plan^L|P77^^^PAYER|North Mutual||||||||20240101|20241231")
	require.Equal(t, "120.50", x.Record.Charges[0].Total.Value)
	require.Equal(t, "CAD", x.Record.Charges[0].Total.Currency)
	require.Equal(t, "North Mutual", x.Record.Organizations[len(x.Record.Organizations)-1].Names[0])
	require.Equal(t, "2024-12-31", x.Record.Coverages[0].When.End.Value)
	require.Equal(t, "SPO", x.Record.RelatedPersons[0].Relationships[0].Code(tableURI("63")))
}
