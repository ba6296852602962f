package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// deviceRequest reads a DeviceRequest (R4 12.17) as an order of a device.
func (r *reader) deviceRequest(n tree.Node) bool {
	mode, ok := intents.To(peek(n, "intent"))
	if !ok || !r.subject(n, "subject") {
		return false
	}
	o := record.Order{Entry: r.entry(n), Kind: "device"}
	o.Mode = mode
	r.take(n.Child("intent"))
	o.Identifiers = r.identifiers(n, "identifier")
	o.Notes = r.notes(n, "note")
	o.Status = r.status(n, &orderStatuses)
	r.mappedStatus(n, &o.Status)
	o.BasedOn, o.Replaces = r.refs(n, "basedOn"), r.refs(n, "priorRequest")
	o.Group = maybe(n, "groupIdentifier", r.identifier)
	o.Code = one(n, "codeCodeableConcept", r.concept)
	o.Devices = listOf1(r.refPtr(n, "codeReference"))
	o.Encounter = r.refPtr(n, "encounter")
	r.part(&o.Entry, n, "requester", "author")
	r.part(&o.Entry, n, "performer", "performer")
	o.Insurance, o.Support = r.refs(n, "insurance"), r.refs(n, "supportingInfo")
	r.requested(n, &o)
	add(r, &r.rec.Orders, n, &o)
	return true
}

// supplyRequest reads a SupplyRequest (R4 12.20) as an order of a supply. One that does not say for whom it is, or that
// it goes to the patient, fills a store up: it is nobody's, and is carried where there is somebody whose it could be taken for.
func (r *reader) supplyRequest(n tree.Node) bool {
	to, is := object(n, "deliverTo"), false
	if i, ok := r.plan.target(peek(to, "reference"), r.at); ok {
		is = r.plan.all[i].typ == "Patient"
	} else {
		is = looksLike(peek(to, "reference"), "Patient") || peek(to, "type") == "Patient"
	}
	whom := extension(n, extDeliverFor)
	switch {
	case is && !r.subject(n, "deliverTo"):
		return false
	case whom.OK() && !r.subject(whom, "valueReference"):
		return false
	case !is && !whom.OK() && (r.plan.patient(r.group) >= 0 || r.rec.Subject != nil):
		return false
	}
	if item := object(n, "itemReference"); item.OK() {
		if i, ok := r.plan.target(peek(item, "reference"), r.at); ok && r.plan.all[i].typ != "Device" || !ok && !looksLike(peek(item, "reference"), "Device") {
			return false // a medicine or a substance, which an order of a supply has no place for
		}
	}
	if whom.OK() {
		r.known(whom)
	}
	o := record.Order{Entry: r.entry(n), Kind: "supply"}
	o.Mode = record.ModeRequest
	o.Identifiers = r.identifiers(n, "identifier")
	o.Status = r.status(n, &supplyOrderStatuses)
	r.mappedStatus(n, &o.Status)
	if c := object(n, "category"); c.OK() {
		o.Categories = nonZero([]record.Concept{r.concept(c)})
	}
	if c := r.conceptPtr(n, "itemCodeableConcept"); c != nil {
		o.Code = *c
	}
	o.Devices = listOf1(r.refPtr(n, "itemReference"))
	if q := maybe(n, "quantity", r.quantity); q != nil && record.CountLeavesOf(q) > 0 {
		o.Quantity = &record.Amount{Quantity: q}
	}
	r.part(&o.Entry, n, "requester", "author")
	r.eachPart(&o.Entry, n, "supplier", "performer")
	o.From, o.Locations = r.refPtr(n, "deliverFrom"), listOf1(r.refPtr(n, "deliverTo"))
	r.requested(n, &o)
	add(r, &r.rec.Orders, n, &o)
	return true
}

// requested reads what DeviceRequest and SupplyRequest have alike.
func (r *reader) requested(n tree.Node, o *record.Order) {
	if !r.field(n, "priority").OK() {
		o.Priority = r.priority(n)
	} else {
		r.scaffold(n.Child("priority")) // the concept beside it says it
	}
	o.Parameters = all(n, "parameter", func(p tree.Node) record.OrderParameter {
		return record.OrderParameter{Type: r.conceptPtr(p, "code"), Value: r.value(p)}
	})
	if t := object(n, "occurrenceTiming"); t.OK() {
		o.Timings = []record.Timing{r.timing(t)}
	}
	o.When = r.when(n, choice{dateTime: "occurrenceDateTime", period: "occurrencePeriod"}, "when")
	o.AuthoredOn = r.timePtr(n, "authoredOn")
	o.Indications = r.indications(n, "indications")
}

// listOf1 is a list of what is there, or none.
func listOf1[T any](v *T) []T {
	if v == nil {
		return nil
	}
	return []T{*v}
}
