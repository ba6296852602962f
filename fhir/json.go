package fhir

import (
	"encoding/base64"
	"slices"
	"unicode/utf8"

	"github.com/portage-health/portage/internal/room"
)

// frame is one open object or array of the JSON text.
type frame struct {
	mark int // length of b before its name: an empty object or array leaves nothing behind
	body int // length of b after its opening bracket
	x    int // where its extensions begin in x
	r    int // where its record fields begin in r

	isExt bool // an extension: it has a value or extensions, never both (R4 ext-1)
}

// jsonText is JSON being written onto one slice. Objects and arrays that stay
// empty vanish: FHIR allows none (R4 2.6.2, JSON Representation). Extensions of an
// object may be written at any time while it is open; they land at its end.
type jsonText struct {
	b      []byte
	frames []frame
	x      []byte // extensions of the open objects, as JSON texts with commas between
	r      []byte // record fields of the open objects, likewise
	spare  []byte // room for a second text (see assemble)
}

// texts holds working memory only: texts in it are empty, and an export sees nothing of another.
var texts = room.Shelf[jsonText]{New: func() *jsonText { return new(jsonText) }}

// release gives the memory of w to the next export as text, unless it is very much.
func (w *jsonText) release(text *jsonText) {
	const keep, stay = 16 << 20, 1 << 20
	bytes := cap(w.b) + cap(w.x) + cap(w.r) + cap(w.spare)
	if bytes > keep {
		return
	}
	*text = jsonText{b: w.b[:0], frames: w.frames[:0], x: w.x[:0], r: w.r[:0], spare: w.spare[:0]}
	texts.Put(text, bytes <= stay)
}

// put appends s. Unlike w.b = append(w.b, s...) it stores no pointer where s
// fits: such stores cost time while garbage is collected.
func (w *jsonText) put(s string) {
	n := len(w.b)
	if n+len(s) > cap(w.b) {
		w.b = slices.Grow(w.b, len(s))
	}
	w.b = w.b[:n+len(s)]
	copy(w.b[n:], s)
}

// comma writes a comma where something stands before.
func (w *jsonText) comma() {
	if n := len(w.b); n > 0 {
		switch w.b[n-1] {
		case '{', '[', ':', ',':
			return
		}
		w.b = append(w.b, ',')
	}
}

// key writes a comma where needed and the name of a member; an empty name stands in arrays.
func (w *jsonText) key(name string) {
	n, most := len(w.b), len(name)+len(`,"":`)
	if n+most > cap(w.b) {
		w.b = slices.Grow(w.b, most)
	}
	b := w.b[:n+most]
	if n > 0 {
		switch b[n-1] {
		case '{', '[', ':', ',':
		default:
			b[n] = ','
			n++
		}
	}
	if name != "" {
		b[n] = '"'
		n += 1 + copy(b[n+1:], name)
		b[n], b[n+1] = '"', ':'
		n += 2
	}
	w.b = w.b[:n]
}

// plain writes a string whose characters stand for themselves.
func (w *jsonText) plain(s string) {
	n := len(w.b)
	if n+len(s)+2 > cap(w.b) {
		w.b = slices.Grow(w.b, len(s)+2)
	}
	b := w.b[:n+len(s)+2]
	b[n] = '"'
	copy(b[n+1:], s)
	b[len(b)-1] = '"'
	w.b = w.b[:len(b)]
}

// obj opens an object as member name, or as an element of an array where name is "".
func (w *jsonText) obj(name string) { w.open(name, '{') }

// arr opens an array.
func (w *jsonText) arr(name string) { w.open(name, '[') }

func (w *jsonText) open(name string, bracket byte) {
	mark := len(w.b)
	w.key(name)
	w.b = append(w.b, bracket)
	w.push(mark)
}

// push remembers what is open now; mark is the length of b before it.
func (w *jsonText) push(mark int) *frame {
	w.frames = append(w.frames, frame{})
	f := &w.frames[len(w.frames)-1]
	f.mark, f.body, f.x, f.r = mark, len(w.b), len(w.x), len(w.r)
	return f
}

// aloneObj opens an object that is no member of what is being written: text to be taken off again.
func (w *jsonText) aloneObj() {
	mark := len(w.b)
	w.b = append(w.b, '{')
	w.push(mark)
}

// end closes the innermost object with its extensions. It reports whether anything was in it.
func (w *jsonText) end() bool {
	n := len(w.frames) - 1
	f := &w.frames[n]
	if len(w.x) > f.x || len(w.r) > f.r {
		w.flush(f)
	}
	return w.shut(f, n, '}')
}

// endArr closes the innermost array. It reports whether anything was in it.
func (w *jsonText) endArr() bool {
	n := len(w.frames) - 1
	return w.shut(&w.frames[n], n, ']')
}

func (w *jsonText) shut(f *frame, n int, bracket byte) bool {
	w.frames = w.frames[:n]
	if len(w.b) == f.body {
		w.b = w.b[:f.mark]
		return false
	}
	w.b = append(w.b, bracket)
	return true
}

// flush writes the pending extensions of an object, ours last.
func (w *jsonText) flush(f *frame) {
	w.key("extension")
	w.b = append(w.b, '[')
	w.b = append(w.b, w.x[f.x:]...)
	if len(w.r) > f.r {
		if len(w.x) > f.x {
			w.b = append(w.b, ',')
		}
		w.put(`{"extension":[`)
		w.b = append(w.b, w.r[f.r:]...)
		w.put(`],"url":"` + extRecord + `"}`)
	}
	w.b = append(w.b, ']')
	w.x, w.r = w.x[:f.x], w.r[:f.r]
}

// isEmpty reports whether nothing was written in the innermost object or array yet.
func (w *jsonText) isEmpty() bool {
	f := &w.frames[len(w.frames)-1]
	return len(w.b) == f.body && len(w.x) == f.x && len(w.r) == f.r
}

// ext opens an extension of the innermost object; endExt closes it. Between
// them stand one value[x] member, or extensions of the extension. The url is a
// constant of ours, whose characters stand for themselves.
func (w *jsonText) ext(url string) {
	mark := len(w.b)
	w.put(`{"url":"`)
	w.put(url)
	w.b = append(w.b, '"')
	w.push(mark).isExt = true
}

// endExt closes an extension. One without a value vanishes.
func (w *jsonText) endExt() {
	if t := w.aside(); t != nil {
		if len(w.x) > w.frames[len(w.frames)-1].x {
			w.x = append(w.x, ',')
		}
		w.x = append(w.x, t...)
	}
}

// field opens a part of our own record extension on the innermost object: a
// field of the record that FHIR has no place for, by its name there. Within
// another field it is a part of that. endField closes it.
func (w *jsonText) field(name string) { w.ext(name) }

// endField closes a field. One without a value vanishes.
func (w *jsonText) endField() {
	t := w.aside()
	if t == nil {
		return
	}
	f := &w.frames[len(w.frames)-1]
	if f.isExt {
		if len(w.x) > f.x {
			w.x = append(w.x, ',')
		}
		w.x = append(w.x, t...)
		return
	}
	if len(w.r) > f.r {
		w.r = append(w.r, ',')
	}
	w.r = append(w.r, t...)
}

// aside takes the extension just written off the text; nil where it has no value.
func (w *jsonText) aside() []byte {
	n := len(w.frames) - 1
	f := &w.frames[n]
	if len(w.x) > f.x || len(w.r) > f.r {
		w.flush(f)
	}
	w.frames = w.frames[:n]
	if len(w.b) == f.body {
		w.b = w.b[:f.mark]
		return nil
	}
	w.b = append(w.b, '}')
	t := w.b[f.mark:]
	w.b = w.b[:f.mark]
	return t
}

// raw writes a member whose value is JSON text already.
func (w *jsonText) raw(name, text string) {
	w.key(name)
	w.put(text)
}

// code writes a string member that is known to be a valid FHIR code, URI or
// other constant of ours; nothing where it is empty.
func (w *jsonText) code(name, v string) {
	if v != "" {
		w.key(name)
		w.quote(v)
	}
}

// word writes a string member that is a constant of ours, whose characters
// stand for themselves; nothing where it is empty.
func (w *jsonText) word(name, v string) {
	if v != "" {
		w.key(name)
		w.plain(v)
	}
}

// boolean writes a member that is true or false.
func (w *jsonText) boolean(name string, v bool) {
	w.key(name)
	if v {
		w.b = append(w.b, "true"...)
	} else {
		w.b = append(w.b, "false"...)
	}
}

// bool writes a member where v is not nil.
func (w *jsonText) bool(name string, v *bool) {
	if v != nil {
		w.boolean(name, *v)
	}
}

// quote writes a JSON string. What is no character in FHIR (R4 2.24.0.1, string:
// no control characters but tab, CR and LF) or no UTF-8 becomes U+FFFD.
func (w *jsonText) quote(s string) {
	if standsIn(s) {
		w.plain(s)
		return
	}
	w.b = append(w.b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			if _, n := utf8.DecodeRuneInString(s[i:]); n > 1 {
				i += n
				continue
			}
		}
		w.put(s[start:i])
		switch c {
		case '"', '\\':
			w.b = append(w.b, '\\', c)
		case '\n':
			w.put(`\n`)
		case '\r':
			w.put(`\r`)
		case '\t':
			w.put(`\t`)
		default:
			w.put("\uFFFD")
		}
		i++
		start = i
	}
	w.put(s[start:])
	w.b = append(w.b, '"')
}

// str writes a string member; nothing where v is empty. What FHIR does not
// allow in a string stands beside it, as its bytes in base64, in a field of our
// record extension.
func (w *jsonText) str(name, v string) {
	switch {
	case v == "":
	case isPlain(v):
		w.word(name, v)
	case clean(v):
		w.key(name)
		w.quote(v)
	default:
		w.unclean(name, v)
	}
}

func (w *jsonText) unclean(name, v string) {
	if w.frames[len(w.frames)-1].isExt {
		w.base64Text("valueBase64Binary", v)
		return
	}
	if s := replaceUnclean(v); s != "" {
		w.key(name)
		w.quote(s)
	}
	w.bytesField(name, v)
}

// bytesField keeps a text that is no FHIR string as its bytes.
func (w *jsonText) bytesField(name, v string) {
	w.field(name)
	w.base64Text("valueBase64Binary", v)
	w.endField()
}

// base64Text writes the bytes of v as base64.
func (w *jsonText) base64Text(name, v string) {
	w.key(name)
	w.b = append(w.b, '"')
	w.b = base64.StdEncoding.AppendEncode(w.b, []byte(v))
	w.b = append(w.b, '"')
}

// strs writes an array of strings, empty ones left out.
func (w *jsonText) strs(name string, vs []string) {
	if len(vs) == 0 {
		return
	}
	unclean := false
	w.arr(name)
	for _, v := range vs {
		switch {
		case v == "":
		case clean(v):
			w.key("")
			w.quote(v)
		default:
			unclean = true
			if s := replaceUnclean(v); s != "" {
				w.key("")
				w.quote(s)
			}
		}
	}
	w.endArr()
	for i := 0; unclean && i < len(vs); i++ {
		if vs[i] != "" && !clean(vs[i]) {
			w.bytesField(name, vs[i])
		}
	}
}
