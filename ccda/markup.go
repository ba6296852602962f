package ccda

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// markup appends XML to one buffer. Names are those of the library's own
// literals; whatever comes from a record is escaped.
type markup struct {
	b     []byte
	open  []element
	inTag bool    // the start tag of the innermost element still takes attributes
	spare []*kept // of elements that ended, for others
}

// element is one that is being written.
type element struct {
	name  string // with its prefix
	at    int    // where its attributes begin
	slot  string // the part of its owner that it is or lies in
	owner bool   // it is an owner's own element: see own
	kept  *kept  // what is carried for it; nil for most
}

// kept is what is carried for an element or for what lies in it.
type kept struct {
	pieces []piece
	seen   []namesake // how many of each child were written
	first  [2]piece   // room for the first of each
	names  [6]namesake
}

// keep gives an element pieces.
func (m *markup) keep(e *element, list ...piece) {
	if len(list) == 0 {
		return
	}
	if e.kept == nil {
		if n := len(m.spare) - 1; n >= 0 {
			e.kept, m.spare = m.spare[n], m.spare[:n]
		} else {
			e.kept = new(kept)
		}
		e.kept.pieces, e.kept.seen = e.kept.first[:0], e.kept.names[:0]
	}
	e.kept.pieces = append(e.kept.pieces, list...)
}

type namesake struct {
	name  string
	count int
}

// localName cuts the prefix off a name.
func localName(name string) string {
	if i := strings.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

// el starts an element; end ends it.
func (m *markup) el(name string) {
	var inner []piece
	slot := ""
	if n := len(m.open); n > 0 {
		up := &m.open[n-1]
		slot = up.slot
		if up.kept != nil {
			inner = m.meet(name)
		}
	}
	if m.inTag {
		m.endTag()
	}
	n := m.extend(1 + len(name))
	m.b[n] = '<'
	copy(m.b[n+1:], name)
	if k := len(m.open); k < cap(m.open) {
		m.open = m.open[:k+1]
	} else {
		m.open = append(m.open, element{})
	}
	e := &m.open[len(m.open)-1]
	e.name, e.at, e.slot, e.owner = name, len(m.b), slot, false
	if e.kept != nil {
		e.kept = nil
	}
	m.inTag = true
	if len(inner) > 0 {
		m.keep(e, inner...)
	}
}

// extend makes the buffer n bytes longer, and gives where they begin. Unlike
// b = append(b, …) it stores no pointer where they fit: such stores cost time
// while garbage is collected.
func (m *markup) extend(n int) (from int) {
	from = len(m.b)
	if from+n > cap(m.b) {
		m.b = slices.Grow(m.b, n)
	}
	m.b = m.b[:from+n]
	return from
}

// line starts a new line of the output, where white space says nothing.
func (m *markup) line() {
	m.endTag()
	m.b = append(m.b, '\n')
}

// end ends the innermost element.
func (m *markup) end() {
	n := len(m.open) - 1
	if k := m.open[n].kept; k != nil {
		m.endTag()
		m.flush()
		m.spare, m.open[n].kept = append(m.spare, k), nil
	}
	name := m.open[n].name
	m.open = m.open[:n]
	if m.inTag {
		m.b = append(m.b, '/', '>')
		m.inTag = false
		return
	}
	from := m.extend(3 + len(name))
	b := m.b[from:]
	b[0], b[1], b[len(b)-1] = '<', '/', '>'
	copy(b[2:], name)
}

// endTag ends the start tag that is being written, if there is one.
func (m *markup) endTag() {
	if !m.inTag {
		return
	}
	m.inTag = false
	if e := &m.open[len(m.open)-1]; e.kept != nil {
		m.attributes(e)
		m.b = append(m.b, '>')
		m.texts(e)
		return
	}
	m.b = append(m.b, '>')
}

// at writes an attribute of the element that was just started; none where v is "".
func (m *markup) at(name, v string) {
	if v != "" {
		m.attr(name, v)
	}
}

// attr writes an attribute, even an empty one. One that is carried comes in its place.
func (m *markup) attr(name, v string) {
	if e := &m.open[len(m.open)-1]; e.kept != nil && e.carries(name) {
		return
	}
	m.put(name, v)
}

func (m *markup) put(name, v string) {
	if plainLen(v) < len(v) {
		m.b = append(append(append(m.b, ' '), name...), '=', '"')
		m.b = append(appendEscaped(m.b, v, true), '"')
		return
	}
	from := m.extend(len(name) + len(v) + 4)
	b := m.b[from:]
	b[0] = ' '
	n := 1 + copy(b[1:], name)
	b[n], b[n+1] = '=', '"'
	copy(b[n+2:], v)
	b[len(b)-1] = '"'
}

// text writes text of the innermost element.
func (m *markup) text(v string) {
	if v == "" {
		return
	}
	m.endTag()
	if plainLen(v) < len(v) {
		m.b = appendEscaped(m.b, v, false)
		return
	}
	copy(m.b[m.extend(len(v)):], v)
}

// leaf writes an element with attributes alone, given as name and value in
// turn; those without a value are left out.
func (m *markup) leaf(name string, attrs ...string) {
	m.el(name)
	for i := 0; i+1 < len(attrs); i += 2 {
		m.at(attrs[i], attrs[i+1])
	}
	m.end()
}

// words writes an element that holds a text; none where the text is "".
func (m *markup) words(name, v string) {
	if v != "" {
		m.el(name)
		m.text(v)
		m.end()
	}
}

// plain are the characters that stand for themselves everywhere.
var plain = func() (t [256]bool) {
	for c := byte(' '); c < utf8.RuneSelf-1; c++ {
		t[c] = c != '&' && c != '<' && c != '>' && c != '"'
	}
	return t
}()

// plainLen gives how many bytes at the beginning of a text stand for themselves: eight are looked at as one word.
func plainLen(s string) (n int) {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	for ; n+8 <= len(s); n += 8 {
		w := s[n : n+8]
		x := uint64(w[0]) | uint64(w[1])<<8 | uint64(w[2])<<16 | uint64(w[3])<<24 | uint64(w[4])<<32 | uint64(w[5])<<40 | uint64(w[6])<<48 | uint64(w[7])<<56
		amp, quot, angle := x^ones*'&', x^ones*'"', x&^(ones*2)^ones*'<' // '<' and '>' differ in that bit
		if (x|(x-ones*' ')|(amp-ones)|(quot-ones)|(angle-ones))&tops != 0 {
			break
		}
	}
	for n < len(s) && plain[s[n]] {
		n++
	}
	return n
}

// appendEscaped appends text as XML has it (XML 1.0, 2.4 and 3.3.3). What XML
// cannot say, such as control characters, becomes U+FFFD.
func appendEscaped(b []byte, s string, quoted bool) []byte {
	for {
		n := plainLen(s)
		b = append(b, s[:n]...)
		if s = s[n:]; s == "" {
			return b
		}
		esc, size := "", 1
		switch c := s[0]; {
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s)
			if r == utf8.RuneError && n == 1 || r == 0xfffe || r == 0xffff {
				esc = "\ufffd"
			}
			size = n
		case c == '&':
			esc = "&amp;"
		case c == '<':
			esc = "&lt;"
		case c == '>':
			esc = "&gt;"
		case c == '\r':
			esc = "&#13;"
		case c >= ' ' && c != '"':
		case c == '"':
			if quoted {
				esc = "&quot;"
			}
		case c == '\n':
			if quoted {
				esc = "&#10;"
			}
		case c == '\t':
			if quoted {
				esc = "&#9;"
			}
		default:
			esc = "\ufffd"
		}
		if esc == "" {
			esc = s[:size]
		}
		b = append(b, esc...)
		s = s[size:]
	}
}
