package hl7v2

import "github.com/portage-health/portage/record"

// charge writes FT1.
func (w *sender) charge(v *record.Charge) {
	s := w.segment("FT1", v.ID, w.lineOf(&v.Entry, "FT1"))
	if len(v.Identifiers) > 0 && v.Identifiers[0].Value != "" {
		w.str(s.at(2), &v.Identifiers[0].Value)
	}
	w.str(s.at(3), &v.Batch)
	if v.When.At.IsZero() {
		w.dateRange(s.at(4), &v.When)
	} else {
		w.time(s.at(4).at(1), &v.When.At)
	}
	w.timePtr(s.at(5), &v.Posted)
	w.conceptPtr(s.at(6), &v.Type, "17")
	w.concept(s.at(7), &v.Code)
	if q := v.Quantity; q != nil && q.Unit+q.Code == "" && q.Comparator == "" {
		w.number(s.at(10), &q.Value)
	}
	w.money(s.at(11), v.Total)
	w.money(s.at(12), v.UnitPrice)
	w.conceptPtr(s.at(13), &v.Department, "49")
	w.concepts(s, 19, v.Diagnoses, "")
	w.participants(v.Participants, s, 20, role("performer"), nil)
	w.participants(v.Participants, s, 21, role("author"), nil)
	w.participants(v.Participants, s, 24, role("enterer"), nil)
	for i := range v.Participants {
		if x := &v.Participants[i]; x.Role == "location" && w.location(s.at(16), x.Who) {
			x.Role, x.RoleAsSent = "", ""
		}
	}
	for i := range v.Services {
		if x := &v.Services[i]; x.ID == "" && x.Identifier != nil {
			if f := w.formField(v.ID, slotOf("services", i), "FT1", 23); !s.has(f) {
				w.entity(s.at(f), x.Identifier)
			}
		}
	}
	w.chargeModifiers(s, v)
	w.inVisit(&v.Encounter)
	w.notes(v.Notes, s)
}

// chargeModifiers writes FT1-25, the procedure, and FT1-26: a reader takes the first for a modifier where FT1-7 has the code.
func (w *sender) chargeModifiers(s *segmentOut, v *record.Charge) {
	for i := range v.Modifiers {
		if i == 0 && w.m.source != "" {
			w.concept(s.at(25), &v.Modifiers[i])
		} else {
			w.concept(s.next(26), &v.Modifiers[i])
		}
	}
}
