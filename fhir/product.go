package fhir

import (
	"github.com/portage-health/portage/record"
)

// medicine is a product as one resource names it: by its code, or by a contained
// Medication where there is more to say of it (CF-medications, Medication).
type medicine struct {
	*record.Product
	form *record.Concept // CDA administrationUnitCode: the form, where the product has none
}

// contained reports whether the product needs a Medication of its own.
func (p medicine) contained() bool {
	return p.Manufacturer != nil || p.Lot != "" || p.Expiration != nil || p.Form != nil || p.form != nil || p.Amount != nil ||
		len(p.Ingredients) > 0 || len(p.Vehicles) > 0 || p.Status != ""
}

// code gives the product's code, with its name for words where the code has none.
func (p medicine) code() *record.Concept {
	c := p.Code
	if c.Text == "" {
		c.Text = p.Name
	}
	return &c
}

// nameIsText reports whether the product's name went out as the text of its code.
func (p medicine) nameIsText() bool { return p.Code.Text == "" }

const containedProduct = "product"

// medication writes medication[x], and the Medication it may need. field is where the product stands in the record.
func (w *writer) medicationOf(p medicine, field string) {
	w.In(field, -1)
	defer w.Leave()
	if !p.contained() {
		w.requiredConcept("medicationCodeableConcept", p.code(), "code")
		if !p.nameIsText() {
			w.fieldStr("productName", p.Name)
		}
		dropAll(w, "identifiers", p.Identifiers, &lostProduct)
		return
	}
	w.obj("medicationReference")
	w.word("reference", "#"+containedProduct)
	w.end()
	w.arr("contained")
	w.obj("")
	w.word("resourceType", kindMedication.String())
	w.word("id", containedProduct)
	w.medicationBody(p)
	w.end()
	w.endArr()
}

var medicationStatuses = []string{"active", "inactive", "entered-in-error"}

func (w *writer) medicationBody(p medicine) {
	w.identifiers("identifier", p.Identifiers)
	w.requiredConcept("code", p.code(), "code")
	if !p.nameIsText() {
		w.fieldStr("name", p.Name)
	}
	if k := oneOf(p.Product.Status, true, medicationStatuses...); k != "" {
		w.code("status", k)
	} else {
		w.fieldCode("status", p.Product.Status)
	}
	w.referenceIn("manufacturer", p.Manufacturer, only(kindOrganization))
	switch {
	case p.Form == nil:
		w.concept("form", p.form)
	default:
		w.concept("form", p.Form)
		w.fieldConcept("administrationUnit", p.form)
	}
	if a := p.Amount; a != nil {
		w.ratio("amount", a.Ratio)
		fieldRest(w, "amount", record.Amount{Quantity: a.Quantity, Range: a.Range})
	}
	w.ingredients(p.Product)
	w.obj("batch")
	w.str("lotNumber", p.Lot)
	if p.Expiration != nil {
		w.dateTime("expirationDate", *p.Expiration)
	}
	w.end()
}

// ingredients writes what a medicine is made of. A vehicle is not active (CF-medications, Drug Vehicle).
func (w *writer) ingredients(p *record.Product) {
	w.arr("ingredient")
	for i := range p.Ingredients {
		g := &p.Ingredients[i]
		w.In("ingredients", i)
		w.obj("")
		switch {
		case g.Code != nil:
			w.concept("itemCodeableConcept", g.Code)
			w.fieldRef("ref", g.Ref)
		case g.Ref != nil:
			w.reference("itemReference", g.Ref)
		default:
			w.requiredObject("itemCodeableConcept", "code")
		}
		w.bool("isActive", g.Active)
		w.ratio("strength", g.Strength)
		w.end()
		w.Leave()
	}
	for i := range p.Vehicles {
		w.obj("")
		w.concept("itemCodeableConcept", &p.Vehicles[i])
		w.boolean("isActive", false)
		w.end()
	}
	w.endArr()
}
