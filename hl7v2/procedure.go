package hl7v2

import "github.com/portage-health/portage/record"

// procedure reads PR1 (PR1[Procedure]).
func (r *reader) procedure(b *block, s Segment) {
	var ids []record.Identifier
	ids = add(ids, one(s, 19, r.entity))
	v := record.Procedure{Entry: r.entry(record.KindProcedure, s, ids...), Encounter: r.encounter}
	v.Code = r.conceptAt(s, 3)
	if d := first(s, 4); v.Code.Text == "" {
		v.Code.Text = r.words(d)
	}
	v.When.At = r.timeOf(s, 5)
	v.Categories = add(v.Categories, r.codedAt(s, 6, "230"))
	if n := r.number(first(s, 7)); n != "" {
		v.When.Width = &record.Quantity{Value: n, Unit: "min", Code: "min", System: record.SystemUCUM} // PR1-7 counts minutes
		if !v.When.At.IsZero() {
			v.When.Start, v.When.At = v.When.At, record.Time{}
		}
	}
	for _, p := range []struct {
		field int
		text  string
	}{{8, "anesthesiologist"}, {11, "surgeon"}, {12, ""}} {
		r.participants(&v.Participants, s, p.field, "performer", func(x *record.Participation) {
			if p.text != "" {
				x.RoleAsSent = p.text
			}
		})
	}
	v.Anesthesia = r.codedAt(s, 9, "19")
	for d := range all(s, 15) {
		if c, ok := r.concept(d); ok {
			v.Indications = append(v.Indications, record.Indication{Code: &c})
		}
	}
	v.Modifiers = each(s, 16, r.concept)
	if c := r.textAt(s, 14); c != "" {
		v.Priority = &record.Concept{Codings: []record.Coding{{System: tableSystem("418", c), Code: c}}}
	}
	if ref := one(s, 23, r.location); ref != nil {
		v.Locations = append(v.Locations, *ref)
	}
	if p := one(s, 25, r.entity); p != nil {
		v.PartOf = append(v.PartOf, record.Ref{Identifier: p})
	}
	switch action := first(s, 20); action.peek() {
	case "D": // table 0206
		r.text(action)
		v.Status.Code = record.StatusEnteredInError
	default:
		r.fixed(action, "A")
	}
	if b.head() == s {
		v.Notes = r.comments(b)
		r.rest(b)
	}
	r.rec.Procedures = append(r.rec.Procedures, v)
}
