package record_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func tree(list ...record.NarrativeNode) *record.Narrative { return &record.Narrative{Nodes: list} }

func el(depth int, kind string, attrs ...string) record.NarrativeNode {
	n := record.NarrativeNode{Kind: kind, Depth: depth}
	for i := 0; i+1 < len(attrs); i += 2 {
		n.Attrs = append(n.Attrs, record.NarrativeAttr{Name: attrs[i], Value: attrs[i+1]})
	}
	return n
}

func words(depth int, text string) record.NarrativeNode {
	return record.NarrativeNode{Kind: "text", Depth: depth, Text: text}
}

func TestNarrativeText(t *testing.T) {
	n := tree(el(0, "paragraph"), words(1, " One "), el(1, "content"), words(2, "two"), words(1, ", three"), el(0, "table"), el(1, "tbody"),
		el(2, "tr"), el(3, "td"), words(4, "a"), el(3, "td"), words(4, "b"), el(2, "tr"), el(3, "td"), words(4, "c"), el(4, "br"), words(4, "d"), words(0, "end"))
	require.Equal(t, "One two, three\na | b\nc\nd\nend", n.Text())
	require.Empty(t, (*record.Narrative)(nil).Text())
}

// The holes of the CDA stylesheet of 2014, and others like them: none of it is shown.
func TestNarrativeXHTMLIsSafe(t *testing.T) {
	for _, c := range []struct {
		name, want string
		n          *record.Narrative
	}{
		{"script", "<p>a</p>", tree(el(0, "paragraph"), words(1, "a"), el(0, "script"), words(1, "alert(1)"))},
		{"events", "<td>a</td>", tree(el(0, "td", "onmouseover", "x()", "ONCLICK", "x()", "style", "background:url(x)"), words(1, "a"))},
		{"a link that runs", "<a>a</a>", tree(el(0, "linkHtml", "href", "javascript:x()"), words(1, "a"))},
		{"a link that hides it", "<a>a</a>", tree(el(0, "linkHtml", "href", "java\tscript:x()"), words(1, "a"))},
		{"data", "<a>a</a>", tree(el(0, "linkHtml", "href", "data:text/html,x"), words(1, "a"))},
		{"frames", "ab", tree(words(0, "a"), el(0, "iframe", "src", "https://example.org"), el(1, "p"), words(0, "b"))},
		{"remote image", "a", tree(el(0, "img", "src", "https://example.org/pixel.gif"), words(1, "a"))},
		{"image with a script", "", tree(el(0, "img", "src", "data:image/svg+xml;base64,PHN2Zy8+"))},
		{"image within, and one that is not", `<img/>`, tree(el(0, "img", "src", "https://example.org/pixel.gif", "src", "data:image/png;base64,AA=="))},
		{"image within first", `<img src="data:image/png;base64,AA=="/>`, tree(el(0, "img", "src", "data:image/png;base64,AA==", "src", "https://example.org/pixel.gif"))},
		{"an attribute twice", `<a href="https://example.org" rel="noopener noreferrer">a</a>`, tree(el(0, "a", "href", "https://example.org", "href", "https://example.net"), words(1, "a"))},
		{"image within", `<img src="data:image/png;base64,AA=="/>`, tree(el(0, "img", "src", "data:image/png;base64,AA=="))},
		{"text", "&lt;b&gt; &amp;", tree(words(0, "<b> &"))},
		{"unknown", "a", tree(el(0, "x:y\"><script"), words(1, "a"))},
		{"ordered", `<ol class="cda-Arabic"><li>a</li></ol>`, tree(el(0, "list", "listType", "ordered", "styleCode", `Arabic x"y`), el(1, "item"), words(2, "a"))},
		{"struck through by style", `<p style="text-decoration:line-through">12</p><span style="text-decoration:line-through">5</span><p>6</p>`, tree(el(0, "p", "style", "color:red; Text-Decoration: LINE-THROUGH"), words(1, "12"), el(0, "span", "style", "text-decoration: underline line-through"), words(1, "5"), el(0, "p", "style", "text-decoration: underline"), words(1, "6"))},
		{"revised", `<del>12</del><ins>3.4</ins><del>5</del><del>6</del>`, tree(el(0, "content", "revised", "delete"), words(1, "12"), el(0, "content", "revised", "insert"), words(1, "3.4"), el(0, "s"), words(1, "5"), el(0, "strike"), words(1, "6"))},
		{"within", `<p id="n-a"><a href="#n-b">x</a></p>`, tree(record.NarrativeNode{Kind: "paragraph", ID: "a"}, el(1, "linkHtml", "href", "#b"), words(2, "x"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := c.n.XHTML("n-")
			require.Equal(t, c.want, got)
			d := xml.NewDecoder(strings.NewReader("<div>" + got + "</div>"))
			for {
				if _, err := d.Token(); err != nil {
					require.EqualError(t, err, "EOF")
					break
				}
			}
		})
	}
}
