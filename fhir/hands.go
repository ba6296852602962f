package fhir

import (
	"bytes"
	"reflect"
	"sync/atomic"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/record"
)

// The resources of a large record are gone over by two hands: the reader's own goroutine takes blocks of them from the front,
// and another, on a second core where one is free, from the back. Who comes first to a block does it, so that nothing waits
// for a core that is busy. What comes of a block is a small record of its own; in the end they are joined in their order, and
// the record is the one that a single hand makes.

// handing says how the work is parted; the zero value is right. Tests have it otherwise.
type handing struct {
	least int // how many nodes a record has that is parted, and a block; 0 for manyNodes and blockNodes
	who   hand
}

// hand is who does a block.
type hand uint8

const (
	anyHand  hand = iota // who comes first
	ownHand              // the reader's goroutine
	helpHand             // the help
	eachHand             // both, in turns
)

const (
	manyNodes  = 8000 // a record with fewer is read sooner than help has come
	blockNodes = 1000
	mostBlocks = 64
)

// block is some resources of a group, one after another, and what comes of them.
type block struct {
	from, to int // in plan.of[group]
	taken    atomic.Bool
	rec      record.Record
	rep      record.Report
	parts    map[int][]string
	readings []ownReading
	room     [roomyLists]int
}

// blocks parts the resources of the group; what others contain stays with them. It gives none where the record is small, and
// where contents are in a host's store, which is asked for one at a time.
func (r *reader) blocks() []block {
	many, least := manyNodes, blockNodes
	if n := r.from.hands.least; n > 0 {
		many, least = n, n
	}
	if r.doc.Len() < many || r.from.stored != nil {
		return nil
	}
	of := r.plan.of[r.group]
	nodes := 0
	for _, i := range of {
		if x := &r.plan.all[i]; x.container < 0 {
			nodes += x.n.End() - x.n.Index()
		}
	}
	if nodes < many || 4*nodes < r.doc.Len() { // a ledger of the whole input for little of it is too much
		return nil
	}
	n := min(max(nodes/least, 1), mostBlocks)
	list := make([]block, n)
	at, seen := 0, 0
	for k, i := range of {
		x := &r.plan.all[i]
		if x.container < 0 {
			if at+1 < n && seen >= nodes/n*(at+1) {
				list[at].to = k
				at++
				list[at].from = k
			}
			seen += x.n.End() - x.n.Index()
		}
		if l := roomyList(x.entryKind()); l >= 0 {
			list[at].room[l]++
		}
	}
	list[at].to = len(of)
	return list[:at+1]
}

// apart reports whether what each resource is read as depends on no other before it. Without one Patient alone, the first
// subject is whom all others are compared with; and what several entries read as a part of theirs gives its fields of the
// record to the first.
func (r *reader) apart(turns []uint8) bool {
	patients := 0
	for k, i := range r.plan.of[r.group] {
		x := &r.plan.all[i]
		if x.typ == "Patient" {
			patients++
		}
		if turns[k] == 1 && bytes.Contains(x.n.Raw(), []byte(extRecord)) {
			return false
		}
	}
	return patients == 1 && r.plan.patient(r.group) >= 0
}

// twoHands has each block done once, by own or by help, which may both be at work at a time.
func twoHands(blocks []block, who hand, own, help func(i int, b *block)) {
	failed := make(chan any, 1)
	go func() {
		defer func() { failed <- recover() }()
		for i := len(blocks) - 1; i >= 0; i-- {
			if b := &blocks[i]; b.isFor(helpHand, who, i) {
				help(i, b)
			}
		}
	}()
	defer func() { // even where own panics: the help looks at what others will use again
		if why := <-failed; why != nil {
			panic(why)
		}
	}()
	for i := range blocks {
		if b := &blocks[i]; b.isFor(ownHand, who, i) {
			own(i, b)
		}
	}
}

// readBlocks reads what is read first in blocks. It reports false where one hand must do it; then nothing of it was read.
func (r *reader) readBlocks(blocks []block, turns []uint8, read []record.Item) bool {
	if len(blocks) < 2 || !r.apart(turns) {
		return false
	}
	r.share(blocks)
	help, whole := r.help(ledger.New(r.doc.Len())), r.wholes()
	rec, rep, parts := r.rec, r.rep, r.parts
	twoHands(blocks, r.from.hands.who,
		func(_ int, b *block) { r.block(b, turns, read) },
		func(_ int, b *block) { help.block(b, turns, read) })
	r.rec, r.rep, r.parts, r.readings = rec, rep, parts, nil
	if readTwice(blocks) {
		r.undo(read, whole)
		return false
	}
	r.led.Join(help.led)
	r.join(blocks)
	return true
}

// isFor reports whether one of the hands is to read a block, and that it does.
func (b *block) isFor(one, said hand, i int) bool {
	switch said {
	case anyHand:
		return b.taken.CompareAndSwap(false, true)
	case eachHand:
		return i%2 == 0 == (one == ownHand)
	}
	return one == said
}

// help gives a reader for the other goroutine: all that a reader changes while it reads is its own, but for the ledger.
func (r *reader) help(led *ledger.Ledger) *reader {
	p, m := *r.plan, *r.marks
	m.led, m.names = led, make([]nameMark, len(m.names))
	return &reader{doc: r.doc, from: r.from, led: led, marks: &m, plan: &p, group: r.group, source: r.source, opts: r.opts, maker: ids.New(r.opts.IDKey), at: -1}
}

// block reads the resources of a block into it.
func (r *reader) block(b *block, turns []uint8, read []record.Item) {
	b.parts = map[int][]string{}
	r.rec, r.rep, r.parts, r.readings = &b.rec, &b.rep, b.parts, nil
	r.turn(0, b.from, b.to, turns, read)
	b.readings = r.readings
}

// share gives each block its part of the room that the record's lists have.
func (r *reader) share(blocks []block) {
	whole := reflect.ValueOf(r.rec).Elem()
	for list, name := range roomyFields {
		room, at := whole.FieldByName(name), 0
		for i := range blocks {
			if n := blocks[i].room[list]; n > 0 {
				reflect.ValueOf(&blocks[i].rec).Elem().FieldByName(name).Set(room.Slice3(at, at, at+n))
				at += n
			}
		}
	}
}

// readTwice reports whether readings of two blocks have one id: with one hand the second would have had another.
func readTwice(blocks []block) bool {
	var seen map[string]bool
	for i := range blocks {
		for k := range blocks[i].readings {
			id := blocks[i].readings[k].own.ID
			if seen[id] {
				return true
			}
			if seen == nil {
				seen = map[string]bool{}
			}
			seen[id] = true
		}
	}
	return false
}

// wholes notes which resources of the group are carried whole for what another group found in them.
func (r *reader) wholes() []bool {
	of := r.plan.of[r.group]
	whole := make([]bool, len(of))
	for k, i := range of {
		whole[k] = r.plan.all[i].whole
	}
	return whole
}

// undo forgets what was read in blocks.
func (r *reader) undo(read []record.Item, whole []bool) {
	clear(read)
	for k, i := range r.plan.of[r.group] {
		r.plan.all[i].whole = whole[k]
	}
	r.led.Reset(r.doc.Len())
}

// join puts what was read in blocks into the record.
func (r *reader) join(blocks []block) {
	into := reflect.ValueOf(r.rec).Elem()
	each := make([]reflect.Value, len(blocks))
	for i := range blocks {
		b := &blocks[i]
		each[i] = reflect.ValueOf(&b.rec).Elem()
		if b.rec.Patient != nil {
			r.rec.Patient = b.rec.Patient
		}
		r.rep.Merge(&b.rep)
		for at, owners := range b.parts {
			r.parts[at] = append(r.parts[at], owners...)
		}
		r.readings = append(r.readings, b.readings...)
	}
	lists := make([]reflect.Value, 0, len(blocks))
	for f := range into.NumField() {
		if into.Field(f).Kind() != reflect.Slice {
			continue
		}
		lists = lists[:0]
		for i := range each {
			if l := each[i].Field(f); l.Len() > 0 {
				lists = append(lists, l)
			}
		}
		if len(lists) > 0 {
			joinLists(into.Field(f), lists)
		}
	}
}

// joinLists sets a list, empty but for its room, to others one after another. Where these stand in that room, in their order,
// they stay there, and move up only where one before them took less than it might have.
func joinLists(into reflect.Value, lists []reflect.Value) {
	all := into.Slice(0, into.Cap())
	begin, end := all.Pointer(), all.Pointer()+uintptr(all.Len())*all.Type().Elem().Size()
	total, inRoom := 0, true
	for _, l := range lists {
		total += l.Len()
		inRoom = inRoom && l.Pointer() >= begin && l.Pointer() < end
	}
	if !inRoom {
		all = reflect.MakeSlice(all.Type(), total, total)
	}
	n := 0
	for _, l := range lists {
		if at := all.Slice(n, n+l.Len()); at.Pointer() != l.Pointer() {
			reflect.Copy(at, l)
		}
		n += l.Len()
	}
	into.Set(all.Slice(0, total))
}

// sweepBlocks sweeps the resources in blocks. The first of them, as far as one hand does them, are swept into the record itself.
func (r *reader) sweepBlocks(s *sweeper, blocks []block) {
	helper := r.help(r.led)
	helping := sweeper{r: helper, marked: s.marked, free: s.free}
	rec, rep := r.rec, r.rep
	first := 0
	twoHands(blocks, r.from.hands.who, func(i int, b *block) {
		if i == first {
			first++
		} else {
			r.rec, r.rep = &b.rec, &b.rep
		}
		s.resources(b.from, b.to)
		r.rec, r.rep = rec, rep
	}, func(_ int, b *block) {
		helper.rec, helper.rep = &b.rec, &b.rep
		helping.resources(b.from, b.to)
	})
	for i := first; i < len(blocks); i++ {
		b := &blocks[i]
		rec.Carried = append(rec.Carried, b.rec.Carried...)
		rep.Merge(&b.rep)
	}
}
