package tree

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHint holds the answers of a document with hints against those of one without, for every node and every name.
func TestHint(t *testing.T) {
	var many strings.Builder
	for i := range 100 {
		fmt.Fprintf(&many, `<n%d a%d="%d"/>`, i%90, i, i)
	}
	texts := []string{
		`<r xmlns="urn:a" xmlns:b="urn:b" x="1"><c/>t<b:c b:x="2" x="3"/><c y="4"/><d><c/></d><b:e/></r>`,
		`<r>` + many.String() + `</r>`,
		`<x/>`,
	}
	names := []string{"", "r", "c", "d", "e", "x", "y", "b", "nothing", "xmlns"}
	for i := range 100 {
		names = append(names, fmt.Sprintf("n%d", i), fmt.Sprintf("a%d", i))
	}
	for _, text := range texts {
		plain, err := ParseXML([]byte(text), XMLOptions{})
		require.NoError(t, err)
		hinted, err := ParseXML([]byte(text), XMLOptions{})
		require.NoError(t, err)
		hinted.Hint()
		for i := range plain.Len() {
			p, h := plain.Node(i), hinted.Node(i)
			require.Equal(t, p.NextNamed().Index(), h.NextNamed().Index())
			for _, name := range names {
				require.Equal(t, p.Child(name).Index(), h.Child(name).Index())
				require.Equal(t, p.Attr(name).Index(), h.Attr(name).Index())
				for _, space := range []string{"", "urn:a", "urn:b"} {
					require.Equal(t, p.ChildNS(space, name).Index(), h.ChildNS(space, name).Index())
					require.Equal(t, p.AttrNS(space, name).Index(), h.AttrNS(space, name).Index())
				}
			}
		}
	}
	require.False(t, Node{}.Child("x").OK())
	(*Doc)(nil).Hint()
}

// TestHintOfJSON does the same for members.
func TestHintOfJSON(t *testing.T) {
	many := strings.Builder{}
	for i := range 300 {
		fmt.Fprintf(&many, `"n%d":[%d,{"n%d":{},"n%d":1}],`, i, i, i+64, i)
	}
	texts := []string{
		`{"a":1,"b":[{"c":2}]}`,
		`{` + many.String() + `"":{"":0,"a":1}}`,
		`[{"a\u0062c":1,"a":{"abc":{}}},[],{},{"":[{"b":null}]}]`,
		`{"aXb":1,"aYb":{"aXb":2},"c":{"aYb":3}}`,
		`7`,
	}
	names := []string{"", "a", "b", "c", "abc", "aXb", "aYb", "aZb", "nothing"}
	for i := range 400 {
		names = append(names, fmt.Sprintf("n%d", i))
	}
	for _, text := range texts {
		plain, err := ParseJSON([]byte(text), Limits{})
		require.NoError(t, err)
		hinted, err := ParseJSON([]byte(text), Limits{})
		require.NoError(t, err)
		hinted.Hint()
		for i := range plain.Len() {
			p, h := plain.Node(i), hinted.Node(i)
			require.Equal(t, p.NextNamed().Index(), h.NextNamed().Index())
			for _, name := range names {
				require.Equal(t, p.Child(name).Index(), h.Child(name).Index(), name)
			}
		}
	}
}
