package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// lostSame is for what another field of the record says as well.
var lostSame = structural(record.IssueLost.Because("a field beside it says the same, and that is kept"))

// statusOfConcern gives FHIR's clinical status: the one observed, else, by
// HL7's map, that of the concern around it. derived says that it is the latter:
// a concern's status says whether it is followed, and counts only where nothing
// else does (C-CDA on FHIR, CF-problems, statusCode).
func statusOfConcern(s *record.ClinicalStatus, c *record.Concern, t *codes.Table[string, string], allowed []string) (code string, derived bool) {
	if slices.Contains(allowed, s.Code) {
		return s.Code, false
	}
	if s.Code == "" && s.AsSent != nil && !s.AsSent.IsZero() {
		code, _ = t.To(s.AsSent.Code(record.SystemSNOMED))
		return code, false
	}
	if s.Code != "" || c == nil {
		return "", false
	}
	code, _ = codes.ConcernStatus().To(actStatus(c.Status.Code))
	return code, code != ""
}

var unsaidIsActive = record.IssueStatusByRule.Because("the message does not say whether the allergy is with the patient now, which FHIR demands; HL7's guide to mapping HL7 v2 makes it active")

// A demand is what FHIR wants in the place of a clinical status that is not said.
type demand uint8

const (
	notDemanded  demand = iota // the element may be left out
	demanded                   // it says why there is none
	activeByRule               // it is active (v2-to-FHIR, AL1 and IAM)
)

// demandOfAllergy gives what stands for the clinical status of an allergy, which
// ait-1 demands. That an allergy of which nothing is said is active holds for a
// list of allergies in HL7 v2, by HL7's map; for no other source is there such a rule.
func (w *writer) demandOfAllergy(e *record.Entry) demand {
	for i := range e.Origins {
		for j := range w.rec.Sources {
			if s := &w.rec.Sources[j]; s.ID == e.Origins[i].Source && s.Format == "hl7v2" {
				return activeByRule
			}
		}
	}
	return demanded
}

// isUnsaid reports whether nothing is said of a clinical status, not even that it is not known.
func isUnsaid(s *record.ClinicalStatus) bool {
	return s.Code == "" && (s.AsSent == nil || s.AsSent.IsZero()) && s.Absent == ""
}

// clinicalStatus writes clinicalStatus. Where the source says that it does not know, nothing is said in its place.
func (w *writer) clinicalStatus(system, code string, s *record.ClinicalStatus, d demand) {
	if code == "" && d == notDemanded {
		w.fieldAny("clinicalStatus", s) // bound as required: without a code there is no element
		return
	}
	w.obj("clinicalStatus")
	switch {
	case code != "" && s.Code == "" && s.AsSent != nil:
		c := *s.AsSent
		c.Codings = append([]record.Coding{{System: system, Code: code}}, c.Codings...)
		w.conceptBody(&c)
		w.fieldCode("absent", string(s.Absent))
	case code != "" && s.AsSent != nil && s.Code == code && s.AsSent.Has(system, code):
		w.conceptBody(s.AsSent)
		w.fieldCode("absent", string(s.Absent))
	case code != "":
		w.codeableBody(system, code, "")
		w.fieldCode("absent", string(s.Absent))
	case d == activeByRule && isUnsaid(s):
		w.codeableBody(system, "active", "")
		w.mark("byRule")
		w.Note(&unsaidIsActive, "clinicalStatus")
	case s.Absent != "":
		w.absent(s.Absent)
	default:
		w.absent(notStated)
		w.Note(&record.IssueDataAbsent, "clinicalStatus")
	}
	if code == "" {
		w.fieldCode("code", s.Code)
		if s.Code == "" {
			w.fieldConcept("asSent", s.AsSent)
		}
	}
	w.fieldPeriod("when", s.When)
	w.end()
}

// verification writes verificationStatus: the coding as sent where it is FHIR's, else FHIR's and then those.
func (w *writer) verification(system string, v record.Verification, asSent *record.Concept, allowed []string) {
	if v == "" || !slices.Contains(allowed, string(v)) {
		w.fieldCode("verification", string(v))
		w.fieldConcept("verificationAsSent", asSent)
		return
	}
	if asSent == nil {
		w.codeable("verificationStatus", system, string(v))
		return
	}
	c := *asSent
	if !c.Has(system, string(v)) {
		c.Codings = append([]record.Coding{{System: system, Code: string(v)}}, c.Codings...)
	}
	w.concept("verificationStatus", &c)
}

// concern gives the participants of an entry and the concern around it: where the
// entry has no author, the concern's stand for it (C-CDA on FHIR, CF-problems, last paragraph).
func (w *writer) concern(c *record.Concern, e *record.Entry) []record.Participation {
	if c == nil {
		return e.Participants
	}
	parts := e.Participants
	if author(parts) == nil && author(c.Participants) != nil {
		parts = append(slices.Clone(parts), c.Participants...)
		w.provenanceOf(c.Participants)
	}
	return parts
}

// isDenied reports whether the concern act itself is denied or not known, so that what it holds is no statement.
func isDenied(c *record.Concern) bool {
	return c != nil && c.Assertion != "" && c.Assertion != record.Affirmed
}

// withNotes gives an entry with its concern's comments after its own.
func withNotes(e *record.Entry, c *record.Concern) *record.Entry {
	if c == nil || len(c.Notes) == 0 {
		return e
	}
	both := *e
	both.Notes = append(slices.Clone(e.Notes), c.Notes...)
	return &both
}

// onset writes onset[x]. Of the record's period its start is the onset; a point in time is kept as such beside it.
func (w *writer) onset(p *record.Period) {
	c := choice{dateTime: "onsetDateTime", age: "onsetAge", rng: "onsetRange", str: "onsetString"}
	rest := *p
	switch {
	case !p.Start.IsZero():
		w.dateTime(c.dateTime, p.Start)
		rest.Start = record.Time{}
	case !p.At.IsZero():
		w.dateTime(c.dateTime, p.At)
	default:
		w.when(c, "onset", p)
		return
	}
	if !rest.IsZero() {
		w.fieldPeriod("onset", &rest)
	}
}
