package hl7v2

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/portage-health/portage/record"
)

// messageOut is a message being made: its segments, each with what stands in it by place.
type messageOut struct {
	kind, event, structure string
	source                 string // the id of the source that it was, "" for a new message
	encounter              string // the id of the encounter that PV1 tells of
	version, charset       string
	segs                   []*segmentOut
	line                   int // of the segment written last
}

// isPlain reports whether all of a message is ASCII: then any character set that it named still holds.
func (m *messageOut) isPlain() bool {
	for _, s := range m.segs {
		for _, c := range s.cells {
			if !isASCII([]byte(c.text)) {
				return false
			}
		}
	}
	return true
}

// segmentOut is a segment being made.
type segmentOut struct {
	name  string
	owner string // the id of the entry that it tells of
	line  int    // where it stood in its message, counted from 1; 0 where it is not known
	order int    // where it goes: its line, or that of the one before it
	cells []cell
}

// cell is what stands at one place of a segment, escaped as in a message of UTF-8 with the standard delimiters.
type cell struct {
	key  uint64 // field, repetition, component, subcomponent, 16 bits each; 0 is all of it
	text string
}

func keyOf(field, rep, comp, sub int) uint64 {
	return uint64(field)<<48 | uint64(rep)<<32 | uint64(comp)<<16 | uint64(sub)
}

// segment begins a segment that tells of an entry. line is where it stood in its message; 0 puts it behind the one before it.
func (w *sender) segment(name, owner string, line int) *segmentOut {
	if line > 0 {
		w.m.line = line
	}
	s := &segmentOut{name: name, owner: owner, line: line, order: w.m.line}
	w.m.segs = append(w.m.segs, s)
	return s
}

// drop takes back the segment begun last if nothing was written to it.
func (w *sender) dropEmpty(s *segmentOut) {
	if n := len(w.m.segs); n > 0 && w.m.segs[n-1] == s && len(s.cells) == 0 {
		w.m.segs = w.m.segs[:n-1]
	}
}

// lineOf gives where in the source of the message at hand an entry's segment of a name stood.
func (w *sender) lineOf(e *record.Entry, name string) int {
	if w.m.source == "" {
		return 0
	}
	for _, o := range e.Origins {
		if o.Source == w.m.source && (o.Path == name || strings.HasPrefix(o.Path, name+"[")) {
			return o.Line
		}
	}
	return 0
}

// spot is a place in a segment whose parts have numbers: a repetition, whose parts are components, or a component.
type spot struct {
	s                     *segmentOut
	field, rep, comp, sub int
	off                   int // parts are counted from there
}

// at gives the first repetition of a field.
func (s *segmentOut) at(field int) spot { return spot{s: s, field: field, rep: 1} }

// next gives the repetition of a field behind those that are there.
func (s *segmentOut) next(field int) spot {
	n := 0
	for _, c := range s.cells {
		if int(c.key>>48) == field {
			n = max(n, int(c.key>>32&0xffff))
		}
	}
	return spot{s: s, field: field, rep: n + 1}
}

// has reports whether anything stands in a field.
func (s *segmentOut) has(field int) bool {
	return slices.ContainsFunc(s.cells, func(c cell) bool { return int(c.key>>48) == field })
}

// at gives a part by its number, counted from 1.
func (p spot) at(n int) spot {
	n += p.off
	switch {
	case p.s == nil:
	case p.comp == 0:
		p.comp = n
	case p.sub == 0:
		p.sub = n
	case n != 1:
		return spot{}
	}
	p.off = 0
	return p
}

// from gives the parts from number n on.
func (p spot) from(n int) spot {
	p.off += n - 1
	return p
}

// inComponents makes a repetition's first component the place, whose parts are then subcomponents.
func (p spot) key() uint64 { return keyOf(p.field, p.rep, max(p.comp, 1), max(p.sub, 1)) }

// null is what deletes what the receiver has (chapter 2, 2.5.3).
const null = `""`

// put writes a value at a place, escaped. It says whether the value stands there: not where the place is none, or is taken.
func (w *sender) put(p spot, value string) bool {
	if value == "" {
		return false
	}
	b, bad := w.enc.append(nil, value)
	return bad == nil && p.raw(string(b))
}

// putNull writes null at a place.
func (p spot) putNull() bool { return p.raw(null) }

// raw writes what is escaped already.
func (p spot) raw(text string) bool {
	if p.s == nil || p.rep > 0xffff || p.comp > 0xffff || p.sub > 0xffff {
		return false
	}
	if p.off > 0 {
		p = p.at(1)
	}
	return p.s.set(p.key(), text)
}

func (s *segmentOut) set(key uint64, text string) bool {
	for _, c := range s.cells {
		if c.key == key {
			return c.text == text
		}
	}
	s.cells = append(s.cells, cell{key, text})
	return true
}

// write writes the segment.
func (s *segmentOut) write(mw *Writer) {
	if s.name != "MSH" {
		mw.Segment(s.name)
	}
	slices.SortStableFunc(s.cells, func(a, b cell) int { return cmp.Compare(a.key, b.key) })
	for _, c := range s.cells {
		mw.PutER7(int(c.key>>48), int(c.key>>32&0xffff), int(c.key>>16&0xffff), int(c.key&0xffff), c.text)
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

// str writes a string and clears it.
func (w *sender) str(p spot, v *string) {
	if w.put(p, *v) {
		*v = ""
	}
}

// lines writes a text of several lines, each as a repetition, and clears it.
func (w *sender) lines(s *segmentOut, field int, v *string) {
	if *v == "" || s.has(field) {
		return
	}
	if strings.HasSuffix(*v, "\n") || strings.HasPrefix(*v, "\n") || strings.ContainsAny(*v, "\r") {
		w.str(s.at(field), v)
		return
	}
	for i, line := range strings.Split(*v, "\n") {
		w.put(spot{s: s, field: field, rep: i + 1}, line)
	}
	*v = ""
}

// pieces writes a text that delimiters divided when it was read, as they were nobody's to escape: so it came, and so it goes back. In a new
// message it is one text.
func (w *sender) pieces(p spot, v *string, delimiter string) {
	if w.m.source == "" || !strings.Contains(*v, delimiter) {
		w.str(p, v)
		return
	}
	for i, piece := range strings.Split(*v, delimiter) {
		w.put(p.at(i+1), piece)
	}
	*v = ""
}

// flow writes a text whose lines are broken by the format's own escape (chapter 2, 2.7.6), and clears it.
func (w *sender) flow(p spot, v *string) {
	if *v == "" {
		return
	}
	var b []byte
	for i, line := range strings.Split(*v, "\n") {
		if i > 0 {
			b = append(b, `\.br\`...)
		}
		var bad *fault
		if b, bad = w.enc.append(b, line); bad != nil {
			return
		}
	}
	if p.raw(string(b)) {
		*v = ""
	}
}
