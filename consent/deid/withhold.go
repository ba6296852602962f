package deid

import (
	"reflect"
	"strings"

	"github.com/portage-health/portage/record"
)

// withhold takes out entries that something belongs to which no field holds and which may change their meaning (a FHIR
// modifierExtension, an unknown negation): without it they could be read as their opposite.
func (r *run) withhold(rec, out *record.Record) {
	turned := map[string]bool{}
	for i := range rec.Carried {
		if c := &rec.Carried[i]; c.Owner != "" && turns(c) {
			turned[c.Owner] = true
		}
	}
	if len(turned) == 0 {
		return
	}
	concern := func(c *record.Concern) bool { return c != nil && turned[c.ID] }
	for i := range out.Allergies {
		if concern(out.Allergies[i].Concern) {
			turned[out.Allergies[i].ID] = true
		}
	}
	for i := range out.Problems {
		if concern(out.Problems[i].Concern) {
			turned[out.Problems[i].ID] = true
		}
	}
	r.within(reflect.ValueOf(out).Elem(), turned)
	r.remove(out, turned)
	if p := out.Patient; p != nil && turned[p.ID] {
		*p = record.Patient{Entry: record.Entry{ID: p.ID, Assertion: p.Assertion}}
		r.count(Withheld, 1)
	}
}

// turns reports whether a carried piece may change what its owner says. A statement within a piece that is itself negated goes with the
// piece, and leaves the owner as it was.
func turns(c *record.Carried) bool {
	switch {
	case strings.Contains(c.At, "modifierExtension"):
		return true
	case !c.Modifier || c.Kind == "element" || c.Kind == "resource":
		return false
	case c.Kind == "attribute":
		return c.Data != "false" && c.Data != "0"
	case c.Kind == "value":
		return c.Name == "modifierExtension"
	}
	return true
}

// within marks entries that hold something with an id of its own that is marked: a dispense, an intervention, a product, a role.
func (r *run) within(rec reflect.Value, marked map[string]bool) {
	for i := range rec.NumField() {
		list := rec.Field(i)
		if list.Kind() != reflect.Slice || list.Type().Elem().Kind() != reflect.Struct {
			continue
		}
		for j := range list.Len() {
			x := list.Index(j)
			e, ok := x.Addr().Interface().(interface{ AsEntry() *record.Entry })
			if !ok || marked[e.AsEntry().ID] {
				continue
			}
			if holds(x, marked) {
				marked[e.AsEntry().ID] = true
			}
		}
	}
}

func holds(v reflect.Value, marked map[string]bool) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && holds(v.Elem(), marked)
	case reflect.Slice:
		for i := range v.Len() {
			if holds(v.Index(i), marked) {
				return true
			}
		}
	case reflect.Struct:
		switch x := v.Addr().Interface().(type) {
		case *record.Ref, *record.Concept, *record.Period, *record.Document, *record.Narrative:
			return false
		case *record.Dispense:
			return marked[x.ID]
		case *record.Intervention:
			return marked[x.ID]
		case *record.Product:
			return marked[x.ID]
		case *record.PractitionerRole:
			return marked[x.ID]
		case *record.CoverageActivity:
			return marked[x.ID]
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && holds(v.Field(i), marked) {
				return true
			}
		}
	}
	return false
}

// remove takes out entries by their ids.
func (r *run) remove(out *record.Record, gone map[string]bool) {
	lists(out, func(l reflect.Value) {
		n := 0
		for i := range l.Len() {
			if gone[l.Index(i).Field(0).Addr().Interface().(*record.Entry).ID] {
				r.count(Withheld, 1)
				continue
			}
			if n != i {
				l.Index(n).Set(l.Index(i))
			}
			n++
		}
		if n == 0 && l.Len() > 0 {
			l.SetZero()
		} else {
			l.SetLen(n)
		}
	})
}

// entry is called when the fields of a whole entry have been seen to. It marks one of which a word that turns its meaning was not known.
func (r *run) entry(e *record.Entry) {
	if !r.unsafe {
		return
	}
	r.unsafe = false
	if r.turned == nil {
		r.turned = map[string]bool{}
	}
	r.turned[e.ID] = true
}

// dropTurned takes out the entries that were marked.
func (r *run) dropTurned(out *record.Record) {
	if len(r.turned) == 0 {
		return
	}
	r.remove(out, r.turned)
	if p := out.Patient; p != nil && r.turned[p.ID] {
		out.Patient = &record.Patient{Entry: record.Entry{ID: p.ID, Assertion: record.NotKnown}}
	}
}
