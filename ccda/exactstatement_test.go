package ccda

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// What must come back of the statements of real documents as they were written:
// with what is carried in its place each of them, and of the typed part alone
// this share of each folder. The floors are never lowered.
var floorExactTyped = []struct {
	folder string
	share  float64
}{
	{"vendors", 0.98}, {"r1.1", 0.98}, {"onc-cures-update", 0.98}, {"hl7-ccd", 1},
	{"hl7-examples", 0.97}, // what HL7's examples show beside the templates: several severities, a death foreseen, templates of other guides
	{"hl7-template-examples", 1},
}

// exactStatements gives every statement in the entries of a document as it is
// written: what kind and mood of statement, its code, the codes of a product
// within it, its times, values and units, whether it is negated, its status.
func exactStatements(t testing.TB, data []byte) []string {
	t.Helper()
	d, err := Parse(data, record.Limits{})
	require.NoError(t, err)
	doc := d.tree
	var out []string
	entries := 0 // the number of the node at which the outermost entry ends
	for i := range doc.Len() {
		n := doc.Node(i)
		switch {
		case n.Kind() != tree.Element:
		case n.Name() == "entry" && i >= entries:
			entries = n.End()
		case i < entries && n.Name() != "observationMedia" && n.Name() != "regionOfInterest" && isStatement(n.Name()):
			out = append(out, exactStatement(n))
		}
	}
	return out
}

func exactStatement(n tree.Node) string {
	var b strings.Builder
	b.WriteString(n.Name())
	tell := func(n tree.Node, attrs ...string) {
		for _, name := range attrs {
			a := n.Attr(name)
			if name == "type" {
				a = n.AttrNS(spaceXSI, name)
			}
			b.WriteByte('|')
			if v := a.Value(); a.OK() && name == "type" {
				b.WriteString(localType(a))
			} else if a.OK() {
				b.WriteString("=" + v)
			}
		}
	}
	tell(n, "moodCode", "negationInd")
	tell(n.Child("code"), "code", "codeSystem", "nullFlavor")
	tell(n.Child("statusCode"), "code", "nullFlavor")
	if name := n.Name(); name == "substanceAdministration" || name == "supply" {
		var products []string
		for i := n.Index(); i < n.End(); i++ {
			if m := n.Doc().Node(i); m.Kind() == tree.Element && m.Name() == "code" && m.Parent().Name() == "manufacturedMaterial" {
				products = append(products, m.Attr("code").Value()+" "+m.Attr("codeSystem").Value())
			}
		}
		slices.Sort(products)
		b.WriteString(strings.Join(slices.Compact(products), ";"))
	}
	for c := n.First(); c.OK(); c = c.Next() {
		switch {
		case c.Kind() != tree.Element:
		case c.Name() == "effectiveTime":
			b.WriteString("\n time")
			tell(c, "value", "nullFlavor")
			for p := c.First(); p.OK(); p = p.Next() {
				if p.Kind() == tree.Element {
					b.WriteString(" " + p.Name())
					tell(p, "value", "unit", "nullFlavor")
				}
			}
		case c.Name() == "value":
			b.WriteString("\n value")
			tell(c, "type", "code", "codeSystem", "value", "unit", "nullFlavor")
			for p := c.First(); p.OK(); p = p.Next() {
				if p.Kind() == tree.Element {
					b.WriteString(" " + p.Name())
					tell(p, "code", "codeSystem", "value", "unit", "nullFlavor")
				}
			}
			b.WriteString(strings.Join(strings.Fields(c.Text()), " "))
		}
	}
	return b.String()
}

// TestExactStatements reads and writes the documents of real makers, and compares statement by statement.
func TestExactStatements(t *testing.T) {
	if testing.Short() {
		t.Skip("reads and writes every document of 33 makers: not in short mode")
	}
	type counts struct{ all, back int }
	for _, typed := range []bool{false, true} {
		o := exportOptions
		o.TypedOnly = typed
		for _, f := range floorExactTyped {
			set, floor := f.folder, 1.0
			if typed {
				floor = f.share
			}
			var x counts
			missing := map[string]int{}
			for _, name := range documentsOf(t, set) {
				data := readDocument(t, name)
				rec, _, err := Import(t.Context(), data, record.ImportOptions{})
				if err != nil {
					continue
				}
				out, _ := write(t, Exporter{}, rec, o)
				left := map[string]int{}
				for _, s := range exactStatements(t, out) {
					left[s]++
				}
				for _, s := range exactStatements(t, data) {
					if x.all++; left[s] > 0 {
						left[s]--
						x.back++
					} else {
						missing[filepath.Base(name)+": "+s]++
					}
				}
			}
			t.Logf("typed only: %v; %s: %d of %d statements as they were written", typed, set, x.back, x.all)
			if !typed {
				for i, s := range slices.Sorted(maps.Keys(missing)) {
					if i < 10 {
						t.Logf("%d times %s", missing[s], s)
					}
				}
			}
			require.NotZero(t, x.all, set)
			require.GreaterOrEqual(t, float64(x.back)/float64(x.all), floor, set)
		}
	}
}
