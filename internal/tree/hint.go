package tree

// hints are the hints of a document.
type hints struct {
	of   []hint   // by node
	bits []uint32 // by the number of a name
}

// A hint tells of the attributes and children of an element, or of the members of an object, by bits that stand for their
// local names, some names sharing one: what has no bit is not there.
type hint struct {
	some    uint32 // bits of the names that occur
	several uint32 // bits met more than once
}

const mostHints = 1 << 20

// nameBit gives the bit that stands for a local name.
func nameBit(name string) uint32 {
	n := uint32(len(name))
	if n == 0 {
		return 1
	}
	return 1 << ((n + 3*uint32(name[0]) + 5*uint32(name[n/2]) + 7*uint32(name[n-1])) & 31)
}

// Hint makes it cheap to ask nodes for attributes and children by names that they lack, for eight bytes a node; a document
// of more than a million nodes goes without. It must be called before the document is shared.
func (d *Doc) Hint() {
	if d == nil || d.n > mostHints {
		return
	}
	all := &hints{make([]hint, d.n), make([]uint32, len(d.names))}
	for i := range d.names {
		all.bits[i] = nameBit(d.local(&d.names[i]))
	}
	for _, run := range d.runs() {
		for j := range run {
			r := &run[j]
			if r.kind() == Text || r.parent == noParent {
				continue
			}
			h, bit := &all.of[r.parent], all.bits[r.name()]
			h.several |= h.some & bit
			h.some |= bit
		}
	}
	d.hints = all
}

// lacks tells that n is absent, or that nothing in it has this local name.
func (n Node) lacks(name string) bool {
	return n.d == nil || n.d.hints != nil && n.d.hints.of[n.i].some&nameBit(name) == 0
}
