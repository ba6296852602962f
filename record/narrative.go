package record

import "strings"

// Narrative is human-readable text as a tree in document order, flat: a node's
// children are the nodes after it of greater depth. It holds what CDA's
// NarrativeBlock and FHIR's XHTML hold.
type Narrative struct {
	Nodes []NarrativeNode `json:"nodes,omitempty"`
}

// NarrativeNode is one element or one run of text.
type NarrativeNode struct {
	// Kind is "text" for a run of text; else the element by its CDA
	// NarrativeBlock name: paragraph, list, item, table, caption, thead, tbody,
	// tfoot, tr, th, td, colgroup, col, content, br, sub, sup, linkHtml,
	// footnote, footnoteRef, renderMultiMedia, title. HTML that has no such name keeps its own
	// (h1, b, i, img, pre, hr, div, blockquote …).
	Kind  string          `json:"kind" portage:"unless=text"`
	Depth int             `json:"depth,omitempty"`
	Text  string          `json:"text,omitempty"` // for Kind "text", white space as sent
	ID    string          `json:"id,omitempty"`
	Attrs []NarrativeAttr `json:"attrs,omitempty"` // in the order sent
}

// NarrativeAttr is an attribute of a narrative element by its CDA name (styleCode, colspan, href, IDREF, referencedObject …).
type NarrativeAttr struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

// IsZero reports whether there is no narrative at all.
func (n *Narrative) IsZero() bool { return n == nil || len(n.Nodes) == 0 }

// Find returns the index range [from, to) of the node with this ID and all that is in it.
func (n *Narrative) Find(id string) (from, to int, ok bool) {
	if n == nil || id == "" {
		return 0, 0, false
	}
	for i := range n.Nodes {
		if n.Nodes[i].ID == id {
			return i, n.End(i), true
		}
	}
	return 0, 0, false
}

// End returns one past the last node inside node i.
func (n *Narrative) End(i int) int {
	d := n.Nodes[i].Depth
	j := i + 1
	for j < len(n.Nodes) && n.Nodes[j].Depth > d {
		j++
	}
	return j
}

// breaks are the elements whose end separates words.
func breaks(kind string) bool {
	switch kind {
	case "paragraph", "item", "tr", "th", "td", "caption", "br", "list", "table", "title", "footnote", "div", "p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote":
		return true
	}
	return false
}

// IsStruck knows an element whose words are no longer said: a reader sees them struck through (CDA R2 content, revised; HTML, by its
// elements and by style).
func (nd *NarrativeNode) IsStruck() bool {
	switch nd.Kind {
	case "text":
		return false
	case "del", "s", "strike":
		return true
	}
	return nd.attr("revised") == "delete" || struckStyle(nd.attr("style"))
}

// struckStyle reports whether a style, as CSS has it, strikes words through.
func struckStyle(css string) bool {
	return strings.Contains(strings.ToLower(css), "line-through")
}

// attr gives the first attribute of a name, "" where there is none.
func (nd *NarrativeNode) attr(name string) string {
	for i := range nd.Attrs {
		if nd.Attrs[i].Name == name {
			return nd.Attrs[i].Value
		}
	}
	return ""
}

// PlainText gives the words in order, white space folded, one space or line between blocks. What is struck through is left out.
func (n *Narrative) PlainText(from, to int) string {
	if s, ok := n.oneText(from, to); ok {
		return s
	}
	var b strings.Builder
	gap := false
	for i := from; i < to; i++ {
		nd := &n.Nodes[i]
		if nd.IsStruck() {
			i = n.End(i) - 1
			continue
		}
		if nd.Kind != "text" {
			if breaks(nd.Kind) {
				gap = true
			}
			continue
		}
		// A block that ended since the last text leaves a smaller depth behind.
		if i > from && nd.Depth <= n.Nodes[i-1].Depth && n.Nodes[i-1].Kind != "text" {
			gap = gap || breaks(n.Nodes[i-1].Kind)
		}
		if i > from && n.leftBlock(i) {
			gap = true
		}
		first := true
		for w := range strings.FieldsSeq(nd.Text) {
			if b.Len() > 0 && (!first || gap || startsSpace(nd.Text)) {
				b.WriteByte(' ')
			}
			b.WriteString(w)
			first, gap = false, false
		}
		if endsSpace(nd.Text) {
			gap = true
		}
	}
	return b.String()
}

// oneText gives the one text of some nodes, if there is no other and it is folded already.
func (n *Narrative) oneText(from, to int) (s string, ok bool) {
	for i := from; i < to; i++ {
		if nd := &n.Nodes[i]; nd.IsStruck() {
			i = n.End(i) - 1
		} else if nd.Kind == "text" {
			if s != "" {
				return "", false
			}
			s = nd.Text
		}
	}
	gap := true
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ' && gap, c < ' ', c >= 0x80:
			return "", false
		default:
			gap = c == ' '
		}
	}
	return s, s == "" || !gap
}

// leftBlock reports whether a block ended between node i-1 and node i.
func (n *Narrative) leftBlock(i int) bool {
	d := n.Nodes[i].Depth
	for j := i - 1; j >= 0; j-- {
		if n.Nodes[j].Depth < d {
			return false
		}
		if n.Nodes[j].Kind != "text" && n.Nodes[j].Depth >= d && breaks(n.Nodes[j].Kind) {
			return true
		}
		if n.Nodes[j].Depth == d {
			return false
		}
	}
	return false
}

func startsSpace(s string) bool { return s != "" && isSpace(s[0]) }
func endsSpace(s string) bool   { return s != "" && isSpace(s[len(s)-1]) }
func isSpace(c byte) bool       { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
