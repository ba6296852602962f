package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// deliveryStatus pairs FHIR's supplydelivery-status with the record's.
var deliveryStatus = codes.NewTable(
	codes.Both("in-progress", record.StatusActive),
	codes.Both("completed", record.StatusCompleted),
	codes.Both("abandoned", record.StatusAborted),
	codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.OnlyFrom("abandoned", record.StatusCancelled),
)

var suppliers = only(kindPractitioner, kindPractitionerRole, kindOrganization)

// supplyKind says what a supply becomes: a Basic where it is denied, or not known, that it was made.
func supplyKind(s *record.Supply) kind {
	switch s.Status.Code {
	case record.StatusRefused, record.StatusNotDone:
		return kindBasic
	}
	if !isStated(&s.Entry) || s.Assertion != record.Affirmed {
		return kindBasic
	}
	return kindSupplyDelivery
}

// delivery writes a SupplyDelivery: equipment that the patient got (C-CDA Non-Medicinal Supply Activity).
func (w *writer) delivery(i int, s *record.Supply) {
	if supplyKind(s) == kindBasic {
		w.unstated("supplies", i, &s.Entry, s)
		return
	}
	w.resource("supplies", i, &s.Entry, kindSupplyDelivery)
	w.common(&s.Entry, hasIdentifiers|hasStatus|hasAssertion)
	w.optionalStatus("status", &s.Status, &deliveryStatus)
	if w.named() {
		w.subject("patient")
	}
	devices, code, ofProduct := s.Devices, s.Code, false
	w.obj("suppliedItem")
	w.simpleQuantity("quantity", s.Quantity)
	switch {
	case len(devices) > 0 && w.referenceTo("itemReference", &devices[0], only(kindDevice)):
		devices = devices[1:]
	case code != nil:
		w.concept("itemCodeableConcept", code)
		code = nil
	case s.Product != nil && !s.Product.Code.IsZero():
		w.concept("itemCodeableConcept", &s.Product.Code)
		ofProduct = true
	}
	w.end()
	if ofProduct {
		w.mark("itemIsProduct")
	}
	w.when(choice{dateTime: "occurrenceDateTime", period: "occurrencePeriod"}, "when", &s.When)
	w.firstOf("supplier", s.Participants, suppliers, "performer")
	if len(s.Locations) > 0 {
		w.referenceField("destination", "locations", &s.Locations[0], only(kindLocation))
		w.fieldRefs("locations", s.Locations[1:])
	}
	w.fieldConcept("code", code)
	w.fieldRefs("devices", devices)
	w.fieldAny("product", s.Product)
	w.fieldAny("indications", s.Indications)
	w.fieldAny("instructions", s.Instructions)
	w.fieldRef("encounter", s.Encounter)
	w.endResource()
}
