package hl7v2

import "slices"

// within is splice for text that stays within a segment: the others are as they were, and only their places move. ok is false where the whole
// has to be read again to know.
func (x *index) within(s Segment, from, to int, text []byte) (y *index, ok bool) {
	first, last := s.Pieces()
	switch {
	case s.n == 0 || x.headless || x.wide != nil || x.segs[s.n].id == 0:
		return nil, false // the header says how the rest is to be read, and of a line that is no segment, its name may
	case !x.text.ascii || !x.text.plain || len(x.text.alternates) > 0 || x.text.set.form != formASCII && x.text.set.form != formUTF8 && x.text.set.form != formSingle:
		return nil, false
	case from < int(x.marks[first]>>posShift) || len(x.data)-(to-from)+len(text) > x.limits.Bytes:
		return nil, false
	}
	for _, b := range [...][]byte{text, x.data[from:to]} {
		for _, c := range b {
			if c < ' ' || c > '~' {
				return nil, false
			}
		}
	}
	begin, end := int(x.segs[s.n].start), int(x.marks[last]>>posShift)
	y = &index{from: x.from, to: x.to + len(text) - (to - from), encodingEnd: x.encodingEnd, delims: x.delims, limits: x.limits, term: x.term, lf: x.lf, text: x.text,
		option: x.option, class: x.class, ends: x.ends, classOf: x.classOf}
	y.data = slices.Concat(x.data[:from], text, x.data[to:])
	end += len(text) - (to - from)

	room := make([]uint32, len(x.marks)+len(x.fields)+2*len(text))
	y.marks = append(room[:0:len(x.marks)+len(text)], x.marks[:first]...)
	fields := x.segs[s.n].field
	y.fields = append(room[len(x.marks)+len(text):len(x.marks)+len(text)], x.fields[:fields]...)
	y.segs = slices.Clone(x.segs)
	esc := uint32(0)
	for at := begin; at < end; at++ {
		k := uint32(x.class[y.data[at]])
		if k == 0 {
			continue
		}
		switch {
		case k == escape:
			esc = escFlag
			continue
		case k >= endSegment: // a line feed that is data: what follows it may now look like a segment
			return nil, false
		case k == endField:
			y.fields = append(y.fields, uint32(len(y.marks)))
		}
		y.marks = append(y.marks, uint32(at)<<posShift|k|esc)
		esc = 0
	}
	y.fields = append(y.fields, uint32(len(y.marks)))
	y.marks = append(y.marks, uint32(end)<<posShift|endSegment|esc)

	moved := uint32(len(text) - (to - from))
	marks := uint32(len(y.marks) - last - 1)
	y.marks = shifted(y.marks, x.marks[last+1:], moved<<posShift)
	if int(s.n)+1 < len(x.segs) {
		next := x.segs[s.n+1].field
		more := uint32(len(y.fields)) - next
		y.fields = shifted(y.fields, x.fields[next:], marks)
		for i := int(s.n) + 1; i < len(y.segs); i++ {
			g := &y.segs[i]
			g.start, g.mark, g.field = g.start+moved, g.mark+marks, g.field+more
		}
	}
	after := Segment{y, s.n}
	if len(y.marks) > x.limits.Pieces || len(y.marks) > x.limits.Repetitions || after.Len() > x.limits.Fields {
		return nil, false
	}
	return y, true
}

// shifted appends numbers, each with something added.
func shifted(list, more []uint32, by uint32) []uint32 {
	n := len(list)
	list = slices.Grow(list, len(more))[:n+len(more)]
	to := list[n:]
	for i, w := range more {
		to[i] = w + by
	}
	return list
}
