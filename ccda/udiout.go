package ccda

import "github.com/portage-health/portage/record"

// takeLabel takes what the label of a device says from a copy of it, but for the model, which a device names itself.
func takeLabel(x *record.Device) record.Device {
	l := record.Device{Lot: take(&x.Lot), Serial: take(&x.Serial), Distinct: take(&x.Distinct), Brand: take(&x.Brand), Company: take(&x.Company),
		Catalog: take(&x.Catalog), Manufactured: x.Manufactured, Expires: x.Expires, Latex: x.Latex, MRISafety: x.MRISafety, ImplantStatus: x.ImplantStatus}
	x.Manufactured, x.Expires, x.Latex, x.MRISafety, x.ImplantStatus = nil, nil, nil, nil, nil
	if x.UDI != nil && x.UDI.DeviceID != "" {
		u := *x.UDI
		l.UDI = &record.UDI{DeviceID: take(&u.DeviceID), Issuer: take(&u.Issuer), IssuerName: take(&u.IssuerName)}
		x.UDI = &u
	}
	return l
}

// deviceLabels writes what the labels of the devices of an act say, each as a UDI
// Organizer (C-CDA Companion Guide). A device that a section lists has its own.
func (w *writer) deviceLabels(list []record.Ref) {
	for i := range list {
		at, ok := w.place(&list[i])
		if !ok || at.kind != kindDevice || w.listed[w.rec.Devices[at.i].ID] {
			continue
		}
		x := w.rec.Devices[at.i]
		l := takeLabel(&x)
		key := "label|" + x.ID
		if record.CountLeavesOf(&l) == 0 {
			continue
		}
		quiet := w.Quiet
		w.Quiet = quiet || w.wrote[key]
		w.wrote[key] = true
		w.At("devices", at.i, func() { w.deviceLabel(&x, &l) })
		w.Quiet = quiet
	}
}

func (w *writer) deviceLabel(x, l *record.Device) {
	w.el("entryRelationship")
	w.at("typeCode", "COMP")
	w.el("organizer")
	w.at("classCode", "CLUSTER")
	w.at("moodCode", "EVN")
	w.template(templateUDIOrganizer)
	quiet := w.Quiet
	w.Quiet = true // the device says it
	for i := range x.Identifiers {
		if usable(&x.Identifiers[i]) {
			id := x.Identifiers[i]
			w.identifier("id", "", &id)
			break
		}
	}
	w.Quiet = quiet
	w.fixedCode(oidLOINC, loincUDI, "Unique Device Identifier")
	w.leaf("statusCode", "code", "completed")
	if u := l.UDI; u != nil {
		w.labelPart(0, "II", func() {
			w.at("root", take(&u.Issuer))
			w.at("extension", take(&u.DeviceID))
			w.at("assigningAuthorityName", take(&u.IssuerName))
		})
		l.UDI = nil
	}
	for _, p := range [...]struct {
		i     int
		words *string
	}{{1, &l.Lot}, {2, &l.Serial}, {3, &l.Distinct}, {4, &l.Brand}, {6, &l.Company}, {7, &l.Catalog}} {
		if *p.words != "" {
			w.labelPart(p.i, "ST", func() { w.text(take(p.words)) })
		}
	}
	for _, p := range [...]struct {
		i    int
		leaf string
		day  **record.Time
	}{{8, "manufactured", &l.Manufactured}, {9, "expires", &l.Expires}} {
		if *p.day != nil {
			t := **p.day
			*p.day = nil
			w.labelPart(p.i, "TS", func() { w.timeAttrs(p.leaf, &t) })
		}
	}
	for _, p := range [...]struct {
		i    int
		leaf string
		code **record.Concept
	}{{10, "latexSafety", &l.Latex}, {11, "mriSafety", &l.MRISafety}, {12, "implantStatus", &l.ImplantStatus}} {
		if *p.code != nil {
			c := **p.code
			*p.code = nil
			w.labelPart(p.i, "CD", func() { w.conceptContent(p.leaf, &c) })
		}
	}
	w.rest(l)
	w.end()
	w.end()
}

// labelPart writes one observation of a UDI Organizer, by its place in udiParts.
func (w *writer) labelPart(i int, typ string, value func()) {
	w.el("component")
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.questionHead(&udiParts[i].question)
	w.leaf("statusCode", "code", "completed")
	w.el("value")
	w.attr("xsi:type", typ)
	value()
	w.end()
	w.end()
	w.end()
}
