package fhir

import (
	"strconv"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// reactions writes the reactions. One that did not happen is none: it stands in
// the record extension. The severity of the allergy as a whole goes to the
// reactions that have none of their own (CF-allergies, Severity).
func (w *writer) reactions(a *record.Allergy) {
	w.arr("reaction")
	for i := range a.Reactions {
		r := &a.Reactions[i]
		if !happened(r) {
			continue
		}
		w.In("reactions", i)
		w.obj("")
		if r.Severity == nil && a.Severity != nil && severityCode(a.Severity) != "" {
			w.code("severity", severityCode(a.Severity))
			w.mark("shared")
		}
		w.reaction(r)
		w.end()
		w.Leave()
	}
	w.endArr()
	for i := range a.Reactions {
		if r := &a.Reactions[i]; !happened(r) {
			w.In("reactions", i)
			w.Note(&record.IssueNotStated, "")
			w.Leave()
			w.fieldAny("reactions", r)
		}
	}
	w.fieldConcept("severity", a.Severity) // that it was said of the whole
}

// severityIsCode reports whether FHIR's code says all of a severity but its words.
func severityIsCode(c *record.Concept) bool {
	return c != nil && len(c.Codings) == 1 && severityCode(c) != "" && repeats(c, severityCode(c))
}

// happened reports whether a reaction can stand as one.
func happened(r *record.Reaction) bool {
	return r.Assertion == "" || r.Assertion == record.Affirmed
}

func (w *writer) reaction(r *record.Reaction) {
	w.concept("substance", r.Substance)
	if len(r.Manifestations) > 0 {
		w.concepts("manifestation", r.Manifestations)
	} else {
		w.arr("manifestation")
		w.requiredObject("", "manifestations")
		w.endArr()
	}
	w.str("description", r.Description)
	w.when(choice{dateTime: "onset"}, "when", &r.When)
	if severityIsCode(r.Severity) {
		w.code("severity", severityCode(r.Severity)) // its words stand beside the resource
	} else {
		w.picked("severity", "severity", r.Severity, severityOf)
	}
	w.concept("exposureRoute", r.Route)
	w.notes("note", r.Notes)
	for i := range r.Identifiers {
		if d := &r.Identifiers[i]; d.Value == "" && d.System == "" {
			w.Drop("identifiers["+strconv.Itoa(i)+"]", d, &lostAct)
		} else {
			w.fieldKnown("identifiers", d)
		}
	}
	w.reactionStatus(r)
	w.partNarrative(r.Narrative)
	w.fieldRefs("treatments", r.Treatments)
}

func (w *writer) reactionStatus(r *record.Reaction) {
	s := r.Status
	if s.Code == record.StatusCompleted {
		s.Code, s.AsSent = "", "" // that it was observed stands beside the resource
	}
	w.fieldAny("status", &s)
}

func severityCode(c *record.Concept) string {
	for i := range c.Codings {
		if k := severityOf(&c.Codings[i]); k != "" {
			return k
		}
	}
	return ""
}

func severityOf(c *record.Coding) string {
	if c.System == record.SystemSNOMED {
		k, _ := codes.Severity().To(c.Code)
		return k
	}
	if c.System == "http://terminology.hl7.org/CodeSystem/v2-0128" { // AllergySeverity[AllergyIntolerance.reaction.severity]
		return map[string]string{"SV": "severe", "MO": "moderate", "MI": "mild"}[c.Code]
	}
	return oneOf(c.Code, c.System == "http://hl7.org/fhir/reaction-event-severity", "mild", "moderate", "severe")
}
