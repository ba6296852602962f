package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

var (
	templatesProduct = []string{
		"2.16.840.1.113883.10.20.22.4.23", // Medication Information
		"2.16.840.1.113883.10.20.22.4.54", // Immunization Medication Information
		"2.16.840.1.113883.10.20.1.53", "2.16.840.1.113883.3.88.11.83.8.2", "2.16.840.1.113883.3.88.11.32.9", "1.3.6.1.4.1.19376.1.5.3.1.4.7.2",
	}
	templatesVehicle      = []string{"2.16.840.1.113883.10.20.22.4.24"}
	templatesPrecondition = []string{"2.16.840.1.113883.10.20.22.4.25"}
)

const (
	spacePharm    = "urn:ihe:pharm:medication"
	spacePharmHL7 = "urn:hl7-org:pharm"
	snomedVehicle = "412307009"
)

// consumable takes the product of a substance administration.
func (r *reader) consumable(sa tree.Node) record.Product {
	c := sa.Child("consumable")
	r.fixed(c, "typeCode", "CSM")
	return r.product(c.Child("manufacturedProduct"))
}

// product takes a manufacturedProduct (C-CDA R2.1 Medication Information, Immunization Medication Information).
func (r *reader) product(mp tree.Node) record.Product {
	var p record.Product
	if !mp.OK() {
		return p
	}
	r.templates(mp, knownProduct...)
	r.fixed(mp, "classCode", "MANU")
	p.ID, p.Identifiers = r.productIDs(mp)
	m := firstChild(mp, "manufacturedMaterial", "manufacturedLabeledDrug")
	r.fixed(m, "classCode", "MMAT")
	r.fixed(m, "determinerCode", "KIND")
	p.Code = r.concept(m.Child("code"))
	if n := m.Child("name"); !n.NextNamed().OK() {
		p.Name = r.text(n)
	}
	p.Lot = r.text(m.Child("lotNumberText"))
	if p.Expiration = r.timePtr(m.Child("expirationTime")); p.Expiration == nil {
		p.Expiration = r.timePtr(m.ChildNS(spaceSDTC, "expirationTime"))
	}
	for c := range m.Children() {
		if s := c.Space(); s == spacePharm || s == spacePharmHL7 {
			r.pharmacy(c, &p)
		}
	}
	p.Manufacturer = r.organization(mp.Child("manufacturerOrganization"))
	return p
}

// pharmacy takes what the pharmacy extension says of a product: its form and what it is made of.
func (r *reader) pharmacy(n tree.Node, p *record.Product) {
	switch n.Name() {
	case "formCode":
		if p.Form == nil {
			p.Form = r.conceptPtr(n)
		}
	case "expirationTime":
		if p.Expiration == nil {
			p.Expiration = r.timePtr(n)
		}
	case "ingredient":
		var i record.Ingredient
		switch class := n.Attr("classCode"); class.Value() {
		case "ACTI": // HL7 v3 RoleClass: active ingredient
			i.Active = ptr(true)
			r.take(class)
		case "BASE", "IACT", "ADTV":
			if class.Value() == "IACT" {
				i.Active = ptr(false)
				r.take(class)
			}
		}
		if q := n.Child("quantity"); q.OK() {
			i.Strength = r.ratio(q)
			for _, part := range []string{"numerator", "denominator"} {
				r.xsiType(q.Child(part), "PQ")
			}
		}
		s := n.Child("ingredientSubstance")
		r.fixed(s, "classCode", "MMAT")
		r.fixed(s, "determinerCode", "KIND")
		if i.Code = r.conceptPtr(s.Child("code")); i.Code == nil && s.Child("name").OK() {
			if t := r.text(s.Child("name")); t != "" {
				i.Code = &record.Concept{Text: t}
			}
		}
		p.Ingredients = append(p.Ingredients, i)
	}
}

// vehicles takes what the medicine is carried in (C-CDA R2.1 Drug Vehicle).
func (r *reader) vehicles(sa tree.Node) []record.Concept {
	var out []record.Concept
	for p := sa.Child("participant"); p.OK(); p = p.NextNamed() {
		role := p.Child("participantRole")
		if p.Attr("typeCode").Value() != "CSM" || !r.hasAny(role, templatesVehicle) && role.Child("code").Attr("code").Value() != snomedVehicle {
			continue
		}
		r.fixed(p, "typeCode", "CSM")
		r.fixed(role, "classCode", "MANU")
		r.templates(role, templatesVehicle...)
		r.fixes(role.Child("code"), oidSNOMED, snomedVehicle, "Drug vehicle", "Drug vehicle (substance)")
		if c := r.material(role.Child("playingEntity"), "MMAT"); !c.IsZero() {
			r.slot(p, "product.vehicles", len(out))
			out = append(out, c)
		}
	}
	return out
}

// preconditions takes what must hold for an act to be carried out (C-CDA R2.1
// Precondition for Substance Administration).
func (r *reader) preconditions(n tree.Node) []record.Precondition {
	var out []record.Precondition
	for p := n.Child("precondition"); p.OK(); p = p.NextNamed() {
		c := p.Child("criterion")
		if p.Attr("nullFlavor").OK() || c.Attr("nullFlavor").OK() {
			continue
		}
		r.fixed(p, "typeCode", "PRCN")
		r.templates(p, templatesPrecondition...)
		r.templates(c, templatesPrecondition...)
		r.fixed(c, "classCode", "OBS", "COND")
		r.fixed(c, "moodCode", "EVN.CRT", "EVN")
		var x record.Precondition
		// Any other code is the condition itself: that there is none is what this one says.
		if code := c.Child("code"); r.fixes(code, oidActCode, "ASSERTION", "Assertion") {
			r.take(code.Attr("code"))
			r.take(code.Attr("codeSystem"))
		} else {
			x.Code = r.conceptPtr(code)
		}
		x.Text = r.text(c.Child("text"))
		if v := r.value(c.Child("value")); !v.IsZero() {
			x.Value = &v
		}
		out = append(out, x)
	}
	return out
}
