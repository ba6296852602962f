package fhir

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// num writes a decimal as it is written in the record: digits are neither
// added nor taken (R4 2.24.0.1, decimal). Another spelling of a number (+5, .5, 05)
// goes out in JSON's with the text as sent beside it; what is no number stands
// in a field of the record extension alone, with an issue.
func (w *writer) num(name, v string) {
	if v == "" {
		return
	}
	if isNumber(v) {
		w.raw(name, v)
		return
	}
	inExt := w.frames[len(w.frames)-1].isExt
	if n, ok := respell(v); ok && !inExt {
		w.raw(name, n)
	} else if !ok {
		w.Note(&record.IssueInvalidNumber, "")
	}
	if inExt {
		w.str("valueString", v)
	} else {
		w.fieldStr(name, v)
	}
}

// integer writes an integer, positiveInt or unsignedInt of at least low; what
// is none stands in a field of the record extension.
func (w *writer) integer(name, v string, low int) {
	if v == "" {
		return
	}
	n, ok := parseInt(v)
	if !ok || n < low {
		w.fieldStr(name, v)
		return
	}
	w.raw(name, v)
}

// parseInt reads an integer of 32 bits in its one JSON spelling.
func parseInt(v string) (n int, ok bool) {
	s := strings.TrimPrefix(v, "-")
	if s == "" || len(s) > 10 || s[0] == '0' && (len(s) > 1 || s != v) {
		return 0, false
	}
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	if n > 1<<31-1 {
		return 0, false
	}
	if s != v {
		n = -n
	}
	return n, true
}

// isNumber reports whether v is a number in JSON's grammar (RFC 8259 6), which
// is FHIR's, and of a length that FHIR's decimal is meant for.
func isNumber(v string) bool {
	i := 0
	if i < len(v) && v[i] == '-' {
		i++
	}
	switch {
	case i < len(v) && v[i] == '0':
		i++
	case i < len(v) && '1' <= v[i] && v[i] <= '9':
		i = digits(v, i)
	default:
		return false
	}
	if i < len(v) && v[i] == '.' {
		j := digits(v, i+1)
		if j == i+1 {
			return false
		}
		i = j
	}
	if i < len(v) && (v[i] == 'e' || v[i] == 'E') {
		i++
		if i < len(v) && (v[i] == '+' || v[i] == '-') {
			i++
		}
		j := digits(v, i)
		if j == i || j-i > 4 {
			return false
		}
		i = j
	}
	return i == len(v)
}

// digits gives the index after the run of digits at i.
func digits(v string, i int) int {
	for i < len(v) && '0' <= v[i] && v[i] <= '9' {
		i++
	}
	return i
}

// respell writes the same number in JSON's grammar: without a plus or needless zeros before it, with a zero before the point.
func respell(v string) (string, bool) {
	s, neg := strings.CutPrefix(v, "-")
	if !neg {
		s = strings.TrimPrefix(s, "+")
	}
	s = strings.TrimLeft(s, "0")
	if s == "" || s[0] < '0' || s[0] > '9' {
		s = "0" + s
	}
	s = strings.TrimSuffix(s, ".")
	if neg {
		s = "-" + s
	}
	return s, isNumber(s) && strings.ContainsAny(v, "0123456789")
}
