package hl7v2

import (
	"bytes"
	"slices"
)

// scan finds all delimiters of b, which has them where the data has them.
//
// It goes over chunks twice: once without any branch that depends on the bytes, which notes every delimiter, and once over
// those notes. Delimiters stand so close in messages that a branch on each byte is mispredicted most of the time.
func (x *index) scan(b []byte) *Error {
	if x.kinds == nil || x.kinds.of != x.delims {
		if x.kinds = standardKinds(); x.delims != x.kinds.of {
			x.kinds = kindsBy(x.delims)
		}
	}
	if x.marks == nil { // as many as real messages have, so that little is moved as they are read
		n := min(x.to-x.from, 1<<16)
		x.marks, x.fields, x.segs = make([]uint32, 0, n/4+16), make([]uint32, 0, n/6+16), make([]segment, 0, n/128+8)
	}
	name := uint32(x.from + 3)
	x.marks = append(x.marks[:0], name<<posShift|endField, name<<posShift|endField)
	x.fields = append(x.fields[:0], 0, 1)
	x.segs = append(x.segs[:0], segment{start: uint32(x.from)})
	m, f := 2, 2
	if x.headless {
		m, f = 0, 0
	}
	start := x.from // of the last of segs, which is being read
	esc := uint32(0)
	kinds := x.kinds
	var found [256]uint8
	for base := x.encodingEnd; base < x.to; base += chunkBytes {
		part := b[base:min(base+chunkBytes, x.to)]
		n := int(find(&kinds.ends, part, &found))
		if m+n > x.limits.Pieces {
			return faultMaxPieces.at(len(x.segs), safeName(x.idAt(start)), 0, base)
		}
		x.marks = slices.Grow(x.marks[:m], n+1)
		x.fields = slices.Grow(x.fields[:f], n+1)
		marks, fields := x.marks[:m+n+1], x.fields[:f+n+1]
		at := uint32(base) << posShift
		for _, i := range found[:n] {
			k := uint32(kinds.class[part[i]])
			w := at + uint32(i)<<posShift | k
			if k < endSegment {
				marks[m] = w | esc
				fields[f] = uint32(m)
				esc = 0
				m++
				f += int(k >> 2)
				continue
			}
			if k == escape {
				esc = escFlag
				continue
			}
			pos := int(w >> posShift)
			if pos == start { // a blank line
				start++
				x.segs[len(x.segs)-1].start++
				continue
			}
			if k == lineFeed && !x.lineFeedEnds(pos) {
				continue
			}
			marks[m] = w&^kindMask | endSegment | esc
			fields[f] = uint32(m)
			esc = 0
			m++
			f++
			start = pos + 1
			if e := x.closed(f, marks[x.segs[len(x.segs)-1].mark]); e != nil {
				return e
			}
			x.segs = append(x.segs, segment{start: uint32(start), mark: uint32(m), field: uint32(f)})
		}
	}
	x.marks, x.fields = x.marks[:m], x.fields[:f]
	if start >= x.to {
		x.segs = x.segs[:len(x.segs)-1]
		return nil
	}
	x.marks = append(x.marks, uint32(x.to)<<posShift|endSegment|esc)
	x.fields = append(x.fields, uint32(m))
	return x.closed(f+1, x.marks[x.segs[len(x.segs)-1].mark])
}

// find notes where in a chunk delimiters stand, and gives how many there are. It has no branch that depends on the bytes, and
// counts in single bytes, so that no bound needs to be checked.
func find(ends *class, part []byte, found *[256]uint8) (n uint8) {
	i := uint8(0)
	for len(part) >= 8 {
		c := (*[8]byte)(part)
		found[n] = i
		n += ends[c[0]]
		found[n] = i + 1
		n += ends[c[1]]
		found[n] = i + 2
		n += ends[c[2]]
		found[n] = i + 3
		n += ends[c[3]]
		found[n] = i + 4
		n += ends[c[4]]
		found[n] = i + 5
		n += ends[c[5]]
		found[n] = i + 6
		n += ends[c[6]]
		found[n] = i + 7
		n += ends[c[7]]
		i += 8
		part = part[8:]
	}
	for _, c := range part {
		found[n] = i
		n += ends[c]
		i++
	}
	return n
}

// closed looks at the segment just read, the last one; fields is how many there are now, first the mark that ends its name.
func (x *index) closed(fields int, first uint32) *Error {
	s := &x.segs[len(x.segs)-1]
	if s.id = 0; first>>posShift == s.start+3 {
		s.id = x.idAt(int(s.start))
	}
	if n := fields - int(s.field) - 1; n > x.limits.Fields {
		return faultMaxFields.at(len(x.segs), x.nameOf(len(x.segs)-1), n, int(s.start))
	}
	if len(x.segs) > x.limits.Segments {
		return faultMaxSegments.at(len(x.segs), "", 0, int(s.start))
	}
	if len(x.segs) > 1 {
		switch s.id {
		case idMSH:
			return faultSecond.at(len(x.segs), "MSH", 0, int(s.start))
		case idFHS, idBHS, idBTS, idFTS:
			return faultBatch.at(len(x.segs), x.nameOf(len(x.segs)-1), 0, int(s.start))
		}
	}
	return nil
}

// checkRepetitions looks for a field with too many of them, where there can be one.
func (x *index) checkRepetitions() *Error {
	if len(x.marks) <= x.limits.Repetitions {
		return nil
	}
	n := 0
	for _, w := range x.marks {
		switch k := w & kindMask; {
		case k == endRep:
			n++
		case k >= endField:
			if n+1 > x.limits.Repetitions {
				i := x.segmentOf(int(w >> posShift))
				return faultMaxRepetitions.at(i+1, x.nameOf(i), 0, int(w>>posShift))
			}
			n = 0
		}
	}
	return nil
}

// lineFeedEnds says whether the line feed at pos ends a segment.
func (x *index) lineFeedEnds(pos int) bool {
	if x.lf == lfUnknown {
		x.lf = x.lookAtLineFeeds()
	}
	switch x.lf {
	case lfMixed:
		return true
	case lfEnds:
		return x.beginsSegment(pos+1, false)
	}
	return false
}

// lookAtLineFeeds decides what line feeds are in a message whose header ends with a carriage return: data, unless every one
// of them stands before a segment that HL7 defines.
func (x *index) lookAtLineFeeds() uint8 {
	for at := x.from; ; {
		i := bytes.IndexByte(x.data[at:x.to], '\n')
		if i < 0 {
			return lfMixed
		}
		at += i + 1
		if x.data[at-2] != '\r' && !x.beginsSegment(at, true) {
			return lfData
		}
	}
}

// beginsSegment says whether a segment, or nothing, begins at an offset. defined asks for the name of a segment that HL7 defines.
func (x *index) beginsSegment(at int, defined bool) bool {
	b := x.data[at:x.to]
	if len(b) == 0 || b[0] == '\r' || b[0] == '\n' {
		return true
	}
	id := x.idAt(at)
	if id == 0 {
		return false
	}
	separated := len(b) > 3 && b[3] == x.delims.Field
	if separated && (!defined || b[0] == 'Z') {
		return true
	}
	return isDefined(id)
}

// idAt gives the name that stands at an offset, in capitals; 0 for none. Small letters name only segments that HL7 defines.
func (x *index) idAt(at int) uint32 {
	b := x.data[at:x.to]
	if len(b) < 3 || len(b) > 3 && b[3] != x.delims.Field && b[3] != '\r' && b[3] != '\n' {
		return 0
	}
	id, small := uint32(0), false
	for i, c := range b[:3] {
		switch {
		case c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
			small = true
		case c >= 'A' && c <= 'Z':
		case i > 0 && c >= '0' && c <= '9':
		default:
			return 0
		}
		id = id<<8 | uint32(c)
	}
	if small && !isDefined(id) {
		return 0
	}
	return id
}
