package tree

import (
	"bytes"
	"unicode/utf8"
)

// scanText reads character data from i to the next less-than sign or to the end. The result is -1 after a failure.
func (p *xmlParser) scanText(i int) (end int, meta uint32) {
	data := p.data
	start := i
lead:
	for {
		if i >= len(data) {
			return i, flagBlank | meta
		}
		switch c := data[i]; c {
		case ' ', '\t':
			if i+8 <= len(data) { // lines begin with many of one or the other
				if other := load(data[i:]) ^ ones*uint64(c); other != 0 {
					i += firstByte(other)
				} else {
					i += 8
				}
				continue
			}
		case '\n':
		case '<':
			return i, flagBlank | meta
		case '\r':
			meta = flagCoded
		case '&':
			meta = flagCoded
			var r rune
			if i, r = p.reference(i); i < 0 {
				return -1, 0
			}
			if r > ' ' || !isSpace(byte(r)) {
				break lead
			}
			continue
		default:
			break lead
		}
		i++
	}
	var all uint64
	for {
		for i+8 <= len(data) {
			w := load(data[i:])
			all |= w
			m := marks(w, equal(w, '<')|equal(w, '&')|equal(w, ']')|controls(w))
			if m != 0 {
				i += firstByte(m)
				break
			}
			i += 8
		}
		if i >= len(data) {
			return p.textEnd(start, i, meta, all)
		}
		c := data[i]
		switch {
		case c == '<':
			return p.textEnd(start, i, meta, all)
		case c == '&':
			meta |= flagCoded
			if i, _ = p.reference(i); i < 0 {
				return -1, 0
			}
			continue
		case c == ']':
			if i+2 < len(data) && data[i+1] == ']' && data[i+2] == '>' {
				p.fail(errCDATAEnd, i)
				return -1, 0
			}
		case c == '\r':
			meta |= flagCoded
		case c == '\n' || c == '\t':
		case c < 0x20:
			p.fail(errChar, i)
			return -1, 0
		default:
			all |= uint64(c)
		}
		i++
	}
}

func (p *xmlParser) textEnd(start, end int, meta uint32, all uint64) (int, uint32) {
	if all&highs != 0 {
		if at, f := validChars(p.data[start:end]); f != nil {
			p.fail(f, start+at)
			return -1, 0
		}
	}
	return end, meta
}

// reference reads the entity or character reference at i (XML 1.0 sections 4.1 and 4.6). It gives the offset past it, or -1.
func (p *xmlParser) reference(i int) (int, rune) {
	size, r, f := reference(p.data[i:])
	if f != nil {
		p.fail(f, i)
		return -1, 0
	}
	return i + size, r
}

// reference reads the reference that b begins with.
func reference(b []byte) (size int, r rune, f *fault) {
	if len(b) > 1 && b[1] == '#' {
		return charRef(b)
	}
	switch {
	case bytes.HasPrefix(b, []byte("&lt;")):
		return 4, '<', nil
	case bytes.HasPrefix(b, []byte("&gt;")):
		return 4, '>', nil
	case bytes.HasPrefix(b, []byte("&amp;")):
		return 5, '&', nil
	case bytes.HasPrefix(b, []byte("&quot;")):
		return 6, '"', nil
	case bytes.HasPrefix(b, []byte("&apos;")):
		return 6, '\'', nil
	}
	j := 1
	for j < len(b) && nameByte[b[j]] {
		j++
	}
	if j > 1 && j < len(b) && b[j] == ';' {
		return 0, 0, errEntity
	}
	return 0, 0, errAmp
}

func charRef(b []byte) (size int, r rune, f *fault) {
	j, base := 2, rune(10)
	if j < len(b) && b[j] == 'x' {
		j, base = 3, 16
	}
	first := j
	for ; j < len(b) && b[j] != ';'; j++ {
		c := b[j]
		var digit rune
		switch {
		case c >= '0' && c <= '9':
			digit = rune(c - '0')
		case base == 16 && c|0x20 >= 'a' && c|0x20 <= 'f':
			digit = rune(c|0x20-'a') + 10
		default:
			return 0, 0, errAmp
		}
		if r <= utf8.MaxRune {
			r = r*base + digit
		}
	}
	if j == first || j >= len(b) {
		return 0, 0, errAmp
	}
	if !isChar(r) {
		return 0, 0, errCharRef
	}
	return j + 1, r, nil
}
