package hl7v2

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// String gives the value as UTF-8: character set and escapes are decoded (chapter 2, 2.7), \.br\ is a line feed. Escapes that plain text has
// nothing for (highlighting, other formatting, \Zdd\) and what is no escape at all stay as they were sent. Where there are inner
// delimiters they stand in the value too: text in which somebody forgot to escape them can so be read whole.
//
// Where nothing needs to be decoded, the string points into the bytes of the message.
func (s span) String() string {
	if s.x == nil {
		return ""
	}
	b := s.Raw()
	if len(b) == 0 {
		return ""
	}
	if s.x.text.plain && !s.escaped() {
		return view(b)
	}
	return view(s.x.unescape(nil, b, nil))
}

// Text gives formatted text (FT, and TX as it is used) as a person is to read it: lines, indents and skips carried out,
// highlighting left out, \Zdd\ as sent (chapter 2, 2.7.6).
func (s span) Text() string {
	if s.x == nil {
		return ""
	}
	if s.x.text.plain && !s.escaped() {
		return s.String()
	}
	return view(s.x.unescape(nil, s.Raw(), &layout{}))
}

// escaped says whether an escape character stands in it.
func (s span) escaped() bool {
	for _, w := range s.x.marks[s.first : s.last+1] {
		if w&escFlag != 0 {
			return true
		}
	}
	return false
}

// unescape appends the value of b. lay is nil where formatting is to stay as it was sent.
func (x *index) unescape(dst, b []byte, lay *layout) []byte {
	if dst == nil {
		dst = make([]byte, 0, len(b)) // a value is seldom longer than it was sent
	}
	d := decoder{t: &x.text}
	esc := x.delims.Escape
	look := x.masked(b) // where escapes are to be looked for
	var hexed []byte    // the bytes of \X..\ escapes that stand together
	var asSent []byte
	flush := func() {
		if len(asSent) > 0 {
			dst = x.appendHexed(dst, hexed, asSent)
			hexed, asSent = hexed[:0], asSent[:0]
		}
	}
	for len(b) > 0 {
		i := bytes.IndexByte(look, esc)
		if i < 0 || esc == 0 {
			break
		}
		j := bytes.IndexByte(look[i+1:], esc)
		if j < 0 {
			break
		}
		if i > 0 {
			flush()
			dst = d.append(dst, b[:i])
			b, look = b[i:], look[i:]
		}
		seq := b[1 : 1+j]
		whole := b[: 2+j : 2+j]
		switch kind := escapeKind(seq); {
		case kind == escapeHex:
			hexed = appendHex(hexed, seq[1:])
			asSent = append(asSent, whole...)
		case kind == escapeDelimiter:
			flush()
			if c := x.delims.named(seq[0]); c != 0 {
				dst = append(dst, c)
			} else {
				dst = append(dst, whole...)
			}
		case kind == escapeCharset:
			flush()
			code := appendHex([]byte{0x1b}, seq[1:])
			if n, set := designation(code); n == len(code) {
				d.begin(set)
			} else {
				dst = append(dst, whole...)
			}
		case kind == escapeFormat:
			flush()
			dst = lay.format(dst, seq, whole)
		default: // the character stands for itself
			flush()
			dst = append(dst, esc)
			b, look = b[1:], look[1:]
			continue
		}
		b, look = b[2+j:], look[2+j:]
	}
	flush()
	return d.append(dst, b)
}

// Kinds of escapes.
const (
	escapeNone = iota
	escapeDelimiter
	escapeHex
	escapeCharset
	escapeFormat // formatting, highlighting, and what sites define themselves
)

func escapeKind(seq []byte) int {
	if len(seq) == 0 {
		return escapeNone
	}
	switch rest := seq[1:]; seq[0] {
	case 'F', 'S', 'T', 'R', 'E', 'P':
		if len(rest) == 0 {
			return escapeDelimiter
		}
	case 'H', 'N':
		if len(rest) == 0 {
			return escapeFormat
		}
	case 'X':
		if len(rest) > 0 && len(rest)%2 == 0 && isHex(rest) {
			return escapeHex
		}
	case 'C', 'M':
		if (len(rest) == 4 || len(rest) == 6) && isHex(rest) {
			return escapeCharset
		}
	case '.':
		if len(rest) >= 2 && len(rest) <= 8 && isLetter(rest[0]) && isLetter(rest[1]) {
			return escapeFormat
		}
	case 'Z':
		if len(rest) > 0 && len(rest) <= 16 && isWord(rest) {
			return escapeFormat
		}
	}
	return escapeNone
}

// named gives the character that a letter stands for in an escape; 0 where the message has none.
func (d *Delimiters) named(letter byte) byte {
	switch letter {
	case 'F':
		return d.Field
	case 'S':
		return d.Component
	case 'T':
		return d.Subcomponent
	case 'R':
		return d.Repetition
	case 'E':
		return d.Escape
	case 'P':
		return d.Truncation
	}
	return 0
}

// appendHexed appends what bytes given in hexadecimal say in the message's character set; as they were sent, where they say nothing.
func (x *index) appendHexed(dst, b, asSent []byte) []byte {
	switch form := x.text.set.form; {
	case isASCII(b), utf8.Valid(b) && (form == formUTF8 || form == formASCII || form == formWide):
		return append(dst, b...)
	case form == formSingle, form == formTrail, form == formPair:
		t := charset{set: x.text.set}
		d := decoder{t: &t}
		if out := d.append(nil, b); !bytes.ContainsRune(out, utf8.RuneError) {
			return append(dst, out...)
		}
	}
	return append(dst, asSent...)
}

func appendHex(dst, digits []byte) []byte {
	for ; len(digits) >= 2; digits = digits[2:] {
		dst = append(dst, hexValue(digits[0])<<4|hexValue(digits[1]))
	}
	return dst
}

func hexValue(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}

func isHex(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'A' || c > 'F') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isWord(b []byte) bool {
	for _, c := range b {
		if !isLetter(c) && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// layout carries out formatting commands.
type layout struct{ indent int }

// format appends what a command does; where l is nil, the command itself, but for a line break.
func (l *layout) format(dst, seq, whole []byte) []byte {
	if seq[0] != '.' {
		if l == nil || seq[0] == 'Z' {
			return append(dst, whole...)
		}
		return dst // highlighting on and off
	}
	command := strings.ToLower(string(seq[1:3]))
	if command == "br" && len(seq) == 3 {
		return l.lines(dst, 1)
	}
	n, signed, ok := count(seq[3:])
	if l == nil || !ok {
		return append(dst, whole...)
	}
	switch command {
	case "sp":
		return l.lines(dst, max(n, 1))
	case "ce":
		return l.lines(dst, 1)
	case "sk":
		return append(dst, strings.Repeat(" ", max(n, 0))...)
	case "in":
		if signed {
			n += l.indent
		}
		l.indent = min(max(n, 0), maxSkip)
		return dst
	case "ti":
		return append(dst, strings.Repeat(" ", max(n, 0))...)
	case "fi", "nf":
		return dst
	}
	return append(dst, whole...)
}

// maxSkip bounds what one command can append.
const maxSkip = 99

func (l *layout) lines(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '\n')
	}
	if l != nil {
		dst = append(dst, strings.Repeat(" ", l.indent)...)
	}
	return dst
}

// count reads the number behind a command: none is 0.
func count(b []byte) (n int, signed, ok bool) {
	negative := false
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		negative, signed = b[0] == '-', true
		b = b[1:]
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false, false
		}
		if n = n*10 + int(c-'0'); n > maxSkip {
			return 0, false, false
		}
	}
	if negative {
		n = -n
	}
	return n, signed, true
}
