package hl7v2

import (
	"io"
	"iter"
	"unsafe"
)

// Options steer the reading of messages. The zero value is right.
type Options struct {
	Limits Limits
	// Charset is a name from table 0211 for messages that do not name theirs in MSH-18, or name one that is not known.
	// Empty means UTF-8 where the bytes are UTF-8, else ISO 8859-1.
	Charset string
}

// Message is one HL7 v2 message over the bytes it was read from (chapter 2, 2.5). It holds no copies: an index of offsets says
// where segments, fields, repetitions, components and subcomponents lie, and which of them hold escapes.
//
// A message that is not changed may be used by many goroutines at once, and its bytes must not be changed meanwhile: the
// strings that it gives point into them. A change (Set, Delete and their like) makes new bytes and a new index; what was taken from
// the message before stays as it was. Reading another message into it ([Message.Read]) does end what was taken before.
type Message struct{ x *index }

// Parse reads one message. It fails where the input does not begin with a header that names its delimiters, holds more than one message, or is
// beyond a limit; all else is kept as it is, at its place. Errors are of type *Error: they name segment, field and byte.
func Parse(data []byte, o Options) (*Message, error) {
	m := &Message{}
	if err := m.Read(data, o); err != nil {
		return nil, err
	}
	return m, nil
}

// Read reads another message into m, whose memory it uses again. What was taken from m before must not be used afterwards.
func (m *Message) Read(data []byte, o Options) error {
	if m.x == nil {
		m.x = &index{}
	}
	m.x.limits, m.x.option = o.Limits.filled(), o.Charset
	if e := m.x.read(data); e != nil {
		m.x = nil
		return e
	}
	return nil
}

// Bytes gives the message as it was read, to the byte, with what was changed. They must not be changed.
func (m *Message) Bytes() []byte {
	switch {
	case m.x == nil:
		return nil
	case m.x.source != nil:
		return m.x.source
	}
	return m.x.data
}

// WriteTo writes the message as it was read, with what was changed.
func (m *Message) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(m.Bytes())
	return int64(n), err
}

// Delimiters gives the characters that the header names.
func (m *Message) Delimiters() Delimiters {
	if m.x == nil {
		return Delimiters{}
	}
	return m.x.delims
}

// Len gives the number of pieces, which is one more than the largest number of a leaf.
func (m *Message) Len() int {
	if m.x == nil {
		return 0
	}
	return len(m.x.marks)
}

// Segments gives all segments in their order.
func (m *Message) Segments() iter.Seq[Segment] {
	return func(yield func(Segment) bool) {
		for i := range m.SegmentCount() {
			if !yield(Segment{m.x, int32(i)}) {
				return
			}
		}
	}
}

// SegmentCount gives the number of segments. Blank lines are none.
func (m *Message) SegmentCount() int {
	if m.x == nil {
		return 0
	}
	return len(m.x.segs)
}

// SegmentAt gives the segment of a number, counted from 0; the absent one where there is none.
func (m *Message) SegmentAt(i int) Segment {
	if i < 0 || i >= m.SegmentCount() {
		return Segment{}
	}
	return Segment{m.x, int32(i)}
}

// All gives the segments of a name, in their order.
func (m *Message) All(name string) iter.Seq[Segment] {
	return func(yield func(Segment) bool) {
		id := segmentID(name)
		if m.x == nil || id == 0 {
			return
		}
		for i := range m.x.segs {
			if m.x.segs[i].id == id && !yield(Segment{m.x, int32(i)}) {
				return
			}
		}
	}
}

// Segment gives the n-th segment of a name, counted from 1; the absent one where there is none.
func (m *Message) Segment(name string, n int) Segment {
	for s := range m.All(name) {
		if n--; n == 0 {
			return s
		}
	}
	return Segment{}
}

// Leaves gives every leaf: the pieces in fields that hold something, MSH-1 and MSH-2 among them.
func (m *Message) Leaves() iter.Seq[Subcomponent] {
	return func(yield func(Subcomponent) bool) {
		for i := range m.Len() {
			if m.IsLeaf(i) && !yield(Subcomponent{span{m.x, int32(i), int32(i)}}) {
				return
			}
		}
	}
}

// IsLeaf says whether piece i is a leaf: whether it stands in a field and holds something. A line that is no segment holds leaves
// from its start; the name of a segment is none.
func (m *Message) IsLeaf(i int) bool {
	x := m.x
	if i < 0 || i >= m.Len() || !x.holds(i) {
		return false
	}
	if i > 0 && x.marks[i-1]&kindMask != endSegment {
		return true
	}
	return x.segs[x.segmentOf(x.begin(i))].id == 0
}

// Leaf gives piece i, which need not hold anything.
func (m *Message) Leaf(i int) Subcomponent {
	if i < 0 || i >= m.Len() {
		return Subcomponent{}
	}
	return Subcomponent{span{m.x, int32(i), int32(i)}}
}

// Type gives the three components of MSH-9: the type of the message, its event, and its structure.
func (m *Message) Type() (code, event, structure string) {
	f := m.SegmentAt(0).Field(9).Repetition(1)
	return f.Component(1).String(), f.Component(2).String(), f.Component(3).String()
}

// ControlID gives MSH-10.
func (m *Message) ControlID() string { return m.SegmentAt(0).Field(10).String() }

// Version gives the version that MSH-12 names, such as 2.5.1.
func (m *Message) Version() string {
	return m.SegmentAt(0).Field(12).Repetition(1).Component(1).String()
}

// view gives bytes, which do not change, as a string.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
