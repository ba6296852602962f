package fhir

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// TestPerturbOwn: the ledger does not lie about what our own exporter writes.
func TestPerturbOwn(t *testing.T) {
	every := 37
	if *thorough {
		every = 1
	}
	for _, list := range listsBack {
		t.Run(list, func(t *testing.T) {
			rec := recordtest.Focus(recordtest.Full(), list)
			rec.Patient = &record.Patient{Entry: record.Entry{ID: rec.Patient.ID, Assertion: record.Affirmed}}
			rec.Sources, rec.Carried = nil, nil
			var b bytes.Buffer
			_, err := Exporter{}.Export(t.Context(), rec, &b, testOptions)
			require.NoError(t, err)
			data := b.Bytes()
			recs, issues, taken, scaffold, d := reading(t, data)
			for i, n := 0, 0; i < d.tree.Len(); i++ {
				if !d.tree.IsLeaf(i) || !taken[i] && !scaffold[i] {
					continue
				}
				x := d.tree.Node(i)
				if n++; n%every != 0 || extension(x.Parent().Child("_"+x.Name()), extTime).OK() {
					continue // a time that was cut for FHIR says what stands beside it
				}
				r2, i2, _, _, d2 := reading(t, altered(data, x))
				if d2 == nil {
					continue
				}
				where := fmt.Sprintf("%s: %s", list, x.Path(nil))
				if taken[i] {
					require.False(t, recs == r2, "mapped, but the record says the same: "+where)
				} else {
					require.False(t, issues == i2 && recs == r2, "scaffold, but nobody noticed: "+where)
				}
			}
		})
	}
}
