package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// medicine reads medication[x]: a code, or the Medication that the input has for it.
func (r *reader) medicine(n tree.Node, m *record.Medication) {
	if c := object(n, "medicationCodeableConcept"); c.OK() {
		m.Product.Code = r.concept(c)
		if e := r.field(n, "productName"); e.OK() {
			m.Product.Name = r.str(e, "valueString")
		}
		if m.Product.Code.Has(record.SystemSNOMED, snomedNoMedications) && m.Assertion == record.Affirmed {
			m.Assertion = record.NoneKnown
			m.Product.Code = r.noneKnown(n, "medicationCodeableConcept", "product", snomedNoMedications, m.Product.Code)
		}
		return
	}
	ref := object(n, "medicationReference")
	if both := object(n, "medication"); both.OK() && !ref.OK() { // a CodeableReference in R5
		if c := object(both, "concept"); c.OK() {
			m.Product.Code = r.concept(c)
			return
		}
		ref = object(both, "reference")
	}
	if !ref.OK() {
		return
	}
	if p, ok := r.productAt(ref, m.ID); ok {
		m.Product = p
		return
	}
	m.Product.Code.Text = r.str(ref, "display")
}

// productAt reads the Medication that a Reference points to as a part of an entry.
func (r *reader) productAt(ref tree.Node, owner string) (record.Product, bool) {
	i, ok := r.plan.target(peek(ref, "reference"), r.at)
	if !ok || r.plan.all[i].typ != "Medication" || !r.plan.all[i].in(r.group) {
		return record.Product{}, false
	}
	x := &r.plan.all[i]
	if !r.safe(x) {
		return record.Product{}, false
	}
	r.take(ref.Child("reference"))
	r.parts[i] = append(r.parts[i], owner)
	return r.productOf(x), true
}

// productOf reads a Medication (R4 11.6).
func (r *reader) productOf(x *resource) record.Product {
	n := x.n
	p := record.Product{ID: x.entryID, Identifiers: r.identifiers(n, "identifier"), Code: one(n, "code", r.concept), Status: r.str(n, "status"),
		Manufacturer: r.refPtr(n, "manufacturer"), Form: r.conceptPtr(n, "form")}
	if a := object(n, "amount"); a.OK() {
		v := r.ratio(a)
		p.Amount = &record.Amount{Ratio: &v}
	}
	for _, g := range objects(n, "ingredient") {
		if c := r.vehicle(g); c != nil {
			p.Vehicles = append(p.Vehicles, *c)
			continue
		}
		v := record.Ingredient{Code: r.conceptPtr(g, "itemCodeableConcept"), Ref: r.refPtr(g, "itemReference"), Active: r.boolean(g, "isActive"),
			Strength: maybe(g, "strength", r.ratio)}
		addFields(r, g, &v)
		p.Ingredients = append(p.Ingredients, v)
	}
	if b := object(n, "batch"); b.OK() {
		p.Lot, p.Expiration = r.str(b, "lotNumber"), r.timePtr(b, "expirationDate")
	}
	if x.container >= 0 && x.id == containedProduct {
		p.ID = "" // our exporter's name for a part of the entry
	}
	addFields(r, n, &p)
	return p
}

// vehicle reads an ingredient that our exporter made of what the medicine is
// carried in (CF-medications, Drug Vehicle); nil for any other.
func (r *reader) vehicle(g tree.Node) *record.Concept {
	active, code := g.Child("isActive"), extension(own(g), "vehicle").Child("valueCode")
	if code.Value() != "true" || active.Kind() != tree.Bool || active.Value() != "false" || !object(g, "itemCodeableConcept").OK() || g.Child("strength").OK() || g.Child("itemReference").OK() {
		return nil
	}
	r.field(g, "vehicle")
	r.take(code)
	r.take(active)
	return r.conceptPtr(g, "itemCodeableConcept")
}

// product keeps a Medication that another resource was read with.
func (r *reader) product() bool {
	owners := r.parts[r.at]
	if len(owners) == 0 {
		return false
	}
	x := &r.plan.all[r.at]
	r.made = append(append(r.made, x.entryID), owners...)
	return true
}
