package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// deviceOut is a device that was written as a part of an act, with what of it
// was not written yet: the label may stand beside it (see labelsOut).
type deviceOut struct {
	at   int
	last bool // this is where the rest of it is named
	x    record.Device
}

// productInstances writes the devices that an act used, or that were supplied, as
// the typeCode says (C-CDA R2.1 Product Instance), and gives them for labelsOut.
// said is what the act says of them: one that is denied cannot stand in an act that
// is not.
func (w *writer) productInstances(typeCode string, list *[]record.Ref, said *record.Device) []deviceOut {
	var out []deviceOut
	for i := range *list {
		r := (*list)[i]
		at, ok := w.place(&r)
		if ok && at.kind == kindDevice && said.Assertion == record.Affirmed && w.rec.Devices[at.i].Assertion != record.Affirmed {
			w.In("devices", i)
			w.Drop("", &r, &deniedDevice)
			w.Leave()
			continue
		}
		if ok && at.kind == kindDevice {
			w.el("participant")
			w.slot("devices", i)
			w.at("typeCode", typeCode)
			out = append(out, w.productInstanceOut(at.i))
			w.end()
			continue
		}
		w.In("devices", i)
		w.Drop("", &r, &lost)
		w.Leave()
	}
	*list = nil
	return out
}

// deniedDevice is for a device that the patient does not have, or of which it is not known.
var deniedDevice = record.IssueLost.Because("the device is denied or not known, and the act is not: within it, it would read as one that was used")

// productInstanceOut writes the role of a device.
func (w *writer) productInstanceOut(at int) deviceOut {
	x := w.rec.Devices[at]
	last := !w.wrote[x.ID]
	w.el("participantRole")
	w.own(x.ID)
	w.at("classCode", "MANU")
	w.template(templateProductInstance)
	first := last && w.rolesOf[x.ID] == nil
	w.mention("devices", x.ID, at, func() { w.instanceParts(&x, first) })
	w.end()
	return deviceOut{at, last, x}
}

// instanceParts writes what a Product Instance has of a device. Who made it is
// said at its first mention alone, where no template demands it of each.
func (w *writer) instanceParts(x *record.Device, first bool) {
	if !first && !w.strict {
		// What is said to be absent is said once.
		x.Types = slices.DeleteFunc(slices.Clone(x.Types), isAbsent)
		x.Identifiers = slices.DeleteFunc(slices.Clone(x.Identifiers), func(i record.Identifier) bool { return i == record.Identifier{Absent: i.Absent} })
	}
	w.deviceIDs(x)
	w.addresses("addresses", &x.Addresses)
	w.telecoms("contacts", &x.Contacts)
	if len(x.Types) > 0 || x.Model != "" || x.Software != "" || w.strict {
		w.el("playingDevice")
		w.deviceParts(x)
		w.end()
	}
	if first || w.strict {
		w.maker(x)
	}
}

// deviceIDs writes the identifiers of a device. The whole UDI is one of them,
// under the FDA's root (CONF:81-7902), and so is that it is not known.
func (w *writer) deviceIDs(x *record.Device) {
	for i := range x.Identifiers {
		switch d := &x.Identifiers[i]; {
		case d.System != record.SystemFDAUDI:
		case d.Value != "" && (x.UDI == nil || x.UDI.Carrier == ""):
			w.Note(&fixed, "udi.carrier")
		case d.Value == "" && d.Absent != "" && (x.UDI == nil || x.UDI.Absent == ""):
			w.Note(&fixed, "udi.absent")
		}
	}
	if x.UDI != nil {
		u := *x.UDI
		x.UDI = &u
		said := false
		for i := range x.Identifiers {
			if d := &x.Identifiers[i]; d.System == record.SystemFDAUDI && d.Value == u.Carrier && d.Absent == u.Absent {
				said = true
			}
		}
		switch {
		case said:
			u.Carrier, u.Absent = "", ""
		case u.Carrier != "":
			w.leaf("id", "root", oidFDA, "extension", take(&u.Carrier), "assigningAuthorityName", "FDA")
		case u.Absent != "":
			w.el("id")
			w.at("root", oidFDA)
			w.nullFlavor("udi.absent", &u.Absent)
			w.end()
		case len(x.Identifiers) == 0:
			w.require("id", "identifiers", "NI")
		}
		if u == (record.UDI{}) {
			x.UDI = nil
		}
	} else if len(x.Identifiers) == 0 {
		w.require("id", "identifiers", "NI")
	}
	w.identifiers("id", "identifiers", &x.Identifiers)
}

// maker writes who made a device or gave its identifier: the scoping entity (CONF:81-7905).
func (w *writer) maker(x *record.Device) {
	var id *record.Identifier
	if x.ManufacturerRef != nil {
		id = x.ManufacturerRef.Identifier
	}
	if x.ManufacturerRef != nil && id == nil {
		if at, ok := w.place(x.ManufacturerRef); ok && at.kind == kindOrganization {
			o := &w.rec.Organizations[at.i]
			if x.Manufacturer == "" && len(o.Names) > 0 {
				x.Manufacturer = o.Names[0]
			}
		}
	}
	root := ""
	// The agency stands with the device identifier, where there is one.
	if u := x.UDI; u != nil && id == nil && (w.strict || u.DeviceID == "") {
		switch {
		case isAgency(u.Issuer):
			if root = u.Issuer; u.DeviceID == "" {
				u.Issuer = ""
			}
		case u.Jurisdiction == record.SystemFDAUDI:
			root, u.Jurisdiction = oidFDA, ""
		}
		if *u == (record.UDI{}) {
			x.UDI = nil
		}
	}
	if id == nil && root == "" && x.Manufacturer == "" && !w.strict {
		return
	}
	w.el("scopingEntity")
	switch {
	case id != nil:
		c := *id
		w.identifier("id", "manufacturerRef.identifier", &c)
		ref := *x.ManufacturerRef
		if ref.Identifier = nil; ref.IsZero() {
			x.ManufacturerRef = nil
		} else {
			x.ManufacturerRef = &ref
		}
	case root != "":
		w.leaf("id", "root", root)
	default:
		w.require("id", "manufacturerRef", "NI")
	}
	w.words("desc", take(&x.Manufacturer))
	w.end()
}

// isAgency knows the roots of the agencies that issue device identifiers (see madeBy).
func isAgency(issuer string) bool {
	return issuer == oidGS1 || issuer == oidHIBCC || issuer == oidICCBBA
}

// deviceSection gives the section of a device that no act names; "" for one that is nobody's.
func (w *writer) deviceSection(i int) string {
	x := &w.rec.Devices[i]
	if x.Assertion == record.NoneKnown || x.Use == "patient" {
		return loincDevices
	}
	return ""
}

// noDeviceOut writes that there is no device, or none of a kind: a procedure that
// is none in particular and did not happen, with the device (HL7's C-CDA
// examples, No Implanted Devices; see noDevice).
func (w *writer) noDeviceOut(i int) {
	x := w.rec.Devices[i]
	w.wrote[x.ID] = true
	w.tellDevice(&x)
	if x.Use == "" {
		w.Note(&fixed, "use")
	}
	x.Use = ""
	var own, idents []record.Identifier // the act's, the device's
	for _, d := range x.Identifiers {
		if d.System == record.SystemFDAUDI {
			idents = append(idents, d)
		} else {
			own = append(own, d)
		}
	}
	x.Identifiers = own
	w.begin("procedure", "PROC", "EVN", &x.Entry)
	x.Assertion = record.Affirmed
	w.at("negationInd", "true")
	w.template(templatesProcedure[0])
	w.entryIDs(&x.Entry)
	w.fixedCode(oidSNOMED, procedureExtents.all[0], "Procedure")
	w.linkOf(&x.Entry)
	w.statusDemanded(&x.Status)
	w.period("effectiveTime", "used", &x.Used)
	w.participants(&x.Participants)
	w.el("participant")
	w.at("typeCode", "DEV")
	w.el("participantRole")
	w.at("classCode", "MANU")
	w.template(templateProductInstance)
	x.Identifiers = idents
	if len(x.Types) == 0 && !w.strict {
		w.deviceIDs(&x)
		w.el("playingDevice")
		w.end()
		w.maker(&x)
	} else {
		w.instanceParts(&x, true)
	}
	w.end()
	w.end()
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
}

// tellDevice tells of a device in the narrative.
func (w *writer) tellDevice(x *record.Device) {
	if w.row == nil {
		return
	}
	name := x.Model
	if len(x.Types) > 0 {
		name = wordsOf(&x.Types[0])
	}
	switch x.Assertion {
	case record.NoneKnown:
		if name = "No known devices"; len(x.Types) > 0 {
			name += ": " + wordsOf(&x.Types[0])
		}
	case record.Negated:
		name = "Not done: " + name
	}
	w.tell("Device", name)
	if x.UDI != nil {
		w.tell("UDI", x.UDI.Carrier)
	}
	w.tell("Model", x.Model)
	w.tell("Manufacturer", x.Manufacturer)
	w.tell("Date", wordsOfPeriod(&x.Used))
	w.tellStatus(&x.Status)
}
