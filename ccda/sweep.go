package ccda

import (
	"math/bits"
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
	at     []byte // the way from the owner's element
}

// sweep counts all leaves and carries what is left.
func (r *reader) sweep() {
	n := r.doc.Len()
	words := (n + 63) / 64
	room := make([]uint64, 2*words)
	s := sweeper{r: r, marked: room[:words], free: room[words:]}
	c := &r.rep.Counts
	for i := range n {
		if !r.doc.IsLeaf(i) {
			continue
		}
		c.Facts++
		switch {
		case r.led.Taken(i):
			c.Mapped++
			s.marked[i>>6] |= 1 << (i & 63)
		case r.led.Scaffolded(i):
			c.Scaffold++
			s.marked[i>>6] |= 1 << (i & 63)
		default:
			s.free[i>>6] |= 1 << (i & 63)
		}
	}
	s.element(r.doc.Root(), 0)
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
	owner, at := s.owner, len(s.at)
	if id, ok := s.r.owners[i]; ok {
		// The owner's own element is the start of the way to what it owns.
		s.owner = id
		defer func(saved []byte) { s.at = saved }(s.at)
		s.at = nil
		at = 0
	} else if n.Parent().OK() {
		s.step(n)
	}
	if count(s.marked, i, end) == 0 && n.Parent().OK() {
		s.carry(n, "element", place, facts)
		s.owner, s.at = owner, s.at[:at]
		return
	}
	k := 0
	for a := range n.Attrs() {
		if s.isFree(a.Index()) {
			here := len(s.at)
			s.at = append(s.at, s.separator()...)
			s.at = appendKnown(append(s.at, '@'), a.Name())
			s.carry(a, "attribute", k, 1)
			s.at = s.at[:here]
		}
		k++
	}
	k = 0
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() != tree.Text {
			s.element(c, k)
		} else if s.isFree(c.Index()) {
			here := len(s.at)
			s.at = append(append(s.at, s.separator()...), "text()"...)
			s.carry(c, "text", k, 1)
			s.at = s.at[:here]
		}
		k++
	}
	s.owner, s.at = owner, s.at[:at]
}

func (s *sweeper) separator() string {
	if len(s.at) > 0 {
		return "/"
	}
	return ""
}

func (s *sweeper) step(n tree.Node) {
	s.at = append(s.at, s.separator()...)
	s.at = s.r.appendStep(s.at, n, n.Parent())
}

func (s *sweeper) isFree(i int) bool { return s.free[i>>6]&(1<<(i&63)) != 0 }

func (s *sweeper) carry(n tree.Node, kind string, place, facts int) {
	line, col := n.Pos()
	path := s.r.path(n)
	c := record.Carried{
		Format: formatName, Source: s.r.source, Owner: s.owner, Path: path, At: string(s.at), Place: place, Kind: kind, Facts: facts, Line: line,
	}
	switch kind {
	case "element":
		c.Data = view(n.Fragment())
		c.Codes, c.Words = s.content(n)
		c.Modifier = modifies(n)
	case "attribute":
		c.Data, c.Name = n.Value(), qualified(n)
		c.Words = c.Data
		c.Modifier = isModifier(n.Name())
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

// isModifier knows attributes that turn the meaning of what they stand on.
func isModifier(name string) bool { return name == "negationInd" || name == "inversionInd" }

func modifies(n tree.Node) bool {
	d := n.Doc()
	for i := n.Index(); i < n.End(); i++ {
		c := d.Node(i)
		if c.Kind() == tree.Attr && isModifier(c.Name()) && c.Value() != "false" && c.Value() != "0" {
			return true
		}
	}
	return false
}

func (s *sweeper) code(e tree.Node) record.Coding {
	root := e.Attr("codeSystem").Value()
	c := record.Coding{Code: e.Attr("code").Value(), System: s.r.system(root), Display: e.Attr("displayName").Value()}
	c.SystemAsSent = asSent(root, c.System)
	return c
}

// content gives the codes and the words within an element.
func (s *sweeper) content(n tree.Node) (codes []record.Coding, text string) {
	d := n.Doc()
	var b strings.Builder
	for i := n.Index(); i < n.End(); i++ {
		c := d.Node(i)
		word := ""
		switch c.Kind() {
		case tree.Attr:
			switch c.Name() {
			case "code":
				if c.Space() == "" && c.Parent().Attr("codeSystem").OK() {
					codes = append(codes, s.code(c.Parent()))
				}
				continue
			case "displayName", "value", "extension":
				word = c.Value()
			default:
				continue
			}
		case tree.Text:
			if c.Blank() {
				continue
			}
			word = c.Value()
		default:
			continue
		}
		if word = strings.Trim(word, " \t\r\n"); word == "" {
			continue
		}
		switch {
		case text == "" && b.Len() == 0:
			text = word
		case b.Len() == 0:
			b.WriteString(text)
			b.WriteByte(' ')
			b.WriteString(word)
		default:
			b.WriteByte(' ')
			b.WriteString(word)
		}
	}
	if b.Len() > 0 {
		text = b.String()
	}
	return codes, text
}
