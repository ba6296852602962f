package audit

import (
	"encoding/base64"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// writer writes the one JSON form of an event: what encoding/json writes of it without escapes for HTML, which a test
// compares it with. illegible says that a text has what not every format can hold: control characters other than those
// that part words and lines, which XML 1.0 has none for, or bytes that are not UTF-8.
type writer struct {
	b         []byte
	illegible bool
}

// name begins a member.
func (w *writer) name(name string) {
	b := w.b
	if b[len(b)-1] != '{' {
		b = append(b, ',', '"')
	} else {
		b = append(b, '"')
	}
	b = append(b, name...)
	w.b = append(b, '"', ':')
}

// asIs says of a byte that it is a whole character that is written as it is.
func asIs(c byte) bool { return c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf }

// asItIs gives the length of the part of s, from its beginning, that is written as it is: eight bytes a step, then one by one.
func asItIs(s string) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(s); i += 8 {
		x := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		quote, slash := x^'"'*ones, x^'\\'*ones
		// A high bit in what is left says that a byte there is below a space, a quote, a backslash, or not of ASCII; the
		// first of them is told exactly by the steps of one.
		if ((x-' '*ones)|(quote-ones)|(slash-ones)|x)&highs != 0 {
			break
		}
	}
	for i < len(s) && asIs(s[i]) {
		i++
	}
	return i
}

// text writes a string.
func (w *writer) text(s string) {
	i := asItIs(s)
	if i == len(s) {
		b := append(w.b, '"')
		b = append(b, s...)
		w.b = append(b, '"')
		return
	}
	w.b = append(w.b, '"')
	from := 0
	for i < len(s) {
		c := s[i]
		if asIs(c) {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		var escaped string
		switch {
		case c == '"':
			escaped = `\"`
		case c == '\\':
			escaped = `\\`
		case c == '\n':
			escaped = `\n`
		case c == '\r':
			escaped = `\r`
		case c == '\t':
			escaped = `\t`
		case r == '\u2028':
			escaped = `\u2028`
		case r == '\u2029':
			escaped = `\u2029`
		case c < ' ' || r == utf8.RuneError && n == 1:
			w.illegible = true
			fallthrough
		default:
			i += n
			continue
		}
		w.b = append(w.b, s[from:i]...)
		w.b = append(w.b, escaped...)
		i += n
		from = i
	}
	w.b = append(w.b, s[from:]...)
	w.b = append(w.b, '"')
}

// must writes a member that is always there, may one that is left out where it is empty.
func (w *writer) must(name, s string) {
	if asItIs(s) < len(s) {
		w.name(name)
		w.text(s)
		return
	}
	// Most texts are written as they are: then room is made once.
	b := slices.Grow(w.b, len(name)+len(s)+len(`,"":""`))
	i := len(b)
	b = b[:cap(b)]
	if b[i-1] != '{' {
		b[i] = ','
		i++
	}
	b[i] = '"'
	i++
	i += copy(b[i:], name)
	i += copy(b[i:], `":"`)
	i += copy(b[i:], s)
	b[i] = '"'
	w.b = b[:i+1]
}

func (w *writer) may(name, s string) {
	if s != "" {
		w.must(name, s)
	}
}

func (w *writer) number(name string, n int64) {
	w.name(name)
	w.b = strconv.AppendInt(w.b, n, 10)
}

func (w *writer) count(name string, n int64) {
	if n != 0 {
		w.number(name, n)
	}
}

func (w *writer) flag(name string, set bool) {
	if set {
		w.name(name)
		w.b = append(w.b, "true"...)
	}
}

func (w *writer) time(name string, t time.Time) {
	w.name(name)
	w.b = append(w.b, '"')
	w.b = t.UTC().AppendFormat(w.b, time.RFC3339Nano)
	w.b = append(w.b, '"')
}

func (w *writer) when(name string, t time.Time) {
	if !t.IsZero() {
		w.time(name, t)
	}
}

func (w *writer) base64(name string, data []byte) {
	if len(data) > 0 {
		w.name(name)
		w.b = append(w.b, '"')
		w.b = base64.StdEncoding.AppendEncode(w.b, data)
		w.b = append(w.b, '"')
	}
}

func (w *writer) texts(name string, list []string) {
	if len(list) == 0 {
		return
	}
	w.name(name)
	w.b = append(w.b, '[')
	for i, s := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.text(s)
	}
	w.b = append(w.b, ']')
}

// object writes a member that is an object, written by the method given.
func object[T any](w *writer, name string, v *T, members func(*T, *writer)) {
	w.name(name)
	w.b = append(w.b, '{')
	members(v, w)
	w.b = append(w.b, '}')
}

func optional[T any](w *writer, name string, v *T, members func(*T, *writer)) {
	if v != nil {
		object(w, name, v, members)
	}
}

func objects[T any](w *writer, name string, list []T, members func(*T, *writer)) {
	if len(list) == 0 {
		return
	}
	w.name(name)
	w.b = append(w.b, '[')
	for i := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(w.b, '{')
		members(&list[i], w)
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, ']')
}
