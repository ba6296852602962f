package ccda

import "github.com/portage-health/portage/record"

// consumableOut writes the product of a substance administration (C-CDA R2.1
// Medication Information, Immunization Medication Information by the template).
func (w *writer) consumableOut(template string, p *record.Product) {
	if !w.strict && !saysOfProduct(p) {
		return
	}
	w.el("consumable")
	w.In("product", -1)
	w.product(template, p)
	p.Vehicles = nil // written as participants
	w.rest(p)
	w.Leave()
	w.end()
}

// productPtr writes the product of a supply.
func (w *writer) productPtr(template string, p **record.Product) {
	if *p == nil {
		return
	}
	x := **p
	*p = nil
	w.el("product")
	w.In("product", -1)
	w.product(template, &x)
	if len(x.Vehicles) > 0 {
		w.Drop("vehicles", x.Vehicles, &lost)
		x.Vehicles = nil
	}
	w.rest(&x)
	w.Leave()
	w.end()
}

func saysOfProduct(p *record.Product) bool { return record.CountLeavesOf(p) > 0 }

func (w *writer) product(template string, p *record.Product) {
	w.el("manufacturedProduct")
	w.at("classCode", "MANU")
	w.template(template)
	w.productID(p.ID)
	w.identifiers("id", "identifiers", &p.Identifiers)
	w.el("manufacturedMaterial")
	if p.Code.IsZero() {
		w.require("code", "code", "NI")
	} else if w.strict && p.Code.Absent == "" && (len(p.Code.Codings) == 0 || p.Code.Codings[0].Code == "") {
		w.Note(&issueRequired, "code.absent")
		p.Code.Absent = record.AbsentOther // words alone
	}
	w.concept("code", "code", &p.Code)
	w.words("name", take(&p.Name))
	w.words("lotNumberText", take(&p.Lot))
	w.timePtr("sdtc:expirationTime", "expiration", &p.Expiration)
	if !w.strict {
		w.pharmacyOut(p)
	}
	w.end()
	if p.Manufacturer != nil && w.organization("manufacturerOrganization", p.Manufacturer) {
		p.Manufacturer = nil
	}
	w.end()
}

// pharmacyOut writes form and ingredients in the pharmacy extension, which the
// schema of C-CDA does not have (IHE Pharmacy, Common Product).
func (w *writer) pharmacyOut(p *record.Product) {
	if p.Form != nil && attributesAlone(p.Form) {
		x := *p.Form
		p.Form = nil
		w.el("pharm:formCode")
		w.put("xmlns:pharm", spacePharmHL7)
		w.conceptContent("form", &x)
		w.end()
	}
	list := p.Ingredients
	p.Ingredients = nil
	for i := range list {
		x := list[i]
		w.In("ingredients", i)
		if x.Code != nil && attributesAlone(x.Code) && (x.Strength == nil || x.Strength.Absent == "") {
			w.ingredient(&x)
		}
		w.rest(&x)
		w.Leave()
	}
}

// attributesAlone reports whether a coded value is attributes alone: its parts would
// have to be in the namespace of the extension.
func attributesAlone(c *record.Concept) bool {
	return c.Text == "" && c.TextRef == "" && len(c.Codings) == 1 && len(c.Codings[0].Qualifiers) == 0 && c.Codings[0].Text == ""
}

func (w *writer) ingredient(x *record.Ingredient) {
	w.el("pharm:ingredient")
	w.put("xmlns:pharm", spacePharmHL7)
	switch {
	case x.Active == nil:
	case *x.Active:
		w.at("classCode", "ACTI")
	default:
		w.at("classCode", "IACT")
	}
	x.Active = nil
	if s := x.Strength; s != nil {
		x.Strength = nil
		w.el("pharm:quantity")
		for _, part := range [...]struct {
			name string
			q    *record.Quantity
		}{{"numerator", s.Numerator}, {"denominator", s.Denominator}} {
			if part.q != nil {
				q := *part.q
				q.Alternates = nil
				w.el("pharm:" + part.name)
				w.quantityContent("strength."+part.name, &q)
				w.end()
				if part.q.Alternates != nil {
					w.Drop("strength."+part.name+".alternates", part.q.Alternates, &lost)
				}
			}
		}
		w.end()
	}
	c := *x.Code
	x.Code = nil
	w.el("pharm:ingredientSubstance")
	w.at("classCode", "MMAT")
	w.el("pharm:code")
	w.conceptContent("code", &c)
	w.end()
	w.end()
	w.end()
}

// vehiclesOut writes what a medicine is carried in (C-CDA R2.1 Drug Vehicle).
func (w *writer) vehiclesOut(list *[]record.Concept) {
	for i := range *list {
		c := (*list)[i]
		w.el("participant")
		w.slot("product.vehicles", i)
		w.at("typeCode", "CSM")
		w.el("participantRole")
		w.at("classCode", "MANU")
		w.template(templatesVehicle[0])
		w.fixedCode(oidSNOMED, snomedVehicle, "Drug vehicle")
		w.el("playingEntity")
		w.at("classCode", "MMAT")
		w.In("product.vehicles", i)
		w.concept("code", "", &c)
		w.Leave()
		w.end()
		w.end()
		w.end()
	}
	*list = nil
}

// preconditions writes what must hold for an act to be carried out (C-CDA R2.1
// Precondition for Substance Administration), and clears the list.
func (w *writer) preconditions(leaf string, list []record.Precondition) {
	for i := range list {
		x := list[i]
		w.In(leaf, i)
		w.el("precondition")
		w.at("typeCode", "PRCN")
		w.el("criterion")
		w.template(templatesPrecondition[0])
		switch {
		case x.Code == nil:
			w.fixedCode(oidActCode, "ASSERTION", "Assertion")
		case w.strict:
			w.fixedCode(oidActCode, "ASSERTION", "Assertion")
			if x.Value == nil {
				x.Value = &record.Value{Concept: x.Code} // the condition itself
				w.Note(&altered, "code")
			} else {
				w.Drop("code", x.Code, &withheld)
			}
			x.Code = nil
		default:
			w.conceptPtr("code", "code", &x.Code)
		}
		w.words("text", take(&x.Text))
		w.preconditionValue(&x)
		w.end()
		w.end()
		w.rest(&x)
		w.Leave()
	}
}

// preconditionValue writes the value, which a conformant document has as a code (CONF:1098-7369).
func (w *writer) preconditionValue(x *record.Precondition) {
	if x.Value != nil && (!w.strict || x.Value.Concept != nil) {
		v := *x.Value
		w.In("value", -1)
		w.value("value", &v)
		w.Leave()
		x.Value = nil
		return
	}
	if !w.strict {
		return
	}
	if x.Value != nil {
		w.Drop("value", x.Value, &withheld)
		x.Value = nil
	} else {
		w.Note(&issueRequired, "value")
	}
	w.el("value")
	w.attr("xsi:type", "CD")
	w.attr("nullFlavor", "NI")
	w.end()
}
