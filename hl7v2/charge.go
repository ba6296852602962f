package hl7v2

import "github.com/portage-health/portage/record"

// charge reads FT1 (chapter 6): one item that was billed, or taken back.
func (r *reader) charge(b *block) {
	s := b.head()
	var ids []record.Identifier
	if id := r.textAt(s, 2); id != "" {
		ids = append(ids, record.Identifier{Value: id})
	}
	v := record.Charge{Entry: r.entry(record.KindCharge, s, ids...), Encounter: r.encounter}
	v.Batch = r.textAt(s, 3)
	if d := first(s, 4); d.at(2).says() {
		v.When, _ = r.dateRange(d)
	} else {
		v.When.At = r.timeOf(s, 4)
	}
	v.Posted = r.timePtr(s, 5)
	v.Type = r.codedAt(s, 6, "17")
	v.Code = r.conceptAt(s, 7)
	if n := r.number(first(s, 10)); n != "" {
		v.Quantity = &record.Quantity{Value: n}
	}
	v.Total, v.UnitPrice = one(s, 11, r.money), one(s, 12, r.money)
	v.Department = r.codedAt(s, 13, "49")
	v.Diagnoses = each(s, 19, r.concept)
	r.participants(&v.Participants, s, 20, "performer", nil)
	r.participants(&v.Participants, s, 21, "author", nil)
	r.participants(&v.Participants, s, 24, "enterer", nil)
	for _, f := range []int{23, 31, 32} {
		if i := one(s, f, r.entity); i != nil {
			r.form(v.ID, slotOf("services", len(v.Services)), "FT1-"+itoa(f), "")
			v.Services = append(v.Services, record.Ref{Identifier: i})
		}
	}
	if c := r.codedAt(s, 25, ""); c != nil && v.Code.IsZero() {
		v.Code = *c
	} else if c != nil {
		v.Modifiers = append(v.Modifiers, *c)
	}
	v.Modifiers = append(v.Modifiers, each(s, 26, r.concept)...)
	for _, d := range []int{16} {
		if ref := one(s, d, r.location); ref != nil {
			v.Participants = append(v.Participants, record.Participation{Role: "location", Who: ref})
		}
	}
	v.Notes = r.comments(b)
	r.rec.Charges = append(r.rec.Charges, v)
	for _, x := range b.segs {
		switch x.Name() {
		case "DG1":
			r.diagnosis(x)
		case "PR1":
			r.procedure(b, x)
		}
	}
}
