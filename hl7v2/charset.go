package hl7v2

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// Charset says in which character set a message is read and written (MSH-18 and MSH-20, table 0211).
type Charset struct {
	// Name is that of table 0211, such as UNICODE UTF-8.
	Name string
	// Declared says that the message names it. Else it is the one that its bytes allow: UTF-8, or ISO 8859-1 where they are none.
	Declared bool
	// Unknown says that MSH-18 names something that is not known here.
	Unknown bool
	// Broken says that there are bytes that the set has no character for. ISO 8859-1 stands in for them, so that they stay apart.
	Broken bool
}

// Charset gives the message's character set.
func (m *Message) Charset() Charset {
	if m.x == nil {
		return Charset{}
	}
	c := &m.x.text
	return Charset{c.set.name, c.declared, c.unknown, c.broken}
}

// charset is how the bytes of a message become text.
type charset struct {
	set        *charsetDef
	named      *charsetDef   // what MSH-18 names
	alternates []*charsetDef // MSH-18, second repetition and on
	plain      bool          // the bytes are the text as UTF-8 already
	ascii      bool          // and ASCII at that
	declared   bool
	unknown    bool
	broken     bool
}

// charsetDef is one row of table 0211.
type charsetDef struct {
	name string
	form byte
	enc  encoding.Encoding
	also []string // other ways of writing the name, as folded gives them
}

// Forms of character sets.
const (
	formASCII  = iota
	formUTF8   //
	formSingle // one byte a character
	formTrail  // two or four bytes, of which those after the first may look like delimiters
	formPair   // two bytes, both above ASCII
	formISO    // seven bits in pairs, after escape sequences of ISO 2022
	formWide   // UTF-16, UTF-32
)

// charsets is table 0211, with names that stand in its place in the wild.
var charsets = [...]charsetDef{
	{"ASCII", formASCII, nil, []string{"USASCII", "ISOIR6", "IR6", "646", "US"}},
	{"UNICODE UTF-8", formUTF8, nil, []string{"UTF8", "UNICODE", "UNICODEUTF8", "ISOIR192"}},
	{"8859/1", formSingle, charmap.ISO8859_1, []string{"88591", "LATIN1", "ISOIR100"}},
	{"8859/2", formSingle, charmap.ISO8859_2, []string{"88592", "ISOIR101"}},
	{"8859/3", formSingle, charmap.ISO8859_3, []string{"88593", "ISOIR109"}},
	{"8859/4", formSingle, charmap.ISO8859_4, []string{"88594", "ISOIR110"}},
	{"8859/5", formSingle, charmap.ISO8859_5, []string{"88595", "ISOIR144"}},
	{"8859/6", formSingle, charmap.ISO8859_6, []string{"88596", "ISOIR127"}},
	{"8859/7", formSingle, charmap.ISO8859_7, []string{"88597", "ISOIR126"}},
	{"8859/8", formSingle, charmap.ISO8859_8, []string{"88598", "ISOIR138"}},
	{"8859/9", formSingle, charmap.ISO8859_9, []string{"88599", "ISOIR148"}},
	{"8859/10", formSingle, charmap.ISO8859_10, []string{"885910"}},
	{"8859/13", formSingle, charmap.ISO8859_13, []string{"885913"}},
	{"8859/14", formSingle, charmap.ISO8859_14, []string{"885914"}},
	{"8859/15", formSingle, charmap.ISO8859_15, []string{"885915", "ISOIR203"}},
	{"8859/16", formSingle, charmap.ISO8859_16, []string{"885916"}},
	{"WINDOWS-1250", formSingle, charmap.Windows1250, []string{"CP1250"}},
	{"WINDOWS-1251", formSingle, charmap.Windows1251, []string{"CP1251"}},
	{"WINDOWS-1252", formSingle, charmap.Windows1252, []string{"CP1252", "ANSI"}},
	{"GB 18030-2000", formTrail, simplifiedchinese.GB18030, []string{"GB18030", "GBK", "GB2312"}},
	{"BIG-5", formTrail, traditionalchinese.Big5, []string{"BIG5"}},
	{"KS X 1001", formPair, korean.EUCKR, []string{"KSX1001", "KSC5601", "EUCKR"}},
	{"ISO IR87", formISO, nil, []string{"ISOIR87", "ISO2022JP"}},
	{"ISO IR159", formISO, nil, []string{"ISOIR159"}},
	{"ISO IR14", formISO, nil, []string{"ISOIR14"}},
	{"ISO IR13", formISO, nil, []string{"ISOIR13"}},
	{"UNICODE UTF-16", formWide, nil, []string{"UTF16", "UNICODEUTF16"}},
	{"UNICODE UTF-32", formWide, nil, []string{"UTF32", "UNICODEUTF32"}},
}

var (
	charsetASCII  = &charsets[0]
	charsetUTF8   = &charsets[1]
	charsetLatin1 = &charsets[2]
)

// charsetNamed finds a row by any way of writing its name.
func charsetNamed(b []byte) *charsetDef {
	var buf [24]byte
	fold := buf[:0]
	for _, c := range b {
		switch {
		case len(fold) == len(buf):
			return nil
		case c >= 'a' && c <= 'z':
			fold = append(fold, c-'a'+'A')
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			fold = append(fold, c)
		}
	}
	if bytes.HasPrefix(fold, []byte("ISO8859")) || bytes.HasPrefix(fold, []byte("UNICODEUTF")) {
		fold = fold[bytes.IndexAny(fold, "8U"):]
		fold = bytes.TrimPrefix(fold, []byte("UNICODE"))
	}
	for i := range charsets {
		c := &charsets[i]
		if foldedEqual(c.name, fold) {
			return c
		}
		for _, n := range c.also {
			if n == string(fold) {
				return c
			}
		}
	}
	return nil
}

func foldedEqual(name string, fold []byte) bool {
	k := 0
	for i := range len(name) {
		c := name[i]
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			continue
		}
		if k == len(fold) || fold[k] != c {
			return false
		}
		k++
	}
	return k == len(fold)
}

// findCharset learns the character set from the header. Where it has bytes that only look like delimiters, it gives the
// data with those bytes masked, to be scanned once more.
func (x *index) findCharset() (masked []byte) {
	body := x.data[x.from:x.to]
	x.text = charset{alternates: x.text.alternates[:0], ascii: isASCII(body)}
	t := &x.text
	header := Segment{x, 0}
	var first []byte
	iso := false
	for n, r := range header.Field(18).Repetitions() {
		b := r.Raw()
		if n == 1 {
			first = b
			continue
		}
		if def := charsetNamed(b); def != nil && def.form != formWide {
			t.alternates = append(t.alternates, def)
			iso = iso || def.form == formISO || def.form == formPair
		}
	}
	if len(first) > 0 && header.Field(18).State() == Valued {
		t.set = charsetNamed(first)
		t.named = t.set
		t.unknown = t.set == nil
		t.declared = t.set != nil
	}
	switch {
	case x.wide != nil: // the bytes show it, whatever the header says
		wide := charsetNamed([]byte(x.wide.name))
		t.declared = t.set == wide
		t.set, t.plain, t.unknown = wide, true, false
		return nil
	case t.set != nil && t.set.form == formWide: // the bytes show that it is not
		t.set, t.declared, t.broken = nil, false, true
	}
	if t.set == nil && x.option != "" {
		t.set = charsetNamed([]byte(x.option))
	}
	if t.set == nil {
		switch t.set = charsetUTF8; {
		case t.ascii && !t.unknown:
			t.set = charsetASCII
		case !t.ascii && !utf8.Valid(body):
			t.set = charsetLatin1
		}
	}
	iso = iso || t.set.form == formISO
	switch {
	case iso && (bytes.IndexByte(body, 0x1b) >= 0 || bytes.Contains(body, []byte{x.delims.Escape, 'M'})):
		return maskISO2022(x.data, x.from, x.to, x.delims.Escape)
	case t.ascii:
		t.plain = true
	case t.set.form == formUTF8:
		t.plain = utf8.Valid(body)
		t.broken = !t.plain
	case t.set.form == formASCII:
		t.broken = true
		t.plain = utf8.Valid(body)
		if t.set = charsetUTF8; !t.plain {
			t.set = charsetLatin1
		}
	case t.set.form == formTrail:
		return maskTrails(x.data, x.from, x.to)
	}
	return nil
}

func isASCII(b []byte) bool {
	for len(b) >= 32 {
		c := (*[32]byte)(b)
		if (word(c, 0)|word(c, 8)|word(c, 16)|word(c, 24))&0x8080808080808080 != 0 {
			return false
		}
		b = b[32:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

func word(c *[32]byte, i int) uint64 {
	return uint64(c[i]) | uint64(c[i+1])<<8 | uint64(c[i+2])<<16 | uint64(c[i+3])<<24 |
		uint64(c[i+4])<<32 | uint64(c[i+5])<<40 | uint64(c[i+6])<<48 | uint64(c[i+7])<<56
}

// masked gives b such that every byte that looks like a delimiter is one.
func (x *index) masked(b []byte) []byte {
	switch t := &x.text; {
	case t.plain:
	case t.set.form == formTrail:
		return maskTrails(b, 0, len(b))
	case t.set.form == formISO || len(t.alternates) > 0:
		return maskISO2022(b, 0, len(b), x.delims.Escape)
	}
	return b
}

// maskTrails copies the data with every byte after the first of a character replaced by one that is no delimiter.
func maskTrails(data []byte, from, to int) []byte {
	b := bytes.Clone(data)
	for i := from; i < to; i++ {
		for n := trailing(data[i:to]); n > 0; n-- {
			i++
			b[i] |= 0x80
		}
	}
	return b
}

// trailing is how many bytes after the first belong to the character that b begins with: GB 18030 has characters of two bytes and, where the
// second is a digit, of four; Big5 of two.
func trailing(b []byte) int {
	switch {
	case b[0] < 0x81 || b[0] == 0xff || len(b) < 2:
		return 0
	case b[1] >= 0x40 && b[1] != 0x7f && b[1] != 0xff:
		return 1
	case len(b) >= 4 && isDigit(b[1]) && b[2] >= 0x81 && b[2] != 0xff && isDigit(b[3]):
		return 3
	}
	return 0
}

// maskISO2022 copies the data with the bytes of characters of two bytes replaced: those between an escape sequence that
// begins a set of pairs (as ISO 2022 has it, or as \Mxxyy\) and the next one, or the end of the segment.
func maskISO2022(data []byte, from, to int, esc byte) []byte {
	b := bytes.Clone(data)
	pairs := false
	for i := from; i < to; {
		n, set := 0, setBase
		switch {
		case b[i] == 0x1b:
			n, set = designation(data[i:to])
		case b[i] == esc:
			n, set = escapedDesignation(data[i:to], esc)
		case b[i] == '\r' || b[i] == '\n':
			pairs = false
			i++
			continue
		}
		if n == 0 {
			if pairs {
				b[i] |= 0x80
			}
			i++
			continue
		}
		if b[i] == 0x1b {
			for k := range n {
				b[i+k] = 0x1b
			}
		}
		switch set {
		case setJIS0208, setJIS0212, setKatakana7:
			pairs = true
		case setASCII:
			pairs = false
		}
		i += n
	}
	return b
}

// escapedDesignation is designation for a sequence written as \Cxxyy\ or \Mxxyyzz\.
func escapedDesignation(b []byte, esc byte) (n int, set graphic) {
	j := bytes.IndexByte(b[1:], esc)
	if j < 0 || escapeKind(b[1:1+j]) != escapeCharset {
		return 0, setBase
	}
	code := appendHex([]byte{0x1b}, b[2:1+j])
	if n, set := designation(code); n == len(code) {
		return j + 2, set
	}
	return 0, setBase
}
