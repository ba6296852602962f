package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A text, a number without a unit, a time of day are values as much as any: whoever changes one changes what is said.
func TestChangedTextsAreNoticed(t *testing.T) {
	for name, set := range map[string]func(v *record.Value, text string){
		"text":        func(v *record.Value, text string) { v.Text = &text },
		"integer":     func(v *record.Value, text string) { v.Integer = &text },
		"decimal":     func(v *record.Value, text string) { v.Decimal = &text },
		"time of day": func(v *record.Value, text string) { v.TimeOfDay = &text },
	} {
		t.Run(name, func(t *testing.T) {
			o := func(id, text string) record.Observation {
				v := record.Value{}
				set(&v, text)
				return record.Observation{Entry: entry(id, record.Affirmed), Code: systolic, When: on("2024-01-05T09:30"), Values: []record.Value{v}}
			}
			rec := &record.Record{Results: []record.Observation{o("o", "1")}}
			before := rec.StatingItems().OfItem(&record.Item{Entries: []string{"o"}})
			rec.Results[0] = o("o", "2")
			require.NotEqual(t, before, rec.StatingItems().OfItem(&record.Item{Entries: []string{"o"}}))
			_, n, conflicts := mergedPair(t, addVital, o("", "1"), o("", "2"))
			require.Equal(t, 2, n)
			require.Equal(t, []string{"values"}, conflicts)
		})
	}
}
