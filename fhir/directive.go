package fhir

import "github.com/portage-health/portage/record"

// directiveKind says what a directive becomes. An Observation whose value says
// no, or that it is not known, says so by itself; any other denial would read as
// the directive's opposite and is a Basic.
func directiveKind(d *record.Directive) kind {
	if d.Mode == record.ModeEvent && (d.Assertion == record.Affirmed || answersItself(d)) {
		return kindObservation
	}
	return kindBasic
}

func answersItself(d *record.Directive) bool {
	return d.Exists != nil && d.Absent == "" && (d.Assertion == record.Negated || d.Assertion == record.NotKnown)
}

// directiveStatus gives Observation.status: FHIR's own, and final for an act that is completed.
func directiveStatus(s record.StatusCode) string {
	switch s {
	case record.StatusCompleted:
		return "final"
	case record.StatusActive: // of the directive, not of the observing
		return ""
	}
	return observationStatus(s)
}

// directive writes an Observation, as C-CDA has it and US Core 8 does (ADI
// Documentation). A Consent with the scope adr would say which way a directive
// binds and that it is in force, of which the source says neither.
func (w *writer) directive(i int, d *record.Directive) {
	if directiveKind(d) == kindBasic {
		w.unstated("directives", i, &d.Entry, d)
		return
	}
	w.resource("directives", i, &d.Entry, kindObservation)
	w.common(&d.Entry, hasIdentifiers|hasNotes|hasStatus|hasAssertion)
	w.mapped("status", &d.Status, directiveStatus(d.Status.Code), "unknown")
	if d.Assertion != record.Affirmed {
		w.fieldCode("assertion", string(d.Assertion))
	}
	w.observationCategory("directives", "", d.Categories, &d.Type)
	w.requiredConcept("code", &d.Type, "type")
	w.subject("subject")
	w.when(choice{dateTime: "effectiveDateTime", period: "effectivePeriod"}, "when", &d.When)
	w.observers("directives", d.Participants)
	values := d.Values
	switch {
	case d.Exists != nil:
		w.concept("valueCodeableConcept", d.Exists)
	case len(values) > 0:
		w.In("values", 0)
		w.value(&values[0])
		w.Leave()
		values = values[1:]
	}
	w.fieldAny("values", values)
	w.references("hasMember", "members", d.Members, only(kindObservation))
	w.references("derivedFrom", "documents", d.Documents, observationFrom)
	if d.Exists != nil {
		w.mark("exists")
	}
	w.mark("directive")
	w.fieldConcept("state", d.State)
	w.fieldAny("external", d.External)
	w.endResource()
}
