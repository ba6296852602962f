package hl7v2

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// nextOfKin reads NK1 (NK1[RelatedPerson]): a person, or an organization with somebody to ask for.
func (r *reader) nextOfKin(s Segment) {
	own := each(s, 12, r.identifier)
	ids := append(each(s, 33, r.identifier), own...)
	v := record.RelatedPerson{Entry: r.entry(record.KindRelatedPerson, s, ids...)}
	v.Names = each(s, 2, r.name)
	v.Relationships = each(s, 3, r.of("63"))
	v.Addresses = each(s, 4, r.address)
	formOf(r, v.ID, "identifiers", ids, own, "NK1-12", noData)
	numbers := func(field int, read []record.Telecom) {
		v.Telecoms = append(v.Telecoms, read...)
		r.numbersOf(v.ID, "telecoms", v.Telecoms, read, r.styles, "NK1-"+itoa(field), func(t *record.Telecom) string { return "NK1-" + itoa(kinField(t)) })
	}
	numbers(5, r.reached(s, 5))
	numbers(6, r.telecoms(s, 6, "work"))
	numbers(40, r.reached(s, 40))
	v.Relationships = append(v.Relationships, each(s, 7, r.of("131"))...)
	v.Period = r.between(s, 8, 9)
	v.Sex = value(r.codedAt(s, 15, "1"))
	v.BirthTime = r.timeOf(s, 16)
	if ref := one(s, 13, r.organization); ref != nil {
		v.Organization = ref
		r.contacts(s, ref, 30, 31, 41, 32)
	} else {
		v.Names = append(v.Names, each(s, 30, r.name)...)
		numbers(31, r.reached(s, 31))
		numbers(41, r.reached(s, 41))
		v.Addresses = append(v.Addresses, each(s, 32, r.address)...)
	}
	for d := range all(s, 20) {
		if c, ok := r.coded(d, "296"); ok {
			v.Languages = append(v.Languages, record.Language{Code: c})
		}
	}
	yes := true
	v.Contact = &yes
	r.rec.RelatedPersons = append(r.rec.RelatedPersons, v)
}

// kinField is the field of NK1 for a telecom.
func kinField(t *record.Telecom) int {
	if slices.Contains(t.Uses, "work") {
		return 6
	}
	return 5
}

// contacts reads whom to ask for at an organization.
func (r *reader) contacts(s Segment, ref *record.Ref, name, phone, more, address int) {
	var c record.OrganizationContact
	c.Name = one(s, name, r.name)
	c.Telecoms = append(r.reached(s, phone), r.reached(s, more)...)
	c.Address = one(s, address, r.address)
	if x := r.organizationBy(ref); x != nil && (c.Name != nil || c.Address != nil || len(c.Telecoms) > 0) {
		x.Contacts = union(x.Contacts, c)
	}
}

// between reads a start and an end from two fields.
func (r *reader) between(s Segment, start, end int) *record.Period {
	p := record.Period{Start: r.timeOf(s, start), End: r.timeOf(s, end)}
	if p.IsZero() {
		return nil
	}
	return &p
}
