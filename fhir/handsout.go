package fhir

import (
	"slices"
	"sync/atomic"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/internal/room"
	"github.com/portage-health/portage/record"
)

// The entries of a large record are written by two hands: the writer's own goroutine takes blocks of them from the front, and
// another, on a second core where one is free, from the back, into a text of its own. Who comes first to a block does it, so
// that nothing waits for a core that is busy. In the end the blocks are joined in their order, and text and report are those
// that a single hand makes.

// sharing says how the writing is parted; the zero value is right. Tests have it otherwise.
type sharing struct {
	least int // how many entries are written by two; 0 for manyWritten
	block int // how many entries a block has; 0 for what is right for so many
	own   int // how many blocks the writer's own goroutine has, and one; 0 where who comes first has them
}

const (
	manyWritten  = 200 // a record with fewer is written sooner than help has come
	fewestOfPart = 8
	mostParts    = 48
)

// pair is the writing of a record by two hands.
type pair struct {
	w, other *writer
	room     *otherRoom
	block    int // how many entries each has
	blocks   int
	own      int          // of how many blocks it is said who has them: the first are the writer's own; -1 where who comes first has them
	done     atomic.Int64 // how many blocks a hand has taken
	fronts   int          // blocks that the writer's own goroutine wrote
	backs    []part       // the others, the last first
}

// part is what the other hand wrote of a block.
type part struct {
	text       span // in its text
	segments   []segment
	noted      ledger.Noted
	provs      []provenance
	roles      []role
	products   []queued
	unanchored map[*record.Concept]bool
	asked      []askedTarget
	claimNone  []string
	claimOther []string
}

// otherRoom is working memory of the other hand.
type otherRoom struct {
	text   jsonText
	issues []record.Issue
	parts  []part
}

// otherRooms holds working memory only: what is in it is empty, and an export sees nothing of another.
var otherRooms = room.Shelf[otherRoom]{New: func() *otherRoom { return new(otherRoom) }}

// share parts the entries among two hands; nil where one shall write them all.
func (w *writer) share() *pair {
	w.lists(span{})
	total, toWrite := w.past, w.past
	if w.sent != nil && !w.sent.typed {
		toWrite = total - w.sent.kept()
	}
	how := w.sharing
	least, block := manyWritten, max(total/mostParts, fewestOfPart)
	if how.least > 0 {
		least = how.least
	}
	if how.block > 0 {
		block = how.block
	}
	if toWrite < least || total <= block || w.claimants != nil {
		return nil
	}
	return &pair{w: w, block: block, blocks: (total + block - 1) / block, own: how.own - 1}
}

// kept counts the entries that go out as they were sent.
func (s *sentBefore) kept() (n int) {
	for i := range s.all {
		if x := &s.all[i]; x.verbatim && x.isEntry {
			n++
		}
	}
	return n
}

// write has the entries written, the first thing by the writer's own goroutine. Where it reports false, the record must be
// written by one hand.
func (s *pair) write(first func()) bool {
	s.begin()
	failed := make(chan any, 1)
	go func() {
		defer func() { failed <- recover() }()
		s.back()
	}()
	func() {
		defer func() { // even where this hand panics: the other looks at what others will use again
			s.done.Add(int64(s.blocks))
			if why := <-failed; why != nil {
				panic(why)
			}
		}()
		first()
		s.front()
	}()
	whole := s.join()
	s.release()
	return whole
}

// begin makes a writer for the other hand: what changes while entries are written is its own, and all else is made now.
func (s *pair) begin() {
	w := s.w
	w.indexAnchors()
	w.reach()
	w.evaluations()
	w.implanted()
	s.room = otherRooms.Take()
	t := *w.tables
	o := &writer{
		jsonText: s.room.text, Out: ledger.Out{Report: &record.Report{Issues: s.room.issues}}, tables: &t, ids: ids.New(nil),
		ctx: w.ctx, rec: w.rec, opts: w.opts, form: w.form, streams: w.streams, uscore: w.uscore, unmet: w.unmet, root: w.root,
		renamed: w.renamed, implants: w.implants, joined: w.joined, parted: w.parted, evaluated: w.evaluated, places: w.places,
		patient: w.patient, reached: w.reached, misfit: w.misfit, outdated: w.outdated,
	}
	if w.sent != nil {
		w.sent.texts()
		sent := *w.sent
		sent.segments, sent.stating = nil, nil
		o.sent = &sent
	}
	o.arr("")
	s.other, s.backs = o, s.room.parts
}

// front writes blocks from the first on.
func (s *pair) front() {
	for s.may(s.fronts, s.own) {
		s.w.lists(s.entries(s.fronts))
		s.fronts++
	}
}

// back writes blocks from the last on.
func (s *pair) back() {
	o := s.other
	for s.may(len(s.backs), s.blocks-s.own) {
		if len(s.backs) == 0 {
			o.b = slices.Grow(o.b, s.blocks*s.block<<9) // half of what there may be
		}
		from := len(o.b)
		o.lists(s.entries(s.blocks - 1 - len(s.backs)))
		if from < len(o.b) && o.b[from] == ',' {
			from++
		}
		p := part{
			text: span{from, len(o.b)}, noted: o.Cut(), unanchored: o.unanchored, provs: o.provs, roles: o.roles, products: o.products,
			asked: o.asked, claimNone: o.claimNone, claimOther: o.claimOther,
		}
		o.unanchored, o.provs, o.roles, o.products, o.asked, o.claimNone, o.claimOther = nil, nil, nil, nil, nil, nil, nil
		clear(o.provIDs)
		clear(o.roleIDs)
		if o.sent != nil {
			p.segments, o.sent.segments = o.sent.segments, nil
		}
		s.backs = append(s.backs, p)
	}
}

// may reports whether a hand that did n blocks may do one more; all are its blocks where it is said how many each does.
func (s *pair) may(n, all int) bool {
	if s.own >= 0 {
		return n < min(all, s.blocks)
	}
	return s.done.Add(1) <= int64(s.blocks)
}

func (s *pair) entries(block int) span { return span{block * s.block, (block + 1) * s.block} }

// join puts the blocks of the other hand behind those of the writer's own. It reports false where what two of them remember does
// not go together.
func (s *pair) join() bool {
	w := s.w
	for i := len(s.backs) - 1; i >= 0; i-- {
		p := &s.backs[i]
		for c := range p.unanchored {
			if w.unanchored[c] {
				return false
			}
			w.setUnanchored(c)
		}
		for k := range p.roles {
			if !w.addRole(&p.roles[k]) {
				return false
			}
		}
		for k := range p.products {
			if !w.queueProduct(p.products[k].medicine) {
				return false
			}
		}
		if !w.Join(&p.noted) {
			return false
		}
		for k := range p.provs {
			w.addProvenance(&p.provs[k])
		}
		w.asked = append(w.asked, p.asked...)
		w.claimNone = append(w.claimNone, p.claimNone...)
		w.claimOther = append(w.claimOther, p.claimOther...)
		if p.text.from == p.text.to {
			continue
		}
		w.comma()
		by := len(w.b) - p.text.from
		w.b = append(w.b, s.other.b[p.text.from:p.text.to]...)
		for k := range p.segments {
			g := p.segments[k]
			g.start, g.from, g.to, g.end = g.start+by, g.from+by, g.to+by, g.end+by
			w.sent.segments = append(w.sent.segments, g)
		}
	}
	return true
}

// release gives the memory of the other hand to the next export, unless it is very much.
func (s *pair) release() {
	const keep, stay = 16 << 20, 1 << 20
	o := s.other
	bytes := cap(o.b) + cap(o.x) + cap(o.r)
	if bytes > keep || cap(o.Report.Issues) > 1<<13 {
		return
	}
	clear(o.Report.Issues)
	clear(s.backs)
	*s.room = otherRoom{
		text:   jsonText{b: o.b[:0], frames: o.frames[:0], x: o.x[:0], r: o.r[:0]},
		issues: o.Report.Issues[:0], parts: s.backs[:0],
	}
	otherRooms.Put(s.room, bytes <= stay)
}
