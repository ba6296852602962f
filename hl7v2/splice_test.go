package hl7v2

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// A change within a segment gives the same index as reading the whole again.
func TestWithin(t *testing.T) {
	fast := 0
	for _, f := range samples(t) {
		m, err := Parse(f.data, Options{})
		if err != nil || len(f.data) > 4_000 {
			continue
		}
		for s := range m.Segments() {
			for n := 1; n <= s.Len()+2; n += 7 {
				for _, value := range []string{"", "U", "a|b^c\\d", "line\nline", "é"} {
					edited := *m
					address := s.Name() + "[" + strconv.Itoa(occurrenceOf(s)) + "]-" + strconv.Itoa(n)
					change := func() error { return edited.Set(address, value) }
					if value == "" {
						change = func() error { return edited.Delete(address) }
					}
					if change() != nil {
						continue
					}
					again, err := Parse(edited.Bytes(), Options{})
					require.NoError(t, err, f.name)
					require.Equal(t, again.x.marks, edited.x.marks, "%s %s %q", f.name, address, value)
					require.Equal(t, again.x.fields, edited.x.fields, f.name)
					require.Equal(t, again.x.segs, edited.x.segs, f.name)
					require.Equal(t, again.x.text, edited.x.text, f.name)
					require.Equal(t, []int{again.x.from, again.x.to, again.x.encodingEnd, int(again.x.lf)}, []int{edited.x.from, edited.x.to, edited.x.encodingEnd, int(edited.x.lf)}, f.name)
					if _, ok := m.x.within(s, s.Field(1).Offset(), s.Field(1).Offset(), []byte("x")); ok {
						fast++
					}
				}
			}
		}
	}
	require.NotZero(t, fast)
}

func occurrenceOf(s Segment) int {
	n, _ := s.x.occurrence(int(s.n))
	return n
}
