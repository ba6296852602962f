package consent

import (
	"reflect"

	"github.com/portage-health/portage/record"
)

// shallow gives a copy of a record, without what it was merged from, whose slices, and whose patient, are its own, and whose entries share what they hold with the record.
func shallow(rec *record.Record) *record.Record {
	out := *rec
	v := reflect.ValueOf(&out).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Slice && f.Len() > 0 {
			fresh := reflect.MakeSlice(f.Type(), f.Len(), f.Len())
			reflect.Copy(fresh, f)
			f.Set(fresh)
		}
	}
	// The parts that a record was merged from say what nobody judged: they stay at home.
	out.Merging = nil
	if rec.Patient != nil {
		p := *rec.Patient
		out.Patient = &p
	}
	return &out
}

// judged reports whether entries of a kind are judged one by one. Others stay or go with what refers to them: people,
// places, documents and who did what.
func judged(kind string) bool {
	switch kind {
	case record.KindPatient, record.KindPractitioner, record.KindOrganization, record.KindLocation, record.KindRelatedPerson,
		record.KindDocument, record.KindProvenance:
		return false
	}
	return true
}
