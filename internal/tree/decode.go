package tree

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// The functions here turn values as written, which reading has found to be right, into values.

// appendAttr appends the value of an attribute (XML 1.0 section 3.3.3, for attributes of type CDATA).
func appendAttr(dst, src []byte) []byte {
	for i := 0; i < len(src); {
		switch c := src[i]; c {
		case '&':
			size, r, _ := reference(src[i:])
			dst = utf8.AppendRune(dst, r)
			i += max(size, 1)
		case '\r':
			if i+1 < len(src) && src[i+1] == '\n' {
				i++
			}
			dst = append(dst, ' ')
			i++
		case '\n', '\t':
			dst = append(dst, ' ')
			i++
		default:
			dst = append(dst, c)
			i++
		}
	}
	return dst
}

// appendText appends character data, with line ends normalised (XML 1.0 section 2.11), the content of CDATA sections, and
// without comments and processing instructions.
func appendText(dst, src []byte) []byte {
	for len(src) > 0 {
		i := bytes.IndexAny(src, "&\r<")
		if i < 0 {
			return append(dst, src...)
		}
		dst = append(dst, src[:i]...)
		src = src[i:]
		switch {
		case src[0] == '&':
			size, r, _ := reference(src)
			dst = utf8.AppendRune(dst, r)
			src = src[max(size, 1):]
		case src[0] == '\r':
			dst = append(dst, '\n')
			src = src[1:]
			if len(src) > 0 && src[0] == '\n' {
				src = src[1:]
			}
		case bytes.HasPrefix(src, cdataStart):
			n := bytes.Index(src[9:], cdataEnd)
			dst = appendLines(dst, src[9:9+n])
			src = src[9+n+3:]
		case src[1] == '?':
			src = src[bytes.Index(src, piEnd)+2:]
		default:
			src = src[bytes.Index(src[4:], []byte("--"))+4+3:]
		}
	}
	return dst
}

// appendLines appends text whose line ends are normalised.
func appendLines(dst, src []byte) []byte {
	for {
		i := bytes.IndexByte(src, '\r')
		if i < 0 {
			return append(dst, src...)
		}
		dst = append(append(dst, src[:i]...), '\n')
		src = src[i+1:]
		if len(src) > 0 && src[0] == '\n' {
			src = src[1:]
		}
	}
}

// appendJSON appends the value of a string (RFC 8259 section 7).
func appendJSON(dst, src []byte) []byte {
	for {
		i := bytes.IndexByte(src, '\\')
		if i < 0 {
			return append(dst, src...)
		}
		dst = append(dst, src[:i]...)
		c := src[i+1]
		src = src[i+2:]
		switch c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r := hex4(src)
			src = src[4:]
			if utf16.IsSurrogate(r) {
				r = utf16.DecodeRune(r, hex4(src[2:]))
				src = src[6:]
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
	}
}

// hex4 reads four hexadecimal digits; it gives -1 if there are none.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}
