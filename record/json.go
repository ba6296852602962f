package record

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// JSONVersion is the version of the JSON form that Marshal writes and Unmarshal
// reads. It changes only when a document of the old version could be misread.
const JSONVersion = "1"

const jsonHead = `{"portageRecord":"` + JSONVersion + `","record":{`

// JSONError is why a text is not the JSON form of a record. It holds no value
// of the text: Path is made of the record's own field names and of numbers.
type JSONError struct {
	Line, Column int
	Path         string
	Reason       string
}

// Error gives place and reason: "record: 1:204: record.allergies[0]: unknown field".
func (e *JSONError) Error() string {
	var b strings.Builder
	b.WriteString("record: ")
	if e.Line > 0 {
		fmt.Fprintf(&b, "%d:%d: ", e.Line, e.Column)
	}
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString(e.Reason)
	return b.String()
}

// Marshal writes a record in its stable JSON form, described in
// docs/record-json.md: one line, fields in the order of the types, nothing
// written that is not there. The same record gives the same bytes.
//
// It fails where a string is not UTF-8 or where the content of an Attachment
// cannot be read; such an error is a *JSONError, or wraps the reader's own.
func Marshal(rec *Record) ([]byte, error) {
	if rec == nil {
		return nil, errors.New("record: no record to marshal")
	}
	return appendRecord(make([]byte, 0, 16<<10), rec)
}

func appendRecord(b []byte, rec *Record) ([]byte, error) {
	w := jsonWriter{b: append(b, jsonHead...)}
	err := w.fields(layouts()[reflect.TypeFor[Record]()], reflect.ValueOf(rec).Elem())
	if err != nil {
		return nil, w.failed(err)
	}
	return append(w.b, '}', '}'), nil
}

type jsonWriter struct {
	b    []byte
	path []jsonStep
}

var errNotUTF8 = errors.New("a string is not UTF-8")

func (w *jsonWriter) failed(err error) error {
	e := &JSONError{Path: jsonPath(w.path), Reason: errNotUTF8.Error()}
	if err != errNotUTF8 {
		return fmt.Errorf("record: %s: content cannot be read: %w", e.Path, err)
	}
	return e
}

// jsonStep is a field's name or, where that is empty, a place in an array.
type jsonStep struct {
	name string
	at   int
}

func jsonPath(steps []jsonStep) string {
	b := []byte("record")
	for _, s := range steps {
		if s.name != "" {
			b = append(append(b, '.'), s.name...)
			continue
		}
		b = append(strconv.AppendInt(append(b, '['), int64(s.at), 10), ']')
	}
	return string(b)
}

func (w *jsonWriter) fields(l *layout, v reflect.Value) error {
	depth := len(w.path)
	w.path = append(w.path, jsonStep{})
	p := v.Addr().UnsafePointer()
	for i := range l.fields {
		f := &l.fields[i]
		if !f.always && f.absent(p) {
			continue
		}
		w.path[depth].name = f.name
		if key := f.key; w.b[len(w.b)-1] == '{' {
			w.b = append(w.b, key[1:]...)
		} else {
			w.b = append(w.b, key...)
		}
		if err := w.value(f.layout, f.get(v)); err != nil {
			return err
		}
	}
	w.path = w.path[:depth]
	return nil
}

func (w *jsonWriter) value(l *layout, v reflect.Value) error {
	switch l.shape {
	case shapeString:
		return w.text(v.String())
	case shapeBool:
		w.b = strconv.AppendBool(w.b, v.Bool())
	case shapeInt:
		w.b = strconv.AppendInt(w.b, v.Int(), 10)
	case shapeData:
		s, err := v.Interface().(Data).Base64()
		if err != nil {
			return err
		}
		return w.text(s)
	case shapePointer:
		return w.value(l.elem, v.Elem())
	case shapeSlice:
		w.b = append(w.b, '[')
		depth := len(w.path)
		w.path = append(w.path, jsonStep{})
		for i := range v.Len() {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.path[depth].at = i
			if err := w.value(l.elem, v.Index(i)); err != nil {
				return err
			}
		}
		w.path = w.path[:depth]
		w.b = append(w.b, ']')
	case shapeStruct:
		w.b = append(w.b, '{')
		if err := w.fields(l, v); err != nil {
			return err
		}
		w.b = append(w.b, '}')
	}
	return nil
}

// text writes a string with no more escapes than JSON demands (RFC 8259, section 7).
func (w *jsonWriter) text(s string) error {
	b := append(w.b, '"')
	from := 0
	ascii := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x80 {
			ascii = false
		}
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			const hex = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	if !ascii && !utf8.ValidString(s) {
		return errNotUTF8
	}
	w.b = append(append(b, s[from:]...), '"')
	return nil
}
