package ccda

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// allergyEntry writes an allergy within its concern: all allergies of one
// concern stand in one act (C-CDA R2.1 Allergy Concern Act).
func (w *writer) allergyEntry(i int) bool {
	a := &w.rec.Allergies[i]
	if w.unsayable(place{record.KindAllergy, i}) {
		return false
	}
	if a.Concern == nil && !w.strict && !w.isForeign() {
		w.allergy(i)
		return true
	}
	var concern record.Concern
	if a.Concern != nil {
		concern = *a.Concern
	} else if a.Assertion == record.Affirmed {
		w.foundConcern(&concern, &a.Clinical, &a.Onset)
	}
	act := &allergyConcernAct
	if w.before {
		act = &allergyProblemAct
	}
	w.concernAct(&concern, act, func() {
		n := 0
		for k := range w.rec.Allergies {
			o := &w.rec.Allergies[k]
			if k == i || concern.ID != "" && o.Concern != nil && o.Concern.ID == concern.ID && !w.wrote[o.ID] &&
				!w.unsayable(place{record.KindAllergy, k}) {
				w.el("entryRelationship")
				w.slot("members", n)
				w.at("typeCode", "SUBJ")
				w.At("allergies", k, func() { w.allergy(k) })
				w.end()
				if k != i {
					w.joins(o.ID)
					w.At("allergies", k, func() { w.sameConcern(o.Concern, a.Concern) })
				}
				n++
			}
		}
	}, &a.Entry)
	return true
}

// allergyProblemAct is what it was in R1.1 (Allergy Problem Act, CONF:7477).
var allergyProblemAct = actAround{template: "2.16.840.1.113883.10.20.22.4.30", system: oidLOINC, code: "48765-2", display: "Allergies, adverse reactions, alerts", followed: true}

var allergyConcernAct = actAround{template: "2.16.840.1.113883.10.20.22.4.30", system: oidActClass, code: codeConcern, display: "Concern", followed: true}

// allergy writes an Allergy - Intolerance Observation (C-CDA R2.1 3.6).
func (w *writer) allergy(i int) {
	x := w.rec.Allergies[i]
	w.wrote[x.ID] = true
	x.Concern = nil // written with the act
	w.noneByCode(&x)
	absent := x.Absent
	say := allergySense(&x)
	if x.Absent != absent {
		w.Note(&unknownAsNull, "absent")
	}
	if x.Assertion == record.Affirmed && !say.ind {
		none := x
		none.Assertion = record.NoneKnown
		if as := allergySense(&none); as.okay && !as.ind {
			w.Note(&record.IssueContradiction, "assertion") // the code says that none is known
		}
	}
	w.tellAllergy(&x, say.ind)
	if say.drop {
		w.Drop("substance", &x.Substance, &withheld)
		x.Substance = record.Concept{}
	}
	none := x.Assertion == record.NoneKnown

	w.begin("observation", "OBS", "EVN", &x.Entry)
	if say.ind {
		w.negated(&x.Verification)
	}
	x.Assertion = record.Affirmed
	w.template(templatesAllergy[0])
	if w.strict && w.release >= R30 {
		w.template(templatesAllergy[1]) // to which it conforms (C-CDA 3.0)
	}
	w.entryIDs(&x.Entry)
	w.fixedCode(oidActCode, "ASSERTION", "Assertion")
	w.linkOf(&x.Entry)
	w.errorStatus(&x.Status, &x.Verification)
	w.statusOfAct(&x.Status)
	began := takeWords(&x.Onset)
	w.bounds("effectiveTime", "onset", &x.Onset, needLow)
	w.allergyKind(&x, none)
	w.participants(&x.Participants)
	w.allergenOut(&x.Substance, none)
	w.clinicalStatusOut(&x.Clinical, &allergyStatus, "CE", codes.AllergyStatus(), "SUBJ")
	w.answer(&severity, "SUBJ", true, "severity", &x.Severity)
	w.answer(&criticality, "SUBJ", true, "criticality", &x.Criticality)
	w.doubtOut(&allergyDoubts, say.ind || w.rec.Allergies[i].Assertion != record.Affirmed, &x.Verification, &x.VerificationAsSent)
	for k := range x.Reactions {
		r := x.Reactions[k]
		w.In("reactions", k)
		w.reactionOut(k, &r, "MFST", true)
		w.rest(&r)
		w.Leave()
	}
	x.Reactions = nil
	w.timeInWordsOut(whenItBegan, "onset", &began)
	w.inEncounter("entryRelationship", &x.Encounter)
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
}

// tellAllergy tells of an allergy in the narrative; what is denied reads so.
func (w *writer) tellAllergy(x *record.Allergy, negated bool) {
	what := wordsOf(&x.Substance)
	switch {
	case x.Assertion == record.NoneKnown && (what == "" || negated):
		what = "No known allergies"
	case x.Assertion == record.NotKnown:
		what = "Not known: " + what
	case negated:
		what = "Not allergic to " + what
	}
	w.tell("Substance", what)
	w.tell("Kind", wordsOf(&x.Kind))
	if x.Kind.IsZero() {
		w.tell("Kind", x.Type)
		for _, c := range x.Categories {
			w.tell("Kind", c)
		}
	}
	for i := range x.Reactions {
		r := &x.Reactions[i]
		for k := range r.Manifestations {
			words := wordsOf(&r.Manifestations[k])
			if r.Assertion == record.Negated {
				words = "Not: " + words
			}
			w.tell("Reaction", words)
		}
		w.tell("Severity", wordsOf(r.Severity))
	}
	w.tell("Severity", wordsOf(x.Severity))
	w.tell("Criticality", wordsOf(x.Criticality))
	w.tell("Status", statusWords(&x.Clinical))
	w.tell("Status", string(x.Verification))
	w.tell("When", wordsOfPeriod(&x.Onset))
}

func statusWords(s *record.ClinicalStatus) string {
	if s.AsSent != nil {
		return wordsOf(s.AsSent)
	}
	return s.Code
}

// allergySense decides how an allergy is negated, so that it is read again as
// the record says it: the contrary of reader.allergyAssertion.
func allergySense(x *record.Allergy) negation {
	substance := extentOfConcept(&x.Substance, &allergenExtents, "")
	kind := extentOfConcept(&x.Kind, &allergyExtents, "")
	refuted := x.Verification == record.Refuted
	switch x.Assertion {
	case record.NoneKnown:
		switch {
		case refuted:
			return negation{}
		case substance == extentNoneInWords && (kind == extentAll || kind == extentNothing):
			return negation{ind: true, okay: true} // who reads codes alone must not read an allergy
		case substance == extentNone || kind == extentNone,
			substance == extentNoneInWords && kind == extentNoneInWords,
			kind == extentNoneInWords && (substance == extentAll || substance == extentNothing):
			return negation{okay: true}
		case kind != extentAll && kind != extentNothing:
			return negation{}
		}
		return negation{ind: true, drop: substance != extentAll && substance != extentNothing, okay: true}
	case record.NotKnown:
		if x.Absent == "" {
			x.Absent = record.AbsentUnknown // without it the statement would be affirmed
		}
		return negation{okay: !refuted}
	case record.Negated:
		if refuted {
			return negation{}
		}
	default:
		if !refuted {
			return negation{okay: true}
		}
	}
	if substance == extentUnclear && len(x.Substance.Codings) == 0 && x.Substance.Absent == "" {
		x.Substance.Absent = record.AbsentOther // there is one substance, which has no code
		substance = extentOne
	}
	return negation{ind: true, okay: substance == extentOne && kind != extentNone}
}

// noneByCode makes of an allergy that is a code for "none known", as FHIR has it,
// the negated kind that C-CDA has (ConceptMap FC-NoKnownAllergies).
func (w *writer) noneByCode(x *record.Allergy) {
	if x.Assertion != record.NoneKnown || !x.Kind.IsZero() || len(x.Substance.Codings) != 1 {
		return
	}
	c := &x.Substance.Codings[0]
	kind, ok := codes.NoKnownAllergies().From(c.Code)
	if !ok || c.System != record.SystemSNOMED {
		return
	}
	words := x.Substance.Text
	if words == "" {
		words = c.Display
	} else {
		w.DropString("substance.codings[0].display", c.Display, &lost)
	}
	w.DropString("substance.codings[0].version", c.Version, &lost)
	x.Kind = record.Concept{Text: words, Codings: []record.Coding{{System: record.SystemSNOMED, Code: kind}}}
	x.Substance = record.Concept{}
}

// allergyKind writes what kind of propensity it is; where only FHIR's type and
// category say so, the code that HL7's maps have for them.
func (w *writer) allergyKind(x *record.Allergy, none bool) {
	if x.Kind.IsZero() && (x.Type != "" || len(x.Categories) > 0) {
		category := ""
		if len(x.Categories) > 0 {
			category = x.Categories[0]
		}
		code, _ := codes.AllergyValue(x.Type, category)
		w.el("value")
		w.attr("xsi:type", "CD")
		w.at("code", code)
		w.at("codeSystem", oidSNOMED)
		w.at("codeSystemName", "SNOMED CT")
		w.end()
		if t, _ := codes.AllergyType(code); t == x.Type {
			x.Type = ""
		}
		if c, _ := codes.AllergyCategory(code); c == category && len(x.Categories) > 0 {
			x.Categories = taken(x.Categories, 0)
		}
		return
	}
	if w.strict && (len(x.Kind.Codings) == 0 || x.Kind.Codings[0].Code == "" || x.Kind.Absent != "") {
		// A code is demanded (CONF:1098-16317): that of any propensity, or of none known (ConceptMaps FC-AllergyIntoleranceType, FC-NoKnownAllergies).
		code := record.Coding{System: record.SystemSNOMED, Code: "420134006", Display: "Propensity to adverse reaction"}
		if none {
			code = record.Coding{System: record.SystemSNOMED, Code: "419199007", Display: "Allergy to substance"}
		}
		w.Note(&issueRequired, "kind")
		w.DropString("kind.absent", string(x.Kind.Absent), &withheld)
		x.Kind = record.Concept{Text: x.Kind.Text, TextRef: x.Kind.TextRef, Codings: append([]record.Coding{code}, x.Kind.Codings...)}
	}
	w.codedValue("value", "kind", &x.Kind)
}

// nullValue writes a value of which nothing is known.
func (w *writer) nullValue(typ string) {
	w.el("value")
	w.attr("xsi:type", typ)
	w.attr("nullFlavor", "NI")
	w.end()
}

// allergenOut writes the substance as the participant that it is (CONF:1098-7402);
// none known has none (C-CDA R2.1 volume 1, 3.6).
func (w *writer) allergenOut(c *record.Concept, none bool) {
	if c.IsZero() && !w.strict {
		return
	}
	w.el("participant")
	w.slot("substance", -1)
	w.at("typeCode", "CSM")
	w.el("participantRole")
	w.at("classCode", "MANU")
	w.el("playingEntity")
	w.at("classCode", "MMAT")
	if c.IsZero() && none {
		w.Note(&fixed, "substance")
		w.leaf("code", "nullFlavor", "NA")
	} else if c.IsZero() {
		w.require("code", "substance", "NI")
	}
	w.concept("code", "substance", c)
	w.end()
	w.end()
	w.end()
}
