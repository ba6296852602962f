package hl7v2

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// roles reads the ROL and PRT of a block (ROL[CareTeam], PRT[CareTeam]): those who have a part in the care.
func (r *reader) roles(b *block) {
	var team record.CareTeam
	for _, s := range b.segs {
		var m record.CareTeamMember
		var ok bool
		switch s.id() {
		case idROL:
			m, ok = r.role(s)
		case idPRT:
			m, ok = r.participation(s)
		default:
			continue
		}
		if !ok {
			continue
		}
		if team.ID == "" {
			team.Entry = r.entry(record.KindCareTeam, s)
			team.Encounter = r.encounter
		}
		r.own(s, team.ID)
		team.Members = append(team.Members, m)
	}
	if team.ID != "" {
		r.rec.CareTeams = append(r.rec.CareTeams, team)
	}
}

// role reads ROL (15.4.7).
func (r *reader) role(s Segment) (m record.CareTeamMember, ok bool) {
	m.Identifiers = add(m.Identifiers, one(s, 1, r.entity))
	m.Roles = append(each(s, 3, r.of("443")), each(s, 9, r.concept)...)
	m.When = r.between(s, 5, 6)
	m.OnBehalfOf = one(s, 14, r.organization)
	m.Locations = each(s, 13, r.location)
	r.fixed(first(s, 2), actions...)
	telecoms, addresses := r.reached(s, 12), each(s, 11, r.address)
	if len(telecoms)+len(addresses) > 0 {
		m.Part = &record.Participation{Telecoms: telecoms, Addresses: addresses}
	}
	if c := r.codedAt(s, 10, "406"); c != nil {
		if m.Part == nil {
			m.Part = &record.Participation{}
		}
		m.Part.Code = c
	}
	for n, d := 0, range1(s, 4); n < len(d); n++ {
		ref, found := r.practitioner(d[n])
		if !found {
			continue
		}
		if m.Who == nil {
			m.Who = &ref
		} else {
			m.Participants = append(m.Participants, record.Participation{Role: "participant", Who: &ref})
		}
	}
	if d := first(s, 2); d.peek() == "DE" { // table 0287
		r.text(d)
		m.Status.Code = record.StatusEnteredInError
	}
	return m, m.Who != nil || m.OnBehalfOf != nil || len(m.Roles) > 0 || len(m.Identifiers) > 0 || m.Part != nil || m.When != nil
}

// range1 gives the repetitions of a field.
func range1(s Segment, field int) (out []datum) {
	for d := range all(s, field) {
		out = append(out, d)
	}
	return out
}

// participation reads PRT (7.4.4): a person, an organization, a place or a device.
func (r *reader) participation(s Segment) (m record.CareTeamMember, ok bool) {
	m.Identifiers = add(m.Identifiers, one(s, 1, r.entity))
	m.Roles = append(each(s, 4, r.of("912")), each(s, 6, r.concept)...)
	if c := r.codedAt(s, 7, "406"); c != nil {
		m.Part = &record.Participation{Code: c}
	}
	for n, d := 0, range1(s, 5); n < len(d); n++ {
		ref, found := r.practitioner(d[n])
		if !found {
			continue
		}
		if m.Who == nil {
			m.Who = &ref
		} else {
			m.Participants = append(m.Participants, record.Participation{Role: "participant", Who: &ref})
		}
	}
	org := one(s, 8, r.organization)
	if m.Who == nil {
		m.Who = org
	} else {
		m.OnBehalfOf = org
	}
	for d := range all(s, 9) {
		if ref, ok := r.location(d); ok {
			m.Locations = append(m.Locations, ref)
		}
	}
	devices := false
	for d := range all(s, 10) {
		if i, ok := r.entity(d); ok {
			ref := r.device(d, i)
			if device := r.deviceBy(&ref); !devices {
				r.moreOfDevice(s, device)
				devices = true
			}
			if m.Who == nil {
				m.Who = &ref
			} else {
				m.Participants = append(m.Participants, record.Participation{Role: "device", Who: &ref})
			}
		}
	}
	r.fixed(first(s, 2), actions...)
	m.When = r.between(s, 11, 12)
	telecoms, addresses := r.reached(s, 15), each(s, 14, r.address)
	if len(telecoms)+len(addresses) > 0 {
		if m.Part == nil {
			m.Part = &record.Participation{}
		}
		m.Part.Telecoms, m.Part.Addresses = telecoms, addresses
	}
	return m, m.Who != nil || len(m.Locations) > 0 || len(m.Roles) > 0 || len(m.Identifiers) > 0 || m.Part != nil || m.When != nil
}

// moreOfDevice reads PRT-16 to PRT-22 (PRT[Device]).
func (r *reader) moreOfDevice(s Segment, x *record.Device) {
	if d := first(s, 16); d.at(1).says() && x.UDI == nil {
		u := record.UDI{Carrier: r.text(d.at(1)), IssuerName: r.text(d.at(2))}
		if id := d.at(3); codes.IsOID(id.peek()) && d.at(4).peek() == "ISO" {
			u.Issuer = codes.FromCDA(r.text(id))
			r.take(d.at(4))
		}
		x.UDI = &u
	}
	sole(r, s, 17, &x.Manufactured, r.timeAt)
	sole(r, s, 18, &x.Expires, r.timeAt)
	sole(r, s, 19, &x.Lot, r.words1)
	sole(r, s, 20, &x.Serial, r.words1)
	if i := one(s, 21, r.entity); i != nil { // of the donation that it holds
		x.Identifiers = union(x.Identifiers, *i)
	}
	x.Types = union(x.Types, each(s, 22, r.concept)...)
}

// deviceBy gives the device that a reference names.
func (r *reader) deviceBy(ref *record.Ref) *record.Device {
	for i := range r.rec.Devices {
		if r.rec.Devices[i].ID == ref.ID {
			return &r.rec.Devices[i]
		}
	}
	return &record.Device{}
}

// timeAt is time, by a pointer.
func (r *reader) timeAt(d datum) (*record.Time, bool) {
	t, ok := r.time(d)
	return &t, ok
}

// actions are the codes of table 0287 that say no more than that the statement holds: added, changed, corrected, unchanged.
var actions = []string{"AD", "CO", "UC", "UP"}
