package hl7v2

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// Set writes a value at an address that names a field or a part of one: escaped, in the message's character set, and in place of all that
// stood there. Missing delimiters before it are added; the segment must be there. "" makes the place empty, and
// the text "" is written such that it is not null; see [Message.SetNull]. Nothing but that place changes.
func (m *Message) Set(address, value string) error {
	return m.change(address, func(e *encoder, dst []byte) ([]byte, *fault) {
		if !utf8.ValidString(value) {
			return dst, &faultNotUTF8
		}
		return e.append(dst, value)
	})
}

// SetNull writes null at an address: the receiver is to delete what it has there.
func (m *Message) SetNull(address string) error {
	return m.change(address, func(_ *encoder, dst []byte) ([]byte, *fault) { return append(dst, `""`...), nil })
}

// SetRaw writes bytes at an address as they are, with inner delimiters and escapes. It refuses what would reach beyond the place.
func (m *Message) SetRaw(address string, raw []byte) error {
	return m.change(address, func(_ *encoder, dst []byte) ([]byte, *fault) {
		if bytes.ContainsAny(raw, "\r\n\x0b\x1c") {
			return dst, &faultWouldSplit
		}
		return append(dst, raw...), nil
	})
}

// Add adds a repetition with this value to the field at an address; in an empty field it is the first.
func (m *Message) Add(address, value string) error {
	a, s, err := m.place(address)
	if err != nil {
		return err
	}
	a.Repetition = 1
	if f := s.Field(a.Field); f.State() != Absent && f.State() != Empty {
		a.Repetition = f.Len() + 1
	}
	return m.Set(a.String(), value)
}

// AddSegment adds a segment of this name, with nothing in it, at the end of the message.
func (m *Message) AddSegment(name string) (Segment, error) {
	return m.InsertSegment(m.SegmentCount(), name)
}

// InsertSegment adds a segment of this name, with nothing in it, as the one of number at, counted from 0: the header stays the first.
func (m *Message) InsertSegment(at int, name string) (Segment, error) {
	switch {
	case !isSegmentName(name):
		return Segment{}, faultSegmentName.at(0, "", 0, 0)
	case at < 1 || at > m.SegmentCount() || segmentID(name) == idMSH:
		return Segment{}, faultHeaderPlace.at(0, "", 0, 0)
	}
	x := m.x
	var offset int
	text := name + string(x.delims.Field) + x.term
	if at < len(x.segs) {
		offset = int(x.segs[at].start)
	} else {
		offset = int(x.marks[len(x.marks)-1] >> posShift)
		if offset < x.to {
			for offset < x.to && (x.data[offset] == '\r' || x.data[offset] == '\n') {
				offset++
			}
		} else {
			text = x.term + name + string(x.delims.Field)
		}
	}
	y, err := x.splice(offset, offset, []byte(text))
	if err != nil {
		return Segment{}, err
	}
	if len(y.segs) != len(x.segs)+1 || y.segs[at].id != segmentID(name) {
		return Segment{}, faultWouldSplit.at(0, "", 0, offset)
	}
	m.x = y
	return Segment{y, int32(at)}, nil
}

// Delete takes away what an address names. A segment goes with its end, a repetition with its delimiter, and so do the last field of a
// segment and the last part of a field; one before the last becomes empty, since it cannot go without moving those behind it.
func (m *Message) Delete(address string) error {
	a, s, err := m.place(address)
	if err != nil {
		return err
	}
	x := m.x
	if a.Field == 0 {
		if s.n == 0 {
			return faultHeaderPlace.at(1, "MSH", 0, s.Offset())
		}
		to := x.to
		if int(s.n)+1 < len(x.segs) {
			to = int(x.segs[s.n+1].start)
		}
		y, err := x.splice(int(x.segs[s.n].start), to, nil)
		if err != nil {
			return err
		}
		m.x = y
		return nil
	}
	v := m.Find(a)
	if !v.OK() {
		return x.fail(&faultNoSuchPlace, a, s)
	}
	if s.n == 0 && a.Field <= 2 {
		return x.fail(&faultDelimiters, a, s)
	}
	from, to := v.Offset(), int(x.marks[v.last]>>posShift)
	level := a.level()
	switch end, before := x.marks[v.last]&kindMask, x.marks[v.first-1]&kindMask; {
	case level == endRep && end == endRep:
		to++ // with the delimiter behind it
	case end > level && before == level:
		from-- // the last of several: with the delimiter before it
	}
	y, ok := x.within(s, from, to, nil)
	if !ok {
		if y, err = x.splice(from, to, nil); err != nil {
			return err
		}
	}
	m.x = y
	return nil
}

// level is the kind of mark that ends what the address names, where it is not the last.
func (a *Address) level() uint32 {
	switch {
	case a.Subcomponent > 0:
		return endSub
	case a.Component > 0:
		return endComp
	case a.Repetition > 0:
		return endRep
	}
	return endField
}

// place finds the segment that an address names.
func (m *Message) place(address string) (Address, Segment, error) {
	a, err := ParseAddress(address)
	if err != nil {
		return a, Segment{}, err
	}
	s := m.FindSegment(a)
	if !s.OK() {
		return a, s, faultNoSuchPlace.at(0, safeName(segmentID(a.Segment)), a.Field, 0)
	}
	return a, s, nil
}

func (x *index) fail(f *fault, a Address, s Segment) error {
	at := s.Offset()
	if f := s.Field(a.Field); f.OK() {
		at = f.Offset()
	}
	return f.at(int(s.n)+1, x.nameOf(int(s.n)), a.Field, at)
}

// change writes at an address what value appends.
func (m *Message) change(address string, value func(*encoder, []byte) ([]byte, *fault)) error {
	a, s, err := m.place(address)
	if err != nil {
		return err
	}
	x := m.x
	switch {
	case a.Field == 0:
		return x.fail(&faultNoSuchPlace, a, s)
	case s.n == 0 && a.Field <= 2:
		return x.fail(&faultDelimiters, a, s)
	case s.n == 0 && a.Field == 18 && (!x.text.ascii || x.wide != nil):
		return x.fail(&faultFixedCharset, a, s)
	case a.Field > x.limits.Fields || a.Repetition > x.limits.Repetitions || max(a.Component, a.Subcomponent) > x.limits.Pieces:
		return x.fail(&faultNoSuchPlace, a, s)
	}
	from, to, pad, bad := x.room(s, a)
	if bad != nil {
		return x.fail(bad, a, s)
	}
	var e encoder
	e.begin(x.delims, &x.text)
	text, bad := value(&e, pad)
	if bad != nil {
		return x.fail(bad, a, s)
	}
	y, ok := x.within(s, from, to, text)
	if !ok {
		if y, err = x.splice(from, to, text); err != nil {
			return err
		}
	}
	// What was written is where it should be, and nothing else has moved.
	after := Segment{y, s.n}
	if len(y.segs) != len(x.segs) || after.Len() != max(s.Len(), a.Field) {
		return x.fail(&faultWouldSplit, a, s)
	}
	if got := after.at(a); !got.OK() || !bytes.Equal(got.Raw(), text[len(pad):]) {
		return x.fail(&faultWouldSplit, a, s)
	}
	m.x = y
	return nil
}

// at finds the place that an address names within the segment.
func (s Segment) at(a Address) Value {
	f := s.Field(a.Field)
	if a.Repetition == 0 && a.Component == 0 && a.Subcomponent == 0 {
		return Value(f)
	}
	r := f.Repetition(max(a.Repetition, 1))
	if a.Component == 0 && a.Subcomponent == 0 {
		return Value(r)
	}
	c := r.Component(max(a.Component, 1))
	if a.Subcomponent == 0 {
		return Value(c)
	}
	return Value(c.Subcomponent(a.Subcomponent))
}

// room gives what a value at an address replaces, and the delimiters that are missing before it.
func (x *index) room(s Segment, a Address) (from, to int, pad []byte, bad *fault) {
	d := &x.delims
	rep, comp, sub := a.Repetition, a.Component, a.Subcomponent
	if comp > 0 || sub > 0 {
		rep = max(rep, 1)
	}
	if sub > 0 {
		comp = max(comp, 1)
	}
	missing := func(delim byte, n int) {
		switch {
		case n <= 0:
		case delim == 0:
			bad = &faultNoDelimiter
		default:
			pad = append(pad, bytes.Repeat([]byte{delim}, n)...)
		}
	}
	tail := func(end int) (int, int, []byte, *fault) { return end, end, pad, bad }
	whole := func(p span) (int, int, []byte, *fault) {
		return p.Offset(), int(x.marks[p.last] >> posShift), pad, bad
	}
	end := func(p span) int { return int(x.marks[p.last] >> posShift) }
	f := s.Field(a.Field)
	if !f.OK() {
		missing(d.Field, a.Field-s.Len())
		missing(d.Repetition, rep-1)
		missing(d.Component, comp-1)
		missing(d.Subcomponent, sub-1)
		return tail(int(x.marks[x.lastMark(int(s.n))] >> posShift))
	}
	if rep == 0 {
		return whole(f.span)
	}
	r := f.Repetition(rep)
	if !r.OK() {
		missing(d.Repetition, rep-f.Len())
		missing(d.Component, comp-1)
		missing(d.Subcomponent, sub-1)
		return tail(end(f.span))
	}
	if comp == 0 {
		return whole(r.span)
	}
	c := r.Component(comp)
	if !c.OK() {
		missing(d.Component, comp-r.Len())
		missing(d.Subcomponent, sub-1)
		return tail(end(r.span))
	}
	if sub == 0 {
		return whole(c.span)
	}
	if p := c.Subcomponent(sub); p.OK() {
		return whole(p.span)
	}
	missing(d.Subcomponent, sub-c.Len())
	return tail(end(c.span))
}

// splice makes the index of a message in which text stands in place of some of its bytes.
func (x *index) splice(from, to int, text []byte) (*index, error) {
	data := slices.Concat(x.data[:from], text, x.data[to:])
	y := &index{limits: x.limits, option: x.option, wide: x.wide}
	if x.wide != nil {
		y.source = x.wide.bytes(data)
	}
	if len(data) > y.limits.Bytes {
		return nil, faultMaxBytes.at(0, "", 0, 0)
	}
	if e := y.readText(data); e != nil {
		return nil, e
	}
	if !x.text.ascii && y.text.named != x.text.named {
		// A broken character in the header had swallowed a separator: all bytes would now be read otherwise.
		return nil, faultFixedCharset.at(1, "MSH", 18, x.from)
	}
	return y, nil
}
