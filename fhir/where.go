package fhir

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/portage-health/portage/record"
)

// lostRef drops the reference of a concept into the narrative where it gave no
// text: it points to nothing there. It is rare, so the concept's place in the
// record is looked for only then.
func (w *writer) lostRef(c *record.Concept) {
	if w.unanchored[c] {
		return // a concept may be written in two places, and is lost once
	}
	w.setUnanchored(c)
	w.Lost++
	w.Report.Add(lostAnchor.At(w.where(c)+".textRef", 0, 0))
}

func (w *writer) setUnanchored(c *record.Concept) {
	if w.unanchored == nil {
		w.unanchored = map[*record.Concept]bool{}
	}
	w.unanchored[c] = true
}

// where gives the path of a concept within the entry that is being written; that
// of the entry itself where it is a copy.
func (w *writer) where(c *record.Concept) string {
	field, index, ok := w.Top()
	if !ok {
		return ""
	}
	v := reflect.ValueOf(w.rec).Elem()
	for i := range v.NumField() {
		if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); name != field {
			continue
		}
		at := field
		f := v.Field(i)
		if f.Kind() == reflect.Slice && index >= 0 && index < f.Len() {
			f = f.Index(index)
			at += "[" + strconv.Itoa(index) + "]"
		}
		if p, ok := find(f, c); ok {
			return at + p
		}
	}
	return w.Path("")
}

// find looks for a concept by its address and gives its path from v.
func find(v reflect.Value, c *record.Concept) (path string, ok bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return find(v.Elem(), c)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String {
			return "", false
		}
		for i := range v.Len() {
			if p, ok := find(v.Index(i), c); ok {
				return "[" + strconv.Itoa(i) + "]" + p, true
			}
		}
	case reflect.Struct:
		if v.CanAddr() && v.Addr().Interface() == any(c) {
			return "", true
		}
		t := v.Type()
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() {
				continue
			}
			p, ok := find(v.Field(i), c)
			switch {
			case !ok:
			case f.Anonymous:
				return p, true
			default:
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				return "." + name + p, true
			}
		}
	}
	return "", false
}
