package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// serviceLocation writes a participant that is where something took place (C-CDA R2.1 Service Delivery Location).
func (w *writer) serviceLocation(leaf string, i int, ref *record.Ref, path string, when func()) bool {
	at, ok := w.place(ref)
	if !ok && ref != nil && ref.Display != "" && !w.strict {
		w.placeInWords(leaf, i, ref, path, when)
		return true
	}
	if !ok || at.kind != kindLocation {
		return false
	}
	x := w.rec.Locations[at.i]
	if w.brief(x.ID, &x.Identifiers, nil, &x.Addresses, &x.Telecoms) {
		x.Names, x.Types = nil, x.Types[:min(len(x.Types), 1)]
	}
	w.nameBeside(path, ref, at)
	if w.headerPlace == x.ID {
		x.Managing = nil // the header says it
	}
	w.el("participant")
	w.slot(leaf, i)
	w.at("typeCode", "LOC")
	if when != nil {
		when()
	}
	w.el("participantRole")
	defer w.weigh(ref, len(w.b))
	w.own(x.ID)
	w.at("classCode", "SDLOC")
	w.template(templateServiceLocation)
	w.mention("locations", x.ID, at.i, func() {
		w.identifiers("id", "identifiers", &x.Identifiers)
		if len(x.Types) == 0 {
			w.require("code", "types", "NI")
		}
		if w.strict && len(x.Types) > 1 {
			dropFrom(w, "types", x.Types, 1, &withheld) // one code (CONF:81-16850)
			x.Types = x.Types[:1]
		}
		if w.again() && len(x.Types) > 0 {
			x.Types = slices.DeleteFunc(slices.Clone(x.Types), func(c record.Concept) bool { return c.Absent != "" && len(c.Codings) == 0 && c.Text == "" })
		}
		w.concepts("code", "types", &x.Types)
		w.addresses("addresses", &x.Addresses)
		w.telecoms("telecoms", &x.Telecoms)
		if len(x.Names) > 0 {
			w.el("playingEntity")
			w.at("classCode", "PLC")
			w.orgNames(&x.Names)
			w.end()
		} else if w.strict && w.release >= R30 {
			w.el("playingEntity")
			w.at("classCode", "PLC")
			w.require("name", "names", "NI")
			w.end()
		}
		w.markedLater(&x.Entry, &w.rec.Locations[at.i].Entry)
		w.rest(&x)
	})
	w.end()
	w.end()
	return true
}
