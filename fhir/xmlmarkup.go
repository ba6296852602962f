package fhir

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/portage-health/portage/internal/tree"
)

// mostPrefixes bounds the namespaces that the markup of one narrative may take from around it.
const mostPrefixes = 64

const divStart = `<div xmlns="` + xhtmlSpace + `">`

// markup gives a narrative's div as it stands in JSON: by itself, with its namespace, as it was written (R4 2.4.1). How many
// leaves are in it is given, too.
func (r *xmlReader) markup(n tree.Node) (text string, leaves int) {
	inXHTML := n.Space() == xhtmlSpace
	declared := false         // the namespace, on the div itself
	alone := n.Prefix() == "" // no prefixes anywhere
	even := true              // no other namespace
	var prefixes []string
	use := func(p string) {
		alone = false
		if len(prefixes) <= mostPrefixes && !slices.Contains(prefixes, p) {
			prefixes = append(prefixes, p)
		}
	}
	last := -1
	for i := n.Index(); i < n.End(); i++ {
		x := r.doc.Node(i)
		if r.doc.IsLeaf(i) {
			leaves++
		}
		switch x.Kind() {
		case tree.Element:
			id := x.NameID()
			if id == last {
				continue
			}
			last = id
			if x.Prefix() != "" {
				use(x.Prefix())
			}
			even = even && (x.Space() == xhtmlSpace || !inXHTML && x.Space() == n.Space())
		case tree.Attr:
			if x.Decl() {
				declared = declared || x.Prefix() == "" && x.Parent() == n
			} else if p := x.Prefix(); p != "" && p != "xml" {
				use(p)
				even = false
			}
		}
	}
	if !inXHTML {
		r.note(faultNarrative, n)
	}
	switch {
	case declared && alone && inXHTML:
		return string(n.Raw()), leaves
	case even:
		return string(appendMarkup(nil, n, true)), leaves
	case len(prefixes) > mostPrefixes:
		if r.err == nil {
			r.err = exceeded(tree.LimitNames, mostPrefixes, n)
		}
		return "", leaves
	}
	whole := n.Raw()
	if !isComplete(whole, n) {
		whole = n.Fragment()
	}
	// Namespaces declared around the markup are repeated in each, which must not let a document grow without bounds.
	if r.added += len(whole) - len(n.Raw()); r.added > len(r.doc.Source())+1<<16 && r.err == nil {
		r.err = exceeded(tree.LimitBytes, len(r.doc.Source())+1<<16, n)
	}
	if by, err := tree.ParseXML(whole, tree.XMLOptions{}); err != nil || inXHTML && leaks(by.Root()) {
		var w xmlWriter
		w.text(string(n.Raw()), n)
		return divStart + string(w.b) + "</div>", leaves
	}
	if !inXHTML {
		return divStart + string(whole) + "</div>", leaves
	}
	return string(whole), leaves
}

// appendMarkup appends an element, whose names are all of one namespace, as XHTML without prefixes. Texts and attributes stay
// as they were written; comments between elements are left out.
func appendMarkup(dst []byte, n tree.Node, root bool) []byte {
	dst = append(append(dst, '<'), n.Name()...)
	if root {
		dst = append(dst, divStart[len("<div"):len(divStart)-1]...)
	}
	for a := range n.Attrs() {
		dst = append(append(dst, ' '), a.Raw()...)
	}
	c := n.First()
	if !c.OK() {
		return append(dst, "/>"...)
	}
	dst = append(dst, '>')
	for ; c.OK(); c = c.Next() {
		if c.Kind() == tree.Text {
			dst = append(dst, c.Raw()...)
		} else {
			dst = appendMarkup(dst, c, false)
		}
	}
	dst = append(append(dst, "</"...), n.Name()...)
	return append(dst, '>')
}

// isMarkup gives the div that a string holds, as it may stand in XML: well-formed, without DOCTYPE and without entities but
// those of XML. It is absent where the string holds none.
func (w *xmlWriter) isMarkup(s string) tree.Node {
	// Nothing may tell another encoding: no byte order mark, no XML declaration.
	if t := strings.TrimLeft(s, " \t\r\n"); len(t) < 2 || t[0] != '<' || t[1]|0x20 < 'a' || t[1]|0x20 > 'z' {
		return tree.Node{}
	}
	doc, err := w.markup.XML([]byte(s))
	if err != nil {
		return tree.Node{}
	}
	if root := doc.Root(); root.Name() == "div" && root.Space() == xhtmlSpace && !leaks(root) {
		return root
	}
	return tree.Node{}
}

// isComplete reports whether the text of an element says the same by itself: what its prefixes stand for is in it.
func isComplete(text []byte, n tree.Node) bool {
	by, err := tree.ParseXML(text, tree.XMLOptions{})
	if err != nil || by.Len() != n.End()-n.Index() {
		return false
	}
	for i := range by.Len() {
		if x := by.Node(i); x.Kind() != tree.Text && x.Space() != n.Doc().Node(n.Index()+i).Space() {
			return false
		}
	}
	return true
}

// leaks reports whether an element of a markup has no namespace by itself, but would have one within other XML.
func leaks(root tree.Node) bool {
	if root.Prefix() == "" {
		return false
	}
	for i := root.Index(); i < root.End(); i++ {
		if x := root.Doc().Node(i); x.Kind() == tree.Attr && x.Decl() && x.Prefix() == "" && x.Parent() == root {
			return false
		} else if x.Kind() == tree.Element && x.Space() == "" {
			return true
		}
	}
	return false
}

// div writes a narrative. One that is not XHTML is written as the text it is: it must not be read as markup, nor be lost.
func (w *xmlWriter) div(v tree.Node) {
	s := v.Value()
	if root := w.isMarkup(s); root.OK() {
		raw := root.Raw()
		if len(raw) != len(s) || root.Prefix() != "" {
			w.note(faultForm, v)
		}
		w.b = append(w.b, raw...)
		return
	}
	w.note(faultNarrative, v)
	w.b = append(w.b, divStart...)
	w.text(s, v)
	w.b = append(w.b, "</div>"...)
}

// attr writes an attribute. Its name must be right.
func (w *xmlWriter) attr(name, value string, from tree.Node) {
	w.b = append(append(append(w.b, ' '), name...), '=', '"')
	w.text(value, from)
	w.b = append(w.b, '"')
}

// text writes a text or the value of an attribute. Line ends and tabs are written as references, so that they come back.
func (w *xmlWriter) text(s string, from tree.Node) {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if xmlPlain[c] {
			i++
			continue
		}
		var by string
		size := 1
		switch c {
		case '&':
			by = "&amp;"
		case '<':
			by = "&lt;"
		case '>':
			by = "&gt;"
		case '"':
			by = "&quot;"
		case '\t':
			by = "&#9;"
		case '\n':
			by = "&#10;"
		case '\r':
			by = "&#13;"
		default:
			if c == 0xef { // U+FFFE and U+FFFF are no characters of XML
				var x rune
				if x, size = utf8.DecodeRuneInString(s[i:]); x < 0xfffe && size > 1 {
					i += size
					continue
				}
			}
			by = "\uFFFD"
			w.note(faultCharacter, from)
		}
		w.b = append(append(w.b, s[start:i]...), by...)
		i += size
		start = i
	}
	w.b = append(w.b, s[start:]...)
}

// xmlPlain marks the bytes that stand for themselves in a text of XML.
var xmlPlain = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= ' ' && c != '&' && c != '<' && c != '>' && c != '"' && c != 0xef
	}
	return t
}()

// appendJSONString appends a string of XML as one of JSON.
func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(append(dst, s[start:i]...), '\\')
		switch c {
		case '\n':
			c = 'n'
		case '\r':
			c = 'r'
		case '\t':
			c = 't'
		}
		dst = append(dst, c)
		start = i + 1
	}
	return append(append(dst, s[start:]...), '"')
}
