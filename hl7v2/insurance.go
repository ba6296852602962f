package hl7v2

import "github.com/portage-health/portage/record"

// insurance reads IN1 to IN3 (IN1[Coverage]).
func (r *reader) insurance(b *block) {
	s := b.head()
	v := record.Coverage{Entry: r.entry(record.KindCoverage, s)}
	v.Order = r.textAt(s, 1)
	v.Plan = r.codedAt(s, 2, "72")
	payor := r.payor(s)
	if payor != nil {
		v.Payors = []record.Ref{*payor}
	}
	if d := first(s, 8); d.peek() != "" {
		group := record.CoverageClass{Type: coverageClass("group"), Value: r.text(d)}
		if n := first(s, 9).at(1); n.peek() != "" {
			group.Name = r.text(n)
		}
		v.Classes = append(v.Classes, group)
	}
	v.When.Start, v.When.End = r.timeOf(s, 12), r.timeOf(s, 13)
	for d := range all(s, 14) { // AUI: authorization, date, source
		if n := r.text(d.at(1)); n != "" {
			x := record.CoverageAuthorization{Identifiers: []record.Identifier{{Value: n, Assigner: r.text(d.at(3))}}}
			if t, ok := r.time(d.at(2)); ok {
				x.When = &record.Period{At: t}
			}
			v.Authorizations = append(v.Authorizations, x)
		}
	}
	v.Type = value(r.codedAt(s, 15, "86"))
	v.Relationship = r.codedAt(s, 17, "63")
	v.Holder = one(s, 11, r.organization)
	r.insured(b, &v)
	if d := first(s, 36); d.peek() != "" {
		v.SubscriberID = r.text(d)
	}
	if i := one(s, 49, r.identifier); i != nil {
		v.MemberID = i
	}
	if i := one(s, 10, r.identifier); i != nil {
		v.HolderParty = &record.CoverageParty{Identifiers: []record.Identifier{*i}}
	}
	if x := r.organizationBy(v.Holder); x != nil {
		x.Addresses = union(x.Addresses, each(s, 44, r.address)...) // of the employer
	}
	if m := one(s, 37, r.money); m != nil {
		v.Costs = append(v.Costs, record.CoverageCost{Type: &record.Concept{Text: "deductible"}, Money: m})
	}
	if c := r.codedAt(s, 35, ""); c != nil {
		v.Kind = c
	}
	r.rec.Coverages = append(r.rec.Coverages, v)
}

func coverageClass(code string) record.Concept {
	return record.Concept{Codings: []record.Coding{{System: "http://terminology.hl7.org/CodeSystem/coverage-class", Code: code}}}
}

// payor reads the insurer: IN1-3 and IN1-4, its address and whom to reach there.
func (r *reader) payor(s Segment) *record.Ref {
	ids := each(s, 3, r.identifier)
	name := r.text(first(s, 4).at(1))
	if len(ids) == 0 && name == "" {
		return nil
	}
	x := r.organizationOf(first(s, 4), ids, name)
	ref := record.Ref{ID: x.ID, Kind: record.KindOrganization}
	x.Addresses = union(x.Addresses, each(s, 5, r.address)...)
	if c := one(s, 6, r.name); c != nil {
		x.Contacts = union(x.Contacts, record.OrganizationContact{Name: c})
	}
	x.Telecoms = union(x.Telecoms, r.reached(s, 7)...)
	return &ref
}

// insured reads who is insured: the patient, or a person of whom IN1 and IN2 tell.
func (r *reader) insured(b *block, v *record.Coverage) {
	s := b.head()
	p := record.CoverageParty{Names: each(s, 16, r.name), BirthTime: r.timePtr(s, 18), Addresses: each(s, 19, r.address)}
	if c := r.codedAt(s, 43, "1"); c != nil {
		p.Code = c
	}
	if s2 := b.seg("IN2"); s2.OK() {
		r.own(s2, v.ID)
		p.Identifiers = each(s2, 1, r.identifier)
		if n := r.textAt(s2, 2); n != "" {
			i := record.Identifier{Value: n}
			p.Identifiers = append(p.Identifiers, *typed(&i, "SS"))
		}
		r.publicInsurance(s2, v, &p)
		if n := one(s2, 61, r.identifier); n != nil && v.MemberID == nil {
			v.PlanIdentifiers = append(v.PlanIdentifiers, *n)
		}
		p.Telecoms = append(r.telecoms(s2, 63, "home"), r.telecoms(s2, 64, "work")...)
	}
	if len(p.Names)+len(p.Addresses)+len(p.Identifiers)+len(p.Telecoms) > 0 || p.BirthTime != nil || p.Code != nil {
		v.MemberParty = &p
	}
}

// insuranceNumbers are the fields of IN2 with numbers that public payers and the military give, and their types in table 0203.
var insuranceNumbers = []struct {
	field  int
	code   string
	person bool // it is the insured's, and not the plan's
}{{6, "MC", false}, {8, "MA", false}, {10, "MI", true}}

// publicInsurance reads numbers that public payers and the military give (IN2-6, IN2-8, IN2-10), the employer with whom to reach there (IN2-70, IN2-49,
// IN2-50), and how the patient is related to the insured (IN2-72) where IN1-17 does not say it.
func (r *reader) publicInsurance(s Segment, v *record.Coverage, p *record.CoverageParty) {
	for _, n := range insuranceNumbers {
		value := r.textAt(s, n.field)
		if value == "" {
			continue
		}
		i := record.Identifier{Value: value}
		if typed(&i, n.code); n.person {
			p.Identifiers = append(p.Identifiers, i)
		} else {
			v.PlanIdentifiers = append(v.PlanIdentifiers, i)
		}
	}
	if v.Holder == nil {
		if v.Holder = one(s, 70, r.organization); v.Holder != nil {
			r.form(v.ID, "policyHolder", "IN2-70", "")
		}
	}
	if x := r.organizationBy(v.Holder); x != nil && len(x.Contacts) == 0 {
		c := record.OrganizationContact{Name: one(s, 49, r.name)}
		if c.Telecoms = r.reached(s, 50); c.Name != nil || len(c.Telecoms) > 0 {
			x.Contacts = append(x.Contacts, c)
		}
	}
	if v.Relationship == nil {
		if v.Relationship = r.codedAt(s, 72, "63"); v.Relationship != nil {
			r.form(v.ID, "relationship", "IN2-72", "")
		}
	}
}
