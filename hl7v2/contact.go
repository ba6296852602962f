package hl7v2

import "github.com/portage-health/portage/record"

// roleContact is what the part of somebody is called whom CTD names: whom to reach about an order.
const roleContact = "CTD"

// contact reads CTD (11.6.4): whom to reach about an order or a referral.
func (r *reader) contact(s Segment, v *record.Order) {
	r.own(s, v.ID)
	names := each(s, 2, r.name)
	p := record.Participation{Role: "participant", RoleAsSent: roleContact, Code: r.codedAt(s, 1, "131"), Addresses: each(s, 3, r.address), Telecoms: r.reached(s, 5)}
	p.Location = one(s, 4, r.location)
	ids := r.licences(s, 7)
	switch {
	case len(names) > 0:
		ref := r.practitionerOf(first(s, 2), ids, names[0])
		for _, n := range names[1:] {
			r.practitionerOf(first(s, 2), ids, n)
		}
		p.Who = &ref
	case len(ids) > 0:
		p.Identifiers = ids
	case p.Code == nil && p.Location == nil && len(p.Addresses)+len(p.Telecoms) == 0:
		return
	}
	v.Participants = append(v.Participants, p)
}

// contactOf writes CTD.
func (w *sender) contactOf(p *record.Participation, owner string) {
	s := w.segment("CTD", owner, 0)
	w.conceptPtr(s.at(1), &p.Code, "131")
	w.named(s, p)
	w.addresses(s, 3, p.Addresses)
	if p.Location != nil {
		w.location(s.at(4), p.Location)
	}
	w.telecoms(s, 5, p.Telecoms)
	if len(s.cells) > 0 {
		p.Role, p.RoleAsSent = "", ""
	}
	w.dropEmpty(s)
}
