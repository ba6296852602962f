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
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if !plain[s[i]] {
			return false
		}
	}
	return s != "" && s[0] != ' '
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
