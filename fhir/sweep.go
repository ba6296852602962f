package fhir

import (
	"math/bits"
	"sort"
	"strconv"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// sweeper goes over the input once at the end. What nobody took is carried in
// pieces as large as can be: objects and arrays of which no leaf was marked,
// else single values.
type sweeper struct {
	r       *reader
	marked  []uint64 // leaves that are taken or scaffold
	free    []uint64 // leaves that are neither
	owner   string
	slot    string
	at      []byte // the way from the owner's resource
	path    []byte // the way from the root, by FHIR's names
	words   []byte // scratch
	version string // of the resource at hand, where it is not R4
	past    bool   // the resource at hand is no more
	counts  bool   // the facts at hand are counted in this record
}

// sweep counts the leaves of the record's resources, which are parted in blocks where there are many, and carries what is left
// of them.
func (r *reader) sweep(blocks []block) {
	s := sweeper{r: r, marked: r.marks.marked, free: r.marks.free}
	if r.group == 0 {
		s.look(0, r.doc.Len())
	} else {
		for _, i := range r.plan.of[r.group] {
			if x := &r.plan.all[i]; x.container < 0 {
				s.look(x.span())
			}
		}
	}
	if len(blocks) < 2 {
		s.resources(0, len(r.plan.of[r.group]))
	} else {
		r.sweepBlocks(&s, blocks)
	}
	if r.group == 0 {
		s.counts = true
		s.version = ""
		s.owner, s.slot, s.at, s.path = "", "", s.at[:0], s.path[:0]
		root := r.doc.Root()
		if root.Kind() != tree.Array {
			s.path = appendKnown(s.path, root.Child("resourceType").Value())
		}
		s.around(root)
	} else if t := r.doc.Root().Child("type"); t.Kind() == tree.String && peek(r.doc.Root(), "resourceType") == "Bundle" {
		// The type of the Bundle counts with the first patient; it is of the others' parts of it too.
		line, _ := r.pos(t)
		r.rec.Carried = append(r.rec.Carried, record.Carried{Format: formatName, Source: r.source, Path: "Bundle.type", At: "type", Kind: "value", Name: "type", Data: rawText(t), Form: true, Line: line})
	}
}

// look notes which leaves of some nodes are marked, and which are not.
func (s *sweeper) look(from, to int) {
	for k := from >> 6; k<<6 < to; k++ {
		leaves := s.r.marks.leaves[k]
		taken, scaffold := s.r.led.Marks(k)
		s.marked[k] = leaves & (taken | scaffold)
		s.free[k] = leaves &^ s.marked[k]
	}
}

// resources sweeps those of the group's resources from one place to before another.
func (s *sweeper) resources(from, to int) {
	for _, i := range s.r.plan.of[s.r.group][from:to] {
		if x := &s.r.plan.all[i]; x.container < 0 {
			s.resource(x)
		}
	}
}

// resource sweeps one resource, and what its Bundle says of it.
func (s *sweeper) resource(x *resource) {
	s.counts = x.first == s.r.group
	s.version = ""
	if x.isOther() || x.shape.turns.OK() {
		s.version = x.versionName()
	}
	s.owner, s.past = "", x.past
	if !x.whole {
		s.owner = x.entryID
	}
	if x.entry.OK() {
		s.slot, s.at, s.path = "entry", s.at[:0], append(s.path[:0], strings.TrimSuffix(x.path, ".resource")...)
		s.count(x.entry.Index(), x.n.Index())
		s.count(x.n.End(), x.entry.End())
		s.members(x.entry, x.n)
	}
	s.slot, s.at, s.path = "", s.at[:0], append(s.path[:0], x.path...)
	s.count(x.n.Index(), x.n.End())
	if x.whole {
		s.carry(x.n, 0)
		return
	}
	s.value(x.n, 0)
}

// around sweeps what stands around the resources: the Bundle's own elements.
func (s *sweeper) around(n tree.Node) {
	if _, ok := s.r.plan.at(n.Index()); ok {
		return
	}
	place, next := 0, 0
	all := s.r.plan.all
	for c := n.First(); c.OK(); c = c.Next() {
		for next < len(all) && all[next].n.Index() < c.Index() {
			next++
		}
		if next < len(all) && all[next].entry == c {
			place++
			continue // its other members went with the resource
		}
		at, path := len(s.at), len(s.path)
		s.step(c, n, place)
		if !s.holdsResource(c) {
			s.count(c.Index(), c.End())
			s.value(c, place)
		} else {
			s.around(c)
		}
		s.at, s.path = s.at[:at], s.path[:path]
		place++
	}
}

// holdsResource reports whether a resource of the plan is in n.
func (s *sweeper) holdsResource(n tree.Node) bool {
	if n.Kind() != tree.Object && n.Kind() != tree.Array {
		return false
	}
	all := s.r.plan.all // in the order of their nodes
	i := sort.Search(len(all), func(i int) bool { return all[i].n.Index() >= n.Index() })
	return i < len(all) && all[i].n.Index() < n.End()
}

// count adds the leaves from one index up to, not including, another.
func (s *sweeper) count(from, to int) {
	if !s.counts {
		return
	}
	c := &s.r.rep.Counts
	if s.r.plan.xml == nil {
		for k := from >> 6; k<<6 < to; k++ {
			within := wordMask(k, from, to)
			taken, _ := s.r.led.Marks(k)
			c.Facts += bits.OnesCount64((s.marked[k] | s.free[k]) & within)
			c.Mapped += bits.OnesCount64(s.marked[k] & taken & within)
			c.Scaffold += bits.OnesCount64(s.marked[k] &^ taken & within)
		}
		return
	}
	for i := from; i < to; i++ {
		bit := uint64(1) << (i & 63)
		switch {
		case s.marked[i>>6]&bit != 0 && s.r.led.Taken(i):
			c.Mapped += s.weight(i, i+1)
		case s.marked[i>>6]&bit != 0:
			c.Scaffold += s.weight(i, i+1)
		case s.free[i>>6]&bit == 0:
			continue
		}
		c.Facts += s.weight(i, i+1)
	}
}

// wordMask gives the bits of the k-th word of a set that stand for the indexes from one up to, not including, another.
func wordMask(k, from, to int) uint64 {
	mask := ^uint64(0)
	if low := from - k<<6; low > 0 {
		mask <<= low
	}
	if above := (k+1)<<6 - to; above > 0 {
		mask &= ^uint64(0) >> above
	}
	return mask
}

func (s *sweeper) step(n, up tree.Node, place int) {
	if up.Kind() == tree.Array {
		s.at = append(strconv.AppendInt(append(s.at, '['), int64(place), 10), ']')
		s.path = append(strconv.AppendInt(append(s.path, '['), int64(place), 10), ']')
		return
	}
	if len(s.at) > 0 {
		s.at = append(s.at, '.')
	}
	s.at = appendWay(s.at, n.Name())
	if len(s.path) > 0 {
		s.path = append(s.path, '.')
	}
	s.path = s.r.marks.appendName(s.path, n)
}

// appendWay writes a member's name as a step of a way: what divides steps is escaped.
func appendWay(b []byte, name string) []byte {
	if !strings.ContainsAny(name, ".[]%") && name != "" {
		return append(b, name...)
	}
	const hex = "0123456789ABCDEF"
	b = append(b, "%00"...) // an odd name is marked as one, so that an empty one is a step too
	for i := range len(name) {
		switch c := name[i]; c {
		case '.', '[', ']', '%':
			b = append(b, '%', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return b
}

// wayName gives the name that a step was written for.
func wayName(step string) string {
	odd, ok := strings.CutPrefix(step, "%00")
	if !ok {
		return step
	}
	return oddName.Replace(odd)
}

var oddName = strings.NewReplacer("%2E", ".", "%5B", "[", "%5D", "]", "%25", "%")

// value sweeps n, the place-th child of its parent, to which at and path lead.
func (s *sweeper) value(n tree.Node, place int) {
	free := ones(s.free, n.Index(), n.End())
	if free == 0 {
		return
	}
	if n.Kind() != tree.Object && n.Kind() != tree.Array || len(s.at) > 0 && ones(s.marked, n.Index(), n.End()) == 0 {
		s.carry(n, place)
		return
	}
	if s.r.plan.nested && n.Kind() == tree.Object {
		if i, ok := s.r.plan.at(n.Index()); ok && s.r.plan.all[i].container >= 0 && !s.r.plan.all[i].whole {
			owner, slot, at := s.owner, s.slot, s.at
			s.owner, s.slot, s.at = s.r.plan.all[i].entryID, "", nil
			s.members(n, tree.Node{})
			s.owner, s.slot, s.at = owner, slot, at
			return
		}
	}
	s.members(n, tree.Node{})
}

// members sweeps the members or items of n but one.
func (s *sweeper) members(n, but tree.Node) {
	place := 0
	for c := n.First(); c.OK(); c = c.Next() {
		if c != but && ones(s.free, c.Index(), c.End()) > 0 {
			at, path := len(s.at), len(s.path)
			s.step(c, n, place)
			s.value(c, place)
			s.at, s.path = s.at[:at], s.path[:path]
		}
		place++
	}
}

// weight gives how many leaves of the source the leaves from index i up to end
// stand for: themselves in JSON, in XML as many as there.
func (s *sweeper) weight(i, end int) (n int) {
	xml := s.r.plan.xml
	for ; i < end; i++ {
		switch {
		case !s.r.doc.IsLeaf(i):
		case xml == nil:
			n++
		default:
			n += xml.leaves(s.r.doc.Node(i).Offset())
		}
	}
	return n
}

// freeWeight is weight of what nobody took in n.
func (s *sweeper) freeWeight(n tree.Node) int {
	if s.r.plan.xml == nil {
		return ones(s.free, n.Index(), n.End())
	}
	k := 0
	for i := n.Index(); i < n.End(); i++ {
		if s.free[i>>6]&(1<<(i&63)) != 0 {
			k += s.weight(i, i+1)
		}
	}
	return k
}

// ones gives the number of bits set from index from up to, not including, to.
func ones(set []uint64, from, to int) int {
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

// carry keeps n as it is.
func (s *sweeper) carry(n tree.Node, place int) {
	facts := s.freeWeight(n)
	line, col := s.r.pos(n)
	path := s.r.room.texts.Keep(s.path)
	c := record.Carried{
		Format: formatName, Source: s.r.source, Owner: s.owner, Slot: s.slot, Path: path, At: s.r.room.texts.Keep(s.at), Place: place, Kind: "value",
		Data: s.r.from.whole(n), Facts: facts, Line: line,
	}
	if len(s.at) == 0 {
		c.Kind, c.Superseded = "resource", s.past
	}
	c.Version = s.version
	if n.Parent().Kind() != tree.Array {
		c.Name = n.Name()
	}
	s.content(n, &c)
	if s.counts {
		s.r.rep.Counts.Carried += facts
	}
	s.r.rec.Carried = append(s.r.rec.Carried, c)
	s.r.rep.Issues = append(s.r.rep.Issues, record.IssueCarried.At(path, line, col))
}

// content notes the codes and the words within n, and whether it may change the
// meaning of what it stands on (R4 2.4.1.1, modifierExtension).
func (s *sweeper) content(n tree.Node, c *record.Carried) {
	d := n.Doc()
	words := s.words[:0]
	for i := n.Index(); i < n.End(); i++ {
		v := d.Node(i)
		switch v.Kind() {
		case tree.Array:
			c.Modifier = c.Modifier || v.Name() == "modifierExtension"
		case tree.String:
			if v.Name() == "code" && v.Parent().Kind() == tree.Object {
				if up := v.Parent(); up.Child("system").Kind() == tree.String {
					c.Codes = append(c.Codes, record.Coding{System: stringOf(up, "system"), Code: v.Value(), Display: stringOf(up, "display")})
				}
			}
			switch w := strings.TrimSpace(v.Value()); {
			case w == "" || len(w) >= 4096:
			case c.Words == "":
				c.Words = w
			default:
				if len(words) == 0 {
					words = append(words, c.Words...)
				}
				words = append(append(words, ' '), w...)
			}
		}
	}
	if s.words = words; len(words) > 0 {
		c.Words = s.r.room.texts.Keep(words)
	}
}
