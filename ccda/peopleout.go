package ccda

import "github.com/portage-health/portage/record"

// mention writes something of an entry that several places may mention. What
// has no place in the document is named at the first of them.
func (w *writer) mention(list, id string, i int, f func()) {
	quiet := w.Quiet
	w.Quiet = quiet || w.wrote[id]
	w.wrote[id] = true
	w.At(list, i, f)
	w.Quiet = quiet
}

func (w *writer) practitionerRole(name string, i int, p *record.Participation) {
	x := w.rec.Practitioners[i]
	w.brief(x.ID, &x.Identifiers, &x.Names, &x.Addresses, &x.Telecoms)
	w.own(x.ID)
	first := w.named[place{"practitioners", i}] // what is withheld or altered is named at the first mention
	whole := func(f func()) { w.mention("practitioners", x.ID, i, f) }
	whole(func() {
		w.requireID(name, len(x.Identifiers))
		w.identifiers("id", "identifiers", &x.Identifiers)
	})
	w.roleParts(name, p, contacts{list: "practitioners", i: i, quiet: first, addresses: x.Addresses, telecoms: x.Telecoms, leaf: "telecoms"})
	x.Addresses, x.Telecoms = nil, nil
	if len(x.Names) > 0 || w.needsPerson(name) {
		w.person(name, len(x.Names), func() { w.At("practitioners", i, func() { w.names("names", &x.Names) }) })
	} else if w.strict && w.part() == "participant" && p.OnBehalfOf == nil {
		w.person(name, 0, func() {}) // a person or an organization must be named (CONF:1198-10006)
	}
	w.roleOrganization(name, p)
	w.markedLater(&x.Entry, &w.rec.Practitioners[i].Entry)
	w.namedOnce("practitioners", i, &x)
}

// namedOnce names what is left of somebody's entry, at the first mention.
func (w *writer) namedOnce(list string, i int, rest any) {
	if at := (place{list, i}); !w.named[at] {
		w.named[at] = true
		w.At(list, i, func() { w.rest(rest) })
	}
}

// personElement gives the element of the person in a role.
func personElement(role string) string {
	switch role {
	case "assignedAuthor", "assignedEntity":
		return "assignedPerson"
	case "associatedEntity":
		return "associatedPerson"
	case "relatedEntity":
		return "relatedPerson"
	case "intendedRecipient":
		return "informationRecipient"
	}
	return "playingEntity"
}

// relationship writes one of the relationships of a person to the patient, and takes it.
func (w *writer) relationship(name string, k int, x *record.RelatedPerson) {
	c := x.Relationships[k]
	w.In("relationships", k)
	w.concept(name, "", &c)
	w.Leave()
	x.Relationships = taken(x.Relationships, k)
}

func (w *writer) relatedRole(name string, i int, p *record.Participation) {
	x := w.rec.RelatedPersons[i]
	w.brief(x.ID, &x.Identifiers, &x.Names, &x.Addresses, &x.Telecoms)
	w.own(x.ID)
	again := w.named[place{"relatedPersons", i}]
	more := 0 // the first relationship that the role's code does not say
	if len(x.Class) > 0 && name != "assignedAuthor" && name != "assignedEntity" {
		quiet := w.Quiet
		w.Quiet = quiet || again
		w.At("relatedPersons", i, func() { w.In("class", 0); w.roleClass(name, "", x.Class[0]); w.Leave() })
		w.Quiet = quiet
		x.Class = taken(x.Class, 0)
	} else if name == "relatedEntity" || name == "associatedEntity" {
		w.At("relatedPersons", i, func() { w.Note(&fixed, "class") })
		w.at("classCode", "PRS") // a personal relationship: what every related person is (HL7 v3 RoleClass)
	}
	w.mention("relatedPersons", x.ID, i, func() {
		if name == "relatedEntity" {
			if len(x.Identifiers) > 0 {
				w.Drop("identifiers", x.Identifiers, &lost) // relatedEntity has no id (CDA R2 4.2.2.12)
				x.Identifiers = nil
			}
		} else {
			w.requireID(name, len(x.Identifiers))
			w.identifiers("id", "identifiers", &x.Identifiers)
		}
		if len(x.Relationships) > 0 && p.Code == nil {
			w.relationship("code", 0, &x)
			more = 1
		}
	})
	w.roleParts(name, p, contacts{list: "relatedPersons", i: i, quiet: again, addresses: x.Addresses, telecoms: x.Telecoms, leaf: "telecoms", then: func() {
		if name == "relatedEntity" {
			w.periodPtr("effectiveTime", "period", &x.Period)
		}
	}})
	x.Addresses, x.Telecoms = nil, nil
	header := w.strict && w.part() == "participant" && !w.isKnown(x.Organization) // a person or an organization must be named (CONF:1198-10006)
	further := len(x.Relationships) > more
	if len(x.Names) > 0 || header || name == "relatedEntity" && w.strict || further && name != "relatedEntity" || w.needsPerson(name) {
		w.person(name, len(x.Names), func() {
			w.At("relatedPersons", i, func() {
				w.names("names", &x.Names)
				if further && personElement(name) != "playingEntity" {
					w.el("sdtc:asPatientRelationship")
					w.attr("classCode", "PRS")
					w.relationship("sdtc:code", more, &x)
					w.end()
				}
			})
		})
	}
	if x.Organization != nil && organizationElement(name) != "" && w.organization(organizationElement(name), x.Organization) {
		x.Organization = nil
	}
	w.markedLater(&x.Entry, &w.rec.RelatedPersons[i].Entry)
	w.namedOnce("relatedPersons", i, &x)
}

func (w *writer) deviceRole(name string, i int, p *record.Participation) {
	x := w.rec.Devices[i]
	if w.brief(x.ID, &x.Identifiers, nil, &x.Addresses, &x.Contacts) {
		x.Types, x.Model, x.Software = nil, "", ""
	}
	w.own(x.ID)
	again := w.wrote[x.ID] || w.rolesOf[x.ID] != nil
	quiet := w.Quiet
	w.Quiet = quiet || again
	w.At("devices", i, func() {
		w.requireID(name, len(x.Identifiers))
		w.identifiers("id", "identifiers", &x.Identifiers)
	})
	w.Quiet = quiet
	w.roleParts(name, p, contacts{list: "devices", i: i, quiet: again, addresses: x.Addresses, telecoms: x.Contacts, leaf: "contacts"})
	x.Addresses, x.Contacts = nil, nil
	el := "assignedAuthoringDevice"
	if name == "participantRole" {
		el = "playingDevice"
	}
	switch {
	case name == "assignedAuthor" || name == "participantRole":
		w.el(el)
		w.At("devices", i, func() { w.deviceParts(&x) })
		w.end()
		if name == "assignedAuthor" && p.OnBehalfOf == nil && w.strict && w.part() == "author" && w.typ.typ == CCD {
			w.require("representedOrganization", "onBehalfOf", "NI") // CONF:1198-8456
		}
	case w.needsPerson(name) || w.strict && w.part() == "participant" && p.OnBehalfOf == nil:
		w.person(name, 0, func() {})
	}
	w.roleOrganization(name, p)
	if !again {
		if w.rolesOf == nil {
			w.rolesOf = map[string]*record.Device{}
		}
		w.rolesOf[x.ID] = &x // what else is known of it stands where it is a thing: see unmentioned
	}
}

// deviceParts writes code, model and software of a device.
func (w *writer) deviceParts(x *record.Device) {
	if len(x.Types) > 0 {
		c := x.Types[0]
		w.In("types", 0)
		w.concept("code", "", &c)
		w.Leave()
		x.Types = taken(x.Types, 0)
	}
	author := w.strict && (w.part() == "author" || w.introduced) // an author's model and software are required (CONF:1198-16784, 1198-16785)
	if x.Model == "" && author {
		w.require("manufacturerModelName", "model", "NI")
	}
	w.words("manufacturerModelName", take(&x.Model))
	if x.Software == "" && author {
		w.require("softwareName", "software", "NI")
	}
	w.words("softwareName", take(&x.Software))
}

// patientRole writes the patient as the one who plays a part.
func (w *writer) patientRole(name string, p *record.Participation) {
	x := *w.rec.Patient
	w.brief(x.ID, &x.Identifiers, &x.Names, &x.Addresses, &x.Telecoms)
	quiet := w.Quiet
	w.Quiet = true // the record target names everything
	ids := x.Identifiers
	if w.holding {
		w.requireID(name, len(ids))
	}
	w.identifiers("id", "identifiers", &ids)
	w.Quiet = quiet
	w.roleParts(name, p, contacts{list: "patient", i: -1, quiet: true, addresses: x.Addresses, telecoms: x.Telecoms, leaf: "telecoms"})
	if len(x.Names) > 0 || w.needsPerson(name) {
		w.person(name, len(x.Names), func() {
			w.Quiet = true
			names := x.Names
			w.names("names", &names)
			w.Quiet = quiet
		})
	}
	w.roleOrganization(name, p)
}

// organization writes an organization under the element's name; it reports
// whether the reference was to one.
func (w *writer) organization(name string, ref *record.Ref) bool {
	at, ok := w.place(ref)
	if !ok || at.kind != kindOrganization || w.nested(name) {
		return false
	}
	x := w.rec.Organizations[at.i]
	if w.brief(x.ID, &x.Identifiers, nil, &x.Addresses, &x.Telecoms) {
		x.Names, x.PartOf = nil, nil
	}
	w.el(name)
	defer w.weigh(ref, len(w.b))
	w.own(x.ID)
	w.mention("organizations", x.ID, at.i, func() {
		w.organizationParts(name, &x)
		if name != "representedCustodianOrganization" {
			w.conceptPtr("standardIndustryClassCode", "industry", &x.Industry)
			if x.PartOf != nil {
				w.el("asOrganizationPartOf")
				if w.organization("wholeOrganization", x.PartOf) {
					x.PartOf = nil
				}
				w.end()
			}
		}
		w.markedLater(&x.Entry, &w.rec.Organizations[at.i].Entry)
		w.rest(&x)
	})
	w.end()
	return true
}

// organizationParts writes what every organization has, and what the header requires of some
// (CONF:1198-5417 to 5422, 1198-5522 to 5559, 1198-5578).
func (w *writer) organizationParts(name string, x *record.Organization) {
	whole := w.strict && (name == "providerOrganization" || name == "representedCustodianOrganization")
	one := w.strict && (name == "representedCustodianOrganization" || name == "receivedOrganization")
	if whole && len(x.Identifiers) == 0 {
		w.require("id", "identifiers", "NI")
	}
	w.identifiers("id", "identifiers", &x.Identifiers)
	if len(x.Names) == 0 && (whole || one) {
		w.require("name", "names", "NI")
	}
	if one && len(x.Names) > 1 {
		dropStrings(w, "names", x.Names, 1, &withheld)
		x.Names = x.Names[:1]
	}
	w.orgNames(&x.Names)
	reached := w.procedure && name == "representedOrganization" // CONF:1098-7736, 1098-7737 and the like
	if (whole || reached) && len(x.Telecoms) == 0 {
		w.require("telecom", "telecoms", "NI")
	}
	if name == "representedCustodianOrganization" && len(x.Telecoms) > 1 && (w.strict || !w.native) {
		w.custodianTelecoms(&x.Telecoms)
	}
	w.telecoms("telecoms", &x.Telecoms)
	if (whole || reached) && len(x.Addresses) == 0 {
		w.require("addr", "addresses", "NI")
	}
	if name == "representedCustodianOrganization" && w.strict && len(x.Addresses) > 1 {
		for i := 1; i < len(x.Addresses); i++ {
			w.In("addresses", i)
			w.Drop("", &x.Addresses[i], &withheld)
			w.Leave()
		}
		x.Addresses = x.Addresses[:1]
	}
	w.addresses("addresses", &x.Addresses)
}

// custodianTelecoms writes the telecoms of a custodian: CDA has one, the others are the extension's (sdtc:telecom).
func (w *writer) custodianTelecoms(list *[]record.Telecom) {
	first := true
	for i := range *list {
		x := (*list)[i]
		if x.Absent != "" && x.Value == "" && w.again() {
			continue
		}
		w.In("telecoms", i)
		if first {
			first = false
			w.telecom("telecom", &x)
		} else {
			w.telecom("sdtc:telecom", &x)
		}
		w.Leave()
	}
	*list = nil
}

// nested reports whether organizations lie in one another deeper than anybody has them: a circle.
func (w *writer) nested(name string) bool {
	n := 0
	for i := range w.open {
		if w.open[i].name == name {
			n++
		}
	}
	return n > 8
}

// place finds the entry that a reference points to.
func (w *writer) place(r *record.Ref) (place, bool) {
	if r == nil || r.ID == "" {
		return place{}, false
	}
	p, ok := w.index[r.ID]
	return p, ok
}

// isKnown reports whether a reference leads to an organization of the record.
func (w *writer) isKnown(r *record.Ref) bool { return w.kindOfRef(r) == kindOrganization }

func (w *writer) kindOfRef(r *record.Ref) string {
	p, _ := w.place(r)
	return p.kind
}

// unmentioned names the people, organizations, devices and places that nothing in the document refers to.
func (w *writer) unmentioned() {
	leave := func(list string, i int, id string, v any) {
		if !w.wrote[id] {
			w.At(list, i, func() { w.Drop("", v, &lostHere) })
		}
	}
	for i := range w.rec.Practitioners {
		leave("practitioners", i, w.rec.Practitioners[i].ID, &w.rec.Practitioners[i])
	}
	for i := range w.rec.RelatedPersons {
		leave("relatedPersons", i, w.rec.RelatedPersons[i].ID, &w.rec.RelatedPersons[i])
	}
	for i := range w.rec.Organizations {
		leave("organizations", i, w.rec.Organizations[i].ID, &w.rec.Organizations[i])
	}
	for i := range w.rec.Locations {
		leave("locations", i, w.rec.Locations[i].ID, &w.rec.Locations[i])
	}
	for i := range w.rec.Devices {
		x := &w.rec.Devices[i]
		if part := w.rolesOf[x.ID]; part != nil && !w.wrote[x.ID] {
			w.At("devices", i, func() {
				switch part.Use {
				case "":
					w.Note(&fixed, "use")
				case "author":
					part.Use = "" // its part says it
				}
				w.rest(part)
			})
			continue
		}
		leave("devices", i, x.ID, x)
	}
}
