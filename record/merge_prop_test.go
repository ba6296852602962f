package record_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

func TestMergeLaws(t *testing.T) {
	for seed := range uint64(12) {
		rec := recordtest.Generate(seed, recordtest.Small)
		a, b, _ := split(rec, seed)
		c, _, _ := split(recordtest.Generate(seed, recordtest.Small), seed+100)
		c = anonymous(c, "c")
		from(c, "c")
		abc := text(t, merge(t, a, b, c))
		for name, other := range map[string]*record.Record{
			"another order":           merge(t, c, a, b),
			"in steps":                merge(t, merge(t, a, b), c),
			"in steps from the right": merge(t, a, merge(t, b, c)),
			"twice":                   merge(t, merge(t, a, b, c), merge(t, b, c), a),
		} {
			require.Equal(t, abc, text(t, other), name)
		}
		// Taken apart again, each is as it was.
		m := merge(t, a, b, c)
		rest, taken, err := record.Unmerge(record.MergeOptions{}, m, "source-c")
		require.NoError(t, err)
		require.Len(t, taken, 1)
		require.Equal(t, text(t, c), text(t, taken[0]))
		require.Equal(t, text(t, merge(t, a, b)), text(t, rest))
		rest, taken, err = record.Unmerge(record.MergeOptions{}, rest, "source-a")
		require.NoError(t, err)
		require.Len(t, taken, 1)
		require.Equal(t, text(t, b), text(t, rest))
	}
}

func text(t testing.TB, rec *record.Record) string {
	t.Helper()
	data, err := record.Marshal(rec)
	require.NoError(t, err)
	back, err := record.Unmarshal(data)
	require.NoError(t, err)
	again, err := record.Marshal(back)
	require.NoError(t, err)
	require.Equal(t, string(data), string(again))
	return string(data)
}

// Every leaf of every part is in the merged record, or an issue names the entry that says it in other words.
func TestMergeKeepsEveryLeaf(t *testing.T) {
	for seed := range uint64(20) {
		rec := recordtest.Generate(seed, recordtest.Small)
		a, b, _ := split(rec, seed)
		b = anonymous(b, "b")
		m, _, err := record.Merge(record.MergeOptions{}, a, b)
		require.NoError(t, err)
		for _, i := range record.Validate(m) {
			require.NotEqual(t, record.SeverityError, i.Severity, "%s %s", i.Code, i.Path)
		}
		have := map[string]int{}
		for l := range record.Leaves(m) {
			have[l.Value]++
		}
		for _, part := range []*record.Record{a, b} {
			for l := range record.Leaves(part) {
				if strings.HasSuffix(l.Path, ".id") {
					continue // what refers to an entry refers to the one it became
				}
				require.NotZero(t, have[l.Value], "seed %d: %s", seed, l.Path)
			}
		}
	}
}
