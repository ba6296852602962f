package hl7v2

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
)

// encoder writes values such that they stay values: delimiters, control characters and null are escaped, and all else is
// written in the message's character set (chapter 2, 2.7).
type encoder struct {
	delims Delimiters
	other  [256]uint8 // 0 for ASCII that is written as it is
	text   *charset
}

func (e *encoder) begin(d Delimiters, t *charset) {
	if e.text == nil || e.delims != d {
		for c := range e.other {
			e.other[c] = 1
			if c >= ' ' && c < 0x7f {
				e.other[c] = 0
			}
		}
		for _, c := range [...]byte{d.Field, d.Component, d.Repetition, d.Escape, d.Subcomponent, d.Truncation} {
			e.other[c] = 1
		}
	}
	e.delims, e.text = d, t
}

// append appends a value, escaped.
func (e *encoder) append(dst []byte, s string) ([]byte, *fault) {
	if len(s) == 2 && s == `""` { // two quotation marks would be null
		if e.delims.Escape == 0 {
			return dst, &faultNoEscape
		}
		return e.hex(dst, s), nil
	}
	if e.isPlain(s) {
		return append(dst, s...), nil
	}
	i, from := 0, 0
	for i < len(s) {
		if e.other[s[i]] == 0 {
			i++
			continue
		}
		dst = append(dst, s[from:i]...)
		if s[i] >= utf8.RuneSelf {
			n := 1
			for i+n < len(s) && s[i+n] >= utf8.RuneSelf {
				n++
			}
			var bad *fault
			if dst, bad = e.encode(dst, s[i:i+n]); bad != nil {
				return dst, bad
			}
			i += n
			from = i
			continue
		}
		if e.delims.Escape == 0 {
			return dst, &faultNoEscape
		}
		if letter := e.delims.letter(s[i]); letter != 0 {
			dst = append(dst, e.delims.Escape, letter, e.delims.Escape)
			i++
		} else {
			n := 1
			for i+n < len(s) && e.other[s[i+n]] != 0 && s[i+n] < utf8.RuneSelf && e.delims.letter(s[i+n]) == 0 {
				n++
			}
			dst = e.hex(dst, s[i:i+n])
			i += n
		}
		from = i
	}
	return append(dst, s[from:]...), nil
}

// isPlain says whether a text is written as it is. It has no branch that depends on what the text holds.
func (e *encoder) isPlain(s string) bool {
	var other uint8
	for len(s) >= 8 {
		other |= e.other[s[0]] | e.other[s[1]] | e.other[s[2]] | e.other[s[3]] | e.other[s[4]] | e.other[s[5]] | e.other[s[6]] | e.other[s[7]]
		s = s[8:]
	}
	for i := range len(s) {
		other |= e.other[s[i]]
	}
	return other == 0
}

// hex appends bytes as \X..\.
func (e *encoder) hex(dst []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	dst = append(dst, e.delims.Escape, 'X')
	for i := range len(s) {
		dst = append(dst, digits[s[i]>>4], digits[s[i]&15])
	}
	return append(dst, e.delims.Escape)
}

// letter gives what stands for a delimiter in an escape; 0 for a character that is none.
func (d *Delimiters) letter(c byte) byte {
	switch c {
	case 0:
		return 0
	case d.Field:
		return 'F'
	case d.Component:
		return 'S'
	case d.Subcomponent:
		return 'T'
	case d.Repetition:
		return 'R'
	case d.Escape:
		return 'E'
	case d.Truncation:
		return 'P'
	}
	return 0
}

// encode appends text above ASCII in the message's character set.
func (e *encoder) encode(dst []byte, s string) ([]byte, *fault) {
	if !utf8.ValidString(s) {
		return dst, &faultNotUTF8
	}
	set := e.text.set
	switch set.form {
	case formUTF8, formWide:
		if e.text.broken {
			return dst, &faultUnwritable
		}
		return append(dst, s...), nil
	case formASCII:
		if !e.text.declared {
			return append(dst, s...), nil // read again as UTF-8, as it is valid
		}
	case formSingle:
		out, ok := single(dst, s, set.enc.(*charmap.Charmap))
		if ok {
			return out, nil
		}
	case formTrail, formPair:
		if out, err := set.enc.NewEncoder().Bytes([]byte(s)); err == nil && reads(out, s, set.enc) {
			return append(dst, out...), nil
		}
	}
	japan := set.form == formISO
	for _, a := range e.text.alternates {
		japan = japan || a.form == formISO
	}
	if japan {
		if out, err := japanese.ISO2022JP.NewEncoder().Bytes([]byte(s)); err == nil {
			if !bytes.HasSuffix(out, []byte("\x1b(B")) {
				out = append(out, "\x1b(B"...)
			}
			t := charset{set: charsetNamed([]byte("ISO IR87"))}
			d := decoder{t: &t}
			if string(d.append(nil, out)) == s {
				return append(dst, out...), nil
			}
		}
	}
	return dst, &faultUnwritable
}

// single appends text in a set of one byte a character.
func single(dst []byte, s string, m *charmap.Charmap) ([]byte, bool) {
	n := len(dst)
	for _, r := range s {
		b, ok := m.EncodeRune(r)
		if !ok || m.DecodeByte(b) != r {
			return dst[:n], false
		}
		dst = append(dst, b)
	}
	return dst, true
}

// reads says whether bytes are read again as the text that they were made of.
func reads(b []byte, s string, enc encoding.Encoding) bool {
	return string(decode(nil, b, enc)) == s
}
