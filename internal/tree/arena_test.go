package tree

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// numbers makes a list of n elements that are numbered, and the same as JSON.
func numbers(n int) (xml, json []byte) {
	var x, j strings.Builder
	x.WriteString("<r>")
	j.WriteString("[")
	for i := range n {
		x.WriteString("<a v='" + strconv.Itoa(i) + "'/>")
		if i > 0 {
			j.WriteString(",")
		}
		j.WriteString(strconv.Itoa(i))
	}
	x.WriteString("</r>")
	j.WriteString("]")
	return []byte(x.String()), []byte(j.String())
}

// TestNodesBeyondTheBlock: nodes are found wherever they lie, also where the memory was that of another document before.
func TestNodesBeyondTheBlock(t *testing.T) {
	var p Parser
	for _, n := range []int{1, chunkNodes, blockNodes - 2, blockNodes - 1, blockNodes, blockNodes + 3*chunkNodes, 5, 2 * blockNodes} {
		xml, json := numbers(n)
		check := func(d *Doc, err error, value func(Node) Node, each int) {
			require.NoError(t, err)
			require.Equal(t, 1+each*n, d.Len())
			k, leaves := 0, 0
			for c := range d.Root().Elements("") {
				if value(c).Value() != strconv.Itoa(k) || c.Index() != 1+each*k || c.Parent() != d.Root() {
					require.Fail(t, "a node is not where it should be", "%d of %d", k, n)
				}
				k++
			}
			require.Equal(t, n, k)
			for i, set := range d.LeafSet() {
				for b := range 64 {
					if leaf := set>>b&1 == 1; leaf != d.IsLeaf(64*i+b) {
						require.Fail(t, "a leaf is not counted, or something else is")
					} else if leaf {
						leaves++
					}
				}
			}
			require.Equal(t, n, leaves)
		}
		attr := func(c Node) Node { return c.Attr("v") }
		self := func(c Node) Node { return c }
		d, err := ParseXML(xml, XMLOptions{})
		check(d, err, attr, 2)
		d.Hint()
		check(d, nil, attr, 2)
		d, err = p.XML(xml)
		check(d, err, attr, 2)
		d, err = ParseJSON(json, Limits{})
		check(d, err, self, 1)
		d, err = p.JSON(json)
		check(d, err, self, 1)
	}
}
