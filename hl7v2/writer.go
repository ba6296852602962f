package hl7v2

import (
	"bytes"
	"slices"
)

// Writer writes a message from its start to its end. Delimiters are written as they are needed: what is empty behind the last value of
// a segment, a field or a component takes no room. Errors stick: see [Writer.Message]. It is for one goroutine.
type Writer struct {
	buf  []byte
	enc  encoder
	text charset
	at   [4]int // field, repetition, component, subcomponent of where the writer stands
	seg  int    // segments begun
	name string
	err  *Error
}

// NewWriter begins a message with these delimiters (the zero Delimiters are the standard ones) in a character set of table 0211 ("" is
// ASCII: what is beyond cannot be written). The header is there as far as MSH-2; MSH-18 is left to the caller, as it is to say.
func NewWriter(d Delimiters, charset string) (*Writer, error) {
	w := &Writer{}
	return w, w.Reset(d, charset)
}

// Reset begins another message with the memory of the last one, whose bytes must not be used any more.
func (w *Writer) Reset(d Delimiters, set string) error {
	if d == (Delimiters{}) {
		d = StandardDelimiters()
	}
	if !d.valid() {
		return faultEncoding.at(1, "MSH", 2, 0)
	}
	def := charsetASCII
	if set != "" {
		def = charsetNamed([]byte(set))
	}
	if def == nil || def.form == formWide {
		return faultCharset.at(1, "MSH", 18, 0)
	}
	w.text = charset{set: def, declared: true}
	w.enc.begin(d, &w.text)
	w.buf = append(append(append(w.buf[:0], "MSH"...), d.Field), d.encoding()...)
	w.at, w.seg, w.name, w.err = [4]int{2, 1, 1, 1}, 1, "MSH", nil
	return nil
}

// Segment ends the last segment and begins one of this name.
func (w *Writer) Segment(name string) {
	if w.err != nil {
		return
	}
	if !isSegmentName(name) || name == "MSH" {
		w.fail(&faultSegmentName)
		return
	}
	w.buf = append(append(w.buf, '\r'), name...)
	w.at, w.name = [4]int{0, 1, 1, 1}, name
	w.seg++
}

// Put writes a value at a place of the segment, which must lie behind the last one. Numbers count from 1; 0 means 1. "" writes nothing.
func (w *Writer) Put(field, repetition, component, subcomponent int, value string) {
	if value == "" || len(value) <= short && subcomponent <= 1 && w.putNext(field, max(repetition, 1), max(component, 1), value) || !w.move(field, repetition, component, subcomponent) {
		return
	}
	if n := len(value); n <= short && value != `""` { // most values: looked at and copied in one go
		at := len(w.buf)
		w.buf = slices.Grow(w.buf, short)
		to := w.buf[at : at+n]
		other := uint8(0)
		for i := range to {
			c := value[i]
			to[i] = c
			other |= w.enc.other[c]
		}
		if other == 0 {
			w.buf = w.buf[:at+n]
			return
		}
	}
	var bad *fault
	if w.buf, bad = w.enc.append(w.buf, value); bad != nil {
		w.fail(bad)
	}
}

// short is how long most values are at most: those are looked at and copied in one go.
const short = 16

// putNext writes a short value that needs no escape to a further field, or to a further component of the repetition at hand, with the delimiters before
// it; false, and nothing, where the value or the place is another.
func (w *Writer) putNext(field, repetition, component int, value string) bool {
	at := &w.at
	c, n := byte(0), 0
	switch {
	case w.err != nil:
	case field > at[0] && repetition == 1 && component == 1:
		c, n = w.enc.delims.Field, field-at[0]
	case field == at[0] && repetition == at[1] && component > at[2]:
		c, n = w.enc.delims.Component, component-at[2]
	}
	if c == 0 || n > short {
		return false
	}
	from := len(w.buf)
	buf := slices.Grow(w.buf, 2*short)
	to := buf[from : from+n]
	for i := range to {
		to[i] = c
	}
	to = buf[from+n : from+n+len(value)]
	other := uint8(0)
	for i := range to {
		b := value[i]
		to[i] = b
		other |= w.enc.other[b]
	}
	if other != 0 || value == null {
		return false
	}
	w.buf = buf[:from+n+len(value)]
	at[0], at[1], at[2], at[3] = field, repetition, component, 1
	return true
}

// PutNull writes null at a place.
func (w *Writer) PutNull(field, repetition, component, subcomponent int) {
	if w.move(field, repetition, component, subcomponent) {
		w.buf = append(w.buf, `""`...)
	}
}

// PutRaw writes bytes as they are at a place: what [span.Raw] gave of a message with the same delimiters and character set. level says what they
// are: a field (all its repetitions), a repetition, a component or a subcomponent; bytes that reach beyond are refused.
func (w *Writer) PutRaw(field, repetition, component, subcomponent int, raw []byte) {
	if len(raw) == 0 || !w.move(field, repetition, component, subcomponent) {
		return
	}
	t := index{delims: w.enc.delims, text: w.text}
	look := t.masked(raw)
	above := []byte{w.enc.delims.Field, '\r', '\n', frameStart, frameEnd}
	if repetition > 0 || component > 0 || subcomponent > 0 {
		above = append(above, w.enc.delims.Repetition)
	}
	if component > 0 || subcomponent > 0 {
		above = append(above, w.enc.delims.Component)
	}
	if subcomponent > 0 {
		above = append(above, w.enc.delims.Subcomponent)
	}
	for _, c := range above {
		if c != 0 && bytes.IndexByte(look, c) >= 0 {
			w.fail(&faultWouldSplit)
			return
		}
	}
	w.buf = append(w.buf, raw...)
	switch {
	case repetition == 0 && component == 0 && subcomponent == 0:
		w.at[1], w.at[2], w.at[3] = sealed, sealed, sealed
	case component == 0 && subcomponent == 0:
		w.at[2], w.at[3] = sealed, sealed
	case subcomponent == 0:
		w.at[3] = sealed
	}
}

// sealed is a place behind which nothing can be written but at a level above.
const sealed = 1 << 30

func (w *Writer) fail(f *fault) {
	if w.err == nil {
		w.err = f.at(w.seg, safeName(segmentID(w.name)), w.at[0], len(w.buf))
	}
}

// move writes the delimiters up to a place, which must lie behind the last one.
func (w *Writer) move(field, repetition, component, subcomponent int) bool {
	if w.err != nil {
		return false
	}
	repetition, component, subcomponent = max(repetition, 1), max(component, 1), max(subcomponent, 1)
	d, at := &w.enc.delims, &w.at
	to, last := field, at[0]
	switch {
	case field != at[0]:
		w.delimit(d.Field, field-at[0])
		w.delimit(d.Repetition, repetition-1)
		w.delimit(d.Component, component-1)
		w.delimit(d.Subcomponent, subcomponent-1)
	case repetition != at[1]:
		to, last = repetition, at[1]
		w.delimit(d.Repetition, repetition-at[1])
		w.delimit(d.Component, component-1)
		w.delimit(d.Subcomponent, subcomponent-1)
	case component != at[2]:
		to, last = component, at[2]
		w.delimit(d.Component, component-at[2])
		w.delimit(d.Subcomponent, subcomponent-1)
	default:
		to, last = subcomponent, at[3]
		w.delimit(d.Subcomponent, subcomponent-at[3])
	}
	if to <= last {
		w.fail(&faultNoSuchPlace)
	}
	at[0], at[1], at[2], at[3] = field, repetition, component, subcomponent
	return w.err == nil
}

// delimit writes a delimiter n times.
func (w *Writer) delimit(c byte, n int) {
	if n == 1 && c != 0 {
		w.buf = append(w.buf, c)
	} else if n > 0 {
		w.delimits(c, n)
	}
}

func (w *Writer) delimits(c byte, n int) {
	switch {
	case c == 0:
		w.fail(&faultNoDelimiter)
		return
	case n > maxOffset:
		w.fail(&faultNoSuchPlace)
		return
	}
	for ; n > 0; n-- {
		w.buf = append(w.buf, c)
	}
}

// Bytes gives the message so far, with the end of its last segment.
func (w *Writer) Bytes() ([]byte, error) {
	if w.err != nil {
		return nil, w.err
	}
	return append(w.buf, '\r'), nil
}

// Message reads what was written. Its bytes are those of the writer.
func (w *Writer) Message() (*Message, error) {
	b, err := w.Bytes()
	if err != nil {
		return nil, err
	}
	return Parse(b, Options{Charset: w.text.set.name})
}
