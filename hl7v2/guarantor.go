package hl7v2

import "github.com/portage-health/portage/record"

// guarantor reads GT1: who pays, as a related person with the account that they are answerable for.
func (r *reader) guarantor(s Segment) {
	ids := each(s, 2, r.identifier)
	if v := r.textAt(s, 12); v != "" {
		i := record.Identifier{Value: v}
		ids = append(ids, *typed(&i, "SS"))
	}
	work := each(s, 19, r.identifier) // as an employee
	ids = append(ids, work...)
	v := record.RelatedPerson{Entry: r.entry(record.KindRelatedPerson, s, ids...)}
	formOf(r, v.ID, "identifiers", ids, work, "GT1-19", noData)
	v.Class = []string{"GUAR"} // HL7 v3 RoleClass: guarantor
	v.Names = each(s, 3, r.name)
	for _, n := range each(s, 4, r.name) { // the spouse's
		r.form(v.ID, slotOf("names", len(v.Names)), "GT1-4", "")
		v.Names = append(v.Names, n)
	}
	v.Addresses = each(s, 5, r.address)
	v.Telecoms = append(r.telecoms(s, 6, "home"), r.telecoms(s, 7, "work")...)
	v.BirthTime = r.timeOf(s, 8)
	v.Sex = value(r.codedAt(s, 9, "1"))
	v.Relationships = add(v.Relationships, r.codedAt(s, 11, "63"))
	v.Period = r.between(s, 13, 14)
	v.Organization = one(s, 21, r.organization)
	for d := range all(s, 36) {
		if c, ok := r.coded(d, "296"); ok {
			v.Languages = append(v.Languages, record.Language{Code: c})
		}
	}
	if v.Organization == nil {
		if v.Organization = one(s, 51, r.organization); v.Organization != nil {
			r.form(v.ID, "organization", "GT1-51", "")
		}
	}
	r.employer(s, &v)
	if x := r.organizationBy(v.Organization); x != nil { // the employer
		x.Addresses = union(x.Addresses, each(s, 17, r.address)...)
		x.Telecoms = union(x.Telecoms, r.reached(s, 18)...)
	}
	r.rec.RelatedPersons = append(r.rec.RelatedPersons, v)
	if a := r.accountHere(); a != nil {
		a.Guarantors = union(a.Guarantors, *v.EntryRef(record.KindRelatedPerson))
	}
}

// accountHere gives the account that the message at hand is about (PID-18).
func (r *reader) accountHere() *record.Account {
	for _, s := range r.p.segs {
		if d := first(s, 18); s.is(idPID) && d.says() {
			for k := range r.rec.Accounts {
				for _, i := range r.rec.Accounts[k].Identifiers {
					if i.Value == d.at(1).peek() {
						return &r.rec.Accounts[k]
					}
				}
			}
		}
	}
	return nil
}

// employer reads what GT1 says of an employer beside its name: one that is named like a person (GT1-16), and its number (GT1-29).
func (r *reader) employer(s Segment, v *record.RelatedPerson) {
	if d := first(s, 16); v.Organization == nil && d.at(1).peek() != "" {
		for n := 2; n <= 15; n++ {
			if d.at(n).says() {
				return
			}
		}
		if name := r.text(d.at(1)); name != "" {
			v.Organization = &record.Ref{ID: r.organizationOf(d, nil, name).ID, Kind: record.KindOrganization}
			r.form(v.ID, "organization", "GT1-16", "")
		}
	}
	if x := r.organizationBy(v.Organization); x != nil && len(x.Identifiers) == 0 {
		if x.Identifiers = each(s, 29, r.identifier); len(x.Identifiers) > 0 {
			r.form(v.ID, "organization.identifiers", "GT1-29", "")
		}
	}
}
