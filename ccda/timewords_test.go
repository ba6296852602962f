package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A time that is words or an age comes back as that, where CDA has dates alone.
func TestTimeInWords(t *testing.T) {
	entry := func(n string) record.Entry {
		return record.Entry{ID: "7a1c4e10-52f0-4d3c-9e11-00000000" + n, Assertion: record.Affirmed, Status: record.Status{Code: record.StatusCompleted}}
	}
	years := func(v string) *record.Quantity {
		return &record.Quantity{Value: v, Unit: "a", Code: "a", System: record.SystemUCUM}
	}
	sent := &record.Record{
		Problems: []record.Problem{
			{Entry: entry("0a01"), Code: codedIn(record.SystemSNOMED, "386661006", "Fever"), Onset: record.Period{Start: record.Time{Value: "2013-04-02"}}, Abatement: &record.Period{Text: "around Easter"}},
			{Entry: entry("0a02"), Code: codedIn(record.SystemSNOMED, "195967001", "Asthma"), Onset: record.Period{Text: "as a child", AgeRange: &record.Range{Low: years("4"), High: years("6")}},
				Abatement: &record.Period{Age: years("54")}},
		},
		Allergies:     []record.Allergy{{Entry: entry("0a03"), Substance: codedIn(record.SystemSNOMED, "227493005", "Cashew nuts"), Onset: record.Period{Text: "in the spring"}}},
		Procedures:    []record.Procedure{{Entry: entry("0a04"), Code: codedIn(record.SystemSNOMED, "80146002", "Appendectomy"), When: record.Period{Text: "long ago", Age: years("9")}}},
		Immunizations: []record.Immunization{{Entry: entry("0a05"), Product: record.Product{Code: codedIn(record.SystemCVX, "141", "Influenza")}, When: record.Period{Text: "January 2012"}}},
	}
	for name, x := range modes {
		t.Run(name, func(t *testing.T) {
			text, rec, rep := passed(t, x, sent)
			require.Equal(t, "around Easter", rec.Problems[0].Abatement.Text)
			require.Equal(t, "2013-04-02", rec.Problems[0].Onset.Start.Value)
			require.Empty(t, rec.Problems[0].Onset.Text)
			require.Equal(t, "as a child", rec.Problems[1].Onset.Text)
			require.Equal(t, *sent.Problems[1].Onset.AgeRange, *rec.Problems[1].Onset.AgeRange)
			require.Equal(t, record.Period{Age: years("54")}, *rec.Problems[1].Abatement)
			require.Equal(t, "in the spring", rec.Allergies[0].Onset.Text)
			require.Equal(t, "long ago", rec.Procedures[0].When.Text)
			require.Equal(t, years("9"), rec.Procedures[0].When.Age)
			require.Equal(t, record.Period{Text: "January 2012"}, rec.Immunizations[0].When)
			require.Empty(t, rec.Observations)
			require.Empty(t, rec.Results)
			for _, i := range rep.Issues {
				require.False(t, i.Code == record.IssueLost.Code && (strings.Contains(i.Path, "onset") || strings.Contains(i.Path, "abatement") || strings.Contains(i.Path, "when")), i.Path)
			}
			for _, told := range []string{"around Easter", "as a child", "in the spring", "long ago", "January 2012", "Age when it began", "Age when it ended", "Age when it was"} {
				require.Regexp(t, "<t[dh]>"+told, text)
			}
			if name == "faithful" {
				tell(t, "times in words", perturb(t, []byte(text), 1))
			}
		})
	}
}

// That a vaccine was given at a time that is not known, and when in words, are two things; the words are read.
func TestTimeInWordsBesideUnknown(t *testing.T) {
	i := record.Immunization{Entry: record.Entry{ID: "7a1c4e10-52f0-4d3c-9e11-000000000a05", Assertion: record.Affirmed}, Product: record.Product{Code: codedIn(record.SystemCVX, "141", "Influenza")},
		When: record.Period{Text: "January 2012", Absent: record.AbsentUnknown}}
	for name, x := range modes {
		t.Run(name, func(t *testing.T) {
			_, rec, rep := passed(t, x, &record.Record{Immunizations: []record.Immunization{i}})
			require.Equal(t, record.Period{Text: "January 2012"}, rec.Immunizations[0].When)
			require.True(t, hasIssue(rep, record.IssueLost))
		})
	}
}

// What is negated, says more, or names a time that the statement does not have, is not read as one.
func TestNoTimeInWords(t *testing.T) {
	const code, value = `<code nullFlavor="OTH"><originalText>When it was</originalText></code><statusCode code="completed"/>`, `<value xsi:type="ST">long ago</value>`
	procedure := func(rel, attrs, parts string) string {
		return `<entry><procedure classCode="PROC" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.14"/>` + cd("code", "80146002", oidSNOMED, "") + `<statusCode code="completed"/>` +
			`<entryRelationship typeCode="REFR"` + rel + `><observation classCode="OBS" ` + attrs + `><templateId root="` + templateTimeInWords + `"/>` + parts + `</observation></entryRelationship></procedure></entry>`
	}
	rec, _ := importSection(t, "47519-4", procedure("", `moodCode="EVN"`, code+value), "Procedures")
	require.Equal(t, "long ago", rec.Procedures[0].When.Text)
	for _, x := range []string{
		procedure("", `moodCode="EVN" negationInd="true"`, code+value),
		procedure(` negationInd="true"`, `moodCode="EVN"`, code+value),
		procedure("", `moodCode="INT"`, code+value),
		procedure("", `moodCode="EVN"`, code+value+value),
		procedure("", `moodCode="EVN"`, code+value+`<methodCode code="1"/>`),
		procedure("", `moodCode="EVN"`, code+`<value xsi:type="ST" nullFlavor="UNK"/>`),
		procedure("", `moodCode="EVN"`, strings.Replace(code, "was", "ended", 1)+value),
		procedure("", `moodCode="EVN"`, strings.Replace(code, "OTH", "UNK", 1)+value),
	} {
		rec, _ := importSection(t, "47519-4", x, "Procedures")
		require.True(t, rec.Procedures[0].When.IsZero(), x)
	}
}

// A unit of UCUM that the source codes otherwise keeps the source's code.
func TestUnitCodedOtherwise(t *testing.T) {
	const mmol = "258813002"
	coded := record.Quantity{Value: "28", Unit: "mmol/L", Code: mmol, System: record.SystemSNOMED}
	beside := record.Quantity{Value: "28", Unit: "mmol/L", Code: "mmol/L", System: record.SystemUCUM,
		Alternates: []record.QuantityAlternate{{Value: "28", Unit: codedIn(record.SystemSNOMED, mmol, "")}}}
	worded := beside
	worded.Alternates = []record.QuantityAlternate{{Value: "28", Unit: beside.Alternates[0].Unit}}
	worded.Alternates[0].Unit.Text = "mmol/L"
	other := beside
	other.Alternates = []record.QuantityAlternate{{Value: "28", Unit: beside.Alternates[0].Unit}}
	other.Alternates[0].Unit.Text = "millimoles"
	for name, q := range map[string]struct {
		sent, back record.Quantity
		lost       bool
	}{"coded": {coded, coded, false}, "beside": {beside, beside, false}, "worded": {worded, beside, true}, "other words": {other, other, false}} {
		t.Run(name, func(t *testing.T) {
			text, rec, rep := passed(t, Exporter{}, &record.Record{Results: []record.Observation{{
				Entry: record.Entry{ID: "7a1c4e10-52f0-4d3c-9e11-000000000b01", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusCompleted}},
				Code:  codedIn(record.SystemLOINC, "1963-8", ""), Values: []record.Value{{Quantity: &q.sent}}}}})
			got := *rec.Results[0].Values[0].Quantity
			for i := range got.Alternates {
				got.Alternates[i].Unit.Codings[0].SystemAsSent = ""
			}
			require.Equal(t, q.back, got)
			require.Equal(t, q.lost, hasIssue(rep, record.IssueLost))
			tell(t, "units", perturb(t, []byte(text), 1))
		})
	}
}
