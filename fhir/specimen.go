package fhir

import (
	"slices"

	"github.com/portage-health/portage/record"
)

const (
	extSpecimenHandling = "http://hl7.org/fhir/StructureDefinition/specimen-specialHandling"
	extSpecimenReject   = "http://hl7.org/fhir/StructureDefinition/specimen-reject-reason"
)

// specimenKind says what a specimen becomes.
func specimenKind(s *record.Specimen) kind {
	if s.Assertion != record.Affirmed || s.Mode != record.ModeEvent {
		return kindBasic
	}
	return kindSpecimen
}

// specimen writes a Specimen (US Core Specimen 6.1.0; C-CDA on FHIR, CF-results, Specimen).
func (w *writer) specimen(i int, s *record.Specimen) {
	if specimenKind(s) == kindBasic {
		w.unstated("specimens", i, &s.Entry, s)
		return
	}
	w.resource("specimens", i, &s.Entry, kindSpecimen, profileBase+"specimen")
	e := s.Entry
	if s.Description != "" {
		e.Notes = append(slices.Clone(e.Notes), record.Note{Text: s.Description}) // CF-results, specimen desc
	}
	h := hasIdentifiers | hasNotes | hasAssertion | hasMode
	if k := oneOf(string(s.Status.Code), true, "available", "unavailable", "unsatisfactory", "entered-in-error"); k != "" && s.Status.Absent == "" {
		h |= hasStatus
		w.code("status", k)
	}
	w.common(&e, h)
	w.identifier("accessionIdentifier", s.Accession)
	w.requiredConcept("type", &s.Type, "type")
	w.subject("subject")
	if s.Received != nil {
		w.dateTime("receivedTime", *s.Received)
	}
	w.references("parent", "parents", s.Parents, only(kindSpecimen))
	w.references("request", "orders", s.Orders, only(kindServiceRequest))
	w.obj("collection")
	w.firstOf("collector", s.Participants, only(kindPractitioner, kindPractitionerRole), "performer")
	w.when(choice{dateTime: "collectedDateTime", period: "collectedPeriod"}, "collected", &s.Collected)
	w.simpleQuantity("quantity", s.Quantity)
	w.concept("method", s.Method)
	if s.Site != nil {
		w.obj("bodySite")
		w.conceptBody(&s.Site.Code)
		w.fieldConcept("laterality", s.Site.Laterality)
		w.end()
	}
	w.concept("fastingStatusCodeableConcept", s.Fasting)
	for k := range s.Handling {
		w.ext(extSpecimenHandling)
		w.concept("valueCodeableConcept", &s.Handling[k])
		w.endExt()
	}
	w.end()
	w.arr("container")
	w.obj("")
	w.concept("type", s.Container)
	if len(s.Additives) > 0 {
		w.oneConcept("additiveCodeableConcept", "additives", s.Additives)
	}
	w.end()
	w.endArr()
	w.concepts("condition", s.Conditions)
	for k := range s.RejectReasons {
		w.ext(extSpecimenReject)
		w.concept("valueCodeableConcept", &s.RejectReasons[k])
		w.endExt()
	}
	w.fieldConcept("role", s.Role)
	w.fieldConcepts("riskCodes", s.RiskCodes)
	w.endResource()
}
