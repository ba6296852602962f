package tree

import "iter"

// Elements gives the child elements with a local name in the node's own namespace, or the members of that name; with an empty
// name all child elements of any namespace, or all members or items.
func (n Node) Elements(name string) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		if name == "" {
			for c := n.First(); c.d != nil; c = c.Next() {
				if c.raw().kind() != Text && !yield(c) {
					return
				}
			}
			return
		}
		for c := n.Child(name); c.d != nil; c = c.NextNamed() {
			if !yield(c) {
				return
			}
		}
	}
}

// Attr gives the attribute of that name without namespace.
func (n Node) Attr(name string) Node { return n.attr(noSpace, name) }

// AttrNS gives the attribute of that name in a namespace.
func (n Node) AttrNS(space, name string) Node {
	if n.d == nil || n.lacks(sumOf(name)) {
		return Node{}
	}
	id, ok := n.d.spaceID(space)
	if !ok {
		return Node{}
	}
	return n.attr(id, name)
}

func (n Node) attr(space uint32, name string) Node {
	if n.d == nil {
		return Node{}
	}
	sum, h := sumOf(name), n.d.hints
	if h != nil && h.of[n.i].some&bitOf(sum) == 0 {
		return Node{}
	}
	for i, end := n.attrs(); i < end; i++ {
		r := n.d.at(i)
		if r.kind() != Attr {
			break
		}
		id := r.name()
		if h != nil && h.names[id].sum != sum || r.meta&flagDecl != 0 {
			continue
		}
		if x := &n.d.names[id]; x.space == space && n.d.called(x, name) {
			return Node{n.d, i}
		}
	}
	return Node{}
}

func (d *Doc) spaceID(space string) (uint32, bool) {
	for i, s := range d.spaces {
		if s == space {
			return uint32(i), true
		}
	}
	return 0, false
}

// Child gives the first child element with a local name in the node's own namespace, or the member of that name.
func (n Node) Child(name string) Node {
	if n.d == nil {
		return Node{}
	}
	m := n.d.members
	if m == nil {
		return n.child(name)
	}
	// Most of what is asked for is not there.
	seen := m.objects[m.at[n.i]].seen
	sum := sumOf(name)
	for k := placeOf(sum); ; k++ {
		s := m.slots[k%nameSlots]
		if s.sum == sum && seen>>(s.id&63)&1 != 0 {
			return m.member(n.d, n.i, name, sum, k)
		}
		if s.id == 0 {
			return Node{}
		}
	}
}

func (n Node) child(name string) Node {
	sum := sumOf(name)
	if n.lacks(sum) {
		return Node{}
	}
	r := n.raw()
	switch r.kind() {
	case Element:
		if n.attrsOnly(r) {
			return Node{}
		}
	case Object:
	default:
		return Node{}
	}
	return n.d.named(n.i+1, r.a, n.d.names[r.name()].space, name, sum)
}

// ChildNS gives the first child element with a local name in a namespace.
func (n Node) ChildNS(space, name string) Node {
	if n.Kind() != Element {
		return Node{}
	}
	sum := sumOf(name)
	if n.lacks(sum) {
		return Node{}
	}
	id, ok := n.d.spaceID(space)
	if !ok {
		return Node{}
	}
	return n.d.named(n.i+1, n.raw().a, id, name, sum)
}

// NextNamed gives the next sibling element, or member, of the same name and namespace.
func (n Node) NextNamed() Node {
	if n.d == nil {
		return Node{}
	}
	r := n.raw()
	if k := r.kind(); r.parent == noParent || k == Text || k == Attr {
		return Node{}
	}
	id := r.name()
	if h := n.d.hints; h != nil && h.of[r.parent].several&h.names[id].bit == 0 {
		return Node{}
	}
	x := &n.d.names[id]
	for i, end := n.end(), n.d.at(r.parent).a; i < end; {
		r := n.d.at(i)
		if k := r.kind(); k != Attr && k != Text {
			// Another number can stand for the same name, with another prefix.
			if y := &n.d.names[r.name()]; r.name() == id || y.size == x.size && y.space == x.space && n.d.local(y) == n.d.local(x) {
				return Node{n.d, i}
			}
		}
		i = Node{n.d, i}.end()
	}
	return Node{}
}

// named finds the first child of that name, whose sum is given too, from index i on.
func (d *Doc) named(i, end uint32, space uint32, local string, sum uint32) Node {
	h := d.hints
	for i < end {
		r := d.at(i)
		switch r.kind() {
		case Attr, Text:
			i++
			continue
		}
		if id := r.name(); h == nil || h.names[id].sum == sum {
			if x := &d.names[id]; x.space == space && d.called(x, local) {
				return Node{d, i}
			}
		}
		if r.branch() {
			i = r.a
		} else {
			i++
		}
	}
	return Node{}
}
