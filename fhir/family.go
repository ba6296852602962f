package fhir

import (
	"strconv"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

var familyStatuses = codes.NewTable(
	codes.Both("completed", record.StatusCompleted),
	codes.Both("partial", record.StatusPartial),
	codes.Both("entered-in-error", record.StatusEnteredInError),
)

var familyReasons = only(kindCondition, kindObservation, kindAllergyIntolerance, kindQuestionnaireResponse, kindDiagnosticReport, kindDocumentReference)

// familyKind says what a relative becomes. FHIR has no words for a relative of whom all is denied.
func familyKind(m *record.FamilyMember) kind {
	if m.Mode != record.ModeEvent || m.Assertion == record.Negated || m.Assertion == record.NoneKnown {
		return kindBasic
	}
	return kindFamilyMemberHistory
}

// familyMember writes a FamilyMemberHistory (R4 9.3). Of a relative of whom nothing
// is known the status says so, and no condition is written.
func (w *writer) familyMember(i int, m *record.FamilyMember) {
	if familyKind(m) == kindBasic {
		w.unstated("familyHistory", i, &m.Entry, m)
		return
	}
	unknown := m.Assertion == record.NotKnown
	w.resource("familyHistory", i, &m.Entry, kindFamilyMemberHistory)
	w.common(&m.Entry, hasIdentifiers|hasNotes|hasStatus|hasAssertion)
	if unknown {
		w.code("status", "health-unknown")
		if s := &m.Status; s.Code != "" || s.AsSent != "" || s.Absent != "" {
			w.fieldStatus("status", s)
		}
		w.obj("dataAbsentReason")
		w.absent(m.Absent)
		w.end()
	} else {
		w.status("status", &m.Status, &familyStatuses, "")
	}
	w.subject("patient")
	if m.When != nil {
		w.dateTime("date", *m.When)
	}
	w.str("name", m.Name)
	w.requiredConcept("relationship", &m.Relationship, "relationship")
	for k := range m.RelatedID {
		w.fieldKnown("relatedIdentifiers", &m.RelatedID[k])
	}
	if !m.Sex.IsZero() {
		w.concept("sex", &m.Sex)
	}
	w.born(m)
	w.death(m)
	w.indicationsOf("reasons", m.Reasons, familyReasons)
	w.arr("condition")
	for k := range m.Conditions {
		if c := &m.Conditions[k]; !unknown && isHad(c) {
			w.In("conditions", k)
			w.familyCondition(c)
			w.Leave()
		}
	}
	w.endArr()
	w.endResource()
	w.In("familyHistory", i)
	for k := range m.Conditions {
		if c := &m.Conditions[k]; unknown || !isHad(c) {
			w.notHad(m, k, c)
		}
	}
	w.Leave()
}

// notHad writes what a relative did not have, or what is not known of them, as a
// Basic that points to the relative: within the history it could be read as had.
func (w *writer) notHad(m *record.FamilyMember, k int, c *record.FamilyCondition) {
	w.part(&m.Entry, "conditions", k, kindBasic)
	w.Note(&record.IssueNotStated, "")
	w.codeable("code", extAssertion, "not-stated")
	w.subject("subject")
	w.field("familyMember")
	w.obj("valueReference")
	w.urn(w.entryID(&m.Entry))
	w.end()
	w.endField()
	w.fieldAny("conditions", c)
	w.fieldStr("place", strconv.Itoa(k))
	w.endResource()
}

// isHad reports whether a relative had a condition: FHIR has no place for one that they had not.
func isHad(c *record.FamilyCondition) bool {
	return c.Assertion == "" || c.Assertion == record.Affirmed
}

// born writes born[x], or age[x] where there is no birth (fhs-1).
func (w *writer) born(m *record.FamilyMember) {
	p := m.BirthTime
	switch {
	case p.IsZero():
		if m.Age == nil || !w.oneOf("age", "age", m.Age, ages) {
			w.fieldBool("estimatedAge", m.EstimatedAge) // fhs-2
			return
		}
		w.bool("estimatedAge", m.EstimatedAge)
		return
	case p.At.Value != "" && p.Start.IsZero() && p.End.IsZero():
		w.date("bornDate", p.At)
		if p.At = (record.Time{}); !p.IsZero() {
			w.fieldPeriod("birthTime", &p)
		}
	default:
		w.when(choice{period: "bornPeriod", str: "bornString"}, "birthTime", &p)
	}
	w.fieldAny("age", m.Age)
	w.fieldBool("estimatedAge", m.EstimatedAge)
}

// death writes deceased[x]; when says more than that.
func (w *writer) death(m *record.FamilyMember) {
	if m.DeceasedWhen == nil || m.Deceased != nil && !*m.Deceased {
		w.bool("deceasedBoolean", m.Deceased)
		w.fieldAny("deceasedWhen", m.DeceasedWhen)
		return
	}
	if w.oneOf("deceased", "deceasedWhen", m.DeceasedWhen, ages|dates) {
		w.fieldBool("deceased", m.Deceased)
	} else {
		w.bool("deceasedBoolean", m.Deceased)
	}
}

// The types of a choice that oneOf may write.
const (
	ages  = 1 << iota // Age, Range, string
	dates             // date
	spans             // Period
)

// oneOf writes a value as one of a choice of types, and the rest of it, or all of
// it where FHIR has no type for it there, as a field. It reports whether it wrote one.
func (w *writer) oneOf(name, field string, v *record.Value, types int) bool {
	rest := *v
	switch {
	case v.Quantity != nil && types&ages != 0:
		w.quantity(name+"Age", v.Quantity)
		rest.Quantity = nil
	case v.Range != nil && types&ages != 0:
		w.rng(name+"Range", v.Range)
		rest.Range = nil
	case v.Time != nil && v.Time.Value != "" && types&dates != 0:
		w.date(name+"Date", *v.Time)
		rest.Time = nil
	case v.Period != nil && types&spans != 0:
		w.period(name+"Period", v.Period)
		rest.Period = nil
	case v.Text != nil && *v.Text != "" && types&ages != 0:
		w.str(name+"String", *v.Text)
		rest.Text = nil
	default:
		w.fieldAny(field, v)
		return false
	}
	w.fieldAny(field, &rest)
	return true
}

// familyCondition writes one condition: onset by age before a date.
func (w *writer) familyCondition(c *record.FamilyCondition) {
	w.obj("")
	w.requiredConcept("code", &c.Code, "code")
	if c.Outcome != nil {
		w.concept("outcome", c.Outcome)
		w.fieldConcept("causeOfDeath", c.CauseOfDeath)
	} else if c.CauseOfDeath != nil {
		w.concept("outcome", c.CauseOfDeath)
		w.mark("outcomeIsCause")
	}
	w.bool("contributedToDeath", c.Fatal)
	told := c.OnsetAge != nil
	if told {
		w.quantity("onsetAge", c.OnsetAge)
		w.fieldAny("onset", c.Onset)
	} else if c.Onset != nil {
		if told = w.oneOf("onset", "onset", c.Onset, ages|spans); told {
			w.mark("onsetIsValue")
		}
	}
	if told {
		if !c.When.IsZero() {
			w.fieldPeriod("when", &c.When)
		}
	} else {
		w.when(choice{period: "onsetPeriod", str: "onsetString"}, "when", &c.When)
	}
	w.notes("note", c.Notes)
	for k := range c.Identifiers {
		w.fieldKnown("identifiers", &c.Identifiers[k])
	}
	w.fieldConcept("kind", c.Kind)
	if s := &c.Status; s.Code != "" || s.AsSent != "" || s.Absent != "" {
		w.fieldStatus("status", s)
	}
	w.fieldConcepts("statusReasons", c.Status.Reasons)
	w.partNarrative(c.Narrative)
	w.end()
}
