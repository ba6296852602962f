package ccda

import (
	"reflect"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// isRole knows the elements that say who plays a part.
func isRole(name string) bool {
	switch name {
	case "assignedAuthor", "assignedEntity", "relatedEntity", "associatedEntity", "intendedRecipient", "participantRole":
		return true
	}
	return false
}

// role takes who plays a part. The same text read before gives the same, where it identifies somebody.
func (r *reader) role(n tree.Node, p *record.Participation) {
	key := roleKey{n.Name(), p.Role, view(n.Raw())}
	if m, ok := r.people.byText[key]; ok {
		for i, j := m.at, n.Index(); j < n.End(); i, j = i+1, j+1 {
			if r.led.Taken(i) {
				r.led.Take(j)
			} else if r.led.Scaffolded(i) {
				r.led.Scaffold(j)
			}
		}
		p.Class, p.Who, p.OnBehalfOf, p.Code, p.Specialty = m.part.Class, m.part.Who, m.part.OnBehalfOf, m.part.Code, m.part.Specialty
		r.ownAgain(m, n)
		return
	}
	issues := len(r.rep.Issues)
	known := r.readRole(n, p)
	// A mention that says that something is absent is read each time: see untakeAbsent.
	if known && len(r.rep.Issues) == issues && !strings.Contains(key.text, "nullFlavor") {
		r.people.byText[key] = &mention{n.Index(), r.owned(n), *p}
	}
}

// owned tells how far behind n are the elements within it that have owners.
func (r *reader) owned(n tree.Node) []int32 {
	var out []int32
	for i := n.Index(); i < n.End(); i++ {
		if _, ok := r.owners.get(i); ok {
			out = append(out, int32(i-n.Index()))
		}
	}
	return out
}

// ownAgain gives what is within n the owners that the same text had at another place.
func (r *reader) ownAgain(m *mention, n tree.Node) {
	for _, k := range m.owned {
		id, _ := r.owners.get(m.at + int(k))
		r.owners.set(n.Index()+int(k), id)
	}
}

// readRole reports whether all that the role names has an identifier.
func (r *reader) readRole(n tree.Node, p *record.Participation) (known bool) {
	name := n.Name()
	class := n.Attr("classCode").Value()
	relatedTo := name == "relatedEntity" || isRelation(class)
	spoken := r.isInWords(n)
	switch name {
	case "assignedAuthor", "assignedEntity":
		r.fixed(n, "classCode", "ASSIGNED")
		if !spoken {
			r.templates(n, r.plainTemplates(n, templatesPrivacyAuthorRole)...)
		}
	case "intendedRecipient":
		if class != "ASSIGNED" {
			p.Class = r.attr(n, "classCode")
		} else {
			r.scaffold(n.Attr("classCode"))
		}
	default:
		if !relatedTo {
			p.Class = r.attr(n, "classCode")
		}
	}
	if spoken {
		r.inWords(n, p)
		p.Specialty = r.specialties(n)
		return false
	}
	idents, addrs, tels := r.ids(n), r.addresses(n), r.telecoms(n)
	code := r.conceptPtr(n.Child("code"))
	p.Specialty = r.specialties(n)
	person := personOf(n)
	orgs := len(r.rec.Organizations)
	p.OnBehalfOf = r.organization(organizationOf(n))
	known = p.OnBehalfOf == nil || len(r.rec.Organizations) == orgs || r.identifies(kindOrganization, r.rec.Organizations[len(r.rec.Organizations)-1].Identifiers)
	if dev := firstChild(n, "assignedAuthoringDevice", "playingDevice"); dev.OK() {
		use := ""
		if dev.Name() == "assignedAuthoringDevice" {
			use = "author"
		}
		p.Code = code
		as := record.Device{Use: use}
		as.Assertion = record.Affirmed
		p.Who = r.device(n, dev, idents, addrs, tels, as)
		return known && r.identifies(kindDevice, idents)
	}
	r.fixed(person, "classCode", "PSN")
	r.fixed(person, "determinerCode", "INSTANCE")
	names := r.names(person)
	kin := person.ChildNS(spaceSDTC, "asPatientRelationship")
	if relatedTo || kin.OK() {
		x := record.RelatedPerson{Names: names, Addresses: addrs, Telecoms: tels, Period: r.periodPtr(n.Child("effectiveTime")), Organization: p.OnBehalfOf}
		p.OnBehalfOf = nil
		if name != "assignedEntity" && name != "assignedAuthor" {
			if c := r.attr(n, "classCode"); c != "" {
				x.Class, p.Class = []string{c}, ""
			}
		}
		if code != nil {
			x.Relationships = append(x.Relationships, *code)
		}
		if person.Name() == "playingEntity" {
			if k := r.conceptPtr(person.Child("code")); k != nil {
				x.Relationships = append(x.Relationships, *k)
			}
		}
		r.fixed(kin, "classCode", "PRS")
		r.fixed(kin, "determinerCode", "INSTANCE")
		if k := r.conceptPtr(kin.Child("code")); k != nil {
			x.Relationships = append(x.Relationships, *k)
		} else if k := r.conceptPtr(kin.ChildNS(spaceCDA, "code")); k != nil {
			x.Relationships = append(x.Relationships, *k)
		}
		p.Who = r.related(n, idents, x)
		for i := range r.rec.RelatedPersons {
			if q := &r.rec.RelatedPersons[i]; q.ID == p.Who.ID && x.Organization != nil && !reflect.DeepEqual(q.Organization, x.Organization) {
				p.OnBehalfOf = x.Organization // another mention has them for somebody else
			}
		}
		return known && r.identifies(kindRelated, idents)
	}
	p.Code = code
	switch {
	case r.isPatient(idents, names):
		p.Who = r.patientToo(n, idents, names, addrs, tels)
		return false
	case len(names) > 0 || r.identifies(kindPractitioner, idents) || hasUsable(idents):
		p.Who = r.practitioner(n, idents, names, addrs, tels)
		return known && r.identifies(kindPractitioner, idents)
	}
	// Nobody is named: what is said belongs to the part alone.
	p.Identifiers, p.Addresses, p.Telecoms = idents, addrs, tels
	return false
}

// specialties takes what somebody in a role is specialized in.
func (r *reader) specialties(n tree.Node) (out []record.Concept) {
	for c := n.ChildNS(spaceSDTC, "specialty"); c.OK(); c = c.NextNamed() {
		if x := r.concept(c); !x.IsZero() {
			out = append(out, x)
		}
	}
	return out
}

func hasUsable(idents []record.Identifier) bool {
	for i := range idents {
		if usable(&idents[i]) {
			return true
		}
	}
	return false
}

// isRelation knows the classes of role of somebody related to the patient (HL7
// v3 RoleClass, 2.16.840.1.113883.5.110).
func isRelation(class string) bool {
	switch class {
	case "NOK", "ECON", "CAREGIVER", "PRS", "GUARD", "GUAR", "AGNT", "POLHOLD", "COVPTY", "DEPEN", "SPNSR":
		return true
	}
	return false
}

func firstChild(n tree.Node, names ...string) tree.Node {
	for _, name := range names {
		if c := n.Child(name); c.OK() {
			return c
		}
	}
	return tree.Node{}
}

// isPatient reports whether the one named is the patient (an author or informant
// of the patient's own): an identifier is the same, and no name speaks against it.
func (r *reader) isPatient(idents []record.Identifier, names []record.Name) bool {
	if r.rec.Patient == nil {
		return false
	}
	for i := range idents {
		k, ok := r.personKey(kindPatient, &idents[i])
		if !ok {
			continue
		}
		for j := range r.rec.Patient.Identifiers {
			if pk, ok := r.personKey(kindPatient, &r.rec.Patient.Identifiers[j]); ok && pk == k {
				return !strangers(r.rec.Patient.Names, names)
			}
		}
	}
	return false
}

func (r *reader) patientToo(role tree.Node, idents []record.Identifier, names []record.Name, addrs []record.Address, tels []record.Telecom) *record.Ref {
	p := r.rec.Patient
	r.untakeAbsent(role, &idents, &addrs, &tels)
	p.Identifiers = union(p.Identifiers, idents)
	p.Names, p.Addresses, p.Telecoms = union(p.Names, names), union(p.Addresses, addrs), union(p.Telecoms, tels)
	r.own(role, p.ID)
	return &record.Ref{ID: p.ID, Kind: kindPatient}
}
