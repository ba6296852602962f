package ccda

import "github.com/portage-health/portage/record"

// reactionOut writes a Reaction Observation (C-CDA R2.1 3.92): the i-th of its owner.
func (w *writer) reactionOut(i int, x *record.Reaction, typeCode string, inverted bool) {
	w.relate(typeCode, inverted, "reactions", i)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	if x.Assertion == record.Negated || x.Assertion == record.NoneKnown {
		w.at("negationInd", "true")
	}
	w.noneKnown(x.Assertion)
	x.Assertion = ""
	w.template(templatesReaction[0])
	if len(x.Identifiers) == 0 && w.strict {
		w.leaf("id", "root", w.derive("reaction", w.Path("")))
	}
	w.identifiers("id", "identifiers", &x.Identifiers)
	w.fixedCode(oidActCode, "ASSERTION", "Assertion")
	w.linkPart(&x.Narrative)
	w.statusOfAct(&x.Status)
	w.period("effectiveTime", "when", &x.When)
	if len(x.Manifestations) == 0 && w.strict {
		w.Note(&issueRequired, "manifestations")
		w.nullValue("CD")
	}
	for k := range x.Manifestations {
		if w.strict && k > 0 { // one value (CONF:1098-7335)
			dropFrom(w, "manifestations", x.Manifestations, k, &withheld)
			break
		}
		c := x.Manifestations[k]
		w.In("manifestations", k)
		w.codedValue("value", "", &c)
		w.Leave()
	}
	x.Manifestations = nil
	w.answer(&severity, "SUBJ", true, "severity", &x.Severity)
	for k := range x.Treatments {
		ref := x.Treatments[k]
		w.In("treatments", k)
		if at, ok := w.statement(&ref); ok && !w.unsayable(at) {
			w.relate("RSON", true, "treatments", k)
			w.nest(at, &ref)
			w.end()
			ref.ID, ref.Kind = "", ""
		}
		w.rest(&ref)
		w.Leave()
	}
	x.Treatments = nil
	w.comments(&x.Notes, "entryRelationship")
	w.end()
	w.end()
}

// linkPart writes the text of a part of an entry, and takes it.
func (w *writer) linkPart(n **record.NarrativeLink) {
	w.link(*n)
	if l := *n; l != nil {
		w.Drop("narrative", &record.NarrativeLink{Body: l.Body, Status: l.Status}, &lost)
	}
	*n = nil
}
