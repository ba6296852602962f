package hl7v2

import "github.com/portage-health/portage/record"

// coverage writes IN1 and IN2.
func (w *sender) coverage(v *record.Coverage) {
	s := w.segment("IN1", v.ID, w.lineOf(&v.Entry, "IN1"))
	w.str(s.at(1), &v.Order)
	w.conceptPtr(s.at(2), &v.Plan, "72")
	if len(v.Payors) > 0 {
		w.payor(s, &v.Payors[0])
	}
	for i, grouped := 0, false; i < len(v.Classes); i++ {
		x := &v.Classes[i]
		if c := x.Type.Codings; len(c) > 0 && c[0].Code == "group" && !grouped {
			grouped = true
			w.str(s.at(8), &x.Value)
			w.str(s.at(9).at(1), &x.Name)
			if len(c) == 1 && equal(x.Type, coverageClass("group")) {
				x.Type = record.Concept{}
			}
		}
	}
	if v.HolderParty != nil && len(v.HolderParty.Identifiers) > 0 {
		w.identifier(s.at(10), &v.HolderParty.Identifiers[0])
	}
	if v.Holder != nil && w.formField(v.ID, "policyHolder", "IN2", 0) == 0 {
		id := v.Holder.ID
		if w.organization(s.at(11), v.Holder) && w.m.source != "" {
			if o, left := w.organizationOf(&record.Ref{ID: id}); o != nil {
				w.addresses(s, 44, o.Addresses) // of the employer
				left.Addresses = o.Addresses
			}
		}
	}
	w.time(s.at(12), &v.When.Start)
	w.time(s.at(13), &v.When.End)
	for i := range v.Authorizations {
		x := &v.Authorizations[i]
		if len(x.Identifiers) == 0 || x.Identifiers[0].Value == "" {
			continue
		}
		at := s.next(14)
		w.str(at.at(1), &x.Identifiers[0].Value)
		if x.When != nil {
			w.time(at.at(2), &x.When.At)
		}
		w.str(at.at(3), &x.Identifiers[0].Assigner)
	}
	w.coded(s.at(15), &v.Type, "86")
	if w.formField(v.ID, "relationship", "IN2", 0) == 0 {
		w.conceptPtr(s.at(17), &v.Relationship, "63")
	}
	w.conceptPtr(s.at(35), &v.Kind, "")
	w.str(s.at(36), &v.SubscriberID)
	for i := range v.Costs {
		if c := &v.Costs[i]; c.Type != nil && c.Type.Text == "deductible" && len(c.Type.Codings) == 0 && !s.has(37) {
			w.money(s.at(37), c.Money)
			c.Type = nil
		}
	}
	w.identifier(s.at(49), v.MemberID)
	w.insured(s, v)
	w.notes(v.Notes, s)
}

// payor writes the insurer, its address and whom to reach there.
func (w *sender) payor(s *segmentOut, ref *record.Ref) {
	v, left := w.organizationOf(ref)
	if v == nil {
		if ref.ID == "" {
			w.str(s.at(4).at(1), &ref.Display)
			if ref.Identifier != nil {
				w.identifier(s.at(3), ref.Identifier)
			}
		}
		return
	}
	before := len(s.cells)
	for i := range v.Identifiers {
		w.identifier(s.next(3), &v.Identifiers[i])
	}
	if len(v.Names) > 0 {
		w.str(s.at(4).at(1), &v.Names[0])
	}
	w.addresses(s, 5, v.Addresses)
	if len(v.Contacts) > 0 && v.Contacts[0].Name != nil {
		at := w.refs[ref.ID]
		w.At("organizations", at.i, func() {
			w.In("contacts", 0)
			w.In("name", -1)
			w.name(s.at(6), v.Contacts[0].Name)
			w.Leave()
			w.Leave()
		})
	}
	w.telecoms(s, 7, v.Telecoms)
	left.Identifiers, left.Names, left.Addresses, left.Contacts, left.Telecoms = v.Identifiers, v.Names, v.Addresses, v.Contacts, v.Telecoms
	if len(s.cells) > before {
		refTo(ref)
	}
}

// insured writes who is insured.
func (w *sender) insured(s *segmentOut, v *record.Coverage) {
	p := v.MemberParty
	if p == nil {
		p = &record.CoverageParty{}
	}
	w.In("memberParty", -1)
	w.names(s, 16, "names", p.Names)
	w.Leave()
	w.timePtr(s.at(18), &p.BirthTime)
	w.addresses(s, 19, p.Addresses)
	w.conceptPtr(s.at(43), &p.Code, "1")
	s2 := w.segment("IN2", v.ID, 0)
	w.publicInsurance(s2, v, p)
	for i := range p.Identifiers {
		if x := &p.Identifiers[i]; isType(x, "SS") && x.System == "" && x.SystemAsSent == "" && !s2.has(2) {
			w.str(s2.at(2), &x.Value)
			w.impliedType(x, "SS")
		} else {
			w.identifier(s2.next(1), x)
		}
	}
	for i := range v.PlanIdentifiers {
		if x := &v.PlanIdentifiers[i]; x.Value != "" && !s2.has(61) {
			w.identifier(s2.at(61), x)
		}
	}
	w.homeAndWork(s2, 63, 64, p.Telecoms)
	w.dropEmpty(s2)
}

// publicInsurance writes numbers that public payers and the military give, the employer, and how the patient is related to the insured.
func (w *sender) publicInsurance(s *segmentOut, v *record.Coverage, p *record.CoverageParty) {
	for _, n := range insuranceNumbers {
		list := v.PlanIdentifiers
		if n.person {
			list = p.Identifiers
		}
		if x := takeType(list, n.code); x != nil && x.System == "" && x.SystemAsSent == "" && x.Assigner == "" {
			w.str(s.at(n.field), &x.Value)
			w.impliedType(x, n.code)
		}
	}
	if v.Holder != nil {
		if w.formField(v.ID, "policyHolder", "IN2", 0) == 70 {
			w.organization(s.at(70), v.Holder)
		}
		if m := w.mentionOf(&record.Ref{ID: w.holderOf(v)}); m != nil && m.organization != nil && len(m.organization.Contacts) > 0 {
			c := clone(w.rec.Organizations[m.i].Contacts[0])
			w.At("organizations", m.i, func() {
				w.In("contacts", 0)
				w.In("name", -1)
				w.name(s.at(49), c.Name)
				w.Leave()
				w.Leave()
			})
			w.telecoms(s, 50, c.Telecoms)
			m.organization.Contacts[0].Name, m.organization.Contacts[0].Telecoms = c.Name, c.Telecoms
		}
	}
	if w.formField(v.ID, "relationship", "IN2", 0) == 72 {
		w.conceptPtr(s.at(72), &v.Relationship, "63")
	}
}

// holderOf gives the id of the holder of a policy, which was cleared where it was written.
func (w *sender) holderOf(v *record.Coverage) string {
	if at, ok := w.refs[v.ID]; ok && w.rec.Coverages[at.i].Holder != nil {
		return w.rec.Coverages[at.i].Holder.ID
	}
	return ""
}
