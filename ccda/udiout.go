package ccda

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// labelsOut writes what the labels of the devices of an act say, and names what is
// left of each device: at the first mention of it.
func (w *writer) labelsOut(list []deviceOut, said *record.Device) {
	for i := range list {
		d := &list[i]
		if !d.last {
			continue
		}
		w.At("devices", d.at, func() {
			if len(list) == 1 || w.labelID(&w.rec.Devices[d.at]) != nil {
				w.labelOut("entryRelationship", &d.x)
			}
			switch {
			case d.x.Use == said.Use:
				d.x.Use = ""
			case d.x.Use == "":
				w.Note(&saidByAct, "use")
			case d.x.Use == "author" && w.rolesOf[d.x.ID] != nil:
				w.Note(&bothUses, "use")
				d.x.Use = ""
			}
			switch {
			case d.x.Assertion == said.Assertion:
			case d.x.Assertion == record.Affirmed:
				w.Note(&saidByAct, "assertion")
			default:
				w.DropString("assertion", string(d.x.Assertion), &lostToAct)
			}
			switch {
			case d.x.Mode == said.Mode:
			case d.x.Mode == record.ModeEvent:
				w.Note(&saidByAct, "mode")
			default:
				w.DropString("mode", string(d.x.Mode), &lostToAct)
			}
			d.x.Assertion, d.x.Mode = record.Affirmed, record.ModeEvent
			w.markedLater(&d.x.Entry, &w.rec.Devices[d.at].Entry)
			w.rest(&d.x)
		})
	}
}

// What an act says of the devices in it, whatever is said of them elsewhere.
var (
	saidByAct = record.IssueAltered.Because("the act that the device has a part in says more of it: that it is the patient's, that it is wanted, or that it is not so")
	lostToAct = record.IssueLost.Because("the act that the device has a part in says other of it")
)

// bothUses is for a device that made something and stands in an act on the patient too.
var bothUses = record.IssueAltered.Because("the device has a part in an act on the patient besides: the document says both")

// labelID gives the identifier by which a label names its device.
func (w *writer) labelID(x *record.Device) *record.Identifier {
	for i := range x.Identifiers {
		if usable(&x.Identifiers[i]) {
			return &x.Identifiers[i]
		}
	}
	if x.UDI != nil && x.UDI.Carrier != "" {
		return &record.Identifier{System: record.SystemFDAUDI, Value: x.UDI.Carrier}
	}
	return nil
}

// labelOut writes a UDI Organizer: what the label of a device says, part by part
// (C-CDA Companion Guide). None where it says nothing.
func (w *writer) labelOut(wrapper string, x *record.Device) {
	parts := 0
	for i := range udiParts {
		if !udiParts[i].free(x) {
			parts++
		}
	}
	if parts == 0 {
		return
	}
	if x.UDI != nil {
		u := *x.UDI
		x.UDI = &u
	}
	w.el(wrapper)
	w.at("typeCode", "COMP")
	w.el("organizer")
	w.apart(x.ID, "label")
	w.at("classCode", "CLUSTER")
	w.at("moodCode", "EVN")
	if !w.strict || hasIdentifier(x) {
		w.template(templateUDIOrganizer)
	} else {
		w.Note(&record.IssueProfileNotClaimed, "udi")
	}
	quiet := w.Quiet
	w.Quiet = true // the device has it
	if at, ok := w.index[x.ID]; ok {
		if id := w.labelID(&w.rec.Devices[at.i]); id != nil {
			c := *id
			root, ext := w.rootOf(&c)
			w.leaf("id", "root", root, "extension", ext)
		} else if w.strict {
			w.leaf("id", "nullFlavor", "NI")
		}
	}
	w.Quiet = quiet
	w.leaf("code", "code", loincUDI, "codeSystem", oidLOINC, "codeSystemName", "LOINC", "displayName", "Unique Device Identifier")
	w.completed()
	for i := range udiParts {
		p := &udiParts[i]
		if p.free(x) {
			continue
		}
		w.el("component")
		w.el("observation")
		w.at("classCode", "OBS")
		w.at("moodCode", "EVN")
		w.questionIf(p.fits == nil || p.fits(x), &p.question, "")
		p.put(w, x)
		w.end()
		w.end()
	}
	if x.UDI != nil && *x.UDI == (record.UDI{}) {
		x.UDI = nil
	}
	w.end()
	w.end()
}

// hasIdentifier reports whether a label has the Device Identifier Observation that the template demands.
func hasIdentifier(x *record.Device) bool { return !udiParts[0].free(x) && knownIssuer(x) }

// knownIssuer reports whether the agency that issued the DI is known by an OID, which the template demands.
func knownIssuer(x *record.Device) bool {
	_, ok := codes.ToCDA(x.UDI.Issuer)
	return ok || isUID(x.UDI.Issuer)
}

// deviceIdentifierOut writes the DI under the root of the agency that issued it.
func (w *writer) deviceIdentifierOut(x *record.Device) {
	u := x.UDI
	w.el("value")
	w.attr("xsi:type", "II")
	w.attr("displayable", "true") // the template fixes it
	if root, ok := codes.ToCDA(u.Issuer); isUID(u.Issuer) {
		w.at("root", take(&u.Issuer))
	} else if ok {
		u.Issuer = ""
		w.at("root", root)
	}
	w.at("extension", take(&u.DeviceID))
	w.at("assigningAuthorityName", take(&u.IssuerName))
	w.end()
}
