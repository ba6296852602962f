// Package tree reads XML and JSON into one kind of document: a flat, positioned, immutable tree, made in one pass and
// within limits.
//
// XML is read as XML 1.0 (fifth edition) with Namespaces in XML 1.0, without document type definitions. JSON is read as
// RFC 8259, with the restrictions of RFC 7493 (I-JSON) on member names and strings; numbers stay text.
//
// Strings that the tree gives out are parts of the input wherever they need no decoding. The caller must not change the
// input as long as the document or a string from it is in use.
//
// Errors hold positions and constant texts, never a byte of the input.
package tree

import (
	"iter"
	"sync/atomic"
)

// Kind tells what a node is.
type Kind uint8

// The kinds of nodes. Element, Attr and Text occur in XML, the others in JSON. Absent is the kind of the zero Node.
const (
	Absent Kind = iota
	Element
	Attr
	Text
	Object
	Array
	String
	Number
	Bool
	Null
)

var kindNames = [...]string{"Absent", "Element", "Attr", "Text", "Object", "Array", "String", "Number", "Bool", "Null"}

// String gives the kind's name as in the constants.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Absent]
}

// Doc is a document that was read. It does not change and may be used by many goroutines at once.
type Doc struct {
	src      []byte   // the text the offsets point into: the input itself, or what it was transcoded to
	text     string   // a view of src
	side     string   // names that are not as written anywhere in src
	block    []node   // the first nodes, all but those of a large document
	chunks   [][]node // the others
	n        uint32
	names    []name
	spaces   []string
	prefixes []string
	repairs  []Repair
	repaired []binding // prefixes bound by repair
	encoding string
	lines    atomic.Pointer[lineIndex]
	hints    *Hints   // see Hint
	members  *members // likewise, of JSON
	lender   *jsonParser
}

// Repair tells of a fault in the input that was mended while reading.
type Repair struct {
	Code   string // one of the Repair codes
	Offset int    // bytes from the start of the text, see Doc.Position
}

// Codes of repairs.
const (
	RepairPrefix   = "undeclared-prefix"   // a namespace prefix was not declared, and bound from XMLOptions.WellKnown
	RepairEncoding = "mislabelled-charset" // the XML declaration names another encoding than the bytes show
	RepairBOM      = "byte-order-mark"     // a JSON text began with a byte order mark (RFC 8259 section 8.1)
)

// A name as nodes refer to it holds no pointers: its local part is in the text, or in Doc.side.
type name struct {
	off    uint32
	size   uint32 // bytes; with inSide, off is an offset into Doc.side
	prefix uint32
	space  uint32
}

const inSide = 1 << 31

func (d *Doc) local(x *name) string {
	if x.size&inSide != 0 {
		return d.side[x.off : x.off+x.size&^inSide]
	}
	return d.text[x.off : x.off+x.size]
}

func (d *Doc) called(x *name, local string) bool {
	return int(x.size&^inSide) == len(local) && d.local(x) == local
}

type binding struct {
	prefix, space string
}

// Root gives the root element, or the JSON value.
func (d *Doc) Root() Node {
	if d == nil || d.n == 0 {
		return Node{}
	}
	return Node{d, 0}
}

// Len gives the number of nodes. Node indexes are 0 to Len()-1, in document order.
func (d *Doc) Len() int {
	if d == nil {
		return 0
	}
	return int(d.n)
}

// Node gives the node with index i, or the absent node when there is none.
func (d *Doc) Node(i int) Node {
	if d == nil || i < 0 || i >= int(d.n) {
		return Node{}
	}
	return Node{d, uint32(i)}
}

// Repairs lists what was mended while reading, in the order found. The caller must not change the slice.
func (d *Doc) Repairs() []Repair {
	if d == nil {
		return nil
	}
	return d.repairs
}

// Encoding gives the name of the encoding the document was read as, such as "UTF-8", "UTF-16LE" or "windows-1252".
func (d *Doc) Encoding() string {
	if d == nil {
		return ""
	}
	return d.encoding
}

// Source gives the text that all offsets point into, as UTF-8: the input without change if it was UTF-8. The caller must
// not change it.
func (d *Doc) Source() []byte {
	if d == nil {
		return nil
	}
	return d.src[:len(d.src):len(d.src)]
}

// IsLeaf tells whether node i bears a value of its own. In XML these are the attributes that are no namespace declarations,
// and the texts that are not blank; in JSON the scalars.
func (d *Doc) IsLeaf(i int) bool {
	if d == nil || i < 0 || i >= int(d.n) {
		return false
	}
	return d.at(uint32(i)).leaf()
}

// ElementsOf gives the elements for whose name, by its number (see Node.NameID), wanted is true, in document order.
func (d *Doc) ElementsOf(wanted []bool) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i, run := range d.runs() {
			for j := range run {
				if wanted[run[j].name()] && run[j].kind() == Element && !yield(Node{d, uint32(i + j)}) {
					return
				}
			}
		}
	}
}

// Named gives the nodes whose names have one of two numbers (see Node.NameID), in document order. A negative number is none.
func (d *Doc) Named(a, b int) iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i, run := range d.runs() {
			for j := range run {
				if id := int(run[j].name()); (id == a || id == b) && !yield(Node{d, uint32(i + j)}) {
					return
				}
			}
		}
	}
}

// LeafSet gives a bit for each node by its index, 64 in a word, the lowest first: whether it is a leaf (see IsLeaf).
func (d *Doc) LeafSet() []uint64 {
	set := make([]uint64, (d.Len()+63)/64)
	for i, run := range d.runs() {
		for j := range run {
			set[(i+j)>>6] |= leafBit[run[j].meta&(kindBits|flagBits)] << (j & 63)
		}
	}
	return set
}

// leafBit is 1 for the kinds and flags that a leaf has: without a branch, which would be guessed wrong often.
var leafBit = func() (bits [kindBits + flagBits + 1]uint64) {
	for meta := range bits {
		if n := (node{meta: uint32(meta)}); n.leaf() {
			bits[meta] = 1
		}
	}
	return bits
}()

// Names gives the local names of the document by their numbers, see Node.NameID.
func (d *Doc) Names() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		if d == nil {
			return
		}
		for i := range d.names {
			if !yield(i, d.local(&d.names[i])) {
				return
			}
		}
	}
}

// NameCount gives how many names the document has: their numbers are 0 to NameCount()-1.
func (d *Doc) NameCount() int {
	if d == nil {
		return 0
	}
	return len(d.names)
}

// Leaves gives the leaves (see IsLeaf) in document order.
func (d *Doc) Leaves() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for i := range uint32(d.Len()) {
			if d.at(i).leaf() && !yield(Node{d, i}) {
				return
			}
		}
	}
}

func (d *Doc) at(i uint32) *node {
	if int(i) < len(d.block) {
		return &d.block[i]
	}
	return d.beyond(i)
}

// beyond gives a node that is not in the block.
func (d *Doc) beyond(i uint32) *node {
	i -= blockNodes
	return &d.chunks[i>>chunkBits][i&chunkMask]
}

// runs gives all nodes as they lie in memory, each run with the index of its first. Chunks begin at multiples of 64.
func (d *Doc) runs() iter.Seq2[int, []node] {
	return func(yield func(int, []node) bool) {
		if d.Len() == 0 || !yield(0, d.block) {
			return
		}
		for i := blockNodes; i < d.Len(); i += chunkNodes {
			if !yield(i, d.chunks[(i-blockNodes)>>chunkBits][:min(chunkNodes, d.Len()-i)]) {
				return
			}
		}
	}
}
