package codes

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNameTable(t *testing.T) {
	const text = "alphabetagammaalpha"
	table := newNameTable(text, 0)
	_, ok := table.row("alpha")
	require.False(t, ok)
	table.add(piece{0, 5}, 1)
	table.add(piece{5, 4}, 2)
	table.add(piece{9, 5}, 3)
	table.add(piece{14, 5}, 4) // the same name again
	for n := range uint32(14) {
		table.add(piece{n, 1}, 7) // more than there was room for
	}
	for name, want := range map[string]int32{"alpha": 4, "beta": 2, "gamma": 3, "a": 7, "g": 7} {
		got, ok := table.row(name)
		require.True(t, ok, name)
		require.Equal(t, want, got, name)
	}
	for _, name := range []string{"", "alphabet", "z", "Alpha"} {
		_, ok := table.row(name)
		require.False(t, ok, name)
	}
	_, ok = (&nameTable{}).row("alpha")
	require.False(t, ok)
}

// A set has the codes of its system, each one and no other.
func TestSet(t *testing.T) {
	sets := 0
	for i := range sections().rows {
		s := &sections().rows[i]
		set := Set(s.uri)
		for line := range strings.Lines(s.lines) {
			code, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			require.Equal(t, s.complete, set.Has(code), "%s %s", s.uri, code)
			if s.complete {
				_, _, _, want := s.get(strings.ToLower(code))
				require.Equal(t, want, set.Has(strings.ToLower(code)), "%s %s", s.uri, code)
			}
		}
		require.False(t, set.Has(""), s.uri)
		require.False(t, set.Has("no code of any system"), s.uri)
		if s.complete {
			sets++
		}
	}
	require.Positive(t, sets)
	none := Set("urn:oid:1.2.3")
	require.False(t, none.Has("A"))
}
