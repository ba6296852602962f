package tree

import "slices"

// A node is 20 bytes. What a and b hold depends on its kind:
//
//	Element, Object, Array: a is the index past the subtree, b the offset past its last byte
//	others:                 a is the offset of the value as written, b its length in bytes
type node struct {
	meta   uint32 // kind: bits 0-3, flags: bits 4-7, name: bits 8-31
	off    uint32 // where the node begins in the source
	parent uint32
	a, b   uint32
}

const (
	kindBits   = 0x0f
	flagBits   = 0xf0
	flagCoded  = 1 << 4 // the value as written is not the value: it has escapes, line ends to normalise, or comments
	flagBlank  = 1 << 5 // Text: white space only
	flagDecl   = 1 << 6 // Attr: a namespace declaration
	flagSpaced = 1 << 7 // Element: white space before it was left out
	nameShift  = 8
	maxNameID  = 1<<24 - 1
	nodeBytes  = 20
	noParent   = ^uint32(0)
	chunkBits  = 10
	chunkNodes = 1 << chunkBits
	chunkMask  = chunkNodes - 1
	blockNodes = 1 << 16
	// Offsets and indexes have 32 bits, and one value is kept apart.
	maxOffset = 1<<32 - 2
)

func (n *node) kind() Kind { return Kind(n.meta & kindBits) }

func (n *node) name() uint32 { return n.meta >> nameShift }

// branch tells whether a is an end index.
func (n *node) branch() bool {
	const branches = 1<<Element | 1<<Object | 1<<Array
	return 1<<(n.meta&kindBits)&branches != 0
}

func (n *node) leaf() bool {
	switch n.kind() {
	case Attr:
		return n.meta&flagDecl == 0
	case Text:
		return n.meta&flagBlank == 0
	case String, Number, Bool, Null:
		return true
	}
	return false
}

// An arena holds nodes: the first of them in one block that grows, which nearly every document fits in and where a node is
// found at once, and what is beyond in chunks of equal size, so that growing neither copies nor doubles.
type arena struct {
	block  []node // the first nodes, up to blockNodes of them
	chunks [][]node
	cur    []node // what is being filled, up to what the limits allow
	pos    int    // nodes used in cur
	base   uint32 // index of cur[0]
	max    uint32 // nodes allowed
	budget int    // bytes that may still be allocated
	spent  bool   // the budget, not max, stopped the growth
	used   int    // chunks in use; the others are kept for the next document
	likely int    // how many nodes a document of this length has
}

func (a *arena) reset(max uint32, budget int) {
	a.max, a.budget = max, budget
	a.pos, a.base, a.used, a.spent = 0, 0, 0, false
	fits := min(len(a.block), int(max), budget/nodeBytes)
	a.cur = a.block[:fits]
	a.budget -= fits * nodeBytes
}

// add appends a node and gives its index; ok is false when a limit is reached.
func (a *arena) add(meta, off, parent, x, y uint32) (i uint32, ok bool) {
	if a.pos >= len(a.cur) && !a.grow() {
		return 0, false
	}
	// Field by field: a struct of five is made beside and copied, which is slower.
	n := &a.cur[a.pos]
	n.meta, n.off, n.parent, n.a, n.b = meta, off, parent, x, y
	i = a.base + uint32(a.pos)
	a.pos++
	return i, true
}

// grow makes room for more nodes: a larger block, or behind a full one the next chunk.
func (a *arena) grow() bool {
	next := a.next()
	if next >= a.max {
		return false
	}
	if next < blockNodes {
		return a.widen(int(next))
	}
	if a.budget -= chunkNodes * nodeBytes; a.budget < 0 {
		a.spent = true
		return false
	}
	if a.used == len(a.chunks) {
		a.chunks = append(a.chunks, make([]node, chunkNodes))
	}
	a.cur = a.chunks[a.used][:min(chunkNodes, a.max-next)]
	a.base, a.pos = next, 0
	a.used++
	return true
}

// widen makes the block, of which n nodes are used, up to twice as large.
func (a *arena) widen(n int) bool {
	size := min(max(2*n, chunkNodes, a.likely), blockNodes, n+a.budget/nodeBytes)
	if size == n {
		a.spent = true
		return false
	}
	a.budget -= (size - n) * nodeBytes
	if size > len(a.block) {
		block := make([]node, size)
		copy(block, a.block)
		a.block = block
	}
	a.cur = a.block[:min(size, int(a.max))]
	return true
}

// hand gives what was built to d, which keeps it. The arena keeps what it can use again.
func (a *arena) hand(d *Doc) {
	d.n = a.next()
	d.block = slices.Clone(a.block[:min(d.n, blockNodes)])
	if a.used == 0 {
		return
	}
	d.chunks = make([][]node, a.used)
	copy(d.chunks, a.chunks)
	d.chunks[a.used-1] = slices.Clone(a.cur[:a.pos])
	a.chunks = [][]node{a.chunks[a.used-1]}
}

// lend lets d use what was built until the arena is used again.
func (a *arena) lend(d *Doc) {
	d.n = a.next()
	d.block, d.chunks = a.block[:min(d.n, blockNodes)], a.chunks
}

// trim gives up memory beyond the block.
func (a *arena) trim() { a.chunks, a.cur = nil, nil }

func (a *arena) at(i uint32) *node {
	if int(i) < len(a.block) {
		return &a.block[i]
	}
	i -= blockNodes
	return &a.chunks[i>>chunkBits][i&chunkMask]
}

// next is the index the next node will have.
func (a *arena) next() uint32 { return a.base + uint32(a.pos) }
