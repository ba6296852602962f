package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// Code systems of FHIR's own status elements.
const (
	sysAllergyClinical     = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
	sysAllergyVerification = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
	sysConditionClinical   = "http://terminology.hl7.org/CodeSystem/condition-clinical"
	sysConditionVerStatus  = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
	sysDataAbsent          = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
)

const profileBase = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"

// What FHIR says in another way or does not have at all, though a source's
// structure has it: the acts around a statement, and the words of a code that is a plain code in FHIR.
var (
	lostAct     = structural(record.IssueLost.Because("it says nothing"))
	lostProduct = structural(record.IssueLost.Because("FHIR names the medicine by its code alone here"))
)

func structural(k record.IssueKind) record.IssueKind {
	k.Severity = record.SeverityInfo
	return k
}

// author gives who a recorder or requester is: the last author, by time where
// the times can be compared, else as sent (C-CDA on FHIR: "only map last CDA author").
func author(ps []record.Participation) *record.Participation {
	var last *record.Participation
	for i := range ps {
		p := &ps[i]
		if p.Role == "author" && (p.Who != nil || p.OnBehalfOf != nil) && (last == nil || !after(partTime(last).Value, partTime(p).Value)) {
			last = p
		}
	}
	return last
}

// authored gives the earliest time of an author, the zero Time where none has one.
func authored(ps []record.Participation) record.Time {
	var first record.Time
	for i := range ps {
		if t := partTime(&ps[i]); ps[i].Role == "author" && t.Value != "" && (first.Value == "" || after(first.Value, t.Value)) {
			first = t
		}
	}
	return first
}

func partTime(p *record.Participation) record.Time {
	switch {
	case p.When == nil:
		return record.Time{}
	case p.When.At.Value != "":
		return p.When.At
	}
	return p.When.Start
}

// recorded writes when something was recorded: as the source says, else the
// earliest time of an author, which stands in the Provenance too.
func (w *writer) recorded(name string, t *record.Time, ps []record.Participation) {
	if t != nil && !t.IsZero() {
		w.dateTime(name, *t)
		return
	}
	w.authored(name, ps)
}

func (w *writer) authored(name string, ps []record.Participation) {
	if t := authored(ps); t.Value != "" {
		w.dateTime(name, record.Time{Value: t.Value})
	}
}

// authorOf writes the reference to the last author.
func (w *writer) authorOf(name string, ps []record.Participation, allowed kindSet) bool {
	p := author(ps)
	return p != nil && w.participant(name, p, allowed)
}

var recorders = only(kindPractitioner, kindPractitionerRole, kindPatient, kindRelatedPerson)

// codeable writes a CodeableConcept of one code of FHIR's.
func (w *writer) codeable(name, system, code string) {
	w.obj(name)
	w.codeableBody(system, code, "")
	w.end()
}

func (w *writer) codeableBody(system, code, display string) {
	w.arr("coding")
	w.obj("")
	w.word("system", system)
	w.word("code", code)
	w.word("display", display)
	w.end()
	w.endArr()
}

// picked writes an element that is a plain code in FHIR from a coded value of
// // a value that has no code in FHIR, or says more, stands whole in the record
// extension.
func (w *writer) picked(name, field string, c *record.Concept, pick func(*record.Coding) string) bool {
	if c == nil || c.IsZero() {
		return false
	}
	for i := range c.Codings {
		k := pick(&c.Codings[i])
		if k == "" {
			continue
		}
		if w.code(name, k); len(c.Codings) == 1 && repeats(c, k) {
			w.wordsOf(field, c)
		} else {
			w.fieldConcept(field, c)
		}
		return true
	}
	w.fieldConcept(field, c)
	return false
}

// repeats reports whether a concept of one coding says nothing beside its code k and words for it.
func repeats(c *record.Concept, k string) bool {
	d := &c.Codings[0]
	return c.Absent == "" && (c.Text == "" || strings.EqualFold(c.Text, d.Display) || strings.EqualFold(c.Text, k)) &&
		d.Version == "" && d.UserSelected == nil && d.ValueSet == "" && d.ValueSetVersion == "" && d.Absent == "" && d.Text == "" && len(d.Qualifiers) == 0
}

// wordsOf keeps the words of a concept of one coding in the record extension; its code is FHIR's own.
func (w *writer) wordsOf(field string, c *record.Concept) {
	if c.Text != "" || c.TextRef != "" || c.Codings[0].Display != "" {
		w.fieldConcept(field, c)
	}
}

// actStatus gives the HL7 v3 ActStatus that HL7's maps know a status of the record by.
func actStatus(s record.StatusCode) string {
	switch s {
	case record.StatusCompleted, record.StatusActive, record.StatusAborted, record.StatusCancelled, record.StatusNew:
		return string(s)
	case record.StatusOnHold:
		return "suspended"
	case record.StatusPending:
		return "held"
	case record.StatusEnteredInError:
		return "nullified"
	case record.StatusSuperseded:
		return "obsolete"
	}
	return ""
}

// isStated reports whether an entry can go out as a statement of fact: what is
// only planned or asked for, or not known to be so, is none.
func isStated(e *record.Entry) bool {
	return e.Assertion != record.NotKnown && e.Mode == record.ModeEvent
}

// unstated writes an entry that no resource of FHIR's can say without reading as
// its opposite: as a Basic, which states nothing, with the entry whole in the record extension.
func (w *writer) unstated(list string, i int, e *record.Entry, v any) {
	w.keptWhole(list, i, e, v, &record.IssueNotStated)
}

// noStatus is for what FHIR demands a status of (a mode, a use), from a list that has no word for none.
var noStatus = record.IssueNotStated.Because("FHIR demands a status, a mode or a use that the source does not give; the entry is kept whole where no reader takes it for one that it does not have")

// hasCodeFor reports whether FHIR has a code for a status.
func hasCodeFor(t *codes.Table[string, record.StatusCode], s *record.Status) bool {
	_, ok := t.From(s.Code)
	return ok && s.Code != ""
}

// keptWhole is unstated for another reason.
func (w *writer) keptWhole(list string, i int, e *record.Entry, v any, why *record.IssueKind) {
	w.resource(list, i, e, kindBasic)
	w.Note(why, "")
	w.codeable("code", extAssertion, "not-stated")
	w.subject("subject")
	w.fieldAny(list, v)
	w.endResource()
}

// is reports whether a coding is this code of this system.
func is(c *record.Coding, system, code string) bool { return c.Code == code && c.System == system }

// mapped writes a status that FHIR demands by the code HL7's map gives it; the
// record's own words stand beside unknown where there is no such code.
func (w *writer) mapped(name string, s *record.Status, code, unknown string) {
	if code == "" {
		w.status(name, s, &noStatuses, unknown)
		return
	}
	w.code(name, code)
	w.fieldCode("statusAbsent", string(s.Absent))
	switch {
	case s.AsSent != "":
		w.fieldStatus("status", &record.Status{Code: s.Code, AsSent: s.AsSent})
	case string(s.Code) == code:
	case s.Code == record.StatusCompleted && code == "final":
		w.Note(&completedIsFinal, "status.code")
	default:
		w.fieldCode("status", string(s.Code))
	}
}

// completedIsFinal is for an observation that HL7 v3 calls completed.
var completedIsFinal = record.IssueAltered.Because("what is completed in HL7 v3 is final in FHIR (ConceptMap CF-ResultStatus), and is read back as final")

var noStatuses = codes.NewTable[string, record.StatusCode]()
