package ccda

import (
	"math/bits"
	"slices"
	"strings"
	"unsafe"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// sweeper goes over the document once at the end. What nobody took is carried in
// pieces as large as can be: elements of which no leaf was marked, else single
// attributes and texts.
type sweeper struct {
	r      *reader
	marked []uint64 // leaves that are taken or scaffold
	free   []uint64 // leaves that are neither
	owner  string
	slot   string
	path   []byte          // the way to where the sweeper is
	from   int             // where in path the way from the owner's element begins
	codes  []record.Coding // room for the codes and the words of a piece
	words  []byte
}

// sweep counts all leaves and carries what is left.
func (r *reader) sweep() {
	s := sweeper{r: r, free: r.narrations.leafSet(), path: make([]byte, 0, 256), words: make([]byte, 0, 1024)}
	s.marked = make([]uint64, len(s.free))
	c := &r.rep.Counts
	for k, leaves := range s.free {
		c.Facts += bits.OnesCount64(leaves)
		taken, scaffold := r.led.Marks(k)
		c.Mapped += bits.OnesCount64(leaves & taken)
		c.Scaffold += bits.OnesCount64(leaves & scaffold &^ taken)
		s.marked[k] = leaves & (taken | scaffold)
		s.free[k] = leaves &^ s.marked[k]
	}
	pieces := s.pieces(r.doc.Root())
	r.rec.Carried = slices.Grow(r.rec.Carried, pieces+len(r.forms))
	r.rep.Issues = slices.Grow(r.rep.Issues, pieces)
	slices.Sort(r.idle)
	s.element(r.doc.Root(), 0)
	r.keepForms(&s)
}

// pieces counts what element carries.
func (s *sweeper) pieces(n tree.Node) int {
	i, end := n.Index(), n.End()
	facts := count(s.free, i, end)
	if facts <= 1 || count(s.marked, i, end) == 0 && n.Parent().OK() {
		return min(facts, 1)
	}
	k := 0
	for a := range n.Attrs() {
		if s.isFree(a.Index()) {
			k++
		}
	}
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() != tree.Text {
			k += s.pieces(c)
		} else if s.isFree(c.Index()) {
			k++
		}
	}
	return k
}

// count gives the number of bits set from index from up to, not including, to.
func count(set []uint64, from, to int) int {
	if from >= to {
		return 0
	}
	i, j := from>>6, (to-1)>>6
	low, high := ^uint64(0)<<(from&63), ^uint64(0)>>(63-(to-1)&63)
	if i == j {
		return bits.OnesCount64(set[i] & low & high)
	}
	c := bits.OnesCount64(set[i]&low) + bits.OnesCount64(set[j]&high)
	for k := i + 1; k < j; k++ {
		c += bits.OnesCount64(set[k])
	}
	return c
}

// element sweeps n, which is the place-th child of its parent.
func (s *sweeper) element(n tree.Node, place int) {
	i, end := n.Index(), n.End()
	facts := count(s.free, i, end)
	if facts == 0 {
		return
	}
	owner, slot, from, here, up := s.owner, s.slot, s.from, len(s.path), n.Parent()
	if up.OK() {
		s.path = append(s.path, '/')
	}
	s.path = s.r.appendStep(s.path, n, up)
	if count(s.marked, i, end) == 0 && up.OK() {
		s.carry(n, "element", place, facts)
		s.path = s.path[:here]
		return
	}
	if id, ok := s.r.owners.get(i); ok || !up.OK() {
		// The owner's own element is the start of the way to what it owns.
		s.owner, s.slot, s.from = id, s.r.slotOf(i), len(s.path)
	} else if name := s.r.slotOf(i); name != "" {
		if s.slot != "" {
			name = s.slot + "." + name
		}
		s.slot, s.from = name, len(s.path)
	}
	s.within(n)
	s.owner, s.slot, s.from, s.path = owner, slot, from, s.path[:here]
}

// within sweeps the attributes and the children of an element of which some leaves were marked.
func (s *sweeper) within(n tree.Node) {
	here := len(s.path)
	k := 0
	for a := range n.Attrs() {
		if s.isFree(a.Index()) {
			s.path = s.r.appendKnown(append(s.path, "/@"...), a)
			s.carry(a, "attribute", k, 1)
			s.path = s.path[:here]
		}
		k++
	}
	k = 0
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Spaced() {
			k++
		}
		if c.Kind() != tree.Text {
			s.element(c, k)
		} else if s.isFree(c.Index()) {
			s.path = append(s.path, "/text()"...)
			s.carry(c, "text", k, 1)
			s.path = s.path[:here]
		}
		k++
	}
}

func (s *sweeper) isFree(i int) bool { return s.free[i>>6]&(1<<(i&63)) != 0 }

func (s *sweeper) carry(n tree.Node, kind string, place, facts int) {
	line, col := n.Pos()
	path := s.r.room.paths.Keep(s.path)
	c := record.Carried{
		Format: formatName, Source: s.r.source, Owner: s.owner, Slot: s.slot, Path: path, Place: place, Kind: kind, Facts: facts, Line: line,
	}
	if s.from < len(path) {
		c.At = path[s.from+len("/"):]
	}
	switch kind {
	case "element":
		c.Data = view(n.Fragment())
		c.Form = s.isIdle(n.Index())
		s.content(n, &c)
	case "attribute":
		c.Data, c.Name = n.Value(), qualified(n)
		c.Words = c.Data
		c.Modifier = roleOfAttr(n.Name()) == attrModifier
		c.Form = isCodedType(n) // what it is on was read: CD can hold what all of them hold
		if c.Name == "code" {
			e := n.Parent()
			c.Codes = []record.Coding{s.code(e)}
		}
	default:
		c.Data = n.Value()
		c.Words = c.Data
	}
	s.r.rep.Counts.Carried += facts
	s.r.rec.Carried = append(s.r.rec.Carried, c)
	s.r.rep.Issues = append(s.r.rep.Issues, record.IssueCarried.At(path, line, col))
}

func (s *sweeper) isIdle(i int) bool {
	_, ok := slices.BinarySearch(s.r.idle, int32(i))
	return ok
}

// view gives bytes of the document, which do not change, as a string.
func view(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b))
}

// qualified gives an attribute's name with the prefix that it always has.
func qualified(n tree.Node) string {
	switch n.Space() {
	case "":
		return n.Name()
	case spaceSDTC:
		return "sdtc:" + n.Name()
	case spaceXSI:
		return "xsi:" + n.Name()
	}
	return n.Prefix() + ":" + n.Name()
}

// attrRole is what an attribute says of an element that is carried.
type attrRole uint8

const (
	attrOther    attrRole = iota
	attrCode              // with the codeSystem beside it, a coding
	attrWords             // words that a search may look for
	attrModifier          // turns the meaning of what it stands on
)

func roleOfAttr(name string) attrRole {
	switch name {
	case "code":
		return attrCode
	case "displayName", "value", "extension":
		return attrWords
	case "negationInd", "inversionInd":
		return attrModifier
	}
	return attrOther
}

func (s *sweeper) code(e tree.Node) record.Coding {
	root := e.Attr("codeSystem").Value()
	system := s.r.system(root)
	return record.Coding{Code: e.Attr("code").Value(), System: system.uri, SystemAsSent: system.asSent, Display: e.Attr("displayName").Value()}
}

// content notes the codes and the words within an element, and whether an
// attribute in it turns the meaning of what it stands on.
func (s *sweeper) content(n tree.Node, c *record.Carried) {
	d := n.Doc()
	s.codes, s.words = s.codes[:0], s.words[:0]
	for i := n.Index(); i < n.End(); i++ {
		x := d.Node(i)
		switch x.Kind() {
		case tree.Attr:
			switch s.r.known[x.NameID()].attr {
			case attrCode:
				if x.Space() == "" && x.Parent().Attr("codeSystem").OK() {
					s.codes = append(s.codes, s.code(x.Parent()))
				}
			case attrWords:
				s.word(x.Value())
			case attrModifier:
				c.Modifier = c.Modifier || x.Value() != "false" && x.Value() != "0"
			}
		case tree.Text:
			if !x.Blank() {
				s.word(x.Value())
			}
		}
	}
	if len(s.codes) > 0 {
		c.Codes = slices.Clone(s.codes)
	}
	c.Words = string(s.words)
}

func (s *sweeper) word(v string) {
	if v = strings.Trim(v, " \t\r\n"); v == "" {
		return
	}
	if len(s.words) > 0 {
		s.words = append(s.words, ' ')
	}
	s.words = append(s.words, v...)
}
