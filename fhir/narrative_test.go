package fhir

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/record"
)

func text(depth int, s string) record.NarrativeNode {
	return record.NarrativeNode{Kind: "text", Depth: depth, Text: s}
}

func el(depth int, kind, id string, attrs ...string) record.NarrativeNode {
	n := record.NarrativeNode{Kind: kind, Depth: depth, ID: id}
	for i := 0; i+1 < len(attrs); i += 2 {
		n.Attrs = append(n.Attrs, record.NarrativeAttr{Name: attrs[i], Value: attrs[i+1]})
	}
	return n
}

// divOf writes a narrative and gives its XHTML, which it proves to be well-formed.
func divOf(t *testing.T, nodes ...record.NarrativeNode) (string, *record.Report) {
	t.Helper()
	w := &writer{Out: ledger.Out{Report: &record.Report{}}}
	n := &record.Narrative{Nodes: nodes}
	w.div(n, 0, len(nodes), true)
	var s string
	require.NoError(t, json.Unmarshal(w.b, &s), "%s", w.b)
	d := xml.NewDecoder(strings.NewReader(s))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else {
			require.NoError(t, err, s)
		}
	}
	s = strings.TrimPrefix(s, `<div xmlns="http://www.w3.org/1999/xhtml">`)
	return strings.TrimSuffix(s, "</div>"), w.Report
}

func TestNarrative(t *testing.T) {
	for _, c := range []struct {
		name  string
		nodes []record.NarrativeNode
		want  string
	}{
		{"text", []record.NarrativeNode{text(0, "a < b & \"c\"\n\\")}, "a &lt; b &amp; &quot;c&quot;\n\\"},
		{"control characters", []record.NarrativeNode{text(0, "a\x00b\x1fc\xffd")}, "a\uFFFDb\uFFFDc\uFFFDd"},
		{"styles", []record.NarrativeNode{el(0, "content", "c1", "styleCode", "Bold xRow"), text(1, "x")},
			`<span id="c1" class="Bold xRow" style="font-weight:bold">x</span>`},
		{"lists", []record.NarrativeNode{el(0, "list", "", "listType", "ordered"), el(1, "item", "i1"), text(2, "x"), el(1, "item", "i2"), text(2, "y")},
			`<ol><li id="i1">x</li><li id="i2">y</li></ol>`},
		{"breaks", []record.NarrativeNode{el(0, "paragraph", ""), text(1, "x"), el(1, "br", ""), text(1, "y")}, `<p>x<br/>y</p>`},
		{"an id twice", []record.NarrativeNode{el(0, "content", "a"), text(1, "x"), el(0, "content", "a"), text(1, "y")},
			`<span id="a">x</span><span class="cda-ID=a">y</span>`},
		{"links", []record.NarrativeNode{el(0, "linkHtml", "", "href", "https://example.org/a?b=1&c=2"), text(1, "x")},
			`<a href="https://example.org/a?b=1&amp;c=2">x</a>`},
		{"media", []record.NarrativeNode{el(0, "renderMultiMedia", "", "referencedObject", "MM 1"), text(1, "x")},
			`<span class="cda-renderMultiMedia cda-referencedObject=MM%201">x</span>`},
		{"an image elsewhere", []record.NarrativeNode{el(0, "img", "", "src", "https://example.org/p.png", "alt", "p")},
			`<a href="https://example.org/p.png" alt="p" class="cda-img"></a>`},
		{"deleted and inserted", []record.NarrativeNode{el(0, "content", "", "revised", "delete"), text(1, "12"), el(0, "content", "", "revised", "insert"), text(1, "3.4")},
			`<del class="cda-revised=delete">12</del><ins class="cda-revised=insert">3.4</ins>`},
		{"struck through by style", []record.NarrativeNode{el(0, "paragraph", "", "style", "text-decoration: line-through"), text(1, "x")}, `<p style="text-decoration: line-through">x</p>`},
		{"struck through", []record.NarrativeNode{el(0, "s", ""), text(1, "x"), el(0, "strike", ""), text(1, "y")}, `<del class="cda-s">x</del><del class="cda-strike">y</del>`},
		{"what nobody knows", []record.NarrativeNode{el(0, "a b\"", ""), text(1, "x")}, `<span class="cda-unknown">x</span>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, rep := divOf(t, c.nodes...)
			require.Equal(t, c.want, got)
			require.Zero(t, rep.Counts.Lost)
			if strings.Contains(c.want, "revised") {
				back, ok := narrativeOf(`<div xmlns="http://www.w3.org/1999/xhtml">` + got + `</div>`)
				require.True(t, ok)
				require.Equal(t, c.nodes, back.Nodes)
			}
		})
	}
}

// What runs in a browser never goes out, and each of its leaves is named as lost.
func TestActiveNarrative(t *testing.T) {
	for _, c := range []struct {
		nodes []record.NarrativeNode
		lost  int
	}{
		{[]record.NarrativeNode{el(0, "linkHtml", "", "href", "javascript:alert(1)"), text(1, "x")}, 2},
		{[]record.NarrativeNode{el(0, "a", "", "href", " JaVaScript:alert(1)"), text(1, "x")}, 2},
		{[]record.NarrativeNode{el(0, "a", "", "href", "//evil.example"), text(1, "x")}, 2},
		{[]record.NarrativeNode{el(0, "p", "", "onclick", "alert(1)"), text(1, "x")}, 2},
		{[]record.NarrativeNode{el(0, "p", "", "OnMouseOver", "alert(1)"), text(1, "x")}, 2},
		{[]record.NarrativeNode{el(0, "p", "", "style", "background:url(http://evil.example)"), text(1, "x")}, 2},
		{[]record.NarrativeNode{el(0, "p", "", "other", "javascript:alert(1)"), text(1, "x")}, 2},
		{[]record.NarrativeNode{el(0, "script", ""), text(1, "alert(1)"), text(0, "x")}, 2},
		{[]record.NarrativeNode{el(0, "iframe", "", "src", "https://evil.example"), text(0, "x")}, 3},
		{[]record.NarrativeNode{el(0, "img", "", "src", "data:text/html;base64,AAAA"), text(0, "x")}, 2},
	} {
		got, rep := divOf(t, c.nodes...)
		require.Contains(t, got, "x")
		for _, bad := range []string{"script", "alert", "evil", "data:", "iframe"} {
			require.NotContains(t, strings.ToLower(got), bad)
		}
		require.Len(t, rep.Issues, c.lost, got)
	}
}

// A row that stands alone gets the header of its table, and no second set of the header's ids.
func TestRowAlone(t *testing.T) {
	n := &record.Narrative{Nodes: []record.NarrativeNode{
		el(0, "table", ""), el(1, "thead", ""), el(2, "tr", ""), el(3, "th", "h1"), text(4, "Substance"),
		el(1, "tbody", ""), el(2, "tr", "r1"), el(3, "td", ""), text(4, "Aspirin"), el(2, "tr", "r2"), el(3, "td", "c2"), text(4, "Latex"),
	}}
	rec := &record.Record{
		Documents: []record.Document{{Sections: []record.Section{{ID: "s", Narrative: n}}}},
		Allergies: []record.Allergy{
			{Entry: record.Entry{Assertion: record.Affirmed, Section: "s", Narrative: &record.NarrativeLink{Anchor: "r1"}}},
			{Entry: record.Entry{Assertion: record.Affirmed, Section: "s", Narrative: &record.NarrativeLink{Anchor: "c2", Text: "And this"}}},
			{Entry: record.Entry{Assertion: record.Affirmed, Section: "s", Narrative: &record.NarrativeLink{Anchor: "gone"}}},
		},
	}
	out, rep := export(t, Exporter{}, rec)
	check(t, out)
	head := `<table><thead><tr><th>Substance</th></tr></thead><tbody>`
	require.Contains(t, string(out), head+`<tr id=\"r1\"><td>Aspirin</td></tr></tbody></table>`)
	require.Contains(t, string(out), `<p>And this</p>`+head+`<tr id=\"r2\"><td id=\"c2\">Latex</td></tr></tbody></table>`)
	require.Contains(t, codesOf(rep), record.IssueLost.Code)
}

// A narrative without words is none (txt-2), and its section says so.
func TestNoWords(t *testing.T) {
	rec := &record.Record{Documents: []record.Document{{Sections: []record.Section{
		{ID: "s", Title: "T", Narrative: &record.Narrative{Nodes: []record.NarrativeNode{el(0, "table", "x"), text(1, " \n")}}},
	}}}}
	out, rep := export(t, Exporter{}, rec)
	check(t, out)
	require.Contains(t, string(out), `"text":{"status":"empty"`)
	require.Zero(t, rep.Counts.Lost)
}

// However many entries refer to one long list, an export grows no further than with the record: the list stands in its section, and entries keep the link.
func TestManyReferToOneList(t *testing.T) {
	for n, repeated := range map[int]bool{3: true, 2000: false} {
		section := record.Section{ID: "5c0e4ad2-3b0e-4d6b-8a52-0c7d7f1e9b20", Narrative: &record.Narrative{Nodes: []record.NarrativeNode{el(0, "list", "l")}}}
		rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "5c0e4ad2-3b0e-4d6b-8a52-0c7d7f1e9b21", Assertion: record.Affirmed}}}
		for i := range n {
			if i < 2000 {
				section.Narrative.Nodes = append(section.Narrative.Nodes, el(1, "item", ""), text(2, "aspirin, and some more words that are told of it"))
			}
			id := fmt.Sprintf("5c0e4ad2-3b0e-4d6b-8a52-%012d", i)
			rec.Results = append(rec.Results, record.Observation{Entry: record.Entry{ID: id, Assertion: record.Affirmed, Section: section.ID, Narrative: &record.NarrativeLink{Anchor: "l"}}})
			section.Entries = append(section.Entries, record.Ref{ID: id, Kind: record.KindResult})
		}
		for len(section.Narrative.Nodes) < 4000 {
			section.Narrative.Nodes = append(section.Narrative.Nodes, el(1, "item", ""), text(2, "aspirin, and some more words that are told of it"))
		}
		rec.Documents = []record.Document{{Entry: record.Entry{ID: "5c0e4ad2-3b0e-4d6b-8a52-0c7d7f1e9b22", Assertion: record.Affirmed}, Sections: []record.Section{section}}}
		var b bytes.Buffer
		_, err := Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{Now: time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)})
		require.NoError(t, err)
		require.Less(t, b.Len(), 10<<20)
		require.Equal(t, repeated, strings.Count(b.String(), "aspirin, and") > 2000)
		d, err := Parse(b.Bytes(), record.Limits{})
		require.NoError(t, err)
		for back := range d.Import(record.ImportOptions{}) {
			require.Len(t, back.Results, n)
			for i := range back.Results {
				require.NotNil(t, back.Results[i].Narrative)
				if !repeated {
					require.Equal(t, "l", back.Results[i].Narrative.Anchor)
				}
			}
		}
	}
}
