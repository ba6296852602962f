package fhir

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func mg(v string) *record.Quantity {
	return &record.Quantity{Value: v, Unit: "mg/dL", Code: "mg/dL", System: record.SystemUCUM}
}

func TestObservation(t *testing.T) {
	glucose := coded(record.SystemLOINC, "2345-7", "Glucose")
	noon := record.Period{At: record.Time{Value: "2021-05-06T07:08:09-04:00"}}
	result := func(v ...record.Value) record.Observation {
		return record.Observation{Entry: entryOf(record.Affirmed, record.StatusCompleted), Code: glucose, When: noon, Values: v}
	}
	lab := result(record.Value{Quantity: mg("1.80")})
	lab.Categories = []record.Concept{coded(sysObservationCategory, "laboratory", "Laboratory")}
	denied := result(record.Value{Concept: codedPtr(record.SystemSNOMED, "10828004", "Positive")})
	denied.Assertion = record.Negated
	planned := result()
	planned.Mode = record.ModeIntent
	noTime := result(record.Value{Quantity: mg("7")})
	noTime.When = record.Period{}
	refused := result(record.Value{Absent: record.AbsentAskedDeclined})
	refused.Status.Code = record.StatusRefused
	ranged := result(record.Value{Quantity: mg("7")})
	ranged.ReferenceRanges = []record.ReferenceRange{
		{Value: &record.Value{Range: &record.Range{Low: mg("70"), High: mg("99")}}, Type: codedPtr("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "N", "Normal")},
		{Value: &record.Value{Range: &record.Range{High: mg("500")}}, Type: codedPtr("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "HH", "Critical high")},
		{Value: &record.Value{Text: ptr("fasting: below 100")}},
	}
	parts := result(record.Value{Quantity: mg("7")})
	parts.Components = []record.Component{{Code: coded(record.SystemLOINC, "20565-8", "CO2"), Values: []record.Value{{Text: ptr("low")}}},
		{Code: coded(record.SystemSNOMED, "25064002", "Headache"), Assertion: record.Negated}}
	low := record.Range{Low: mg("500")}
	for _, tc := range []struct {
		name  string
		o     record.Observation
		kind  string
		want  map[string]string
		issue string
	}{
		{"of the laboratory", lab, "Observation", map[string]string{"meta.profile[0]": profileBase + "observation-lab", "status": "final", "valueQuantity.value": "1.8",
			"valueQuantity.code": "mg/dL", "effectiveDateTime": "2021-05-06T07:08:09-04:00", "category[0].coding[0].code": "laboratory", "category[1]": ""}, ""},
		{"of no known category", result(record.Value{Quantity: mg("7")}), "Observation", map[string]string{"meta.profile[0]": profileBase + "observation-clinical-result",
			"category[0].extension[0].valueCode": "unknown"}, "data-absent"},
		{"a number without a unit", result(record.Value{Decimal: ptr("0.50")}), "Observation", map[string]string{"valueQuantity.value": "0.5", "valueQuantity.unit": ""}, ""},
		{"a whole number", result(record.Value{Integer: ptr("3")}), "Observation", map[string]string{"valueInteger": "3"}, ""},
		{"a bound", result(record.Value{Range: &record.Range{High: mg("200"), HighOpen: ptr(true)}}), "Observation", map[string]string{"valueQuantity.comparator": "<", "valueQuantity.value": "200"}, ""},
		{"a bound that is in", result(record.Value{Range: &low}), "Observation", map[string]string{"valueQuantity.comparator": ">="}, ""},
		{"a range", result(record.Value{Range: &record.Range{Low: mg("1"), High: mg("2")}}), "Observation", map[string]string{"valueRange.low.value": "1", "valueRange.high.value": "2"}, ""},
		{"why there is none", result(record.Value{Absent: record.AbsentTemporarily}), "Observation", map[string]string{"dataAbsentReason.coding[0].code": "temp-unknown"}, ""},
		{"none, and no reason", result(), "Observation", map[string]string{"dataAbsentReason.coding[0].code": "unknown"}, "data-absent"},
		{"several values", result(record.Value{Text: ptr("yeast")}, record.Value{Text: ptr("mould")}), "Observation", map[string]string{"valueString": "",
			"component[0].valueString": "yeast", "component[1].valueString": "mould", "component[1].code.coding[0].code": "2345-7"}, ""},
		{"a file", result(record.Value{Attachment: &record.Attachment{ContentType: "text/plain", Text: "growth"}}), "Observation", map[string]string{"valueString": "", "dataAbsentReason.coding[0].code": "unsupported"}, ""},
		{"no time is made up", noTime, "Observation", map[string]string{"effectiveDateTime": "", "_effectiveDateTime": "", "effectivePeriod": ""}, ""},
		{"refused", refused, "Observation", map[string]string{"status": "cancelled", "dataAbsentReason.coding[0].code": "asked-declined"}, ""},
		{"the normal range alone", ranged, "Observation", map[string]string{"referenceRange[0].low.value": "70", "referenceRange[1].text": "fasting: below 100", "referenceRange[2]": ""}, ""},
		{"a component that was not found", parts, "Observation", map[string]string{"component[0].valueString": "low", "component[1]": ""}, "not-stated"},
		{"not found", denied, "Basic", nil, "not-stated"},
		{"planned", planned, "Basic", nil, "not-stated"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			by, issues := sent(t, &record.Record{Results: []record.Observation{tc.o}})
			require.Len(t, by[tc.kind], 1)
			says(t, by[tc.kind][0], tc.want)
			if tc.kind == "Basic" {
				require.Empty(t, by["Observation"])
			}
			if tc.issue != "" {
				require.Positive(t, issues[tc.issue])
			}
		})
	}
}

func TestNumbersStayAsWritten(t *testing.T) {
	out, _ := export(t, Exporter{}, &record.Record{Results: []record.Observation{{Entry: entryOf(record.Affirmed, record.StatusFinal), Values: []record.Value{{Quantity: mg("1.80")}}}}})
	require.Contains(t, string(out), `"value":1.80`)
}

func TestPanel(t *testing.T) {
	const a, b = "00000000-0000-8000-8000-00000000000a", "00000000-0000-8000-8000-00000000000b"
	member := func(id string) record.Observation {
		return record.Observation{Entry: record.Entry{ID: id, Assertion: record.Affirmed, Status: record.Status{Code: record.StatusCompleted}},
			Code: coded(record.SystemLOINC, "2345-7", "Glucose"), Values: []record.Value{{Quantity: mg("7")}},
			Categories: []record.Concept{coded(sysObservationCategory, "laboratory", "Laboratory")}}
	}
	rec := &record.Record{
		Results: []record.Observation{member(a)},
		ResultPanels: []record.Panel{{Entry: entryOf(record.Affirmed, record.StatusCompleted), Code: coded(record.SystemLOINC, "24323-8", "Panel"),
			Members: []record.Ref{{ID: a}}, Specimens: []record.Ref{{ID: b}}, When: record.Period{At: utcDay("2020-01-02")},
			Categories: []record.Concept{coded(sysDiagnosticService, "LAB", "Laboratory")}}},
		Specimens: []record.Specimen{{Entry: record.Entry{ID: b, Assertion: record.Affirmed}, Type: coded(record.SystemSNOMED, "122555007", "Venous blood"), Description: "cloudy"}},
	}
	by, _ := sent(t, rec)
	says(t, by["DiagnosticReport"][0], map[string]string{"meta.profile[0]": profileBase + "diagnosticreport-lab", "status": "final", "effectiveDateTime": "2020-01-02",
		"_issued.extension[0].valueCode": "unknown", "result[0].reference": "urn:uuid:" + a, "specimen[0].reference": "urn:uuid:" + b})
	says(t, by["Observation"][0], map[string]string{"effectiveDateTime": "", "effectivePeriod": "", "valueQuantity.value": "7"})
	says(t, by["Specimen"][0], map[string]string{"type.coding[0].code": "122555007", "note[0].text": "cloudy"})

	rec.ResultPanels[0].Assertion = record.Negated
	by, _ = sent(t, rec)
	require.Empty(t, by["DiagnosticReport"])
	require.Len(t, by["Basic"], 1)
}

// classes is a terminology that knows the class of one LOINC code.
type classes struct{ record.Terminology }

func (classes) Lookup(_ context.Context, system, code string) (record.CodeInfo, bool, error) {
	if system != record.SystemLOINC || code != "2345-7" {
		return record.CodeInfo{}, false, nil
	}
	return record.CodeInfo{Properties: []record.CodeProperty{{Name: "CLASSTYPE", Value: "1"}}}, true, nil
}

func TestCategoryByTerminology(t *testing.T) {
	w := &writer{opts: record.ExportOptions{Terminology: classes{}}, ctx: context.Background()}
	glucose, other := coded(record.SystemLOINC, "2345-7", ""), coded(record.SystemLOINC, "0-0", "")
	require.Equal(t, "laboratory", w.loincClass(&glucose))
	require.Empty(t, w.loincClass(&other))
	require.Empty(t, (&writer{}).loincClass(&glucose))
}

// An Observation of somebody else than its subject is not read as the patient's: by a code it is carried whole, by a reference it keeps whose it is.
func TestObservationsOfOthers(t *testing.T) {
	rate := func(more string) string {
		return `{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"Patient/p"},"valueQuantity":{"value":77777,"unit":"/min"}` + more + `}`
	}
	rec, rep := imported(t, bundleOf(rate(`,"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/observation-focusCode","valueCodeableConcept":{"text":"the unborn child"}}]`)))
	require.Empty(t, append(rec[0].Results, append(rec[0].Observations, rec[0].Vitals...)...))
	require.NotEmpty(t, ofCode(rep[0], record.IssueOtherSubject.Code))
	var carried strings.Builder
	for _, c := range rec[0].Carried {
		carried.WriteString(c.Data)
	}
	require.Contains(t, carried.String(), "77777")

	for focus, other := range map[string]bool{`{"reference":"RelatedPerson/7"}`: true, `{"display":"the unborn child"}`: true, `{"reference":"Patient/p"}`: false, `{"reference":"Condition/7"}`: false} {
		rec, _ := imported(t, bundleOf(rate(`,"focus":[`+focus+`]`)))
		all := append(rec[0].Results, append(rec[0].Observations, rec[0].Vitals...)...)
		require.Len(t, all, 1)
		require.Equal(t, other, all[0].OfOther(rec[0].Patient), focus)
	}
}
