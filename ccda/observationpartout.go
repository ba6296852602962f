package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// observationRelations writes what hangs on an observation.
func (w *writer) observationRelations(x *record.Observation) {
	w.indicationsOf(&x.Indications)
	for i := range x.Components {
		c := x.Components[i]
		w.In("components", i)
		w.componentOut(&c, i)
		w.rest(&c)
		w.Leave()
	}
	x.Components = nil
	w.issuedOut(&x.Issued, "entryRelationship")
	w.members(&x.Members, "entryRelationship")
	w.imagesOut(x)
	w.mediaOf(&x.Attachments, "entryRelationship")
	w.inEncounter("entryRelationship", &x.Encounter)
	w.tail(&x.Entry, "entryRelationship")
}

// members writes the observations that another groups.
func (w *writer) members(list *[]record.Ref, wrapper string) {
	for i := range *list {
		ref := (*list)[i]
		w.In("members", i)
		if at, ok := w.statement(&ref); ok && !w.unsayable(at) {
			w.el(wrapper)
			w.slot("members", i)
			if wrapper == "entryRelationship" {
				w.at("typeCode", memberType(w, at))
			}
			w.nest(at, &ref)
			w.end()
			ref.ID, ref.Kind = "", ""
		}
		w.rest(&ref)
		w.Leave()
	}
	*list = nil
}

// memberType gives how a member hangs on its observation: an assessment of nutrition is its subject (CONF:1098-30324).
func memberType(w *writer, at place) string {
	if at.kind == record.KindAssessment && w.rec.Assessments[at.i].Kind == "nutrition-assessment" {
		return "SUBJ"
	}
	return "COMP"
}

// componentOut writes a part of an observation as an observation of its own
// that hangs on it: its template is known by its code (see findingParts).
func (w *writer) componentOut(c *record.Component, i int) {
	w.el("entryRelationship")
	w.slot("components", i)
	typeCode := "REFR"
	if isAssertion(&c.Code) {
		typeCode = "SUBJ" // what is counted (CONF:1198-14719)
	}
	w.at("typeCode", typeCode)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	if c.Assertion == record.Negated {
		w.at("negationInd", "true")
	}
	c.Assertion = ""
	list := componentTemplates(c)
	ofHistory := w.strict && slices.Equal(list, templatesIndustry)
	if w.strict && slices.Contains(list, templatesStatus[0]) && !isProblemStatus(c.Values) {
		w.Note(&record.IssueProfileNotClaimed, "")
	} else {
		f := &form{templates: list}
		if ofHistory {
			f = findingForm("", &record.Observation{Kind: "industry"}) // a kind of Social History Observation (Companion Guide R4.1)
		}
		w.claimForm(f)
	}
	if len(c.Identifiers) == 0 && w.strict {
		w.leaf("id", "root", w.derive("component", w.Path("")))
	}
	w.identifiers("id", "identifiers", &c.Identifiers)
	w.concept("code", "code", &c.Code)
	w.completed()
	if ofHistory {
		w.require("effectiveTime", "when", "NI") // CONF:1198-31868
	}
	w.values(&c.Values)
	w.interpretations(&c.Interpretations, false)
	w.referenceRanges(&c.ReferenceRanges, false)
	w.end()
	w.end()
}

func isAssertion(c *record.Concept) bool {
	return len(c.Codings) > 0 && c.Codings[0].Code == "ASSERTION" && (c.Codings[0].SystemAsSent == oidActCode || c.Codings[0].System == record.SystemActCode)
}

// isProblemStatus reports whether a value is one of those that a Problem Status has (value set ProblemStatus, 2.16.840.1.113883.3.88.12.80.68).
func isProblemStatus(list []record.Value) bool {
	if len(list) != 1 || list[0].Concept == nil || len(list[0].Concept.Codings) == 0 || list[0].Concept.Codings[0].System != record.SystemSNOMED {
		return false
	}
	switch list[0].Concept.Codings[0].Code {
	case "55561003", "73425007", "413322009", "246455001", "263855007", "277022003": // active, inactive, resolved, recurrence, relapse, remission
		return true
	}
	return false
}

func componentTemplates(c *record.Component) []string {
	for i := range c.Code.Codings {
		if x := &c.Code.Codings[i]; x.System == record.SystemLOINC || x.System == "" {
			switch x.Code {
			case "11778-8", "11779-6", "11780-4":
				return templatesDelivery[:1]
			case "86188-0":
				return templatesIndustry
			case "33999-4":
				return templatesStatus[:1]
			}
		}
	}
	return nil
}

// mediaOf writes files as observationMedia (CDA R2 4.3.6.7).
func (w *writer) mediaOf(list *[]record.Attachment, wrapper string) {
	for i := range *list {
		a := (*list)[i]
		w.el(wrapper)
		w.slot("attachments", i)
		if wrapper == "entryRelationship" {
			w.at("typeCode", "COMP")
		}
		w.el("observationMedia")
		w.at("classCode", "OBS")
		w.at("moodCode", "EVN")
		w.In("attachments", i)
		w.attachment("value", "", "ED", &a)
		w.Leave()
		w.end()
		w.end()
	}
	*list = nil
}

// indicationsOf writes what an observation was made for (C-CDA R2.1 Indication).
func (w *writer) indicationsOf(list *[]record.Indication) {
	for i := range *list {
		x := (*list)[i]
		w.In("indications", i)
		w.relate("RSON", false, "indications", i)
		w.indicationAct(&x)
		w.end()
		w.rest(&x)
		w.Leave()
	}
	*list = nil
}
