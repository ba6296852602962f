package record

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// What an item's entries say has the same hash in a record of few entries, which are gone over, and in one of many, which are looked up.
func TestStatedOfFewAndMany(t *testing.T) {
	id := func(n int) string {
		return "0000000" + strconv.Itoa(n%7) + "-0000-8000-8000-00000000000" + strconv.Itoa(n/7)
	}
	made := func(more int) *Record {
		r := &Record{Patient: &Patient{Entry: Entry{ID: "p"}, BirthTime: Time{Value: "1971"}}, Sources: []Source{{ID: "s"}}}
		for n := range 20 {
			r.Results = append(r.Results, Observation{Entry: Entry{ID: id(n)}, SubID: strconv.Itoa(n)})
		}
		r.Results = append(r.Results, Observation{Entry: Entry{ID: id(3)}, SubID: "of two with one id the first counts"}, Observation{SubID: "no id"})
		r.ResultPanels = []Panel{{Entry: Entry{ID: "panel"}, Members: []Ref{{ID: id(19)}, {ID: id(0)}, {ID: "elsewhere"}, {ID: "p"}}}}
		for n := range more {
			r.Problems = append(r.Problems, Problem{Entry: Entry{ID: "more" + strconv.Itoa(n)}})
		}
		return r
	}
	items := []Item{{Entries: []string{id(3)}}, {Entries: []string{"panel"}}, {Entries: []string{"p", id(7), id(1), "panel", id(2), "nowhere", ""}}, {Entries: []string{id(19), id(18), id(19)}}}
	few, many := made(0).StatingItems(), made(2*fewStated).StatingItems()
	require.True(t, few.few)
	require.False(t, many.few)
	seen := map[string]bool{}
	for i := range items {
		h := few.OfItem(&items[i])
		require.Equal(t, many.OfItem(&items[i]), h, i)
		require.False(t, seen[h], i)
		seen[h] = true
	}
	other := made(0)
	other.Results[3].SubID = "other"
	require.NotEqual(t, few.OfItem(&items[0]), other.StatingItems().OfItem(&items[0]))
	other = made(0)
	other.Results[20].SubID = "other"
	require.Equal(t, few.OfItem(&items[0]), other.StatingItems().OfItem(&items[0]))
}
