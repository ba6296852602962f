package ccda

import "github.com/portage-health/portage/record"

// mentioned is a practitioner in a role, as the entries of a section mention one again and again.
type mentioned struct {
	sec                   *sectionOut
	role, who, onBehalfOf string
}

// mentions gives what a role is known by; ok is false where it says more than who
// plays it, or not in the way of all entries.
func (w *writer) mentions(name string, p *record.Participation) (m mentioned, ok bool) {
	if w.sec == nil || w.fielded || w.procedure || w.open[len(w.open)-1].kept != nil || w.kindOfRef(p.Who) != kindPractitioner ||
		p.Class != "" || p.Code != nil || w.saysBeside(p.Who) || w.saysBeside(p.OnBehalfOf) || len(p.Specialty)+len(p.Addresses)+len(p.Telecoms)+len(p.Identifiers) > 0 {
		return m, false
	}
	m = mentioned{sec: w.sec, role: name, who: p.Who.ID}
	if p.OnBehalfOf != nil {
		m.onBehalfOf = p.OnBehalfOf.ID
	}
	return m, true
}

// role writes who plays a part: the element name with what is known of them. The
// first mention of somebody differs from the others (see mention); the second is
// kept, and where it left nothing to report, the others are copies of it.
func (w *writer) role(name string, p *record.Participation) {
	m, ok := w.mentions(name, p)
	if !ok {
		w.roleAnew(name, p)
		return
	}
	w.endTag()
	xml, again := w.roles[m]
	if xml != "" {
		w.b = append(w.b, xml...)
		p.Who, p.OnBehalfOf = nil, nil
		return
	}
	from, issues, lost := len(w.b), len(w.Report.Issues), w.Lost
	w.roleAnew(name, p)
	if again && !w.Quiet && len(w.Report.Issues) == issues && w.Lost == lost && p.Who == nil && p.OnBehalfOf == nil {
		xml = string(w.b[from:])
	}
	w.roles[m] = xml
}

func (w *writer) roleAnew(name string, p *record.Participation) {
	at, ok := w.place(p.Who)
	w.el(name)
	defer w.weigh(p.Who, len(w.b))
	switch {
	case name == "assignedAuthor" || name == "assignedEntity":
	case p.Class != "":
		w.roleClass(name, "class", take(&p.Class))
	case name == "associatedEntity" && w.strict && !(ok && at.kind == kindRelated):
		w.Note(&issueRequired, "class")
		w.at("classCode", "ASSIGNED") // the schema demands a class; this one says that somebody was given a part
	}
	who := p.Who
	if ok {
		p.Who = nil
		w.nameBeside("who", who, at)
	}
	introduced := w.introduced
	w.introduced = w.strict && name == "assignedAuthor" && w.part() == "" && !w.known(at, ok)
	defer func() { w.introduced = introduced }()
	switch {
	case ok && at.kind == kindPractitioner:
		w.practitionerRole(name, at.i, p)
	case ok && at.kind == kindRelated:
		w.relatedRole(name, at.i, p)
	case ok && at.kind == kindDevice:
		w.deviceRole(name, at.i, p)
	case ok && at.kind == kindPatient:
		w.patientRole(name, p)
	case ok && at.kind == kindOrganization && p.OnBehalfOf == nil:
		// An organization alone plays the part (C-CDA on FHIR: assignedEntity with nobody in it).
		p.OnBehalfOf = who
		w.nobody(name, p)
	default:
		if ok {
			p.Who = who // what has no place in a role stays, and is named by rest
		} else if s, ok := w.inWords(name, p); ok {
			w.spoken(name, s, p)
			break
		}
		w.nobody(name, p)
	}
	w.end()
}

// known reports whether an author of an entry stands somewhere before with
// address, telecom and name, and is found there by an identifier: the first
// mention has them (Author Participation; C-CDA 3.0).
func (w *writer) known(at place, ok bool) bool {
	if !ok || w.introductions[at] {
		return ok
	}
	var ids []record.Identifier
	switch at.kind {
	case kindPractitioner:
		ids = w.rec.Practitioners[at.i].Identifiers
	case kindRelated:
		ids = w.rec.RelatedPersons[at.i].Identifiers
	case kindDevice:
		ids = w.rec.Devices[at.i].Identifiers
	}
	if len(ids) > 0 && usable(&ids[0]) {
		if w.introductions == nil {
			w.introductions = map[place]bool{}
		}
		w.introductions[at] = true
	}
	return false
}

// roleClass writes the class of a role, if the schema has it there; leaf is its field.
func (w *writer) roleClass(name, leaf, class string) {
	if w.strict {
		list := ""
		switch name {
		case "relatedEntity":
			list = mutualClasses
		case "participantRole":
			list = roleClasses
		case "intendedRecipient":
			list = "ASSIGNED HLTHCHRT"
		}
		if w.callback {
			list = "ASSIGNED" // CONF:1198-31659, 1198-31641, 1198-32419
		}
		if list != "" && !allowed(class, list) {
			w.DropString(leaf, class, &withheld)
			said := class != ""
			class = ""
			if name == "relatedEntity" {
				class = "PRS"
			} else if w.callback {
				class = "ASSIGNED"
			}
			if class != "" && !said {
				w.Note(&fixed, leaf)
			}
		}
	}
	w.at("classCode", class)
}

// nobody writes a role of which no person is known.
func (w *writer) nobody(name string, p *record.Participation) {
	w.requireID(name, len(p.Identifiers))
	w.identifiers("id", "identifiers", &p.Identifiers)
	w.roleParts(name, p, contacts{})
	if w.needsPerson(name) {
		w.person(name, 0, nil)
	} else if w.strict && w.part() == "participant" && !w.isKnown(p.OnBehalfOf) && len(w.open) == 3 {
		w.person(name, 0, func() {}) // a person or an organization must be named (CONF:1198-10006)
	}
	w.roleOrganization(name, p)
}

// contacts are how to reach the one who plays a part, as that one's own entry has it.
type contacts struct {
	list      string // of the record; "" where there are none
	i         int
	quiet     bool // named elsewhere
	addresses []record.Address
	telecoms  []record.Telecom
	leaf      string // the field of the telecoms
	then      func() // what comes after them
}

func (w *writer) contact(c *contacts, f func()) {
	if c.list == "" {
		return
	}
	quiet := w.Quiet
	w.Quiet = quiet || c.quiet
	w.At(c.list, c.i, f)
	w.Quiet = quiet
}

// roleParts writes code, specialties, addresses and telecoms of a role: those of
// the one who plays it before those given at this place.
func (w *writer) roleParts(name string, p *record.Participation, c contacts) {
	if name != "intendedRecipient" {
		if w.strict && w.part() == "author" && p.Code != nil && (len(p.Code.Codings) == 0 || p.Code.Codings[0].Code == "") {
			w.Drop("code", p.Code, &withheld) // an author's code must be one (CONF:1198-16788)
			p.Code = nil
		}
		w.conceptPtr("code", "code", &p.Code)
		if name != "relatedEntity" {
			w.concepts("sdtc:specialty", "specialty", &p.Specialty)
		}
	}
	w.needs(name, "addr", "addresses", len(c.addresses)+len(p.Addresses))
	w.contact(&c, func() { w.addresses("addresses", &c.addresses) })
	w.addresses("addresses", &p.Addresses)
	w.needs(name, "telecom", "telecoms", len(c.telecoms)+len(p.Telecoms))
	w.contact(&c, func() { w.telecoms(c.leaf, &c.telecoms) })
	w.telecoms("telecoms", &p.Telecoms)
	if c.then != nil {
		w.contact(&c, c.then)
	}
	if len(p.Identifiers) > 0 {
		w.Drop("identifiers", p.Identifiers, &lost)
		p.Identifiers = nil
	}
}

func (w *writer) requireID(name string, n int) {
	if n > 0 || name == "relatedEntity" {
		return
	}
	switch name {
	case "associatedEntity":
		if !w.callback {
			return
		}
	case "participantRole":
		if !w.holding {
			return
		}
	case "intendedRecipient":
		if w.typ.typ != CarePlan {
			return
		}
	}
	w.require("id", "identifiers", "NI")
}

// organizationElement gives the element by which a role names the organization acted for.
func organizationElement(role string) string {
	switch role {
	case "assignedAuthor", "assignedEntity":
		return "representedOrganization"
	case "associatedEntity":
		return "scopingOrganization"
	case "intendedRecipient":
		return "receivedOrganization"
	}
	return ""
}

func (w *writer) roleOrganization(name string, p *record.Participation) {
	if el := organizationElement(name); el != "" && p.OnBehalfOf != nil {
		if at, _ := w.place(p.OnBehalfOf); w.organization(el, p.OnBehalfOf) {
			w.nameBeside("onBehalfOf", p.OnBehalfOf, at)
			p.OnBehalfOf = nil
		} else if _, here := w.place(p.OnBehalfOf); !here && isInWords(p.OnBehalfOf) {
			w.organizationInWords(el, "onBehalfOf", p.OnBehalfOf)
			p.OnBehalfOf = nil
		}
	}
}
