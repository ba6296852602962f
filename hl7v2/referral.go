package hl7v2

import "github.com/portage-health/portage/record"

// referral reads RF1 with the providers of its PRD (chapter 11).
func (r *reader) referral(b *block) {
	s := b.head()
	ids := add(add([]record.Identifier(nil), one(s, 6, r.entity)), one(s, 11, r.entity))
	v := record.Order{Entry: r.entry(record.KindOrder, s, ids...), Kind: "referral", Encounter: r.encounter}
	v.Mode = record.ModeRequest
	var x record.Referral
	if c := r.codedAt(s, 1, "283"); c != nil && len(c.Codings) > 0 {
		v.Status.AsSent = c.Codings[0].Code
		for n := 2; n <= 9; n++ {
			r.giveBack(first(s, 1).at(n))
		}
		switch v.Status.AsSent {
		case "A", "P":
			v.Status.Code = record.StatusActive
		case "R":
			v.Status.Code = record.StatusRejected
		case "E":
			v.Status.Code = record.StatusInactive
		}
	}
	v.Priority = r.codedAt(s, 2, "280")
	x.Type = r.codedAt(s, 3, "281")
	x.Disposition = each(s, 4, r.of("282"))
	v.Categories = add(v.Categories, r.codedAt(s, 5, "284"))
	v.When.Start = r.timeOf(s, 7)
	x.Expires, x.Processed = r.timePtr(s, 8), r.timePtr(s, 9)
	for d := range all(s, 10) {
		if c, ok := r.concept(d); ok {
			v.Indications = append(v.Indications, record.Indication{Code: &c})
		}
	}
	if q := first(s, 14); q.says() { // treatments or units that are authorized
		if n, ok := r.quantity(q); ok {
			v.Quantity = &record.Amount{Quantity: &n}
		}
	}
	for d := range all(s, 19) {
		if ref, ok := r.organization(d); ok {
			v.Participants = append(v.Participants, record.Participation{Role: "performer", RoleAsSent: "RF1-19", Who: &ref})
		}
	}
	r.participants(&v.Participants, s, 20, "performer", func(p *record.Participation) { p.RoleAsSent = "RF1-20" })
	if text := r.textAt(s, 24); text != "" {
		r.form(v.ID, slotOf("notes", len(v.Notes)), "RF1-24", "")
		v.Notes = append(v.Notes, record.Note{Text: text})
	}
	if x.Type != nil || x.Disposition != nil || x.Expires != nil || x.Processed != nil {
		v.Referral = &x
	}
	for i, p := range b.segs {
		r.own(p, v.ID)
		switch {
		case p.Is("PRD"):
			r.provider(p, &v)
		case p.Is("CTD"):
			r.contact(p, &v)
		case p.Is("AUT"):
			r.authorization(p, &v)
		case p.Is("NTE") && i > 0:
			v.Notes = append(v.Notes, r.notes(b.segs[i:i+1])...)
		}
	}
	r.rec.Orders = append(r.rec.Orders, v)
	r.rest(b)
}

// provider reads PRD: who refers, or is referred to.
func (r *reader) provider(s Segment, v *record.Order) {
	names := each(s, 2, r.name)
	ids := r.licences(s, 7)
	p := record.Participation{Role: "participant", Addresses: each(s, 3, r.address), Telecoms: r.reached(s, 5), When: r.between(s, 8, 9)}
	if c := r.codedAt(s, 1, "286"); c != nil {
		p.Code = c
		if len(c.Codings) > 0 {
			switch c.Codings[0].Code {
			case "RP":
				p.Role = "referrer"
			case "RT":
				p.Role = "recipient"
			}
		}
	}
	if len(names) > 0 {
		ref := r.practitionerOf(first(s, 2), ids, names[0])
		for _, n := range names[1:] {
			r.practitionerOf(first(s, 2), ids, n)
		}
		p.Who = &ref
	} else if len(ids) > 0 {
		p.Identifiers = ids
	}
	v.Participants = append(v.Participants, p)
}

// licences reads PLN (2A.3.53): number, type, where it is from.
func (r *reader) licences(s Segment, field int) (ids []record.Identifier) {
	for d := range all(s, field) {
		if n := r.text(d.at(1)); n != "" {
			i := record.Identifier{Value: n, Assigner: r.text(d.at(3))}
			if t := r.text(d.at(2)); t != "" {
				i.Type = &record.Concept{Codings: []record.Coding{{System: tableSystem("338", t), Code: t}}}
			}
			ids = append(ids, i)
		}
	}
	return ids
}
