package hl7v2

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// noneSaid is for an absence of allergies that had no code.
var noneSaid = record.IssueAltered.Because("that no allergy is known went out as SNOMED CT's code for it, where a substance stands")

// allergy writes AL1, or IAM where AL1 has no field for what is said: an identifier, how sure it is, when it was told.
func (w *sender) allergy(v *record.Allergy) {
	if w.needsIAM(v) {
		w.adverse(v)
		return
	}
	s := w.segment("AL1", v.ID, w.lineOf(&v.Entry, "AL1"))
	w.coded(s.at(2), &v.Kind, "127")
	w.substance(s, v)
	w.reactions(s, v)
	w.time(s.at(6), &v.Onset.Start)
	w.notes(v.Notes, s)
}

// needsIAM reports whether an allergy is one for IAM.
func (w *sender) needsIAM(v *record.Allergy) bool {
	if w.m.source != "" {
		return isPath(&v.Entry, w.m.source, "IAM")
	}
	return len(v.Identifiers) > 0 || v.Verification != "" && v.Verification != record.Confirmed || v.Recorded != nil || v.Clinical.Code != "" && v.Clinical.Code != "active"
}

// substance writes AL1-3 or IAM-3. That none is known is said by the code that says it.
func (w *sender) substance(s *segmentOut, v *record.Allergy) {
	none := v.Assertion == record.NoneKnown
	if none && v.Substance.IsZero() {
		w.put(s.at(3).at(1), "716186003")
		w.put(s.at(3).at(2), "No known allergy")
		w.put(s.at(3).at(3), "SCT")
		w.Note(&noneSaid, "assertion")
		v.Assertion = record.Affirmed
		return
	}
	w.concept(s.at(3), &v.Substance)
	if none {
		v.Assertion = record.Affirmed
	}
}

// reactions writes severity and reactions. What did not happen is left out.
func (w *sender) reactions(s *segmentOut, v *record.Allergy) {
	w.conceptPtr(s.at(4), &v.Severity, "128")
	for i := range v.Reactions {
		x := &v.Reactions[i]
		if x.Assertion != "" && x.Assertion != record.Affirmed || x.Status.Code == record.StatusEnteredInError {
			continue
		}
		for k := range x.Manifestations {
			w.concept(s.next(5), &x.Manifestations[k])
		}
		if x.Assertion == record.Affirmed {
			x.Assertion = ""
		}
	}
}

// sureness is table 0438 by how sure an allergy is.
var sureness = map[record.Verification]string{record.Confirmed: "C", record.Unconfirmed: "U", record.Presumed: "P", record.EnteredInError: "E"}

// adverse writes IAM. What was entered in error goes out with the action that deletes it.
func (w *sender) adverse(v *record.Allergy) {
	s := w.segment("IAM", v.ID, w.lineOf(&v.Entry, "IAM"))
	w.coded(s.at(2), &v.Kind, "127")
	w.substance(s, v)
	w.reactions(s, v)
	if x := takeAny(v.Identifiers); x != nil {
		w.entity(s.at(7), x)
	}
	asSent := v.VerificationAsSent
	if v.Verification == record.EnteredInError && !saidBy(asSent, "E") {
		w.put(s.at(6), "D")
		v.Verification = ""
	} else if w.m.source == "" {
		w.put(s.at(6), "A") // table 0206
	}
	w.time(s.at(11), &v.Onset.Start)
	w.str(s.at(12), &v.Onset.Text)
	w.timePtr(s.at(13), &v.Recorded)
	switch {
	case v.VerificationAsSent != nil:
		sure, clinical := readsSureness(v.VerificationAsSent)
		if w.coded(s.at(17), v.VerificationAsSent, "438"); s.has(17) {
			switch {
			case sure == v.Verification:
				v.Verification = ""
			case v.Verification == "":
				w.Note(&codeSays, "verification")
			}
			w.In("clinicalStatus", -1)
			switch {
			case clinical == v.Clinical.Code:
				v.Clinical.Code = ""
			case clinical != "" && v.Clinical.Code == "":
				w.Note(&codeSays, "code")
			}
			w.Leave()
		}
	case v.Clinical.Code != "" && v.Clinical.Code != "active":
		if w.put(s.at(17), "I") { // confirmed but inactive
			if v.Clinical.Code != "inactive" {
				w.In("clinicalStatus", -1)
				w.Note(&codeMapped, "code")
				w.Leave()
			}
			v.Clinical.Code, v.Clinical.AsSent = "", nil
			if v.Verification == record.Confirmed {
				w.Note(&codeMapped, "verification")
				v.Verification = ""
			}
		}
	case sureness[v.Verification] != "":
		if w.put(s.at(17), sureness[v.Verification]) {
			if v.Verification == record.Presumed {
				w.Note(&codeMapped, "verification")
			}
			v.Verification = ""
		}
	}
	for i := range v.Participants {
		w.informant(s, &v.Participants[i])
	}
	w.notes(v.Notes, s)
}

// readsSureness gives what a reader takes from table 0438.
func readsSureness(c *record.Concept) (record.Verification, string) {
	if len(c.Codings) == 0 {
		return "", ""
	}
	switch c.Codings[0].Code {
	case "C":
		return record.Confirmed, ""
	case "S", "U", "P":
		return record.Unconfirmed, ""
	case "E":
		return record.EnteredInError, ""
	case "I":
		return "", "inactive"
	}
	return "", ""
}

// saidBy reports whether a concept has a code.
func saidBy(c *record.Concept, code string) bool {
	return c != nil && slices.ContainsFunc(c.Codings, func(g record.Coding) bool { return g.Code == code })
}

// informant writes who told of an allergy: a name, and what they are to the patient.
func (w *sender) informant(s *segmentOut, p *record.Participation) {
	if p.Role != "informant" || s.has(14) {
		return
	}
	m := w.mentionOf(p.Who)
	if m == nil || m.practitioner == nil || len(m.practitioner.Names) == 0 {
		return
	}
	n := clone(w.rec.Practitioners[m.i].Names[0])
	w.At("practitioners", m.i, func() {
		w.In("names", 0)
		w.name(s.at(14), &n)
		w.Leave()
	})
	if s.has(14) {
		m.practitioner.Names[0] = n
		refTo(p.Who)
		p.Role, p.RoleAsSent = "", ""
		w.conceptPtr(s.at(15), &p.Code, "63")
	}
}
