package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// Codes that the templates of findings fix (see findings), beside those of ofPatient.
var (
	smokingStatus       = question{system: oidLOINC, codes: []string{"72166-2"}, displays: []string{"Tobacco smoking status NHIS"}}
	tobaccoUse          = question{system: oidLOINC, codes: []string{"11367-0"}, displays: []string{"History of tobacco use"}}
	assertion           = question{system: oidActCode, codes: []string{"ASSERTION"}, displays: []string{"Assertion"}}
	deliveryDate        = question{system: oidLOINC, codes: []string{"11778-8"}, displays: []string{"Estimated date of delivery"}}
	pregnancyStatus     = question{system: oidLOINC, codes: []string{"82810-3"}, displays: []string{"Pregnancy status"}}
	pregnancyIntent     = question{system: oidLOINC, codes: []string{"86645-9"}, displays: []string{"Pregnancy intention in the next year - Reported"}}
	orientation         = question{system: oidLOINC, codes: []string{"76690-7"}, displays: []string{"Sexual orientation"}}
	occupation          = question{system: oidLOINC, codes: []string{"11341-5"}, displays: []string{"History of Occupation"}}
	industry            = question{system: oidLOINC, codes: []string{"86188-0"}, displays: []string{"History of Occupation industry"}}
	homeEnvironment     = question{system: oidLOINC, codes: []string{"75274-1"}, displays: []string{"Characteristics of residence"}}
	personalBelief      = question{system: oidLOINC, codes: []string{"75281-6"}, displays: []string{"Personal belief"}}
	cognitiveStatus     = question{system: oidSNOMED, codes: []string{"373930000"}, displays: []string{"Cognitive function"}}
	mentalStatus        = question{system: oidLOINC, codes: []string{"8693-4"}, displays: []string{"Mental status"}}
	nutritionStatus     = question{system: oidLOINC, codes: []string{"75305-3"}, displays: []string{"Nutrition status"}}
	nutritionAssessment = question{system: oidLOINC, codes: []string{"75303-8"}, displays: []string{"Nutrition assessment"}}
	healthStatusCode    = question{system: oidLOINC, codes: []string{"11323-3"}, displays: []string{"Health status"}}
)

const findingRoot = "2.16.840.1.113883.10.20.22.4."

// findingForms are the observations of social history and of what the patient
// can do, by their kind: the contrary of findings.
var findingForms = [...]form{
	{kind: "smoking-status", templates: []string{findingRoot + "78"}, head: &smokingStatus, when: needTime, point: true, value: codeOnly},
	{kind: "tobacco-use", templates: []string{findingRoot + "85"}, head: &tobaccoUse, when: needLow, value: codedOnly},
	{kind: "birth-sex", templates: []string{findingRoot + "200"}, head: &birthSex, when: needTime, value: codeOnly},
	{kind: "sex", templates: []string{findingRoot + "507"}, head: &sex, when: needTime, value: codedOnly},
	{kind: "gender-identity", templates: []string{"2.16.840.1.113883.10.20.34.3.45"}, head: &gender, when: needLow, value: codedOnly, social: true, set: genderIdentities},
	{kind: "sexual-orientation", templates: []string{findingRoot + "501"}, head: &orientation, when: needLow, value: codedOnly, social: true, set: sexualOrientations},
	{kind: "occupation", templates: []string{templateSocialHistory, findingRoot + "503"}, head: &occupation, when: needLow, value: codedOnly, social: true},
	{kind: "industry", templates: []string{templateSocialHistory, findingRoot + "504"}, head: &industry, when: needTime, value: codedOnly, social: true},
	{kind: "pregnancy-status", templates: []string{"2.16.840.1.113883.10.20.15.3.8"}, head: &assertion, when: needTime, value: codedOnly},
	{kind: "estimated-delivery-date", templates: []string{"2.16.840.1.113883.10.20.15.3.1"}, head: &deliveryDate, value: timeOnly},
	{kind: "pregnancy-intent", templates: []string{findingRoot + "281"}, head: &pregnancyIntent, when: needBoth, value: codedOnly},
	{kind: "tribal-affiliation", templates: []string{templateSocialHistory, findingRoot + "506"}, head: &tribe, when: needTime, value: codedOnly, social: true},
	{kind: "caregiver-characteristics", templates: []string{findingRoot + "72"}, value: codedOnly, fits: hasCaregiver},
	{kind: "home-environment", templates: []string{findingRoot + "109"}, head: &homeEnvironment, value: codedOnly},
	{kind: "cultural-religious", templates: []string{findingRoot + "111"}, head: &personalBelief, value: negationCoded},
	{kind: "assessment-scale", templates: []string{findingRoot + "69"}, when: needTime, value: oneValue},
	{kind: "assessment-scale-item", templates: []string{findingRoot + "86"}, value: someValue, fits: hasItemCode},
	{kind: "disability", templates: []string{findingRoot + "505"}, when: needTime, value: codedOnly},
	{kind: "functional-status", templates: []string{findingRoot + "67"}, when: needTime, value: oneValue, fits: codeOfLOINC},
	{kind: "self-care", templates: []string{findingRoot + "128"}, when: needTime, value: codedOnly, fits: neverFits},
	{kind: "sensory-status", templates: []string{findingRoot + "127"}, when: needLow, value: codedOnly},
	{kind: "mental-status", templates: []string{findingRoot + "74"}, head: &cognitiveStatus, when: needTime, value: oneValue, fits: isCognitive},
	{kind: "outcome", templates: []string{findingRoot + "144"}, fits: hasGoal},
	{kind: "goal-progress", templates: []string{templateProgress}, head: &assertion, when: needTime, value: codedOnly},
	{kind: "nutrition-status", templates: []string{findingRoot + "124"}, head: &nutritionStatus, when: needTime, value: oneValue, fits: isAssessed},
	{kind: "nutrition-assessment", templates: []string{templateNutrition}, head: &nutritionAssessment, when: needTime, value: oneValue},
	{kind: "health-status", templates: []string{findingRoot + "5"}, head: &healthStatusCode, value: codedOnly},
}

var socialForm = form{templates: []string{templateSocialHistory}, when: needTime}

// findingForm gives the form of a finding: that of its kind, else that of the list it is in.
func findingForm(kind string, x *record.Observation) *form {
	for i := range findingForms {
		if f := &findingForms[i]; f.kind == x.Kind && x.Kind != "" {
			return f
		}
	}
	if kind == record.KindSocial {
		return &socialForm
	}
	return &form{}
}

// fixedHead gives the code that the template of the release fixes: that of a
// Mental Status Observation is another since 3.0, that of a Pregnancy Status Observation since 4.0.
func (w *writer) fixedHead(f *form) *question {
	switch {
	case f.head == &cognitiveStatus && w.release >= R30:
		return &mentalStatus
	case f.kind == "pregnancy-status" && w.release >= R40:
		return &pregnancyStatus
	}
	return f.head
}

// hasCaregiver: Caregiver Characteristics names the caregiver, and has a code of
// LOINC or SNOMED CT (CONF:81-14227, 81-26513).
func hasCaregiver(w *writer, x *record.Observation) bool {
	return ofLOINCOrSNOMED(&x.Code) && slices.ContainsFunc(x.Participants, func(p record.Participation) bool {
		return elementFor(p.Role) == "participant" && typeCodeOf("participant", &p) == "IND" && p.Class == "CAREGIVER"
	})
}

func ofLOINCOrSNOMED(c *record.Concept) bool {
	return len(c.Codings) > 0 && c.Codings[0].Code != "" && (c.Codings[0].System == record.SystemLOINC || c.Codings[0].System == record.SystemSNOMED)
}

func hasItemCode(_ *writer, x *record.Observation) bool { return ofLOINCOrSNOMED(&x.Code) }

func codeOfLOINC(_ *writer, x *record.Observation) bool {
	return len(x.Code.Codings) > 0 && x.Code.Codings[0].System == record.SystemLOINC
}

// isCognitive: Mental Status Observation has the code of cognitive function in both systems (CONF:1198-14591, 1198-32788).
func isCognitive(_ *writer, x *record.Observation) bool {
	return x.Code.Has(record.SystemLOINC, "75275-8")
}

// neverFits: no document satisfies the rule that R2.1's Schematron has for Self-Care
// Activities, which looks for an element where the type of the value is an attribute (CONF:1098-28042).
func neverFits(*writer, *record.Observation) bool { return false }

// isAssessed: a Nutritional Status Observation holds what it was assessed by (CONF:1098-30323).
func isAssessed(w *writer, x *record.Observation) bool {
	return slices.ContainsFunc(x.Members, func(m record.Ref) bool {
		at, ok := w.place(&m)
		return ok && at.kind == record.KindAssessment && w.rec.Assessments[at.i].Kind == "nutrition-assessment"
	})
}

// hasGoal: an Outcome Observation has a relationship (CONF:1098-31224).
func hasGoal(_ *writer, x *record.Observation) bool { return len(x.Relations) > 0 }

// socialEntry writes an observation of social history.
func (w *writer) socialEntry(i int) bool {
	if w.unsayable(place{record.KindSocial, i}) {
		return false
	}
	x := w.rec.Social[i]
	w.observed(&x, findingForm(record.KindSocial, &x))
	return true
}

// factsOfPatient writes what the patient is as observations of social history,
// which is where C-CDA has it: the contrary of reader.ofPatient.
func (w *writer) factsOfPatient() {
	p := w.rec.Patient
	if p == nil || p.BirthSex == nil && p.Sex == nil && len(p.GenderIdentities) == 0 && len(p.SexualOrientations) == 0 && len(p.TribalAffiliations) == 0 {
		return
	}
	s := w.sectionFor("29762-2")
	if s == nil {
		return
	}
	w.factsWritten = true
	dated := func(c *record.Concept) *record.DatedConcept { return &record.DatedConcept{Concept: *c} }
	w.At("patient", -1, func() {
		if p.BirthSex != nil {
			w.fact(s, "birth-sex", "birthSex", -1, dated(p.BirthSex))
		}
		if p.Sex != nil {
			w.fact(s, "sex", "sex", -1, dated(p.Sex))
		}
		for i := range p.GenderIdentities {
			x := p.GenderIdentities[i]
			w.fact(s, "gender-identity", "genderIdentities", i, &x)
		}
		for i := range p.SexualOrientations {
			x := p.SexualOrientations[i]
			w.fact(s, "sexual-orientation", "sexualOrientations", i, &x)
		}
		for i := range p.TribalAffiliations {
			x := p.TribalAffiliations[i]
			w.fact(s, "tribal-affiliation", "tribalAffiliations", i, dated(&x.Tribe))
			x.Tribe = record.Concept{}
			w.In("tribalAffiliations", i)
			w.rest(&x)
			w.Leave()
		}
	})
}

// fact writes one of them as an entry of the section.
func (w *writer) fact(s *sectionOut, kind, field string, i int, x *record.DatedConcept) {
	f := findingForm(record.KindSocial, &record.Observation{Kind: kind})
	leaf := "concept"
	switch field {
	case "birthSex", "sex":
		leaf = ""
	case "tribalAffiliations":
		leaf = "tribe"
	}
	w.beginEntry(s)
	w.tell("Observation", first(f.head.displays))
	w.tell("Value", wordsOf(&x.Concept))
	w.In(field, i)
	w.el("observation")
	w.ownFact(w.rec.Patient.ID, field, i)
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	values := []record.Value{{Concept: &x.Concept}}
	if !w.strict || fitsValue(f.value, values) {
		w.claimForm(f)
	} else {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	if len(x.Identifiers) == 0 && w.strict && f.kind != "birth-sex" {
		w.leaf("id", "root", w.derive("fact", w.Path("")))
	}
	w.identifiers("id", "identifiers", &x.Identifiers)
	w.fixedCode(f.head.system, f.head.codes[0], first(f.head.displays))
	if w.strict {
		w.link(nil)
	}
	w.completed()
	var when record.Period
	if x.When != nil {
		when = *x.When
	}
	w.bounds("effectiveTime", "when", &when, f.when)
	x.When = nil
	w.orOther(leaf, f.set, &x.Concept)
	w.codedValue("value", leaf, &x.Concept)
	w.end()
	w.rest(x)
	w.Leave()
	w.endEntry(s)
}
