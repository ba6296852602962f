package tree

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Eight bytes are looked at as one word. In what these functions give, the lowest set bit belongs to the first byte that
// matches; bits above it may be set without a match.

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

func load(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// Each of these gives bytes whose high bits, but for those of bytes beyond ASCII, mark a match: where w is equal to a repeated
// ASCII byte, or below 0x20. They are to be joined with |, and then to be put through marks.

func equal(w uint64, c byte) uint64 { return (w ^ ones*uint64(c)) - ones }

func controls(w uint64) uint64 { return w - 0x20*ones }

func marks(w, found uint64) uint64 { return found &^ w & highs }

// firstByte gives the index of the byte that the lowest bit of m is in.
func firstByte(m uint64) int { return bits.TrailingZeros64(m) >> 3 }

// validChars checks that b is UTF-8 and has only characters that XML allows (production Char). It gives the offset of the
// first fault.
func validChars(b []byte) (int, *fault) {
	for i := 0; i < len(b); {
		if i+8 <= len(b) {
			if w := load(b[i:]); marks(w, controls(w))|w&highs == 0 {
				i += 8
				continue
			}
		}
		c := b[i]
		if c < utf8.RuneSelf {
			if c < 0x20 && c != '\t' && c != '\n' && c != '\r' {
				return i, errChar
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size <= 1 {
			return i, errUTF8
		}
		if r == 0xfffe || r == 0xffff {
			return i, errChar
		}
		i += size
	}
	return 0, nil
}

// isChar is production Char of XML 1.0.
func isChar(r rune) bool {
	switch {
	case r < 0x20:
		return r == '\t' || r == '\n' || r == '\r'
	case r < 0xd800:
		return true
	case r < 0xe000:
		return false
	case r < 0x10000:
		return r < 0xfffe
	}
	return r <= utf8.MaxRune
}

func isSpace(c byte) bool { return c <= ' ' && (c == ' ' || c == '\n' || c == '\t' || c == '\r') }
