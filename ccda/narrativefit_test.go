package ccda

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// wildNarrative makes a narrative in which anything stands anywhere: elements of CDA, of HTML
// and of nobody, with attributes that are theirs or not, IDs twice, references to nothing.
func wildNarrative(rnd *rand.Rand) *record.Narrative {
	kinds := strings.Fields("paragraph list item table caption thead tbody tfoot tr th td colgroup col content br sub sup linkHtml footnote footnoteRef renderMultiMedia " +
		"title p div h1 b i u ul ol li a hr pre span marquee del s")
	attrs := map[string][]string{
		"styleCode": {"Bold", "Bold (odd)", "(odd)"}, "language": {"en-US", "no language"}, "listType": {"unordered", "Unordered", "other"}, "align": {"left", "LEFT", "aside"},
		"colspan": {"2"}, "border": {"1"}, "href": {"https://example.org/x", "javascript:alert(1)", "#n1", "#gone"}, "IDREF": {"n1", "gone", "n1 gone"},
		"referencedObject": {"n1", "gone"}, "class": {"x"}, "revised": {"insert", "perhaps", "delete"}, "style": {"color:red", "text-decoration: line-through"}, "span": {"2"}, "headers": {"n1 n2", "gone n1"}, "title": {"t"},
	}
	names := make([]string, 0, len(attrs))
	for name := range attrs {
		names = append(names, name)
	}
	slices.Sort(names)
	n := &record.Narrative{}
	depth, words := 0, 0
	for range 4 + rnd.IntN(16) {
		nd := record.NarrativeNode{Kind: kinds[rnd.IntN(len(kinds))], Depth: depth}
		if rnd.IntN(3) == 0 {
			words++
			nd.Kind, nd.Text = "text", fmt.Sprintf("word%d ", words)
			if rnd.IntN(3) == 0 {
				nd.Text = "\n  "
			}
		} else {
			if rnd.IntN(2) == 0 {
				nd.ID = []string{"n1", "n2", "n3", "n 4"}[rnd.IntN(4)]
			}
			for _, k := range rnd.Perm(len(names))[:rnd.IntN(4)] {
				nd.Attrs = append(nd.Attrs, record.NarrativeAttr{Name: names[k], Value: attrs[names[k]][rnd.IntN(len(attrs[names[k]]))]})
			}
		}
		n.Nodes = append(n.Nodes, nd)
		switch r := rnd.IntN(5); {
		case nd.Kind != "text" && r < 4:
			depth++
		case r == 4 && depth > 0:
			depth -= 1 + rnd.IntN(depth)
		}
	}
	return n
}

// Of whatever a narrative has, each leaf is in a document or named in the report, and every word stays, in its order.
func TestNarrativeFitTellsAll(t *testing.T) {
	text := func(n *record.Narrative) []string {
		if n == nil {
			return nil
		}
		var all []string
		for i := range n.Nodes {
			if n.Nodes[i].Kind == "text" {
				all = append(all, strings.Fields(n.Nodes[i].Text)...)
			}
		}
		return all
	}
	for seed := range uint64(sample(2000, 300, 40)) {
		n := wildNarrative(rand.New(rand.NewPCG(seed, 7)))
		rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p"}}, Documents: []record.Document{{
			Sections: []record.Section{{ID: "s", Code: codedIn(record.SystemLOINC, "51848-0", ""), Title: "A", Narrative: n}}}}}
		for _, mode := range bothModes {
			ok := t.Run(fmt.Sprint(mode.name, seed), func(t *testing.T) {
				recordtest.CheckExport(t, mode.Exporter, rec, recordtest.ExportCheck{Only: []string{"documents[0].sections[0].narrative"}})
				out, _ := exported(t, mode.Exporter, rec)
				again := readBack(t, out)
				at := slices.IndexFunc(again.Documents[0].Sections, func(s record.Section) bool { return s.Title == "A" })
				require.GreaterOrEqual(t, at, 0)
				require.Equal(t, text(n), text(again.Documents[0].Sections[at].Narrative))
			})
			if !ok {
				t.Logf("%+v", n.Nodes)
				return
			}
		}
	}
}

// Words that are struck through are not read as said, and do not go out as said.
func TestStruckWords(t *testing.T) {
	for name, c := range map[string]struct{ words, want string }{
		"revised":       {`Potassium <content revised="delete">12</content><content revised="insert">3.4</content>`, "Potassium 3.4"},
		"HTML":          {`<s>No known allergies</s> Penicillin`, "Penicillin"},
		"nothing else":  {`<content revised="insert">Penicillin</content>`, "Penicillin"},
		"with a return": {`Rash<content revised="delete"><br/>Hives</content> twice`, "Rash twice"},
	} {
		t.Run(name, func(t *testing.T) {
			in := section("30954-2", `<entry><observation classCode="OBS" moodCode="EVN"><code code="1" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>`+
				`<value xsi:type="ED"><reference value="#a1"/></value></observation></entry>`, c.words)
			rec := readBack(t, in)
			require.Equal(t, c.want, rec.Results[0].Values[0].Attachment.Text)
			for mode, x := range modes {
				text, back, _ := passed(t, x, rec)
				require.Equal(t, c.want, back.Results[0].Values[0].Attachment.Text, mode)
				if mode == "conformant" && name == "HTML" {
					require.Contains(t, text, `<content revised="delete">No known allergies</content>`)
				}
			}
		})
	}
}

// What another format strikes through, by elements of HTML or by a style of any element, goes out as content that was deleted.
func TestStruckWordsOfOthers(t *testing.T) {
	struck := []record.NarrativeAttr{{Name: "style", Value: "text-decoration: line-through"}}
	node := func(depth int, kind string, attrs ...record.NarrativeAttr) record.NarrativeNode {
		return record.NarrativeNode{Depth: depth, Kind: kind, Attrs: attrs}
	}
	text := func(depth int, s string) record.NarrativeNode {
		return record.NarrativeNode{Depth: depth, Kind: "text", Text: s}
	}
	for name, c := range map[string]struct {
		nodes                []record.NarrativeNode
		faithful, conformant string
	}{
		"an element": {[]record.NarrativeNode{node(0, "del"), text(1, "one")},
			`<content revised="delete">one</content>`, `<content revised="delete">one</content>`},
		"a style": {[]record.NarrativeNode{node(0, "content", struck...), text(1, "one")},
			`<content style="text-decoration: line-through" revised="delete">one</content>`, `<content revised="delete">one</content>`},
		"a style of a block": {[]record.NarrativeNode{node(0, "paragraph", struck...), text(1, "one"), node(1, "b"), text(2, "two"), node(0, "paragraph"), text(1, "three")},
			`<paragraph style="text-decoration: line-through"><content revised="delete">one</content><b><content revised="delete">two</content></b></paragraph><paragraph>three</paragraph>`,
			`<paragraph><content revised="delete">one</content><content styleCode="Bold"><content revised="delete">two</content></content></paragraph><paragraph>three</paragraph>`},
		"a style of a row": {[]record.NarrativeNode{node(0, "table"), node(1, "tbody"), node(2, "tr", struck...), node(3, "td"), text(4, "one"), node(2, "tr"), node(3, "td"), text(4, "two")},
			`<table><tbody><tr style="text-decoration: line-through"><td><content revised="delete">one</content></td></tr><tr><td>two</td></tr></tbody></table>`,
			`<table><tbody><tr><td><content revised="delete">one</content></td></tr><tr><td>two</td></tr></tbody></table>`},
		"another style": {[]record.NarrativeNode{node(0, "content", record.NarrativeAttr{Name: "style", Value: "text-decoration: underline"}), text(1, "one")},
			`<content style="text-decoration: underline">one</content>`, `<content>one</content>`},
	} {
		t.Run(name, func(t *testing.T) {
			rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p"}}, Documents: []record.Document{{
				Sections: []record.Section{{ID: "s", Code: codedIn(record.SystemLOINC, "51848-0", ""), Title: "A", Narrative: &record.Narrative{Nodes: c.nodes}}}}}}
			for _, mode := range bothModes {
				recordtest.CheckExport(t, mode.Exporter, rec, recordtest.ExportCheck{Only: []string{"documents[0].sections[0].narrative"}})
				out, _ := exported(t, mode.Exporter, rec)
				want := c.faithful
				if mode.Exporter.Mode == Conformant {
					want = c.conformant
				}
				require.Contains(t, out, "<text>"+want+"</text>", mode.name)
			}
		})
	}
}
