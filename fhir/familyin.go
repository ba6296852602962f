package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// familyMember reads a FamilyMemberHistory (R4 9.3).
func (r *reader) familyMember(n tree.Node) bool {
	if !r.subject(n, "patient") {
		return false
	}
	m := record.FamilyMember{Entry: r.entry(n)}
	m.Identifiers = r.identifiers(n, "identifier")
	m.Notes = r.notes(n, "note")
	r.familyStatus(n, &m)
	m.When = r.timePtr(n, "date")
	m.Name = r.str(n, "name")
	m.Relationship = one(n, "relationship", r.concept)
	m.Sex = one(n, "sex", r.concept)
	m.BirthTime = r.when(n, choice{dateTime: "bornDate", period: "bornPeriod", str: "bornString"}, "birthTime")
	m.Age = r.choiceValue(n, "age", "age")
	m.EstimatedAge = r.boolean(n, "estimatedAge")
	m.Deceased = r.boolean(n, "deceasedBoolean")
	m.DeceasedWhen = r.choiceValue(n, "deceased", "deceasedWhen")
	m.Reasons = r.indications(n, "reasons")
	m.Conditions = all(n, "condition", r.familyCondition)
	add(r, &r.rec.FamilyHistory, n, &m)
	return true
}

// familyStatus reads status. That nothing is known of a relative's health is no status of the statement.
func (r *reader) familyStatus(n tree.Node, m *record.FamilyMember) {
	if peek(n, "status") != "health-unknown" {
		m.Status = r.status(n, &familyStatuses)
		return
	}
	r.take(n.Child("status"))
	m.Assertion = record.NotKnown
	if d := object(n, "dataAbsentReason"); d.OK() {
		if a := r.absentOf(d); a != "" {
			m.Absent = a
		}
	}
	// Else its code stays carried: R4's history-absent-reason is no reason that the record has words for.
}

// choiceValue reads one of a choice of types as a value, and what our extension adds to it.
func (r *reader) choiceValue(n tree.Node, prefix, field string) *record.Value {
	var v record.Value
	switch {
	case object(n, prefix+"Age").OK():
		v.Quantity = maybe(n, prefix+"Age", r.quantity)
	case object(n, prefix+"Range").OK():
		v.Range = maybe(n, prefix+"Range", r.rng)
	case n.Child(prefix+"Date").OK() || n.Child("_"+prefix+"Date").OK():
		v.Time = r.timePtr(n, prefix+"Date")
	case object(n, prefix+"Period").OK():
		v.Period = maybe(n, prefix+"Period", r.period)
	case n.Child(prefix+"String").Kind() == tree.String:
		v.Text = r.strPtr(n, prefix+"String")
	}
	if e := r.field(n, field); e.OK() {
		var rest record.Value
		r.fieldsOf(e, &rest)
		v = both(v, rest)
	}
	if v.IsZero() {
		return nil
	}
	return &v
}

// familyCondition reads one condition of a relative.
func (r *reader) familyCondition(n tree.Node) record.FamilyCondition {
	c := record.FamilyCondition{Code: one(n, "code", r.concept), Fatal: r.boolean(n, "contributedToDeath"), Notes: r.notes(n, "note"), Assertion: record.Affirmed}
	if o := r.conceptPtr(n, "outcome"); r.marked(n, "outcomeIsCause") {
		c.CauseOfDeath = o
	} else {
		c.Outcome = o
	}
	switch {
	case r.marked(n, "onsetIsValue"):
		c.Onset = r.choiceValue(n, "onset", "onset")
	case object(n, "onsetAge").OK():
		c.OnsetAge = maybe(n, "onsetAge", r.quantity)
	case object(n, "onsetRange").OK():
		c.Onset = r.choiceValue(n, "onset", "onset")
	default:
		c.When = r.when(n, choice{period: "onsetPeriod", str: "onsetString"}, "when")
	}
	addFields(r, n, &c)
	return c
}
