package ccda

import "github.com/portage-health/portage/record"

// productInstances writes the devices used in an act, or supplied by it (C-CDA R2.1 Product Instance).
// labelled says that the act can hold what the labels of the devices say, too.
func (w *writer) productInstances(typeCode string, labelled bool, list *[]record.Ref) {
	for i := range *list {
		r := (*list)[i]
		at, ok := w.place(&r)
		if ok && at.kind == kindDevice {
			w.productInstanceOut(typeCode, labelled, at.i, i)
			continue
		}
		w.In("devices", i)
		w.Drop("", &r, &lost)
		w.Leave()
	}
	*list = nil
}

// productInstanceOut writes one device. One that a section lists is an entry
// too, which says the rest of it; of any other the act is the place, and says
// that it was used, or not.
func (w *writer) productInstanceOut(typeCode string, labelled bool, at, i int) {
	x := w.rec.Devices[at]
	x.Assertion, x.Mode = record.Affirmed, record.ModeEvent
	if labelled {
		takeLabel(&x) // see deviceLabels
	}
	w.el("participant")
	w.slot("devices", i)
	w.at("typeCode", typeCode)
	w.el("participantRole")
	w.own(x.ID)
	w.at("classCode", "MANU")
	w.template(templateProductInstance)
	write := func() {
		if x.UDI != nil && x.UDI.Carrier != "" {
			u := *x.UDI
			if carrier := take(&u.Carrier); !hasIdentifier(x.Identifiers, carrier) {
				w.leaf("id", "root", oidFDA, "extension", carrier, "assigningAuthorityName", "FDA")
			}
			x.UDI = &u
		} else if len(x.Identifiers) == 0 {
			w.require("id", "identifiers", "NI")
		}
		w.identifiers("id", "identifiers", &x.Identifiers)
		w.addresses("addresses", &x.Addresses)
		w.telecoms("contacts", &x.Contacts)
		if len(x.Types) > 0 || x.Model != "" || x.Software != "" || w.strict {
			w.el("playingDevice")
			w.deviceParts(&x)
			w.end()
		}
		w.maker(&x)
	}
	if w.listed[x.ID] {
		quiet := w.Quiet
		w.Quiet = true
		w.At("devices", at, write)
		w.Quiet = quiet
	} else {
		x.Use = ""
		w.mention("devices", x.ID, at, write)
		w.namedOnce("devices", x.ID, at, &x)
	}
	w.end()
	w.end()
}

func hasIdentifier(list []record.Identifier, value string) bool {
	for i := range list {
		if list[i].Value == value {
			return true
		}
	}
	return false
}

// maker writes who made a device, or gave its identifier: the scoping entity (CONF:81-7905).
func (w *writer) maker(x *record.Device) {
	var id *record.Identifier
	if x.ManufacturerRef != nil {
		id = x.ManufacturerRef.Identifier
	}
	root := ""
	if x.UDI != nil {
		u := *x.UDI
		switch {
		case u.Jurisdiction == record.SystemFDAUDI:
			root, u.Jurisdiction = oidFDA, ""
		case u.Issuer == oidGS1 || u.Issuer == oidHIBCC || u.Issuer == oidICCBBA:
			root, u.Issuer = u.Issuer, ""
		}
		x.UDI = &u
	}
	if id == nil && x.Manufacturer == "" && root == "" && !w.strict {
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
