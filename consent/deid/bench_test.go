package deid_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record/recordtest"
)

// What it costs to de-identify a record, beside a plain deep copy of it.
func BenchmarkRecord(b *testing.B) {
	rec := recordtest.Generate(1, recordtest.Large)
	b.Run("clone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			rec.Clone()
		}
	})
	for _, m := range methods {
		name := string(m)
		if name == "" {
			name = "safe-harbor"
		}
		b.Run(name, func(b *testing.B) {
			d, err := deid.New(options(m))
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := d.Record(b.Context(), rec); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSuppress(b *testing.B) {
	t := deid.Table{Rows: make([]string, 40), Columns: make([]string, 40)}
	for i := range 40 {
		row := make([]int, 40)
		for j := range row {
			row[j] = (i*31 + j*17) % 97
		}
		t.Cells = append(t.Cells, row)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := t.Suppress(11); err != nil {
			b.Fatal(err)
		}
	}
}
