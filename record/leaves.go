package record

import (
	"iter"
	"reflect"
	"strconv"
	"unsafe"
)

// Leaf is one fact of a record: a string, a truth value or a piece of content
// that is there. What is no leaf: fields that are Portage's own bookkeeping (ids
// of entries, origins, sources, what is carried), depths of narrative nodes,
// the mark of a run of text, an Assertion that affirms, and another form of a
// fact beside the fact (Coding.SystemAsSent where System is known; Quantity.Code
// where it is Unit). That a unit's system is UCUM is none either: it is what units are in.
type Leaf struct {
	// Path is the leaf's place by the JSON names of the record: allergies[2].reactions[0].severity.codings[1].code.
	Path string
	// Value is the leaf as text. It is the patient's: keep it out of logs, errors and reports.
	Value string
	// Clear makes the field say nothing, and with it every other form of the same fact; an
	// Assertion then affirms. An element of a slice stays in its place. Restore undoes Clear.
	Clear   func()
	Restore func()
}

// Leaves gives every leaf of a record in the order of its fields. Clear may be called while ranging,
// and should be undone before the next leaf: what is a leaf depends on the others.
func Leaves(rec *Record) iter.Seq[Leaf] {
	return func(yield func(Leaf) bool) {
		if rec == nil {
			return
		}
		w := leafWalk{yield: yield}
		w.walk(layouts()[reflect.TypeFor[Record]()], reflect.ValueOf(rec).Elem(), "")
	}
}

// leafWalk goes through the leaves with their paths.
type leafWalk struct {
	path  []byte
	forms []reflect.Value // other forms of the field at hand
	yield func(Leaf) bool
}

// walk reports false once the caller wants no more.
func (w *leafWalk) walk(l *layout, v reflect.Value, unless string) bool {
	switch l.shape {
	case shapeInt:
		return true
	case shapeString, shapeBool, shapeData:
		if l.zero(v) || unless != "" && v.String() == unless {
			return true
		}
		return w.leaf(l, v, v)
	case shapePointer:
		switch {
		case v.IsNil() || l.elem.shape == shapeInt:
			return true
		case l.elem.shape == shapeStruct:
			return w.walk(l.elem, v.Elem(), "")
		}
		return w.leaf(l.elem, v.Elem(), v)
	case shapeSlice:
		n := len(w.path)
		w.forms = w.forms[:0]
		for i := range v.Len() {
			w.path = append(strconv.AppendInt(append(w.path[:n], '['), int64(i), 10), ']')
			if !w.walk(l.elem, v.Index(i), l.elem.unless) {
				return false
			}
		}
		w.path = w.path[:n]
		return true
	}
	n := len(w.path)
	var p unsafe.Pointer
	if v.CanAddr() {
		p = v.Addr().UnsafePointer()
	}
	for i := range l.fields {
		f := &l.fields[i]
		if f.made || p != nil && f.absent(p) {
			continue
		}
		if f.repeats(l, v) {
			continue
		}
		if w.path = w.path[:n]; n > 0 {
			w.path = append(w.path, '.')
		}
		w.path = append(w.path, f.name...)
		w.forms = w.forms[:0]
		for at := range f.forms.each {
			w.forms = append(w.forms, l.fields[at].get(v))
		}
		for at := range f.sames.each {
			if l.fields[at].repeats(l, v) {
				w.forms = append(w.forms, l.fields[at].get(v))
			}
		}
		if !w.walk(f.layout, f.get(v), f.unless) {
			return false
		}
	}
	w.path = w.path[:n]
	return true
}

// leaf reports one leaf: v is its scalar, holder the field or element that holds it.
func (w *leafWalk) leaf(l *layout, v, holder reflect.Value) bool {
	out := Leaf{Path: string(w.path)}
	switch l.shape {
	case shapeString:
		out.Value = v.String()
	case shapeBool:
		out.Value = strconv.FormatBool(v.Bool())
	case shapeData:
		out.Value, _ = v.Interface().(Data).Base64()
	}
	holders := append([]reflect.Value{holder}, w.forms...)
	saved := make([]reflect.Value, len(holders))
	for i, h := range holders {
		saved[i] = reflect.New(h.Type()).Elem()
		saved[i].Set(h)
	}
	out.Clear = func() {
		for _, h := range holders {
			h.SetZero()
		}
		if holder.Type() == reflect.TypeFor[Assertion]() {
			holder.SetString(string(Affirmed))
		}
	}
	out.Restore = func() {
		for i, h := range holders {
			h.Set(saved[i])
		}
	}
	return w.yield(out)
}
