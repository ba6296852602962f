package hl7v2

import (
	"math/bits"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// sweep counts the leaves of the part at hand and carries what nobody took: in pieces as large as can be, fields of which
// no leaf was marked whole, else repetitions, components, subcomponents.
func (r *reader) sweep() {
	for n, s := range r.p.segs {
		from, to := s.Pieces()
		if s.x.segs[s.n].id != 0 {
			from++ // its name
		}
		c := r.tally(s.x, from, to)
		if r.p.first || n >= r.p.own {
			r.rep.Counts.Add(c)
			if s.x.segs[s.n].id == 0 {
				r.issue(&record.IssueSegment, s.Field(0).span)
			}
		}
		if c.Carried == 0 {
			continue
		}
		for _, f := range s.Fields() {
			r.sweepIn(s, f.span, endRep)
		}
	}
}

// tally counts the leaves among some pieces of a segment.
func (r *reader) tally(x *index, from, to int) (c record.Counts) {
	for i := from; i <= to; {
		// The pieces of one word of the ledger, as bits.
		end := min(to, i|63)
		held := uint64(0)
		last := uint32(endSegment) // the mark before
		if i > 0 {
			last = x.marks[i-1]
		}
		for at, mark := range x.marks[i : end+1] {
			k := i + at
			if last&kindMask != endSegment {
				if mark>>posShift != last>>posShift+1 {
					held |= 1 << (k & 63)
				}
			} else if x.holds(k) {
				held |= 1 << (k & 63)
			}
			last = mark
		}
		taken, scaffold := r.led.Marks(i >> 6)
		c.Facts += bits.OnesCount64(held)
		c.Mapped += bits.OnesCount64(held & taken)
		c.Scaffold += bits.OnesCount64(held & scaffold &^ taken)
		c.Carried += bits.OnesCount64(held &^ taken &^ scaffold)
		i = end + 1
	}
	return c
}

// sweepIn carries what is free in s, whose parts marks of a kind end.
func (r *reader) sweepIn(seg Segment, s span, kind uint32) {
	c := r.tally(s.x, int(s.first), int(s.last))
	switch {
	case c.Carried == 0:
	case c.Carried == c.Facts || kind == 0:
		r.carry(seg, s, c.Carried)
	default:
		for n, from := 1, s.first; from <= s.last; n++ {
			end := s.endOf(from, kind)
			r.sweepIn(seg, span{s.x, from, end}, kind-1)
			from = end + 1
		}
	}
}

// carry keeps a piece of a message as it would stand in one of UTF-8 with the standard delimiters.
func (r *reader) carry(seg Segment, s span, facts int) {
	path, line, col := s.Position()
	owner := r.p.owners[seg.Index()]
	if owner == "" {
		owner = r.p.header // what belongs to nothing in particular belongs to the message
	}
	c := record.Carried{Format: formatName, Source: r.p.source.ID, Owner: owner, Path: path, Place: seg.Index(), Kind: "field",
		Data: strings.Clone(s.ER7()), Facts: facts, Line: line}
	var words strings.Builder
	for l := range s.Leaves() {
		if v := l.String(); l.Valued() && strings.TrimSpace(v) != "" && len(v) < 4096 {
			if words.Len() > 0 {
				words.WriteByte(' ')
			}
			words.WriteString(v)
		}
	}
	c.Words = words.String()
	c.Codes = codesIn(seg, s)
	r.rec.Carried = append(r.rec.Carried, c)
	r.rep.Add(record.IssueCarried.At(path, line, col))
}

// codesIn gives the codes of a whole coded value, so that labels and redaction reach it.
func codesIn(seg Segment, s span) (out []record.Coding) {
	d := datum{s, endComp}
	for _, n := range []int{1, 4} {
		code, system := d.at(n).peek(), d.at(n+2).peek()
		if uri, ok := codes.FromV2(system); ok && code != "" {
			out = append(out, record.Coding{System: uri, Code: code, Display: d.at(n + 1).peek()})
		}
	}
	return out
}
