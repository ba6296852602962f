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
	w.lost++
	w.rep.Add(lostAnchor.At(w.where(c)+".textRef", 0, 0))
}

// where gives the path of a concept within the entry that is being written; that
// of the entry itself where it is a copy.
func (w *writer) where(c *record.Concept) string {
	if len(w.at) == 0 {
		return ""
	}
	top := w.at[0]
	v := reflect.ValueOf(w.rec).Elem()
	for i := range v.NumField() {
		if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); name != top.name {
			continue
		}
		at := top.name
		f := v.Field(i)
		if f.Kind() == reflect.Slice && top.i >= 0 && top.i < f.Len() {
			f = f.Index(top.i)
			at += "[" + strconv.Itoa(top.i) + "]"
		}
		if p, ok := find(f, at, c); ok {
			return p
		}
	}
	return w.path("")
}

// find looks for a concept by its address.
func find(v reflect.Value, at string, c *record.Concept) (string, bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return find(v.Elem(), at, c)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if v.Index(i).Kind() == reflect.String {
				return "", false
			}
			if p, ok := find(v.Index(i), at+"["+strconv.Itoa(i)+"]", c); ok {
				return p, true
			}
		}
	case reflect.Struct:
		if v.CanAddr() && v.Addr().Interface() == any(c) {
			return at, true
		}
		t := v.Type()
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() {
				continue
			}
			under := at
			if !f.Anonymous {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				under += "." + name
			}
			if p, ok := find(v.Field(i), under, c); ok {
				return p, true
			}
		}
	}
	return "", false
}
