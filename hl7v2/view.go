package hl7v2

import "iter"

// State says in which of its four ways a place says something (chapter 2, 2.5.3): null is an order to delete, empty and absent
// are none.
type State uint8

// The states.
const (
	Absent State = iota // the place is not there: the segment, the field or the component ends before
	Empty               // there is nothing between the delimiters
	Null                // "" stands there: the receiver is to delete what it has
	Valued              // there is a value
)

func (s State) String() string { return [...]string{"absent", "empty", "null", "valued"}[s&3] }

// Segment is one segment of a message. The zero Segment is absent, and so is all within it.
type Segment struct {
	x *index
	n int32
}

// OK says whether the segment is there.
func (s Segment) OK() bool { return s.x != nil }

// Index gives its number in the message, counted from 0.
func (s Segment) Index() int { return int(s.n) }

// Name gives its name in capitals, "" for a line that is no segment: what it holds then stands in field 0 and those after it.
func (s Segment) Name() string {
	if s.x == nil || s.x.segs[s.n].id == 0 {
		return ""
	}
	id := s.x.segs[s.n].id
	at := s.x.segs[s.n].start
	if b := s.x.data[at : at+3]; uint32(b[0])<<16|uint32(b[1])<<8|uint32(b[2]) == id {
		return view(b)
	}
	return string([]byte{byte(id >> 16), byte(id >> 8), byte(id)})
}

// Is says whether the segment has this name.
func (s Segment) Is(name string) bool {
	return s.x != nil && s.x.segs[s.n].id != 0 && s.x.segs[s.n].id == segmentID(name)
}

// id is its name as the index has it; 0 for none.
func (s Segment) id() uint32 {
	if s.x == nil {
		return 0
	}
	return s.x.segs[s.n].id
}

func (s Segment) is(id uint32) bool { return s.x != nil && s.x.segs[s.n].id == id }

// Raw gives the bytes of the segment without what ends it.
func (s Segment) Raw() []byte {
	if s.x == nil {
		return nil
	}
	to := s.x.marks[s.x.lastMark(int(s.n))] >> posShift
	return s.x.data[s.x.segs[s.n].start:to:to]
}

// Offset gives where the segment begins, in bytes from the start of the input.
func (s Segment) Offset() int {
	if s.x == nil {
		return 0
	}
	return int(s.x.segs[s.n].start)
}

// Next gives the segment after this one.
func (s Segment) Next() Segment {
	if s.x == nil || int(s.n)+1 >= len(s.x.segs) {
		return Segment{}
	}
	return Segment{s.x, s.n + 1}
}

// Pieces gives the numbers of its first and its last piece.
func (s Segment) Pieces() (first, last int) {
	if s.x == nil {
		return 0, -1
	}
	return int(s.x.segs[s.n].mark), s.x.lastMark(int(s.n))
}

// Len gives the number of its fields, which is that of the last one.
func (s Segment) Len() int {
	if s.x == nil {
		return 0
	}
	end := len(s.x.fields)
	if int(s.n)+1 < len(s.x.segs) {
		end = int(s.x.segs[s.n+1].field)
	}
	return end - int(s.x.segs[s.n].field) - 1
}

// Field gives field n as HL7 counts, from 1; in a header MSH-1 is the field separator. Field 0 is there only in a line that
// is no segment: what stands before the first separator.
func (s Segment) Field(n int) Field {
	if n < 0 || n > s.Len() || s.x == nil || n == 0 && s.x.segs[s.n].id != 0 {
		return Field{}
	}
	if s.x.hidden != nil && s.x.hidden[int64(s.n)<<32|int64(n)] {
		return Field{}
	}
	base := int(s.x.segs[s.n].field) + n
	if n == 0 {
		return Field{span{s.x, int32(s.x.segs[s.n].mark), int32(s.x.fields[base])}}
	}
	return Field{span{s.x, int32(s.x.fields[base-1]) + 1, int32(s.x.fields[base])}}
}

// Fields gives all fields with their numbers.
func (s Segment) Fields() iter.Seq2[int, Field] {
	return func(yield func(int, Field) bool) {
		for n := range s.Len() + 1 {
			if f := s.Field(n); f.OK() && !yield(n, f) {
				return
			}
		}
	}
}

// span is a run of pieces: the numbers of the first and the last.
type span struct {
	x           *index
	first, last int32
}

// OK says whether the place is there.
func (s span) OK() bool { return s.x != nil }

// Raw gives its bytes as sent, escapes and inner delimiters and all.
func (s span) Raw() []byte {
	if s.x == nil {
		return nil
	}
	return s.x.bytesOf(int(s.first), int(s.last))
}

// Offset gives where it begins, in bytes from the start of the input (of its text as UTF-8, where it came as UTF-16 or UTF-32).
func (s span) Offset() int {
	if s.x == nil {
		return 0
	}
	return min(s.x.begin(int(s.first)), int(s.x.marks[s.first]>>posShift))
}

// State says whether it is absent, empty, null or valued.
func (s span) State() State {
	if s.x == nil {
		return Absent
	}
	switch b := s.Raw(); {
	case len(b) == 0:
		return Empty
	case len(b) == 2 && b[0] == '"' && b[1] == '"':
		return Null
	}
	return Valued
}

// Valued says whether there is a value, which is neither empty nor null.
func (s span) Valued() bool { return s.State() == Valued }

// Pieces gives the numbers of its first and its last piece; leaves are among them.
func (s span) Pieces() (first, last int) {
	if s.x == nil {
		return 0, -1
	}
	return int(s.first), int(s.last)
}

// Leaves gives the leaves within it.
func (s span) Leaves() iter.Seq[Subcomponent] {
	return func(yield func(Subcomponent) bool) {
		if s.x == nil {
			return
		}
		for i := s.first; i <= s.last; i++ {
			if s.x.holds(int(i)) && !yield(Subcomponent{span{s.x, i, i}}) {
				return
			}
		}
	}
}

// part gives the n-th part, counted from 1, of those that marks of a kind or above end.
func (s span) part(n int, kind uint32) span {
	if s.x == nil || n < 1 {
		return span{}
	}
	from := s.first
	for i := s.first; i < s.last; i++ {
		if s.x.marks[i]&kindMask >= kind {
			if n--; n == 0 {
				return span{s.x, from, i}
			}
			from = i + 1
		}
	}
	if n == 1 {
		return span{s.x, from, s.last}
	}
	return span{}
}

// count gives the number of such parts.
func (s span) count(kind uint32) int {
	if s.x == nil {
		return 0
	}
	n := 1
	for _, w := range s.x.marks[s.first:s.last] {
		if w&kindMask >= kind {
			n++
		}
	}
	return n
}

// endOf gives the last piece of the part that begins with a piece.
func (s span) endOf(from int32, kind uint32) int32 {
	marks := s.x.marks
	for i := from; i < s.last; i++ {
		if marks[i]&kindMask >= kind {
			return i
		}
	}
	return s.last
}

// Field is one field, with all its repetitions. The zero Field is absent.
type Field struct{ span }

// Repetition is one repetition of a field.
type Repetition struct{ span }

// Component is one component of a repetition.
type Component struct{ span }

// Subcomponent is one subcomponent of a component: the smallest piece of a message. One that holds something is a leaf.
type Subcomponent struct{ span }

// Len gives the number of repetitions: 1 where the field is empty.
func (f Field) Len() int { return f.count(endRep) }

// Repetition gives repetition n, counted from 1.
func (f Field) Repetition(n int) Repetition { return Repetition{f.part(n, endRep)} }

// Repetitions gives all repetitions with their numbers.
func (f Field) Repetitions() iter.Seq2[int, Repetition] {
	return func(yield func(int, Repetition) bool) {
		if f.x == nil {
			return
		}
		for n, from := 1, f.first; from <= f.last; n++ {
			end := f.endOf(from, endRep)
			if !yield(n, Repetition{span{f.x, from, end}}) {
				return
			}
			from = end + 1
		}
	}
}

// Component gives component n of the first repetition.
func (f Field) Component(n int) Component { return f.Repetition(1).Component(n) }

// Len gives the number of components.
func (r Repetition) Len() int { return r.count(endComp) }

// Component gives component n, counted from 1. A field without components is its own first one.
func (r Repetition) Component(n int) Component { return Component{r.part(n, endComp)} }

// Components gives all components with their numbers.
func (r Repetition) Components() iter.Seq2[int, Component] {
	return func(yield func(int, Component) bool) {
		if r.x == nil {
			return
		}
		for n, from := 1, r.first; from <= r.last; n++ {
			end := r.endOf(from, endComp)
			if !yield(n, Component{span{r.x, from, end}}) {
				return
			}
			from = end + 1
		}
	}
}

// Len gives the number of subcomponents.
func (c Component) Len() int { return c.count(endSub) }

// Subcomponent gives subcomponent n, counted from 1. A component without subcomponents is its own first one.
func (c Component) Subcomponent(n int) Subcomponent { return Subcomponent{c.part(n, endSub)} }

// Subcomponents gives all subcomponents with their numbers.
func (c Component) Subcomponents() iter.Seq2[int, Subcomponent] {
	return func(yield func(int, Subcomponent) bool) {
		if c.x == nil {
			return
		}
		for n, from := 1, c.first; from <= c.last; n++ {
			end := c.endOf(from, endSub)
			if !yield(n, Subcomponent{span{c.x, from, end}}) {
				return
			}
			from = end + 1
		}
	}
}

// Index gives the number of the piece, which a ledger may know it by.
func (s Subcomponent) Index() int { return int(s.first) }
