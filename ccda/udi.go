package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// UDI Organizer and what stands in it (C-CDA Companion Guide): what the label of
// a device says, part by part. The codes are of the NCI Thesaurus.
const (
	templateUDIOrganizer = "2.16.840.1.113883.10.20.22.4.311"
	loincUDI             = "74711-3"
	oidNCI               = "2.16.840.1.113883.3.26.1.1"
)

// udiPart is one observation of a UDI Organizer. set puts its value into the
// device and reports whether there is one; it takes nothing where free is false.
type udiPart struct {
	question
	free func(*record.Device) bool
	set  func(*reader, *record.Device, tree.Node) bool
	put  func(*writer, *record.Device) // writes the value, and clears it
	fits func(*record.Device) bool     // the template allows the value; nil where it allows any
}

func ofLabel(template, code string, displays ...string) question {
	return question{templates: []string{"2.16.840.1.113883.10.20.22.4." + template}, system: oidNCI, codes: []string{code}, displays: displays}
}

// inWords is a part whose value is words.
func inWords(q question, at func(*record.Device) *string) udiPart {
	return udiPart{q, func(d *record.Device) bool { return *at(d) == "" }, func(r *reader, d *record.Device, v tree.Node) bool {
		*at(d) = r.wordsOfValue(v)
		return *at(d) != ""
	}, func(w *writer, d *record.Device) {
		w.el("value")
		w.attr("xsi:type", "ST")
		w.text(take(at(d)))
		w.end()
	}, nil}
}

// inTime is a part whose value is a day.
func inTime(q question, at func(*record.Device) **record.Time) udiPart {
	return udiPart{q, func(d *record.Device) bool { return *at(d) == nil }, func(r *reader, d *record.Device, v tree.Node) bool {
		if r.xsiType(v, "TS") {
			*at(d) = r.timePtr(v)
		}
		return *at(d) != nil
	}, func(w *writer, d *record.Device) {
		t := **at(d)
		*at(d) = nil
		w.el("value")
		w.attr("xsi:type", "TS")
		w.timeAttrs("", &t)
		w.end()
	}, nil}
}

// inCode is a part whose value is a code.
func inCode(q question, at func(*record.Device) **record.Concept) udiPart {
	return udiPart{q, func(d *record.Device) bool { return *at(d) == nil }, func(r *reader, d *record.Device, v tree.Node) bool {
		*at(d) = r.conceptPtr(v)
		return *at(d) != nil
	}, func(w *writer, d *record.Device) {
		c := **at(d)
		*at(d) = nil
		w.codedValue("value", "", &c)
	}, nil}
}

// inCodeOf is inCode with a value set that the template demands.
func inCodeOf(set string, q question, at func(*record.Device) **record.Concept) udiPart {
	p := inCode(q, at)
	p.fits = func(d *record.Device) bool { return isOneOf(*at(d), set, codes.FromCDA(oidNCI)) }
	return p
}

var udiParts = [...]udiPart{
	{ofLabel("304", "C101722", "Primary DI Number", "Device Identifier"), func(d *record.Device) bool { return d.UDI == nil || d.UDI.DeviceID == "" }, (*reader).deviceIdentifier, (*writer).deviceIdentifierOut, knownIssuer},
	inWords(ofLabel("315", "C101672", "Lot or Batch Number"), func(d *record.Device) *string { return &d.Lot }),
	inWords(ofLabel("319", "C101671", "Serial Number"), func(d *record.Device) *string { return &d.Serial }),
	inWords(ofLabel("308", "C113843", "Distinct Identification Code", "Distinct Identification"), func(d *record.Device) *string { return &d.Distinct }),
	inWords(ofLabel("301", "C71898", "Brand Name"), func(d *record.Device) *string { return &d.Brand }),
	inWords(ofLabel("317", "C99285", "Model Number"), func(d *record.Device) *string { return &d.Model }),
	inWords(ofLabel("303", "C54131", "Company Name"), func(d *record.Device) *string { return &d.Company }),
	inWords(ofLabel("302", "C99286", "Catalog Number"), func(d *record.Device) *string { return &d.Catalog }),
	inTime(ofLabel("316", "C101669", "Manufacturing Date"), func(d *record.Device) **record.Time { return &d.Manufactured }),
	inTime(ofLabel("309", "C101670", "Expiration Date"), func(d *record.Device) **record.Time { return &d.Expires }),
	inCode(ofLabel("314", "C160938", "Latex Safety Status"), func(d *record.Device) **record.Concept { return &d.Latex }),
	inCode(ofLabel("318", "C106044", "MRI Safety", "MRI Safety Status"), func(d *record.Device) **record.Concept { return &d.MRISafety }),
	inCodeOf(implantStatuses, ofLabel("305", "C160939", "Implantable Device Status", "Device Status"), func(d *record.Device) **record.Concept { return &d.ImplantStatus }),
}

// deviceIdentifier takes the DI with the agency that issued it.
func (r *reader) deviceIdentifier(d *record.Device, v tree.Node) bool {
	if v.Attr("extension").Value() == "" || v.Attr("nullFlavor").OK() || !r.xsiType(v, typeII) {
		return false
	}
	if v.Attr("displayable").OK() {
		r.fixed(v, "displayable", "true")
	}
	u := udi(d)
	u.DeviceID, u.IssuerName = r.attr(v, "extension"), r.attr(v, "assigningAuthorityName")
	if u.Issuer == "" {
		u.Issuer = r.attr(v, attrRoot)
	} else {
		r.fixed(v, attrRoot, u.Issuer) // the scoping entity said it
	}
	return true
}

// wordsOfValue takes the words of an ST or ED: its own, else those of the
// narrative that it points to. A reference to nothing is left to be carried.
func (r *reader) wordsOfValue(v tree.Node) string {
	if !r.xsiType(v, "ST", "ED") {
		return ""
	}
	return r.wordsAt(v)
}

func (r *reader) wordsAt(v tree.Node) string {
	if t := r.text(v); t != "" {
		return t
	}
	a := typePart(v, "reference").Attr("value")
	if target := r.anchor(strings.TrimPrefix(a.Value(), "#")); target.OK() {
		if t, _ := r.saidAt(target); t != "" {
			r.take(a)
			return t
		}
	}
	return ""
}

// isUDIOrganizer recognises a UDI Organizer by its template, or by its code.
func (r *reader) isUDIOrganizer(n tree.Node) bool {
	return n.Name() == "organizer" && (r.has(n, templateUDIOrganizer) || n.Child("code").Attr("code").Value() == loincUDI)
}

// udiOrganizer reads what the label says of the device of an act that has the
// organizer's identifier, or of the one device there is where the organizer has
// none. What the device says already is not said twice: then it is left to be carried.
func (r *reader) udiOrganizer(rel, org tree.Node, devices []record.Ref) {
	d := r.labelled(org, devices)
	if d == nil || !r.plain(org, "EVN") || !r.relates(rel, false, "COMP") {
		return
	}
	r.templates(org, templateUDIOrganizer)
	r.shape(org, "CLUSTER", "EVN")
	r.fixes(org.Child("code"), oidLOINC, loincUDI, "Unique Device Identifier", "Unique device identifier")
	r.fixed(org.Child("statusCode"), "code", "completed")
	read := 0
	for part, obs := range r.relations(org) {
		if r.labelPart(d, part, obs) {
			read++
		}
	}
	if read == 0 {
		r.release(rel)
		return
	}
	r.own(org, d.ID)
	r.slot(org, "label", -1)
}

// labelled finds the device that an organizer is about, and takes the identifier that it is found by.
func (r *reader) labelled(org tree.Node, devices []record.Ref) *record.Device {
	named := false
	for c := org.Child("id"); c.OK(); c = c.NextNamed() {
		var x record.Identifier
		root, ext := c.Attr(attrRoot), c.Attr("extension")
		if r.identity(&x, root.Value(), ext.Value()); !usable(&x) || c.Attr("nullFlavor").OK() {
			continue
		}
		named = true
		for i := range devices {
			d := r.deviceOf(&devices[i])
			for k := range d.Identifiers {
				if y := &d.Identifiers[k]; y.System == x.System && y.Value == x.Value && y.Absent == "" {
					r.take(root)
					r.take(ext)
					return d
				}
			}
		}
	}
	if named || len(devices) != 1 {
		return nil
	}
	return r.deviceOf(&devices[0])
}

func (r *reader) deviceOf(ref *record.Ref) *record.Device {
	for i := range r.rec.Devices {
		if r.rec.Devices[i].ID == ref.ID {
			return &r.rec.Devices[i]
		}
	}
	return &record.Device{}
}

func (r *reader) labelPart(d *record.Device, rel, obs tree.Node) bool {
	if obs.Name() != "observation" {
		return false
	}
	for i := range udiParts {
		p := &udiParts[i]
		if !r.asks(obs, &p.question) {
			continue
		}
		if !p.free(d) || !r.plain(obs, "EVN") {
			return false
		}
		if !r.relates(rel, false, "COMP") || !p.set(r, d, obs.Child("value")) {
			r.release(rel)
			return false
		}
		r.templates(obs, p.templates...)
		r.shape(obs, "OBS", "EVN")
		r.oneOf(obs, p.system, p.codes, p.displays...)
		if status := obs.Child("statusCode"); status.OK() { // of which the templates say nothing
			r.fixed(status, "code", "completed")
			r.form(status)
		}
		return true
	}
	return false
}
