package record

import (
	"html"
	"slices"
	"strings"
)

// Text renders the narrative as plain text: a line for each paragraph, item and
// row, the cells of a row parted by " | ", every word in its order.
func (n *Narrative) Text() string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	line, gap := false, "" // something stands in this line; what comes before the next word
	for i := range n.Nodes {
		nd := &n.Nodes[i]
		if i > 0 {
			switch n.leaves(i) {
			case leftBlock:
				gap = "\n"
			case leftCell:
				if gap != "\n" {
					gap = " | "
				}
			}
		}
		switch {
		case nd.Kind == "text":
			for j, word := range strings.Fields(nd.Text) {
				switch {
				case !line:
				case gap != "":
					b.WriteString(gap)
				case j > 0 || startsSpace(nd.Text):
					b.WriteByte(' ')
				}
				b.WriteString(word)
				line, gap = true, ""
			}
			if endsSpace(nd.Text) && gap == "" && line {
				gap = " "
			}
		case nd.Kind == "td" || nd.Kind == "th":
		case breaks(nd.Kind):
			gap = "\n"
		}
	}
	return b.String()
}

type left uint8

const (
	leftNothing left = iota
	leftCell
	leftBlock
)

// leaves tells whether a block or a cell ended between node i-1 and node i.
func (n *Narrative) leaves(i int) left {
	d, what := n.Nodes[i].Depth, leftNothing
	for j, at := i-1, n.Nodes[i-1].Depth+1; j >= 0 && n.Nodes[j].Depth >= d; j-- {
		nd := &n.Nodes[j]
		if nd.Depth >= at {
			continue // not one that encloses what came before
		}
		at = nd.Depth
		switch {
		case nd.Kind == "td" || nd.Kind == "th":
			what = max(what, leftCell)
		case nd.Kind != "text" && breaks(nd.Kind):
			what = leftBlock
		}
		if nd.Depth == d {
			break
		}
	}
	return what
}

// XHTML renders the narrative as XHTML that may be shown: only elements and
// attributes of a list go out, no script, no style, no frame, no image but one that
// is in the document itself, no address but of the web, of mail and of telephones.
// What is not on the list loses its element and keeps its words; what does
// something (script, style, frames, forms) is left out whole. IDs are prefixed, so
// that they meet none of the page's own; links within the narrative follow them.
//
// A stylesheet that copies a narrative as it is lets a document run scripts in
// the page that shows it (US-CERT VU#810844 and the CDA stylesheet of 2014).
func (n *Narrative) XHTML(prefix string) string {
	if n == nil {
		return ""
	}
	w := xhtml{n: n, prefix: prefix}
	for i := 0; i < len(n.Nodes); {
		i = w.node(i)
	}
	w.close(0)
	return w.b.String()
}

type xhtml struct {
	n      *Narrative
	prefix string
	b      strings.Builder
	open   []xhtmlOpen
}

type xhtmlOpen struct {
	depth int
	name  string
}

// close ends the elements that are as deep as depth or deeper.
func (w *xhtml) close(depth int) {
	for len(w.open) > 0 && w.open[len(w.open)-1].depth >= depth {
		if name := w.open[len(w.open)-1].name; name != "" {
			w.b.WriteString("</" + name + ">")
		}
		w.open = w.open[:len(w.open)-1]
	}
}

// node writes one node and gives the next.
func (w *xhtml) node(i int) int {
	nd := &w.n.Nodes[i]
	w.close(nd.Depth)
	if nd.Kind == "text" {
		w.b.WriteString(html.EscapeString(xmlText(nd.Text)))
		return i + 1
	}
	name, ok := shown(nd)
	if !ok {
		return w.n.End(i)
	}
	if name == "" { // no element of the list: its words alone
		w.open = append(w.open, xhtmlOpen{nd.Depth, ""})
		return i + 1
	}
	w.b.WriteString("<" + name)
	if nd.ID != "" {
		w.attr("id", w.prefix+nd.ID)
	}
	if class := classOf(nd); class != "" {
		w.attr("class", class)
	}
	for k := range nd.Attrs {
		// Names that differ in their namespace alone are one here: the first counts.
		if !slices.ContainsFunc(nd.Attrs[:k], func(a NarrativeAttr) bool { return a.Name == nd.Attrs[k].Name }) {
			w.attribute(name, &nd.Attrs[k])
		}
	}
	if name == "br" || name == "hr" || name == "col" || name == "img" {
		w.b.WriteString("/>")
		w.open = append(w.open, xhtmlOpen{nd.Depth, ""})
		return i + 1
	}
	w.b.WriteByte('>')
	w.open = append(w.open, xhtmlOpen{nd.Depth, name})
	return i + 1
}

func (w *xhtml) attr(name, v string) {
	w.b.WriteString(" " + name + `="` + html.EscapeString(xmlText(v)) + `"`)
}

// attribute writes an attribute that is on the list for an element.
func (w *xhtml) attribute(name string, a *NarrativeAttr) {
	switch a.Name {
	case "colspan", "rowspan", "span":
		if (name == "td" || name == "th" || name == "col" || name == "colgroup") && smallNumber(a.Value) {
			w.attr(a.Name, a.Value)
		}
	case "scope", "abbr":
		if name == "td" || name == "th" {
			w.attr(a.Name, a.Value)
		}
	case "title", "lang", "dir", "alt":
		w.attr(a.Name, a.Value)
	case "style":
		if struckStyle(a.Value) {
			w.attr(a.Name, "text-decoration:line-through")
		}
	case "href":
		switch id, within := strings.CutPrefix(a.Value, "#"); {
		case name != "a":
		case within:
			w.attr("href", "#"+w.prefix+id)
		case SafeLink(a.Value):
			w.attr("href", a.Value)
			w.attr("rel", "noopener noreferrer")
		}
	case "src":
		if name == "img" && localImage(a.Value) {
			w.attr("src", a.Value)
		}
	}
}

// shown gives the element of XHTML for one of a narrative: "" for one whose words
// alone are shown. ok is false for one that is not shown at all.
func shown(nd *NarrativeNode) (name string, ok bool) {
	switch nd.Kind {
	case "script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "input", "button", "select", "textarea", "option",
		"link", "meta", "base", "head", "svg", "math", "template", "noscript", "audio", "video":
		return "", false
	case "paragraph":
		return "p", true
	case "content": // revised (CDA R2 4.3.5.3)
		switch nd.attr("revised") {
		case "delete":
			return "del", true
		case "insert":
			return "ins", true
		}
		return "span", true
	case "s", "strike": // what is struck through
		return "del", true
	case "caption", "footnote", "footnoteRef", "renderMultiMedia", "title":
		return "span", true
	case "item":
		return "li", true
	case "list":
		if nd.attr("listType") == "ordered" {
			return "ol", true
		}
		return "ul", true
	case "linkHtml":
		return "a", true
	case "img":
		for i := range nd.Attrs {
			if nd.Attrs[i].Name == "src" && localImage(nd.Attrs[i].Value) {
				return "img", true
			}
		}
		return "", true
	case "br", "sub", "sup", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "colgroup", "col", "h1", "h2", "h3", "h4", "h5", "h6", "b", "i", "em",
		"strong", "small", "pre", "hr", "div", "blockquote", "p", "span", "ul", "ol", "li", "dl", "dt", "dd", "a", "abbr", "cite", "code", "q", "u", "ins", "del":
		return nd.Kind, true
	}
	return "", true
}

// localImage reports whether an image is in the document itself, and is no document of its own.
func localImage(src string) bool {
	l := strings.ToLower(src)
	for _, kind := range [...]string{"png", "jpeg", "gif"} {
		if strings.HasPrefix(l, "data:image/"+kind+";base64,") {
			return true
		}
	}
	return false
}

// classOf gives the classes of an element: its kind where XHTML has none such, and its style codes.
func classOf(nd *NarrativeNode) string {
	var class []string
	switch nd.Kind {
	case "caption", "footnote", "footnoteRef", "renderMultiMedia", "title":
		class = append(class, "cda-"+nd.Kind)
	}
	for i := range nd.Attrs {
		if nd.Attrs[i].Name != "styleCode" {
			continue
		}
		for code := range strings.FieldsSeq(nd.Attrs[i].Value) {
			if !strings.ContainsFunc(code, func(c rune) bool { return !isWord(c) }) {
				class = append(class, "cda-"+code)
			}
		}
	}
	return strings.Join(class, " ")
}

func isWord(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}

func smallNumber(v string) bool {
	if v == "" || len(v) > 3 {
		return false
	}
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return false
		}
	}
	return true
}

// xmlText replaces what XML cannot say.
func xmlText(v string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xfffe || c == 0xffff {
			return '\ufffd'
		}
		return c
	}, v)
}

// SafeLink reports whether a link may be followed: to a place in the document, a
// page, a mailbox or a telephone. Anything else may do something.
func SafeLink(v string) bool {
	if strings.HasPrefix(v, "#") {
		return true
	}
	l := strings.ToLower(v)
	for _, s := range [...]string{"http://", "https://", "mailto:", "tel:"} {
		if strings.HasPrefix(l, s) {
			return true
		}
	}
	return !strings.ContainsAny(v, ":\x00\t\n\r\\") && !strings.HasPrefix(v, "//")
}
