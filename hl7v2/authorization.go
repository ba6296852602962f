package hl7v2

import "github.com/portage-health/portage/record"

// authorization reads AUT (11.6.2): a payer's word on what a referral asks for, as a coverage with that authorization.
func (r *reader) authorization(s Segment, v *record.Order) {
	id := one(s, 6, r.entity)
	if id == nil {
		return
	}
	x := record.Coverage{Entry: r.entry(record.KindCoverage, s)}
	x.Plan = r.codedAt(s, 1, "72")
	a := record.CoverageAuthorization{Identifiers: []record.Identifier{*id}, When: r.between(s, 4, 5), Services: []record.Ref{*v.EntryRef(record.KindOrder)}}
	if name := r.textAt(s, 3); name != "" {
		org := r.organizationOf(first(s, 3), nil, name)
		x.Payors = []record.Ref{{ID: org.ID, Kind: record.KindOrganization}}
	}
	x.Authorizations = []record.CoverageAuthorization{a}
	v.Insurance = append(v.Insurance, *x.EntryRef(record.KindCoverage))
	r.rec.Coverages = append(r.rec.Coverages, x)
}

// authorizations writes AUT for what payers said of a referral.
func (w *sender) authorizations(v *record.Order) {
	for i := range v.Insurance {
		at, ok := w.refs[v.Insurance[i].ID]
		if !ok || at.kind != record.KindCoverage || w.written[at] || w.m.source == "" || !isPath(&w.rec.Coverages[at.i].Entry, w.m.source, "AUT") || w.unsayable(at.kind, at.i) != nil {
			continue
		}
		x := w.copyOf(at.kind, at.i).(*record.Coverage)
		w.At("coverages", at.i, func() {
			s := w.segment("AUT", x.ID, w.lineOf(&x.Entry, "AUT"))
			w.conceptPtr(s.at(1), &x.Plan, "72")
			if len(x.Payors) > 0 {
				if org, left := w.organizationOf(&x.Payors[0]); org != nil && len(org.Names) > 0 && w.put(s.at(3), org.Names[0]) {
					left.Names[0] = ""
					refTo(&x.Payors[0])
				}
			}
			if len(x.Authorizations) == 0 {
				return
			}
			a := &x.Authorizations[0]
			if a.When != nil {
				w.time(s.at(4), &a.When.Start)
				w.time(s.at(5), &a.When.End)
			}
			if len(a.Identifiers) > 0 {
				w.entity(s.at(6), &a.Identifiers[0])
			}
			for k := range a.Services {
				if a.Services[k].ID == v.ID {
					refTo(&a.Services[k])
				}
			}
		})
		w.finishEntry(at.kind, at.i)
		refTo(&v.Insurance[i])
	}
}
