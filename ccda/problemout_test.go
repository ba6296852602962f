package ccda

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// exportedAs writes a record and gives the text with the report.
func exportedAs(t *testing.T, rec *record.Record, mode Mode, typedOnly bool) (string, *record.Report) {
	t.Helper()
	var b bytes.Buffer
	rep, err := Exporter{Mode: mode}.Export(context.Background(), rec, &b, record.ExportOptions{TypedOnly: typedOnly})
	require.NoError(t, err)
	return b.String(), rep
}

// again reads what was written.
func again(t *testing.T, text string) *record.Record {
	t.Helper()
	rec, rep, err := Import(context.Background(), []byte(text), record.ImportOptions{})
	require.NoError(t, err)
	require.Zero(t, rep.Counts.Unaccounted())
	return rec
}

func coded(code, display string) record.Concept {
	return record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: code, Display: display}}}
}

func chart() *record.Record {
	return &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}}}
}

// What is denied, unknown, refuted or entered in error is never read as so.
func TestProblemSense(t *testing.T) {
	asthma := coded("195967001", "Asthma")
	none := coded("160245001", "No current problems or disability")
	words := record.Concept{Text: "trouble with the left knee"}
	for name, c := range map[string]struct {
		p         record.Problem
		want      record.Assertion // as read again; "" where it may not be written
		strictToo bool
	}{
		"affirmed":             {record.Problem{Entry: record.Entry{Assertion: record.Affirmed}, Code: asthma}, record.Affirmed, true},
		"negated":              {record.Problem{Entry: record.Entry{Assertion: record.Negated}, Code: asthma}, record.Negated, true},
		"negated words":        {record.Problem{Entry: record.Entry{Assertion: record.Negated}, Code: words}, record.Negated, true},
		"none known":           {record.Problem{Entry: record.Entry{Assertion: record.NoneKnown}}, record.NoneKnown, true},
		"none known by code":   {record.Problem{Entry: record.Entry{Assertion: record.NoneKnown}, Code: none}, record.NoneKnown, true},
		"not known":            {record.Problem{Entry: record.Entry{Assertion: record.NotKnown, Absent: record.AbsentUnknown}, Code: asthma}, record.NotKnown, true},
		"not known, no reason": {record.Problem{Entry: record.Entry{Assertion: record.NotKnown}, Code: asthma}, record.NotKnown, true},
		"refuted":              {record.Problem{Entry: record.Entry{Assertion: record.Affirmed}, Code: asthma, Verification: record.Refuted}, record.Negated, true},
		"denial refuted":       {record.Problem{Entry: record.Entry{Assertion: record.Negated}, Code: asthma, Verification: record.Refuted}, "", true},
		"negated whole kind":   {record.Problem{Entry: record.Entry{Assertion: record.Negated}, Code: coded("55607006", "Problem")}, "", true},
		"entered in error":     {record.Problem{Entry: record.Entry{Assertion: record.Affirmed}, Code: asthma, Verification: record.EnteredInError}, record.Affirmed, false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, mode := range []Mode{Faithful, Conformant} {
				rec := chart()
				c.p.ID = "x"
				rec.Problems = []record.Problem{c.p}
				text, rep := exportedAs(t, rec, mode, false)
				back := again(t, text).Problems
				if c.want == "" || mode == Conformant && !c.strictToo {
					require.Empty(t, back)
					require.NotZero(t, rep.Counts.Lost)
					continue
				}
				require.Len(t, back, 1)
				require.Equal(t, c.want, back[0].Assertion)
				if name == "entered in error" {
					require.Equal(t, record.StatusEnteredInError, back[0].Status.Code)
				}
				require.Equal(t, rec.Problems[0], c.p, "the export changed the record")
			}
		})
	}
}

func TestAllergySense(t *testing.T) {
	penicillin := coded("764146007", "Penicillin")
	drug := coded("416098002", "Allergy to drug")
	for name, c := range map[string]struct {
		a    record.Allergy
		want record.Assertion
	}{
		"affirmed":            {record.Allergy{Entry: record.Entry{Assertion: record.Affirmed}, Substance: penicillin, Kind: drug}, record.Affirmed},
		"negated":             {record.Allergy{Entry: record.Entry{Assertion: record.Negated}, Substance: penicillin, Kind: drug}, record.Negated},
		"negated words":       {record.Allergy{Entry: record.Entry{Assertion: record.Negated}, Substance: record.Concept{Text: "latex"}}, record.Negated},
		"none known":          {record.Allergy{Entry: record.Entry{Assertion: record.NoneKnown}}, record.NoneKnown},
		"none known of drugs": {record.Allergy{Entry: record.Entry{Assertion: record.NoneKnown}, Kind: drug}, record.NoneKnown},
		"none known by code":  {record.Allergy{Entry: record.Entry{Assertion: record.NoneKnown}, Substance: coded("716186003", "No known allergy")}, record.NoneKnown},
		"none known, by code of no kind": {record.Allergy{Entry: record.Entry{Assertion: record.NoneKnown},
			Substance: coded("428607008", "No known environmental allergy")}, record.NoneKnown},
		"not known":      {record.Allergy{Entry: record.Entry{Assertion: record.NotKnown}, Kind: drug}, record.NotKnown},
		"refuted":        {record.Allergy{Entry: record.Entry{Assertion: record.Affirmed}, Substance: penicillin, Verification: record.Refuted}, record.Negated},
		"denial refuted": {record.Allergy{Entry: record.Entry{Assertion: record.Negated}, Substance: penicillin, Verification: record.Refuted}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, mode := range []Mode{Faithful, Conformant} {
				rec := chart()
				c.a.ID = "x"
				rec.Allergies = []record.Allergy{c.a}
				text, rep := exportedAs(t, rec, mode, false)
				back := again(t, text).Allergies
				if c.want == "" {
					require.Empty(t, back)
					require.NotZero(t, rep.Counts.Lost)
					continue
				}
				require.Len(t, back, 1)
				require.Equal(t, c.want, back[0].Assertion)
				if c.want == record.NoneKnown && !c.a.Kind.IsZero() {
					require.Equal(t, c.a.Kind.Codings[0].Code, back[0].Kind.Codings[0].Code)
				}
			}
		})
	}
}

// What FHIR says of an allergy has a code in C-CDA (ConceptMaps FC-AllergyIntoleranceType, FC-AllergyStatus).
func TestAllergyOfFHIR(t *testing.T) {
	rec := chart()
	rec.Allergies = []record.Allergy{{
		Entry: record.Entry{ID: "a", Assertion: record.Affirmed}, Substance: coded("227493005", "Cashew nuts"),
		Type: "allergy", Categories: []string{"food"}, Clinical: record.ClinicalStatus{Code: "inactive"},
		LastOccurrence: &record.Time{Value: "2020-05"},
	}}
	text, rep := exportedAs(t, rec, Faithful, false)
	x := again(t, text).Allergies[0]
	require.Equal(t, "414285001", x.Kind.Code(record.SystemSNOMED))
	require.Equal(t, "inactive", x.Clinical.Code)
	var lost []string
	for _, i := range rep.Issues {
		if i.Code == record.IssueLost.Code && strings.HasPrefix(i.Path, "allergies") {
			lost = append(lost, i.Path)
		}
	}
	require.Equal(t, []string{"allergies[0].lastOccurrence.value"}, lost)
}

// A conformant document has what the templates demand, and says that it is not known.
func TestProblemDemands(t *testing.T) {
	rec := chart()
	rec.Problems = []record.Problem{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed}, Code: coded("195967001", "Asthma"),
		Kind: coded("64572001", "Condition"), Onset: record.Period{At: record.Time{Value: "2011"}}, Use: "discharge-diagnosis"}}
	text, rep := exportedAs(t, rec, Conformant, false)
	require.Contains(t, text, `<effectiveTime><low value="2011"/></effectiveTime>`)
	require.Contains(t, text, `code="75323-6"`)
	require.Contains(t, text, `root="2.16.840.1.113883.10.20.22.4.33"`)
	codes := map[string]int{}
	for _, i := range rep.Issues {
		if strings.HasPrefix(i.Path, "problems") {
			codes[i.Code]++
		}
	}
	require.Equal(t, map[string]int{record.IssueAltered.Code: 3}, codes) // the time, the status, the kind's translation
	require.Equal(t, "discharge-diagnosis", again(t, text).Problems[0].Use)
}

// What the samples say comes back exactly, and a second time byte for byte.
func TestSecondPass(t *testing.T) {
	for _, name := range []string{"chart-out.xml", "social.xml"} {
		t.Run(name, func(t *testing.T) {
			for _, typedOnly := range []bool{false, true} {
				first := again(t, string(read(t, name)))
				one, _ := exportedAs(t, first, Faithful, typedOnly)
				second := again(t, one)
				two, _ := exportedAs(t, second, Faithful, typedOnly)
				require.Equal(t, one, two)
				require.Equal(t, leavesOfChart(first), leavesOfChart(second))
			}
		})
	}
}

func leavesOfChart(rec *record.Record) []string {
	var out []string
	for l := range record.Leaves(rec) {
		list, _, _ := strings.Cut(l.Path, "[")
		switch list {
		case "allergies", "problems", "results", "resultPanels", "vitals", "vitalPanels", "social", "assessments", "assessmentPanels", "observations",
			"familyHistory", "specimens":
			if !strings.HasSuffix(l.Path, ".id") { // made of the place, where there is no identifier
				out = append(out, l.Path+"="+l.Value)
			}
		}
	}
	return out
}
