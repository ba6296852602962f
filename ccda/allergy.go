package ccda

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Templates of C-CDA and, before it, CCD and HITSP C32.
var (
	templatesAllergy = []string{
		"2.16.840.1.113883.10.20.22.4.7",  // Allergy - Intolerance Observation
		"2.16.840.1.113883.10.20.24.3.90", // Substance or Device Allergy - Intolerance Observation
		"2.16.840.1.113883.10.20.1.18",
		"2.16.840.1.113883.10.20.1.28", "1.3.6.1.4.1.19376.1.5.3.1.4.5", "1.3.6.1.4.1.19376.1.5.3.1.4.6",
	}
	allergyTracker = tracker{
		templates: []string{
			"2.16.840.1.113883.10.20.22.4.30", // Allergy Concern Act
			"2.16.840.1.113883.10.20.1.27", "2.16.840.1.113883.3.88.11.83.6", "2.16.840.1.113883.3.88.11.32.6",
			"1.3.6.1.4.1.19376.1.5.3.1.4.5.1", "1.3.6.1.4.1.19376.1.5.3.1.4.5.3",
		},
		before:   "48765-2",
		displays: []string{"Allergies, adverse reactions, alerts", "Allergies and adverse reactions Document", "Allergies &or adverse reactions"},
	}
	allergyStatus = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.28", "2.16.840.1.113883.10.20.1.39", "2.16.840.1.113883.10.20.1.57"},
		system:    oidLOINC, codes: []string{"33999-4"}, displays: []string{"Status"},
	}
	severity = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.8", "2.16.840.1.113883.10.20.1.55", "1.3.6.1.4.1.19376.1.5.3.1.4.1"},
		system:    oidActCode, codes: []string{"SEV"},
		displays: []string{"Severity Observation", "Severity", "SeverityObservation"},
	}
	criticality = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.145"},
		system:    oidLOINC, codes: []string{"82606-5"},
		displays: []string{"Allergy or intolerance criticality", "Criticality"},
	}
)

// readAllergyEntry reads an entry that holds an Allergy Concern Act, or an
// Allergy - Intolerance Observation alone. Several observations of one act are
// several allergies that share its concern.
func (r *reader) readAllergyEntry(entry tree.Node) []record.Ref {
	st := r.statement(entry)
	if r.isAllergy(st) {
		if assertion, ok := r.allergyAssertion(st); ok {
			return []record.Ref{r.allergy(st, assertion, nil)}
		}
		return nil
	}
	if st.Name() != "act" || r.isOtherConcern(st) {
		return nil
	}
	var concern *record.Concern
	var out []record.Ref
	for rel, obs := range r.relations(st) {
		if !r.isAllergy(obs) || concern == nil && !r.legibleConcern(st) {
			continue
		}
		assertion, ok := r.allergyAssertion(obs)
		if !ok || !r.relates(rel, false, "SUBJ") {
			continue
		}
		if concern == nil {
			concern = r.concern(st, &allergyTracker)
		}
		r.slot(rel, "members", len(out))
		out = append(out, r.allergy(obs, assertion, concern))
	}
	if concern == nil {
		return nil
	}
	if a := last(r.rec.Allergies); len(out) == 1 && a.ID == out[0].ID {
		r.concernSeverity(st, &a.Entry, &a.Severity)
	}
	for rel, sub := range r.relations(st) {
		if sub.Name() == "encounter" {
			r.concernEncounter(concern, rel, sub)
		}
	}
	return out
}

// isOtherConcern reports whether an act is known as a concern about problems.
func (r *reader) isOtherConcern(act tree.Node) bool {
	return r.hasAny(act, problemTracker.templates[:1]) && !r.hasAny(act, allergyTracker.templates)
}

// isAllergy recognises the observation by its template, or by its shape: what a
// substance does (participant CSM), of a kind of allergy.
func (r *reader) isAllergy(obs tree.Node) bool {
	if obs.Name() != "observation" {
		return false
	}
	if r.hasAny(obs, templatesAllergy) {
		return true
	}
	return r.bare(obs, nil) && allergen(obs).OK() && extentOfCode(obs.Child("value"), &allergyExtents) == extentAll
}

// allergen gives the participant that is the substance.
func allergen(obs tree.Node) tree.Node {
	for p := obs.Child("participant"); p.OK(); p = p.NextNamed() {
		if t := p.Attr("typeCode").Value(); (t == "CSM" || t == "") && p.Child("participantRole").Child("playingEntity").OK() {
			return p
		}
	}
	return tree.Node{}
}

// allergy reads an Allergy - Intolerance Observation.
func (r *reader) allergy(obs tree.Node, assertion record.Assertion, concern *record.Concern) record.Ref {
	a := record.Allergy{Entry: r.entry(kindAllergy, obs), Concern: concern}
	r.assert(&a.Entry, obs, assertion)
	a.Status = r.status(obs)
	r.templates(obs, templatesAllergy...)
	r.shape(obs, "OBS", "EVN")
	r.fixes(obs.Child("code"), oidActCode, "ASSERTION", "Assertion")
	a.Kind = r.concept(obs.Child("value"))
	a.Onset = r.period(obs.Child("effectiveTime"))
	a.Substance = r.allergen(allergen(obs))
	r.allergyParts(&a, obs)
	r.rec.Allergies = add(r.rec.Allergies, &a, r.expected.entries)
	return record.Ref{ID: a.ID, Kind: kindAllergy}
}

// allergyAssertion decides what the observation says before anything is read.
// With negationInd a substance is one the patient is not allergic to; no
// substance, or one that is the whole kind, means no known allergies of the kind
// in value (C-CDA R2.1 Allergy - Intolerance Observation; ConceptMap
// CF-NoKnownAllergies). ok is false, and an issue says so, where it cannot be told.
func (r *reader) allergyAssertion(obs tree.Node) (a record.Assertion, ok bool) {
	if !r.legible(obs, "EVN") {
		return "", false
	}
	negated := isTrue(obs.Attr("negationInd").Value())
	entity := allergen(obs).Child("participantRole").Child("playingEntity")
	substance := r.extentOfEntity(entity, &allergenExtents)
	kind := r.extentOf(obs.Child("value"), &allergyExtents)
	none := substance == extentNone || kind == extentNone
	switch {
	case obs.Attr("nullFlavor").OK():
		if !negated {
			return record.NotKnown, true
		}
	case substance == extentNoneInWords && (kind == extentAll || kind == extentNothing || kind == extentNoneInWords),
		kind == extentNoneInWords && (substance == extentAll || substance == extentNothing):
		return noneInWords, true
	case !negated && none:
		return record.NoneKnown, true
	case !negated:
		return record.Affirmed, true
	case none, substance == extentUnclear: // a negated "no known allergies" is no statement
	case substance == extentOne:
		return record.Negated, true
	case substance != extentNoneInWords && (kind == extentAll || kind == extentNothing):
		return record.NoneKnown, true
	}
	r.issue(record.IssueNegationUnclear, obs)
	return "", false
}

// allergen takes the substance. Its name is its text where there is no other.
func (r *reader) allergen(p tree.Node) record.Concept {
	if !p.OK() {
		return record.Concept{}
	}
	r.slot(p, "substance", -1)
	role := p.Child("participantRole")
	r.fixed(p, "typeCode", "CSM")
	r.fixed(p, "contextControlCode", "OP")
	r.fixed(role, "classCode", "MANU")
	return r.material(role.Child("playingEntity"), "MMAT")
}

// material takes code and name of an entity that is a material.
func (r *reader) material(entity tree.Node, class string) record.Concept {
	r.fixed(entity, "classCode", class)
	r.fixed(entity, "determinerCode", "INSTANCE", "KIND")
	c := r.concept(entity.Child("code"))
	if name := entity.Child("name"); c.Text == "" && c.TextRef == "" && !name.NextNamed().OK() {
		c.Text = r.text(name)
	}
	return c
}

// allergyParts reads what hangs on the observation.
func (r *reader) allergyParts(a *record.Allergy, obs tree.Node) {
	for rel, sub := range r.relations(obs) {
		switch {
		case a.Clinical.IsZero() && r.asks(sub, &allergyStatus):
			a.Clinical = r.clinicalStatus(rel, sub, &allergyStatus, codes.AllergyStatus())
		case a.Severity == nil && r.asks(sub, &severity):
			if a.Severity = r.answered(rel, sub, &severity, true, "SUBJ"); a.Severity != nil {
				r.slot(rel, "severity", -1)
			}
		case a.Verification == "" && r.isDoubt(sub, &allergyDoubts):
			r.doubt(rel, sub, &allergyDoubts, &a.Entry, &a.Verification, &a.VerificationAsSent)
		case a.Criticality == nil && r.asks(sub, &criticality):
			if a.Criticality = r.answered(rel, sub, &criticality, true, "SUBJ"); a.Criticality != nil {
				r.slot(rel, "criticality", -1)
			}
		case r.isReaction(rel, sub):
			if x, ok := r.reaction(rel, sub, "MFST"); ok {
				r.slot(rel, "reactions", len(a.Reactions))
				a.Reactions = append(a.Reactions, x)
			}
		case r.isTimeInWords(sub):
			r.timeInWords(rel, sub, timeOf{whenItBegan, "onset", &a.Onset})
		case a.Encounter == nil && sub.Name() == "encounter":
			if a.Encounter = r.encounterRef(rel, sub); a.Encounter != nil {
				r.slot(rel, "encounter", -1)
			}
		}
	}
}

// clinicalStatus reads a status observation: FHIR's term where HL7's map has one, and always what was sent.
func (r *reader) clinicalStatus(rel, obs tree.Node, q *question, table *codes.Table[string, string]) record.ClinicalStatus {
	var s record.ClinicalStatus
	// The value is about the time of the observation; R1.1 hangs it with REFR, others with SUBJ inverted.
	if s.AsSent = r.answered(rel, obs, q, rel.Attr("typeCode").Value() == "SUBJ", "REFR", "SUBJ"); s.AsSent == nil {
		return s
	}
	r.slot(rel, "clinicalStatus", -1)
	s.Code, _ = table.To(s.AsSent.Code(record.SystemSNOMED))
	s.When = r.periodPtr(obs.Child("effectiveTime"))
	return s
}
