package hl7v2

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// graphic is a set of characters that an escape sequence of ISO 2022 begins (chapter 2, 2.14.9.18 and 2.14.9.20).
type graphic uint8

const (
	setBase  graphic = iota // as the message's own character set has it
	setASCII                // ISO-IR 6, and ISO-IR 14, which differs in the yen sign and the overline alone
	setKatakana7
	setJIS0208
	setJIS0212
	setKatakana8 // those below are for bytes above ASCII
	setKSX1001
	setGB2312
	setLatin // setLatin + n is ISO 8859-n
)

// designation reads an escape sequence at the start of b. It gives its length, 0 where it is none that is known.
func designation(b []byte) (n int, set graphic) {
	switch {
	case len(b) < 3 || b[0] != 0x1b:
	case b[1] == '(' && (b[2] == 'B' || b[2] == 'J'):
		return 3, setASCII
	case b[1] == '(' && b[2] == 'I':
		return 3, setKatakana7
	case b[1] == ')' && b[2] == 'I':
		return 3, setKatakana8
	case b[1] == '$' && (b[2] == '@' || b[2] == 'B'):
		return 3, setJIS0208
	case len(b) >= 4 && b[1] == '$' && b[2] == '(' && b[3] == 'D':
		return 4, setJIS0212
	case len(b) >= 4 && b[1] == '$' && b[2] == ')' && b[3] == 'C':
		return 4, setKSX1001
	case len(b) >= 4 && b[1] == '$' && b[2] == ')' && b[3] == 'A':
		return 4, setGB2312
	case b[1] == '-':
		switch b[2] {
		case 'A', 'B', 'C', 'D':
			return 3, setLatin + graphic(b[2]-'A') + 1
		case 'L':
			return 3, setLatin + 5
		case 'G':
			return 3, setLatin + 6
		case 'F':
			return 3, setLatin + 7
		case 'H':
			return 3, setLatin + 8
		case 'M':
			return 3, setLatin + 9
		}
	}
	return 0, setBase
}

// decoder turns the bytes of one piece into text. Sets that an escape sequence began end with the piece.
type decoder struct {
	t      *charset
	g0, g1 graphic
}

// begin takes an escape sequence into account.
func (d *decoder) begin(set graphic) {
	switch {
	case set >= setKatakana8:
		d.g1 = set
	case set != setBase:
		d.g0 = set
	}
}

// append appends the text of bytes that hold no escape of HL7's.
func (d *decoder) append(dst, src []byte) []byte {
	if d.t.plain && d.g0 == setBase && d.g1 == setBase {
		return append(dst, src...)
	}
	for len(src) > 0 {
		if src[0] == 0x1b && d.switches() {
			if n, set := designation(src); n > 0 {
				d.begin(set)
				src = src[n:]
				continue
			}
		}
		n := 1
		for n < len(src) && src[n]&0x80 == src[0]&0x80 && (src[n] != 0x1b || !d.switches()) {
			n++
		}
		if src[0] >= 0x80 && d.t.set.form == formTrail && d.g1 == setBase {
			n = trailRun(src)
		}
		dst = d.run(dst, src[:n])
		src = src[n:]
	}
	return dst
}

// switches says whether raw escape sequences of ISO 2022 may stand in the message.
func (d *decoder) switches() bool {
	if d.t.set.form == formISO {
		return true
	}
	return len(d.t.alternates) > 0
}

// trailRun is how far characters of several bytes reach, single ones in between included.
func trailRun(b []byte) int {
	i := 0
	for i < len(b) && b[i] != 0x1b {
		i += 1 + trailing(b[i:])
	}
	return i
}

// run appends bytes that are all ASCII, or all above it.
func (d *decoder) run(dst, src []byte) []byte {
	if src[0] < 0x80 {
		switch d.g0 {
		case setJIS0208, setJIS0212, setKatakana7:
			return appendJIS(dst, src, d.g0)
		}
		if d.t.set.form != formTrail {
			return append(dst, src...)
		}
	}
	switch {
	case d.g1 == setKatakana8 || d.g1 == setBase && d.t.set.form == formISO:
		return appendJIS(dst, src, setKatakana8)
	case d.g1 == setKSX1001:
		return decode(dst, src, korean.EUCKR)
	case d.g1 == setGB2312:
		return decode(dst, src, simplifiedchinese.GBK)
	case d.g1 > setLatin:
		return decode(dst, src, latin(d.g1))
	case d.t.set.enc != nil:
		return decode(dst, src, d.t.set.enc)
	}
	return appendValid(dst, src)
}

func latin(g graphic) encoding.Encoding {
	return [...]encoding.Encoding{charmap.ISO8859_1, charmap.ISO8859_2, charmap.ISO8859_3, charmap.ISO8859_4, charmap.ISO8859_5,
		charmap.ISO8859_6, charmap.ISO8859_7, charmap.ISO8859_8, charmap.ISO8859_9}[g-setLatin-1]
}

// decode appends the text of bytes in a character set; one that is no character of it is read as ISO 8859-1.
func decode(dst, src []byte, enc encoding.Encoding) []byte {
	if m, ok := enc.(*charmap.Charmap); ok {
		for _, c := range src {
			r := m.DecodeByte(c)
			if r == utf8.RuneError {
				r = rune(c)
			}
			dst = utf8.AppendRune(dst, r)
		}
		return dst
	}
	out, err := enc.NewDecoder().Bytes(src)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return appendValid(dst, src)
	}
	return append(dst, out...)
}

// appendValid appends UTF-8; a byte that is none is read as ISO 8859-1, so that no two inputs become one.
func appendValid(dst, src []byte) []byte {
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		if r == utf8.RuneError && n == 1 {
			r = rune(src[0])
		}
		dst = utf8.AppendRune(dst, r)
		src = src[n:]
	}
	return dst
}

// appendJIS appends Japanese characters in seven bits (JIS X 0208, JIS X 0212), or katakana of one byte (JIS X 0201).
func appendJIS(dst, src []byte, set graphic) []byte {
	if set == setKatakana7 || set == setKatakana8 {
		for _, c := range src {
			if r := c | 0x80; r >= 0xa1 && r <= 0xdf {
				dst = utf8.AppendRune(dst, 0xff61+rune(r-0xa1))
			} else {
				dst = utf8.AppendRune(dst, rune(c))
			}
		}
		return dst
	}
	// EUC-JP holds the same characters with the high bits set.
	euc := make([]byte, 0, len(src)*3/2+1)
	for len(src) >= 2 {
		if src[0] < 0x21 { // white space between characters
			dst = decode(dst, euc, japanese.EUCJP)
			dst, euc, src = append(dst, src[0]), euc[:0], src[1:]
			continue
		}
		if set == setJIS0212 {
			euc = append(euc, 0x8f)
		}
		euc = append(euc, src[0]|0x80, src[1]|0x80)
		src = src[2:]
	}
	if len(euc) > 0 {
		dst = decode(dst, euc, japanese.EUCJP)
	}
	return append(dst, src...)
}
