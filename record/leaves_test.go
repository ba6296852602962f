package record_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
	"github.com/stretchr/testify/require"
)

func TestLeavesOfTheFullRecord(t *testing.T) {
	rec := recordtest.Full()
	paths := map[string]bool{}
	var each []string
	record.EachLeaf("", rec, func(p string) { each = append(each, p) })
	n := 0
	for leaf := range record.Leaves(rec) {
		require.False(t, paths[leaf.Path], leaf.Path)
		paths[leaf.Path] = true
		require.NotEmpty(t, leaf.Value, leaf.Path)
		require.Equal(t, each[n], leaf.Path)
		n++
	}
	require.Equal(t, n, record.CountLeaves(rec))
	require.True(t, paths["allergies[0].substance.codings[0].code"])
	require.True(t, paths["documents[0].sections[0].narrative.nodes[0].kind"])
	for p := range paths {
		for _, made := range []string{".origins", "sources", "carried[", ".section"} {
			require.False(t, strings.HasSuffix(p, made) || strings.HasPrefix(p, made), p)
		}
	}
}

// Clearing any leaf changes the record there and nowhere else, and makes one leaf less, or shows the other forms' own.
func TestClearAndRestore(t *testing.T) {
	rec := recordtest.Focus(recordtest.Full(), "allergies", "documents", "medications", "results")
	before, err := record.Marshal(rec)
	require.NoError(t, err)
	whole, err := record.Unmarshal(before)
	require.NoError(t, err)
	all, n := record.CountLeaves(rec), 0
	for leaf := range record.Leaves(rec) {
		if n++; n%31 != 0 {
			continue
		}
		leaf.Clear()
		require.Equal(t, all-1, record.CountLeaves(rec), leaf.Path)
		changes := record.Diff(whole, rec)
		require.NotEmpty(t, changes, leaf.Path)
		leaf.Restore()
	}
	after, err := record.Marshal(rec)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
}

func TestLeavesCanBeLeftEarly(t *testing.T) {
	n := 0
	for range record.Leaves(recordtest.Full()) {
		if n++; n == 3 {
			break
		}
	}
	require.Equal(t, 3, n)
}

// Reading one record from many goroutines is safe: layouts and tallies are made once.
func TestConcurrentReaders(t *testing.T) {
	rec := recordtest.Generate(3, recordtest.Small)
	want, err := record.Marshal(rec)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, err := record.Marshal(rec)
			if err != nil || string(got) != string(want) || len(record.Validate(rec)) != 0 {
				t.Error("a reader saw something else")
			}
			back, err := record.Unmarshal(got)
			if err != nil || !record.Equal(rec, back) || record.CountLeaves(rec) != record.CountLeaves(back) {
				t.Error("a reader read something else")
			}
		})
	}
	wg.Wait()
}
