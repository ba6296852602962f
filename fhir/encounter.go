package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// encounterStatus pairs FHIR's encounter-status with the record's (ConceptMap CF-EncounterStatus).
var encounterStatus = codes.NewTable(
	codes.Both("planned", record.StatusPlanned),
	codes.Both("arrived", record.StatusArrived),
	codes.Both("triaged", record.StatusTriaged),
	codes.Both("in-progress", record.StatusActive),
	codes.Both("onleave", record.StatusOnLeave),
	codes.Both("finished", record.StatusCompleted),
	codes.Both("cancelled", record.StatusCancelled),
	codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.Both("unknown", record.StatusUnknown),
	codes.OnlyFrom("planned", record.StatusBooked),
	codes.OnlyFrom("planned", record.StatusPending),
	codes.OnlyFrom("onleave", record.StatusOnHold),
	codes.OnlyFrom("cancelled", record.StatusNoShow),
)

// encounter writes Encounter (US Core Encounter; C-CDA on FHIR, CF-encounters).
func (w *writer) encounter(i int, e *record.Encounter) {
	w.resource("encounters", i, &e.Entry, kindEncounter, profileBase+"encounter")
	w.common(&e.Entry, ownIdentifiers|hasStatus|hasParticipants)
	w.needSystem = true
	w.identifiers("identifier", e.Identifiers)
	w.needSystem = false
	w.encounterStatus(e)
	w.arr("statusHistory")
	for j := range e.StatusHistory {
		h := &e.StatusHistory[j]
		w.In("statusHistory", j)
		w.obj("")
		w.status("status", &h.Status, &encounterStatus, "unknown")
		w.fieldConcepts("statusReasons", h.Status.Reasons)
		w.requiredPeriod("period", &h.When)
		w.end()
		w.Leave()
	}
	w.endArr()
	w.encounterClass("class", &e.Class)
	w.arr("classHistory")
	for j := range e.ClassHistory {
		w.obj("")
		w.encounterClass("class", &e.ClassHistory[j].Class)
		w.requiredPeriod("period", &e.ClassHistory[j].When)
		w.end()
	}
	w.endArr()
	if len(e.Types) > 0 {
		w.concepts("type", e.Types)
	} else {
		w.arr("type")
		w.requiredObject("", "types")
		w.endArr()
	}
	w.concept("serviceType", e.ServiceType)
	w.concept("priority", e.Priority)
	w.subject("subject")
	w.references("episodeOfCare", "episodes", e.Episodes, only(noKind))
	w.references("basedOn", "basedOn", e.BasedOn, only(kindServiceRequest))
	w.encounterParticipants(e)
	w.references("appointment", "appointments", e.Appointments, only(kindAppointment))
	if !e.When.IsZero() {
		w.period("period", &e.When)
	}
	w.duration("length", e.Length)
	w.reasons(e.Reasons)
	w.arr("diagnosis")
	for j := range e.Diagnoses {
		d := &e.Diagnoses[j]
		w.obj("")
		if !w.referenceTo("condition", &d.Problem, only(kindCondition, kindProcedure)) {
			w.fieldRef("problem", &d.Problem)
			w.requiredObject("condition", "diagnoses")
		} else if w.isEmpty() {
			w.requiredObject("condition", "diagnoses")
		}
		w.concept("use", d.Use)
		w.integer("rank", d.Rank, 1)
		w.end()
	}
	w.endArr()
	w.references("account", "accounts", e.Accounts, only(kindAccount))
	w.hospitalization(e)
	w.encounterLocations(e)
	w.referenceField("serviceProvider", "serviceProvider", e.ServiceProvider, only(kindOrganization))
	w.referenceIn("partOf", e.PartOf, only(kindEncounter))
	w.interpreterNeeded(e.Interpreter)
	w.fieldConcept("hospitalService", e.HospitalService)
	w.fieldConcept("vip", e.VIP)
	w.fieldConcept("patientType", e.PatientClass)
	if len(e.Instructions) > 0 {
		w.fieldAny("instructions", e.Instructions)
	}
	if c := e.ArrivalMode; c != nil && isOneCoding(c) {
		w.codingExt(extArrivalMode, &c.Codings[0])
	} else {
		w.fieldConcept("arrivalMode", c)
	}
	w.fieldAny("financialClasses", e.FinancialClasses)
	w.fieldPeriod("planned", e.Planned)
	w.fieldBool("protected", e.Protected)
	w.fieldAny("accident", e.Accident)
	w.fieldAny("restrictions", e.Restrictions)
	w.endResource()
}

// encounterStatus writes status. Where the source gives none, or says only that
// it is active, an encounter that has its end, or one point in time, has finished
// (CF-encounters, effectiveTime), unless that is still to come.
func (w *writer) encounterStatus(e *record.Encounter) {
	end := e.When.End.Value
	if end == "" {
		end = e.When.At.Value
	}
	f, clock := formOf(end)
	if e.Status.Code != "" && e.Status.Code != record.StatusActive || e.Status.Absent != "" || f == timeBad || w.toCome(end[:clock]) {
		w.status("status", &e.Status, &encounterStatus, "unknown")
		return
	}
	w.code("status", "finished")
	w.Note(&encounterByRule, "status")
	if e.Status.Code != "" {
		w.fieldStatus("status", &e.Status)
		return
	}
	w.fieldStatus("status", &record.Status{AsSent: e.Status.AsSent, Absent: notStated})
}

// toCome reports whether a date is, or may be, after the moment of the export, where the host gave that.
func (w *writer) toCome(date string) bool {
	if w.opts.Now.IsZero() {
		return false
	}
	now := w.opts.Now.Format("2006-01-02")[:len(date)]
	return date > now || date == now && len(date) < 10
}

var encounterByRule = record.IssueStatusByRule.Because("the encounter has an end and no status that says so; HL7's guide gives it the status finished")

// duration writes a Duration, whose units are UCUM's units of time (drt-1).
func (w *writer) duration(name string, q *record.Quantity) {
	if q == nil {
		return
	}
	if q.Value != "" && (q.System != record.SystemUCUM || !slices.Contains(unitsOfTime, q.Code)) {
		w.fieldQuantity(name, q)
		return
	}
	w.quantity(name, q)
}

func (w *writer) requiredPeriod(name string, p *record.Period) {
	if p.IsZero() {
		w.requiredObject(name, "")
		return
	}
	w.period(name, p)
}

// encounterClass writes the code of HL7 v3 ActCode, or else the first; FHIR
// takes one Coding where the record has a concept.
func (w *writer) encounterClass(name string, c *record.Concept) {
	if len(c.Codings) == 0 {
		w.obj(name)
		if c.Absent != "" {
			w.absent(c.Absent)
		} else {
			w.absent(notStated)
			w.Note(&record.IssueDataAbsent, "class")
		}
		w.end()
		if c.Text != "" || c.TextRef != "" {
			w.fieldConcept("class", c)
		}
		return
	}
	best := 0
	for i := range c.Codings {
		if c.Codings[i].System == record.SystemActCode {
			best = i
			break
		}
	}
	if k := &c.Codings[best]; k.System == systemV2Class {
		if code, ok := v2Classes.To(k.Code); ok { // what the source called it stands in the record extension
			w.coding(name, &record.Coding{System: record.SystemActCode, Code: code})
			w.fieldConcept("class", c)
			return
		}
	}
	w.coding(name, &c.Codings[best])
	if !isOneCoding(c) {
		w.fieldConcept("class", c)
	}
}

// v2Classes is what HL7 v2 table 0004 says in FHIR's words (v2-to-FHIR, PatientClass map).
var v2Classes = codes.NewTable(codes.Both("E", "EMER"), codes.Both("I", "IMP"), codes.Both("O", "AMB"), codes.Both("P", "PRENC"))

// reasons writes reasonCode, or reasonReference where the reason is an entry of the record.
func (w *writer) reasons(rs []record.Indication) {
	if len(rs) == 0 {
		return
	}
	w.arr("reasonCode")
	for i := range rs {
		w.concept("", rs[i].Code)
	}
	w.endArr()
	w.arr("reasonReference")
	for i := range rs {
		if t, ok := w.resolve(rs[i].Ref); ok && reasonKinds.has(t.typ) {
			w.reference("", rs[i].Ref)
			w.asks(only(kindCondition, kindProcedure), *rs[i].Ref)
		}
	}
	w.endArr()
	for i := range rs {
		r := rs[i]
		if _, ok := w.resolve(r.Ref); r.Kind == nil && r.When == nil && len(r.Identifiers) == 0 && isZeroStatus(&r.Status) &&
			(r.Assertion == "" || r.Assertion == record.Affirmed) && (r.Ref == nil || ok && r.Code == nil) {
			continue
		}
		w.fieldAny("reasons", rs[i:i+1])
	}
}

var reasonKinds = only(kindCondition, kindProcedure, kindObservation)

func isZeroStatus(s *record.Status) bool {
	return s.Code == "" && s.AsSent == "" && s.Absent == "" && len(s.Reasons) == 0
}

// encounterParticipants writes those who took part; who made the record of it goes to Provenance.
func (w *writer) encounterParticipants(e *record.Encounter) {
	makers := w.makers[:0]
	w.arr("participant")
	for i := range e.Participants {
		p := &e.Participants[i]
		switch p.Role {
		case "author", "informant", "enterer", "assembler", "transmitter", "custodian", "recorder":
			makers = append(makers, *p)
			continue
		}
		w.obj("")
		w.participantType(p)
		w.period("period", p.When)
		t, ok := w.resolve(p.Who)
		switch {
		case ok && t.typ == kindPractitioner && needsRole(p):
			w.inRole("individual", t, p)
		default:
			if !w.referenceTo("individual", p.Who, only(kindPractitioner, kindPractitionerRole, kindRelatedPerson)) {
				w.fieldRef("who", p.Who)
			}
			w.fieldRef("onBehalfOf", p.OnBehalfOf)
			w.fieldConcept("code", p.Code)
			w.fieldConcepts("specialty", p.Specialty)
		}
		w.fieldRef("location", p.Location)
		w.participantRest(p)
		w.end()
	}
	w.endArr()
	if len(makers) > 0 {
		w.provenanceOf(makers)
	}
	w.makers = makers
}

// participantType writes in which roles somebody takes part in an encounter or an appointment.
func (w *writer) participantType(p *record.Participation) {
	w.arr("type")
	w.obj("")
	w.arr("coding")
	exact := p.Role == "" || w.encounterRole(p.Role)
	w.endArr()
	w.end()
	w.concept("", p.Function)
	w.endArr()
	if !exact {
		w.fieldStr("role", p.Role)
	}
}

// encounterRole writes HL7 v3 ParticipationType, which Encounter.participant.type is bound to.
func (w *writer) encounterRole(role string) bool {
	if role == "performer" {
		w.obj("")
		w.code("system", systemParticipation)
		w.code("code", "PPRF")
		w.end()
		return false
	}
	return w.roleCoding(role)
}

func (w *writer) hospitalization(e *record.Encounter) {
	w.obj("hospitalization")
	w.identifier("preAdmissionIdentifier", e.PreAdmission)
	w.referenceField("origin", "admittedFrom", e.Origin, only(kindLocation, kindOrganization))
	w.concept("admitSource", e.AdmitSource)
	w.concept("reAdmission", e.Readmission)
	w.concepts("dietPreference", e.Diets)
	w.concepts("specialCourtesy", e.Courtesies)
	w.concepts("specialArrangement", e.Arrangements)
	w.referenceField("destination", "dischargedTo", e.DischargedTo, only(kindLocation, kindOrganization))
	w.concept("dischargeDisposition", e.Disposition)
	w.end()
}

func (w *writer) encounterLocations(e *record.Encounter) {
	w.arr("location")
	for i := range e.Locations {
		l := &e.Locations[i]
		w.obj("")
		if !w.referenceTo("location", &l.Location, only(kindLocation)) {
			w.fieldRef("location", &l.Location)
			w.requiredObject("location", "locations")
		} else if w.isEmpty() {
			w.requiredObject("location", "locations")
		}
		switch l.Status {
		case "planned", "active", "reserved", "completed":
			w.code("status", l.Status)
		default:
			w.fieldStr("status", l.Status)
		}
		w.concept("physicalType", l.Physical)
		w.period("period", l.When)
		w.end()
	}
	w.endArr()
}
