package record

import (
	"bytes"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	jsonBytes  = 1 << 30
	jsonDepth  = 512
	jsonValues = 20_000_000
)

// Unmarshal reads one record in the JSON form that Marshal writes. It is strict:
// an unknown version, an unknown field, a field given twice, a mandatory field
// that is missing, null, text that is not UTF-8 and anything after the record
// are errors, and so is a text of more than 1 GiB, 20,000,000 values or 512
// levels. Every error is a *JSONError, which holds no value of the text.
//
// It does not judge what the record says; Validate does.
func Unmarshal(data []byte) (*Record, error) {
	r := newJSONReader(data, Limits{})
	rec, err := r.envelope()
	if err != nil {
		return nil, err
	}
	if r.space(); r.pos < len(r.s) {
		return nil, r.fail("something follows the record")
	}
	return rec, nil
}

type jsonReader struct {
	s      string
	pos    int
	path   []jsonStep
	inside bool // of the record, so that errors have a path
	depth  int
	values int
	facts  int // scalars read
	beside int // those of them that stand in Record.Carried
	limits Limits
	err    *JSONError
}

func newJSONReader(data []byte, o Limits) *jsonReader {
	if o.Bytes <= 0 {
		o.Bytes = jsonBytes
	}
	if o.Depth <= 0 {
		o.Depth = jsonDepth
	}
	if o.Nodes <= 0 {
		o.Nodes = jsonValues
	}
	r := &jsonReader{limits: o}
	if int64(len(data)) > o.Bytes {
		r.err = &JSONError{Reason: "the text is larger than the limit"}
		return r
	}
	// One copy, which all strings without an escape then share.
	r.s = string(data)
	if !utf8.ValidString(r.s) {
		for r.pos < len(r.s) {
			c, n := utf8.DecodeRuneInString(r.s[r.pos:])
			if c == utf8.RuneError && n == 1 {
				break
			}
			r.pos += n
		}
		r.err = r.at("the text is not UTF-8")
	}
	return r
}

func (r *jsonReader) at(reason string) *JSONError {
	e := &JSONError{Reason: reason}
	before := r.s[:min(r.pos, len(r.s))]
	e.Line = 1 + strings.Count(before, "\n")
	e.Column = 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	if r.inside {
		e.Path = jsonPath(r.path)
	}
	return e
}

func (r *jsonReader) fail(reason string) error {
	if r.err == nil {
		r.err = r.at(reason)
	}
	return r.err
}

func (r *jsonReader) space() {
	for r.pos < len(r.s) {
		switch r.s[r.pos] {
		case ' ', '\t', '\n', '\r':
			r.pos++
		default:
			return
		}
	}
}

// is skips white space and then the byte c if it comes next.
func (r *jsonReader) is(c byte) bool {
	if r.pos < len(r.s) && r.s[r.pos] == c {
		r.pos++
		return true
	}
	r.space()
	if r.pos < len(r.s) && r.s[r.pos] == c {
		r.pos++
		return true
	}
	return false
}

// envelope reads {"portageRecord": "1", "record": {…}}, in this order.
func (r *jsonReader) envelope() (*Record, error) {
	if r.err != nil {
		return nil, r.err
	}
	name, ok := "", r.is('{')
	if ok {
		name, ok = r.text()
	}
	if !ok || name != "portageRecord" || !r.is(':') {
		r.err = nil
		return nil, r.fail(`the text does not begin as a record does, with "portageRecord"`)
	}
	version, ok := r.text()
	if !ok {
		return nil, r.fail("the version is not a string")
	}
	if version != JSONVersion {
		return nil, r.fail("the record is of a version that is not known here")
	}
	r.facts++
	if !r.is(',') {
		return nil, r.fail(`"record" is missing`)
	}
	if name, ok = r.text(); !ok || name != "record" || !r.is(':') {
		return nil, r.fail(`"record" is missing`)
	}
	rec := new(Record)
	r.inside = true
	ok = r.value(layouts()[reflect.TypeFor[Record]()], reflect.ValueOf(rec).Elem())
	if !ok {
		return nil, r.fail("not JSON")
	}
	r.inside = false
	if !r.is('}') {
		return nil, r.fail("the envelope holds more than a version and a record")
	}
	return rec, nil
}

func (r *jsonReader) value(l *layout, v reflect.Value) bool {
	if r.values++; r.values > r.limits.Nodes {
		return r.no("more values than the limit")
	}
	switch l.shape {
	case shapeString:
		s, ok := r.text()
		if !ok {
			return r.no("a string was expected")
		}
		r.facts++
		v.SetString(s)
	case shapeData:
		s, ok := r.text()
		if !ok {
			return r.no("a string was expected")
		}
		r.facts++
		v.Set(reflect.ValueOf(Base64Data(s)))
	case shapeBool:
		r.space()
		switch rest := r.s[r.pos:]; {
		case strings.HasPrefix(rest, "true"):
			r.pos += 4
			v.SetBool(true)
		case strings.HasPrefix(rest, "false"):
			r.pos += 5
			v.SetBool(false)
		default:
			return r.no("true or false was expected")
		}
		r.facts++
	case shapeInt:
		return r.number(v)
	case shapePointer:
		p := reflect.New(l.elem.typ)
		r.values--
		if !r.value(l.elem, p.Elem()) {
			return false
		}
		v.Set(p)
	case shapeSlice:
		return r.array(l, v)
	case shapeStruct:
		return r.object(l, v)
	}
	return true
}

func (r *jsonReader) no(reason string) bool {
	_ = r.fail(reason)
	return false
}

func (r *jsonReader) enter() bool {
	if r.depth++; r.depth > r.limits.Depth {
		return r.no("deeper than the limit")
	}
	return true
}

func (r *jsonReader) array(l *layout, v reflect.Value) bool {
	if !r.is('[') {
		return r.no("an array was expected")
	}
	if !r.enter() {
		return false
	}
	depth := len(r.path)
	r.path = append(r.path, jsonStep{})
	for n := 0; ; n++ {
		if r.is(']') {
			if n > 0 {
				return r.no("a value was expected after the comma")
			}
			break
		}
		if n == v.Cap() {
			v.Grow(max(1, n))
		}
		v.SetLen(n + 1)
		r.path[depth].at = n
		if !r.value(l.elem, v.Index(n)) {
			return false
		}
		if !r.is(',') {
			if !r.is(']') {
				return r.no("a comma or the end of the array was expected")
			}
			break
		}
	}
	r.path = r.path[:depth]
	r.depth--
	return true
}

func (r *jsonReader) object(l *layout, v reflect.Value) bool {
	if !r.is('{') {
		return r.no("an object was expected")
	}
	if !r.enter() {
		return false
	}
	var seen fieldSet
	depth := len(r.path)
	next := 0
	for n := 0; ; n++ {
		if r.is('}') {
			if n > 0 {
				return r.no("a field was expected after the comma")
			}
			break
		}
		r.space()
		at := r.pos
		name, ok := r.text()
		if !ok {
			return r.no("the name of a field was expected")
		}
		// Fields mostly come in the order of the type.
		for next < len(l.fields) && l.fields[next].name != name {
			next++
		}
		i := next
		if i == len(l.fields) {
			if i, ok = l.place(name); !ok {
				r.pos = at
				return r.no("unknown field")
			}
			next = i
		}
		next++
		f := &l.fields[i]
		r.path = append(r.path, jsonStep{name: f.name})
		if seen.has(i) {
			r.pos = at
			return r.no("the field is given twice")
		}
		seen.add(i)
		if !r.is(':') {
			return r.no("a colon was expected")
		}
		facts := r.facts
		if !r.value(f.layout, f.get(v)) {
			return false
		}
		if f.layout.typ == reflect.TypeFor[[]Carried]() {
			r.beside += r.facts - facts
		}
		r.path = r.path[:depth]
		if !r.is(',') {
			if !r.is('}') {
				return r.no("a comma or the end of the object was expected")
			}
			break
		}
	}
	if l.must[0]&^seen[0] != 0 || l.must[1]&^seen[1] != 0 {
		return r.no("a mandatory field is missing")
	}
	r.depth--
	return true
}

// number reads a whole number; the record has no others, decimals are text.
func (r *jsonReader) number(v reflect.Value) bool {
	r.space()
	from := r.pos
	for r.pos < len(r.s) && (r.s[r.pos] == '-' || r.s[r.pos] >= '0' && r.s[r.pos] <= '9') {
		r.pos++
	}
	text := r.s[from:r.pos]
	n, err := strconv.ParseInt(text, 10, v.Type().Bits())
	if err != nil || strconv.FormatInt(n, 10) != text {
		r.pos = from
		return r.no("a whole number was expected")
	}
	r.facts++
	v.SetInt(n)
	return true
}

// readAll reads an input up to the limit and one byte more.
func readAll(in Input, limit int64) ([]byte, error) {
	if in.Bytes != nil || in.Reader == nil {
		return in.Bytes, nil
	}
	if limit <= 0 {
		limit = jsonBytes
	}
	var b bytes.Buffer
	_, err := b.ReadFrom(io.LimitReader(in.Reader, limit+1))
	return b.Bytes(), err
}
