package consent

import (
	"reflect"
	"sync"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// Rules have to reach every coding and every reference of an entry, wherever it
// sits. Which words of memory may hold one is found once for each type; the walk
// then reads those alone, and writes none.

// way is where the codings and references of a struct type are.
type way struct {
	size  uintptr
	steps []step
	done  bool // all steps are there
}

type step struct {
	op     stepOp
	offset uintptr
	to     *way
}

type stepOp uint8

const (
	stepRef stepOp = iota
	stepCoding
	stepStruct
	stepPointer
	stepSlice
	stepAnchor // a string that names an element of a narrative
)

// visitor is what a walk calls. A nil function is not called. It stops once one of them reports true.
type visitor struct {
	ref    func(*record.Ref) bool
	coding func(*record.Coding) bool
	anchor func(string)
}

func (w *way) walk(p unsafe.Pointer, v *visitor) bool {
	for i := range w.steps {
		s := &w.steps[i]
		at := unsafe.Add(p, s.offset)
		switch s.op {
		case stepRef:
			if r := (*record.Ref)(at); v.ref != nil && !(r.ID == "" && r.AsSent == "" && r.Identifier == nil) && v.ref(r) {
				return true
			}
		case stepCoding:
			c := (*record.Coding)(at)
			if v.coding != nil && c.Code != "" && v.coding(c) {
				return true
			}
			if len(c.Qualifiers) > 0 && s.to.walk(at, v) {
				return true
			}
		case stepAnchor:
			if t := *(*string)(at); t != "" && v.anchor != nil {
				v.anchor(t)
			}
		case stepStruct:
			if s.to.walk(at, v) {
				return true
			}
		case stepPointer:
			if to := *(*unsafe.Pointer)(at); to != nil && s.to.walk(to, v) {
				return true
			}
		case stepSlice:
			w := (*struct {
				first unsafe.Pointer
				n, c  int
			})(at)
			for j := range w.n {
				if s.to.walk(unsafe.Add(w.first, uintptr(j)*s.to.size), v) {
					return true
				}
			}
		}
	}
	return false
}

// list is a slice of the record that holds entries.
type list struct {
	field   int // of Record
	kind    string
	typ     reflect.Type
	offset  uintptr
	way     *way
	anchors *way      // the same, for anchors alone
	times   []uintptr // top-level fields that say when: record.Period
	points  []uintptr // and *record.Time
}

// lists are the slices of Record that hold entries, in its order.
var lists = sync.OnceValue(func() []list {
	probe := new(record.Record)
	v := reflect.ValueOf(probe).Elem()
	entry := reflect.TypeFor[record.Entry]()
	at := map[*record.Entry]int{}
	for i := range v.NumField() {
		f := v.Field(i)
		if f.Kind() != reflect.Slice || f.Type().Elem().Kind() != reflect.Struct {
			continue
		}
		t := f.Type().Elem()
		if t.NumField() == 0 || t.Field(0).Type != entry || !t.Field(0).Anonymous {
			continue
		}
		f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		at[(*record.Entry)(f.Index(0).Addr().UnsafePointer())] = i
	}
	ways, anchors := map[reflect.Type]*way{}, map[reflect.Type]*way{}
	var out []list
	for kind, e := range probe.Entries() {
		i, ok := at[e]
		if !ok {
			continue
		}
		t := v.Field(i).Type().Elem()
		l := list{field: i, kind: kind, typ: t, offset: v.Type().Field(i).Offset, way: wayOf(t, ways), anchors: anchorsOf(t, anchors)}
		for j := range t.NumField() {
			switch f := t.Field(j); f.Type {
			case reflect.TypeFor[record.Period]():
				l.times = append(l.times, f.Offset)
			case reflect.TypeFor[*record.Time]():
				l.points = append(l.points, f.Offset)
			}
		}
		out = append(out, l)
	}
	return out
})

// patientWay is that of Record.Patient.
var patientWay = sync.OnceValue(func() *way { return wayOf(reflect.TypeFor[record.Patient](), map[reflect.Type]*way{}) })

// each calls f with every entry of a slice, as a pointer to the whole of it.
func (l *list) each(r *record.Record, f func(i int, p unsafe.Pointer, e *record.Entry)) {
	w := (*struct {
		first unsafe.Pointer
		n, c  int
	})(unsafe.Add(unsafe.Pointer(r), l.offset))
	for i := range w.n {
		p := unsafe.Add(w.first, uintptr(i)*l.way.size)
		f(i, p, (*record.Entry)(p))
	}
}

func wayOf(t reflect.Type, m map[reflect.Type]*way) *way {
	if w := m[t]; w != nil {
		return w
	}
	w := &way{size: t.Size()}
	m[t] = w
	for i := range t.NumField() {
		f := t.Field(i)
		ft := f.Type
		if !f.IsExported() || ft == reflect.TypeFor[[]record.Label]() {
			continue // a label is no code of what it marks
		}
		s := step{offset: f.Offset}
		switch {
		case ft == reflect.TypeFor[record.Ref]():
			s.op = stepRef
		case ft == reflect.TypeFor[record.Coding]():
			s.op, s.to = stepCoding, wayOf(ft, m)
		case ft.Kind() == reflect.Struct:
			s.op, s.to = stepStruct, wayOf(ft, m)
		case ft.Kind() == reflect.Pointer && ft.Elem().Kind() == reflect.Struct:
			s.op, s.to = stepPointer, wrap(ft.Elem(), m)
		case ft.Kind() == reflect.Slice && ft.Elem().Kind() == reflect.Struct:
			s.op, s.to = stepSlice, wrap(ft.Elem(), m)
		default:
			continue
		}
		w.steps = append(w.steps, s)
	}
	prune(w)
	return w
}

// wrap gives the way of a type that is pointed to: for a reference or coding, one step to itself.
func wrap(t reflect.Type, m map[reflect.Type]*way) *way {
	switch t {
	case reflect.TypeFor[record.Ref]():
		return &way{size: t.Size(), steps: []step{{op: stepRef}}}
	case reflect.TypeFor[record.Coding]():
		return &way{size: t.Size(), steps: []step{{op: stepCoding, to: wayOf(t, m)}}}
	}
	return wayOf(t, m)
}

// prune drops steps that lead nowhere. A type within itself is kept.
func prune(w *way) {
	kept := w.steps[:0]
	for _, s := range w.steps {
		if s.to == nil || s.op == stepCoding || !s.to.done || len(s.to.steps) > 0 {
			kept = append(kept, s)
		}
	}
	w.steps, w.done = kept, true
}

// anchorsOf gives the way to all anchors of a type.
func anchorsOf(t reflect.Type, m map[reflect.Type]*way) *way {
	if w := m[t]; w != nil {
		return w
	}
	w := &way{size: t.Size()}
	m[t] = w
	for i := range t.NumField() {
		f := t.Field(i)
		ft := f.Type
		s := step{offset: f.Offset}
		switch {
		case !f.IsExported() || ft == reflect.TypeFor[record.Data]() || ft == reflect.TypeFor[*record.Narrative]():
			continue
		case ft.Kind() == reflect.String && (f.Name == "TextRef" || f.Name == "Anchor"):
			s.op = stepAnchor
		case ft.Kind() == reflect.Struct:
			s.op, s.to = stepStruct, anchorsOf(ft, m)
		case ft.Kind() == reflect.Pointer && ft.Elem().Kind() == reflect.Struct:
			s.op, s.to = stepPointer, anchorsOf(ft.Elem(), m)
		case ft.Kind() == reflect.Slice && ft.Elem().Kind() == reflect.Struct:
			s.op, s.to = stepSlice, anchorsOf(ft.Elem(), m)
		default:
			continue
		}
		w.steps = append(w.steps, s)
	}
	kept := w.steps[:0]
	for _, s := range w.steps {
		if s.to == nil || !s.to.done || len(s.to.steps) > 0 {
			kept = append(kept, s)
		}
	}
	w.steps, w.done = kept, true
	return w
}
