package fhir

import "github.com/portage-health/portage/record"

var (
	deviceOrderers = only(kindPractitioner, kindPractitionerRole, kindOrganization, kindDevice)
)

// deviceRequest writes a DeviceRequest (R4 12.17): an order of a thing that the patient is to use, and not of
// a procedure that puts it there. US Core has no profile of it.
func (w *writer) deviceRequest(i int, o *record.Order) {
	intent, _ := orderIntent(o.Mode)
	w.resource("orders", i, &o.Entry, kindDeviceRequest)
	w.common(&o.Entry, hasIdentifiers|hasNotes|hasStatus|hasAssertion|hasMode)
	w.references("basedOn", "basedOn", o.BasedOn, 0)
	w.references("priorRequest", "replaces", o.Replaces, 0)
	w.identifier("groupIdentifier", o.Group)
	w.orderStatus(&o.Status, orderStatus(o.Status.Code))
	w.code("intent", intent)
	w.orderPriority(o.Priority)
	w.ordered(o)
	w.arr("parameter")
	for k := range o.Parameters {
		w.orderParameter(&o.Parameters[k])
	}
	w.endArr()
	w.subject("subject")
	w.referenceField("encounter", "encounter", o.Encounter, only(kindEncounter))
	w.occurrenceOf(o)
	w.recorded("authoredOn", o.AuthoredOn, o.Participants)
	w.authorOf("requester", o.Participants, deviceOrderers)
	w.firstOf("performer", o.Participants, requestFillers, "performer")
	w.indications(o.Indications, orderReasons)
	w.references("insurance", "insurance", o.Insurance, only(kindCoverage))
	w.references("supportingInfo", "support", o.Support, 0)
	w.unlikeService(o)
	w.fieldAny("quantity", o.Quantity)
	w.fieldConcepts("categories", o.Categories)
	w.fieldRefs("locations", o.Locations)
	w.fieldRef("from", o.From)
	w.endResource()
}

// ordered writes code[x]: the code of the order, else the device that it names.
func (w *writer) ordered(o *record.Order) {
	devices := o.Devices
	switch {
	case !o.Code.IsZero():
		w.concept("codeCodeableConcept", &o.Code)
	case len(devices) > 0 && w.referenceTo("codeReference", &devices[0], only(kindDevice)):
		devices = devices[1:]
	default:
		w.requiredObject("codeCodeableConcept", "code")
	}
	w.fieldRefs("devices", devices)
}

// orderStatus writes the status of a request that FHIR does not demand; code is FHIR's, "" where it has none for it.
func (w *writer) orderStatus(s *record.Status, code string) {
	if s.Code != "" || s.AsSent != "" || s.Absent != "" {
		w.mapped("status", s, code, "unknown")
	}
}

// orderParameter writes a parameter with a value of a type that R4 has there.
func (w *writer) orderParameter(p *record.OrderParameter) {
	w.obj("")
	w.concept("code", p.Type)
	if v := p.Value; v != nil {
		rest := *v
		switch {
		case v.Concept != nil:
			w.concept("valueCodeableConcept", v.Concept)
			rest.Concept = nil
		case v.Quantity != nil:
			w.quantity("valueQuantity", v.Quantity)
			rest.Quantity = nil
		case v.Range != nil:
			w.rng("valueRange", v.Range)
			rest.Range = nil
		case v.Bool != nil:
			w.boolean("valueBoolean", *v.Bool)
			rest.Bool = nil
		}
		if !rest.IsZero() {
			w.fieldAny("value", &rest)
		}
	}
	w.end()
}

// occurrenceOf writes occurrence[x] of a request that has no asNeeded[x].
func (w *writer) occurrenceOf(o *record.Order) {
	timings := o.Timings
	if o.When.IsZero() && len(timings) == 1 {
		w.timing("occurrenceTiming", &timings[0])
		timings = nil
	}
	w.when(choice{dateTime: "occurrenceDateTime", period: "occurrencePeriod"}, "when", &o.When)
	w.fieldAny("timings", timings)
	w.fieldConcept("asNeededFor", o.AsNeededFor)
	w.fieldBool("asNeeded", o.AsNeeded)
}

// unlikeService writes what only a ServiceRequest has elements for, and what none has.
func (w *writer) unlikeService(o *record.Order) {
	w.fieldBool("doNotPerform", o.DoNotPerform)
	w.fieldConcepts("details", o.Details)
	w.fieldConcepts("locationCodes", o.LocationCodes)
	w.fieldRefs("specimens", o.Specimens)
	w.fieldAny("bodySites", o.BodySites)
	w.fieldConcepts("methods", o.Methods)
	w.fieldAny("values", o.Values)
	w.fieldStr("reason", o.Reason)
	w.fieldAny("placer", o.Placer)
	w.fieldAny("filler", o.Filler)
	w.fieldAny("instructions", o.Instructions)
	w.fieldAny("referral", o.Referral)
	w.fieldStr("control", o.Control)
}
