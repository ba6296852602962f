package hl7v2

import (
	"reflect"
	"strings"

	"github.com/portage-health/portage/record"
)

// entryList is a list of the record: its name, and where it is.
type entryList struct {
	name string
	list reflect.Value
}

// lists finds the list that each kind of entry stands in.
func (w *sender) findLists() {
	kinds := map[*record.Entry]string{}
	last := ""
	for kind, e := range w.rec.Entries() {
		if kind != last { // the first of its list
			kinds[e] = kind
		}
		last = kind
	}
	w.lists = make(map[string]entryList, len(kinds))
	rec := reflect.ValueOf(w.rec).Elem()
	for i := range rec.NumField() {
		f := rec.Field(i)
		if f.Kind() != reflect.Slice || f.Len() == 0 {
			continue
		}
		if x, ok := f.Index(0).Addr().Interface().(interface{ AsEntry() *record.Entry }); ok {
			name, _, _ := strings.Cut(rec.Type().Field(i).Tag.Get("json"), ",")
			w.lists[kinds[x.AsEntry()]] = entryList{name, f}
		}
	}
}

// listOf names the list that entries of a kind stand in.
func (w *sender) listOf(kind string) string { return w.lists[kind].name }

// entryOf gives an entry of the record by its kind and its place in the list of that kind.
func (w *sender) entryOf(kind string, i int) *record.Entry {
	return w.pointer(kind, i).(interface{ AsEntry() *record.Entry }).AsEntry()
}

// pointer points to an entry of the record.
func (w *sender) pointer(kind string, i int) any {
	if kind == record.KindPatient {
		return w.rec.Patient
	}
	return w.lists[kind].list.Index(i).Addr().Interface()
}

// newCopy copies an entry with all that it points to, and points to the copy.
func (w *sender) newCopy(kind string, i int) any {
	x := w.lists[kind].list.Index(i)
	p := reflect.New(x.Type())
	p.Elem().Set(x)
	deepen(p.Elem())
	return p.Interface()
}

// entry writes an entry of the message at hand.
func (w *sender) entry(kind string, i int) {
	switch v := w.copyOf(kind, i).(type) {
	case *record.Allergy:
		w.allergy(v)
	case *record.Problem:
		w.problem(v)
	case *record.Goal:
		w.goal(v)
	case *record.Medication:
		w.medication(v)
	case *record.Immunization:
		w.immunization(v)
	case *record.Procedure:
		w.procedure(v)
	case *record.Observation:
		w.alone(kind, v)
	case *record.Panel:
		w.panel(v, nil)
	case *record.Encounter:
		w.encounter(v)
	case *record.CareTeam:
		w.careTeam(v)
	case *record.Device:
		w.software(v)
	case *record.Specimen:
		w.specimen(v)
	case *record.ClinicalNote:
		w.document(v)
	case *record.Coverage:
		w.coverage(v)
	case *record.Charge:
		w.charge(v)
	case *record.Appointment:
		w.appointment(v)
	case *record.Order:
		w.order(v)
	case *record.RelatedPerson:
		w.relatedPerson(v)
	}
}
