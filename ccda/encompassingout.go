package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// encompassing writes the encounter that the document was made in (CDA R2
// 4.2.3.5; C-CDA R2.1 US Realm Header, componentOf).
func (w *writer) encompassing(d *record.Document) {
	at, ok := w.place(d.Encounter)
	if !ok || at.kind != kindEncounter {
		if w.strict && w.typ.encounter {
			w.Note(&issueRequired, "encounter")
			x := record.Encounter{}
			quiet := w.Quiet
			w.Quiet = true
			w.line()
			w.el("componentOf")
			w.el("encompassingEncounter")
			w.encompassingEncounter(&x)
			w.end()
			w.end()
			w.Quiet = quiet
		}
		return
	}
	d.Encounter = nil
	x := w.rec.Encounters[at.i]
	w.alone = !w.wrote[x.ID] // and all who had a part in it are its participants
	w.line()
	w.el("componentOf")
	w.el("encompassingEncounter")
	w.own(x.ID)
	// An encounter that has an entry of its own is named there.
	w.mention("encounters", x.ID, at.i, func() {
		w.encompassingEncounter(&x)
		w.rest(&x)
	})
	w.end()
	w.end()
}

// headerOnly reports whether the header alone tells of an encounter: it is the
// one that the document was made in, no section lists it, and it was read from a
// header, or says nothing that the header has no place for.
func (w *writer) headerOnly(i int) bool {
	if len(w.rec.Documents) == 0 || w.file {
		return false
	}
	x := w.rec.Encounters[i]
	d := &w.rec.Documents[0]
	if d.Encounter == nil || d.Encounter.ID != x.ID || w.listed[x.ID] {
		return false
	}
	if w.native && x.Section == "" {
		return true
	}
	x.Identifiers, x.Assertion, x.When, x.AdmitSource, x.Disposition, x.Class = nil, "", record.Period{}, nil, nil, record.Concept{}
	if len(x.Types) == 1 {
		x.Types = nil
	}
	x.Participants = slices.DeleteFunc(slices.Clone(x.Participants), func(p record.Participation) bool { return headerPart(&p) })
	if len(x.Locations) == 1 {
		l := x.Locations[0]
		l.Location = record.Ref{}
		x.Locations = []record.EncounterLocation{l}
	}
	return record.CountLeavesOf(&x) == 0
}

// isFrom reports whether a document was read from a format.
func (w *writer) isFrom(d *record.Document, format string) bool {
	for i := range w.rec.Sources {
		if s := &w.rec.Sources[i]; s.ID == d.Source && s.Format == format {
			return true
		}
	}
	return false
}

// headerPart reports whether the header has a place for a part in an encounter
// (responsibleParty and x_EncounterParticipant): the entry leaves it to the header.
func headerPart(p *record.Participation) bool {
	switch p.Role {
	case "responsible", "attender", "admitter", "discharger", "consultant", "referrer":
		return p.RoleAsSent == ""
	}
	return false
}

func (w *writer) encompassingEncounter(x *record.Encounter) {
	x.Assertion = ""
	if len(x.Identifiers) == 0 {
		if w.pointedTo[x.ID] > 0 {
			w.leaf("id", "root", w.uuid(x.ID)) // as the entry has it
		} else {
			w.require("id", "identifiers", "NI")
		}
	}
	w.identifiers("id", "identifiers", &x.Identifiers)
	w.encounterCode(x)
	w.encounterTime(x)
	w.conceptPtr("sdtc:admissionReferralSourceCode", "admitSource", &x.AdmitSource)
	if x.Disposition == nil && w.typ.typ == DischargeSummary {
		w.require("dischargeDispositionCode", "disposition", "NI") // CONF:1198-8476
	}
	w.conceptPtr("dischargeDispositionCode", "disposition", &x.Disposition)
	parts := slices.Clone(x.Participants)
	w.encounterParts(parts, "responsibleParty")
	w.encounterParts(parts, "encounterParticipant")
	parts = slices.DeleteFunc(parts, func(p record.Participation) bool { return p.Role == "" })
	x.Participants = parts
	w.facility(x)
}

// encounterCode writes what kind of encounter it is: one code, with what else is known as its translations.
func (w *writer) encounterCode(x *record.Encounter) {
	types := slices.Clone(x.Types)
	if len(types) == 0 && !x.Class.IsZero() {
		types = append(types, x.Class)
		w.In("class", -1)
		w.concept("code", "", &types[0])
		w.Leave()
		x.Class = record.Concept{}
		return
	}
	if len(types) == 0 {
		if w.typ.typ == ProcedureNote {
			w.require("code", "types", "NI") // CONF:1198-30873
		}
		return
	}
	c := types[0]
	if !x.Class.IsZero() && x.Class.Absent == "" && x.Class.Text == "" && x.Class.TextRef == "" {
		c.Codings = append(slices.Clone(c.Codings), x.Class.Codings...)
		x.Class = record.Concept{}
	}
	w.In("types", 0)
	w.concept("code", "", &c)
	w.Leave()
	types[0] = record.Concept{}
	x.Types = types
}

// encounterTime writes when it was. Every document demands it where there is an
// encounter (CONF:1198-9958), some its bounds.
func (w *writer) encounterTime(x *record.Encounter) {
	p := &x.When
	if w.strict {
		w.plainPeriod("when", p)
		bounds := w.typ.typ == DischargeSummary || w.typ.typ == ProgressNote
		if bounds && !p.At.IsZero() && p.Start.IsZero() && p.End.IsZero() && p.At.Absent == "" {
			w.Note(&altered, "when.at")
			p.Start, p.End, p.At = p.At, p.At, record.Time{}
		} else if bounds && !p.At.IsZero() {
			w.Drop("when.at", &p.At, &withheld)
			p.At = record.Time{}
		}
		if bounds {
			if p.Start.IsZero() {
				w.absentStart(p)
			}
			w.DropString("when.absent", string(p.Absent), &withheld)
			p.Absent = ""
			if p.End.IsZero() && w.typ.typ == DischargeSummary {
				w.Note(&issueRequired, "when.end")
				p.End.Absent = record.AbsentNoInformation
			}
		} else if p.IsZero() {
			w.require("effectiveTime", "when", "NI")
		}
	}
	w.period("effectiveTime", "when", p)
}

// encounterParts writes those who had a part in the encounter and for whom the header has an element.
func (w *writer) encounterParts(list []record.Participation, name string) {
	for i := range list {
		p := list[i]
		if p.Role == "" || !headerPart(&p) && !w.alone || (p.Role == "responsible") != (name == "responsibleParty") {
			continue
		}
		w.In("participants", i)
		if at, ok := w.place(p.Who); w.strict && p.OnBehalfOf == nil && (!ok || at.kind == kindDevice) && !w.isNamedInWords("assignedEntity", p) {
			w.Drop("", &p, &withheld) // a person or an organization must be named (CONF:1198-32905, 1198-32906)
		} else {
			w.participation(name, p)
		}
		w.Leave()
		list[i] = record.Participation{}
		if name == "responsibleParty" {
			return // the header has one
		}
	}
}

// placeAgain is for a place that the header names and the encounter names once more.
var placeAgain = record.IssueAltered.Because("the header has the place without its time; where the document has the encounter too, the place is there once more")

// facility writes where the encounter took place: the first place, which the header has one of.
func (w *writer) facility(x *record.Encounter) {
	must := w.strict && (w.typ.typ == ProgressNote || w.typ.typ == ProcedureNote) // CONF:1198-30879, 1198-30876
	for i := range x.Locations {
		at, ok := w.place(&x.Locations[i].Location)
		if !ok || at.kind != kindLocation {
			continue
		}
		if !inHeader(&x.Locations[i]) {
			quiet := w.Quiet
			w.Quiet = false // its entry does not say it
			w.Note(&placeAgain, "locations")
			w.Quiet = quiet
		}
		w.el("location")
		w.el("healthCareFacility")
		l := w.rec.Locations[at.i]
		w.own(l.ID)
		w.mention("locations", l.ID, at.i, func() { w.facilityParts(&l, must) })
		w.end()
		w.end()
		locations := slices.Clone(x.Locations)
		locations[i].Location = record.Ref{}
		x.Locations = locations
		return
	}
	if must {
		w.Note(&issueRequired, "locations")
		w.el("location")
		w.el("healthCareFacility")
		w.leaf("id", "nullFlavor", "NI")
		w.end()
		w.end()
	}
}

func (w *writer) facilityParts(l *record.Location, must bool) {
	if must && len(l.Identifiers) == 0 {
		w.require("id", "identifiers", "NI") // CONF:1198-30881, 1198-30878
	}
	w.identifiers("id", "identifiers", &l.Identifiers)
	if len(l.Types) > 0 {
		types := slices.Clone(l.Types)
		w.In("types", 0)
		w.concept("code", "", &types[0])
		w.Leave()
		l.Types = types
	}
	if len(l.Names) > 0 || len(l.Addresses) > 0 {
		w.el("location")
		if len(l.Names) > 0 {
			w.words("name", l.Names[0])
			names := slices.Clone(l.Names)
			names[0] = ""
			l.Names = names
		}
		if len(l.Addresses) > 0 {
			a := l.Addresses[0]
			w.In("addresses", 0)
			w.address(&a)
			w.Leave()
			addresses := slices.Clone(l.Addresses)
			addresses[0] = record.Address{}
			l.Addresses = addresses
		}
		w.end()
	}
	if l.Managing != nil && w.organization("serviceProviderOrganization", l.Managing) {
		l.Managing = nil
	}
	w.markedLater(&l.Entry, &w.rec.Locations[w.index[l.ID].i].Entry)
	w.rest(l)
}
