package hl7v2

import (
	"github.com/portage-health/portage/record"
)

// careTeam writes ROL for each member of a team, or PRT where the source had it.
func (w *sender) careTeam(v *record.CareTeam) {
	w.inVisit(&v.Encounter)
	name := "ROL"
	if isPath(&v.Entry, w.m.source, "PRT") {
		name = "PRT"
	}
	line := w.lineOf(&v.Entry, name)
	for i := range v.Members {
		x := &v.Members[i]
		w.In("members", i)
		s := w.segment(name, v.ID, 0)
		if line > 0 && i == 0 {
			s.line, s.order, w.m.line = line, line, line
		}
		if x.Status.Code == record.StatusEnteredInError {
			w.put(s.at(2), "DE")
			x.Status.Code, x.Status.AsSent = "", ""
		} else {
			w.put(s.at(2), "AD") // table 0287
		}
		if name == "ROL" {
			w.role(s, x)
		} else {
			w.participation(s, x)
		}
		w.Leave()
	}
	w.notesOf(v)
}

func (w *sender) notesOf(v *record.CareTeam) {
	if n := len(w.m.segs); n > 0 && w.m.segs[n-1].owner == v.ID && w.m.source != "" {
		w.notes(v.Notes, w.m.segs[n-1])
	}
}

// role writes ROL (15.4.7).
func (w *sender) role(s *segmentOut, x *record.CareTeamMember) {
	if i := takeAny(x.Identifiers); i != nil {
		w.entity(s.at(1), i)
	}
	if len(x.Roles) > 0 {
		w.coded(s.at(3), &x.Roles[0], "443")
	}
	w.whoElse(s, 4, x)
	w.between(s, 5, 6, x.When)
	for i := 1; i < len(x.Roles); i++ {
		w.concept(s.next(9), &x.Roles[i])
	}
	if p := x.Part; p != nil {
		w.conceptPtr(s.at(10), &p.Code, "406")
		w.addresses(s, 11, p.Addresses)
		w.telecoms(s, 12, p.Telecoms)
	}
	for i := range x.Locations {
		w.location(s.at(13), &x.Locations[i])
		break
	}
	if x.OnBehalfOf != nil {
		w.organization(s.at(14), x.OnBehalfOf)
	}
}

// whoElse writes who takes part, and the others of the same part.
func (w *sender) whoElse(s *segmentOut, field int, x *record.CareTeamMember) {
	if x.Who != nil {
		w.In("who", -1)
		w.person(s.next(field), x.Who)
		w.Leave()
	}
	w.participants(x.Participants, s, field, role("participant"), nil)
}

// participation writes PRT (7.4.4).
func (w *sender) participation(s *segmentOut, x *record.CareTeamMember) {
	if i := takeAny(x.Identifiers); i != nil {
		w.entity(s.at(1), i)
	}
	if len(x.Roles) > 0 {
		w.coded(s.at(4), &x.Roles[0], "912")
	}
	for i := 1; i < len(x.Roles); i++ {
		w.concept(s.next(6), &x.Roles[i])
	}
	switch {
	case x.Who != nil && w.isOrganization(x.Who):
		w.organization(s.at(8), x.Who)
	case x.Who != nil && w.refs[x.Who.ID].kind == record.KindDevice:
		device := *x.Who
		w.deviceAt(s.next(10), x.Who)
		w.moreOfDevice(s, &device)
	default:
		w.whoElse(s, 5, x)
		if x.OnBehalfOf != nil {
			w.organization(s.at(8), x.OnBehalfOf)
		}
	}
	for i := range x.Participants {
		p := &x.Participants[i]
		if p.Role != "device" || p.Who == nil {
			continue
		}
		if device := *p.Who; w.deviceAt(s.next(10), p.Who) {
			p.Role, p.RoleAsSent = "", ""
			w.moreOfDevice(s, &device)
		}
	}
	for i := range x.Locations {
		w.location(s.next(9), &x.Locations[i])
	}
	w.between(s, 11, 12, x.When)
	if p := x.Part; p != nil {
		w.conceptPtr(s.at(7), &p.Code, "406")
		w.addresses(s, 14, p.Addresses)
		w.telecoms(s, 15, p.Telecoms)
	}
}

// moreOfDevice writes PRT-16 to PRT-22 of the first device of a segment.
func (w *sender) moreOfDevice(s *segmentOut, ref *record.Ref) {
	m := w.mentionOf(ref)
	if m == nil || m.device == nil {
		return
	}
	for n := 16; n <= 22; n++ {
		if s.has(n) {
			return
		}
	}
	v, left := clone(w.rec.Devices[m.i]), m.device
	if u := v.UDI; u != nil {
		w.str(s.at(16).at(1), &u.Carrier)
		w.str(s.at(16).at(2), &u.IssuerName)
		if id, kind := universal(u.Issuer); kind == "ISO" && w.put(s.at(16).at(3), id) && w.put(s.at(16).at(4), kind) {
			u.Issuer = ""
		}
		left.UDI = u
	}
	w.timePtr(s.at(17), &v.Manufactured)
	w.timePtr(s.at(18), &v.Expires)
	w.str(s.at(19), &v.Lot)
	w.str(s.at(20), &v.Serial)
	left.Manufactured, left.Expires, left.Lot, left.Serial = v.Manufactured, v.Expires, v.Lot, v.Serial
	if w.m.source != "" && len(v.Identifiers) > 1 { // of the donation that it holds
		w.entity(s.at(21), &v.Identifiers[1])
		left.Identifiers[1] = v.Identifiers[1]
	}
	for i := range v.Types {
		w.concept(s.next(22), &v.Types[i])
		left.Types[i] = v.Types[i]
	}
}
