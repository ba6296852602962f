package fhir

import (
	"reflect"

	"github.com/portage-health/portage/internal/codes"
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
	return codes.IsUUID(p.ID) || p.Manufacturer != nil || p.Lot != "" || p.Expiration != nil || p.Form != nil || p.form != nil || p.Amount != nil ||
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
	sent := w.sentProduct(p.Product)
	if sent != nil && sent.Within == "" && w.queueProduct(p) {
		w.obj("medicationReference")
		w.urn(p.ID)
		w.end()
		return
	}
	if sent == nil && codes.IsUUID(p.ID) && w.queueProduct(p) {
		w.obj("medicationReference") // a thing of its own
		w.urn(p.ID)
		w.end()
		return
	}
	if sent == nil && !p.contained() {
		w.requiredConcept("medicationCodeableConcept", p.code(), "code")
		if !p.nameIsText() {
			w.fieldStr("productName", p.Name)
		}
		return
	}
	id := containedProduct
	if sent != nil && sent.Within != "" && isResourceID(sent.ID) {
		id = sent.ID
	}
	w.obj("medicationReference")
	w.word("reference", "#"+id)
	w.end()
	w.arr("contained")
	w.obj("")
	w.word("resourceType", kindMedication.String())
	w.word("id", id)
	w.medicationBody(p)
	w.end()
	w.endArr()
}

// queued is a medicine that is to be written as a resource of its own.
type queued struct {
	medicine
}

// sentProduct gives the Medication of a FHIR source that a product was read from, if there is one.
func (w *writer) sentProduct(p *record.Product) *sentItem {
	if w.sent == nil || p.ID == "" {
		return nil
	}
	if x := w.sent.byID[p.ID]; x != nil && x.Type == kindMedication.String() {
		return x
	}
	return nil
}

// queueProduct has a medicine written as a resource of its own, once for all
// entries that share it. It reports false where another with the same id says something else.
func (w *writer) queueProduct(p medicine) bool {
	for i := range w.products {
		if q := &w.products[i]; q.ID == p.ID {
			return reflect.DeepEqual(q.Product, p.Product) && reflect.DeepEqual(q.form, p.form)
		}
	}
	w.products = append(w.products, queued{p})
	return true
}

// writeProducts writes the medicines that have resources of their own.
func (w *writer) writeProducts() {
	for i := range w.products {
		p := &w.products[i]
		w.In("medication", -1)
		w.begin(kindMedication, p.ID, []string{profileBase + "medication"}, nil, nil)
		w.medicationBody(p.medicine)
		w.endResource()
	}
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
		w.fieldCode("vehicle", "true") // not every inactive ingredient is one
		w.boolean("isActive", false)
		w.end()
	}
	w.endArr()
}
