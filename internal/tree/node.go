package tree

import (
	"iter"
	"strings"
)

// Node is a node of a document. Its zero value is the absent node: all methods may be called on it and give zero values, so
// that a path may be walked without asking at each step.
type Node struct {
	d *Doc
	i uint32
}

func (n Node) raw() *node { return n.d.at(n.i) }

// OK tells whether there is such a node.
func (n Node) OK() bool { return n.d != nil }

// Doc gives the document the node is in, nil if absent.
func (n Node) Doc() *Doc { return n.d }

// Kind tells what the node is.
func (n Node) Kind() Kind {
	if n.d == nil {
		return Absent
	}
	return n.raw().kind()
}

// Index gives the node's place in document order, see Doc.Node. It is -1 for the absent node.
func (n Node) Index() int {
	if n.d == nil {
		return -1
	}
	return int(n.i)
}

// Name gives the local name of an element or attribute (of a namespace declaration: the prefix it declares, or "xmlns"), or
// the member name of a JSON value. It is empty for texts, items of arrays and the JSON root.
func (n Node) Name() string {
	if n.d == nil {
		return ""
	}
	return n.d.local(&n.d.names[n.raw().name()])
}

// NameID gives the number of the node's name, see Doc.Names. Nodes of one local name have different numbers where prefix or
// namespace differ. The absent node's is 0, that of the empty name.
func (n Node) NameID() int {
	if n.d == nil {
		return 0
	}
	return int(n.raw().name())
}

// Prefix gives the namespace prefix as written.
func (n Node) Prefix() string {
	if n.d == nil {
		return ""
	}
	return n.d.prefixes[n.d.names[n.raw().name()].prefix]
}

// Space gives the namespace of an element or attribute. An attribute without prefix has none.
func (n Node) Space() string {
	if n.d == nil {
		return ""
	}
	return n.d.spaces[n.d.names[n.raw().name()].space]
}

// Decl tells whether the node is a namespace declaration.
func (n Node) Decl() bool { return n.d != nil && n.raw().meta&flagDecl != 0 }

// Blank tells whether the node is a text of nothing but white space.
func (n Node) Blank() bool { return n.d != nil && n.raw().meta&flagBlank != 0 }

// Spaced tells whether white space before an element was left out, see XMLOptions.SpaceIn.
func (n Node) Spaced() bool { return n.d != nil && n.raw().meta&flagSpaced != 0 }

// End gives the index one past the last node of the subtree.
func (n Node) End() int {
	if n.d == nil {
		return 0
	}
	return int(n.end())
}

func (n Node) end() uint32 {
	if r := n.raw(); r.branch() {
		return r.a
	}
	return n.i + 1
}

// Parent gives the element, object or array the node is in; an attribute's is its element.
func (n Node) Parent() Node {
	if n.d == nil {
		return Node{}
	}
	if up := n.raw().parent; up != noParent {
		return Node{n.d, up}
	}
	return Node{}
}

// First gives the first child: an element, text, member or item, but no attribute.
func (n Node) First() Node {
	if n.d == nil {
		return Node{}
	}
	r := n.raw()
	if !r.branch() {
		return Node{}
	}
	i := n.i + 1
	if r.kind() == Element {
		if n.attrsOnly(r) {
			return Node{}
		}
		for n.d.at(i).kind() == Attr {
			i++
		}
	}
	if i == r.a {
		return Node{}
	}
	return Node{n.d, i}
}

// attrsOnly tells whether n, an element, has no children: what ends it is then itself or an attribute of its own.
func (n Node) attrsOnly(r *node) bool {
	last := n.d.at(r.a - 1)
	return r.a-1 == n.i || last.kind() == Attr && last.parent == n.i
}

// Next gives the sibling after the node: that of an attribute is the next attribute, namespace declarations among them.
func (n Node) Next() Node {
	if n.d == nil {
		return Node{}
	}
	r := n.raw()
	if r.parent == noParent {
		return Node{}
	}
	i := n.i + 1
	if r.branch() {
		i = r.a
	}
	if i >= n.d.n {
		return Node{}
	}
	if next := n.d.at(i); next.parent != r.parent || r.kind() == Attr && next.kind() != Attr {
		return Node{}
	}
	return Node{n.d, i}
}

// Children gives the children in order: elements and texts (blank ones too), or members or items.
func (n Node) Children() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for c := n.First(); c.d != nil; c = c.Next() {
			if !yield(c) {
				return
			}
		}
	}
}

// Attrs gives the attributes in order, without the namespace declarations.
func (n Node) Attrs() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i, end := n.attrs(); i < end; i++ {
			if r := n.d.at(i); r.kind() != Attr {
				return
			} else if r.meta&flagDecl == 0 && !yield(Node{n.d, i}) {
				return
			}
		}
	}
}

// attrs bounds where the attributes are.
func (n Node) attrs() (i, end uint32) {
	if n.d == nil {
		return 0, 0
	}
	if r := n.raw(); r.kind() == Element {
		return n.i + 1, r.a
	}
	return 0, 0
}

// Value gives the value of an attribute, text or JSON scalar: a number exactly as written. It is empty for elements, objects
// and arrays. Values with escapes are decoded at every call.
func (n Node) Value() string {
	if n.d == nil {
		return ""
	}
	r := n.raw()
	if r.branch() {
		return ""
	}
	if r.meta&flagCoded == 0 {
		return n.d.text[r.a : r.a+r.b]
	}
	src := n.d.src[r.a : r.a+r.b]
	dst := make([]byte, 0, len(src))
	switch r.kind() {
	case Attr:
		dst = appendAttr(dst, src)
	case Text:
		dst = appendText(dst, src)
	default:
		dst = appendJSON(dst, src)
	}
	if len(dst) < cap(dst)-cap(dst)/4 {
		return string(dst)
	}
	return view(dst)
}

// Text gives the texts that are children of an element, joined.
func (n Node) Text() string {
	if n.Kind() != Element {
		return ""
	}
	return n.joined(func(c Node) uint32 { return c.end() })
}

// DeepText gives all texts within an element, joined in document order.
func (n Node) DeepText() string {
	if n.Kind() != Element {
		return ""
	}
	return n.joined(func(c Node) uint32 { return c.i + 1 })
}

func (n Node) joined(next func(Node) uint32) string {
	var (
		first Node
		b     strings.Builder
		count int
	)
	end := n.raw().a
	for c := (Node{n.d, n.i + 1}); c.i < end; c.i = next(c) {
		if c.raw().kind() != Text {
			continue
		}
		if count++; count == 1 {
			first = c
			continue
		} else if count == 2 {
			b.WriteString(first.Value())
		}
		b.WriteString(c.Value())
	}
	if count < 2 {
		return first.Value()
	}
	return b.String()
}

// Offset gives where the node begins in the text, in bytes; a member of a JSON object begins with its value.
func (n Node) Offset() int {
	if n.d == nil {
		return 0
	}
	return int(n.raw().off)
}

// Line gives the line of Offset, see Doc.Position.
func (n Node) Line() int {
	if n.d == nil {
		return 0
	}
	return n.d.line(int(n.raw().off))
}

// Pos gives line and column of Offset, see Doc.Position.
func (n Node) Pos() (line, col int) {
	if n.d == nil {
		return 0, 0
	}
	return n.d.Position(int(n.raw().off))
}
