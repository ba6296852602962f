package hl7v2

import "github.com/portage-health/portage/record"

// accident reads ACC (6.5.9) of the visit at hand. Without a visit there is nothing that it belongs to, and it is carried.
func (r *reader) accident(s Segment) {
	if r.encounter == nil || r.rec.Encounters[r.visitAt].Accident != nil {
		return
	}
	v := record.Accident{When: r.timeOf(s, 1), Code: r.codedAt(s, 2, "50"), Place: r.textAt(s, 3), State: r.codedAt(s, 4, ""),
		JobRelated: one(s, 5, r.yesNo), Fatal: one(s, 6, r.yesNo), EnteredBy: one(s, 7, r.practitioner), Description: r.textAt(s, 8), BroughtInBy: r.textAt(s, 9),
		PoliceNotified: one(s, 10, r.yesNo), Address: one(s, 11, r.address), Liability: r.number(first(s, 12)), Identifiers: each(s, 13, r.entity)}
	r.own(s, r.rec.Encounters[r.visitAt].ID)
	r.rec.Encounters[r.visitAt].Accident = &v
}

// accident writes ACC, which stands at the end of a message.
func (w *sender) accident(v *record.Encounter) {
	a := v.Accident
	if a == nil {
		return
	}
	s := w.atEnd("ACC", v.ID)
	w.time(s.at(1), &a.When)
	w.conceptPtr(s.at(2), &a.Code, "50")
	w.str(s.at(3), &a.Place)
	w.conceptPtr(s.at(4), &a.State, "")
	w.yesNo(s.at(5), &a.JobRelated)
	w.yesNo(s.at(6), &a.Fatal)
	w.person(s.at(7), a.EnteredBy)
	w.str(s.at(8), &a.Description)
	w.str(s.at(9), &a.BroughtInBy)
	w.yesNo(s.at(10), &a.PoliceNotified)
	w.address(s.at(11), a.Address)
	w.number(s.at(12), &a.Liability)
	for i := range a.Identifiers {
		w.entity(s.next(13), &a.Identifiers[i])
	}
	w.dropEmpty(s)
}

// last is the order of segments that stand at the end of a message.
const last = 1 << 30

// atEnd begins a segment that stands at the end of a message.
func (w *sender) atEnd(name, owner string) *segmentOut {
	s := w.segment(name, owner, 0)
	s.order = last
	return s
}

// restriction reads ARV (3.4.15).
func (r *reader) restriction(s Segment) {
	v := record.AccessRestriction{Action: r.codedAt(s, 2, "206"), Value: r.codedAt(s, 3, "717"), Reasons: each(s, 4, r.of("719")), When: one(s, 6, r.dateRange)}
	for d := range all(s, 5) {
		if t := r.words(d); t != "" {
			v.Instructions = append(v.Instructions, t)
		}
	}
	if r.encounter != nil && r.behindVisit(s) {
		x := &r.rec.Encounters[r.visitAt]
		r.own(s, x.ID)
		x.Restrictions = append(x.Restrictions, v)
	} else if p := r.rec.Patient; p != nil {
		r.own(s, p.ID)
		p.Restrictions = append(p.Restrictions, v)
	} else {
		r.giveBackAll(s)
	}
}

// behindVisit reports whether a segment stands behind PV1.
func (r *reader) behindVisit(s Segment) bool {
	for _, x := range r.p.segs {
		if x.is(idPV1) {
			return x.Index() < s.Index()
		}
	}
	return false
}

// giveBackAll takes the marks off all of a segment but its number.
func (r *reader) giveBackAll(s Segment) {
	for n, f := range s.Fields() {
		if n > 1 {
			r.giveBack(datum{f.span, endRep})
		}
	}
}

// restrictions writes ARV.
func (w *sender) restrictions(owner string, list []record.AccessRestriction) {
	for i := range list {
		x := &list[i]
		s := w.segment("ARV", owner, 0)
		w.conceptPtr(s.at(2), &x.Action, "206")
		w.conceptPtr(s.at(3), &x.Value, "717")
		w.concepts(s, 4, x.Reasons, "719")
		for k := range x.Instructions {
			w.str(s.next(5), &x.Instructions[k])
		}
		if x.When != nil {
			w.dateRange(s.at(6), x.When)
		}
		w.dropEmpty(s)
	}
}

// disability reads DB1 (3.4.11).
func (r *reader) disability(s Segment) {
	p := r.rec.Patient
	if p == nil {
		return
	}
	v := record.Disability{Who: r.codedAt(s, 2, "334"), Identifiers: each(s, 3, r.identifier), Disabled: one(s, 4, r.yesNo), When: r.between(s, 5, 6),
		ReturnsToWork: r.timePtr(s, 7), UnableToWorkAt: r.timePtr(s, 8)}
	r.own(s, p.ID)
	r.fixed(first(s, 1), "1", itoa(len(p.Disabilities)+1))
	p.Disabilities = append(p.Disabilities, v)
}

// death reads PDA (3.4.12).
func (r *reader) death(s Segment) {
	p := r.rec.Patient
	if p == nil || p.Death != nil {
		return
	}
	r.own(s, p.ID)
	p.Death = &record.Death{Causes: each(s, 1, r.concept), Place: one(s, 2, r.location), Certified: one(s, 3, r.yesNo), CertifiedAt: r.timePtr(s, 4),
		CertifiedBy: one(s, 5, r.practitioner), Autopsy: one(s, 6, r.yesNo), AutopsyWhen: one(s, 7, r.dateRange), AutopsyBy: one(s, 8, r.practitioner), Coroner: one(s, 9, r.yesNo)}
}

// disabilities writes DB1, which stands behind the visit.
func (w *sender) disabilities(v *record.Patient) {
	for i := range v.Disabilities {
		x := &v.Disabilities[i]
		s := w.segment("DB1", v.ID, 0)
		w.conceptPtr(s.at(2), &x.Who, "334")
		for k := range x.Identifiers {
			w.identifier(s.next(3), &x.Identifiers[k])
		}
		w.yesNo(s.at(4), &x.Disabled)
		w.between(s, 5, 6, x.When)
		w.timePtr(s.at(7), &x.ReturnsToWork)
		w.timePtr(s.at(8), &x.UnableToWorkAt)
		if len(s.cells) > 0 {
			w.put(s.at(1), itoa(i+1))
		}
		w.dropEmpty(s)
	}
}

// death writes PDA, which stands at the end of a message.
func (w *sender) death(v *record.Patient) {
	d := v.Death
	if d == nil {
		return
	}
	s := w.atEnd("PDA", v.ID)
	for i := range d.Causes {
		w.concept(s.next(1), &d.Causes[i])
	}
	w.location(s.at(2), d.Place)
	w.yesNo(s.at(3), &d.Certified)
	w.timePtr(s.at(4), &d.CertifiedAt)
	w.person(s.at(5), d.CertifiedBy)
	w.yesNo(s.at(6), &d.Autopsy)
	if d.AutopsyWhen != nil {
		w.dateRange(s.at(7), d.AutopsyWhen)
	}
	w.person(s.at(8), d.AutopsyBy)
	w.yesNo(s.at(9), &d.Coroner)
	w.dropEmpty(s)
}

// tellsAll reports whether a message has places for all that is told of a patient: one that is written again, and those of
// ADT whose structure has them.
func (m *messageOut) tellsAll() bool {
	return m.source != "" || m.structure == "ADT_A01" || m.structure == "ADT_A03" || m.structure == "ADT_A05"
}

// circumstances writes what of the patient stands behind the visit, in messages whose structure has it.
func (w *sender) circumstances() {
	v := w.patientNow
	if v == nil || !w.m.tellsAll() {
		return
	}
	died := w.m.source != "" || w.m.structure != "ADT_A05"
	quiet := w.Quiet
	w.Quiet = w.patientQuiet
	w.At("patient", -1, func() {
		w.disabilities(v)
		if died {
			w.death(v)
		}
	})
	if left := w.patientLeft; left != nil && left != v {
		left.Disabilities = v.Disabilities
		if died {
			left.Death = v.Death
		}
	}
	w.Quiet = quiet
}
