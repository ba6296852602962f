package hl7v2

import "sync"

// Delimiters are the characters that a message's own header names (HL7 v2.9 chapter 2, 2.5.4). One that is 0 is not there.
type Delimiters struct {
	Field        byte // MSH-1, normally |
	Component    byte // MSH-2, first, normally ^
	Repetition   byte // MSH-2, second, normally ~
	Escape       byte // MSH-2, third, normally \
	Subcomponent byte // MSH-2, fourth, normally &
	Truncation   byte // MSH-2, fifth, normally #: v2.7 and later; it separates nothing
}

// StandardDelimiters are those that HL7 recommends.
func StandardDelimiters() Delimiters { return Delimiters{'|', '^', '~', '\\', '&', 0} }

// class says what a byte is to the scanner: a kind of mark, or 0 for data.
type class [256]uint8

// Kinds of marks, by rising level: what ends a field ends its last component too.
const (
	endSub     = 1
	endComp    = 2
	endRep     = 3
	endField   = 4
	endSegment = 5
	lineFeed   = 6 // whether it ends a segment depends on the message
	escape     = 7 // ends nothing
)

// fill makes the scanner's table for these delimiters.
func (d *Delimiters) fill(c *class) {
	*c = class{'\r': endSegment, '\n': lineFeed}
	for _, x := range [...]struct{ b, kind byte }{
		{d.Subcomponent, endSub}, {d.Component, endComp}, {d.Repetition, endRep}, {d.Field, endField}, {d.Escape, escape},
	} {
		if x.b != 0 {
			c[x.b] = x.kind
		}
	}
}

// kinds are the scanner's tables for some delimiters. They do not change once they are made: indexes share them.
type kinds struct {
	class, ends class // ends is 1 for every byte that class has a kind for
	of          Delimiters
}

func kindsBy(d Delimiters) *kinds {
	k := &kinds{of: d}
	d.fill(&k.class)
	for i, c := range k.class {
		k.ends[i] = min(c, 1)
	}
	return k
}

// standardKinds are those of the delimiters that HL7 recommends.
var standardKinds = sync.OnceValue(func() *kinds { return kindsBy(StandardDelimiters()) })

// headers are the segments that name delimiters in their first two fields (chapter 2, 2.14).
func isHeader(name string) bool { return name == "MSH" || name == "FHS" || name == "BHS" }

// readDelimiters reads MSH-1 and MSH-2 at the start of a header segment, which has its three letters. It gives how far they reach.
func readDelimiters(b []byte) (d Delimiters, end int, bad *fault) {
	if len(b) < 4 {
		return d, 0, &faultShort
	}
	d.Field = b[3]
	if !mayDelimit(d.Field) {
		return d, 0, &faultFieldSeparator
	}
	end = 4
	for end < len(b) && b[end] != d.Field && b[end] != '\r' && b[end] != '\n' {
		end++
	}
	chars := b[4:end]
	switch {
	case len(chars) < 4 && end == len(b):
		return d, 0, &faultShort
	case len(chars) == 5 && chars[2] == chars[3]:
		// A program in between doubled the backslash: ^~\\& can only mean ^~\&.
		chars = []byte{chars[0], chars[1], chars[2], chars[4]}
	case len(chars) == 0 || len(chars) > 5:
		return d, 0, &faultEncoding
	}
	for i, c := range chars {
		if !mayDelimit(c) {
			return d, 0, &faultEncoding
		}
		for _, other := range chars[:i] {
			if c == other {
				return d, 0, &faultEncoding
			}
		}
		switch i {
		case 0:
			d.Component = c
		case 1:
			d.Repetition = c
		case 2:
			d.Escape = c
		case 3:
			d.Subcomponent = c
		case 4:
			d.Truncation = c
		}
	}
	return d, end, nil
}

// mayDelimit says whether a byte can be a delimiter: a printable ASCII character that is no letter, digit, space or
// quotation mark (which would make null unreadable).
func mayDelimit(c byte) bool {
	switch {
	case c <= ' ' || c >= 0x7f || c == '"':
		return false
	case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
		return false
	}
	return true
}

// encoding is MSH-2 as it is written.
func (d Delimiters) encoding() []byte {
	b := make([]byte, 0, 5)
	for _, c := range [...]byte{d.Component, d.Repetition, d.Escape, d.Subcomponent, d.Truncation} {
		if c == 0 {
			break
		}
		b = append(b, c)
	}
	return b
}

// valid says whether the delimiters can stand in a header.
func (d Delimiters) valid() bool {
	b := append([]byte{'M', 'S', 'H', d.Field}, d.encoding()...)
	got, _, bad := readDelimiters(append(b, d.Field))
	return bad == nil && got == d
}
