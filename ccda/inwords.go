package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// templateInWords says of a role that the source refers to the one who plays it by
// the words of the name, or by the first id, and knows no more (FHIR Reference.display, Reference.identifier; docs/fhir-to-ccda.md).
const templateInWords = "1b0e2c1e-52a9-4c0e-9f0a-6d3c6f5b7a07"

var knownInWords = []string{templateInWords}

// isInWords reports whether a role names somebody by words or an identifier alone: it claims the template, and has no more than a name that is a text.
func (r *reader) isInWords(n tree.Node) bool {
	if n.Name() == "relatedEntity" || isRelation(n.Attr("classCode").Value()) || !r.claimsWords(n) {
		return false
	}
	if firstChild(n, "assignedAuthoringDevice", "playingDevice", "relatedPerson").OK() {
		return false
	}
	name := nameOf(personOf(n))
	return isPlainName(name) || !name.OK() && (hasRoot(n) || r.isOrganizationInWords(organizationOf(n)))
}

// isOrganizationInWords is isInWords for an organization.
func (r *reader) isOrganizationInWords(n tree.Node) bool {
	if !n.OK() || !r.claimsWords(n) {
		return false
	}
	name := nameOf(n)
	return isPlainName(name) || !name.OK() && hasRoot(n)
}

func (r *reader) claimsWords(n tree.Node) bool {
	return r.has(n, templateInWords) && r.plainTemplates(n, knownInWords) != nil
}

// nameOf gives the first name of a person or an organization that is not absent.
func nameOf(n tree.Node) tree.Node {
	name := n.Child("name")
	for name.OK() && saysAbsent(name) {
		name = name.NextNamed()
	}
	return name
}

// isPlainName reports whether a name is the only one, and is a text.
func isPlainName(name tree.Node) bool {
	text := name.First()
	return text.OK() && text.Kind() == tree.Text && !text.Blank() && !text.Next().OK() && text.Index() == name.Index()+1 && !name.NextNamed().OK()
}

// hasRoot reports whether the first id of n is one that can be told from others.
func hasRoot(n tree.Node) bool {
	id := n.Child("id")
	return id.Attr("root").OK() && !id.Attr("nullFlavor").OK()
}

// personOf gives the person in a role.
func personOf(role tree.Node) tree.Node {
	return firstChild(role, "assignedPerson", "relatedPerson", "associatedPerson", "informationRecipient", "playingEntity")
}

// organizationOf gives the organization that is acted for in a role.
func organizationOf(role tree.Node) tree.Node {
	return firstChild(role, "representedOrganization", "scopingOrganization", "receivedOrganization")
}

// inWords takes who plays a part that is known by words or an identifier alone.
func (r *reader) inWords(n tree.Node, p *record.Participation) {
	r.templates(n, knownInWords...)
	var who record.Ref
	person := personOf(n)
	r.fixed(person, "classCode", "PSN")
	r.fixed(person, "determinerCode", "INSTANCE")
	who.Display = r.text(nameOf(person))
	if p.Identifiers = r.ids(n); len(p.Identifiers) > 0 && usable(&p.Identifiers[0]) {
		first := p.Identifiers[0]
		if who.Identifier, p.Identifiers = &first, p.Identifiers[1:]; len(p.Identifiers) == 0 {
			p.Identifiers = nil
		}
	}
	p.Code, p.Addresses, p.Telecoms = r.conceptPtr(n.Child("code")), r.addresses(n), r.telecoms(n)
	p.OnBehalfOf = r.organization(organizationOf(n))
	switch {
	case !who.IsZero():
		p.Who = r.room.refs.One(&who)
	case p.OnBehalfOf != nil && p.OnBehalfOf.ID == "":
		p.Who, p.OnBehalfOf = p.OnBehalfOf, nil // an organization plays the part
	}
}

// organizationInWords takes an organization that is known by words or an identifier alone.
func (r *reader) organizationInWords(n tree.Node) *record.Ref {
	r.templates(n, knownInWords...)
	var ref record.Ref
	ref.Display = r.text(nameOf(n))
	if hasRoot(n) {
		first := r.identifier(n.Child("id"))
		ref.Identifier = &first
	}
	return r.room.refs.One(&ref)
}
