package ccda

import "github.com/portage-health/portage/record"

// allergyEntry writes an allergy within its concern: all allergies of one
// concern stand in one act (C-CDA R2.1 Allergy Concern Act).
func (w *writer) allergyEntry(i int) bool {
	a := &w.rec.Allergies[i]
	var concern record.Concern
	if a.Concern != nil {
		concern = *a.Concern
	}
	if a.Concern == nil && !w.strict {
		w.allergy(i, &a.Entry)
		return true
	}
	w.concernAct(&concern, allergyTracker.templates[0], "concern", func() {
		for k := range w.rec.Allergies {
			o := &w.rec.Allergies[k]
			if k == i || concern.ID != "" && o.Concern != nil && o.Concern.ID == concern.ID && !w.wrote[o.ID] {
				w.el("entryRelationship")
				w.at("typeCode", "SUBJ")
				w.At("allergies", k, func() { w.allergy(k, &a.Entry) })
				w.end()
			}
		}
	}, &a.Entry)
	return true
}

// allergy writes an Allergy - Intolerance Observation.
func (w *writer) allergy(i int, row *record.Entry) {
	x := w.rec.Allergies[i]
	w.wrote[x.ID] = true
	x.Concern = nil // written with the act
	w.tell("Substance", wordsOf(&x.Substance))
	w.tell("Kind", wordsOf(&x.Kind))
	w.tell("Status", x.Clinical.Code)
	w.tell("When", wordsOfPeriod(&x.Onset))

	w.begin("observation", "OBS", "EVN", &x.Entry)
	switch x.Assertion {
	case record.Negated, record.NoneKnown:
		w.at("negationInd", "true")
	}
	x.Assertion = record.Affirmed
	w.template(templatesAllergy[0])
	w.entryIDs(&x.Entry)
	w.fixedCode(oidActCode, "ASSERTION", "Assertion")
	w.linkOf(&x.Entry)
	w.statusAs(&x.Status, "completed")
	if x.Onset.IsZero() {
		w.require("effectiveTime", "onset", "UNK")
	}
	w.period("effectiveTime", "onset", &x.Onset)
	if x.Kind.IsZero() && w.strict {
		w.Note(&issueRequired, "kind")
		w.el("value")
		w.attr("xsi:type", "CD")
		w.attr("nullFlavor", "NI")
		w.end()
	}
	w.codedValue("value", "kind", &x.Kind)
	w.participants(&x.Participants)
	w.allergenOut(&x.Substance)
	w.answer(&allergyStatus, "SUBJ", true, "clinicalStatus", &x.Clinical.AsSent)
	x.Clinical.Code = ""
	w.answer(&severity, "SUBJ", true, "severity", &x.Severity)
	w.answer(&criticality, "SUBJ", true, "criticality", &x.Criticality)
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
}

// allergenOut writes the substance as the participant that it is (CONF:1098-7402).
func (w *writer) allergenOut(c *record.Concept) {
	if c.IsZero() && !w.strict {
		return
	}
	w.el("participant")
	w.at("typeCode", "CSM")
	w.slot("substance", -1)
	w.el("participantRole")
	w.at("classCode", "MANU")
	w.el("playingEntity")
	w.at("classCode", "MMAT")
	if c.IsZero() {
		w.require("code", "substance", "NI")
	}
	w.concept("code", "substance", c)
	w.end()
	w.end()
	w.end()
}
