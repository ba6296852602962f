package fhir

import "github.com/portage-health/portage/record"

// organization writes Organization (US Core Organization).
func (w *writer) organization(i int, o *record.Organization) {
	w.resource("organizations", i, &o.Entry, kindOrganization, profileBase+"organization")
	w.common(&o.Entry, hasIdentifiers)
	if o.Active != nil {
		w.bool("active", o.Active)
	} else {
		w.required("active", "", "active")
	}
	w.concepts("type", o.Types)
	if name := firstOf(o.Names); clean(name) {
		w.str("name", name)
		w.fieldStrs("names", o.Names[1:])
	} else {
		w.required("name", "", "names")
		w.fieldStrs("names", o.Names)
	}
	w.strs("alias", o.Aliases)
	w.noHome = true
	w.contactPoints(o.Telecoms)
	w.addresses("address", o.Addresses)
	w.noHome = false
	w.referenceIn("partOf", o.PartOf, only(kindOrganization))
	w.arr("contact")
	for j := range o.Contacts {
		c := &o.Contacts[j]
		w.obj("")
		w.concept("purpose", c.Purpose)
		w.humanName("name", c.Name)
		w.contactPoints(c.Telecoms)
		w.address("address", c.Address)
		w.end()
	}
	w.endArr()
	w.fieldConcept("industry", o.Industry)
	w.endResource()
}

func firstOf(vs []string) string {
	if len(vs) == 0 {
		return ""
	}
	return vs[0]
}
