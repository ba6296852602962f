package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// isDirective reports whether an Observation is what our exporter makes of an advance directive.
func isDirective(n tree.Node) bool {
	return extension(own(n), "directive").Child("valueBoolean").Value() == "true"
}

// directive reads an Observation that says whether there is an advance directive, and which.
func (r *reader) directive(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	r.marked(n, "directive")
	d := record.Directive{Entry: r.entry(n)}
	d.Identifiers = r.identifiers(n, "identifier")
	d.Notes = r.notes(n, "note")
	d.Status = r.status(n, &observationStatuses)
	r.mappedStatus(n, &d.Status)
	d.Categories = nonZero(r.concepts(n, "category"))
	d.Type = one(n, "code", r.concept)
	d.When = r.when(n, choice{dateTime: "effectiveDateTime", period: "effectivePeriod"}, "when")
	r.eachPart(&d.Entry, n, "performer", "performer")
	v := r.value(n)
	switch {
	case v == nil:
	case v.Concept != nil && r.marked(n, "exists"):
		d.Exists = v.Concept
	default:
		d.Values = []record.Value{*v}
	}
	d.Members, d.Documents = r.refs(n, "hasMember"), r.refs(n, "derivedFrom")
	add(r, &r.rec.Directives, n, &d)
	return true
}
