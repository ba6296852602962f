package record

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a string; ok is false where none comes next.
func (r *jsonReader) text() (s string, ok bool) {
	if !r.is('"') {
		return "", false
	}
	from := r.pos
	for i := from; i < len(r.s); i++ {
		switch c := r.s[i]; {
		case c == '"':
			r.pos = i + 1
			return r.s[from:i], true
		case c == '\\':
			return r.escaped(from, i)
		case c < 0x20:
			r.pos = i
			return "", r.no("a control character stands in a string")
		}
	}
	r.pos = len(r.s)
	return "", r.no("a string does not end")
}

// escaped goes on with a string that has an escape at i.
func (r *jsonReader) escaped(from, i int) (string, bool) {
	var b strings.Builder
	b.WriteString(r.s[from:i])
	for i < len(r.s) {
		c := r.s[i]
		switch {
		case c == '"':
			r.pos = i + 1
			return b.String(), true
		case c < 0x20:
			r.pos = i
			return "", r.no("a control character stands in a string")
		case c != '\\':
			b.WriteByte(c)
			i++
			continue
		}
		r.pos = i
		if i+1 >= len(r.s) {
			break
		}
		switch c = r.s[i+1]; c {
		case '"', '\\', '/':
			b.WriteByte(c)
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			u, ok := hex4(r.s, i+2)
			if !ok {
				return "", r.no("an escape is not well formed")
			}
			if utf16.IsSurrogate(u) {
				low, ok := rune(0), false
				if strings.HasPrefix(r.s[i+6:], `\u`) {
					low, ok = hex4(r.s, i+8)
				}
				if u = utf16.DecodeRune(u, low); !ok || u == utf8.RuneError {
					return "", r.no("an escape is half a character")
				}
				i += 6
			}
			b.WriteRune(u)
			i += 4
		default:
			return "", r.no("an escape is not well formed")
		}
		i += 2
	}
	r.pos = len(r.s)
	return "", r.no("a string does not end")
}

func hex4(s string, at int) (rune, bool) {
	if at+4 > len(s) {
		return 0, false
	}
	var u rune
	for _, c := range []byte(s[at : at+4]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		u = u<<4 | rune(c)
	}
	return u, true
}
