package record

import (
	"encoding/binary"
	"maps"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unsafe"
)

// A narrative tells what the entries of its section say. Whoever changes,
// removes or withholds an entry leaves words behind that say otherwise.
// Section.Stated is a hash of what the entries said when the narrative was read;
// where it no longer fits, the narrative does not go out: C-CDA gets one made anew, FHIR none.
//
// The hash goes over every field of the entries but bookkeeping, over the
// statements within them, and over what is carried for them. It is the same in
// every process, and after a record went through JSON. Like the count of leaves
// (leavescount.go) it reads the words of memory that layouts name, and writes none.

// State notes in every section with a narrative what its entries say now. An
// importer calls it when the record is complete.
func (r *Record) State() {
	s := statings.Get().(*Stating)
	eachTold(r.Documents, func(sec *Section) { sec.Stated = s.ready(r).told(sec) })
	s.giveBack()
}

// Outdated gives the sections of documents of the record whose narrative tells of entries as they were before somebody changed,
// removed or withheld them, and nil where there are none; typedOnly leaves what is carried out of account, butLabels the labels that
// entries were given since. Of a section without Stated nobody can tell.
func (r *Record) Outdated(documents []Document, typedOnly, butLabels bool) map[*Section]bool {
	var outdated map[*Section]bool
	s := statings.Get().(*Stating)
	eachTold(documents, func(sec *Section) {
		if sec.Stated == "" || s.ready(r).still(sec, typedOnly) {
			return
		}
		if outdated == nil {
			outdated = map[*Section]bool{}
		}
		outdated[sec] = true
	})
	s.giveBack()
	most := 1
	for n := 0; butLabels && len(outdated) > 0 && n < min(most, mostLabelled); n++ {
		s := &Stating{labels: n + 1}
		maps.DeleteFunc(outdated, func(sec *Section, _ bool) bool { return s.ready(r).still(sec, typedOnly) })
		most = max(most, s.labelled)
	}
	return outdated
}

// eachTold calls f with every section that has a narrative.
func eachTold(documents []Document, f func(*Section)) {
	var each func(list []Section)
	each = func(list []Section) {
		for i := range list {
			if !list[i].Narrative.IsZero() {
				f(&list[i])
			}
			each(list[i].Sections)
		}
	}
	for i := range documents {
		each(documents[i].Sections)
	}
}

// ready makes s, which knows of no record or of r, tell of r's sections.
func (s *Stating) ready(r *Record) *Stating {
	if len(s.all) == 0 {
		s.look(r, statements())
	}
	return s
}

// giveBack keeps the memory for the next.
func (s *Stating) giveBack() {
	if len(s.all) <= mostStating {
		s.forget()
		statings.Put(s)
	}
}

// Both hold working memory only: one that is taken knows of no record.
var (
	statings     = sync.Pool{New: func() any { return new(Stating) }}
	itemStatings = sync.Pool{New: func() any { return new(Stating) }}
)

const (
	mostStating      = 1 << 10
	mostStatingItems = 1 << 13
)

// forget makes s one that knows of no record.
func (s *Stating) forget() {
	clear(s.byID)
	clear(s.carried)
	clear(s.all)
	s.all, s.keys, s.last, s.alone = s.all[:0], s.keys[:0], 0, false
}

// Stating tells of sections or items of one record what their entries say. The record
// must not change while it is used. It is used by one goroutine.
type Stating struct {
	byID    map[string]int32 // places in all, where there are more than few
	keys    []uint64         // of the ids of all, where there are few
	few     bool
	last    int  // the place in all that was found last
	within  bool // the statement at hand is being hashed
	alone   bool // what is referred to counts by being there, not by what it says
	all     []stated
	carried map[string]uint64
	// labels, where not 0, is one more than how many labels of each statement count; labelled, how many there were at most.
	labels, labelled int
}

// mostLabelled is how many labels a statement may have had for what was added since to be told from them.
const mostLabelled = 8

type stated struct {
	at   unsafe.Pointer
	sum  *sum
	id   uintptr // offset
	busy bool
	done bool
	hash uint64
}

// StateItems notes in every item of every source what its entries say now. An
// importer that keeps items calls it when the record is complete.
func (r *Record) StateItems() { r.StateItemsBeside(nil) }

// StateItemsBeside is StateItems for an importer that has a rest to do which changes no entry, and may add to what is
// carried: what entries say is hashed meanwhile, on another core where one is free.
func (r *Record) StateItemsBeside(rest func()) {
	s := itemStatings.Get().(*Stating)
	s.lookAlone(r)
	if rest != nil {
		s.hashBeside(rest)
	}
	s.lookCarried(r)
	for i := range r.Sources {
		items := r.Sources[i].Items
		var texts strings.Builder // the hashes one after another: each is a part of it
		texts.Grow(13 * len(items))
		for j := range items {
			if len(items[j].Entries) > 0 {
				var text [16]byte
				from := texts.Len()
				texts.Write(strconv.AppendUint(text[:0], s.ofItem(&items[j]), 36))
				items[j].Stated = texts.String()[from:]
			}
		}
	}
	if max(len(s.all), len(s.carried)) <= mostStatingItems {
		s.forget()
		itemStatings.Put(s)
	}
}

// StatingItems tells of items of one record what their entries say: each for
// itself, and of what it refers to only whether the record has it. The record
// must not change while it is used. It is used by one goroutine.
func (r *Record) StatingItems() *Stating {
	s := new(Stating)
	s.lookItems(r)
	return s
}

// lookItems makes s, which knows of no record, tell of r's items.
func (s *Stating) lookItems(r *Record) {
	s.lookAlone(r)
	s.lookCarried(r)
}

// lookAlone enters what items are about.
func (s *Stating) lookAlone(r *Record) {
	s.enterAll(r, entryLists())
	s.alone = true
	if r.Patient != nil {
		s.enter(&r.Patient.ID, stated{at: unsafe.Pointer(r.Patient), sum: patientSum(), id: unsafe.Offsetof(r.Patient.Entry) + unsafe.Offsetof(r.Patient.Entry.ID)})
	}
}

// StillItem reports whether the entries of an item say what its hash says.
func (s *Stating) StillItem(it *Item) bool {
	var text [16]byte
	return string(strconv.AppendUint(text[:0], s.ofItem(it), 36)) == it.Stated
}

// StillItemButLabels reports whether the entries of an item say what its hash says but for labels that they were given since.
func (s *Stating) StillItemButLabels(it *Item) bool {
	defer func(within bool) { s.within, s.labels, s.labelled = within, 0, 0 }(s.within)
	s.within, s.labelled = true, 0
	for n := 0; n == 0 || n < min(s.labelled, mostLabelled); n++ {
		s.labels = n + 1
		h := uint64(len(it.Entries))
		for _, id := range it.Entries {
			at, ok := s.find(id)
			if !ok {
				return false
			}
			x := &s.all[at]
			h = mix(mix(h, x.sum.add(s, uint64(x.sum.size), x.at)), s.carried[id])
		}
		var text [16]byte
		if string(strconv.AppendUint(text[:0], h, 36)) == it.Stated {
			return true
		}
	}
	return false
}

// OfItem gives a hash of what the entries of an item say.
func (s *Stating) OfItem(it *Item) string { return strconv.FormatUint(s.ofItem(it), 36) }

func (s *Stating) ofItem(it *Item) uint64 {
	h := uint64(len(it.Entries))
	for _, id := range it.Entries {
		h = mix(s.of(h, id), s.carried[id])
	}
	return h
}

// look enters the entries of r and what is carried for them.
func (s *Stating) look(r *Record, lists []statementList) {
	s.enterAll(r, lists)
	s.lookCarried(r)
}

func (s *Stating) enterAll(r *Record, lists []statementList) {
	p := unsafe.Pointer(r)
	n := 1
	for i := range lists {
		n += (*sliceWords)(unsafe.Add(p, lists[i].offset)).len
	}
	s.all = slices.Grow(s.all, n)
	if s.few = n <= fewStated; s.few {
		s.keys = slices.Grow(s.keys, n)
	} else if s.byID == nil {
		s.byID = make(map[string]int32, n)
	}
	for _, l := range lists {
		w := (*sliceWords)(unsafe.Add(p, l.offset))
		for j := range w.len {
			at := unsafe.Add(w.first, uintptr(j)*l.sum.size)
			s.enter((*string)(unsafe.Add(at, l.id)), stated{at: at, sum: l.sum, id: l.id})
		}
	}
}

func (s *Stating) lookCarried(r *Record) {
	if len(r.Carried) == 0 {
		return
	}
	if s.carried == nil {
		s.carried = make(map[string]uint64, min(len(r.Carried), 256))
	}
	for i := range r.Carried {
		// What is carried is told by its kind, name and size: it does not change, it can only be taken away.
		c := &r.Carried[i]
		if c.Form {
			continue
		}
		s.carried[c.Owner] += mixText(mixText(uint64(len(c.Data)), c.Kind), c.Name)
	}
}

// fewStated is how many entries are found by going over them: mostly, the next one is asked for.
const fewStated = 64

// key gives a number for an id: ids are hashes mostly.
func key(id string) uint64 {
	n := len(id)
	if n < 16 {
		return uint64(n)
	}
	b := unsafe.Slice(unsafe.StringData(id), n)
	return binary.LittleEndian.Uint64(b) ^ bits.RotateLeft64(binary.LittleEndian.Uint64(b[n-8:]), 29)
}

// enter enters an entry; of two with one id, the first counts.
func (s *Stating) enter(id *string, x stated) {
	if s.few {
		k := key(*id)
		for i, other := range s.keys {
			if other == k && s.all[i].name() == *id {
				return
			}
		}
		s.keys = append(s.keys, k)
	} else if _, twice := s.byID[*id]; twice {
		return
	} else {
		s.byID[*id] = int32(len(s.all))
	}
	s.all = append(s.all, x)
}

// name gives the entry's id.
func (x *stated) name() string { return *(*string)(unsafe.Add(x.at, x.id)) }

// find gives the place in all of the entry with an id.
func (s *Stating) find(id string) (at int32, ok bool) {
	if !s.few {
		at, ok = s.byID[id]
		return at, ok
	}
	k, n := key(id), len(s.keys)
	i := s.last
	for range n {
		if i++; i >= n {
			i = 0
		}
		if s.keys[i] == k && s.all[i].name() == id {
			s.last = i
			return int32(i), true
		}
	}
	return 0, false
}

// told gives a hash of what the entries of a section say, and after a point one of what is carried for them.
func (s *Stating) told(sec *Section) string {
	h, c := uint64(len(sec.Entries)), s.carried[sec.ID]
	for i := range sec.Entries {
		id := sec.Entries[i].ID
		h, c = s.of(h, id), mix(c, s.carried[id])
	}
	var text [32]byte
	return string(strconv.AppendUint(append(strconv.AppendUint(text[:0], h, 36), '.'), c, 36))
}

// still reports whether the entries of a section say what they said when its
// narrative was read; typedOnly leaves what is carried out of account.
func (s *Stating) still(sec *Section, typedOnly bool) bool {
	now := s.told(sec)
	if !typedOnly {
		return now == sec.Stated
	}
	a, _, _ := strings.Cut(now, ".")
	b, _, _ := strings.Cut(sec.Stated, ".")
	return a == b
}

// of adds what the statement with this id says.
func (s *Stating) of(h uint64, id string) uint64 {
	at, ok := s.find(id)
	switch {
	case !ok:
		return mixText(h, id)
	case s.alone && s.within:
		return mixText(h+1, id)
	}
	x := &s.all[at]
	switch {
	case x.busy:
		return mix(h, 1) // a circle
	case !x.done:
		x.busy, s.within = true, true
		x.hash = x.sum.add(s, uint64(x.sum.size), x.at)
		x.busy, s.within, x.done = false, false, true
	}
	return mix(h, x.hash)
}
