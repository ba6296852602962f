package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Accounts, charges and claims go out as far as the record identifies and totals them.

var (
	accountStatuses = codes.NewTable(
		codes.Both("active", record.StatusActive), codes.Both("inactive", record.StatusInactive), codes.Both("entered-in-error", record.StatusEnteredInError),
		codes.Both("on-hold", record.StatusOnHold), codes.Both("unknown", record.StatusUnknown),
	)
	chargeServices = only(kindDiagnosticReport, kindImagingStudy, kindImmunization, kindMedicationAdministration, kindMedicationDispense, kindObservation, kindProcedure, kindSupplyDelivery)
)

// factKind says what an entry that FHIR can only affirm becomes: a Basic where it is denied or not known, or no fact.
func factKind(e *record.Entry, typ kind) kind {
	if e.Assertion != record.Affirmed || e.Mode != record.ModeEvent {
		return kindBasic
	}
	return typ
}

// account writes an Account.
func (w *writer) account(i int, a *record.Account) {
	if factKind(&a.Entry, kindAccount) == kindBasic {
		w.unstated("accounts", i, &a.Entry, a)
		return
	}
	w.resource("accounts", i, &a.Entry, kindAccount)
	w.common(&a.Entry, hasIdentifiers|hasStatus|hasAssertion|hasMode)
	w.status("status", &a.Status, &accountStatuses, "unknown")
	w.concept("type", a.Type)
	w.str("name", a.Name)
	w.arr("subject")
	w.subject("")
	w.endArr()
	if !a.When.IsZero() {
		w.period("servicePeriod", &a.When)
	}
	w.arr("coverage")
	for k := range a.Coverages {
		w.obj("")
		if !w.referenceTo("coverage", &a.Coverages[k], only(kindCoverage)) {
			w.requiredObject("coverage", "coverages")
			w.fieldRef("coverages", &a.Coverages[k])
		}
		w.end()
	}
	w.endArr()
	w.referenceField("owner", "owner", a.Owner, only(kindOrganization))
	w.str("description", a.Description)
	w.arr("guarantor")
	for k := range a.Guarantors {
		w.obj("")
		if !w.referenceTo("party", &a.Guarantors[k], only(kindPatient, kindRelatedPerson, kindOrganization)) {
			w.requiredObject("party", "guarantors")
			w.fieldRef("guarantors", &a.Guarantors[k])
		}
		w.end()
	}
	w.endArr()
	w.fieldAny("balance", a.Balance)
	w.endResource()
}

// accountOf reads an Account (R4 13.10).
func (r *reader) accountOf(n tree.Node) bool {
	subjects := 0
	for _, s := range objects(n, "subject") {
		if i, ok := r.plan.target(peek(s, "reference"), r.at); !ok || r.plan.all[i].typ != "Patient" || !r.plan.all[i].in(r.group) {
			return false // of others too, or of somebody who is not here
		}
		subjects++
	}
	if subjects > 1 {
		return false
	}
	a := record.Account{Entry: r.entry(n)}
	for _, s := range objects(n, "subject") {
		r.take(s.Child("reference"))
	}
	a.Identifiers = r.identifiers(n, "identifier")
	a.Status = r.status(n, &accountStatuses)
	a.Type = maybe(n, "type", r.concept)
	a.Name = r.str(n, "name")
	a.When = one(n, "servicePeriod", r.period)
	for _, c := range objects(n, "coverage") {
		if v := object(c, "coverage"); v.OK() {
			a.Coverages = append(a.Coverages, r.ref(v))
		}
	}
	a.Owner = r.refPtr(n, "owner")
	a.Description = r.str(n, "description")
	for _, g := range objects(n, "guarantor") {
		if v := object(g, "party"); v.OK() {
			a.Guarantors = append(a.Guarantors, r.ref(v))
		}
	}
	add(r, &r.rec.Accounts, n, &a)
	return true
}

var chargeStatuses = codes.NewTable(
	codes.Both("planned", record.StatusPlanned), codes.Both("billable", record.StatusActive), codes.Both("not-billable", record.StatusInactive),
	codes.Both("aborted", record.StatusAborted), codes.Both("billed", record.StatusCompleted), codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.Both("unknown", record.StatusUnknown),
)

// charge writes a ChargeItem.
func (w *writer) charge(i int, c *record.Charge) {
	if factKind(&c.Entry, kindChargeItem) == kindBasic {
		w.unstated("charges", i, &c.Entry, c)
		return
	}
	w.resource("charges", i, &c.Entry, kindChargeItem)
	w.common(&c.Entry, hasIdentifiers|hasNotes|hasStatus|hasAssertion|hasMode)
	w.status("status", &c.Status, &chargeStatuses, "unknown")
	w.requiredConcept("code", &c.Code, "code")
	w.subject("subject")
	w.referenceField("context", "encounter", c.Encounter, only(kindEncounter))
	w.when(choice{dateTime: "occurrenceDateTime", period: "occurrencePeriod"}, "when", &c.When)
	w.quantity("quantity", c.Quantity)
	w.references("service", "services", c.Services, chargeServices)
	if c.Account != nil {
		w.references("account", "account", []record.Ref{*c.Account}, only(kindAccount))
	}
	if c.Posted != nil {
		w.dateTime("enteredDate", *c.Posted)
	}
	w.concepts("reason", c.Diagnoses)
	w.fieldConcept("type", c.Type)
	w.fieldAny("unitPrice", c.UnitPrice)
	w.fieldAny("total", c.Total)
	w.fieldStr("batch", c.Batch)
	w.fieldConcept("department", c.Department)
	w.fieldConcepts("modifiers", c.Modifiers)
	w.endResource()
}

// chargeOf reads a ChargeItem (R4 13.11).
func (r *reader) chargeOf(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	c := record.Charge{Entry: r.entry(n)}
	c.Identifiers = r.identifiers(n, "identifier")
	c.Notes = r.notes(n, "note")
	c.Status = r.status(n, &chargeStatuses)
	c.Code = one(n, "code", r.concept)
	c.Encounter = r.refPtr(n, "context")
	c.When = r.when(n, choice{dateTime: "occurrenceDateTime", period: "occurrencePeriod"}, "when")
	c.Quantity = maybe(n, "quantity", r.quantity)
	c.Services = r.refs(n, "service")
	for i, a := range objects(n, "account") {
		if i == 0 {
			v := r.ref(a)
			c.Account = &v
		}
	}
	c.Posted = r.timePtr(n, "enteredDate")
	c.Diagnoses = r.concepts(n, "reason")
	add(r, &r.rec.Charges, n, &c)
	return true
}
