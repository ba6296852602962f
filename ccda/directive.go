package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const (
	kindDirective              = "directive"
	templateDirectiveExistence = "2.16.840.1.113883.10.20.22.4.513"
)

// Templates of C-CDA and, before it, CCD, HITSP C32 and IHE PCC.
var (
	templatesDirective = []string{
		"2.16.840.1.113883.10.20.22.4.48", // Advance Directive Observation
		templateDirectiveExistence,
		"2.16.840.1.113883.10.20.1.17", "2.16.840.1.113883.3.88.11.83.12", "1.3.6.1.4.1.19376.1.5.3.1.4.13.7", "1.3.6.1.4.1.19376.1.5.3.1.4.13",
	}
	templatesDirectives = []string{"2.16.840.1.113883.10.20.22.4.108"} // Advance Directive Organizer
	// directiveState is CCD's status of an advance directive: current and verified, supported by a document …
	directiveState = question{
		templates: []string{"2.16.840.1.113883.10.20.1.37", "2.16.840.1.113883.10.20.1.57", "1.3.6.1.4.1.19376.1.5.3.1.4.1.1"},
		system:    oidLOINC, codes: []string{"33999-4"}, displays: []string{"Status"},
	}
)

// readDirectiveEntry reads an entry that holds an advance directive, whether there is one, or several in an organizer.
func (r *reader) readDirectiveEntry(entry tree.Node) []record.Ref {
	n := r.statement(entry)
	switch {
	case n.Name() == "organizer":
		return r.directives(n)
	case r.isDirective(n) && r.legibleDirective(n):
		return []record.Ref{r.directive(n)}
	}
	return nil
}

func (r *reader) isDirective(n tree.Node) bool {
	return n.Name() == "observation" && (r.hasAny(n, templatesDirective[:2]) || r.bare(n, nil))
}

// legibleDirective reports whether it can be told what the observation says: a
// negated "no" could be either.
func (r *reader) legibleDirective(obs tree.Node) bool {
	if !r.legibleObservation(obs) {
		return false
	}
	if a := obs.Attr("negationInd"); isTrue(a.Value()) && saysNo(obs.Child("value")) {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	return true
}

// saysNo and saysUnknown know the answers whether there is an advance directive
// (value set Yes/No/Unknown of C-CDA 4.0; HL7 v2 table 0136; booleans).
func saysNo(v tree.Node) bool {
	switch v.Attr("code").Value() {
	case "373067005", "LA32-8", "N":
		return true
	}
	return v.Attr("value").Value() == "false"
}

func saysUnknown(v tree.Node) bool {
	switch v.Attr("code").Value() {
	case "261665006", "LA4489-6", "UNK":
		return true
	}
	return v.Attr("nullFlavor").OK()
}

// directive reads an Advance Directive Observation or Existence Observation
// (C-CDA R2.1 3.1; 4.0). Of one that is said not to exist the assertion is that it does not.
func (r *reader) directive(obs tree.Node) record.Ref {
	d := record.Directive{Entry: r.entry(kindDirective, obs)}
	value := obs.Child("value")
	existence := r.has(obs, templateDirectiveExistence)
	d.Assertion = record.Affirmed
	// "No" to the question of a directive's own code ("resuscitation") is what it directs, not that there is none.
	if negated, _ := r.negation(obs); negated || existence && saysNo(value) {
		d.Assertion = record.Negated
	} else if existence && saysUnknown(value) {
		d.Assertion = record.NotKnown
	}
	if d.Absent = r.nullFlavor(obs); d.Absent != "" {
		d.Assertion = record.NotKnown
	}
	r.templates(obs, templatesDirective...)
	r.shape(obs, "OBS", "EVN")
	d.Status, d.Type, d.Categories = r.status(obs), r.concept(obs.Child("code")), r.categories(obs)
	d.When = r.period(obs.Child("effectiveTime"))
	if existence && value.Attr("value").Value() == "" {
		d.Exists = r.worded(value)
	} else {
		d.Values = r.values(obs)
	}
	for c := obs.Child("reference"); c.OK(); c = c.NextNamed() {
		if x, ok := r.externalDocument(c); ok {
			r.slot(c, "external", len(d.External))
			d.External = append(d.External, x)
		}
	}
	for rel, sub := range r.relations(obs) {
		switch {
		case d.State == nil && r.asks(sub, &directiveState):
			if d.State = r.answered(rel, sub, &directiveState, false, "REFR"); d.State != nil {
				r.slot(rel, "state", -1)
			}
		case existence && r.isDirective(sub) && r.legibleDirective(sub) && r.relates(rel, false, "REFR"):
			d.Members = append(d.Members, r.directive(sub))
		}
	}
	r.rec.Directives = append(r.rec.Directives, d)
	return record.Ref{ID: d.ID, Kind: kindDirective}
}

// directives reads an Advance Directive Organizer. Where nothing in it can be read, it is carried.
func (r *reader) directives(org tree.Node) []record.Ref {
	if !r.hasAny(org, templatesDirectives) && !r.bare(org, nil) || !r.legiblePanel(org) {
		return nil
	}
	d := record.Directive{Entry: r.entry(kindDirective, org)}
	for rel, sub := range r.relations(org) {
		if r.isDirective(sub) && r.legibleDirective(sub) && r.relates(rel, false, "COMP") {
			d.Members = append(d.Members, r.directive(sub))
		}
	}
	if d.Members == nil {
		return nil
	}
	d.Assertion = record.Affirmed
	if d.Absent = r.nullFlavor(org); d.Absent != "" {
		d.Assertion = record.NotKnown
	}
	r.notNegated(org.Attr("negationInd"))
	r.templates(org, templatesDirectives...)
	r.shape(org, "CLUSTER", "EVN")
	d.Status, d.Type, d.Categories = r.status(org), r.concept(org.Child("code")), r.categories(org)
	d.When = r.period(org.Child("effectiveTime"))
	r.rec.Directives = append(r.rec.Directives, d)
	return []record.Ref{{ID: d.ID, Kind: kindDirective}}
}

// externalDocument takes a document that a statement refers to (CDA R2 4.3.8.2 externalDocument).
func (r *reader) externalDocument(ref tree.Node) (record.RelatedDocument, bool) {
	n := ref.Child("externalDocument")
	if !n.OK() || ref.Attr("nullFlavor").OK() || n.Attr("nullFlavor").OK() || ref.Attr("typeCode").OK() && ref.Attr("typeCode").Value() != "REFR" {
		return record.RelatedDocument{}, false
	}
	x := record.RelatedDocument{
		Type: "refers-to", Identifiers: r.ids(n), Code: r.conceptPtr(n.Child("code")), Text: r.attachment(n.Child("text")),
		Version: r.attr(n.Child("versionNumber"), "value"),
	}
	if s := n.Child("setId"); s.OK() {
		if i := r.identifier(s); !i.IsZero() {
			x.SetID = &i
		}
	}
	if x.Identifiers == nil && x.Code == nil && x.Text == nil && x.SetID == nil && x.Version == "" {
		return x, false
	}
	r.fixed(ref, "typeCode", "REFR")
	r.templates(n, templateExternalDocument)
	r.fixed(n, "classCode", "DOC", "DOCCLIN")
	r.fixed(n, "moodCode", "EVN")
	return x, true
}
