package fhir

import (
	"slices"
	"strconv"

	"github.com/portage-health/portage/record"
)

// dispenseRequest writes what an order says of the supply (C-CDA Medication
// Supply Order). FHIR counts the repeats beside the first fill, CDA all fills
// (CF-medications, repeatNumber). whole says that the order has no resource of its own.
func (w *writer) dispenseRequest(o *record.SupplyOrder, whole bool) {
	w.obj("dispenseRequest")
	if f := o.FirstFill; f != nil {
		w.obj("initialFill")
		w.simpleQuantity("quantity", f.Quantity)
		w.duration("duration", f.DaysSupply)
		w.end()
	}
	w.duration("dispenseInterval", o.Interval)
	w.period("validityPeriod", o.Valid)
	if n, ok := parseInt(o.RepeatNumber); ok && n > 0 && o.Refills == "" {
		w.raw("numberOfRepeatsAllowed", strconv.Itoa(n-1))
	} else {
		w.integer("numberOfRepeatsAllowed", o.Refills, 0)
		w.fieldStr("repeatNumber", o.RepeatNumber)
	}
	w.simpleQuantity("quantity", o.Quantity)
	w.duration("expectedSupplyDuration", o.DaysSupply)
	w.referenceIn("performer", o.Performer, only(kindOrganization))
	w.fieldAny("instructions", o.Instructions)
	w.partNarrative(o.Narrative)
	if whole {
		for i := range o.Identifiers {
			w.fieldKnown("identifiers", &o.Identifiers[i])
		}
		w.fieldAny("status", &o.Status)
		w.fieldCode("mode", string(o.Mode))
		w.fieldAny("product", o.Product)
		for i := range o.Participants {
			w.participantField("participants", &o.Participants[i])
		}
	}
	w.end()
}

// supplyOrder writes a MedicationRequest for a supply that the medication's own
// resource cannot hold: a further one, or one of another product.
func (w *writer) supplyOrder(m *record.Medication, j int, of kind) {
	o := &m.Orders[j]
	w.part(&m.Entry, "orders", j, kindMedicationRequest, profileBase+"medicationrequest")
	w.identifiers("identifier", o.Identifiers)
	w.mapped("status", &o.Status, requestStatus(o.Status.Code), "unknown")
	w.oneConcept("statusReason", "statusReasons", o.Status.Reasons)
	goal := intentOf(o.Mode)
	switch o.Mode {
	case record.ModeIntent:
		goal = "order" // what C-CDA orders is intended
	case record.ModeRequest:
		w.fieldCode("mode", string(o.Mode))
	}
	if goal == "" {
		goal = "plan"
		w.fieldCode("mode", string(o.Mode))
	}
	w.code("intent", goal)
	p := o.Product
	if p == nil {
		p = &m.Product
		p = &record.Product{Code: p.Code, Name: p.Name}
	}
	w.medicationOf(medicine{p, nil}, "product")
	w.subject("subject")
	w.authored("authoredOn", o.Participants)
	if !w.authorOf("requester", o.Participants, requesters) && goal != "plan" && goal != "proposal" && goal != "option" {
		w.requiredObject("requester", "participants")
	}
	if len(o.Participants) > 0 {
		w.provenanceOf(o.Participants)
	}
	if of == kindMedicationRequest {
		w.arr("basedOn")
		w.obj("")
		w.urn(w.entryID(&m.Entry))
		w.end()
		w.endArr()
	}
	w.dispenseRequest(o, false)
	w.endResource()
}

func dispenseStatus(s record.StatusCode) string {
	switch s {
	case record.StatusCompleted, record.StatusOnHold, record.StatusCancelled, record.StatusEnteredInError:
		return string(s)
	case record.StatusActive:
		return "in-progress"
	case record.StatusAborted:
		return "stopped"
	case record.StatusDraft:
		return "preparation"
	case record.StatusRefused, record.StatusNotDone:
		return "declined"
	}
	return ""
}

// dispense writes a MedicationDispense for a supply that was made (US Core MedicationDispense 6.1.0).
func (w *writer) dispense(m *record.Medication, j int, of kind) {
	d := &m.Dispenses[j]
	w.part(&m.Entry, "dispenses", j, kindMedicationDispense, profileBase+"medicationdispense")
	w.identifiers("identifier", d.Identifiers)
	w.mapped("status", &d.Status, dispenseStatus(d.Status.Code), "unknown")
	w.oneConcept("statusReasonCodeableConcept", "statusReasons", d.Status.Reasons)
	p := d.Product
	if p == nil {
		p = &record.Product{Code: m.Product.Code, Name: m.Product.Name}
	}
	w.medicationOf(medicine{p, nil}, "product")
	w.subject("subject")
	if of == kindMedicationRequest {
		w.arr("authorizingPrescription")
		w.obj("")
		w.urn(w.entryID(&m.Entry))
		w.end()
		w.endArr()
		w.asks(only(kindMedicationRequest), record.Ref{ID: m.ID})
	}
	w.dispenseBody(d, dispenseStatus(d.Status.Code) == "completed")
	w.notes("note", d.Notes)
	if len(d.Participants) > 0 {
		w.provenanceOf(d.Participants)
	}
	w.endResource()
}

// dispenseBody writes what a dispense says beside what any medicine's resource says.
func (w *writer) dispenseBody(d *record.Dispense, completed bool) {
	w.performers(d.Participants, requesters)
	w.concept("type", d.Type)
	w.simpleQuantity("quantity", d.Quantity)
	w.simpleQuantity("daysSupply", d.DaysSupply)
	handed := d.When.At
	if handed.IsZero() {
		handed = d.When.Start
	}
	if d.Prepared != nil {
		if after(d.Prepared.Value, handed.Value) {
			w.fieldTime("prepared", d.Prepared) // mdd-1
		} else {
			w.dateTime("whenPrepared", *d.Prepared)
		}
	}
	switch {
	case handed.Value == "" && d.Prepared != nil:
		w.fieldPeriod("when", &d.When) // mdd-1 compares the element with whenPrepared, even where it has no value
		w.unfit = w.unfit || completed // us-core-20 demands it
	case handed.IsZero() && d.When.Absent == "" && completed:
		w.when(choice{}, "when", &d.When)
		w.required("whenHandedOver", "", "when") // us-core-20
	default:
		w.when(choice{dateTime: "whenHandedOver"}, "when", &d.When)
	}
	w.referenceField("destination", "destination", d.Destination, only(kindLocation))
	if s := d.Substitution; s != nil {
		w.obj("substitution")
		if s.Done != nil {
			w.boolean("wasSubstituted", *s.Done)
		} else if s.Type != nil || len(s.Reasons) > 0 {
			w.required("wasSubstituted", "", "substitution.done")
		}
		w.concept("type", s.Type)
		w.concepts("reason", s.Reasons)
		w.end()
		w.fieldAny("substitution", &record.Substitution{Allowed: s.Allowed})
	}
	w.fieldCode("mode", string(d.Mode))
	w.fieldStr("repeatNumber", d.RepeatNumber)
	w.partNarrative(d.Narrative)
}

// performers writes performer.actor with its function for everybody who carried the act out.
func (w *writer) performers(ps []record.Participation, allowed kindSet) {
	w.arr("performer")
	for i := range ps {
		p := &ps[i]
		if t, ok := w.player(p); p.Role != "performer" || !ok || !allowed.has(t.typ) {
			continue
		}
		w.obj("")
		w.concept("function", p.Function)
		w.participant("actor", p, allowed)
		w.end()
	}
	w.endArr()
}

// dispensed writes a medication that is a dispense by itself.
func (w *writer) dispensed(i int, m *record.Medication) {
	w.resource("medications", i, &m.Entry, kindMedicationDispense, profileBase+"medicationdispense")
	w.common(&m.Entry, hasIdentifiers|hasNotes|hasStatus|hasReasons|hasAssertion)
	var d record.Dispense
	if len(m.Dispenses) > 0 {
		d = m.Dispenses[0]
	}
	status := m.Status
	own := status.Code != "" || status.AsSent != "" || status.Absent != ""
	if !own {
		status = record.Status{Code: d.Status.Code, AsSent: d.Status.AsSent, Absent: d.Status.Absent}
	}
	code := dispenseStatus(status.Code)
	if m.Assertion == record.Negated {
		w.code("status", "declined")
		w.fieldAny("status", &record.Status{Code: status.Code, AsSent: status.AsSent, Absent: status.Absent})
		w.fieldCode("assertion", string(m.Assertion))
	} else {
		w.mapped("status", &status, code, "unknown")
	}
	w.oneConcept("statusReasonCodeableConcept", "statusReasons", m.Status.Reasons)
	w.oneConcept("category", "categories", m.Categories)
	w.medicationOf(medicine{&m.Product, adminUnit(m)}, "product")
	w.subject("subject")
	w.referenceField("context", "encounter", m.Encounter, only(kindEncounter))
	w.references("authorizingPrescription", "basedOn", m.BasedOn, only(kindMedicationRequest))
	w.asks(only(kindMedicationRequest), m.BasedOn...)
	w.references("partOf", "partOf", m.PartOf, only(kindProcedure))
	w.referenceField("location", "location", m.Location, only(kindLocation))
	w.In("dispenses", 0)
	all := d
	all.Participants = append(slices.Clone(m.Participants), d.Participants...)
	if all.When.IsZero() {
		all.When = m.Taken
	}
	w.dispenseBody(&all, code == "completed")
	w.Leave()
	if len(d.Participants) > 0 {
		w.provenanceOf(d.Participants)
	}
	rest := record.Dispense{Identifiers: d.Identifiers, Product: d.Product, Notes: d.Notes, Status: record.Status{Reasons: d.Status.Reasons}}
	if own {
		rest.Status = d.Status
	}
	w.fieldAny("dispense", &rest)
	w.dosages("dosageInstruction", m, false)
	if !d.When.IsZero() && !m.Taken.IsZero() {
		w.fieldPeriod("taken", &m.Taken)
	}
	w.usedRest(m)
	w.endResource()
}
