package hl7v2

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/record"
)

// join adds what a block says to the entry that an earlier message began, and gives its place; ok is false where there is none, or one
// that says otherwise: then it is an entry of its own.
func join[T any](r *reader, b *block, kind string, list []T, entry func(*T) *record.Entry, v *T) (at int, ok bool) {
	if b.key == "" {
		return 0, false
	}
	key := kind + b.key
	at, ok = r.joined[key]
	if !ok {
		if r.joined == nil {
			r.joined = map[string]int{}
		}
		r.joined[key] = len(list)
		return 0, false
	}
	e := entry(v)
	own := e.ID
	e.ID = entry(&list[at]).ID
	if !merge(&list[at], v) {
		e.ID = own
		r.issueOf(&record.IssueContradiction, b.head())
		return 0, false
	}
	for i, id := range r.p.owners {
		if id == own {
			r.p.owners[i] = e.ID
		}
	}
	return at, true
}

// merge adds to an entry what a later message says of it, as far as no field of it says otherwise; ok is false, and nothing is
// changed, where one does.
func merge[T any](into, more *T) (ok bool) {
	was := *into
	if mergeValues(reflect.ValueOf(into).Elem(), reflect.ValueOf(more).Elem()) {
		return true
	}
	*into = was
	return false
}

func mergeValues(into, more reflect.Value) bool {
	switch v := more.Interface().(type) {
	case record.Status:
		if v.Code != "" || v.AsSent != "" { // where a thing stands, the later message says
			v.Reasons = append(slices.Clone(into.Interface().(record.Status).Reasons), v.Reasons...)
			into.Set(reflect.ValueOf(v))
			return true
		}
	case record.Concept, record.Time, record.Quantity:
		return mergeOne(into, more)
	}
	switch more.Kind() {
	case reflect.Struct:
		for i := range more.NumField() {
			if !mergeValues(into.Field(i), more.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		list := into
	next:
		for i := range more.Len() {
			for k := range into.Len() {
				if reflect.DeepEqual(into.Index(k).Interface(), more.Index(i).Interface()) {
					continue next
				}
			}
			list = reflect.Append(list, more.Index(i))
		}
		into.Set(list)
		return true
	}
	return mergeOne(into, more)
}

func mergeOne(into, more reflect.Value) bool {
	if more.IsZero() {
		return true
	}
	if into.IsZero() {
		into.Set(more)
		return true
	}
	return reflect.DeepEqual(into.Interface(), more.Interface())
}
