package deid

import (
	"reflect"
	"sync"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// plan is what is done to the fields of a struct type. Plans are made once and never changed.
type plan struct {
	typ   reflect.Type
	size  uintptr
	entry bool // it begins with a record.Entry
	steps []step
	// before and fix are called around the steps, mask last and only where the struct said something; after once its references are there.
	before, fix, mask, after func(r *run, p unsafe.Pointer)
	// points are the steps that lead to an id or a reference.
	points []int
}

// step is one field: its rule, and where it is.
type step struct {
	FieldRule
	shape  shape
	offset uintptr
	typ    reflect.Type
	sub    *plan // of parts
	terms  map[string]bool
	rule   func(r *run, s *step, p unsafe.Pointer, v string) string // of strings
}

type shape uint8

const (
	oneString shape = iota
	stringList
	stringPointer
	structure
	pointer
	slice
	scalar // numbers and truths
)

// sliceWords are those of a slice.
type sliceWords struct {
	first  unsafe.Pointer
	len, _ int
}

var valueType = reflect.TypeFor[record.Value]()

var plans = sync.OnceValue(func() *plan {
	return planOf(reflect.TypeFor[record.Record](), map[reflect.Type]*plan{})
})

func planOf(t reflect.Type, m map[reflect.Type]*plan) *plan {
	if p := m[t]; p != nil {
		return p
	}
	p := &plan{typ: t, size: t.Size(), before: befores[t.Name()], fix: fixes[t.Name()], mask: masks[t.Name()], after: afters[t.Name()]}
	m[t] = p
	p.entry = t.NumField() > 0 && t.Field(0).Type == reflect.TypeFor[record.Entry]()
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		s := step{FieldRule: rules().rule(t, f), offset: f.Offset, typ: f.Type}
		if w, ok := rules().whole[elem(f.Type).Name()]; ok && s.Rule == "parts" {
			s.Rule, s.Category = w.Rule, w.Category
		}
		s.shape = shapeOf(f.Type)
		if descends(s.Rule) && s.shape >= structure && s.shape < scalar {
			s.sub = planOf(elem(f.Type), m)
		}
		if s.shape <= stringPointer {
			s.rule = leaves[s.Rule]
			if s.terms = words()[s.Field]; s.terms == nil {
				s.terms = words()[elem(f.Type).Name()]
			}
		}
		p.steps = append(p.steps, s)
	}
	for i := range p.steps {
		if s := &p.steps[i]; s.Rule == "id" || s.Rule == "idref" || s.sub != nil && s.sub.reaches(map[*plan]bool{}) {
			p.points = append(p.points, i)
		}
	}
	return p
}

// reaches reports whether a type holds an id or a reference. A plan that is still being made may: it is walked in vain, no more.
func (p *plan) reaches(met map[*plan]bool) bool {
	if met[p] {
		return false
	}
	met[p] = true
	for i := range p.steps {
		if s := &p.steps[i]; s.Rule == "id" || s.Rule == "idref" || s.sub != nil && s.sub.reaches(met) {
			return true
		}
	}
	return len(p.steps) == 0 || len(p.steps) < exported(p.typ)
}

func exported(t reflect.Type) (n int) {
	for i := range t.NumField() {
		if t.Field(i).IsExported() {
			n++
		}
	}
	return n
}

func elem(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

func shapeOf(t reflect.Type) shape {
	switch t.Kind() {
	case reflect.String:
		return oneString
	case reflect.Struct:
		return structure
	case reflect.Slice:
		switch t.Elem().Kind() {
		case reflect.String:
			return stringList
		case reflect.Struct:
			return slice
		}
	case reflect.Pointer:
		switch t.Elem().Kind() {
		case reflect.String:
			return stringPointer
		case reflect.Struct:
			return pointer
		}
	}
	return scalar
}

// says reports whether a value of the type says anything at all.
func says(t reflect.Type, p unsafe.Pointer) bool { return !reflect.NewAt(t, p).Elem().IsZero() }

func setZero(t reflect.Type, p unsafe.Pointer) { reflect.NewAt(t, p).Elem().SetZero() }
