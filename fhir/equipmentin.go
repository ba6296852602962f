package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// supplyDelivery reads a SupplyDelivery (R4 12.18).
func (r *reader) supplyDelivery(n tree.Node) bool {
	if !r.subject(n, "patient") {
		return false
	}
	s := record.Supply{Entry: r.entry(n)}
	s.Identifiers = r.identifiers(n, "identifier")
	s.Status = r.status(n, &deliveryStatus)
	if i := object(n, "suppliedItem"); i.OK() {
		s.Quantity = maybe(i, "quantity", r.quantity)
		c := r.conceptPtr(i, "itemCodeableConcept")
		switch {
		case c == nil:
		case r.marked(n, "itemIsProduct"):
			s.Product = &record.Product{Code: *c}
		default:
			s.Code = c
		}
		if d := r.refPtr(i, "itemReference"); d != nil {
			s.Devices = []record.Ref{*d}
		}
	}
	s.When = r.when(n, choice{dateTime: "occurrenceDateTime", period: "occurrencePeriod"}, "when")
	r.part(&s.Entry, n, "supplier", "performer")
	if d := r.refPtr(n, "destination"); d != nil {
		s.Locations = []record.Ref{*d}
	}
	if e := r.field(n, "product"); e.OK() {
		var p record.Product
		r.fieldsOf(e, &p)
		s.Product = &p
	}
	add(r, &r.rec.Supplies, n, &s)
	return true
}
