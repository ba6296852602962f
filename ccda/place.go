package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const (
	templateServiceLocation = "2.16.840.1.113883.10.20.22.4.32"
	templateProductInstance = "2.16.840.1.113883.10.20.22.4.37"
)

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

// productInstance reads a participant that is a device used in an act (C-CDA
// R2.1 Product Instance); nil where it is none. The scoping entity is who made it or gave the identifier.
func (r *reader) productInstance(part tree.Node) *record.Ref {
	role := part.Child("participantRole")
	if t := part.Attr("typeCode").Value(); t != "DEV" && t != "PRD" || part.Attr("nullFlavor").OK() || role.Attr("nullFlavor").OK() {
		return nil
	}
	if !r.has(role, templateProductInstance) && role.Attr("classCode").Value() != "MANU" {
		return nil
	}
	dev := role.Child("playingDevice")
	idents := r.ids(role)
	if idents == nil && !dev.OK() {
		return nil
	}
	if part.Attr("typeCode").Value() == "DEV" {
		r.fixed(part, "typeCode", "DEV")
	}
	r.fixed(part, "contextControlCode", "OP")
	r.templates(role, templateProductInstance)
	r.fixed(role, "classCode", "MANU")
	from := len(r.rec.Devices)
	ref := r.device(role, dev, idents, r.addresses(role), r.telecoms(role), "")
	if maker := role.Child("scopingEntity"); maker.OK() && len(r.rec.Devices) > from {
		r.madeBy(&r.rec.Devices[from], maker)
	}
	return ref
}

// madeBy takes the scoping entity of a device that is mentioned for the first time: its words and its first identifier.
func (r *reader) madeBy(d *record.Device, entity tree.Node) {
	r.fixed(entity, "classCode", "ENT", "ORG")
	r.fixed(entity, "determinerCode", "INSTANCE")
	d.Manufacturer = r.text(entity.Child("desc"))
	if id := entity.Child("id"); id.OK() {
		if i := r.identifier(id); !i.IsZero() {
			d.ManufacturerRef = &record.Ref{Identifier: &i}
		}
	}
}
