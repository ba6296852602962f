package hl7v2

import (
	"bytes"
	"math/rand/v2"
	"slices"
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

// Whatever stands in place of whatever part of a segment, delimiters and escapes cut in two among it, the index is that of the whole read again.
func TestWithinAnywhere(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	fast := 0
	try := func(data []byte, tries int) {
		m, err := Parse(data, Options{})
		if err != nil || m.SegmentCount() < 2 {
			return
		}
		x := m.x
		for range tries {
			s := m.SegmentAt(1 + rng.IntN(m.SegmentCount()-1))
			first, last := s.Pieces()
			begin, end := int(x.marks[first]>>posShift), int(x.marks[last]>>posShift)
			from := begin + rng.IntN(end-begin+1)
			to := min(end, from+rng.IntN(12))
			text := make([]byte, rng.IntN(9))
			for i := range text {
				text[i] = `ab|^~&\\ E`[rng.IntN(10)]
			}
			y, ok := x.within(s, from, to, text)
			if !ok {
				continue
			}
			fast++
			again, err := Parse(slices.Concat(x.data[:from], text, x.data[to:]), Options{})
			require.NoError(t, err)
			require.Equal(t, again.x.data, y.data)
			require.Equal(t, again.x.marks, y.marks, "%q for %d to %d of %q", text, from, to, x.data)
			require.Equal(t, again.x.fields, y.fields)
			require.Equal(t, again.x.segs, y.segs)
			require.Equal(t, again.x.text, y.text)
			require.Equal(t, again.x.kinds, y.kinds)
			require.Equal(t, []any{again.x.from, again.x.to, again.x.encodingEnd, again.x.lf, again.x.term}, []any{y.from, y.to, y.encodingEnd, y.lf, y.term})
			require.True(t, bytes.Equal(m.Bytes(), data))
		}
	}
	try([]byte("MSH|^~\\&|A\rPID|1||A\\T\\B&C^D~E\\|\\F\\|\rZZZ\rOBX|\\|^\\~&|x\r\rNTE|1|\\"), 20_000)
	try([]byte("MSH#@*!%#A\r\nPID#1##A!T!B%C@D*E!#!F!#\r\nNTE#1#!\r\n"), 5_000)
	try([]byte("MSH|^~\\&|A\rPID|1||a\nb^c|\rNTE|1|a|b\r"), 2_000)
	for _, f := range samples(t) {
		if len(f.data) < 4_000 {
			try(f.data, 20)
		}
	}
	require.Greater(t, fast, 10_000)
}
