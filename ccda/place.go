package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const templateServiceLocation = "2.16.840.1.113883.10.20.22.4.32"

// serviceLocation reads a participant that is where something took place
// (C-CDA R2.1 Service Delivery Location); nil where it is none. The time that it was there is the caller's.
func (r *reader) serviceLocation(part tree.Node) *record.Ref {
	role := part.Child("participantRole")
	if part.Attr("typeCode").Value() != "LOC" || !role.OK() || part.Attr("nullFlavor").OK() || role.Attr("nullFlavor").OK() {
		return nil
	}
	r.fixed(part, "typeCode", "LOC")
	r.fixed(part, "contextControlCode", "OP")
	r.templates(role, templateServiceLocation)
	r.fixed(role, "classCode", "SDLOC")
	place := role.Child("playingEntity")
	r.fixed(place, "classCode", "PLC")
	r.fixed(place, "determinerCode", "INSTANCE")
	idents := r.ids(role)
	l := record.Location{Types: r.concepts(role, "code"), Names: r.orgNames(place), Addresses: r.addresses(role), Telecoms: r.telecoms(role)}
	if idents == nil && l.Types == nil && l.Names == nil && l.Addresses == nil && l.Telecoms == nil {
		return nil
	}
	return r.location(role, idents, l)
}

// untakeAbsentCodes is untakeAbsent for the codes of a place.
func (r *reader) untakeAbsentCodes(n tree.Node, types *[]record.Concept) {
	for c := n.Child("code"); c.OK(); c = c.NextNamed() {
		if c.End()-c.Index() == 2 && c.Attr("nullFlavor").OK() {
			r.release(c)
		}
	}
	*types = slices.DeleteFunc(*types, func(c record.Concept) bool {
		return len(c.Codings) == 0 && c.Text == "" && c.TextRef == "" && c.Absent != ""
	})
}

// locationOf reads the first participant that is where something took place.
func (r *reader) locationOf(n tree.Node) *record.Ref {
	for p := n.Child("participant"); p.OK(); p = p.NextNamed() {
		if ref := r.serviceLocation(p); ref != nil {
			r.slot(p, "location", -1)
			return ref
		}
	}
	return nil
}
