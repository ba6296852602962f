package hl7v2

import (
	"bytes"
	"slices"
	"strings"
	"unsafe"
)

// within is splice for text that stays within a segment: the others are as they were, and only their places move. What stands in the segment
// before and behind the place is not looked at again either, but for the piece that text becomes a part of. ok is false where the whole has to be
// read again to know.
func (x *index) within(s Segment, from, to int, text []byte) (y *index, ok bool) {
	first, last := s.Pieces()
	switch {
	case s.n == 0 || x.headless || x.wide != nil || x.segs[s.n].id == 0:
		return nil, false // the header says how the rest is to be read, and of a line that is no segment, its name may
	case !x.text.ascii || !x.text.plain || len(x.text.alternates) > 0 || x.text.set.form != formASCII && x.text.set.form != formUTF8 && x.text.set.form != formSingle:
		return nil, false
	}
	begin, end := int(x.marks[first]>>posShift), int(x.marks[last]>>posShift)
	if from == begin && (len(text) == 0 || text[0] != x.delims.Field) { // that would be a part of the name
		return nil, false
	}
	if from < begin || to > end || len(x.data)-(to-from)+len(text) > x.limits.Bytes {
		return nil, false
	}
	for _, b := range [...][]byte{text, x.data[from:to]} {
		for _, c := range b {
			if c < ' ' || c > '~' {
				return nil, false
			}
		}
	}
	if bytes.IndexByte(x.data[begin:end], '\n') >= 0 { // one that is data: what follows it may now look like a segment
		return nil, false
	}
	moved := uint32(len(text) - (to - from))
	y = &index{from: x.from, to: x.to + int(int32(moved)), encodingEnd: x.encodingEnd, delims: x.delims, limits: x.limits, term: x.term, lf: x.lf, text: x.text,
		option: x.option, kinds: x.kinds}
	y.data = joined(x.data[:from], text, x.data[to:])

	// Marks up to p stay, those from q on move; between them are those of text.
	p := first + before(x.marks[first:last+1], uint32(from)<<posShift)
	q := p + before(x.marks[p:last+1], uint32(to)<<posShift)
	at, behind := int(x.segs[s.n].field), len(x.fields)
	if int(s.n)+1 < len(x.segs) {
		behind = int(x.segs[s.n+1].field)
	}
	pf := at + before(x.fields[at:behind], uint32(p))
	qf := pf + before(x.fields[pf:behind], uint32(q))

	nm, nf := len(x.marks)-(q-p)+len(text), len(x.fields)-(qf-pf)+len(text)
	room := make([]uint32, nm+nf)
	y.marks = append(room[:0:nm], x.marks[:p]...)
	y.fields = append(room[nm:nm], x.fields[:pf]...)
	esc := uint32(0)
	escaped := func(part []byte) {
		if d := x.delims.Escape; d != 0 && bytes.IndexByte(part, d) >= 0 {
			esc = escFlag
		}
	}
	escaped(x.data[x.marks[p-1]>>posShift : from])
	for i, c := range text {
		switch k := uint32(x.kinds.class[c]); {
		case k == 0:
		case k == escape:
			esc = escFlag
		default:
			if k == endField {
				y.fields = append(y.fields, uint32(len(y.marks)))
			}
			y.marks = append(y.marks, uint32(from+i)<<posShift|k|esc)
			esc = 0
		}
	}
	escaped(x.data[to : x.marks[q]>>posShift])

	marks, fields := uint32(len(y.marks)-q), uint32(len(y.fields)-qf)
	n := len(y.marks)
	y.marks = shifted(y.marks, x.marks[q:], moved<<posShift)
	y.marks[n] = y.marks[n]&^escFlag | esc
	y.fields = shifted(y.fields, x.fields[qf:], marks)
	y.segs = slices.Clone(x.segs)
	for i := int(s.n) + 1; i < len(y.segs); i++ {
		g := &y.segs[i]
		g.start, g.mark, g.field = g.start+moved, g.mark+marks, g.field+fields
	}
	after := Segment{y, s.n}
	if len(y.marks) > x.limits.Pieces || len(y.marks) > x.limits.Repetitions || after.Len() > x.limits.Fields {
		return nil, false
	}
	return y, true
}

// joined gives texts one behind another, in memory that was not cleared for them.
func joined(a, b, c []byte) []byte {
	var t strings.Builder
	t.Grow(len(a) + len(b) + len(c))
	t.Write(a)
	t.Write(b)
	t.Write(c)
	s := t.String()
	return unsafe.Slice(unsafe.StringData(s), len(s))
}

// before gives how many of some rising numbers are below another.
func before(list []uint32, w uint32) int {
	n, _ := slices.BinarySearch(list, w)
	return n
}

// shifted appends numbers, each with something added. list has room for them.
func shifted(list, more []uint32, by uint32) []uint32 {
	n := len(list)
	list = list[:n+len(more)]
	to := list[n:]
	for len(more) >= 8 && len(to) >= 8 {
		a, b := (*[8]uint32)(more), (*[8]uint32)(to)
		b[0], b[1], b[2], b[3] = a[0]+by, a[1]+by, a[2]+by, a[3]+by
		b[4], b[5], b[6], b[7] = a[4]+by, a[5]+by, a[6]+by, a[7]+by
		more, to = more[8:], to[8:]
	}
	for i, w := range more {
		to[i] = w + by
	}
	return list
}
