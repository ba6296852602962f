package tree

import (
	"slices"
	"strings"
)

const xsiSpace = "http://www.w3.org/2001/XMLSchema-instance"

// Raw gives the source of the subtree, as UTF-8: of an element from '<' to '>', of an attribute its name and value, of a text
// also the comments within it. It is a part of the text; the caller must not change it.
func (n Node) Raw() []byte {
	if n.d == nil {
		return nil
	}
	r := n.raw()
	end := r.b
	if !r.branch() {
		end += r.a
		switch k := r.kind(); {
		case k == Attr || k == String:
			end++
		case k == Text && r.a != r.off: // a CDATA section
			end += uint32(len(cdataEnd))
		}
	}
	return n.d.src[r.off:end:end]
}

// Fragment gives the source of the subtree such that it can be read by itself: of an element, the namespace declarations in
// scope that the subtree uses are added to its start tag, those for prefixes in values of xsi:type among them. It may share
// memory with the document; the caller must not change it.
func (n Node) Fragment() []byte {
	raw := n.Raw()
	if n.Kind() != Element {
		return raw
	}
	add := n.needed()
	if len(add) == 0 {
		return raw
	}
	cut := 1
	for nameByte[raw[cut]] {
		cut++
	}
	size := len(raw)
	for _, b := range add {
		size += len(` xmlns:=""`) + len(b.prefix) + len(b.space)
	}
	out := make([]byte, 0, size)
	out = append(out, raw[:cut]...)
	for _, b := range add {
		out = append(out, " xmlns"...)
		if b.prefix != "" {
			out = append(append(out, ':'), b.prefix...)
		}
		out = append(out, '=', '"')
		out = append(out, spaceEscaper.Replace(b.space)...)
		out = append(out, '"')
	}
	return append(out, raw[cut:]...)
}

var spaceEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#9;", "\n", "&#10;", "\r", "&#13;")

// needed lists the declarations that a fragment of n lacks.
func (n Node) needed() []binding {
	var have, add []binding
	use := func(prefix, space string) {
		if prefix == "xml" || space == "" || slices.Contains(have, binding{prefix, space}) {
			return
		}
		have = append(have, binding{prefix, space})
		// Where another namespace is in scope, the prefix is declared within the subtree.
		if in, by := n.InScope(prefix); in == space && by != n {
			add = append(add, binding{prefix, space})
		}
	}
	last := ^uint32(0)
	for i, end := n.i, n.raw().a; i < end; i++ {
		r := n.d.at(i)
		k := r.kind()
		if k == Text || r.meta&flagDecl != 0 {
			continue
		}
		id := r.name()
		x := &n.d.names[id]
		if k == Element && id != last {
			use(n.d.prefixes[x.prefix], n.d.spaces[x.space])
			last = id
		} else if k == Attr && x.prefix != 0 {
			space := n.d.spaces[x.space]
			use(n.d.prefixes[x.prefix], space)
			if space == xsiSpace && n.d.called(x, "type") {
				a := Node{n.d, i}
				if prefix, _, ok := strings.Cut(strings.Trim(a.Value(), " "), ":"); ok && isNCName([]byte(prefix)) {
					if in, _ := a.Parent().InScope(prefix); in != "" {
						use(prefix, in)
					}
				} else if in, _ := a.Parent().InScope(""); !ok && in != "" {
					use("", in)
				}
			}
		}
	}
	return add
}

// InScope gives the namespace that a prefix stands for at an element, and the element that declares it; a prefix bound by
// repair is declared by none. The empty prefix is the default namespace.
func (n Node) InScope(prefix string) (space string, by Node) {
	if prefix == "xml" {
		return xmlSpace, Node{}
	}
	for e := n; e.d != nil; e = e.Parent() {
		for i, end := e.attrs(); i < end; i++ {
			r := e.d.at(i)
			if r.kind() != Attr {
				break
			}
			if r.meta&flagDecl == 0 {
				continue
			}
			x := &e.d.names[r.name()]
			if x.prefix == 0 && prefix == "" || x.prefix != 0 && e.d.called(x, prefix) {
				return Node{e.d, i}.Value(), e
			}
		}
	}
	if n.d != nil {
		for _, b := range n.d.repaired {
			if b.prefix == prefix {
				return b.space, Node{}
			}
		}
	}
	return "", Node{}
}
