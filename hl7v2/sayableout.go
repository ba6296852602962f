package hl7v2

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// unsayable gives why an entry cannot be written: a receiver would read it as its opposite. What is negated, what was not done and is
// not known to have been done has no place in segments that say that it is so; nor has what was entered in error, where no action code takes it back.
func (w *sender) unsayable(kind string, i int) *record.IssueKind {
	e := w.entryOf(kind, i)
	if e.Absent != "" {
		return &lostOpposite
	}
	if e.Assertion != record.Affirmed && e.Assertion != "" {
		if x, ok := w.pointer(kind, i).(*record.Allergy); !ok || e.Assertion != record.NoneKnown || !saysNone(x) {
			return &lostOpposite
		}
	}
	code := e.Status.Code
	bad := false
	switch x := w.pointer(kind, i).(type) {
	case *record.Allergy:
		bad = x.Verification == record.Refuted || code == record.StatusEnteredInError && x.Verification != record.EnteredInError || e.Assertion == record.Affirmed && claimsNone(x)
	case *record.Problem:
		bad = x.Verification == record.Refuted || code == record.StatusEnteredInError && x.Verification != record.EnteredInError
	case *record.Medication:
		if x.Kind != "request" && x.Kind != "dispense" && x.Kind != "administration" {
			return &lostTaken
		}
		bad = x.DoNotPerform != nil && *x.DoNotPerform || !medicineSaid(x)
	case *record.Immunization:
		bad = !slices.Contains([]record.StatusCode{record.StatusCompleted, record.StatusRefused, record.StatusNotDone, record.StatusEnteredInError}, code) &&
			!isPath(e, w.m.source, "RXA")
	case *record.Procedure:
		bad = e.Mode != record.ModeEvent || !slices.Contains([]record.StatusCode{"", record.StatusCompleted, record.StatusActive, record.StatusUnknown, record.StatusNormal}, code) &&
			!(code == record.StatusEnteredInError && isPath(e, w.m.source, "PR1"))
	case *record.Observation:
		bad = e.Mode != record.ModeEvent || !hasStatus(code, &observationStatus, looseResult) || x.OfOther(w.rec.Patient)
	case *record.Panel:
		bad = e.Mode != record.ModeEvent || !hasStatus(code, &reportStatus, looseResult)
	case *record.Order:
		bad = x.DoNotPerform != nil && *x.DoNotPerform || !ordered(e.Mode) || !hasStatus(code, &orderStatus, looseOrder) && x.Kind != "referral"
	case *record.Encounter:
		bad = e.Mode != record.ModeEvent || w.m.source == "" && encounterEvent(x) == ""
	case *record.Appointment:
		bad = !hasStatus(code, &appointmentStatus, nil)
	case *record.Coverage, *record.Charge, *record.Specimen, *record.CareTeam, *record.RelatedPerson:
		bad = slices.Contains(notSo, code)
	case *record.Goal:
		bad = slices.Contains(notSo, code) && code != record.StatusEnteredInError
	case *record.ClinicalNote:
		bad = !hasStatus(code, &documentStatus, map[record.StatusCode]string{record.StatusActive: "", record.StatusCompleted: "", record.StatusFinal: ""})
	}
	if bad {
		return &lostOpposite
	}
	return nil
}

// notSo are the statuses of what is not, or not yet, so.
var notSo = []record.StatusCode{record.StatusEnteredInError, record.StatusCancelled, record.StatusDraft, record.StatusNotDone, record.StatusRejected, record.StatusProposed, record.StatusPlanned}

// looseResult are codes of tables 0085 and 0123 for statuses that other formats have.
var looseResult = map[record.StatusCode]string{record.StatusCompleted: "F", record.StatusActive: "P", record.StatusAborted: "X", record.StatusAppended: "C", record.StatusUnknown: "", record.StatusNormal: "", record.StatusPartial: "P", record.StatusAmended: "C"}

// looseOrder are codes of table 0038 likewise.
var looseOrder = map[record.StatusCode]string{record.StatusAborted: "DC", record.StatusUnknown: "", record.StatusNormal: ""}

// hasStatus reports whether a status can be said, or says nothing that a reader could take for another.
func hasStatus(code record.StatusCode, t *codes.Table[string, record.StatusCode], loose map[record.StatusCode]string) bool {
	if _, ok := t.From(code); ok || code == "" {
		return true
	}
	_, ok := loose[code]
	return ok
}

// statusLoosely writes a status by a table, or by the code that comes nearest, and then says so.
func (w *sender) statusLoosely(p spot, s *record.Status, t *codes.Table[string, record.StatusCode], loose map[record.StatusCode]string) {
	if statusAt(w, p, s, t); s.Code == "" {
		return
	}
	if v := loose[s.Code]; v != "" && w.put(p, v) {
		w.In("status", -1)
		w.Note(&codeMapped, "code")
		w.Leave()
		s.Code, s.AsSent = "", ""
	}
}

// ordered reports whether a mode is that of an order, and not of a plan, a proposal or a promise.
func ordered(m record.Mode) bool {
	return slices.Contains([]record.Mode{record.ModeRequest, record.ModeOriginal, record.ModeReflex, record.ModeFiller, record.ModeInstance, record.ModeEvent}, m)
}

// medicineSaid reports whether the messages of medicines can say where one stands.
func medicineSaid(x *record.Medication) bool {
	switch x.Kind {
	case "request":
		return ordered(x.Mode) && hasStatus(x.Status.Code, &orderStatus, looseOrder)
	case "dispense":
		return x.Mode == record.ModeEvent && slices.Contains([]record.StatusCode{"", record.StatusCompleted, record.StatusUnknown}, x.Status.Code)
	}
	return x.Mode == record.ModeEvent && slices.Contains([]record.StatusCode{"", record.StatusCompleted, record.StatusAborted, record.StatusRefused, record.StatusNotDone,
		record.StatusEnteredInError, record.StatusActive, record.StatusUnknown}, x.Status.Code)
}

var noneCodes = []string{"716186003", "409137002", "429625007", "428607008"}

// claimsNone reports whether a substance is a code that says that no allergy is known.
func claimsNone(x *record.Allergy) bool {
	return slices.ContainsFunc(x.Substance.Codings, func(c record.Coding) bool {
		return c.System == record.SystemSNOMED && slices.Contains(noneCodes, c.Code)
	})
}

// saysNone reports whether AL1 can say that no allergy is known: by a code for it, or where nothing else is named.
func saysNone(x *record.Allergy) bool {
	return claimsNone(x) || readsAsNone(&x.Substance) || x.Substance.IsZero() && x.Kind.IsZero() && x.Type == "" && len(x.Categories) == 0
}

// readsAsNone reports whether a reader takes a substance for the statement that none is known: see reader.noneKnown.
func readsAsNone(c *record.Concept) bool {
	v := record.Allergy{Substance: *c}
	(&reader{}).noneKnown(&v)
	return v.Assertion == record.NoneKnown
}
