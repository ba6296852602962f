package fhir

import (
	"strings"
	"unicode/utf8"

	"github.com/portage-health/portage/record"
)

// open is an element of the XHTML that is not closed yet.
type open struct {
	depth int
	name  string
}

// nodes writes nodes [from, to) as XHTML (R4 Narrative; C-CDA on FHIR,
// Difference between CDA Narrative and FHIR Narrative).
func (w *writer) nodes(n *record.Narrative, from, to int, unique bool) {
	base := len(w.openEls)
	for i := from; i < to; i++ {
		nd := &n.Nodes[i]
		for len(w.openEls) > base && w.openEls[len(w.openEls)-1].depth >= nd.Depth {
			w.closeEl()
		}
		if nd.Kind == "text" {
			w.xhtmlText(nd.Text)
			continue
		}
		if nd.Kind == "colgroup" && nd.ID == "" && len(nd.Attrs) == 0 && i+1 < to && n.Nodes[i+1].Depth > nd.Depth {
			continue // it says nothing that its columns do not, and HL7's validator wants those in the table itself
		}
		if isActive(nd.Kind) {
			end := min(n.End(i), to)
			for j := i; j < end; j++ {
				w.dropNode(n, j)
			}
			i = end - 1
			continue
		}
		w.element(n, i, base, unique)
	}
	for len(w.openEls) > base {
		w.closeEl()
	}
}

func (w *writer) closeEl() {
	o := w.openEls[len(w.openEls)-1]
	w.openEls = w.openEls[:len(w.openEls)-1]
	w.b = append(w.b, '<', '/')
	w.put(o.name)
	w.b = append(w.b, '>')
}

// isActive reports whether an element does something: none of those ever goes out, nor what is in it.
func isActive(kind string) bool {
	switch kind {
	case "script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "input", "button", "select",
		"textarea", "option", "link", "meta", "base", "head", "title_", "svg", "math", "template", "noscript", "audio", "video":
		return true
	}
	return false
}

// xhtmlName gives the XHTML element for a narrative element, and the class that
// says which it was where XHTML has none of its own.
func xhtmlName(kind string, inList, inTable, ordered bool) (name, class string) {
	switch kind {
	case "paragraph":
		return "p", ""
	case "content":
		return "span", ""
	case "item":
		return "li", ""
	case "list":
		if ordered {
			return "ol", ""
		}
		return "ul", ""
	case "caption":
		switch {
		case inTable:
			return "caption", ""
		case inList:
			return "li", "cda-caption"
		}
		return "span", "cda-caption"
	case "linkHtml":
		return "a", ""
	case "br", "sub", "sup", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "colgroup", "col",
		"h1", "h2", "h3", "h4", "h5", "h6", "b", "i", "em", "strong", "small", "big", "tt", "pre", "hr", "div", "blockquote", "p",
		"span", "ul", "ol", "li", "dl", "dt", "dd", "a", "abbr", "acronym", "address", "cite", "code", "dfn", "kbd", "q", "samp",
		"var", "ins", "del", "img", "bdo", "map", "area":
		return kind, ""
	}
	switch kind {
	case "s", "strike":
		return "del", "cda-" + kind
	}
	// footnote, footnoteRef, renderMultiMedia, title, and what nobody knows.
	return "span", "cda-" + kind
}

// revised gives the element for words that were deleted or inserted (CDA R2 4.3.5.3); beside it the class has the attribute.
func revised(nd *record.NarrativeNode, name string) string {
	for i := range nd.Attrs {
		switch a := &nd.Attrs[i]; {
		case a.Name != "revised":
		case a.Value == "delete":
			return "del"
		case a.Value == "insert":
			return "ins"
		}
	}
	return name
}

func isVoid(name string) bool {
	return name == "br" || name == "hr" || name == "col" || name == "img" || name == "area"
}

// element writes the start of an element with its attributes.
func (w *writer) element(n *record.Narrative, i, base int, unique bool) {
	nd := &n.Nodes[i]
	up := ""
	if len(w.openEls) > base {
		up = w.openEls[len(w.openEls)-1].name
	}
	ordered := false
	for j := range nd.Attrs {
		ordered = ordered || nd.Attrs[j].Name == "listType" && nd.Attrs[j].Value == "ordered"
	}
	name, class := xhtmlName(nd.Kind, up == "ul" || up == "ol", up == "table", ordered)
	if nd.Kind == "content" {
		name = revised(nd, name)
	}
	if name == "img" && !localImage(nd) {
		name, class = "a", "cda-img"
	}
	w.b = append(w.b, '<')
	w.put(name)
	if !isXMLName(strings.TrimPrefix(class, "cda-")) && class != "" {
		class = "cda-unknown"
	}
	if nd.ID != "" && !w.quiet {
		if isXMLName(nd.ID) && w.firstID(nd.ID, unique) {
			w.attr("id", nd.ID)
		} else {
			class = joinClass(class, classToken("ID", nd.ID))
		}
	}
	style := ""
	for j := range nd.Attrs {
		class, style = w.attribute(n, i, j, name, class, style)
	}
	if class != "" {
		w.attr("class", class)
	}
	if style != "" {
		w.attr("style", style)
	}
	if isVoid(name) && (i+1 == len(n.Nodes) || n.Nodes[i+1].Depth <= nd.Depth) {
		w.b = append(w.b, '/', '>')
		return
	}
	w.b = append(w.b, '>')
	w.openEls = append(w.openEls, open{nd.Depth, name})
}

// attribute writes one attribute, or adds it to the class or the style.
func (w *writer) attribute(n *record.Narrative, i, j int, name, class, style string) (string, string) {
	a := &n.Nodes[i].Attrs[j]
	switch a.Name {
	case "styleCode", "class":
		class = joinClass(class, a.Value)
		if a.Name == "styleCode" {
			style = joinStyle(style, a.Value)
		}
		return class, style
	case "style":
		if safeStyle(a.Value) {
			return class, joinText(style, a.Value, ";")
		}
		w.dropAttr(n, i, j)
		return class, style
	case "href", "src", "cite":
		switch {
		case !record.SafeLink(a.Value) && !(a.Name == "src" && strings.HasPrefix(a.Value, "data:image/") && name == "img"):
			w.dropAttr(n, i, j)
		case a.Name == "src" && name == "a":
			w.attr("href", a.Value)
		case a.Name == "href" && name != "a" && name != "area":
			class = joinClass(class, classToken(a.Name, a.Value))
		default:
			w.attr(a.Name, a.Value)
		}
		return class, style
	case "listType":
		if a.Value == "ordered" && name == "ol" {
			return class, style
		}
	case "ID", "id":
	default:
		if len(a.Name) > 2 && (a.Name[0]|0x20) == 'o' && (a.Name[1]|0x20) == 'n' {
			w.dropAttr(n, i, j) // an event
			return class, style
		}
		if allowedAttr(a.Name) {
			w.attr(a.Name, a.Value)
			return class, style
		}
	}
	if strings.Contains(strings.ToLower(a.Value), "script:") {
		w.dropAttr(n, i, j)
		return class, style
	}
	return joinClass(class, classToken(a.Name, a.Value)), style
}

// allowedAttr reports whether FHIR's narrative allows an attribute (R4 txt-1).
func allowedAttr(name string) bool {
	switch name {
	case "title", "lang", "xml:lang", "dir", "span", "width", "align", "valign", "char", "charoff", "abbr", "axis", "headers", "scope",
		"rowspan", "colspan", "name", "alt", "height", "cellpadding", "cellspacing", "border", "rules", "frame", "summary",
		"accesskey", "tabindex", "start", "type", "value", "datetime":
		return true
	}
	return false
}

func (w *writer) attr(name, v string) {
	w.b = append(w.b, ' ')
	w.put(name)
	w.b = append(w.b, '=', '\\', '"')
	w.xhtmlText(v)
	w.b = append(w.b, '\\', '"')
}

// firstID reports whether an id may be written: always where it need not be unique, else the first time.
func (w *writer) firstID(id string, unique bool) bool {
	if !unique {
		return true
	}
	if w.xmlIDs == nil {
		w.xmlIDs = map[string]struct{}{}
	}
	if _, taken := w.xmlIDs[id]; taken {
		return false
	}
	w.xmlIDs[id] = struct{}{}
	return true
}

// isXMLName reports whether s may be an XML id.
func isXMLName(s string) bool {
	ascii := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_':
		case c >= utf8.RuneSelf:
			ascii = false
		case i > 0 && (isDigit(c) || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return s != "" && (ascii || clean(s))
}

// classToken keeps an attribute that XHTML has none for as one class: cda-name=value, spaces written %20.
func classToken(name, v string) string {
	return "cda-" + strings.Join(strings.Fields(name), "") + "=" + spaces.Replace(v)
}

// spaces writes the spaces of a class token in another way.
var spaces = strings.NewReplacer("%", "%25", " ", "%20", "\t", "%09", "\n", "%0A", "\r", "%0D")

func joinClass(a, b string) string { return joinText(a, b, " ") }

func joinText(a, b, sep string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + sep + b
}

// joinStyle adds the style of CDA's own style codes (CDA R2 NarrativeBlock, styleCode).
func joinStyle(style, codes string) string {
	for code := range strings.FieldsSeq(codes) {
		switch code {
		case "Bold":
			style = joinText(style, "font-weight:bold", ";")
		case "Italics":
			style = joinText(style, "font-style:italic", ";")
		case "Underline":
			style = joinText(style, "text-decoration:underline", ";")
		}
	}
	return style
}

// localImage reports whether an image is in the document itself: none is fetched from elsewhere.
func localImage(nd *record.NarrativeNode) bool {
	for i := range nd.Attrs {
		if nd.Attrs[i].Name == "src" {
			v := nd.Attrs[i].Value
			return strings.HasPrefix(v, "#") || strings.HasPrefix(v, "data:image/") && !strings.HasPrefix(v, "data:image/svg")
		}
	}
	return true
}

// safeStyle reports whether a style only says how something looks.
func safeStyle(v string) bool {
	l := strings.ToLower(v)
	for _, s := range []string{"url", "expression", "import", "script", "behavior", "binding", "\\", "/*", "<", "@"} {
		if strings.Contains(l, s) {
			return false
		}
	}
	return true
}
