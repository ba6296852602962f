package hl7v2

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// TestDenials holds that a denial of allergies is read as an allergy in none of its shapes, and one of a kind of them not as one of all.
func TestDenials(t *testing.T) {
	for _, c := range []struct {
		substance string
		want      record.Assertion // "" where it is carried
	}{
		{"^NKA", record.NoneKnown},
		{"NKA^No Known Allergies^L", record.NoneKnown},
		{"A1^NKA^L", record.NoneKnown},
		{"^^^^^^^^NKA", record.NoneKnown},
		{"716186003^No known allergy^SNOMED", record.NoneKnown},
		{"716186003^^SCT", record.NoneKnown},
		{"429625007^No known food allergy^SCT", record.NoneKnown},
		{"X^Y^L^409137002^No known drug allergy^SCT", record.NoneKnown},
		{"NKA^No known drug allergies^L", ""},
		{"429625007^No known food allergy^SNOMED", ""},
		{"716186003", ""},
		{"NKDA - No known drug allergies", ""},
		{"^No allergies", ""},
		{"^Nickel^L", record.Affirmed},
		{"NKX^Nokxin^L", record.Affirmed},
	} {
		for _, segment := range []string{"AL1|1|DA|", "IAM|1|DA|"} {
			x := alone(t, "ADT^A31^ADT_A05", somebody, segment+c.substance)
			if c.want == "" {
				require.Empty(t, x.Record.Allergies, c.substance)
				require.Contains(t, issueCodes(x.Report), record.IssueNegationUnclear.Code, c.substance)
				continue
			}
			require.Len(t, x.Record.Allergies, 1, c.substance)
			require.Equal(t, c.want, x.Record.Allergies[0].Assertion, c.substance)
		}
	}
}

func issueCodes(rep *record.Report) (codes []string) {
	for _, i := range rep.Issues {
		codes = append(codes, i.Code)
	}
	return codes
}

// TestNullRefusal holds that null in RXA-18 refuses nothing.
func TestNullRefusal(t *testing.T) {
	for completion, want := range map[string]record.StatusCode{"CP": record.StatusCompleted, "RE": record.StatusRefused, "": record.StatusCompleted} {
		x := alone(t, "VXU^V04^VXU_V04", somebody, "ORC|RE||V1", "RXA|0|1|20240305||08^Hep B^CVX|0.5|mL"+strings.Repeat("|", 11)+`""||`+completion+"|A")
		require.Equal(t, want, x.Record.Immunizations[0].Status.Code, completion)
		require.NotContains(t, issueCodes(x.Report), record.IssueContradiction.Code)
		require.Contains(t, carriedPaths(x.Record), "RXA-18")
		x = alone(t, "RAS^O17^RAS_O17", somebody, "ORC|RE|O1|F1", "RXA|0|1|20240305||M1^Heparin^L|5|mL"+strings.Repeat("|", 11)+`""||`+completion+"|A")
		if completion == "" {
			want = "" // RXA of another medicine says nothing of it
		}
		require.Equal(t, want, x.Record.Medications[0].Status.Code, completion)
	}
}

func carriedPaths(rec *record.Record) (paths []string) {
	for _, c := range rec.Carried {
		paths = append(paths, c.Path)
	}
	return paths
}

// TestDoseAndOrder holds that what RXA says of a dose is not overwritten by what ORC says of its order.
func TestDoseAndOrder(t *testing.T) {
	dose := func(reason, completion string) string {
		return "RXA|0|1|20240305||M1^Heparin^L|5|mL" + strings.Repeat("|", 11) + reason + "||" + completion
	}
	orc := "ORC|RE|O1|F1||CM" + strings.Repeat("|", 11) + "W1^Order reason^L"
	for _, c := range []struct {
		reason, completion string
		want               record.Status
		carried            []string
	}{
		{"R1^Declined^L", "CP", record.Status{AsSent: "CP"}, []string{"ORC-5", "ORC-16"}},
		{"R1^Declined^L", "", record.Status{Code: record.StatusRefused}, []string{"ORC-5", "ORC-16"}},
		{"", "NA", record.Status{Code: record.StatusNotDone}, []string{"ORC-5", "ORC-16"}},
		{"", "", record.Status{Code: record.StatusCompleted}, nil},
	} {
		x := alone(t, "RAS^O17^RAS_O17", somebody, orc, dose(c.reason, c.completion))
		v := x.Record.Medications[0]
		reasons := v.Status.Reasons
		v.Status.Reasons = nil
		require.Equal(t, c.want, v.Status, c)
		switch {
		case c.reason != "":
			require.Equal(t, "R1", reasons[0].Codings[0].Code)
			require.Len(t, reasons, 1)
		case c.carried == nil:
			require.Equal(t, "W1", reasons[0].Codings[0].Code)
		default:
			require.Empty(t, reasons)
		}
		require.Subset(t, carriedPaths(x.Record), c.carried)
	}
}

// TestSecondRoute holds that the site of one route does not become that of another.
func TestSecondRoute(t *testing.T) {
	x := alone(t, "RDE^O11^RDE_O11", somebody, "ORC|NW|O1", "RXE||M1^Drug^L|1||TAB", "RXR|PO^Oral^HL70162", "RXR|IM^Intramuscular^HL70162|LD^Left deltoid^HL70163||IVP^Push^HL70165")
	d := x.Record.Medications[0].Dosages[0]
	require.Equal(t, "PO", d.Route.Codings[0].Code)
	require.Empty(t, d.Site)
	require.Nil(t, d.Method)
	require.Subset(t, carriedPaths(x.Record), []string{"RXR[2]-1", "RXR[2]-2", "RXR[2]-4"})
	x = alone(t, "RDE^O11^RDE_O11", somebody, "ORC|NW|O1", "RXE||M1^Drug^L|1||TAB", "RXR|IM|LD", "RXR|IM|RD")
	require.Len(t, x.Record.Medications[0].Dosages[0].Site, 2)
}

// TestStructuredText holds that SN of which no number can be made does not become another number.
func TestStructuredText(t *testing.T) {
	for sent, want := range map[string]string{"^10^^200": "^10^^200", "^^-^5": "^^-^5", ">^100^+": ">100+", "^100^+": "100+", ">=^^^5": ">=5", "<^5^-^10": "<5-10"} {
		x := alone(t, "ORU^R01^ORU_R01", somebody, "OBR|1|||1^X^L", "OBX|1|SN|1^A^L||"+sent+"||||||F")
		require.Equal(t, want, *x.Record.Results[0].Values[0].Text, sent)
	}
}

// TestCancelledDocument holds that a document whose notice is cancelled is in error, whatever TXA-19 repeats.
func TestCancelledDocument(t *testing.T) {
	for sent, want := range map[string]record.Status{
		"UN": {Code: record.StatusEnteredInError, AsSent: "UN"}, "AV": {Code: record.StatusEnteredInError, AsSent: "AV"}, "CA": {Code: record.StatusEnteredInError}, "": {Code: record.StatusEnteredInError},
	} {
		x := alone(t, "MDM^T11^MDM_T01", "EVN|T11|20240305", somebody, "PV1|1|O", "TXA|1|DS|TX|20240305||||||||D1^^2.999.7^ISO|||||LA||"+sent)
		require.Equal(t, want, x.Record.Notes[0].Status, sent)
		x.Record.Notes[0].Title = "Summary"
		out, _ := written(t, Exporter{}, x.Record)
		require.Equal(t, want, recordOf(t, out).Notes[0].Status, sent)
	}
}

// TestDocumentLines holds that a line that is deleted is no part of a document, and that an empty one is no observation.
func TestDocumentLines(t *testing.T) {
	x := alone(t, "MDM^T02^MDM_T02", "EVN|T02|20240305", somebody, "PV1|1|O", "TXA|1|DS|TX|20240305||||||||D1^^2.999.7^ISO|||||LA||AV",
		"OBX|1|TX|N1^Note^L||||||||F", "OBX|2|TX|N1^Note^L||One||||||F", "OBX|3|TX|N1^Note^L||||||||F", "OBX|4|TX|N1^Note^L||Two||||||F", "OBX|5|TX|N1^Note^L||Not so||||||D",
		"OBX|6|ED|N2^Scan^L||^IM^jpeg^Base64^AAAA||||||W", "OBX|7|TX|N1^Note^L||Three||||||F", "OBX|8|TX|N1^Note^L||||||||F")
	require.Empty(t, x.Record.Observations)
	require.Len(t, x.Record.Notes[0].Contents, 1)
	require.Equal(t, "One\n\nTwo\nThree", x.Record.Notes[0].Contents[0].Attachment.Text)
	require.Subset(t, carriedPaths(x.Record), []string{"OBX[5]-5", "OBX[6]-5"})
	x.Record.Notes[0].Title = "Summary"
	out, _ := written(t, Exporter{}, x.Record)
	back := recordOf(t, out)
	require.Empty(t, back.Observations)
	require.Len(t, back.Notes[0].Contents, 1)
	require.Equal(t, x.Record.Notes[0].Contents[0].Attachment.Text, back.Notes[0].Contents[0].Attachment.Text)
	require.Contains(t, string(out), "Not so||||||D\r")
}

// TestBooking holds that an appointment that is cancelled, deleted or was not kept is not read as one that stands.
func TestBooking(t *testing.T) {
	for _, c := range []struct {
		event, sent string
		want        record.Status
	}{
		{"S15", "CANCELLED", record.Status{Code: record.StatusCancelled, AsSent: "CANCELLED"}},
		{"S15", "Canc", record.Status{Code: record.StatusCancelled, AsSent: "Canc"}},
		{"S15", "Booked", record.Status{Code: record.StatusCancelled, AsSent: "Booked"}},
		{"S17", "Cancelled", record.Status{Code: record.StatusCancelled}},
		{"S17", "", record.Status{Code: record.StatusEnteredInError}},
		{"S26", "BOOKED", record.Status{Code: record.StatusNoShow, AsSent: "BOOKED"}},
		{"S14", "CANCELLED", record.Status{Code: record.StatusCancelled, AsSent: "CANCELLED"}},
		{"S14", "Moved", record.Status{AsSent: "Moved"}},
		{"S12", "BOOKED", record.Status{Code: record.StatusBooked, AsSent: "BOOKED"}},
		{"S12", "", record.Status{Code: record.StatusBooked}},
	} {
		x := alone(t, "SIU^"+c.event+"^SIU_S12", "SCH|A1|F1"+strings.Repeat("|", 23)+c.sent, somebody, "RGS|1", "AIL|1||R1^^^NORTH")
		require.Equal(t, c.want, x.Record.Appointments[0].Status, "%s %s", c.event, c.sent)
	}
}

// TestActionCodes holds that what a segment deletes is not read as so, and that its action goes back as it came.
func TestActionCodes(t *testing.T) {
	for _, c := range []struct {
		event, segment string
		status         func(*record.Record) (*record.Entry, bool)
	}{
		{"PGL^PC6^PGL_PC6", "GOL|%|20240305|G1^Walk^L|GI1^N", func(r *record.Record) (*record.Entry, bool) {
			return &r.Goals[0].Entry, r.Goals[0].Status.Code == record.StatusEnteredInError
		}},
		{"PPR^PC1^PPR_PC1", "PRB|%|20240305|P1^Asthma^L|PI1^N", func(r *record.Record) (*record.Entry, bool) {
			return &r.Problems[0].Entry, r.Problems[0].Verification == record.EnteredInError
		}},
		{"ADT^A08^ADT_A01", "PR1|1||X1^Appendectomy^L||20240305" + strings.Repeat("|", 15) + "%", func(r *record.Record) (*record.Entry, bool) {
			return &r.Procedures[0].Entry, r.Procedures[0].Status.Code == record.StatusEnteredInError
		}},
	} {
		for action, deletes := range map[string]bool{"DE": true, "D": true, "UN": false, "U": false, "X": false, "": false} {
			if deletes && (len(action) == 1) != strings.HasPrefix(c.segment, "PR1") {
				continue
			}
			segment := strings.Replace(c.segment, "%", action, 1)
			x := alone(t, c.event, somebody, "PV1|1|I", segment)
			e, deleted := c.status(x.Record)
			require.Equal(t, deletes, deleted, segment)
			e.Notes = append(e.Notes, record.Note{Text: "Told by the ward"})
			out, rep := written(t, Exporter{}, x.Record)
			_, deleted = c.status(recordOf(t, out))
			require.Equal(t, deletes, deleted, segment)
			if action != "" {
				require.Contains(t, strings.ReplaceAll(string(out), "\r", "\n"), segment[:strings.Index(c.segment, "%")+len(action)], segment)
			}
			require.NotContains(t, issueCodes(rep), record.IssueNotStated.Code, segment)
		}
	}
}

// TestPartsAreAsFarAsTheWhole holds that the parts of an observation that is deleted go out as deleted, whatever stands between.
func TestPartsAreAsFarAsTheWhole(t *testing.T) {
	part := func(code, value string) record.Component {
		return record.Component{Assertion: record.Affirmed, Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: code}}}, Values: []record.Value{{Decimal: &value}}}
	}
	for status, want := range map[record.StatusCode]string{record.StatusEnteredInError: "D", record.StatusPreliminary: "P"} {
		for notes := range 3 {
			v := record.Observation{Components: []record.Component{part("8480-6", "120"), {Assertion: record.Negated}, part("8462-4", "80"), part("8478-0", "93")}}
			v.ID, v.Assertion, v.Status.Code = "1", record.Affirmed, status
			v.Notes = make([]record.Note, notes)
			for i := range v.Notes {
				v.Notes[i].Text = "Wrong patient"
			}
			out, _ := written(t, Exporter{}, &record.Record{Patient: withNumber(), Vitals: []record.Observation{v}})
			m, err := Parse(out, Options{})
			require.NoError(t, err)
			n := 0
			for s := range m.All("OBX") {
				require.Equal(t, want, s.Field(11).String(), "%s", out)
				n++
			}
			require.Equal(t, 4, n)
		}
	}
}

// withNumber is a patient with a number, under which the messages about them are one record.
func withNumber() *record.Patient {
	p := &record.Patient{}
	p.ID, p.Assertion, p.Identifiers = "p", record.Affirmed, []record.Identifier{{Value: "7001", SystemAsSent: "N"}}
	return p
}

// TestTaper holds that the times of a further dosage do not go out with the dose of the first.
func TestTaper(t *testing.T) {
	dosage := func(mg, when string) record.Dosage {
		return record.Dosage{Dose: &record.Amount{Quantity: &record.Quantity{Value: mg, Unit: "mg"}}, Timings: []record.Timing{{Text: when}}}
	}
	for second, want := range map[string]int{"20": 1, "40": 2} {
		v := record.Medication{Kind: "request", Dosages: []record.Dosage{dosage("40", "mornings, 3 days"), dosage(second, "then evenings, 3 days")}}
		v.ID, v.Assertion, v.Mode = "1", record.Affirmed, record.ModeRequest
		out, rep := written(t, Exporter{}, &record.Record{Patient: withNumber(), Medications: []record.Medication{v}})
		got := recordOf(t, out).Medications[0].Dosages
		require.Len(t, got, 1)
		require.Equal(t, "40", got[0].Dose.Quantity.Value)
		require.Len(t, got[0].Timings, want)
		lost := strings.Join(issuePaths(rep), " ")
		require.Contains(t, lost, "medications[0].dosages[1].dose.quantity.value")
		require.Equal(t, want == 1, strings.Contains(lost, "medications[0].dosages[1].timings[0].text"))
	}
}

func issuePaths(rep *record.Report) (paths []string) {
	for _, i := range rep.Issues {
		paths = append(paths, i.Path)
	}
	return paths
}

// TestReasonOfWhatWasGiven holds that why something was given does not go out where it says why it was refused.
func TestReasonOfWhatWasGiven(t *testing.T) {
	for _, status := range []record.StatusCode{record.StatusCompleted, record.StatusActive, record.StatusUnknown, record.StatusRefused, record.StatusNotDone, record.StatusAborted} {
		e := record.Entry{ID: "1", Assertion: record.Affirmed, Status: record.Status{Code: status, Reasons: []record.Concept{{Text: "Why"}}}}
		refused := status == record.StatusRefused || status == record.StatusNotDone
		out, rep := written(t, Exporter{}, &record.Record{Patient: withNumber(), Medications: []record.Medication{{Entry: e, Kind: "administration"}}})
		got := recordOf(t, out).Medications[0].Status
		require.Equal(t, refused || status == record.StatusAborted, len(got.Reasons) > 0, status)
		require.Equal(t, refused, got.Code == record.StatusRefused || got.Code == record.StatusNotDone, status)
		require.Equal(t, len(got.Reasons) == 0, strings.Contains(strings.Join(issuePaths(rep), " "), "medications[0].status.reasons[0].text"), status)
		if status == record.StatusCompleted || refused {
			out, _ = written(t, Exporter{}, &record.Record{Patient: withNumber(), Immunizations: []record.Immunization{{Entry: e}}})
			require.Equal(t, status, recordOf(t, out).Immunizations[0].Status.Code)
		}
	}
}

// TestContinuedSegments holds that what ADD continues is read as one.
func TestContinuedSegments(t *testing.T) {
	x := alone(t, "ORU^R01^ORU_R01", somebody, "OBR|1|||1^X^L", "OBX|1|TX|1^A^L||The margins are not", "ADD| free of tum", "ADD|our||||||F", "OBX|2|ST|2^B^L||Seen||||||F", "ADD|")
	require.Len(t, x.Record.Results, 2)
	require.Equal(t, "The margins are not free of tumour", *x.Record.Results[0].Values[0].Text)
	require.Equal(t, record.StatusFinal, x.Record.Results[0].Status.Code)
	require.Equal(t, "Seen", *x.Record.Results[1].Values[0].Text)
	require.Empty(t, x.Report.Issues)
	out, _ := written(t, Exporter{}, x.Record)
	require.Contains(t, string(out), "\rADD|our||||||F\r")
	x.Record.Results[1].SubID = "2"
	out, _ = written(t, Exporter{}, x.Record)
	require.Contains(t, string(out), "The margins are not free of tumour||||||F\r")
}

// TestFinalUnsent holds that a result that becomes final without being sent again keeps its value.
func TestFinalUnsent(t *testing.T) {
	report := func(id, obr, obx string) string {
		return strings.Replace(messageOf("ORU^R01^ORU_R01", somebody, "OBR|1||F1^LAB|1^X^L"+strings.Repeat("|", 21)+obr, obx), "|M1|", "|"+id+"|", 1)
	}
	x := imported(t, []byte(report("M1", "P", "OBX|1|NM|K^Potassium^L||5.1|mmol/L^^UCUM|||||P")+report("M2", "F", "OBX|1|NM|K^Potassium^L||||||||U")))
	require.Len(t, x, 1)
	require.Len(t, x[0].Record.Results, 2)
	require.Equal(t, "5.1", x[0].Record.Results[0].Values[0].Quantity.Value)
	require.Equal(t, "U", x[0].Record.Results[1].Status.AsSent)
	require.Len(t, x[0].Record.ResultPanels, 1)
	require.Len(t, x[0].Record.ResultPanels[0].Members, 2)
}

// TestDocumentFileThatIsNone holds that what a file of a document would be is said, though nobody can read it.
func TestDocumentFileThatIsNone(t *testing.T) {
	x := alone(t, "MDM^T02^MDM_T02", "EVN|T02|20240305", somebody, "PV1|1|O", "TXA|1|DS|TX|20240305||||||||D1^^2.999.7^ISO|||||LA||AV",
		"OBX|1|ED|S1^Scan^L||^IM^jpeg^Base64^<not here>||||||F", "OBX|2|ED|S2^Scan^L||||||||F")
	require.Empty(t, x.Record.Notes[0].Contents)
	require.Len(t, x.Record.Observations, 1)
	require.Equal(t, "S1", x.Record.Observations[0].Code.Codings[0].Code)
	require.Contains(t, carriedPaths(x.Record), "OBX[1]-5")
}

// TestObservationsOfOthers holds that what was observed of somebody else, or may have been, does not go out as the patient's.
func TestObservationsOfOthers(t *testing.T) {
	for want, focus := range map[string]record.Ref{
		"not-stated, a relative":          {ID: "r", Kind: record.KindRelatedPerson},
		"not-stated, one not here":        {AsSent: "Patient/7"},
		"not-stated, the child, in words": {Display: "the unborn child"},
		"the patient":                     {ID: "p", Kind: record.KindPatient},
		"a device":                        {AsSent: "Device/7"},
	} {
		rate := record.Observation{Entry: record.Entry{ID: "a", Assertion: record.Affirmed}, Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "8867-4"}}},
			Values: []record.Value{{Quantity: &record.Quantity{Value: "77777", Unit: "/min"}}}, Focus: []record.Ref{focus}}
		rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p"}}, RelatedPersons: []record.RelatedPerson{{Entry: record.Entry{ID: "r"}}}, Results: []record.Observation{rate}}
		out, rep := written(t, Exporter{}, rec)
		if strings.HasPrefix(want, "not-stated") {
			require.NotContains(t, string(out), "77777", want)
			require.Contains(t, issueCodes(rep), record.IssueNotStated.Code, want)
			continue
		}
		require.Contains(t, string(out), "77777", want)
		require.NotContains(t, issueCodes(rep), record.IssueNotStated.Code, want)
	}
}
