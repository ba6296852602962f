package hl7v2

import "iter"

// Fit says how a segment or a group stands in the structure of its message.
type Fit uint8

// The ways.
const (
	Expected   Fit = iota // the structure has a place for it there
	OutOfOrder            // the structure has a place for it, but not there
	Unexpected            // the structure has no place for it: a Z segment, one of another message, or a line that is none
)

func (f Fit) String() string { return [...]string{"expected", "out-of-order", "unexpected"}[f%3] }

// Node is one thing in a group: a segment, or a group within it.
type Node struct {
	Segment Segment // absent for a group
	Group   *Group  // nil for a segment
	Fit     Fit
}

// Group is the segments that a message's structure holds together (chapter 2, 2.5.2.2), in the order in which they were sent. Those
// for which the structure has no place stand where they were sent: in the group that was open then.
type Group struct {
	Name       string // as HL7 names it, without the message: ORDER_OBSERVATION; of the whole message, the structure: ORU_R01; "" where that is not known
	Occurrence int    // which of the groups of this name in its parent, counted from 1
	Parent     *Group // nil for the whole message
	Nodes      []Node

	what  *element
	kinds []groupKind
}

// Tree groups the segments of the message by its structure. A message of a type that is not known here is one group. The tree belongs to the
// message as it is: after a change, ask for a new one.
func (m *Message) Tree() *Group {
	root := &Group{Occurrence: 1, what: structureOf(m)}
	if root.what == nil {
		for s := range m.Segments() {
			root.Nodes = append(root.Nodes, Node{Segment: s, Fit: fitUnknown(s)})
		}
		return root
	}
	root.Name = root.what.name
	p := placer{open: root}
	for s := range m.Segments() {
		p.place(s)
	}
	return root
}

// fitUnknown is how a segment stands in a message whose structure is not known.
func fitUnknown(s Segment) Fit {
	if isDefined(s.x.segs[s.n].id) {
		return Expected
	}
	return Unexpected
}

// placer finds the place of one segment after another.
type placer struct {
	open *Group   // the innermost group
	at   *element // the place of the last segment in it; nil at its start
}

// place puts a segment where the structure has it next: further on in the open group, in a new group of the kind of the
// open one, or so in one of the groups around it; then where the structure has it before, in a group not yet ended; else
// where it was sent.
func (p *placer) place(s Segment) {
	id := s.x.segs[s.n].id
	if id == 0 {
		p.add(s, Unexpected)
		return
	}
	g, at := p.open, p.at
	for g != nil {
		if at != nil && at.is(id) && at.repeats {
			p.put(g, at, s, Expected)
			return
		}
		next := 0
		if at != nil {
			next = at.place + 1
		}
		if e := g.forward(id, next); e != nil {
			p.put(g, e, s, Expected)
			return
		}
		if g.Parent == nil {
			break
		}
		if g.what.repeats {
			if e := g.what.enter(id, 0, true); e != nil {
				p.put(g.Parent.sub(g.what), e, s, Expected)
				return
			}
		}
		g, at = g.Parent, g.what
	}
	for g := p.open; g != nil; g = g.Parent {
		for _, e := range g.what.parts {
			if e.isGroup() && (e.repeats || !g.has(e)) {
				if found := e.enter(id, 0, true); found != nil {
					p.put(g.sub(e), found, s, OutOfOrder)
					return
				}
			}
		}
	}
	root := p.open
	for root.Parent != nil {
		root = root.Parent
	}
	if root.what.holds(id) {
		p.add(s, OutOfOrder)
	} else {
		p.add(s, Unexpected)
	}
}

// forward finds the place of a segment from part number from on: first without leaving out what is required.
func (g *Group) forward(id uint32, from int) *element {
	if e := g.what.enter(id, from, true); e != nil {
		return e
	}
	return g.what.enter(id, from, false)
}

// put adds a segment whose place is e, somewhere within g, making the groups on the way.
func (p *placer) put(g *Group, e *element, s Segment, fit Fit) {
	if e.parent != g.what {
		g = p.down(g, e.parent)
	}
	g.Nodes = append(g.Nodes, Node{Segment: s, Fit: fit})
	p.open, p.at = g, e
}

// down makes the groups from g to what.
func (p *placer) down(g *Group, what *element) *Group {
	if what.parent != g.what {
		g = p.down(g, what.parent)
	}
	return g.sub(what)
}

// sub begins a group of a kind.
func (g *Group) sub(what *element) *Group {
	k := g.kind(what)
	if k < 0 {
		k = len(g.kinds)
		g.kinds = append(g.kinds, groupKind{what: what})
	}
	g.kinds[k].n++
	c := &Group{Name: what.name, Occurrence: g.kinds[k].n, Parent: g, what: what}
	g.Nodes = append(g.Nodes, Node{Group: c})
	return c
}

// groupKind is how many groups of a kind stand directly in a group.
type groupKind struct {
	what *element
	n    int
}

func (g *Group) kind(what *element) int {
	for k := range g.kinds {
		if g.kinds[k].what == what {
			return k
		}
	}
	return -1
}

func (g *Group) has(what *element) bool { return g.kind(what) >= 0 }

// add puts a segment in the open group without moving on.
func (p *placer) add(s Segment, fit Fit) {
	p.open.Nodes = append(p.open.Nodes, Node{Segment: s, Fit: fit})
}

// Groups gives the groups of a name that stand in this one, at any depth, in their order.
func (g *Group) Groups(name string) iter.Seq[*Group] {
	return func(yield func(*Group) bool) { g.groups(name, yield) }
}

func (g *Group) groups(name string, yield func(*Group) bool) bool {
	for _, n := range g.Nodes {
		if n.Group == nil {
			continue
		}
		if n.Group.Name == name && !yield(n.Group) || !n.Group.groups(name, yield) {
			return false
		}
	}
	return true
}

// Find gives the n-th of those groups, counted from 1; nil where there is none.
func (g *Group) Find(name string, n int) *Group {
	if g.Parent == nil && g.Name == name && n == 1 {
		return g
	}
	for c := range g.Groups(name) {
		if n--; n == 0 {
			return c
		}
	}
	return nil
}

// Segments gives the segments that stand directly in the group; of one name, unless it is "".
func (g *Group) Segments(name string) iter.Seq[Segment] {
	return func(yield func(Segment) bool) {
		for _, n := range g.Nodes {
			if n.Group == nil && (name == "" || n.Segment.Is(name)) && !yield(n.Segment) {
				return
			}
		}
	}
}

// Segment gives the first segment of a name that stands directly in the group; the absent one where there is none.
func (g *Group) Segment(name string) Segment {
	for s := range g.Segments(name) {
		return s
	}
	return Segment{}
}

// All gives all segments in the group at any depth, in the order of the message.
func (g *Group) All() iter.Seq[Segment] {
	return func(yield func(Segment) bool) { g.all(yield) }
}

func (g *Group) all(yield func(Segment) bool) bool {
	for _, n := range g.Nodes {
		if n.Group != nil {
			if !n.Group.all(yield) {
				return false
			}
		} else if !yield(n.Segment) {
			return false
		}
	}
	return true
}

// FindSegment gives the n-th segment of a name in the group at any depth, counted from 1.
func (g *Group) FindSegment(name string, n int) Segment {
	for s := range g.All() {
		if s.Is(name) {
			if n--; n == 0 {
				return s
			}
		}
	}
	return Segment{}
}

// Path gives the names of the groups down to this one, each with its place: PATIENT_RESULT[1].ORDER_OBSERVATION[2]; "" for the whole message.
func (g *Group) Path() string {
	if g.Parent == nil {
		return ""
	}
	a := Address{Groups: []GroupStep{{g.Name, g.Occurrence}}}
	for p := g.Parent; p.Parent != nil; p = p.Parent {
		a.Groups = append([]GroupStep{{p.Name, p.Occurrence}}, a.Groups...)
	}
	s := a.String()
	return s[:len(s)-1]
}
