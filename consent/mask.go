package consent

import (
	"reflect"

	"github.com/portage-health/portage/record"
)

// systemObservationValue holds HL7 v3's marks of what was done to data (SecurityAlterationIntegrityObservationValue).
const systemObservationValue = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"

// mask gives an entry that says only that there is one, and that it is masked (HL7 v3 ObligationPolicy MASK).
func (r *redactor) mask(l *list, old reflect.Value) reflect.Value {
	was := old.Field(0).Addr().Interface().(*record.Entry)
	fresh := reflect.New(l.typ).Elem()
	*fresh.Field(0).Addr().Interface().(*record.Entry) = record.Entry{ID: was.ID, Assertion: record.NotKnown, Absent: record.AbsentMasked, Section: was.Section,
		Labels: []record.Label{
			{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: "R"}},
			{Kind: "integrity", Coding: record.Coding{System: systemObservationValue, Code: "MASKED"}},
		}}
	if o, ok := fresh.Addr().Interface().(*record.Observation); ok {
		o.Kind = ""
		o.Code = record.Concept{Absent: record.AbsentMasked}
	}
	return fresh
}

func isMasked(e *record.Entry) bool {
	for i := range e.Labels {
		if c := &e.Labels[i].Coding; c.System == systemObservationValue && c.Code == "MASKED" {
			return true
		}
	}
	return false
}
