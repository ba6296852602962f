package hl7v2

import "github.com/portage-health/portage/record"

// referralStatuses is table 0283 by where a referral stands.
var referralStatuses = map[record.StatusCode]string{record.StatusActive: "A", record.StatusRejected: "R", record.StatusInactive: "E"}

// referral writes RF1 with its providers.
func (w *sender) referral(v *record.Order) {
	s := w.segment("RF1", v.ID, w.lineOf(&v.Entry, "RF1"))
	v.Kind = ""
	v.Mode = w.orderMode(v.Mode)
	if v.Status.AsSent != "" && len(v.Status.AsSent) <= 2 {
		if w.str(s.at(1), &v.Status.AsSent); v.Status.AsSent == "" {
			v.Status.Code = ""
		}
	} else if code := referralStatuses[v.Status.Code]; code != "" && w.put(s.at(1), code) {
		v.Status.Code, v.Status.AsSent = "", ""
	}
	w.conceptPtr(s.at(2), &v.Priority, "280")
	if x := v.Referral; x != nil {
		w.conceptPtr(s.at(3), &x.Type, "281")
		w.concepts(s, 4, x.Disposition, "282")
		w.timePtr(s.at(8), &x.Expires)
		w.timePtr(s.at(9), &x.Processed)
	}
	if len(v.Categories) > 0 {
		w.coded(s.at(5), &v.Categories[0], "284")
	}
	for i := range v.Identifiers {
		if x := &v.Identifiers[i]; !s.has(6) {
			w.entity(s.at(6), x)
		} else if !s.has(11) {
			w.entity(s.at(11), x)
		}
	}
	w.time(s.at(7), &v.When.Start)
	w.indications(s, 10, v.Indications)
	w.inVisit(&v.Encounter)
	if x := v.Quantity; x != nil && x.Quantity != nil {
		w.quantity(s.at(14), x.Quantity)
	}
	w.participants(v.Participants, s, 20, role("performer", "RF1-20"), nil)
	for i := range v.Participants {
		if x := &v.Participants[i]; x.Role == "performer" && x.RoleAsSent == "RF1-19" && w.organization(s.next(19), x.Who) {
			x.Role, x.RoleAsSent = "", ""
		}
	}
	for i := range v.Notes {
		if w.formField(v.ID, slotOf("notes", i), "RF1", 0) == 24 {
			w.str(s.at(24), &v.Notes[i].Text)
		}
	}
	w.notes(v.Notes, s)
	w.authorizations(v)
	for i := range v.Participants {
		w.In("participants", i)
		if x := &v.Participants[i]; x.RoleAsSent == roleContact {
			w.contactOf(x, v.ID)
		} else {
			w.provider(x, v.ID)
		}
		w.Leave()
	}
}

// provider writes PRD: who refers, or is referred to.
func (w *sender) provider(p *record.Participation, owner string) {
	s := w.segment("PRD", owner, 0)
	w.named(s, p)
	if len(s.cells) == 0 {
		w.dropEmpty(s)
		return
	}
	w.addresses(s, 3, p.Addresses)
	w.telecoms(s, 5, p.Telecoms)
	w.between(s, 8, 9, p.When)
	said := map[string]string{"RP": "referrer", "RT": "recipient"}
	switch {
	case p.Code != nil && len(p.Code.Codings) > 0:
		code := p.Code.Codings[0].Code
		if w.coded(s.at(1), p.Code, "286"); said[code] == p.Role || said[code] == "" && p.Role == "participant" {
			p.Role, p.RoleAsSent = "", ""
		}
	case p.Role == "referrer" && w.put(s.at(1), "RP"), p.Role == "recipient" && w.put(s.at(1), "RT"), p.Role == "participant":
		p.Role, p.RoleAsSent = "", ""
	}
}

// named writes who it is, in PRD-2 and PRD-7, or CTD-2 and CTD-7.
func (w *sender) named(s *segmentOut, p *record.Participation) {
	if m := w.mentionOf(p.Who); m != nil && m.practitioner != nil {
		v, left := clone(w.rec.Practitioners[m.i]), m.practitioner
		w.At("practitioners", m.i, func() { w.names(s, 2, "names", v.Names) })
		left.Names = v.Names
		for i := range v.Identifiers {
			w.licence(s, &v.Identifiers[i])
		}
		left.Identifiers = v.Identifiers
		if len(s.cells) > 0 {
			refTo(p.Who)
		}
	}
	for i := range p.Identifiers {
		w.licence(s, &p.Identifiers[i])
	}
}

// licence writes PLN: number, type, where it is from.
func (w *sender) licence(s *segmentOut, i *record.Identifier) {
	if i.Value == "" {
		return
	}
	at := s.next(7)
	w.str(at.at(1), &i.Value)
	w.tableCode(at.at(2), i.Type, "338")
	if i.System == "" && i.SystemAsSent == "" {
		w.str(at.at(3), &i.Assigner)
	}
}
