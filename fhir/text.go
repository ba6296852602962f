package fhir

import (
	"strings"
	"unicode/utf8"
)

// plain are the bytes that stand for themselves in a JSON string.
var plain = func() (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\' && c != 0x7f
	}
	return t
}()

// isPlain reports whether s is clean and stands in a JSON string as it is.
// Nearly all text is, and needs to be looked at only once.
func isPlain(s string) bool { return s != "" && s[0] != ' ' && standsIn(s) }

// standsIn reports whether s stands in a JSON string as it is.
func standsIn(s string) bool {
	n := len(s)
	if n < 8 {
		for i := 0; i < n; i++ {
			if !plain[s[i]] {
				return false
			}
		}
		return true
	}
	last := oddBits(word8(s[n-8:]))
	for ; len(s) > 16; s = s[16:] {
		if oddBits(word8(s))|oddBits(word8(s[8:])) != 0 {
			return false
		}
	}
	return last == 0 && (len(s) < 8 || !odd(word8(s)))
}

// word8 gives the first eight bytes of s as one word.
func word8(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// oddXHTML is odd, for text of XHTML within a JSON string.
func oddXHTML(w uint64) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	angle, and := (w|ones*2)^ones*'>', w^ones*'&' // "<" is ">" but for one bit
	return odd(w) || ((angle-ones)|(and-ones))&^w&highs != 0
}

// odd reports whether one of eight bytes is not plain.
func odd(w uint64) bool { return oddBits(w) != 0 }

// oddBits is 0 where all of eight bytes are plain.
func oddBits(w uint64) uint64 {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	quote, slash, del := w^ones*'"', w^ones*'\\', w^ones*0x7f
	return (w | ((w-ones*0x20)|(quote-ones)|(slash-ones)|(del-ones))&^w) & highs
}

// clean reports whether s is text as FHIR wants it: some character that is not
// white space, no control characters but tab, CR and LF, and valid UTF-8.
func clean(s string) bool {
	ink := false
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c > ' ' && c < 0x7f:
			ink = true
			i++
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c >= utf8.RuneSelf:
			_, n := utf8.DecodeRuneInString(s[i:])
			if n == 1 {
				return false
			}
			ink = ink || strings.TrimSpace(s[i:i+n]) != ""
			i += n
		default:
			return false
		}
	}
	return ink
}

// replaceUnclean puts U+FFFD where a string has what FHIR does not allow; "" where nothing but white space is left.
func replaceUnclean(v string) string {
	s := strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(v, "\uFFFD"))
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return s
}
