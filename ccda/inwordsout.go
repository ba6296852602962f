package ccda

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// sayer tells in what way a role can hold somebody whom the record knows by the words or the identifier of a reference alone.
type sayer struct {
	display      string
	identifier   *record.Identifier
	organization *record.Ref // the reference is to one
	exact        bool        // the template of our own says that no more is known
}

// inWords takes what a reference that leads to no entry says of the one who plays a part. ok is false where the role can hold nothing of it.
func (w *writer) inWords(name string, p *record.Participation) (s sayer, ok bool) {
	ref := p.Who
	if _, here := w.place(ref); ref == nil || here || name == "relatedEntity" {
		return s, false
	}
	left := *ref
	s.exact = !isRelation(p.Class)
	switch typeReferredTo(ref.AsSent) {
	case "", "Practitioner", "PractitionerRole", "RelatedPerson", "Patient":
		s.display = ref.Display
	case "Organization":
		if s.exact && p.OnBehalfOf == nil && organizationElement(name) != "" && (len(p.Identifiers) == 0 || !usable(&p.Identifiers[0])) && isInWords(ref) {
			p.Who, s.organization = nil, ref
			return s, true
		}
	}
	switch {
	case ref.Identifier == nil:
		s.exact = s.exact && (len(p.Identifiers) == 0 || !usable(&p.Identifiers[0]))
	case s.exact && usable(ref.Identifier):
		s.identifier = ref.Identifier
	}
	if s.display == "" && s.identifier == nil {
		return s, false
	}
	if s.display != "" {
		left.Display = ""
	}
	if s.identifier != nil {
		left.Identifier = nil
	}
	p.Who = &left
	if left.IsZero() {
		p.Who = nil
	}
	return s, true
}

// isNamedInWords reports whether somebody whom the record does not have can be named in a role.
func (w *writer) isNamedInWords(name string, p record.Participation) bool {
	s, ok := w.inWords(name, &p)
	return ok && (s.display != "" || s.organization != nil)
}

// isInWords reports whether a reference has words, or an identifier that can be told from others.
func isInWords(ref *record.Ref) bool {
	return ref.Display != "" || ref.Identifier != nil && usable(ref.Identifier)
}

// typeReferredTo gives the type of resource that a literal reference of FHIR names, "" where it does not.
func typeReferredTo(asSent string) string {
	parts := strings.Split(asSent, "/")
	for i := len(parts) - 2; i >= 0; i-- {
		if c := parts[i]; c != "" && c[0] >= 'A' && c[0] <= 'Z' {
			return c
		}
	}
	return ""
}

// spoken writes a role of which no more is known than the words or the identifier of a reference.
func (w *writer) spoken(name string, s sayer, p *record.Participation) {
	if s.exact {
		w.leaf("templateId", "root", templateInWords)
	}
	if s.identifier != nil {
		x := *s.identifier
		w.identifier("id", "who.identifier", &x)
	} else {
		w.requireID(name, len(p.Identifiers))
	}
	w.identifiers("id", "identifiers", &p.Identifiers)
	w.roleParts(name, p, contacts{})
	switch {
	case s.display != "":
		w.Note(&personByWords, "who.display")
		w.person(name, 1, func() { w.words("name", s.display) })
	case w.needsPerson(name):
		w.person(name, 0, nil)
	case s.organization == nil && w.strict && w.part() == "participant" && !w.isKnown(p.OnBehalfOf) && len(w.open) == 3:
		w.person(name, 0, func() {})
	}
	if s.organization != nil {
		w.organizationInWords(organizationElement(name), "who", s.organization)
		return
	}
	w.roleOrganization(name, p)
}

// organizationInWords writes an organization of which the record has the words or the identifier of a reference alone.
func (w *writer) organizationInWords(name, path string, ref *record.Ref) {
	w.el(name)
	w.leaf("templateId", "root", templateInWords)
	w.In(path, -1)
	x := record.Organization{}
	if ref.Identifier != nil && usable(ref.Identifier) {
		id := *ref.Identifier
		w.identifier("id", "identifier", &id)
	} else if ref.Identifier != nil {
		w.Drop("identifier", ref.Identifier, &lost)
	}
	if ref.Display != "" {
		w.Note(&organizationByWords, "display")
		x.Names = []string{ref.Display}
	}
	w.organizationParts(name, &x)
	w.DropString("asSent", ref.AsSent, &lost)
	w.DropString("id", ref.ID, &lost)
	w.Leave()
	w.end()
}

var (
	personByWords       = record.IssueAltered.Because("the record does not have the one who is referred to; the words stand as the name of a person, as they are and not in parts")
	organizationByWords = record.IssueAltered.Because("the record does not have the organization that is referred to; the words stand as its name")
)
