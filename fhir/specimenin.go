package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// specimenStatuses are FHIR's; the record has them by the same names.
var specimenStatuses = codes.NewTable(
	codes.Both("available", record.StatusAvailable),
	codes.Both("unavailable", record.StatusUnavailable),
	codes.Both("entered-in-error", record.StatusEnteredInError),
)

// specimen reads a Specimen (R4 10.7).
func (r *reader) specimen(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	s := record.Specimen{Entry: r.entry(n)}
	s.Identifiers = r.identifiers(n, "identifier")
	s.Accession = maybe(n, "accessionIdentifier", r.identifier)
	if peek(n, "status") == "unsatisfactory" {
		s.Status.Code = record.StatusCode(r.str(n, "status"))
	} else {
		s.Status = r.status(n, &specimenStatuses)
	}
	s.Notes = r.notes(n, "note")
	s.Type = one(n, "type", r.concept)
	s.Received = r.timePtr(n, "receivedTime")
	s.Parents = r.refs(n, "parent")
	s.Orders = r.refs(n, "request")
	if c := object(n, "collection"); c.OK() {
		r.part(&s.Entry, c, "collector", "performer")
		s.Collected = r.when(c, choice{dateTime: "collectedDateTime", period: "collectedPeriod"}, "collected")
		s.Quantity = maybe(c, "quantity", r.quantity)
		s.Method = r.conceptPtr(c, "method")
		s.Site = maybe(c, "bodySite", r.bodySite)
		s.Fasting = r.conceptPtr(c, "fastingStatusCodeableConcept")
		for _, e := range objects(c, "extension") {
			if peek(e, "url") == extSpecimenHandling && object(e, "valueCodeableConcept").OK() {
				s.Handling = append(s.Handling, one(r.known(e), "valueCodeableConcept", r.concept))
			}
		}
		addFields(r, c, &s)
	}
	for i, c := range objects(n, "container") {
		if i == 0 {
			s.Container = r.conceptPtr(c, "type")
			if a := object(c, "additiveCodeableConcept"); a.OK() {
				s.Additives = []record.Concept{r.concept(a)}
			}
			addFields(r, c, &s)
		}
	}
	s.Conditions = r.concepts(n, "condition")
	for _, e := range objects(n, "extension") {
		if peek(e, "url") == extSpecimenReject && object(e, "valueCodeableConcept").OK() {
			s.RejectReasons = append(s.RejectReasons, one(r.known(e), "valueCodeableConcept", r.concept))
		}
	}
	add(r, &r.rec.Specimens, n, &s)
	return true
}
