package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Templates of C-CDA and, before it, CCD and HITSP C32.
var (
	templatesProblem = []string{
		"2.16.840.1.113883.10.20.22.4.4",   // Problem Observation
		"2.16.840.1.113883.10.20.22.4.114", // Longitudinal Care Wound Observation, which is one
		"2.16.840.1.113883.10.20.1.28", "1.3.6.1.4.1.19376.1.5.3.1.4.5",
	}
	problemTracker = tracker{
		templates: []string{
			"2.16.840.1.113883.10.20.22.4.3",  // Problem Concern Act
			"2.16.840.1.113883.10.20.22.4.34", // Hospital Admission Diagnosis
			"2.16.840.1.113883.10.20.22.4.33", // Hospital Discharge Diagnosis
			"2.16.840.1.113883.10.20.22.4.80", // Encounter Diagnosis
			"2.16.840.1.113883.10.20.22.4.65", // Preoperative Diagnosis
			"2.16.840.1.113883.10.20.22.4.51", // Postprocedure Diagnosis
			"2.16.840.1.113883.10.20.1.27", "2.16.840.1.113883.3.88.11.83.7", "2.16.840.1.113883.3.88.11.32.7",
			"1.3.6.1.4.1.19376.1.5.3.1.4.5.1", "1.3.6.1.4.1.19376.1.5.3.1.4.5.2",
		},
		codes: []string{"46241-6", "11535-2", "29308-4", "10219-4", "59769-0"},
		displays: []string{"Hospital admission diagnosis", "Admission diagnosis", "Hospital discharge diagnosis", "Discharge diagnosis",
			"Diagnosis", "Encounter diagnosis", "Preoperative diagnosis", "Postprocedure diagnosis", "Post Procedure Diagnosis"},
	}
	problemStatus = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.6", "2.16.840.1.113883.10.20.24.3.94", "2.16.840.1.113883.10.20.1.50", "2.16.840.1.113883.10.20.1.57"},
		system:    oidLOINC, codes: []string{"33999-4"}, displays: []string{"Status"},
	}
	ageAtOnset = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.31", "2.16.840.1.113883.10.20.1.38"},
		system:    oidSNOMED, codes: []string{"445518008", "397659008"}, displays: []string{"Age At Onset", "Age"},
	}
	prognosis = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.113"},
		system:    oidLOINC, codes: []string{"75328-5", "170967006"}, displays: []string{"Prognosis"},
	}
	dateOfDiagnosis = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.502"},
		system:    oidLOINC, codes: []string{"77975-1"}, displays: []string{"Earliest date of diagnosis", "Date of diagnosis"},
	}
)

// problemUse says in which list a problem stands: what the act around it is, else the section it is in (LOINC).
var problemUse = codes.NewTable(
	codes.Both("11450-4", "problem-list"),
	codes.OnlyTo("29308-4", "encounter-diagnosis"),
	codes.Both("46240-8", "encounter-diagnosis"),
	codes.Both("46241-6", "admission-diagnosis"),
	codes.Both("11535-2", "discharge-diagnosis"),
	codes.Both("11348-0", "past-history"),
	codes.Both("10219-4", "preoperative"),
	codes.Both("10218-6", "postoperative"),
	codes.OnlyTo("59769-0", "postoperative"),
	codes.Both("55109-3", "complication"),
	codes.Both("75310-3", "health-concern"),
	codes.Both("59768-2", "indication"),
)

func (r *reader) useOf(act tree.Node) string {
	if use, ok := problemUse.To(act.Child("code").Attr("code").Value()); ok {
		return use
	}
	use, _ := problemUse.To(r.sec.Child("code").Attr("code").Value())
	return use
}

// readProblemEntry reads an entry that holds a Problem Concern Act or an act
// around a diagnosis, or a Problem Observation alone. Several observations of
// one act are several problems that share its concern.
func (r *reader) readProblemEntry(entry tree.Node) []record.Ref {
	st := r.statement(entry)
	if r.isProblem(st) || r.isWhyDone(st) {
		if assertion, ok := r.problemAssertion(st); ok {
			return []record.Ref{r.problem(st, assertion, r.useOf(tree.Node{}), nil)}
		}
		return nil
	}
	return r.problems(st)
}

// isWhyDone recognises an Indication that stands by itself, as the reason of what
// the whole document tells of (C-CDA R2.1 Procedure Indications Section).
func (r *reader) isWhyDone(obs tree.Node) bool {
	return r.sectionCode() == loincIndications && obs.Name() == "observation" && r.has(obs, templatesIndication[0])
}

const loincIndications = "59768-2"

// problems reads an act around problem observations, wherever it stands.
func (r *reader) problems(act tree.Node) []record.Ref {
	if act.Name() != "act" {
		return nil
	}
	var concern *record.Concern
	var out []record.Ref
	for rel, obs := range r.relations(act) {
		if !r.isProblem(obs) || concern == nil && !r.legibleConcern(act) {
			continue
		}
		assertion, ok := r.problemAssertion(obs)
		if !ok || !r.relates(rel, false, "SUBJ", "COMP") {
			continue
		}
		if concern == nil {
			concern = r.concern(act, &problemTracker)
		}
		r.slot(rel, "members", len(out))
		out = append(out, r.problem(obs, assertion, r.useOf(act), concern))
	}
	if concern == nil {
		return nil
	}
	if p := last(r.rec.Problems); len(out) == 1 && p.ID == out[0].ID {
		r.concernSeverity(act, &p.Entry, &p.Severity)
	}
	for rel, sub := range r.relations(act) {
		if sub.Name() == "encounter" {
			r.concernEncounter(concern, rel, sub)
		}
	}
	return out
}

// isProblem recognises a Problem Observation by its template, or by its shape:
// a coded value of a kind of problem (Problem Type value set).
func (r *reader) isProblem(obs tree.Node) bool {
	if obs.Name() != "observation" || r.hasAny(obs, templatesAllergy[:2]) {
		return false
	}
	if r.hasAny(obs, templatesProblem) {
		return !allergen(obs).OK()
	}
	code := obs.Child("code").Attr("code").Value()
	return r.bare(obs, nil) && !allergen(obs).OK() && obs.Child("value").OK() && slices.Contains(problemExtents.all, code)
}

// problemAssertion decides what the observation says before anything is read.
// With negationInd a value is something the patient does not have; a value that
// is the whole kind, or none, means no known problems (C-CDA R2.1 Problem
// Observation). ok is false, and an issue says so, where it cannot be told.
func (r *reader) problemAssertion(obs tree.Node) (a record.Assertion, ok bool) {
	if !r.legible(obs, "EVN") {
		return "", false
	}
	negated := isTrue(obs.Attr("negationInd").Value())
	if !obs.Attr("nullFlavor").OK() {
		return r.assertionOfValue(obs, negated)
	}
	if !negated {
		return record.NotKnown, true
	}
	r.issue(record.IssueNegationUnclear, obs)
	return "", false
}

// assertionOfValue decides what a value says, negated or not.
func (r *reader) assertionOfValue(obs tree.Node, negated bool) (a record.Assertion, ok bool) {
	switch value := r.extentOf(obs.Child("value"), &problemExtents); {
	case value == extentNoneInWords:
		return noneInWords, true
	case !negated && value == extentNone:
		return record.NoneKnown, true
	case !negated:
		return record.Affirmed, true
	case value == extentOne:
		return record.Negated, true
	case value == extentAll, value == extentNothing:
		return record.NoneKnown, true
	}
	r.issue(record.IssueNegationUnclear, obs) // words alone, or a negated "no current problems"
	return "", false
}

// problem reads a Problem Observation.
func (r *reader) problem(obs tree.Node, assertion record.Assertion, use string, concern *record.Concern) record.Ref {
	p := record.Problem{Entry: r.entry(kindProblem, obs), Use: use, Concern: concern}
	r.assert(&p.Entry, obs, assertion)
	p.Status = r.status(obs)
	if r.isWhyDone(obs) {
		r.templates(obs, templatesIndication...)
	} else {
		r.templates(obs, templatesProblem...)
	}
	r.shape(obs, "OBS", "EVN")
	p.Kind = r.concept(obs.Child("code"))
	p.Onset = r.period(obs.Child("effectiveTime"))
	if c := r.worded(obs.Child("value")); c != nil {
		p.Code = *c
	}
	p.BodySites = r.concepts(obs, "targetSiteCode")
	for rel, sub := range r.relations(obs) {
		r.problemPart(&p, rel, sub)
	}
	r.rec.Problems = add(r.rec.Problems, &p, r.expected.entries)
	return record.Ref{ID: p.ID, Kind: kindProblem}
}

// problemPart reads one of the statements that hang on a problem.
func (r *reader) problemPart(p *record.Problem, rel, sub tree.Node) {
	switch {
	case p.Clinical.IsZero() && r.asks(sub, &problemStatus):
		p.Clinical = r.clinicalStatus(rel, sub, &problemStatus, codes.ProblemStatus())
	case p.OnsetAge == nil && r.asks(sub, &ageAtOnset):
		p.OnsetAge = r.onsetAge(rel, sub)
	case p.Severity == nil && r.asks(sub, &severity):
		if p.Severity = r.answered(rel, sub, &severity, true, "SUBJ"); p.Severity != nil {
			r.slot(rel, "severity", -1)
		}
	case p.Verification == "" && r.isDoubt(sub, &problemDoubts):
		r.doubt(rel, sub, &problemDoubts, &p.Entry, &p.Verification, &p.VerificationAsSent)
	case r.asks(sub, &prognosis):
		if c := r.answered(rel, sub, &prognosis, false, "REFR"); c != nil {
			r.slot(rel, "prognoses", len(p.Prognoses))
			p.Prognoses = append(p.Prognoses, *c)
		}
	case p.DiagnosisDate == nil && sub.Name() == "act" && r.asks(sub, &dateOfDiagnosis):
		if r.plain(sub, "EVN") && r.relates(rel, false, "COMP") {
			r.frame(sub, &dateOfDiagnosis)
			r.slot(rel, "diagnosisDate", -1)
			p.DiagnosisDate = r.periodPtr(sub.Child("effectiveTime"))
		}
	case p.Encounter == nil && sub.Name() == "encounter":
		if p.Encounter = r.encounterRef(rel, sub); p.Encounter != nil {
			r.slot(rel, "encounter", -1)
		}
	case r.isTimeInWords(sub):
		ended := record.Period{}
		if p.Abatement != nil {
			ended = *p.Abatement
		}
		r.timeInWords(rel, sub, timeOf{whenItBegan, "onset", &p.Onset}, timeOf{whenItEnded, "abatement", &ended})
		if !ended.IsZero() {
			p.Abatement = r.room.periods.One(&ended)
		}
	case sub.Name() == "observation" && r.hasAny(sub, further):
		r.furtherObservation(rel, sub, &p.Relations)
	}
}

// onsetAge reads an Age Observation (C-CDA R2.1 3.3).
func (r *reader) onsetAge(rel, obs tree.Node) *record.Quantity {
	if !r.plain(obs, "EVN") || !r.relates(rel, true, "SUBJ") {
		return nil
	}
	r.frame(obs, &ageAtOnset)
	r.slot(rel, "onsetAge", -1)
	return r.quantity(obs.Child("value"))
}
