package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

const (
	sysConditionCategory = "http://terminology.hl7.org/CodeSystem/condition-category"
	sysUSCoreCondition   = "http://hl7.org/fhir/us/core/CodeSystem/condition-category"
)

const extAssertedDate = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"

var (
	problemStatuses      = []string{"active", "recurrence", "relapse", "inactive", "remission", "resolved"}
	endedStatuses        = []string{"inactive", "remission", "resolved"}
	problemVerifications = []string{"unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"}
)

const (
	snomedProblem    = "55607006"
	snomedNoProblems = "160245001"

	displayNoProblems = "No current problems or disability"
)

// lists are the lists that hold problems, by the categories that say so: those
// of FHIR and US Core where they have one, else the section of the document (LOINC).
var lists = []struct{ use, system, code string }{
	{"problem-list", sysConditionCategory, "problem-list-item"},
	{"encounter-diagnosis", sysConditionCategory, "encounter-diagnosis"},
	{"health-concern", sysUSCoreCondition, "health-concern"},
	{"admission-diagnosis", record.SystemLOINC, "46241-6"},
	{"discharge-diagnosis", record.SystemLOINC, "11535-2"},
	{"past-history", record.SystemLOINC, "11348-0"},
	{"preoperative", record.SystemLOINC, "10219-4"},
	{"postoperative", record.SystemLOINC, "10218-6"},
	{"complication", record.SystemLOINC, "55109-3"},
	{"indication", record.SystemLOINC, "59768-2"},
}

// problemKind says what a problem becomes: a Basic where no Condition can say it.
func problemKind(p *record.Problem) kind {
	if !isStated(&p.Entry) || isDenied(p.Concern) || p.Assertion == record.Negated && p.Code.IsZero() {
		return kindBasic
	}
	return kindCondition
}

// problem writes a Condition (US Core Condition Problems and Health Concerns,
// or Encounter Diagnosis, 6.1.0; C-CDA on FHIR, CF-problems).
func (w *writer) problem(i int, p *record.Problem) {
	if problemKind(p) == kindBasic {
		w.unstated("problems", i, &p.Entry, p)
		return
	}
	v := p.Verification
	if v == "" && p.Status.Code == record.StatusEnteredInError {
		v = record.EnteredInError
	}
	clinical, derived, byRule := problemStatus(p, v)
	profile := problemProfile(p)
	w.resource("problems", i, &p.Entry, kindCondition, profile)
	if profile == "" {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	if byRule {
		w.Note(&record.IssueStatusByRule, "clinicalStatus")
	}
	h := hasIdentifiers | hasNotes | hasAssertion | hasRecorded | hasMode
	if p.Status.Code != record.StatusEnteredInError || p.Verification == "" {
		h |= hasStatus
	}
	w.common(withNotes(&p.Entry, p.Concern), h)
	if v == record.EnteredInError {
		w.fieldAny("clinicalStatus", &p.Clinical) // con-5 forbids the element
	} else {
		w.clinicalStatus(sysConditionClinical, clinical, &p.Clinical, notDemanded)
	}
	if p.Assertion == record.Negated && v != record.EnteredInError {
		// CF-problems, negationInd: the very code, refuted.
		w.codeable("verificationStatus", sysConditionVerStatus, string(record.Refuted))
		w.fieldCode("verification", string(v))
		w.fieldConcept("verificationAsSent", p.VerificationAsSent)
	} else {
		w.verification(sysConditionVerStatus, v, p.VerificationAsSent, problemVerifications)
	}
	if p.Assertion == record.Negated {
		w.fieldCode("assertion", string(p.Assertion))
	}
	w.problemCategories(p)
	w.concept("severity", p.Severity)
	w.problemCode(p)
	w.concepts("bodySite", p.BodySites)
	w.subject("subject")
	w.referenceField("encounter", "encounter", p.Encounter, only(kindEncounter))
	w.course(p, clinical)
	if p.DiagnosisDate != nil {
		w.assertedDate(p.DiagnosisDate)
	}
	parts := w.concern(p.Concern, &p.Entry)
	w.recorded("recordedDate", p.Recorded, parts)
	w.authorOf("recorder", parts, recorders)
	w.firstOf("asserter", p.Participants, recorders, "informant")
	w.problemStages(p.Stages)
	w.problemEvidence(p.Evidence)
	w.fieldConcept("priority", p.Priority)
	w.fieldStr("rank", p.Rank)
	w.fieldConcept("diagnosisType", p.DiagnosisType)
	w.fieldConcept("presentOnAdmission", p.PresentOnAdmission)
	w.fieldConcepts("prognoses", p.Prognoses)
	w.endResource()
	w.besideProblem(i, p, derived || byRule)
}

// problemStatus gives clinicalStatus: as observed, else by HL7's map of the
// concern's status. Where nothing was observed, an end of the problem, even one
// that is not known, says that it is over (C-CDA R2.1 3.79, Problem Observation,
// effectiveTime/high; CF-problems). What is denied has no status but one of its own.
func problemStatus(p *record.Problem, v record.Verification) (code string, derived, byRule bool) {
	code, derived = statusOfConcern(&p.Clinical, p.Concern, codes.ProblemStatus(), problemStatuses)
	if code != "" && !derived {
		return code, false, false
	}
	if p.Assertion != record.Affirmed || v == record.Refuted || v == record.EnteredInError {
		return "", false, false
	}
	if p.Clinical.Code == "" && p.Clinical.AsSent == nil && hasEnded(p) && !slices.Contains(endedStatuses, code) {
		return "inactive", false, true
	}
	return code, derived, false
}

func hasEnded(p *record.Problem) bool {
	return isEnd(&p.Onset.End) || p.Abatement != nil && !p.Abatement.IsZero()
}

// isEnd reports whether an end says that a problem is over: a time, or UNK (CF-problems, effectiveTime/high).
func isEnd(t *record.Time) bool {
	return t.Value != "" || t.AsSent != "" || t.Absent == record.AbsentUnknown
}

func problemProfile(p *record.Problem) string {
	for _, l := range lists[:3] {
		if p.Use != l.use && !hasCategory(p, l.system, l.code) {
			continue
		}
		if l.use == "encounter-diagnosis" {
			return profileBase + "condition-encounter-diagnosis"
		}
		return profileBase + "condition-problems-health-concerns"
	}
	return ""
}

func hasCategory(p *record.Problem, system, code string) bool {
	return slices.ContainsFunc(p.Categories, func(c record.Concept) bool { return c.Has(system, code) })
}

// problemCategories writes category: the list that holds the problem, its kind
// (CF-problems, code), and the categories as sent. That it is a problem, the
// problem list says.
func (w *writer) problemCategories(p *record.Problem) {
	use, plain := p.Use, isUseAlone(p)
	w.arr("category")
	for _, l := range lists {
		if l.use != p.Use {
			continue
		}
		use = ""
		if hasCategory(p, l.system, l.code) {
			w.DropString("use", p.Use, &lostSame)
		} else {
			w.codeable("", l.system, l.code)
		}
	}
	if !plain && !p.Kind.IsZero() {
		w.obj("")
		w.conceptBody(&p.Kind)
		w.mark("kind")
		w.end()
	}
	for i := range p.Categories {
		w.concept("", &p.Categories[i])
	}
	w.endArr()
	w.fieldCode("use", use)
}

// isUseAlone reports whether the kind of a problem says no more than that the
// problem list holds it. Of a problem whose own code the source says to be absent
// (nullFlavor OTH) it is the only one that the template vouches for, and stays.
func isUseAlone(p *record.Problem) bool {
	return p.Use == "problem-list" && p.Code.Absent == "" && isPlainProblem(&p.Kind)
}

// isPlainProblem reports whether a kind says no more than "problem".
func isPlainProblem(k *record.Concept) bool {
	for i := range k.Codings {
		c := &k.Codings[i]
		if c.Code != "" && !is(c, record.SystemSNOMED, snomedProblem) && !is(c, record.SystemLOINC, "75326-9") {
			return false
		}
	}
	return k.Has(record.SystemSNOMED, snomedProblem) && (k.Text == "" || repeats(&record.Concept{Text: k.Text, Codings: k.Codings[:1]}, "Problem"))
}

// problemCode writes code. No known problems have a code of their own in SNOMED CT.
func (w *writer) problemCode(p *record.Problem) {
	if p.Assertion != record.NoneKnown || p.Code.Has(record.SystemSNOMED, snomedNoProblems) {
		w.requiredConcept("code", &p.Code, "code")
		return
	}
	w.noneKnown("code", "code", &p.Code, snomedNoProblems, displayNoProblems)
}

// noneKnown writes the code of SNOMED CT for "none known", with the source's
// words; the source's own codes say what there is none of, and stand in the record extension.
func (w *writer) noneKnown(name, field string, c *record.Concept, code, display string) {
	w.obj(name)
	w.codeableBody(record.SystemSNOMED, code, display)
	w.str("text", c.Text)
	w.mark("none")
	w.end()
	rest := record.Concept{Codings: c.Codings, Absent: c.Absent}
	if c.Text == "" {
		rest.TextRef = c.TextRef
	}
	w.fieldConcept(field, &rest)
}

// course writes onset[x] and abatement[x]. FHIR allows an end only beside a
// status that says so (con-4); an end that the source's own status contradicts
// stands in the record extension.
func (w *writer) course(p *record.Problem, clinical string) {
	onset, end := p.Onset, p.Onset.End
	onset.End = record.Time{}
	w.onset(&onset)
	if onset.IsZero() && isAge(p.OnsetAge) {
		w.quantity("onsetAge", p.OnsetAge)
	} else {
		w.fieldQuantity("onsetAge", p.OnsetAge)
	}
	over := slices.Contains(endedStatuses, clinical)
	if hasEnded(p) && clinical != "" && !over {
		w.Note(&record.IssueStatusDisagrees, "clinicalStatus")
	}
	if over && isEnd(&end) {
		w.dateTime("abatementDateTime", end)
		w.fieldPeriod("abatement", p.Abatement)
		return
	}
	if !end.IsZero() {
		w.fieldTime("onsetEnd", &end)
	}
	if over {
		w.when(choice{"abatementDateTime", "abatementPeriod", "abatementAge", "abatementRange", "abatementString"}, "abatement", p.Abatement)
	} else {
		w.fieldPeriod("abatement", p.Abatement)
	}
}

// isAge reports whether a quantity is an age as FHIR wants it (age-1).
func isAge(q *record.Quantity) bool {
	return q != nil && q.Comparator == "" && q.System == record.SystemUCUM && slices.Contains(unitsOfTime, q.Code)
}

func (w *writer) assertedDate(p *record.Period) {
	w.ext(extAssertedDate)
	rest := *p
	switch {
	case !p.At.IsZero():
		w.dateTime("valueDateTime", p.At)
		rest.At = record.Time{}
	case !p.Start.IsZero():
		w.dateTime("valueDateTime", p.Start)
		rest.Start = record.Time{}
	}
	w.endExt()
	if !rest.IsZero() {
		w.fieldPeriod("diagnosisDate", &rest)
	}
}

// problemStages writes stage; FHIR wants a summary or an assessment (con-1).
func (w *writer) problemStages(stages []record.Stage) {
	w.arr("stage")
	for i := range stages {
		s := &stages[i]
		w.In("stages", i)
		w.obj("")
		w.concept("summary", s.Summary)
		w.references("assessment", "assessments", s.Assessments, only(kindDiagnosticReport, kindObservation))
		if s.Summary == nil && len(s.Assessments) == 0 && s.Type != nil {
			w.requiredObject("summary", "summary")
		}
		w.concept("type", s.Type)
		w.end()
		w.Leave()
	}
	w.endArr()
}

func (w *writer) problemEvidence(evidence []record.Evidence) {
	w.arr("evidence")
	for i := range evidence {
		w.obj("")
		w.concepts("code", evidence[i].Codes)
		w.references("detail", "details", evidence[i].Details, 0)
		w.end()
	}
	w.endArr()
}
