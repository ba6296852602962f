package tree

import (
	"bytes"
	"unicode/utf8"
)

// nameByte marks the bytes that may occur in a name; the parts of other characters are among them.
var nameByte = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
			c == '_' || c == '-' || c == '.' || c == ':' || c >= utf8.RuneSelf
	}
	return t
}()

// Productions NameStartChar and NameChar of XML 1.0, fifth edition, without the colon and beyond ASCII.
var nameStarts = [...][2]rune{
	{0xc0, 0xd6}, {0xd8, 0xf6}, {0xf8, 0x2ff}, {0x370, 0x37d}, {0x37f, 0x1fff}, {0x200c, 0x200d}, {0x2070, 0x218f},
	{0x2c00, 0x2fef}, {0x3001, 0xd7ff}, {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff},
}

var nameOthers = [...][2]rune{{0xb7, 0xb7}, {0x300, 0x36f}, {0x203f, 0x2040}}

func within(r rune, ranges [][2]rune) bool {
	for _, x := range ranges {
		if r >= x[0] && r <= x[1] {
			return true
		}
	}
	return false
}

// isNCName is production NCName of Namespaces in XML.
func isNCName(b []byte) bool {
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
			if !letter && (i == 0 || !nameByte[c] || c == ':') {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size <= 1 {
			return false
		}
		if !within(r, nameStarts[:]) && (i == 0 || !within(r, nameOthers[:])) {
			return false
		}
		i += size
	}
	return len(b) > 0
}

// splitName splits a qualified name. The prefix has length 0 if there is none; ok is false if it is no production QName.
func splitName(b []byte) (prefix int, ok bool) {
	i := bytes.IndexByte(b, ':')
	if i < 0 {
		return 0, isNCName(b)
	}
	return i, isNCName(b[:i]) && isNCName(b[i+1:])
}

// IsNCName tells whether s is a name without a prefix (production NCName of Namespaces in XML).
func IsNCName(s string) bool { return isNCName([]byte(s)) }
