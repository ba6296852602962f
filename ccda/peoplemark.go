package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// markedRoles are the classes of role (HL7 v3 RoleClass) by which markings name who or what they are about.
var markedRoles = [...]struct{ kind, class string }{
	{kindPatient, "PAT"}, {kindPractitioner, "ASSIGNED"}, {kindRelated, "PRS"}, {kindLocation, "SDLOC"}, {kindOrganization, "ROL"},
	{kindSpecimen, "SPEC"}, {kindDevice, "MANU"},
}

// marksSomebody reports whether privacy markings are about the patient, a person, an organization or a place: CDA has no
// confidentialityCode for any of them, so that their markings stand among those of the document, with the one as subject.
func (r *reader) marksSomebody(st tree.Node) bool {
	return r.isPrivacyAnnotation(st) && st.Child("participant").OK()
}

// meetMarked gives such markings to whom they are about, once everybody was read. Where that is nobody of the document,
// they are carried: who does not know them takes them for markings of the whole document.
func (r *reader) meetMarked() {
	for _, m := range r.marked {
		e := r.subjectOf(m.statement)
		if e == nil {
			continue
		}
		had := len(e.Labels)
		if r.securityLabels(tree.Node{}, m.statement, &e.Labels); len(e.Labels) == had {
			continue
		}
		r.own(m.statement, e.ID)
		r.templates(m.entry, templatePrivacyEntry)
		p := m.statement.Child("participant")
		r.fixed(p, "typeCode", "SBJ")
		role := p.Child("participantRole")
		r.take(role.Attr("classCode"))
		r.take(role.Child("id").Attr("root"))
		r.take(role.Child("id").Attr("extension"))
	}
}

// marking is an organizer of privacy markings with the entry that it stands in.
type marking struct{ entry, statement tree.Node }

// subjectOf finds whom markings are about, by one identifier. nil where that is not certain, or where more is said of the
// subject: then nothing was taken.
func (r *reader) subjectOf(st tree.Node) *record.Entry {
	p := st.Child("participant")
	role := p.Child("participantRole")
	id := role.Child("id")
	if p.NextNamed().OK() || role.NextNamed().OK() || id.NextNamed().OK() || p.Attr("typeCode").Value() != "SBJ" || !r.only(p, "typeCode", "participantRole") ||
		!r.only(role, "classCode", "id") || !r.only(id, "root", "extension") || !r.reads(st) {
		return nil
	}
	kind := ""
	for _, c := range markedRoles {
		if c.class == role.Attr("classCode").Value() {
			kind = c.kind
		}
	}
	ident := r.identifier(id)
	r.release(id)
	if kind == kindPatient {
		if x := r.rec.Patient; x != nil {
			for i := range x.Identifiers {
				if usable(&ident) && x.Identifiers[i].Same(ident) {
					return &x.Entry
				}
			}
		}
		return nil
	}
	at := -1
	switch kind {
	case "":
	case kindSpecimen:
		at = r.markedSpecimen(ident)
	default:
		at = r.find(kind, []record.Identifier{ident})
	}
	switch {
	case at < 0:
	case kind == kindPractitioner:
		return &r.rec.Practitioners[at].Entry
	case kind == kindRelated:
		return &r.rec.RelatedPersons[at].Entry
	case kind == kindLocation:
		return &r.rec.Locations[at].Entry
	case kind == kindOrganization:
		return &r.rec.Organizations[at].Entry
	case kind == kindSpecimen:
		return &r.rec.Specimens[at].Entry
	case kind == kindDevice:
		return &r.rec.Devices[at].Entry
	}
	return nil
}

// markedSpecimen gives the place of the one specimen that has an identifier; -1 where there is none, or several.
func (r *reader) markedSpecimen(ident record.Identifier) int {
	at := -1
	for i := range r.rec.Specimens {
		for k := range r.rec.Specimens[i].Identifiers {
			if !usable(&ident) || !r.rec.Specimens[i].Identifiers[k].Same(ident) {
				continue
			}
			if at >= 0 {
				return -1
			}
			at = i
			break
		}
	}
	return at
}

// only reports whether an element has nothing but these attributes and elements.
func (r *reader) only(n tree.Node, names ...string) bool {
	known := func(c tree.Node) bool {
		for _, x := range names {
			if c.Name() == x {
				return true
			}
		}
		return false
	}
	for a := range n.Attrs() {
		if !known(a) {
			return false
		}
	}
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() == tree.Element && !known(c) {
			return false
		}
	}
	return true
}

// reads reports whether all observations of an organizer can be read as labels.
func (r *reader) reads(st tree.Node) bool {
	found := false
	for _, sub := range r.relations(st) {
		found = found || r.isSecurity(sub)
	}
	return found
}
