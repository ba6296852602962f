package hl7v2

import (
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/record"
)

// reader reads the messages of one patient into one record. It is used by one goroutine.
//
// Reading takes leaves: what is taken must land in a typed field of the record. What is null is taken only where the
// field can say that it is; where it cannot, it is left, and so is carried.
type reader struct {
	rec   *record.Record
	rep   *record.Report
	opts  record.ImportOptions
	maker *ids.Maker
	parts []*part

	// The part of a message being read.
	p         *part
	led       *ledger.Ledger
	encounter *record.Ref
	visitAt   int
	newest    bool // the part holds the last word on the patient

	mem               rooms
	lastTime, lastISO string // the last time read, and how it stands in the record
	lastID            uint32 // of the segment whose path was written last
	lastName          string

	lastSystem, lastSystemURI string // the last code system read, by what HL7 v2 calls it
	lastUnits, lastUnitsURI   string // the last one of units
	unitsKnown                bool

	replaced []replacement      // see overlap
	joined   map[string]int     // where in its list the entry stands that several blocks tell of
	stages   map[string][]stage // of the medicines ordered, by their numbers

	*desk                  // ids that are used, people that were met
	mixed  map[string]bool // identifiers under which people of different names stand
	clash  bool            // such were found while reading
	styles []string        // how the telecoms read last were written
}

// part is what one message says of one patient: the segments from one PID to the next, with those before the first.
type part struct {
	*message
	segs   []Segment
	first  bool     // the segments that several parts share are counted here
	own    int      // how many of segs, from the start, are shared
	blocks []block  // found by overlap, where several messages tell of one patient
	owners []string // of segments: the entry that has what is left of one
	parts  int      // of the message
	told   []string // ids of the people, organizations, places and devices that it names
	header string   // id of the entry that MSH became
	shares bool     // a number of its patient is that of another too
}

// message is a message with its ledger, which its parts share.
type message struct {
	data     []byte
	at       int // the place in the input, counted from 1
	m        *Message
	led      *ledger.Ledger
	source   record.Source
	identity string // what ids of entries without an identifier are made from
	sender   string // the authority of identifiers that name none
	event    string // MSH-9.2
	kind     string // MSH-9.1
	issues   []record.Issue
}

// datum is a repetition, a component or a subcomponent: something whose parts have numbers.
type datum struct {
	span
	inner uint32 // the kind of mark that ends its parts; 0 where it has none
}

// first gives the first repetition of a field.
func first(s Segment, field int) datum {
	x := s.x
	if x == nil || field < 1 || x.hidden != nil {
		f := s.Field(field)
		if !f.OK() {
			return datum{}
		}
		return datum{f.Repetition(1).span, endComp}
	}
	at, end := int(x.segs[s.n].field)+field, len(x.fields)
	if int(s.n)+1 < len(x.segs) {
		end = int(x.segs[s.n+1].field)
	}
	if at >= end {
		return datum{}
	}
	from, to := int32(x.fields[at-1])+1, int32(x.fields[at])
	if from < to {
		to = span{x, from, to}.endOf(from, endRep)
	}
	return datum{span{x, from, to}, endComp}
}

// all gives the repetitions of a field that hold something.
func all(s Segment, field int) iter.Seq[datum] {
	return func(yield func(datum) bool) {
		f := s.Field(field)
		if f.x == nil {
			return
		}
		for from := f.first; from <= f.last; {
			end := f.endOf(from, endRep)
			if (from < end || f.x.holds(int(from))) && !yield(datum{span{f.x, from, end}, endComp}) {
				return
			}
			from = end + 1
		}
	}
}

// at gives a part by its number, counted from 1.
func (d datum) at(n int) datum {
	switch {
	case d.inner == endComp:
		return datum{d.part(n, endComp), endSub}
	case d.inner == endSub:
		return datum{d.part(n, endSub), 0}
	case n == 1:
		return d
	}
	return datum{}
}

// leaf gives the first piece: what a primitive is, whatever follows it.
func (d datum) leaf() span {
	if d.x == nil {
		return span{}
	}
	return span{d.x, d.first, d.first}
}

// says reports whether there is anything: a value, or null.
func (d datum) says() bool {
	if d.x == nil {
		return false
	}
	for i := d.first; i <= d.last; i++ {
		if d.x.holds(int(i)) {
			return true
		}
	}
	return false
}

// isNull reports whether all that stands there is null, which is one piece.
func (d datum) isNull() bool { return d.x != nil && d.first == d.last && d.State() == Null }

// peek gives a primitive without taking it.
func (d datum) peek() string {
	if d.x == nil {
		return ""
	}
	var b []byte
	x, k := d.x, int(d.first)
	if k > 0 && x.marks[k-1]&kindMask != endSegment && x.marks[k-1]>>posShift < x.marks[k]>>posShift {
		b = x.data[x.marks[k-1]>>posShift+1 : x.marks[k]>>posShift]
	} else {
		b = x.bytesOf(k, k) // the first of a segment, or MSH-1
	}
	if len(b) == 0 || len(b) == 2 && b[0] == '"' && b[1] == '"' {
		return ""
	}
	s := ""
	if d.x.text.plain && d.x.marks[d.first]&escFlag == 0 {
		if s = view(b); b[0] > ' ' && b[0] < utf8.RuneSelf {
			return s
		}
	} else {
		s = d.leaf().String()
	}
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return s
}

// text takes a primitive.
func (r *reader) text(d datum) string {
	return r.taken(d, d.peek())
}

// taken is text of what was looked at.
func (r *reader) taken(d datum, v string) string {
	if v != "" {
		r.led.Take(int(d.first))
	}
	return v
}

// words takes all that stands there as one text: delimiters that nobody escaped are part of it.
func (r *reader) words(d datum) string {
	if d.first == d.last { // one piece
		return r.text(d)
	}
	if d.State() != Valued {
		return ""
	}
	s := d.String()
	if strings.TrimSpace(s) == "" {
		return ""
	}
	r.take(d)
	return s
}

// take marks every leaf there as read.
func (r *reader) take(d datum) {
	if d.x == nil {
		return
	}
	for i := d.first; i <= d.last; i++ {
		if d.x.holds(int(i)) {
			r.led.Take(int(i))
		}
	}
}

// giveBack takes the marks off all that stands there.
func (r *reader) giveBack(d datum) {
	if d.x == nil {
		return
	}
	for i := d.first; i <= d.last; i++ {
		r.led.Release(int(i))
	}
}

// fixed marks a primitive as scaffold if it is one of those, which say no more than the reader knows; another is left.
func (r *reader) fixed(d datum, allowed ...string) bool {
	v := d.peek()
	for _, a := range allowed {
		if v == a && v != "" {
			r.led.Scaffold(int(d.first))
			return true
		}
	}
	return false
}

// one reads the first repetition of a field by f, nil where it says nothing.
func one[T any](s Segment, field int, f func(datum) (T, bool)) *T {
	d := first(s, field)
	if !d.says() {
		return nil
	}
	v, ok := f(d)
	if !ok {
		return nil
	}
	return &v
}

// each reads all repetitions of a field by f.
func each[T any](s Segment, field int, f func(datum) (T, bool)) []T {
	var out []T
	for d := range all(s, field) {
		if v, ok := f(d); ok {
			out = append(out, v)
		}
	}
	return out
}

// value gives what p points to, the zero value where it points to nothing.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// issue adds an issue at a place.
func (r *reader) issue(k *record.IssueKind, s span) {
	path, line, col := s.Position()
	r.rep.Add(k.At(path, line, col))
}

// issueOf adds an issue about a segment.
func (r *reader) issueOf(k *record.IssueKind, s Segment) {
	path, line, col := s.Position()
	r.rep.Add(k.At(path, line, col))
}

// entry begins an entry that a segment says.
func (r *reader) entry(kind string, s Segment, identifiers ...record.Identifier) (e record.Entry) {
	r.enter(&e, kind, s, identifiers)
	return e
}

// enter is entry into a place.
func (r *reader) enter(e *record.Entry, kind string, s Segment, identifiers []record.Identifier) {
	e.Assertion, e.Identifiers = record.Affirmed, identifiers
	path := ""
	if s.OK() {
		e.Origins = r.originOf(s)
		path = e.Origins[0].Path
	} else {
		e.Origins = []record.Origin{{Source: r.p.source.ID}}
	}
	e.ID = r.id(kind, path, identifiers)
	r.own(s, e.ID)
}

// own says whose the rest of a segment is.
func (r *reader) own(s Segment, id string) {
	if s.OK() && r.p.owners[s.Index()] == "" {
		r.p.owners[s.Index()] = id
	}
}

// id makes the id of an entry: from its first usable identifier, else from the message and the place in it.
// An id that is taken belongs to what another message, or another segment, said of it.
func (r *reader) id(kind, path string, identifiers []record.Identifier) string {
	for i := range identifiers {
		if a := r.authority(&identifiers[i]); a != "" {
			id := r.maker.MakeIn(&r.mem.texts, "entry", kind, a, identifiers[i].Value)
			if r.begun(id) {
				return id
			}
		}
	}
	id := r.maker.MakeIn(&r.mem.texts, "entry", kind, r.p.identity, path)
	for n := 1; !r.begun(id); n++ {
		id = r.maker.Make("entry", kind, r.p.identity, path, strings.Repeat("+", n))
	}
	return id
}

// begun notes that an id is used, and reports whether it was not.
func (r *reader) begun(id string) bool {
	n := len(r.used)
	r.used[id] = true
	return len(r.used) > n
}

// authority gives what an identifier is unique within: its system, the namespace as sent, or the sender. "" where
// the identifier cannot identify.
func (r *reader) authority(i *record.Identifier) string {
	switch {
	case i.Value == "" || i.Absent != "":
		return ""
	case i.System != "":
		return i.System
	case i.SystemAsSent != "":
		return i.SystemAsSent
	}
	return "sender " + r.p.sender
}

// tableSystem gives the code system of an HL7 table if the code is in it: a code that a site made itself is in none.
func tableSystem(table, code string) string {
	if table == "" || code == "" {
		return ""
	}
	if t := tableOf(table); t.has(code) {
		return t.uri
	}
	return ""
}
