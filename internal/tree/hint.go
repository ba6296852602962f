package tree

// Hints is memory for the hints of one document after the other. Its zero value is ready for use.
type Hints struct {
	of    []hint   // by node
	names []summed // by the number of a name
}

// A hint tells of the attributes and children of an element, or of the members of an object, by bits that stand for the sums
// of their local names, some sharing one: what has no bit is not there.
type hint struct {
	some    uint32 // bits of the names that occur
	several uint32 // bits met more than once
}

type summed struct{ sum, bit uint32 }

const mostHints = 1 << 20

// sumOf gives a number for a local name. Few names of one document share one, but some may.
func sumOf(name string) uint32 {
	n := len(name)
	if n == 0 {
		return 0
	}
	return uint32(name[0]) | uint32(name[uint(n)/2])<<8 | uint32(name[n-1])<<16 | uint32(n)<<24
}

// bitOf gives the bit in hints of the names with a sum.
func bitOf(sum uint32) uint32 { return 1 << (sum * 0x9e3779b1 >> 27) }

// Hint makes it cheap to ask nodes for attributes and children by names that they lack, for eight bytes a node; a document
// of more than a million nodes goes without. It must be called before the document is shared.
func (d *Doc) Hint() {
	if d == nil || d.n > mostHints || d.n == 0 {
		return
	}
	if d.at(0).kind() != Element && len(d.names) <= mostNames {
		if d.lender != nil {
			d.members = &d.lender.members
			if !d.lender.index {
				d.members.objects = nil
			}
		} else {
			d.members = new(members)
		}
		d.members.index(d)
		return
	}
	d.hints = new(Hints)
	d.hint(d.hints)
}

// Hinted gives d as after Hint, for one goroutine and until h is used again: the hints are in h. Documents and nodes are
// of d or of what it gives, never of both.
func (d *Doc) Hinted(h *Hints) *Doc {
	if d == nil || d.n > mostHints {
		return d
	}
	x := &Doc{
		src: d.src, text: d.text, side: d.side, block: d.block, chunks: d.chunks, n: d.n, names: d.names, spaces: d.spaces,
		prefixes: d.prefixes, repairs: d.repairs, repaired: d.repaired, encoding: d.encoding, hints: h,
	}
	x.lines.Store(d.lines.Load())
	d.hint(h)
	return x
}

// Clear forgets the document and keeps the memory, unless it is more than for most nodes.
func (h *Hints) Clear(most int) {
	if cap(h.of) > most {
		h.of = nil
	}
	h.of, h.names = h.of[:0], h.names[:0]
}

// hint makes the hints of d.
func (d *Doc) hint(all *Hints) {
	all.of, all.names = zeroed(all.of, int(d.n)), zeroed(all.names, len(d.names))
	for i := range d.names {
		sum := sumOf(d.local(&d.names[i]))
		all.names[i] = summed{sum, bitOf(sum)}
	}
	for _, run := range d.runs() {
		for j := range run {
			r := &run[j]
			if r.kind() == Text || r.parent == noParent {
				continue
			}
			h, bit := &all.of[r.parent], all.names[r.name()].bit
			h.several |= h.some & bit
			h.some |= bit
		}
	}
}

// zeroed gives n zeros, in the memory of s where that is enough.
func zeroed[T any](s []T, n int) []T {
	if n > cap(s) {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// lacks tells that n, which is there, has nothing in it with a local name of this sum.
func (n Node) lacks(sum uint32) bool {
	return n.d.hints != nil && n.d.hints.of[n.i].some&bitOf(sum) == 0
}
