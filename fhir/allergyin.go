package fhir

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// allergy reads an AllergyIntolerance (R4 9.1; C-CDA on FHIR, FC-allergies).
func (r *reader) allergy(n tree.Node) bool {
	if !r.subject(n, "patient") {
		return false
	}
	a := record.Allergy{Entry: r.entry(n)}
	a.Identifiers = r.identifiers(n, "identifier")
	a.Notes = r.notes(n, "note")
	r.clinicalStatus(n, sysAllergyClinical, &a.Clinical)
	a.Verification, a.VerificationAsSent = r.verification(n, sysAllergyVerification, allergyVerifications)
	a.Type = r.codeIn(n, "type", allergyTypes...)
	a.Categories = r.strs(n, "category")
	if c := r.str(n, "criticality"); c != "" {
		// HL7 v3 has the same words under codes of its own (ConceptMap FC-Criticality).
		coding := record.Coding{System: "http://hl7.org/fhir/allergy-intolerance-criticality", Code: c}
		if v3, ok := codes.Criticality().From(c); ok {
			coding = record.Coding{System: sysObservationValue, Code: v3}
		}
		a.Criticality = &record.Concept{Codings: []record.Coding{coding}}
	}
	a.Substance = one(n, "code", r.concept)
	for _, k := range noKnown {
		// The code denies the whole kind (C-CDA on FHIR, FC-allergies, No Known Allergies).
		if a.Substance.Has(record.SystemSNOMED, k.code) && a.Assertion == record.Affirmed {
			a.Assertion = record.NoneKnown
			a.Substance = r.noneKnown(n, "code", "substance", k.code, a.Substance)
		}
	}
	r.deniedSubstance(n, &a)
	a.Encounter = r.refPtr(n, "encounter")
	a.Onset = r.onset(n)
	if e := extension(n, extAllergyAbatement); e.OK() && e.Child("valueDateTime").OK() {
		a.Onset.End = r.time(r.known(e), "valueDateTime")
	}
	a.Recorded = r.timePtr(n, "recordedDate")
	r.part(&a.Entry, n, "recorder", "author")
	r.part(&a.Entry, n, "asserter", "informant")
	a.LastOccurrence = r.timePtr(n, "lastOccurrence")
	a.Reactions = all(n, "reaction", r.reaction)
	add(r, &r.rec.Allergies, n, &a)
	last := &r.rec.Allergies[len(r.rec.Allergies)-1]
	kindAlone(last)
	r.ownKind(last)
	r.sharedSeverity(n, last)
	return true
}

// deniedSubstance reads HL7's extension for a substance that the patient is known
// not to react to (AllergyIntolerance, substanceExposureRisk). Any other risk, or
// a code beside it, is left to be carried.
func (r *reader) deniedSubstance(n tree.Node, a *record.Allergy) {
	x := extension(n, extExposureRisk)
	risk := extension(x, "exposureRisk")
	what := extension(x, "substance")
	if !object(what, "valueCodeableConcept").OK() || !isNoRisk(object(risk, "valueCodeableConcept")) {
		return
	}
	if !a.Substance.IsZero() || a.Assertion != record.Affirmed {
		return
	}
	r.known(x)
	r.known(risk)
	r.known(what)
	for _, k := range objects(object(risk, "valueCodeableConcept"), "coding") {
		r.take(k.Child("system"))
		r.take(k.Child("code"))
	}
	a.Substance = one(what, "valueCodeableConcept", r.concept)
	a.Assertion = record.Negated
}

// kindAlone takes back a substance that only repeats of what kind the allergy is (see ofUnknownSubstance).
func kindAlone(a *record.Allergy) {
	s := a.Substance
	s.Absent = a.Kind.Absent
	if len(a.Kind.Codings) > 0 && reflect.DeepEqual(s, a.Kind) {
		a.Substance = record.Concept{Absent: a.Substance.Absent}
	}
}

// ownKind takes back type and category where they only say what the kind of
// propensity beside them says.
func (r *reader) ownKind(a *record.Allergy) {
	if len(a.Kind.Codings) == 0 {
		return
	}
	typ, category := typeOfKind(&a.Kind)
	if a.Type == typ && (category == "" && len(a.Categories) == 0 || len(a.Categories) == 1 && a.Categories[0] == category) {
		a.Type, a.Categories = "", nil
	}
}

// sharedSeverity takes back from the reactions the severity of the allergy as a whole.
func (r *reader) sharedSeverity(n tree.Node, a *record.Allergy) {
	for i, x := range objects(n, "reaction") {
		if i >= len(a.Reactions) || a.Severity == nil {
			continue
		}
		if v := &a.Reactions[i]; v.Severity != nil && !hasWords(v.Severity) && severityCode(v.Severity) == severityCode(a.Severity) && r.marked(x, "shared") {
			v.Severity = nil
		}
	}
}

func (r *reader) reaction(n tree.Node) record.Reaction {
	v := record.Reaction{
		Substance: r.conceptPtr(n, "substance"), Manifestations: r.concepts(n, "manifestation"), Description: r.str(n, "description"),
		When: r.when(n, choice{dateTime: "onset"}, "when"), Route: r.conceptPtr(n, "exposureRoute"), Notes: r.notes(n, "note"),
		Assertion: record.Affirmed,
	}
	if s := r.codeIn(n, "severity", "mild", "moderate", "severe"); s != "" {
		c, _ := codes.Severity().From(s)
		v.Severity = &record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: c}}}
	}
	addFields(r, n, &v)
	return v
}

// clinicalStatus reads clinicalStatus of an allergy or a condition.
func (r *reader) clinicalStatus(n tree.Node, system string, into *record.ClinicalStatus) {
	s := object(n, "clinicalStatus")
	if v := r.str(n, "clinicalStatus"); v != "" { // a code in DSTU2 and STU3, of the same words
		if slices.Contains(clinicalCodes, v) {
			into.Code = v
		} else {
			into.AsSent = &record.Concept{Text: v}
		}
	}
	if !s.OK() {
		return
	}
	c := r.concept(s)
	if r.marked(s, "byRule") {
		r.compared(s.Child("coding"), len(c.Codings) == 1 && c.Codings[0].System == system && c.Codings[0].Code == "active")
		into.Absent = c.Absent
		if e := r.field(s, "when"); e.OK() {
			into.When = maybe(e, "valuePeriod", r.period)
		}
		return
	}
	into.Absent = c.Absent
	c.Absent = ""
	for i := range c.Codings {
		if k := &c.Codings[i]; k.System == system && into.Code == "" {
			into.Code = k.Code
		}
	}
	if !isPlainCode(&c, system, into.Code) && !c.IsZero() {
		into.AsSent = r.room.coded.One(&c)
	}
	addFields(r, s, into)
	if into.Absent == notStated {
		into.Absent = "" // see reader.notStated
	}
	if e := r.field(s, "when"); e.OK() {
		into.When = maybe(e, "valuePeriod", r.period)
	}
}

// clinicalCodes are those that DSTU2 and STU3 share with R4.
var clinicalCodes = []string{"active", "recurrence", "relapse", "inactive", "remission", "resolved"}

// isPlainCode reports whether a concept is that one code and nothing else.
func isPlainCode(c *record.Concept, system, code string) bool {
	return c.Text == "" && len(c.Codings) == 1 && slices.Equal([]string{c.Codings[0].System, c.Codings[0].Code}, []string{system, code}) && bare(c)
}

// verification reads verificationStatus of an allergy or a condition.
func (r *reader) verification(n tree.Node, system string, allowed []string) (record.Verification, *record.Concept) {
	s := object(n, "verificationStatus")
	if v := r.str(n, "verificationStatus"); v != "" { // a code in DSTU2 and STU3
		if slices.Contains(allowed, v) {
			return record.Verification(v), nil
		}
		return "", &record.Concept{Text: v}
	}
	if !s.OK() {
		return "", nil
	}
	c := r.concept(s)
	for i := range c.Codings {
		if k := &c.Codings[i]; k.System == system && slices.Contains(allowed, k.Code) {
			if isPlainCode(&c, system, k.Code) {
				return record.Verification(k.Code), nil
			}
			return record.Verification(k.Code), r.room.coded.One(&c)
		}
	}
	return "", r.room.coded.One(&c)
}

// onset reads onset[x]: a point in time is when it began.
func (r *reader) onset(n tree.Node) record.Period {
	p := r.when(n, choice{dateTime: "onsetDateTime", period: "onsetPeriod", age: "onsetAge", rng: "onsetRange", str: "onsetString"}, "onset")
	if p.Start.IsZero() && !p.At.IsZero() && !object(n, "onsetPeriod").OK() {
		p.Start, p.At = p.At, record.Time{}
	}
	return p
}

// isNoRisk reports whether a concept says, by one or both names of HL7's code
// system and in no other code, that exposure has no known risk.
func isNoRisk(n tree.Node) bool {
	k := 0
	for _, c := range objects(n, "coding") {
		k++
		if peek(c, "code") != "no-known-reaction-risk" || peek(c, "system") != sysExposureRisk && peek(c, "system") != sysExposureRiskR4 {
			return false
		}
	}
	return k > 0
}
