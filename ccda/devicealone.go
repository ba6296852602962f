package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// templateDevice says of an observation "History of medical device use" (LOINC
// 46264-8) without a value that it tells of the device in it and states nothing
// else: a FHIR Device of the patient's, which no act need have supplied or put
// there. Who does not know it reads that the patient has, or had, that device (docs/fhir-to-ccda.md).
const templateDevice = "1b0e2c1e-52a9-4c0e-9f0a-6d3c6f5b7a09"

const loincDevices = "46264-8"

// deviceState asks how a device stands (FHIR Device.status). That of the
// observation is of the telling; what was entered in error is nullified whole.
var deviceState = statePart{statusObservation, "http://hl7.org/fhir/device-status",
	map[record.StatusCode]string{record.StatusActive: "Active", record.StatusInactive: "Inactive", record.StatusUnknown: "Unknown"}}

// deviceQuantity asks how many there are.
var deviceQuantity = question{system: oidSNOMED, codes: []string{"246205007"}, displays: []string{"Quantity"}}

// isDevice recognises the statement of a device, and of nothing besides.
func (r *reader) isDevice(n tree.Node) bool {
	return n.Name() == "observation" && r.has(n, templateDevice) && n.Child("code").Attr("code").Value() == loincDevices && !n.Child("value").OK() && theDevice(n).OK()
}

// theDevice gives the one participation of a device in n, the absent node where there is none or another.
func theDevice(n tree.Node) tree.Node {
	var only tree.Node
	for c := n.Child("participant"); c.OK(); c = c.NextNamed() {
		if c.Attr("typeCode").Value() != "DEV" {
			continue
		}
		if role := c.Child("participantRole"); only.OK() || c.Attr("nullFlavor").OK() || role.Attr("nullFlavor").OK() || role.Attr("classCode").Value() != "MANU" {
			return tree.Node{}
		}
		only = c
	}
	return only
}

// deviceAlone reads it; nil where it does not plainly say so. Of a device that
// another statement has told of already, what that did not say is added.
func (r *reader) deviceAlone(n tree.Node) []record.Ref {
	part := theDevice(n)
	role := part.Child("participantRole")
	if !role.Child("id").OK() && !role.Child("playingDevice").OK() || !r.plain(n, "EVN") {
		return nil
	}
	as := record.Device{Use: "patient"}
	as.Assertion = record.Affirmed
	from := len(r.rec.Devices)
	ref := r.productInstance(part, "DEV", as)
	if ref == nil {
		return nil
	}
	r.templates(n, templateDevice)
	r.shape(n, "OBS", "EVN")
	r.fixes(n.Child("code"), oidLOINC, loincDevices, "History of medical device use")
	if len(r.rec.Devices) == from {
		r.own(n, ref.ID)
		r.slot(n, "statement", -1)
		r.deviceParts(n, r.deviceOf(ref), ref)
		return []record.Ref{*ref}
	}
	d := &r.rec.Devices[from]
	e := r.statementOfDevice(n, d)
	e.Assertion = record.Affirmed
	d.Entry, ref.ID = e, e.ID
	r.own(role, e.ID)
	r.slot(role, "instance", -1)
	r.deviceParts(n, d, ref)
	return []record.Ref{*ref}
}

// statementOfDevice reads what every statement has, with the identifiers of the device before its own.
func (r *reader) statementOfDevice(n tree.Node, d *record.Device) record.Entry {
	idents := r.ids(n)
	id := d.ID
	if len(d.Identifiers) == 0 {
		id = r.entryID(kindDevice, idents, n)
	}
	return r.entryAs(kindDevice, id, append(d.Identifiers[:len(d.Identifiers):len(d.Identifiers)], idents...), n)
}

// deviceParts reads what the statement of a device says of it, where nothing else has said it.
func (r *reader) deviceParts(n tree.Node, d *record.Device, ref *record.Ref) {
	if d.Used.IsZero() {
		d.Used = r.period(n.Child("effectiveTime"))
	}
	if d.Sites == nil {
		for _, c := range r.concepts(n, "targetSiteCode") {
			d.Sites = append(d.Sites, record.BodySite{Code: c})
		}
	}
	stated := d.Status.Code != "" || d.Status.AsSent != "" || d.Status.Absent != ""
	state := false
	for rel, sub := range r.relations(n) {
		switch {
		case r.isUDIOrganizer(sub):
			r.udiOrganizer(rel, sub, []record.Ref{*ref})
		case !stated && !state && r.state(&deviceState, rel, sub, &d.Status):
			state = true
		case r.asks(sub, &reasonNotDone):
			if c := r.answered(rel, sub, &reasonNotDone, false, "RSON"); c != nil {
				r.slot(rel, "status.reasons", len(d.Status.Reasons))
				d.Status.Reasons = append(d.Status.Reasons, *c)
			}
		case r.isIndication(rel, sub):
			if i, ok := r.indication(rel, sub); ok {
				r.slot(rel, "indications", len(d.Indications))
				d.Indications = append(d.Indications, i)
			}
		case d.Quantity == nil && r.asks(sub, &deviceQuantity) && isBarePart(sub):
			r.quantityOfDevice(rel, sub, d)
		}
	}
	switch {
	case state:
		r.fixed(n.Child("statusCode"), "code", "completed")
	case !stated:
		s := r.status(n)
		d.Status.Code, d.Status.AsSent, d.Status.Absent = s.Code, s.AsSent, s.Absent
	}
}

func (r *reader) quantityOfDevice(rel, obs tree.Node, d *record.Device) {
	v := obs.Child("value")
	if localType(v.AttrNS(spaceXSI, "type")) != "PQ" || v.NextNamed().OK() || obs.Child("id").OK() || !r.plain(obs, "EVN") || !r.relates(rel, false, "COMP") {
		return
	}
	r.frame(obs, &deviceQuantity)
	r.slot(rel, "quantity", -1)
	d.Quantity = r.quantity(v)
}
