package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// isPanel reports whether an Observation is nothing but a group of others.
func isPanel(n tree.Node, where string) bool {
	if n.Child("component").OK() || choiceOf(n, "value").OK() || !n.Child("hasMember").OK() {
		return false
	}
	if where == "vitals" {
		return true
	}
	if where != "observations" {
		return false
	}
	c := n.Child("category").First()
	return c.OK() && !c.Child("coding").OK() && own(n.Child("category").First()).OK()
}

// panelOf reads an Observation that groups others.
func (r *reader) panelOf(n tree.Node, where string) {
	p := record.Panel{Entry: r.entry(n)}
	p.Identifiers = r.identifiers(n, "identifier")
	p.Notes = r.notes(n, "note")
	p.Status = r.status(n, &observationStatuses)
	r.mappedStatus(n, &p.Status)
	p.Categories = r.categories(n, where)
	p.Code = r.addedCode(n, one(n, "code", r.concept))
	p.BasedOn = r.refs(n, "basedOn")
	p.Encounter = r.refPtr(n, "encounter")
	p.When = r.effective(n)
	p.Issued = r.timePtr(n, "issued")
	r.eachPart(&p.Entry, n, "performer", "performer")
	if s := r.refPtr(n, "specimen"); s != nil {
		p.Specimens = []record.Ref{*s}
	}
	p.Members = r.refs(n, "hasMember")
	if where == "vitals" {
		add(r, &r.rec.VitalPanels, n, &p)
	} else {
		add(r, &r.rec.AssessmentPanels, n, &p)
	}
}

// report reads a DiagnosticReport (R4 10.3).
func (r *reader) report(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	p := record.Panel{Entry: r.entry(n)}
	p.Identifiers = r.identifiers(n, "identifier")
	p.Status = r.status(n, &observationStatuses)
	r.mappedStatus(n, &p.Status)
	p.Categories = slices.DeleteFunc(r.concepts(n, "category"), func(c record.Concept) bool { return c.IsZero() })
	p.Code = one(n, "code", r.concept)
	p.BasedOn = r.refs(n, "basedOn")
	p.Encounter = r.refPtr(n, "encounter")
	p.When = r.effective(n)
	p.Issued = r.timePtr(n, "issued")
	r.eachPart(&p.Entry, n, "performer", "performer")
	r.eachPart(&p.Entry, n, "resultsInterpreter", "interpreter")
	p.Specimens = r.refs(n, "specimen")
	p.Members = r.refs(n, "result")
	p.Imaging = r.refs(n, "imagingStudy")
	p.Media = all(n, "media", func(m tree.Node) record.Media {
		return record.Media{Comment: r.str(m, "comment"), Ref: r.refPtr(m, "link")}
	})
	p.Conclusion = r.str(n, "conclusion")
	p.ConclusionCodes = r.concepts(n, "conclusionCode")
	p.Attachments = all(n, "presentedForm", r.attached)
	add(r, &r.rec.ResultPanels, n, &p)
	return true
}
