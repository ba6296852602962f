package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

const extProcedureMethod = "http://hl7.org/fhir/StructureDefinition/procedure-method"

var (
	procedureActors  = only(kindPractitioner, kindPractitionerRole, kindOrganization, kindPatient, kindRelatedPerson, kindDevice)
	procedureReasons = only(kindCondition, kindObservation, kindProcedure, kindDiagnosticReport, kindDocumentReference)
	procedureParts   = only(kindProcedure, kindObservation, kindMedicationAdministration)
	procedureReports = only(kindDiagnosticReport, kindDocumentReference, kindComposition)
)

// procedureKind says what a procedure becomes: a Basic where FHIR's Procedure
// would say that one was done, or not done, of which the source says neither.
func procedureKind(p *record.Procedure) kind {
	if !isStated(&p.Entry) || p.Assertion == record.NoneKnown || p.Assertion == record.Negated && p.Code.IsZero() {
		return kindBasic
	}
	return kindProcedure
}

// procedureStatus gives Procedure.status: FHIR's own, else by ConceptMap
// CF-ProcedureStatus. What the source denies was not done.
func procedureStatus(p *record.Procedure) string {
	c := p.Status.Code
	switch {
	case c == record.StatusEnteredInError:
		return string(c)
	case p.Assertion == record.Negated:
		return "not-done"
	}
	switch c {
	case record.StatusNotDone, record.StatusOnHold, record.StatusUnknown:
		return string(c)
	case record.StatusRefused:
		return "not-done"
	case record.StatusPlanned:
		return "preparation"
	}
	s, _ := codes.ProcedureStatus().To(actStatus(c))
	return s
}

// procedure writes a Procedure (US Core Procedure 6.1.0; C-CDA on FHIR, CF-procedures).
func (w *writer) procedure(i int, p *record.Procedure) {
	if procedureKind(p) == kindBasic {
		w.unstated("procedures", i, &p.Entry, p)
		return
	}
	w.resource("procedures", i, &p.Entry, kindProcedure, profileBase+"procedure")
	w.common(&p.Entry, hasIdentifiers|hasNotes|hasStatus|hasReasons|hasAssertion)
	status := procedureStatus(p)
	w.mapped("status", &p.Status, status, "unknown")
	if p.Assertion == record.Negated {
		w.fieldCode("assertion", string(p.Assertion))
		if string(p.Status.Code) == status {
			w.fieldCode("status", status)
		}
	}
	w.oneConcept("statusReason", "statusReasons", p.Status.Reasons)
	w.oneConcept("category", "categories", p.Categories)
	w.requiredConcept("code", &p.Code, "code")
	w.subject("subject")
	w.referenceField("encounter", "encounter", p.Encounter, only(kindEncounter))
	if p.When.IsZero() {
		w.required("performedDateTime", "", "when") // us-core-7; CF-procedures, effectiveTime
	}
	w.when(choice{"performedDateTime", "performedPeriod", "performedAge", "performedRange", "performedString"}, "when", &p.When)
	w.authorOf("recorder", p.Participants, recorders)
	w.firstOf("asserter", p.Participants, recorders, "informant")
	w.performers(p.Participants, procedureActors)
	if len(p.Locations) > 0 {
		w.referenceField("location", "locations", &p.Locations[0], only(kindLocation))
		w.fieldRefs("locations", p.Locations[1:])
	}
	w.indications(p.Indications, procedureReasons)
	w.bodySites(p.BodySites)
	w.concept("outcome", p.Outcome)
	w.references("report", "reports", p.Reports, procedureReports)
	w.concepts("complication", p.Complications)
	w.concepts("followUp", p.FollowUps)
	w.references("basedOn", "basedOn", p.BasedOn, only(kindCarePlan, kindServiceRequest))
	w.asks(only(kindCarePlan, kindServiceRequest), p.BasedOn...)
	w.references("partOf", "partOf", p.PartOf, procedureParts)
	w.focalDevices(p)
	w.procedureRest(p)
	w.endResource()
}

// focalDevices writes focalDevice: what was implanted, removed or handled, with
// what was done to it on the first (C-CDA R2.1 Product Instance).
func (w *writer) focalDevices(p *record.Procedure) {
	action := p.DeviceAction
	w.arr("focalDevice")
	for k := range p.Devices {
		if t, ok := w.resolve(&p.Devices[k]); ok && t.typ != kindDevice {
			continue
		}
		w.obj("")
		w.concept("action", action)
		w.reference("manipulated", &p.Devices[k])
		if w.isEmpty() {
			w.requiredObject("manipulated", "devices")
		}
		w.end()
		action = nil
	}
	w.endArr()
	w.fieldConcept("deviceAction", action)
	for k := range p.Devices {
		if t, ok := w.resolve(&p.Devices[k]); ok && t.typ != kindDevice {
			w.fieldRef("devices", &p.Devices[k])
		}
	}
}

// procedureRest writes what FHIR's Procedure has no element for.
func (w *writer) procedureRest(p *record.Procedure) {
	for k := range p.Methods {
		w.ext(extProcedureMethod)
		w.concept("valueCodeableConcept", &p.Methods[k])
		w.endExt()
	}
	if p.Class == "procedure" {
		w.DropString("class", p.Class, &lostSame) // the resource says so
	} else {
		w.fieldStr("class", p.Class)
	}
	w.fieldConcept("priority", p.Priority)
	w.fieldConcepts("approaches", p.Approaches)
	w.fieldAny("values", p.Values)
	w.fieldRefs("specimens", p.Specimens)
	w.fieldRefs("medications", p.Medications)
	w.fieldAny("instructions", p.Instructions)
	for k := range p.Reactions {
		if !happened(&p.Reactions[k]) {
			w.In("reactions", k)
			w.Note(&record.IssueNotStated, "")
			w.Leave()
		}
	}
	w.fieldAny("reactions", p.Reactions)
	w.fieldConcept("anesthesia", p.Anesthesia)
	w.fieldConcepts("modifiers", p.Modifiers)
}
