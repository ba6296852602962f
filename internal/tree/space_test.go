package tree

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSpaceIn shows which texts of white space are left out, and that the tree says where they were.
func TestSpaceIn(t *testing.T) {
	const doc = "<r>\n <a> </a>\n <b> x <c/> <d/> </b> <e><f/> </e><g><!-- --><h/></g> <text> <p> <q/> </p> </text> <p> <q/> </p>\n</r>"
	shape := func(spaceIn string) string {
		d, err := ParseXML([]byte(doc), XMLOptions{SpaceIn: spaceIn})
		require.NoError(t, err)
		var out strings.Builder
		var walk func(n Node)
		walk = func(n Node) {
			for c := range n.Children() {
				if c.Spaced() {
					out.WriteString("+")
				}
				if c.Kind() == Text {
					out.WriteString("[" + strings.ReplaceAll(c.Value(), "\n", "") + "]")
					continue
				}
				out.WriteString(c.Name() + "(")
				walk(c)
				out.WriteString(")")
			}
		}
		walk(d.Root())
		return out.String()
	}
	require.Equal(t, "[ ]a([ ])[ ]b([ x ]c()[ ]d()[ ])[ ]e(f()[ ])g(h())[ ]text([ ]p([ ]q()[ ])[ ])[ ]p([ ]q()[ ])[]", shape(""))
	require.Equal(t, "+a([ ])+b([ x ]c()[ ]d()[ ])+e(f())g(h())+text([ ]p([ ]q()[ ])[ ])+p(+q())", shape("text"))
}
