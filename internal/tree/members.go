package tree

import "math/bits"

// members finds the members of the objects of a JSON document without going over them.
type members struct {
	at      []uint32 // by node: its place in objects; 0 for what has no members
	objects []object // the first is of what has none
	some    []uint32 // a member for each bit of each object, by the order of the bits
	names   []string // by their numbers
	slots   [nameSlots]nameSlot
}

// An object tells by bits that stand for the numbers of names, some sharing one, which members it has.
type object struct {
	seen    uint64
	first   uint32 // where those of its bits begin in members.some; until that is known, the node of the object
	sharing bool   // two members share a bit
}

// A nameSlot holds the number of a name, and the sum of the name; 0 and 0 where it is free.
type nameSlot struct{ sum, id uint32 }

const (
	nameSlots = 1 << 12
	mostNames = nameSlots / 2 // a document of more different names has hints instead
)

// placeOf gives where names with a sum are first looked for.
func placeOf(sum uint32) uint32 { return sum * 0x9e3779b1 >> 20 }

// index makes m that of d.
func (m *members) index(d *Doc) {
	clear(m.slots[:])
	m.names = append(m.names[:0], "")
	for id := 1; id < len(d.names); id++ {
		name := d.local(&d.names[id])
		m.names = append(m.names, name)
		sum := sumOf(name)
		at := placeOf(sum)
		for m.slots[at].id != 0 {
			at = (at + 1) % nameSlots
		}
		m.slots[at] = nameSlot{sum, uint32(id)}
	}
	if len(m.objects) == 0 {
		m.find(d)
	}
	if cap(m.at) < int(d.n) {
		n := d.n
		if d.lender != nil { // who has other documents after it
			n += n / 4
		}
		m.at, m.some = make([]uint32, n), make([]uint32, n)
	}
	m.at, m.some = m.at[:d.n], m.some[:d.n]
	clear(m.at)
	used := uint32(0)
	for k := 1; k < len(m.objects); k++ {
		o := &m.objects[k]
		i := o.first
		m.at[i], o.first = uint32(k), used
		some := m.some[used:]
		for c, end := i+1, d.at(i).a; c < end; {
			r := d.at(c)
			some[o.rank(r.name())] = c
			if c++; r.branch() {
				c = r.a
			}
		}
		used += uint32(bits.OnesCount64(o.seen))
	}
}

// find finds the objects of d, where they were not noted as it was read.
func (m *members) find(d *Doc) {
	m.objects = append(make([]object, 0, d.n/3+1), object{})
	for base, run := range d.runs() {
		for j := range run {
			i := uint32(base + j)
			r := &run[j]
			if r.kind() != Object || r.a == i+1 {
				continue
			}
			o := object{first: i}
			for c := i + 1; c < r.a; {
				x := d.at(c)
				bit := uint64(1) << (x.name() & 63)
				o.sharing = o.sharing || o.seen&bit != 0
				o.seen |= bit
				if c++; x.branch() {
					c = x.a
				}
			}
			m.objects = append(m.objects, o)
		}
	}
}

// rank gives how many of its bits are before that of a name.
func (o *object) rank(id uint32) int { return bits.OnesCount64(o.seen & (1<<(id&63) - 1)) }

// member gives the member of that name, whose sum is given too, of the node i. Its number is looked for from slot k on.
func (m *members) member(d *Doc, i uint32, name string, sum, k uint32) Node {
	o := &m.objects[m.at[i]]
	for ; ; k++ {
		s := m.slots[k%nameSlots]
		if s.sum == sum && o.seen>>(s.id&63)&1 != 0 && m.names[s.id] == name {
			c := m.some[o.first+uint32(o.rank(s.id))]
			if d.at(c).name() == s.id {
				return Node{d, c}
			}
			return o.search(d, i, s.id)
		}
		if s.id == 0 {
			return Node{}
		}
	}
}

// search gives the member of the object i whose name has a number, where another has its bit.
func (o *object) search(d *Doc, i, id uint32) Node {
	if !o.sharing {
		return Node{}
	}
	for c, end := i+1, d.at(i).a; c < end; c = (Node{d, c}).end() {
		if d.at(c).name() == id {
			return Node{d, c}
		}
	}
	return Node{}
}

// Within goes over the members of an object, or the items of an array, of JSON.
type Within struct {
	d            *Doc
	i, next, end uint32
}

// Within gives what goes over the members or items of n, of which there are none if it is neither an object nor an array.
func (n Node) Within() Within {
	if n.d == nil {
		return Within{}
	}
	if r := n.raw(); r.kind() == Object || r.kind() == Array {
		return Within{d: n.d, next: n.i + 1, end: r.a}
	}
	return Within{}
}

// Next goes to the next member or item; it reports false where there is none.
func (w *Within) Next() bool {
	if w.next >= w.end {
		return false
	}
	w.i = w.next
	if r := w.d.at(w.i); r.branch() {
		w.next = r.a
	} else {
		w.next++
	}
	return true
}

// Node gives the member or item that Next went to.
func (w *Within) Node() Node { return Node{w.d, w.i} }
