package ccda

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A bound never goes out as the number that it is the bound of.
func TestBoundIsNoValue(t *testing.T) {
	below := func(value, unit string) *record.Quantity {
		q := measured(value, unit)
		q.Comparator = "<"
		return q
	}
	other := below("5", "mg/dL")
	other.Alternates = []record.QuantityAlternate{{Value: "0.28", Unit: record.Concept{Codings: []record.Coding{{System: record.SystemUCUM, SystemAsSent: "2.16.840.1.113883.6.8", Code: "mmol/L"}}}}}
	titer := &record.Ratio{Numerator: &record.Quantity{Value: "1", Comparator: "<"}, Denominator: &record.Quantity{Value: "10"}}
	words := "<1 : 10"
	result := func(v record.Value) *record.Record {
		return &record.Record{Results: []record.Observation{{Entry: entryOf(record.Affirmed, record.StatusCompleted), Code: codedIn(record.SystemLOINC, "2345-7", "Glucose"), Values: []record.Value{v}}}}
	}
	value := func(rec *record.Record) any { return rec.Results[0].Values }
	age := func(rec *record.Record) any { return rec.Problems[0].OnsetAge }
	dose := func(rec *record.Record) any { return rec.Medications[0].Dosages[0].Dose.Quantity }
	for _, c := range []struct {
		name, mode string
		rec        *record.Record
		of         func(*record.Record) any
		want       any
		not        string
	}{
		{"with a translation", "faithful", result(record.Value{Quantity: other}), value, []record.Value{{Quantity: other}}, `"PQ"`},
		{"with a translation", "conformant", result(record.Value{Quantity: other}), value, []record.Value{{Quantity: other}}, `"PQ"`},
		{"a titer", "native", result(record.Value{Ratio: titer}), value, []record.Value{{Ratio: titer}}, `"1"`},
		{"a titer", "faithful", result(record.Value{Ratio: titer}), value, []record.Value{{Text: &words}}, "RTO"},
		{"a titer", "conformant", result(record.Value{Ratio: titer}), value, []record.Value{{Text: &words}}, "RTO"},
		{"an age", "native", &record.Record{Problems: []record.Problem{{Entry: entryOf(record.Affirmed, ""), Code: coded("195967001", "Asthma"), OnsetAge: below("5", "a")}}},
			age, below("5", "a"), `"5"`},
		{"an age", "faithful", &record.Record{Problems: []record.Problem{{Entry: entryOf(record.Affirmed, ""), Code: coded("195967001", "Asthma"), OnsetAge: below("5", "a")}}},
			age, &record.Quantity{Unit: "a", Code: "a", System: record.SystemUCUM, Absent: record.AbsentOther}, `"5"`},
		{"an age", "conformant", &record.Record{Problems: []record.Problem{{Entry: entryOf(record.Affirmed, ""), Code: coded("195967001", "Asthma"), OnsetAge: below("5", "a")}}},
			age, &record.Quantity{Unit: "a", Code: "a", System: record.SystemUCUM, Absent: record.AbsentOther}, `"5"`},
		{"a dose", "conformant", &record.Record{Medications: []record.Medication{{Entry: entryOf(record.Affirmed, record.StatusActive), Product: aspirin,
			Dosages: []record.Dosage{{Dose: &record.Amount{Quantity: &record.Quantity{Value: "5", Comparator: "ad", Alternates: other.Alternates}}}}}}},
			dose, &record.Quantity{Absent: record.AbsentOther}, `"0.28"`},
	} {
		t.Run(c.name+" "+c.mode, func(t *testing.T) {
			if c.mode == "native" { // what was C-CDA has it as sources do
				c.rec.Sources = []record.Source{{Format: formatName}}
			}
			text, back, _ := passed(t, modes[c.mode], c.rec)
			require.NotContains(t, text, `value=`+c.not)
			require.NotContains(t, text, `xsi:type=`+c.not)
			require.Equal(t, c.want, c.of(back))
		})
	}
}

// A conformant interval has the bounds that the schema has together, and a ratio both its parts (CDA R2 IVL, RTO).
func TestIntervalBounds(t *testing.T) {
	no := false
	other := *measured("5", "mg")
	other.Alternates = []record.QuantityAlternate{{Value: "5000", Unit: record.Concept{Codings: []record.Coding{{System: record.SystemUCUM, SystemAsSent: "2.16.840.1.113883.6.8", Code: "ug"}}}}}
	translated := record.Value{Range: &record.Range{Low: measured("1", "mg"), High: &other, HighOpen: &no}}
	one, two, three := measured("1", "mg"), measured("2", "mg"), measured("3", "mg")
	day := func(v string) record.Time { return record.Time{Value: v} }
	for name, c := range map[string]struct{ value, want record.Value }{
		"a bound with a translation": {translated, translated},
		"a center between":           {record.Value{Range: &record.Range{Low: one, Center: two, High: three}}, record.Value{Range: &record.Range{Low: one, High: three}}},
		"a width too":                {record.Value{Range: &record.Range{Low: one, Width: two, High: three}}, record.Value{Range: &record.Range{Low: one, High: three}}},
		"a width and an end":         {record.Value{Range: &record.Range{Width: two, High: three}}, record.Value{Range: &record.Range{Width: two, High: three}}},
		"a center alone":             {record.Value{Range: &record.Range{Center: two, Width: one}}, record.Value{Range: &record.Range{Center: two, Width: one}}},
		"half of a ratio":            {record.Value{Ratio: &record.Ratio{Denominator: one}}, record.Value{Ratio: &record.Ratio{Numerator: &record.Quantity{Absent: record.AbsentNoInformation}, Denominator: one}}},
		"a time's center":            {record.Value{Period: &record.Period{Start: day("2024"), Center: day("2025")}}, record.Value{Period: &record.Period{Start: day("2024")}}},
		"a time's width":             {record.Value{Period: &record.Period{Start: day("2024"), Width: measured("1", "a"), End: day("2025")}}, record.Value{Period: &record.Period{Start: day("2024"), End: day("2025")}}},
	} {
		t.Run(name, func(t *testing.T) {
			for mode, want := range map[string]record.Value{"faithful": c.value, "conformant": c.want} {
				rec := &record.Record{Results: []record.Observation{{Entry: entryOf(record.Affirmed, record.StatusCompleted), Code: codedIn(record.SystemLOINC, "2345-7", "Glucose"), Values: []record.Value{c.value}}}}
				_, back, rep := passed(t, modes[mode], rec)
				require.Equal(t, []record.Value{want}, back.Results[0].Values, mode)
				require.Equal(t, mode == "conformant" && !reflect.DeepEqual(want, c.value),
					slices.ContainsFunc(rep.Issues, func(i record.Issue) bool { return strings.HasPrefix(i.Path, "results[0].values[0].") }), mode)
			}
		})
	}
}

// A bound that stands alone is not told with a sign before it that could be a minus.
func TestWordsOfRange(t *testing.T) {
	for want, g := range map[string]record.Range{
		"1 mg – 3 mg":   {Low: measured("1", "mg"), High: measured("3", "mg")},
		"at most 3 mg":  {High: measured("3", "mg")},
		"at least 1 mg": {Low: measured("1", "mg")},
		"2 mg":          {Center: measured("2", "mg")},
	} {
		require.Equal(t, want, wordsOfValue(&record.Value{Range: &g}))
	}
}
