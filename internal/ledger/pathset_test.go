package ledger_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/record"
)

// TestLostOnce holds that each of many leaves is lost once, however often it is named, on memory of its own or of an export that is done.
func TestLostOnce(t *testing.T) {
	const n = 3000
	var memory ledger.PathSet
	for range 3 {
		o := ledger.Out{Report: &record.Report{}, Named: memory}
		for range 2 {
			for i := range n {
				o.In("problems", i)
				o.DropString("language", "xx", &record.IssueLost)
				o.Drop("status", &record.Status{Code: "a"}, &record.IssueLost)
				o.Leave()
			}
		}
		require.Equal(t, 2*n, o.Lost)
		seen := map[string]bool{}
		for i, x := range o.Report.Issues {
			want := "problems[" + strconv.Itoa(i/2) + []string{"].language", "].status.code"}[i%2]
			require.Equal(t, want, x.Path)
			require.False(t, seen[x.Path])
			seen[x.Path] = true
		}
		require.Len(t, seen, 2*n)
		memory = o.Named
		memory.Empty(2 * n)
	}
	memory.Empty(0) // it has no paths: its memory may stay
	o := ledger.Out{Report: &record.Report{}, Named: memory}
	o.DropString("language", "xx", &record.IssueLost)
	require.Equal(t, 1, o.Lost)
	o.Named.Empty(0)
	require.Zero(t, o.Named)
}
