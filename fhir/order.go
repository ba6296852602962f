package fhir

import (
	"reflect"

	"github.com/portage-health/portage/record"
)

var (
	orderReasons = only(kindCondition, kindObservation, kindDiagnosticReport, kindDocumentReference)
	orderBases   = only(kindCarePlan, kindServiceRequest, kindMedicationRequest)
)

// orderKind says what an order becomes: a Basic where it is denied, not known, or a goal, a definition or a criterion.
// R4's DeviceRequest and SupplyRequest have no doNotPerform, and a SupplyRequest no intent: what is not to be done,
// or is less than an order, is a ServiceRequest, which can say so. So is what has a product, or C-CDA's class.
func orderKind(o *record.Order) kind {
	switch o.Mode {
	case record.ModeGoal, record.ModeDefinition, record.ModeCriterion:
		return kindBasic
	}
	if o.Assertion != record.Affirmed {
		return kindBasic
	}
	if o.Class != "" || o.Product != nil || o.DoNotPerform != nil && *o.DoNotPerform {
		return kindServiceRequest
	}
	switch intent, exact := orderIntent(o.Mode); {
	case o.Kind == "device" && intent != "" && exact:
		return kindDeviceRequest
	case o.Kind == "supply" && o.Mode == record.ModeRequest:
		return kindSupplyRequest
	}
	return kindServiceRequest
}

// orderIntent gives ServiceRequest.intent for a mode. exact is false where the
// code does not give the mode back; "" where the source says no mode.
func orderIntent(m record.Mode) (code string, exact bool) {
	switch m {
	case record.ModeEvent:
		return "", false
	case record.ModeIntent:
		return "plan", true
	case record.ModeRequest:
		return "order", true
	case record.ModePromise, record.ModeAppointment:
		return "plan", false
	case record.ModeAppRequest:
		return "proposal", false
	}
	return string(m), true
}

// orderStatus gives ServiceRequest.status.
func orderStatus(s record.StatusCode) string {
	switch s {
	case record.StatusDraft, record.StatusActive, record.StatusOnHold, record.StatusCompleted, record.StatusEnteredInError, record.StatusUnknown:
		return string(s)
	case record.StatusCancelled, record.StatusAborted:
		return "revoked"
	}
	return ""
}

// orderPriority gives the code of FHIR's request-priority for one of its own or of HL7 v3 ActPriority.
func orderPriority(c *record.Coding) string {
	switch c.System {
	case "http://hl7.org/fhir/request-priority":
		switch c.Code {
		case "routine", "urgent", "asap", "stat":
			return c.Code
		}
	case "http://terminology.hl7.org/CodeSystem/v3-ActPriority":
		switch c.Code {
		case "R":
			return "routine"
		case "UR":
			return "urgent"
		case "A":
			return "asap"
		case "S":
			return "stat"
		}
	}
	return ""
}

// orderPriority writes priority, and beside it the concept that it is of where that says more.
func (w *writer) orderPriority(p *record.Concept) {
	if p != nil && len(p.Codings) == 1 && orderPriority(&p.Codings[0]) != "" {
		w.code("priority", orderPriority(&p.Codings[0]))
		if reflect.DeepEqual(*p, priorityOf(p.Codings[0].Code)) {
			return
		}
	}
	w.fieldConcept("priority", p)
}

// order writes what is ordered, planned or proposed and is no medicine: a ServiceRequest (US Core ServiceRequest
// 6.1.0), of a device a DeviceRequest, of a supply a SupplyRequest.
func (w *writer) order(i int, o *record.Order) {
	switch orderKind(o) {
	case kindBasic:
		w.unstated("orders", i, &o.Entry, o)
	case kindDeviceRequest:
		w.deviceRequest(i, o)
	case kindSupplyRequest:
		w.supplyRequest(i, o)
	default:
		w.serviceRequest(i, o)
	}
}

func (w *writer) serviceRequest(i int, o *record.Order) {
	intent, exact := orderIntent(o.Mode)
	profile := profileBase + "servicerequest"
	if intent == "" {
		profile = "" // intent is bound as required
	}
	w.resource("orders", i, &o.Entry, kindServiceRequest, profile)
	w.common(&o.Entry, hasIdentifiers|hasNotes|hasStatus|hasAssertion|hasMode)
	w.mapped("status", &o.Status, orderStatus(o.Status.Code), "unknown")
	switch {
	case intent == "":
		w.Note(&record.IssueProfileNotClaimed, "mode")
		w.required("intent", "", "mode")
	case !exact:
		w.fieldCode("mode", string(o.Mode))
		fallthrough
	default:
		w.code("intent", intent)
	}
	w.identifier("requisition", o.Group)
	w.references("basedOn", "basedOn", o.BasedOn, orderBases)
	w.references("replaces", "replaces", o.Replaces, only(kindServiceRequest))
	w.concepts("category", o.Categories)
	w.orderPriority(o.Priority)
	w.bool("doNotPerform", o.DoNotPerform)
	if what := w.supplied(o); what != nil {
		w.concept("code", what)
	} else {
		w.requiredConcept("code", &o.Code, "code")
	}
	w.concepts("orderDetail", o.Details)
	w.orderQuantity(o.Quantity)
	w.subject("subject")
	w.referenceField("encounter", "encounter", o.Encounter, only(kindEncounter))
	w.occurrence(o)
	w.recorded("authoredOn", o.AuthoredOn, o.Participants)
	w.authorOf("requester", o.Participants, requesters)
	w.arr("performer")
	for k := range o.Participants {
		if p := &o.Participants[k]; p.Role == "performer" {
			w.participant("", p, requestFillers)
		}
	}
	w.endArr()
	w.concepts("locationCode", o.LocationCodes)
	w.references("locationReference", "locations", o.Locations, only(kindLocation))
	w.indications(o.Indications, orderReasons)
	w.references("insurance", "insurance", o.Insurance, only(kindCoverage))
	w.references("supportingInfo", "support", o.Support, 0)
	w.references("specimen", "specimens", o.Specimens, only(kindSpecimen))
	w.bodySites(o.BodySites)
	w.orderRest(o)
	w.endResource()
}

// supplied gives what an order of a supply is of, where the order itself has no
// code: its product, or the device that is wanted (C-CDA R2.1 Planned Supply).
func (w *writer) supplied(o *record.Order) *record.Concept {
	if o.Class != "supply" && o.Kind != "supply" || !o.Code.IsZero() {
		return nil
	}
	if p := o.Product; p != nil {
		if !p.Code.IsZero() {
			return &p.Code
		}
		if p.Name != "" {
			return &record.Concept{Text: p.Name}
		}
	}
	for i := range o.Devices {
		for k := range w.rec.Devices {
			if d := &w.rec.Devices[k]; d.ID == o.Devices[i].ID && len(d.Types) > 0 {
				return &d.Types[0]
			}
		}
	}
	return nil
}

// bodySites writes every site; FHIR has no side of the body beside it.
func (w *writer) bodySites(sites []record.BodySite) {
	w.arr("bodySite")
	for k := range sites {
		w.obj("")
		w.conceptBody(&sites[k].Code)
		w.fieldConcept("laterality", sites[k].Laterality)
		w.end()
	}
	w.endArr()
}

// orderQuantity writes quantity[x]; one alone.
func (w *writer) orderQuantity(a *record.Amount) {
	if a == nil {
		return
	}
	rest := *a
	switch {
	case a.Quantity != nil:
		w.quantity("quantityQuantity", a.Quantity)
		rest.Quantity = nil
	case a.Ratio != nil:
		w.ratio("quantityRatio", a.Ratio)
		rest.Ratio = nil
	case a.Range != nil:
		w.rng("quantityRange", a.Range)
		rest.Range = nil
	}
	w.fieldAny("quantity", &rest)
}

// occurrence writes occurrence[x] and asNeeded[x]; one alone of each.
func (w *writer) occurrence(o *record.Order) {
	timings := o.Timings
	if o.When.IsZero() && len(timings) == 1 {
		w.timing("occurrenceTiming", &timings[0])
		timings = nil
	}
	w.when(choice{dateTime: "occurrenceDateTime", period: "occurrencePeriod"}, "when", &o.When)
	w.fieldAny("timings", timings)
	if o.AsNeededFor != nil {
		w.concept("asNeededCodeableConcept", o.AsNeededFor)
		w.fieldBool("asNeeded", o.AsNeeded)
	} else {
		w.bool("asNeededBoolean", o.AsNeeded)
	}
}

// orderRest writes what FHIR's ServiceRequest has no element for.
func (w *writer) orderRest(o *record.Order) {
	w.fieldStr("kind", o.Kind)
	w.fieldStr("class", o.Class)
	w.fieldConcepts("methods", o.Methods)
	w.fieldAny("values", o.Values)
	w.fieldStr("reason", o.Reason)
	w.fieldAny("placer", o.Placer)
	w.fieldAny("filler", o.Filler)
	w.fieldAny("instructions", o.Instructions)
	w.fieldAny("product", o.Product)
	w.fieldRefs("devices", o.Devices)
	w.fieldAny("parameters", o.Parameters)
	w.fieldRef("from", o.From)
	w.fieldAny("referral", o.Referral)
	w.fieldStr("control", o.Control)
}
