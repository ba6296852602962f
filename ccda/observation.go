package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// observation reads an observation that is one question and what was found.
// Negated, it says that this was not found; nothing is made of its value then.
// Without a value and with a reason, it says that nobody looked.
func (r *reader) observation(kind string, obs tree.Node, templates []string) record.Observation {
	o := record.Observation{Entry: r.entry(kind, obs)}
	o.Assertion = record.Affirmed
	if negated, _ := r.negation(obs); negated {
		o.Assertion = record.Negated
	}
	if o.Absent = r.nullFlavor(obs); o.Absent != "" {
		o.Assertion = record.NotKnown
	}
	o.Status, o.Mode = r.status(obs), r.mode(obs)
	r.templates(obs, templates...)
	r.shape(obs, "OBS")
	o.Code = r.concept(obs.Child("code"))
	o.Categories = r.categories(obs)
	o.When = r.period(obs.Child("effectiveTime"))
	o.Values = r.values(obs)
	o.Interpretations = r.concepts(obs, "interpretationCode")
	o.Methods = r.concepts(obs, "methodCode")
	o.Priority = r.conceptPtr(obs.Child("priorityCode"))
	o.Repeats = r.repeatNumber(obs)
	for _, c := range r.concepts(obs, "targetSiteCode") {
		o.BodySites = append(o.BodySites, record.BodySite{Code: c})
	}
	o.ReferenceRanges = r.referenceRanges(obs)
	o.Specimens = r.specimens(obs)
	notMade := o.Assertion == record.Negated && hasNoValue(o.Values)
	for rel, sub := range r.relations(obs) {
		switch {
		case notMade && r.asks(sub, &reasonNotDone):
			if c := r.answered(rel, sub, &reasonNotDone, false, "RSON"); c != nil {
				r.slot(rel, "status.reasons", len(o.Status.Reasons))
				o.Status.Reasons = append(o.Status.Reasons, *c)
			}
		case o.Encounter == nil && sub.Name() == "encounter":
			if o.Encounter = r.encounterRef(rel, sub); o.Encounter != nil {
				r.slot(rel, "encounter", -1)
			}
		case r.isIndication(rel, sub):
			if i, ok := r.indication(rel, sub); ok {
				r.slot(rel, "indications", len(o.Indications))
				o.Indications = append(o.Indications, i)
			}
		case sub.Name() == "observation" && r.hasAny(sub, templatesStatus):
			r.component(&o, rel, sub, templatesStatus, "REFR", "COMP") // whether it is still so, or final
		case r.laboratoryStatus(rel, sub, &ofObservation, &o.Status):
			// the status in the words of a laboratory
		case o.Issued == nil && r.isIssued(sub):
			o.Issued = r.issued(rel, sub)
		case sub.Name() == "observationMedia":
			if a := r.media(rel, sub); a != nil {
				r.slot(rel, "attachments", len(o.Attachments))
				o.Attachments = append(o.Attachments, *a)
			}
		case sub.Name() == "supply" && o.Assertion == record.Affirmed:
			r.within(rel, sub, &o.Relations) // what the patient has for it, such as a cane
		}
	}
	if notMade && len(o.Status.Reasons) > 0 {
		o.Assertion = record.Affirmed // what has a reason is an act that did not happen
		r.notGiven(&o.Status, obs)
	}
	return o
}

// hasNoValue reports whether values tell at most why there is none.
func hasNoValue(list []record.Value) bool {
	for i := range list {
		v := list[i]
		if c := v.Concept; c != nil && len(c.Codings) == 0 && c.Text == "" && c.TextRef == "" {
			v.Concept = nil
		}
		if q := v.Quantity; q != nil && q.Value == "" && len(q.Alternates) == 0 {
			v.Quantity = nil
		}
		if v != (record.Value{Absent: v.Absent}) {
			return false
		}
	}
	return true
}

// legibleObservation reports whether an observation can be read as what was found.
func (r *reader) legibleObservation(obs tree.Node) bool {
	if !r.legible(obs, "EVN") {
		return false
	}
	if a := obs.Attr("negationInd"); isTrue(a.Value()) && obs.Attr("nullFlavor").OK() {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	return true
}

// categories takes sdtc:category.
func (r *reader) categories(n tree.Node) []record.Concept {
	var out []record.Concept
	for c := n.ChildNS(spaceSDTC, "category"); c.OK(); c = c.NextNamed() {
		if x := r.concept(c); !x.IsZero() {
			out = append(out, x)
		}
	}
	return out
}

// referenceRanges takes each referenceRange: bounds, words and codes as they are given.
func (r *reader) referenceRanges(obs tree.Node) []record.ReferenceRange {
	var out []record.ReferenceRange
	for n := obs.Child("referenceRange"); n.OK(); n = n.NextNamed() {
		c := n.Child("observationRange")
		if !c.OK() || n.Attr("nullFlavor").OK() || c.Attr("nullFlavor").OK() {
			continue
		}
		r.fixed(n, "typeCode", "REFV")
		r.fixed(c, "classCode", "OBS")
		r.fixed(c, "moodCode", "EVN.CRT")
		g := record.ReferenceRange{Code: r.conceptPtr(c.Child("code")), Type: r.conceptPtr(c.Child("interpretationCode"))}
		g.Text, g.TextRef = r.referencedText(c.Child("text"))
		if v := c.Child("value"); v.OK() && !v.NextNamed().OK() {
			if x := r.value(v); !x.IsZero() {
				g.Value = &x
			}
		}
		out = append(out, g)
	}
	return out
}

// media takes an observationMedia: a file that shows what was found, or that the narrative shows by its ID.
func (r *reader) media(rel, n tree.Node) *record.Attachment {
	if !r.plain(n, "EVN") || rel.OK() && !r.relates(rel, false, "COMP", "SPRT", "SUBJ", "REFR") {
		return nil
	}
	a := r.attachment(n.Child("value"))
	if a == nil {
		return nil
	}
	r.shape(n, "OBS", "EVN")
	r.xsiType(n.Child("value"), "ED")
	a.Anchor = r.attr(n, "ID")
	return a
}
