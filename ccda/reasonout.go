package ccda

import "github.com/portage-health/portage/record"

// instructionsOut writes what somebody is to be told of an act (C-CDA R2.1 Instruction).
func (w *writer) instructionsOut(list *[]record.Instruction) {
	for i := range *list {
		x := (*list)[i]
		w.In("instructions", i)
		w.instructionOut("instructions", i, &x)
		w.rest(&x)
		w.Leave()
	}
	*list = nil
}

func (w *writer) instructionOut(field string, i int, x *record.Instruction) {
	w.relate("SUBJ", true, field, i)
	w.el("act")
	w.at("classCode", "ACT")
	w.at("moodCode", "INT")
	w.template(templatesInstruction[0])
	w.identifiers("id", "identifiers", &x.Identifiers)
	if x.Code == nil {
		w.require("code", "code", "NI")
	}
	w.conceptPtr("code", "code", &x.Code)
	w.refText("text", &x.Text, &x.TextRef)
	w.statusAs(&x.Status, "completed")
	w.periodPtr("effectiveTime", "when", &x.When)
	w.participants(&x.Participants)
	w.end()
	w.end()
}

// indicationsOut writes what an act is for: an Indication, or a reference to the
// entry that is the reason (C-CDA R2.1 Indication).
func (w *writer) indicationsOut(field string, list *[]record.Indication) {
	for i := range *list {
		x := (*list)[i]
		w.In(field, i)
		if at, ok := w.place(x.Ref); ok && w.entryAt(at) != nil {
			w.relate("RSON", false, field, i)
			ref := *x.Ref
			w.In("ref", -1)
			w.entryReference(at, &ref)
			w.Leave()
			w.end()
			if x.Ref = nil; !ref.IsZero() {
				x.Ref = &ref
			}
		}
		w.wordsOfRef(&x)
		w.indication(field, i, &x)
		w.rest(&x)
		w.Leave()
	}
	*list = nil
}

// wordsOfRef makes the words of a reference to what the record does not have the
// words of the reason, which has none: C-CDA has no reference to elsewhere there.
func (w *writer) wordsOfRef(x *record.Indication) {
	if x.Ref == nil || x.Ref.Display == "" || x.Code != nil {
		return
	}
	if _, ok := w.place(x.Ref); ok {
		return
	}
	ref := *x.Ref
	x.Code = &record.Concept{Text: ref.Display}
	ref.Display = ""
	x.Ref = &ref
	w.Note(&saidInWords, "ref.display")
}

var saidInWords = record.IssueAltered.Because("the record does not have what is referred to; the words of the reference stand as the words of the reason")

func (w *writer) indication(field string, i int, x *record.Indication) {
	if record.CountLeavesOf(x) == 0 {
		return
	}
	w.relate("RSON", false, field, i)
	w.indicationAct(x)
	w.end()
}

// indicationAct writes the observation that is an Indication (C-CDA R2.1 3.51).
func (w *writer) indicationAct(x *record.Indication) {
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	if x.Assertion == record.Negated {
		w.at("negationInd", "true")
	}
	x.Assertion = ""
	w.template(templatesIndication[0])
	w.partIDs(&x.Identifiers, "indication")
	if x.Kind == nil {
		w.require("code", "kind", "NI")
	}
	w.conceptPtr("code", "kind", &x.Kind)
	w.wordsBesidePtr("code", &x.Code)
	w.statusAs(&x.Status, "completed")
	w.periodPtr("effectiveTime", "when", &x.When)
	if x.Code != nil {
		c := *x.Code
		x.Code = nil
		w.codedValue("value", "code", &c)
	}
	w.end()
}

// reasonOut writes why something was done or not (QRDA Reason): the reason that the ledger stands in.
func (w *writer) reasonOut(i int, c *record.Concept) {
	w.relate("RSON", false, "status.reasons", i)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.template(reasonNotDone.templates[0])
	if w.strict {
		w.leaf("id", "root", w.derive("why", w.Path("")))
	}
	w.fixedCode(reasonNotDone.system, reasonNotDone.codes[0], first(reasonNotDone.displays))
	w.wordsBeside("", c)
	w.completed()
	if w.strict {
		w.Note(&issueRequired, "when")
		w.el("effectiveTime")
		w.leaf("low", "nullFlavor", "NI")
		w.end()
	}
	w.codedValue("value", "", c)
	w.end()
	w.end()
}

// reasonsOut writes all reasons of a status.
func (w *writer) reasonsOut(s *record.Status) {
	for i := range s.Reasons {
		c := s.Reasons[i]
		w.In("status.reasons", i)
		w.reasonOut(i, &c)
		w.Leave()
	}
	s.Reasons = nil
}

// reactionsOut writes what happened to the patient, by the relationship that the statement has it in.
func (w *writer) reactionsOut(list *[]record.Reaction, typeCode string, inverted bool) {
	for i := range *list {
		x := (*list)[i]
		w.In("reactions", i)
		if x.Description != "" && len(x.Manifestations) == 0 {
			x.Manifestations = []record.Concept{{Text: take(&x.Description)}}
		}
		w.reactionOut(i, &x, typeCode, inverted)
		w.rest(&x)
		w.Leave()
	}
	*list = nil
}
