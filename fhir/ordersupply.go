package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// extDeliverFor is how R5's SupplyRequest.deliverFor is written in R4, whose SupplyRequest does not say whom it is for.
const extDeliverFor = "http://hl7.org/fhir/5.0/StructureDefinition/extension-SupplyRequest.deliverFor"

var supplyOrderStatuses = codes.NewTable(
	codes.Both("draft", record.StatusDraft), codes.Both("active", record.StatusActive), codes.Both("suspended", record.StatusOnHold),
	codes.Both("cancelled", record.StatusCancelled), codes.Both("completed", record.StatusCompleted), codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.Both("unknown", record.StatusUnknown),
)

var (
	supplyFrom      = only(kindOrganization, kindLocation)
	supplyTo        = only(kindOrganization, kindLocation, kindPatient)
	supplySuppliers = only(kindOrganization)
)

// supplyRequest writes a SupplyRequest (R4 12.20): an order of what is used up or handed out. US Core has no profile of it.
func (w *writer) supplyRequest(i int, o *record.Order) {
	w.resource("orders", i, &o.Entry, kindSupplyRequest)
	w.deliverFor(o)
	w.common(&o.Entry, hasIdentifiers|hasStatus|hasAssertion|hasMode)
	if code := supplyOrderStatus(o.Status.Code); o.Status.Absent == "" && o.Status.AsSent == "" && supplyOrderStatuses.TwoWay(code, o.Status.Code) {
		w.code("status", code)
	} else {
		w.orderStatus(&o.Status, code)
	}
	w.oneConcept("category", "categories", o.Categories)
	w.orderPriority(o.Priority)
	w.supplyItem(o)
	if a := o.Quantity; a != nil && a.Quantity != nil {
		rest := *a
		rest.Quantity = nil
		w.quantity("quantity", a.Quantity)
		w.fieldAny("quantity", &rest)
	} else {
		w.requiredObject("quantity", "quantity")
		w.fieldAny("quantity", a)
	}
	w.arr("parameter")
	for k := range o.Parameters {
		w.orderParameter(&o.Parameters[k])
	}
	w.endArr()
	w.occurrenceOf(o)
	w.recorded("authoredOn", o.AuthoredOn, o.Participants)
	w.authorOf("requester", o.Participants, requesters)
	w.arr("supplier")
	for k := range o.Participants {
		if p := &o.Participants[k]; p.Role == "performer" {
			w.participant("", p, supplySuppliers)
		}
	}
	w.endArr()
	w.indications(o.Indications, orderReasons)
	w.referenceField("deliverFrom", "from", o.From, supplyFrom)
	if len(o.Locations) > 0 && w.referenceTo("deliverTo", &o.Locations[0], supplyTo) {
		w.fieldRefs("locations", o.Locations[1:])
	} else {
		w.fieldRefs("locations", o.Locations)
	}
	w.unlikeService(o)
	w.fieldRefs("basedOn", o.BasedOn)
	w.fieldRefs("replaces", o.Replaces)
	w.fieldAny("group", o.Group)
	w.fieldRef("encounter", o.Encounter)
	w.fieldRefs("insurance", o.Insurance)
	w.fieldRefs("support", o.Support)
	w.endResource()
}

// supplyOrderStatus gives SupplyRequest.status, whose words for what is on hold and for what is revoked are its own.
func supplyOrderStatus(s record.StatusCode) string {
	if s == record.StatusAborted {
		s = record.StatusCancelled
	}
	code, _ := supplyOrderStatuses.From(s)
	return code
}

// supplyItem writes item[x]: the code of the order, else what it names.
func (w *writer) supplyItem(o *record.Order) {
	devices := o.Devices
	switch {
	case !o.Code.IsZero():
		w.concept("itemCodeableConcept", &o.Code)
	case len(devices) > 0 && w.referenceTo("itemReference", &devices[0], only(kindDevice)):
		devices = devices[1:]
	default:
		w.requiredObject("itemCodeableConcept", "code")
	}
	w.fieldRefs("devices", devices)
}

// deliverFor says whose order it is, unless it says that it is to go to the patient.
func (w *writer) deliverFor(o *record.Order) {
	if !w.named() {
		return
	}
	if len(o.Locations) > 0 {
		if t, ok := w.resolve(&o.Locations[0]); ok && t.id == w.patient.id {
			return
		}
	}
	w.ext(extDeliverFor)
	w.subject("valueReference")
	w.endExt()
}
