package hl7v2

import (
	"strconv"
	"strings"
)

// Address names a place in a message as people write it: PID-5[2].1, OBX[3]-5[1].2.1, ORDER_OBSERVATION[2].OBR-4. Numbers
// count from 1, and 0 says nothing: the first segment or group, the whole segment, the whole field, component or subcomponent.
type Address struct {
	Groups       []GroupStep // from the outside in; groups between may be left out
	Segment      string
	Occurrence   int // among the segments of this name in the message, or in the group
	Field        int
	Repetition   int
	Component    int
	Subcomponent int
}

// GroupStep is one group of an address: its name, and which of those it is.
type GroupStep struct {
	Name       string
	Occurrence int
}

// ParseAddress reads an address. It also takes a dot before the field (PID.5.1) and a hyphen before inner parts (PID-5-1).
func ParseAddress(s string) (Address, error) {
	var a Address
	rest, offset := s, 0
	for {
		name := rest[:nameLength(rest)]
		if name == "" {
			return Address{}, faultAddress.at(0, "", 0, offset)
		}
		rest = rest[len(name):]
		n, tail, ok := bracket(rest)
		if !ok {
			return Address{}, faultAddress.at(0, "", 0, offset+len(name))
		}
		rest = tail
		offset = len(s) - len(rest)
		if more := strings.HasPrefix(rest, ".") && nameLength(rest[1:]) > 0 && !isDigit(rest[1]); more || !isSegmentName(name) {
			if !more {
				return Address{}, faultAddress.at(0, "", 0, offset)
			}
			a.Groups = append(a.Groups, GroupStep{name, n})
			rest, offset = rest[1:], offset+1
			continue
		}
		a.Segment, a.Occurrence = name, n
		break
	}
	for i, part := range []*int{&a.Field, &a.Component, &a.Subcomponent} {
		if rest == "" {
			return a, nil
		}
		if rest[0] != '.' && rest[0] != '-' {
			break
		}
		n, tail, ok := number(rest[1:])
		if !ok {
			return Address{}, faultAddress.at(0, "", 0, len(s)-len(rest)+1)
		}
		*part, rest = n, tail
		if i == 0 {
			if a.Repetition, rest, ok = bracket(rest); !ok {
				return Address{}, faultAddress.at(0, "", 0, len(s)-len(tail))
			}
		}
	}
	if rest != "" {
		return Address{}, faultAddress.at(0, "", 0, len(s)-len(rest))
	}
	return a, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// nameLength is how many capitals, digits and underscores a text begins with, the first of them no digit.
func nameLength(s string) int {
	i := 0
	for i < len(s) && (s[i] >= 'A' && s[i] <= 'Z' || s[i] == '_' || i > 0 && isDigit(s[i])) {
		i++
	}
	return i
}

// bracket reads [n] where it stands; n is 0 where it does not.
func bracket(s string) (n int, rest string, ok bool) {
	if !strings.HasPrefix(s, "[") {
		return 0, s, true
	}
	if n, rest, ok = number(s[1:]); !ok || !strings.HasPrefix(rest, "]") {
		return 0, s, false
	}
	return n, rest[1:], true
}

// number reads a number from 1 up.
func number(s string) (n int, rest string, ok bool) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		if n = n*10 + int(s[i]-'0'); n > maxOffset {
			return 0, s, false
		}
		i++
	}
	return n, s[i:], n > 0
}

// String writes the address as ParseAddress reads it.
func (a Address) String() string {
	var b []byte
	place := func(n int) {
		if n > 0 {
			b = append(b, '[')
			b = append(strconv.AppendInt(b, int64(n), 10), ']')
		}
	}
	for _, g := range a.Groups {
		b = append(b, g.Name...)
		place(g.Occurrence)
		b = append(b, '.')
	}
	b = append(b, a.Segment...)
	place(a.Occurrence)
	if a.Field > 0 {
		b = strconv.AppendInt(append(b, '-'), int64(a.Field), 10)
		place(a.Repetition)
		if c := max(a.Component, min(a.Subcomponent, 1)); c > 0 {
			b = strconv.AppendInt(append(b, '.'), int64(c), 10)
			if a.Subcomponent > 0 {
				b = strconv.AppendInt(append(b, '.'), int64(a.Subcomponent), 10)
			}
		}
	}
	return string(b)
}

// Value is what an address leads to: a field, a repetition, a component or a subcomponent. The zero Value is absent.
type Value struct{ span }

// At gives what stands at an address that names a field or a part of one; the absent value where there is nothing, or where
// the address is none. The first segment, repetition and component are taken where the address names a part of them only.
func (m *Message) At(address string) Value {
	a, err := ParseAddress(address)
	if err != nil {
		return Value{}
	}
	return m.Find(a)
}

// Get gives the value at an address, decoded; "" where there is none. See [Message.At] for its state.
func (m *Message) Get(address string) string { return m.At(address).String() }

// Find is At for an address that was read before.
func (m *Message) Find(a Address) Value {
	s := m.FindSegment(a)
	if !s.OK() || a.Field == 0 {
		return Value{}
	}
	return s.at(a)
}

// FindSegment gives the segment that an address names.
func (m *Message) FindSegment(a Address) Segment {
	if len(a.Groups) == 0 {
		return m.Segment(a.Segment, max(a.Occurrence, 1))
	}
	g := m.Tree()
	for _, step := range a.Groups {
		if g = g.Find(step.Name, max(step.Occurrence, 1)); g == nil {
			return Segment{}
		}
	}
	return g.FindSegment(a.Segment, max(a.Occurrence, 1))
}

// Position gives where in the message something stands, for a report: the name of its place, the number of the segment counted
// from 1, and the byte in the segment, counted from 1. The path holds no name but those that HL7 defines and those of Z segments.
func (s span) Position() (path string, line, column int) {
	if s.x == nil {
		return "", 0, 0
	}
	return s.x.position(s)
}

// Position gives the path of the segment, its number in the message counted from 1, and 1.
func (s Segment) Position() (path string, line, column int) {
	if s.x == nil {
		return "", 0, 0
	}
	return s.x.path(int(s.n)), int(s.n) + 1, 1
}

// path gives the name of a segment with its place among those of the same name, where there are several.
func (x *index) path(i int) string {
	name := x.nameOf(i)
	if name == "" {
		return "segment[" + strconv.Itoa(i+1) + "]"
	}
	if n, alone := x.occurrence(i); !alone {
		return name + "[" + strconv.Itoa(n) + "]"
	}
	return name
}

// occurrence gives the place of a segment among those of the same name, counted from 1, and whether it is the only one. The places
// are counted once for a message, by whoever asks first.
func (x *index) occurrence(i int) (n int, alone bool) {
	places := x.places.Load()
	if places == nil {
		all := x.count()
		places = &all
		x.places.Store(places)
	}
	if n := (*places)[i]; n > 0 {
		return int(n), false
	}
	return 1, true
}

// count gives the place of each segment among those of the same name; -1 for one that is alone.
func (x *index) count() []int32 {
	var room [48]struct {
		id   uint32
		last int32 // the segment of this name that came last
	}
	names := room[:0]
	all := make([]int32, len(x.segs))
next:
	for k := range x.segs {
		id := x.segs[k].id
		for i := range names {
			if n := &names[i]; n.id == id {
				all[k] = max(all[n.last], 1) + 1
				all[n.last] = max(all[n.last], 1)
				n.last = int32(k)
				continue next
			}
		}
		all[k] = -1
		names = append(names, struct {
			id   uint32
			last int32
		}{id, int32(k)})
	}
	return all
}

// position names a run of pieces by the address of the first.
func (x *index) position(s span) (path string, line, column int) {
	at := s.Offset()
	i := x.segmentOf(at)
	a := x.addressIn(i, s)
	b := []byte(x.path(i))
	b = strconv.AppendInt(append(b, '-'), int64(a.Field), 10)
	if a.Repetition > 0 {
		b = append(strconv.AppendInt(append(b, '['), int64(a.Repetition), 10), ']')
	}
	if a.Component > 0 {
		b = strconv.AppendInt(append(b, '.'), int64(a.Component), 10)
	}
	if a.Subcomponent > 0 {
		b = strconv.AppendInt(append(b, '.'), int64(a.Subcomponent), 10)
	}
	return string(b), i + 1, at - int(x.segs[i].start) + 1
}

// addressIn finds field, repetition, component and subcomponent of a run of pieces in segment i. A level that s holds several
// parts of, or that has but one part, is 0.
func (x *index) addressIn(i int, s span) Address {
	seg := Segment{x, int32(i)}
	a := Address{Segment: x.nameOf(i)}
	base, end := int(x.segs[i].field), int(x.segs[i].field)+seg.Len()
	lo, hi := base, end // the first field whose last piece is not before s
	for lo < hi {
		mid := (lo + hi) / 2
		if int32(x.fields[mid]) < s.first {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	a.Field = lo - base
	first := int32(x.segs[i].mark)
	if a.Field > 0 {
		first = int32(x.fields[lo-1]) + 1
	}
	within := span{x, first, int32(x.fields[lo])}
	for _, level := range []struct {
		kind uint32
		n    *int
	}{{endRep, &a.Repetition}, {endComp, &a.Component}, {endSub, &a.Subcomponent}} {
		if within == s {
			return a
		}
		if within.count(level.kind) == 1 {
			continue
		}
		for n, from := 1, within.first; from <= within.last; n++ {
			end := within.endOf(from, level.kind)
			if from <= s.first && s.last <= end {
				*level.n, within = n, span{x, from, end}
				break
			}
			from = end + 1
		}
		if *level.n == 0 {
			return a
		}
	}
	return a
}

// Address gives the address of the place within the message, with the place of its segment among those of its name.
func (s span) Address() Address {
	if s.x == nil {
		return Address{}
	}
	i := s.x.segmentOf(s.Offset())
	a := s.x.addressIn(i, s)
	a.Occurrence, _ = s.x.occurrence(i)
	if b := s.x.segs[i]; a.Segment == "" && b.id != 0 {
		a.Segment = Segment{s.x, int32(i)}.Name()
	}
	return a
}
