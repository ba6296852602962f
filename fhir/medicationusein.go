package fhir

import (
	"reflect"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// medicationStatement reads a MedicationStatement (R4 11.4).
func (r *reader) medicationStatement(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	m := record.Medication{Entry: r.entry(n), Kind: "statement"}
	m.Identifiers = r.identifiers(n, "identifier")
	m.Notes = r.notes(n, "note")
	m.Status = r.status(n, &statementStatuses)
	r.mappedStatus(n, &m.Status)
	m.Status.Reasons = r.concepts(n, "statusReason")
	if c := object(n, "category"); c.OK() {
		m.Categories = []record.Concept{r.concept(c)}
	}
	r.medicine(n, &m)
	m.Encounter = r.refPtr(n, "context")
	m.Taken = r.when(n, choice{dateTime: "effectiveDateTime", period: "effectivePeriod"}, "taken")
	m.DateAsserted = r.timePtr(n, "dateAsserted")
	r.part(&m.Entry, n, "informationSource", "informant")
	m.DerivedFrom, m.BasedOn, m.PartOf = r.refs(n, "derivedFrom"), r.refs(n, "basedOn"), r.refs(n, "partOf")
	m.Indications = r.indications(n, "indications")
	taken := m.Taken
	r.dosages(n, "dosage", &m)
	if !reflect.DeepEqual(taken, m.Taken) {
		m.Taken = taken
		m.Dosages = all(n, "dosage", r.dosage) // their bounds are their own: the whole has a time of its own
	}
	if m.Status.Code == record.StatusNotDone && m.Assertion == record.Affirmed {
		m.Assertion = record.Negated // not-taken: the patient does not take it
		m.Status.Code = ""
	}
	r.medicationEnd(n, &m)
	m.Kind = "statement"
	r.rec.Medications = append(r.rec.Medications, m)
	return true
}

// medicationAdministration reads a MedicationAdministration (R4 11.3).
func (r *reader) medicationAdministration(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	m := record.Medication{Entry: r.entry(n), Kind: "administration"}
	m.Identifiers = r.identifiers(n, "identifier")
	m.Notes = r.notes(n, "note")
	m.Status = r.status(n, &administrationStatuses)
	r.mappedStatus(n, &m.Status)
	m.Status.Reasons = r.concepts(n, "statusReason")
	if c := object(n, "category"); c.OK() {
		m.Categories = []record.Concept{r.concept(c)}
	}
	r.medicine(n, &m)
	m.Encounter = r.refPtr(n, "context")
	m.Taken = r.when(n, choice{dateTime: "effectiveDateTime", period: "effectivePeriod"}, "taken")
	r.performersOf(n, &m.Entry)
	m.Indications = r.indications(n, "indications")
	if q := r.refPtr(n, "request"); q != nil {
		m.BasedOn = []record.Ref{*q}
	}
	m.PartOf = r.refs(n, "partOf")
	for i, d := range objects(n, "device") {
		if i == 0 {
			v := r.ref(d)
			m.Device = &v
		}
	}
	if d := object(n, "dosage"); d.OK() {
		v := record.Dosage{Text: r.str(d, "text"), Route: r.conceptPtr(d, "route"), Method: r.conceptPtr(d, "method")}
		if c := object(d, "site"); c.OK() {
			v.Site = []record.Concept{r.concept(c)}
		}
		if q := maybe(d, "dose", r.quantity); q != nil {
			v.Dose = &record.Amount{Quantity: q}
		}
		if q, o := maybe(d, "rateQuantity", r.quantity), maybe(d, "rateRatio", r.ratio); q != nil || o != nil {
			v.Rate = &record.Amount{Quantity: q, Ratio: o}
		}
		if e := r.field(n, "dosages"); e.OK() {
			r.fieldsOf(e, &v) // what FHIR's dosage has no element for
		}
		addFields(r, d, &v)
		m.Dosages = []record.Dosage{v}
	}
	r.medicationEnd(n, &m)
	m.Kind = "administration"
	r.rec.Medications = append(r.rec.Medications, m)
	return true
}

// performersOf reads performer.actor with its function.
func (r *reader) performersOf(n tree.Node, e *record.Entry) {
	for _, p := range objects(n, "performer") {
		a := object(p, "actor")
		if !a.OK() {
			continue
		}
		v := r.participation(a, "performer")
		v.Function = r.conceptPtr(p, "function")
		addFields(r, p, &v)
		e.Participants = append(e.Participants, v)
	}
}

// medicationDispense reads a MedicationDispense (R4 11.2).
func (r *reader) medicationDispense(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	m := record.Medication{Entry: r.entry(n), Kind: "dispense"}
	m.Identifiers = r.identifiers(n, "identifier")
	m.Notes = r.notes(n, "note")
	m.Status = r.status(n, &dispenseStatuses)
	r.mappedStatus(n, &m.Status)
	if c := object(n, "statusReasonCodeableConcept"); c.OK() {
		m.Status.Reasons = []record.Concept{r.concept(c)}
	}
	if c := object(n, "category"); c.OK() {
		m.Categories = []record.Concept{r.concept(c)}
	}
	r.medicine(n, &m)
	m.Encounter = r.refPtr(n, "context")
	m.BasedOn, m.PartOf = r.refs(n, "authorizingPrescription"), r.refs(n, "partOf")
	m.Location = r.refPtr(n, "location")
	r.performersOf(n, &m.Entry)
	d := record.Dispense{
		Type: r.conceptPtr(n, "type"), Quantity: maybe(n, "quantity", r.quantity), DaysSupply: maybe(n, "daysSupply", r.quantity),
		Prepared: r.timePtr(n, "whenPrepared"), When: r.when(n, choice{dateTime: "whenHandedOver"}, "when"), Destination: r.refPtr(n, "destination"),
	}
	if s := object(n, "substitution"); s.OK() {
		d.Substitution = &record.Substitution{Done: r.boolean(s, "wasSubstituted"), Type: r.conceptPtr(s, "type"), Reasons: r.concepts(s, "reason")}
	}
	if e := r.field(n, "mode"); e.OK() {
		d.Mode = record.Mode(r.str(e, "valueCode"))
	}
	if e := r.field(n, "repeatNumber"); e.OK() {
		d.RepeatNumber = r.str(e, "valueString")
	}
	if e := r.field(n, "dispense"); e.OK() {
		r.fieldsOf(e, &d)
	}
	m.Dispenses = []record.Dispense{d}
	r.dosages(n, "dosageInstruction", &m)
	r.medicationEnd(n, &m)
	m.Kind = "dispense"
	r.rec.Medications = append(r.rec.Medications, m)
	return true
}
