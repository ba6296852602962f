package room

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPiecesAreTheirOwners(t *testing.T) {
	var m Of[int]
	var lists [][]int
	for n := range 300 {
		l := m.List(n)
		require.Empty(t, l)
		require.Equal(t, n, cap(l))
		for range n {
			l = append(l, n)
		}
		lists = append(lists, l)
	}
	for n, l := range lists {
		_ = append(l, -1) // moves elsewhere
		for _, v := range l {
			require.Equal(t, n, v)
		}
	}
	require.Nil(t, m.Keep(nil))
	one := 1
	kept := m.One(&one)
	one = 2
	require.Equal(t, 1, *kept)
}

func TestExpected(t *testing.T) {
	var m Of[int]
	m.List(1)
	m.Expect(30)
	require.Len(t, m.free, 3, "nothing is made before it is needed")
	lists := make([][]int, 40)
	for n := range lists {
		lists[n] = append(m.List(1), n)
	}
	for n := range lists {
		require.Equal(t, []int{n}, lists[n])
	}
	m = Of[int]{}
	m.Expect(1 << 20)
	m.List(1)
	require.Len(t, m.free, mostPiece-1, "pieces stay small, whatever is expected")
}

func TestTextsStay(t *testing.T) {
	var m Texts
	var got, want []string
	for n := range 2000 {
		b := []byte(strings.Repeat("x", n%700) + "y")
		want = append(want, string(b))
		got = append(got, m.Keep(b))
		clear(b)
	}
	require.Equal(t, want, got)
	require.Empty(t, m.Keep(nil))
}
