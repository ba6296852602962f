package record_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// What items state is the same whether it is hashed beside a rest or not, of few entries and of many, and what the rest carries counts.
func TestStateItemsBeside(t *testing.T) {
	for _, size := range []recordtest.Size{recordtest.Small, recordtest.Medium} {
		rec := recordtest.Generate(3, size)
		rec.Sources = append(rec.Sources, record.Source{ID: "items"})
		src := &rec.Sources[len(rec.Sources)-1]
		for i := range rec.Results {
			src.Items = append(src.Items, record.Item{Type: "Observation", ID: fmt.Sprint(i), Entries: []string{rec.Results[i].ID}})
		}
		src.Items = append(src.Items, record.Item{Type: "Patient", ID: "p", Entries: []string{rec.Patient.ID}})
		carry := func() {
			rec.Carried = append(rec.Carried, record.Carried{Owner: rec.Results[0].ID, Kind: "value", Name: "x", Data: "1"})
		}
		stated := func() (all []string) {
			for _, it := range src.Items {
				require.NotEmpty(t, it.Stated)
				all = append(all, it.Stated)
			}
			return all
		}
		rec.StateItems()
		bare := stated()
		carried := len(rec.Carried)
		rec.StateItemsBeside(carry)
		beside := stated()
		require.Len(t, rec.Carried, carried+1)
		require.NotEqual(t, bare[0], beside[0])
		require.Equal(t, bare[1:], beside[1:])
		rec.StateItems()
		require.Equal(t, beside, stated())

		// The help has ended even where the rest does not come to its end.
		require.PanicsWithValue(t, "rest", func() { rec.StateItemsBeside(func() { panic("rest") }) })
		rec.StateItems()
		require.Equal(t, beside, stated())
	}
}
