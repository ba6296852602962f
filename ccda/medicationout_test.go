package ccda

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// passed writes a record of one invented patient and reads it again.
func passed(t *testing.T, x Exporter, rec *record.Record) (string, *record.Record, *record.Report) {
	t.Helper()
	if rec.Patient == nil {
		rec.Patient = &record.Patient{Entry: record.Entry{ID: "2f0c9c0e-0f2c-4b1c-9d55-4f2e8c9a7b01", Assertion: record.Affirmed,
			Identifiers: []record.Identifier{{System: "urn:oid:1.2.840.99999.7", Value: "P-1"}}}}
	}
	var b bytes.Buffer
	rep, err := x.Export(context.Background(), rec, &b, record.ExportOptions{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), TypedOnly: true})
	require.NoError(t, err)
	again, in, err := Import(context.Background(), b.Bytes(), record.ImportOptions{})
	require.NoError(t, err)
	require.Zero(t, in.Counts.Unaccounted())
	return b.String(), again, rep
}

func entryOf(a record.Assertion, s record.StatusCode, reasons ...record.Concept) record.Entry {
	return record.Entry{ID: "5c0e4ad2-3b0e-4d6b-8a52-0c7d7f1e9b11", Assertion: a, Status: record.Status{Code: s, Reasons: reasons}}
}

func codedIn(system, code, display string) record.Concept {
	return record.Concept{Codings: []record.Coding{{System: system, Code: code, Display: display}}}
}

func measured(value, unit string) *record.Quantity {
	return &record.Quantity{Value: value, Unit: unit, Code: unit, System: record.SystemUCUM}
}

var (
	aspirin   = record.Product{Code: codedIn("http://www.nlm.nih.gov/research/umls/rxnorm", "243670", "aspirin 81 MG Oral Tablet")}
	fluShot   = record.Product{Code: codedIn(record.SystemCVX, "140", "influenza")}
	noReason  = record.Concept{Text: "ran out"}
	objection = codedIn(record.SystemActReason, "PATOBJ", "patient objection")
	modes     = map[string]Exporter{"faithful": {}, "conformant": {Mode: Conformant}}
)

// Whatever a medication says, it says when it is read again.
func TestMedicationSense(t *testing.T) {
	no, yes := false, true
	for _, x := range []struct {
		name         string
		m            record.Medication
		want         record.Assertion
		status       record.StatusCode
		has, hasNot  string
		told, toldNo string
	}{
		{"taken", record.Medication{Entry: entryOf(record.Affirmed, record.StatusActive), Product: aspirin}, record.Affirmed, record.StatusActive, `code="active"`, "negationInd", "aspirin", "not"},
		{"not taken", record.Medication{Entry: entryOf(record.Negated, ""), Product: aspirin}, record.Negated, "", `negationInd="true"`, "", "Does not take: aspirin", ""},
		{"not taken, in words", record.Medication{Entry: entryOf(record.Negated, ""), Product: record.Product{Code: record.Concept{Text: "kelp"}}}, record.Negated, "", `nullFlavor="OTH"`, "", "Does not take: kelp", ""},
		{"not to be taken", record.Medication{Entry: entryOf(record.Affirmed, record.StatusActive), Product: aspirin, Kind: "request", DoNotPerform: &yes}, record.Negated, record.StatusActive, `negationInd="true"`, "", "Not to be taken: aspirin", ""},
		{"asked not to be taken", record.Medication{Entry: record.Entry{Assertion: record.Negated, Mode: record.ModeRequest}, Product: aspirin, Kind: "request"}, record.Negated, "", `negationInd="true"`, "", "Not to be taken: aspirin", "Does not"},
		{"to be taken", record.Medication{Entry: entryOf(record.Affirmed, record.StatusActive), Product: aspirin, Kind: "request", DoNotPerform: &no}, record.Affirmed, record.StatusActive, `negationInd="false"`, "", "aspirin", "Not"},
		{"none known", record.Medication{Entry: entryOf(record.NoneKnown, "")}, record.NoneKnown, "", `negationInd="true"`, "", "No known medications", ""},
		{"none known by a code", record.Medication{Entry: entryOf(record.NoneKnown, ""), Product: record.Product{Code: codedIn(record.SystemSNOMED, "787481004", "No known medications")}},
			record.NoneKnown, "", `code="787481004"`, "negationInd", "No known medications", ""},
		{"none known, and a product", record.Medication{Entry: entryOf(record.NoneKnown, ""), Product: aspirin}, record.NoneKnown, "", `nullFlavor="NA"`, "243670", "No known medications", "aspirin"},
		{"not known", record.Medication{Entry: entryOf(record.NotKnown, "")}, record.NotKnown, "", `moodCode="EVN" nullFlavor="UNK"`, "negationInd", "not known", ""},
		{"not given", record.Medication{Entry: entryOf(record.Affirmed, record.StatusNotDone, noReason), Product: aspirin, Kind: "administration"}, record.Affirmed, record.StatusNotDone, `negationInd="true"`, "", "Not given: aspirin", ""},
		{"refused", record.Medication{Entry: entryOf(record.Affirmed, record.StatusRefused), Product: aspirin, Kind: "administration"}, record.Affirmed, record.StatusRefused, `code="105480006"`, "", "Refused, not given: aspirin", ""},
		{"entered in error", record.Medication{Entry: entryOf(record.Affirmed, record.StatusEnteredInError), Product: aspirin}, record.Affirmed, record.StatusEnteredInError, `code="nullified"`, "", "entered-in-error", ""},
	} {
		for mode, exporter := range modes {
			t.Run(x.name+", "+mode, func(t *testing.T) {
				out, again, _ := passed(t, exporter, &record.Record{Medications: []record.Medication{x.m}})
				require.Len(t, again.Medications, 1, out)
				m := again.Medications[0]
				require.Equal(t, x.want, m.Assertion)
				if x.status != "" {
					require.Equal(t, x.status, m.Status.Code)
				}
				body, table := out[strings.Index(out, "<entry"):], out[strings.Index(out, "<tbody"):]
				require.Contains(t, body, x.has)
				if x.hasNot != "" {
					require.NotContains(t, body, x.hasNot)
				}
				table = table[:strings.Index(table, "</tbody")]
				require.Contains(t, table, x.told)
				if x.toldNo != "" {
					require.NotContains(t, table, x.toldNo)
				}
			})
		}
	}
}

// A kind of wish that HL7 v3 has no mood for is no event: it is not written.
func TestMedicationMood(t *testing.T) {
	for _, x := range []struct {
		mode       record.Mode
		kind, mood string
		template   string
	}{
		{record.ModeEvent, "", "EVN", "16"}, {record.ModeIntent, "", "INT", "16"}, {record.ModeRequest, "request", "INT", "16"},
		{record.ModeRequest, "", "RQO", "42"}, {record.ModeProposal, "request", "PRP", "42"}, {record.ModePromise, "", "PRMS", "42"},
		{record.ModeOriginal, "request", "INT", "16"}, {record.ModeOption, "request", "", ""}, {record.ModeDefinition, "", "", ""},
	} {
		t.Run(string(x.mode)+" "+x.kind, func(t *testing.T) {
			m := record.Medication{Entry: entryOf(record.Affirmed, record.StatusActive), Kind: x.kind, Product: aspirin}
			m.Mode = x.mode
			out, again, rep := passed(t, Exporter{Mode: Conformant}, &record.Record{Medications: []record.Medication{m}})
			if x.mood == "" {
				require.Empty(t, again.Medications)
				require.True(t, hasIssue(rep, record.IssueLost))
				return
			}
			require.Contains(t, out, `<substanceAdministration classCode="SBADM" moodCode="`+x.mood+`"><templateId root="2.16.840.1.113883.10.20.22.4.`+x.template+`"/>`)
			require.Len(t, again.Medications, 1)
		})
	}
}

// What is planned keeps its status: a template that would make a cancelled order active is not claimed.
func TestPlannedStatus(t *testing.T) {
	m := record.Medication{Entry: entryOf(record.Affirmed, record.StatusCancelled), Product: aspirin}
	m.Mode = record.ModeRequest
	o := record.Order{Entry: entryOf(record.Affirmed, record.StatusCancelled), Kind: "laboratory", Code: codedIn(record.SystemLOINC, "57698-3", "Lipid panel")}
	o.ID, o.Mode = "77777777-3b0e-4d6b-8a52-0c7d7f1e9b11", record.ModeRequest
	out, _, rep := passed(t, Exporter{Mode: Conformant}, &record.Record{Medications: []record.Medication{m}, Orders: []record.Order{o}})
	require.Equal(t, 2, strings.Count(out, `<statusCode code="cancelled"/>`))
	require.NotContains(t, out, "22.4.42")
	require.NotContains(t, out, "22.4.44")
	require.True(t, hasIssue(rep, record.IssueAltered))
}

func TestTimings(t *testing.T) {
	whole := record.Period{Start: record.Time{Value: "2024-03-01"}}
	yes := true
	for _, x := range []struct {
		name, kind string
		timing     []record.Timing
		want       string
	}{
		{"period", "", []record.Timing{{Period: "12", PeriodUnit: "h", InstitutionSpecified: &yes, Operator: "A"}},
			`<effectiveTime xsi:type="PIVL_TS" operator="A" institutionSpecified="true"><period value="12" unit="h"/></effectiveTime>`},
		{"range", "", []record.Timing{{Period: "4", PeriodMax: "6", PeriodUnit: "h", Operator: "A"}},
			`<effectiveTime xsi:type="PIVL_TS" operator="A"><period xsi:type="IVL_PQ"><low value="4" unit="h"/><high value="6" unit="h"/></period></effectiveTime>`},
		{"three times a day", "request", []record.Timing{{Frequency: "3", Period: "1", PeriodUnit: "d"}},
			`<effectiveTime xsi:type="PIVL_TS" operator="A" institutionSpecified="true"><period value="8" unit="h"/></effectiveTime>`},
		{"three to four times a day", "request", []record.Timing{{Frequency: "3", FrequencyMax: "4", Period: "1", PeriodUnit: "d"}},
			`<period xsi:type="IVL_PQ"><low value="6" unit="h"/><high value="8" unit="h"/></period>`},
		{"once a day", "request", []record.Timing{{Frequency: "1", Period: "1", PeriodUnit: "d"}}, `<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="1" unit="d"/></effectiveTime>`},
		{"twice a week", "request", []record.Timing{{Frequency: "2", Period: "1", PeriodUnit: "wk"}}, `<period value="84" unit="h"/>`},
		{"bedtime", "request", []record.Timing{{Frequency: "1", Period: "1", PeriodUnit: "d", When: []string{"HS"}}},
			`<effectiveTime xsi:type="EIVL_TS" operator="A"><event code="HS"/></effectiveTime>`},
		{"before meals", "", []record.Timing{{When: []string{"AC"}, Offset: measured("30", "min"), Operator: "A"}},
			`<effectiveTime xsi:type="EIVL_TS" operator="A"><event code="AC"/><offset value="30" unit="min"/></effectiveTime>`},
		{"BID", "request", []record.Timing{{Code: &record.Concept{Codings: []record.Coding{{Code: "BID"}}}}}, `<period value="12" unit="h"/>`},
		{"phase", "", []record.Timing{{Phase: &record.Period{Start: record.Time{Value: "2024-03-01T08"}, Width: measured("1", "h")}, Period: "1", PeriodUnit: "d", Operator: "A"}},
			`<phase><low value="2024030108"/><width value="1" unit="h"/></phase><period value="1" unit="d"/>`},
		{"a set", "", []record.Timing{{When: []string{"ACM"}, Operator: "A"}, {When: []string{"ACV"}, Operator: "I"}},
			`<effectiveTime xsi:type="SXPR_TS" operator="A"><comp xsi:type="EIVL_TS"><event code="ACM"/></comp><comp xsi:type="EIVL_TS" operator="I"><event code="ACV"/></comp></effectiveTime>`},
	} {
		t.Run(x.name, func(t *testing.T) {
			m := record.Medication{Entry: entryOf(record.Affirmed, record.StatusActive), Kind: x.kind, Product: aspirin, Taken: whole, Dosages: []record.Dosage{{Timings: x.timing}}}
			out, again, rep := passed(t, Exporter{}, &record.Record{Medications: []record.Medication{m}})
			require.Contains(t, out, `<effectiveTime xsi:type="IVL_TS"><low value="20240301"/></effectiveTime>`)
			require.Contains(t, out, x.want)
			require.Equal(t, whole, again.Medications[0].Taken)
			if x.kind == "" {
				require.Equal(t, x.timing, again.Medications[0].Dosages[0].Timings)
			}
			for _, i := range rep.Issues {
				require.NotContains(t, i.Path, "timings", i.Message)
			}
		})
	}
}

// A period without what limits it would be an overdose: methotrexate on Mondays is not methotrexate daily.
func TestTimingLimited(t *testing.T) {
	for name, timing := range map[string]record.Timing{
		"days":  {Frequency: "1", Period: "1", PeriodUnit: "d", DaysOfWeek: []string{"mon"}},
		"count": {Frequency: "1", Period: "1", PeriodUnit: "d", Count: "3"},
		"share": {Frequency: "7", Period: "1", PeriodUnit: "d"},
	} {
		t.Run(name, func(t *testing.T) {
			m := record.Medication{Entry: entryOf(record.Affirmed, record.StatusActive), Kind: "request", Product: aspirin, Dosages: []record.Dosage{{Timings: []record.Timing{timing}}}}
			out, _, rep := passed(t, Exporter{Mode: Conformant}, &record.Record{Medications: []record.Medication{m}})
			require.NotContains(t, out, "PIVL_TS")
			require.True(t, hasIssue(rep, record.IssueLost))
		})
	}
}

// What a template demands and the record does not have is null, and in the report.
func TestMedicationDemands(t *testing.T) {
	m := record.Medication{Entry: entryOf(record.Affirmed, ""), Product: aspirin}
	out, _, rep := passed(t, Exporter{Mode: Conformant}, &record.Record{Medications: []record.Medication{m}})
	for leaf, want := range map[string]string{
		"medications[0].status":          `<statusCode nullFlavor="NI"/>`,
		"medications[0].taken":           `<effectiveTime xsi:type="IVL_TS"><low nullFlavor="NI"/></effectiveTime>`,
		"medications[0].dosages[0].dose": `<doseQuantity nullFlavor="NI"/>`,
	} {
		require.Contains(t, out, want)
		found := false
		for _, i := range rep.Issues {
			found = found || i.Path == leaf && i.Code == record.IssueDataAbsent.Code
		}
		require.True(t, found, leaf)
	}
	out, _, _ = passed(t, Exporter{}, &record.Record{Medications: []record.Medication{m}})
	require.NotContains(t, out[strings.Index(out, "<substanceAdministration"):], "nullFlavor")
}

// The table that tells of a medication leaves out no step of its dosing, and takes for no time to take it what is excepted.
func TestMedicationTold(t *testing.T) {
	amount := func(v string) *record.Amount { return &record.Amount{Quantity: measured(v, "mg")} }
	weekly := record.Timing{Period: "1", PeriodUnit: "wk", Operator: "E", Phase: &record.Period{Start: record.Time{Value: "2024-01-06"}, End: record.Time{Value: "2024-01-07"}}}
	daily := record.Timing{Period: "1", PeriodUnit: "d"}
	for name, c := range map[string]struct {
		dosages []record.Dosage
		told    []string
	}{
		"tapered":                {[]record.Dosage{{Route: &record.Concept{Text: "by mouth"}}, {Sequence: "1", Dose: amount("40")}, {Sequence: "2", Dose: amount("20")}}, []string{"by mouth", "40 mg", "20 mg"}},
		"steps":                  {[]record.Dosage{{Sequence: "1", Dose: amount("40")}, {Sequence: "2", Dose: amount("20")}}, []string{"40 mg", "20 mg"}},
		"but not at the weekend": {[]record.Dosage{{Timings: []record.Timing{daily, weekly}}}, []string{"every 1 d, except every 1 wk 2024-01-06 – 2024-01-07"}},
		"before breakfast": {[]record.Dosage{{Timings: []record.Timing{{When: []string{"ACM"}, OffsetRange: &record.Range{Low: measured("-30", "min"), High: measured("-10", "min")}}}}},
			[]string{"at ACM, -30 min to -10 min off"}},
	} {
		t.Run(name, func(t *testing.T) {
			for mode, x := range modes {
				text, _, _ := passed(t, x, &record.Record{Medications: []record.Medication{{Entry: entryOf(record.Affirmed, record.StatusActive), Product: aspirin, Dosages: c.dosages}}})
				table, _, _ := strings.Cut(text[strings.Index(text, "<tbody>"):], "</tbody>")
				for _, words := range c.told {
					require.Contains(t, table, words, mode)
				}
			}
		})
	}
}
