package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const templateProductInstance = "2.16.840.1.113883.10.20.22.4.37"

// Roots of identifiers of devices: the FDA's for whole UDIs, and those of the agencies that issue device identifiers.
const (
	oidFDA    = "2.16.840.1.113883.3.3719"
	oidGS1    = "1.3.160"
	oidHIBCC  = "2.16.840.1.113883.6.40"
	oidICCBBA = "2.16.840.1.113883.6.18"
)

// device takes a device of any role. What as says of it beside is the caller's.
// One that the patient does not have, or only is to get, is kept apart from all
// others: another mention of it would say that it is there.
func (r *reader) device(role, dev tree.Node, idents []record.Identifier, addrs []record.Address, tels []record.Telecom, as record.Device) *record.Ref {
	r.fixed(dev, "classCode", "DEV")
	r.fixed(dev, "determinerCode", "INSTANCE")
	types := r.concepts(dev, "code")
	if len(types) > 1 { // that a further kind is not known says nothing
		for c := dev.Child("code").NextNamed(); c.OK(); c = c.NextNamed() {
			if saysAbsent(c) {
				r.release(c)
			}
		}
		types = append(types[:1], slices.DeleteFunc(types[1:], isAbsent)...)
	}
	model, software := r.text(dev.Child("manufacturerModelName")), r.text(dev.Child("softwareName"))
	alone := as.Assertion != record.Affirmed || as.Mode != record.ModeEvent
	place := -1
	if !alone {
		place = r.find(kindDevice, idents)
	}
	if place >= 0 && otherThings(r.rec.Devices[place].Types, types) {
		r.partShared(kindDevice, idents)
		place = -1
	}
	if place < 0 {
		place = len(r.rec.Devices)
		assertion, mode := as.Assertion, as.Mode
		var id string
		if alone {
			id = r.placeID(kindDevice, role)
		} else {
			id = r.personID(kindDevice, idents, role)
		}
		as.Entry = r.newEntry(id, idents, role)
		as.Assertion, as.Mode = assertion, mode
		as.Types, as.Model, as.Software, as.Addresses, as.Contacts = types, model, software, addrs, tels
		r.rec.Devices = append(r.rec.Devices, as)
	} else {
		d := &r.rec.Devices[place]
		r.untakeAbsent(role, &idents, &addrs, &tels)
		for c := dev.Child("code"); c.OK(); c = c.NextNamed() {
			if saysAbsent(c) {
				r.release(c)
			}
		}
		types = slices.DeleteFunc(types, isAbsent)
		d.Identifiers = union(d.Identifiers, idents)
		d.Types, d.Addresses, d.Contacts = union(d.Types, types), union(d.Addresses, addrs), union(d.Contacts, tels)
		if d.Use == "" {
			d.Use = as.Use
		}
		if d.Model == "" {
			d.Model = model
		} else if model != "" && model != d.Model {
			d.Names = union(d.Names, []record.DeviceName{{Name: model, Type: "model-name"}})
		}
		if d.Software == "" {
			d.Software = software
		} else if software != "" && software != d.Software {
			d.Versions = union(d.Versions, []record.DeviceVersion{{Value: software}})
		}
	}
	if !alone {
		r.settle(kindDevice, place, idents)
	}
	udiOf(&r.rec.Devices[place], idents)
	id := r.rec.Devices[place].ID
	r.own(role, id)
	return &record.Ref{ID: id, Kind: kindDevice}
}

// isAbsent reports whether a coded value says nothing but why it is not there.
func isAbsent(c record.Concept) bool { return c.Codings == nil && c.Text == "" && c.TextRef == "" }

// otherThings reports whether two sets of codes cannot be of one device: both have codes, and they share none.
func otherThings(a, b []record.Concept) bool {
	known := 0
	for i := range a {
		for _, c := range a[i].Codings {
			if c.Code == "" {
				continue
			}
			known++
			if slices.ContainsFunc(b, func(x record.Concept) bool { return x.Has(c.System, c.Code) }) {
				return false
			}
		}
	}
	return known > 0 && slices.ContainsFunc(b, func(x record.Concept) bool {
		return slices.ContainsFunc(x.Codings, func(c record.Coding) bool { return c.Code != "" })
	})
}

// udiOf says again as a UDI what an identifier under the FDA's root is: the whole
// of what stands on the label, or that it is not known (C-CDA R2.1 Product Instance).
func udiOf(d *record.Device, idents []record.Identifier) {
	for i := range idents {
		if x := &idents[i]; x.System == record.SystemFDAUDI && d.UDI == nil && (x.Value != "" || x.Absent != "") {
			d.UDI = &record.UDI{Carrier: x.Value, Absent: x.Absent}
		}
	}
}

// productInstance reads a participant that is a device used in an act, or
// supplied (C-CDA R2.1 Product Instance); nil where it is none. The scoping
// entity is who made it or gave the identifier. as is what the act says of the device.
func (r *reader) productInstance(part tree.Node, typeCode string, as record.Device) *record.Ref {
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
	r.fixed(part, "typeCode", typeCode)
	r.fixed(part, "contextControlCode", "OP")
	r.templates(part, templateProductInstance)
	r.templates(role, templateProductInstance)
	r.fixed(role, "classCode", "MANU")
	from := len(r.rec.Devices)
	ref := r.device(role, dev, idents, r.addresses(role), r.telecoms(role), as)
	if maker := role.Child("scopingEntity"); maker.OK() && len(r.rec.Devices) > from {
		r.madeBy(&r.rec.Devices[from], maker)
	}
	return ref
}

// madeBy takes the scoping entity of a device that is mentioned for the first
// time: its words, and its first identifier, which is the maker's, or the root
// under which an agency or the FDA has the device.
func (r *reader) madeBy(d *record.Device, entity tree.Node) {
	r.fixed(entity, "classCode", "ENT", "ORG")
	r.fixed(entity, "determinerCode", "INSTANCE")
	d.Manufacturer = r.text(entity.Child("desc"))
	id := entity.Child("id")
	if !id.OK() {
		return
	}
	switch root := id.Attr(attrRoot); {
	case id.Attr("extension").OK() || id.Attr("nullFlavor").OK() || id.Attr("assigningAuthorityName").OK():
	case root.Value() == oidFDA:
		r.take(root)
		udi(d).Jurisdiction = record.SystemFDAUDI
		return
	case root.Value() == oidGS1 || root.Value() == oidHIBCC || root.Value() == oidICCBBA:
		r.take(root)
		udi(d).Issuer = root.Value()
		return
	}
	if i := r.identifier(id); !i.IsZero() {
		d.ManufacturerRef = &record.Ref{Identifier: &i}
	}
}

func udi(d *record.Device) *record.UDI {
	if d.UDI == nil {
		d.UDI = &record.UDI{}
	}
	return d.UDI
}

// handled is what an act says of the devices in it: that the patient has them,
// that they are wanted, or, of an act that was not done or is not known, neither.
func handled(e *record.Entry, notDone bool) record.Device {
	var d record.Device
	d.Assertion, d.Mode = e.Assertion, e.Mode
	switch {
	case e.Assertion != record.Affirmed || e.Mode != record.ModeEvent:
	case notDone:
		d.Assertion = record.Negated
	case e.Status.Code == record.StatusCancelled || e.Status.Code == record.StatusEnteredInError:
		d.Assertion = record.NotKnown
	default:
		d.Use = "patient"
	}
	return d
}

// soleDevice gives the one device that an act names, the absent node where there is none or another.
func soleDevice(n tree.Node) tree.Node {
	var only tree.Node
	for c := n.Child("participant"); c.OK(); c = c.NextNamed() {
		if only.OK() || c.Attr("typeCode").Value() != "DEV" || c.Attr("nullFlavor").OK() || c.Child("participantRole").Attr("nullFlavor").OK() ||
			!c.Child("participantRole").Child("playingDevice").OK() {
			return tree.Node{}
		}
		only = c
	}
	return only
}

// noDevice reads a negated procedure that is none in particular and names a
// device: it says that there is no such device, not that there were no
// procedures (HL7's C-CDA examples, No Implanted Devices).
func (r *reader) noDevice(n, part tree.Node) record.Ref {
	d := record.Device{Entry: r.entry(kindDevice, n)}
	r.assert(&d.Entry, n, record.NoneKnown)
	d.Status = r.status(n)
	r.templates(n, templatesProcedure...)
	r.shape(n, classOf(n), "EVN")
	r.oneOf(n, oidSNOMED, procedureExtents.all, "Procedure", "Procedure (procedure)", "Surgical procedure")
	d.Used = r.period(n.Child("effectiveTime"))
	role := part.Child("participantRole")
	dev := role.Child("playingDevice")
	r.fixed(part, "typeCode", "DEV")
	r.fixed(part, "contextControlCode", "OP")
	r.templates(role, templateProductInstance)
	r.fixed(role, "classCode", "MANU")
	r.fixed(dev, "classCode", "DEV")
	r.fixed(dev, "determinerCode", "INSTANCE")
	idents := r.ids(role)
	d.Identifiers = append(d.Identifiers, idents...)
	udiOf(&d, idents)
	d.Types = r.concepts(dev, "code")
	r.madeBy(&d, role.Child("scopingEntity"))
	r.rec.Devices = append(r.rec.Devices, d)
	return record.Ref{ID: d.ID, Kind: kindDevice}
}
