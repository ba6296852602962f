package tree

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBorrowed: what was taken from a document that was given back stays as it was, whatever is read into its memory.
func TestBorrowed(t *testing.T) {
	text := func(i int) []byte {
		return []byte(fmt.Sprintf(`{"first":"v%d","w\u0061y":["a\tb%d",{"name%d":%d}],"name%d":{}}`, i, i, i, i, i+1))
	}
	var got, want []string
	for i := range 50 {
		d, err := BorrowJSON(text(i), Limits{})
		require.NoError(t, err)
		plain, err := ParseJSON(text(i), Limits{})
		require.NoError(t, err)
		if i%2 == 0 {
			d.Hint()
		}
		require.Equal(t, plain.Len(), d.Len())
		for k := range plain.Len() {
			got = append(got, d.Node(k).Name(), d.Node(k).Value())
			want = append(want, plain.Node(k).Name(), plain.Node(k).Value())
		}
		require.Equal(t, fmt.Sprint(i), d.Root().Child("way").First().Next().Child(fmt.Sprintf("name%d", i)).Value())
		require.False(t, d.Root().Child(fmt.Sprintf("name%d", i)).OK())
		d.GiveBack()
		d.GiveBack()
	}
	require.Equal(t, want, got)
	_, err := BorrowJSON([]byte(`{"a":1,"a":2}`), Limits{})
	require.Error(t, err)
	(*Doc)(nil).GiveBack()
	d, err := ParseJSON(text(1), Limits{})
	require.NoError(t, err)
	d.GiveBack()
	require.Equal(t, "v1", d.Root().Child("first").Value(), "it was not borrowed")
}

// TestGuessedNames: a name that begins or ends as the one that came last behind another is not taken for it.
func TestGuessedNames(t *testing.T) {
	names := []string{"a", "ab", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghijklmno", "abcdefghijklmnop", "abcdefghijklmnopq", "x"}
	var b strings.Builder
	var want []string
	b.WriteString("[")
	for i := range 400 {
		first, second := names[i%len(names)], names[i*i/3%len(names)]
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `{"k":0,%q:{%q:1}}`, first, second)
		want = append(want, "k", first, second)
	}
	b.WriteString("]")
	d, err := ParseJSON([]byte(b.String()), Limits{})
	require.NoError(t, err)
	var got []string
	for i := range d.Len() {
		if name := d.Node(i).Name(); name != "" {
			got = append(got, name)
		}
	}
	require.Equal(t, want, got)
}

// TestWithin holds what goes over members and items against Children.
func TestWithin(t *testing.T) {
	d, err := ParseJSON([]byte(`{"a":[1,[2,{"b":3}],{}],"c":{"d":{},"e":[]},"f":null}`), Limits{})
	require.NoError(t, err)
	for i := range d.Len() {
		var got, want []int
		for in := d.Node(i).Within(); in.Next(); {
			got = append(got, in.Node().Index())
		}
		for c := range d.Node(i).Children() {
			want = append(want, c.Index())
		}
		require.Equal(t, want, got)
	}
	none := Node{}.Within()
	require.False(t, none.Next())
}
