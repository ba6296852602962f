package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

const (
	snomedNoImmunizations  = "787482006"
	displayNoImmunizations = "No known immunizations"
)

const sysPerformerFunction = "http://terminology.hl7.org/CodeSystem/v2-0443"

// immunizationKind says what a vaccination becomes: one that is planned is a
// request for the vaccine (CF-immunizations), one of which nothing is known a Basic.
func immunizationKind(m *record.Immunization) kind {
	switch {
	case m.Assertion == record.NotKnown:
		return kindBasic
	case m.Mode == record.ModeEvent:
		return kindImmunization
	case intentOf(m.Mode) == "" || m.Assertion != record.Affirmed:
		return kindBasic
	}
	return kindMedicationRequest
}

// immunization writes an Immunization (US Core Immunization 6.1.0; C-CDA on FHIR, CF-immunizations).
func (w *writer) immunization(i int, m *record.Immunization) {
	switch immunizationKind(m) {
	case kindBasic:
		w.unstated("immunizations", i, &m.Entry, m)
	case kindMedicationRequest:
		w.vaccineRequest(i, m)
	default:
		w.vaccination(i, m)
		w.In("immunizations", i)
		for j := range m.Reactions {
			if happened(&m.Reactions[j]) {
				w.vaccineReaction(m, j)
			}
		}
		w.Leave()
	}
}

// immunizationStatus gives Immunization.status. What was refused was not done.
func immunizationStatus(m *record.Immunization) string {
	switch c := m.Status.Code; c {
	case record.StatusNotDone, record.StatusRefused:
		return "not-done"
	case "":
		switch m.Completion {
		case "CP", "PA": // HL7 v2 table 0322
			return "completed"
		case "RE", "NA":
			return "not-done"
		}
		if m.Assertion != record.Affirmed {
			return "not-done"
		}
		return ""
	default:
		s, _ := codes.ImmunizationStatusToFHIR(actStatus(c), m.Assertion != record.Affirmed)
		return s
	}
}

func (w *writer) vaccination(i int, m *record.Immunization) {
	status := immunizationStatus(m)
	profile := profileBase + "immunization"
	if status == "" {
		profile = "" // status is bound as required
	}
	w.resource("immunizations", i, &m.Entry, kindImmunization, profile)
	if status == "" {
		w.Note(&record.IssueProfileNotClaimed, "status")
	}
	w.common(&m.Entry, hasIdentifiers|hasNotes|hasStatus|hasReasons|hasAssertion|hasMode|hasRecorded)
	w.mapped("status", &m.Status, status, "")
	w.vaccineStatus(m)
	w.vaccine(&m.Product, m.Assertion)
	w.subject("patient")
	w.referenceField("encounter", "encounter", m.Encounter, only(kindEncounter))
	if t := &m.When; (t.At.IsZero() || !t.End.IsZero()) && t.Start.IsZero() && t.Text == "" && t.Absent == "" {
		w.required("occurrenceDateTime", "", "when")
	}
	w.when(choice{dateTime: "occurrenceDateTime", str: "occurrenceString"}, "when", &m.When)
	w.recorded("recorded", m.Recorded, m.Participants)
	if m.PrimarySource != nil {
		w.boolean("primarySource", *m.PrimarySource)
	} else {
		w.absentPrimitive("primarySource", record.AbsentUnknown) // CF-immunizations, primarySource
	}
	w.concept("reportOrigin", m.InfoSource)
	w.referenceField("location", "location", m.Location, only(kindLocation))
	w.oneConcept("site", "sites", m.Sites)
	w.concept("route", m.Route)
	w.simpleQuantity("doseQuantity", m.Dose)
	w.vaccinators(m.Participants)
	w.indications(m.Indications, only(kindCondition, kindObservation, kindDiagnosticReport))
	w.bool("isSubpotent", m.Subpotent)
	w.concepts("subpotentReason", m.SubpotentReasons)
	w.education(m.Education)
	w.concepts("programEligibility", m.Eligibility)
	w.concept("fundingSource", m.Funding)
	w.vaccineReactions(m)
	w.protocols(m)
	w.vaccineRest(m)
	w.endResource()
}

// vaccineStatus writes statusReason. A refusal that gives no reason is the
// patient's objection: the reason FHIR's value set has for that.
func (w *writer) vaccineStatus(m *record.Immunization) {
	switch {
	case len(m.Status.Reasons) > 0:
		w.oneConcept("statusReason", "statusReasons", m.Status.Reasons)
	case m.Status.Code == record.StatusRefused:
		w.codeable("statusReason", record.SystemActReason, "PATOBJ")
	}
	if m.Assertion == record.Negated {
		w.fieldCode("assertion", string(m.Assertion))
	}
	w.fieldCode("completion", m.Completion)
	if (m.Completion != "" || m.Assertion != record.Affirmed) && string(m.Status.Code) == immunizationStatus(m) {
		w.fieldCode("status", string(m.Status.Code)) // what made the status FHIR's own does not tell
	}
}

// vaccine writes the vaccine given. That none is known is a code of SNOMED CT.
func (w *writer) vaccine(p *record.Product, a record.Assertion) {
	w.In("product", -1)
	m := medicine{p, nil}
	if a == record.NoneKnown && !p.Code.Has(record.SystemSNOMED, snomedNoImmunizations) {
		w.noneKnown("vaccineCode", "vaccine", m.code(), snomedNoImmunizations, displayNoImmunizations)
	} else {
		w.requiredConcept("vaccineCode", m.code(), "code")
	}
	if !m.nameIsText() {
		w.fieldStr("productName", p.Name)
	}
	w.referenceField("manufacturer", "manufacturer", p.Manufacturer, only(kindOrganization))
	w.str("lotNumber", p.Lot)
	if p.Expiration != nil {
		w.date("expirationDate", *p.Expiration)
	}
	dropAll(w, "identifiers", p.Identifiers, &lostProduct)
	if p.Form != nil || p.Amount != nil || len(p.Ingredients) > 0 || len(p.Vehicles) > 0 || p.Status != "" {
		w.fieldAny("product", &record.Product{Form: p.Form, Amount: p.Amount, Ingredients: p.Ingredients, Vehicles: p.Vehicles, Status: p.Status})
	}
	w.Leave()
}

// vaccinators writes who gave it: an administering provider where the source names no other function (CF-immunizations, performer).
func (w *writer) vaccinators(ps []record.Participation) {
	allowed := only(kindPractitioner, kindPractitionerRole, kindOrganization)
	w.arr("performer")
	for i := range ps {
		p := &ps[i]
		if t, ok := w.player(p); p.Role != "performer" || !ok || !allowed.has(t.typ) {
			continue
		}
		w.obj("")
		if p.Function != nil {
			w.concept("function", p.Function)
		} else {
			w.codeable("function", sysPerformerFunction, "AP")
		}
		w.participant("actor", p, allowed)
		w.end()
	}
	w.endArr()
}

// education writes education; FHIR wants a type or a reference (imm-1).
func (w *writer) education(es []record.Education) {
	w.arr("education")
	for i := range es {
		e := &es[i]
		w.In("education", i)
		w.obj("")
		w.str("documentType", e.DocumentType)
		w.uri("reference", e.Reference)
		if e.DocumentType == "" && e.Reference == "" {
			w.required("documentType", "", "documentType")
		}
		if e.Published != nil {
			w.dateTime("publicationDate", *e.Published)
		}
		if e.Presented != nil {
			w.dateTime("presentationDate", *e.Presented)
		}
		w.fieldConcept("code", e.Code)
		w.end()
		w.Leave()
	}
	w.endArr()
}

// protocols writes protocolApplied. The number of the dose is demanded.
func (w *writer) protocols(m *record.Immunization) {
	w.arr("protocolApplied")
	if m.DoseNumber != "" || m.SeriesDoses != "" || m.Series != "" {
		w.protocol(&record.VaccineProtocol{Series: m.Series, DoseNumber: m.DoseNumber, SeriesDoses: m.SeriesDoses}, true)
	}
	for i := range m.Protocols {
		w.In("protocols", i)
		w.protocol(&m.Protocols[i], false)
		w.Leave()
	}
	w.endArr()
}

// protocol writes one; ofDose says that it tells of the dose itself and not of a protocol.
func (w *writer) protocol(p *record.VaccineProtocol, ofDose bool) {
	w.obj("")
	if ofDose {
		w.mark("ofDose")
	}
	w.str("series", p.Series)
	w.referenceIn("authority", p.Authority, only(kindOrganization))
	w.concepts("targetDisease", p.Diseases)
	if p.DoseNumber == "" {
		w.required("doseNumberString", "", "doseNumber")
	}
	w.positiveOr("doseNumber", p.DoseNumber)
	w.positiveOr("seriesDoses", p.SeriesDoses)
	w.end()
}

// positiveOr writes a number as name+PositiveInt, anything else as name+String.
func (w *writer) positiveOr(name, v string) {
	if n, ok := parseInt(v); ok && n > 0 {
		w.raw(name+"PositiveInt", v)
		return
	}
	w.str(name+"String", v)
}

func (w *writer) vaccineRest(m *record.Immunization) {
	w.fieldAny("orders", m.Orders)
	w.fieldAny("dispenses", m.Dispenses)
	w.fieldAny("preconditions", m.Preconditions)
	w.fieldAny("instructions", m.Instructions)
	w.fieldConcept("administrationUnit", m.AdminUnit)
	w.fieldConcept("orderReason", m.OrderReason)
}

// vaccineReactions writes reaction: when, and the Observation that says what. One that did not happen is none.
func (w *writer) vaccineReactions(m *record.Immunization) {
	w.arr("reaction")
	for j := range m.Reactions {
		r := &m.Reactions[j]
		if !happened(r) {
			continue
		}
		w.obj("")
		if t := firstTime(&r.When); !t.IsZero() {
			w.dateTime("date", t)
		}
		w.obj("detail")
		w.urn(w.partID(&m.Entry, "reactions", j))
		w.end()
		w.end()
	}
	w.endArr()
	for j := range m.Reactions {
		if r := &m.Reactions[j]; !happened(r) {
			w.In("reactions", j)
			w.Note(&record.IssueNotStated, "")
			w.Leave()
			w.fieldAny("reactions", r)
		}
	}
}

// vaccineReaction writes the Observation of a reaction (CF-immunizations, Reaction).
func (w *writer) vaccineReaction(m *record.Immunization, j int) {
	r := &m.Reactions[j]
	w.part(&m.Entry, "reactions", j, kindObservation)
	w.identifiers("identifier", r.Identifiers)
	w.mapped("status", &r.Status, observationStatus(r.Status.Code), "unknown")
	w.fieldConcepts("statusReasons", r.Status.Reasons)
	w.observationCategory("", "", nil, nil)
	w.codeable("code", record.SystemActCode, "ASSERTION")
	w.subject("subject")
	w.when(choice{dateTime: "effectiveDateTime", period: "effectivePeriod"}, "when", &r.When)
	ms := r.Manifestations
	if len(ms) == 1 {
		w.concept("valueCodeableConcept", &ms[0])
		ms = nil
	}
	w.arr("component")
	for i := range ms {
		w.codedComponent("ASSERTION", &ms[i])
	}
	if r.Severity != nil {
		w.codedComponent("SEV", r.Severity)
	}
	w.endArr()
	w.fieldConcept("substance", r.Substance)
	w.fieldConcept("route", r.Route)
	w.fieldStr("description", r.Description)
	w.notes("note", r.Notes)
	w.partNarrative(r.Narrative)
	w.fieldRefs("treatments", r.Treatments)
	w.endResource()
}

// codedComponent writes a component by a code of HL7 v3 ActCode.
func (w *writer) codedComponent(code string, value *record.Concept) {
	w.obj("")
	w.codeable("code", record.SystemActCode, code)
	w.concept("valueCodeableConcept", value)
	w.end()
}

func firstTime(p *record.Period) record.Time {
	if !p.At.IsZero() {
		return p.At
	}
	return p.Start
}

// vaccineRequest writes a vaccination that is planned or ordered (CF-immunizations: "for INT, use the MedicationRequest resource").
func (w *writer) vaccineRequest(i int, m *record.Immunization) {
	w.resource("immunizations", i, &m.Entry, kindMedicationRequest, profileBase+"medicationrequest")
	w.common(&m.Entry, hasIdentifiers|hasNotes|hasStatus|hasReasons|hasAssertion|hasMode)
	w.mapped("status", &m.Status, requestStatus(m.Status.Code), "unknown")
	w.oneConcept("statusReason", "statusReasons", m.Status.Reasons)
	goal := intentOf(m.Mode)
	if m.Mode == record.ModeIntent {
		goal = "order"
	}
	w.code("intent", goal)
	w.fieldCode("mode", string(m.Mode))
	w.mark("vaccination")
	w.medicationOf(medicine{&m.Product, m.AdminUnit}, "product")
	w.subject("subject")
	w.referenceField("encounter", "encounter", m.Encounter, only(kindEncounter))
	w.authored("authoredOn", m.Participants)
	if !w.authorOf("requester", m.Participants, requesters) && goal != "proposal" && goal != "option" {
		w.requiredObject("requester", "participants")
	}
	w.indications(m.Indications, medicationReason)
	plan := record.Medication{Taken: m.When, Dosages: []record.Dosage{{Route: m.Route, Site: m.Sites}}, Preconditions: m.Preconditions, Instructions: m.Instructions}
	if m.Dose != nil {
		plan.Dosages[0].Dose = &record.Amount{Quantity: m.Dose}
	}
	if !w.dosages("dosageInstruction", &plan, true) {
		w.fieldPeriod("when", &m.When)
	}
	rest := *m
	rest.Entry, rest.Product, rest.When, rest.Dose, rest.Route, rest.Sites, rest.AdminUnit = record.Entry{}, record.Product{}, record.Period{}, nil, nil, nil, nil
	rest.Encounter, rest.Indications, rest.Preconditions, rest.Instructions = nil, nil, nil, nil
	w.fieldAny("immunization", &rest)
	w.endResource()
}
