package hl7v2

import "github.com/portage-health/portage/record"

// visit reads PV1 and PV2 (PV1[Encounter], PV2[Encounter]).
func (r *reader) visit(b *block) {
	s := b.head()
	ids := add(add([]record.Identifier(nil), typed(one(s, 19, r.identifier), "VN")), one(s, 50, r.identifier))
	v := record.Encounter{Entry: r.entry(record.KindEncounter, s, ids...)}
	if first(s, 19).at(5).peek() == "VN" {
		r.form(v.ID, "identifiers[0]", "PV1-19", "VN") // the type was sent
	}
	for d := range all(s, 20) {
		if c := r.text(d.at(1)); c != "" {
			x := record.DatedConcept{Concept: record.Concept{Codings: []record.Coding{{System: tableSystem("64", c), Code: c}}}}
			if t, ok := r.time(d.at(2)); ok {
				x.When = &record.Period{Start: t}
			}
			v.FinancialClasses = append(v.FinancialClasses, x)
		}
	}
	v.Class = value(r.codedAt(s, 2, "4"))
	v.Types = add(v.Types, r.codedAt(s, 4, "7"))
	v.PreAdmission = one(s, 5, r.identifier)
	v.ServiceType = r.codedAt(s, 10, "69") // PV1[Encounter]
	v.Readmission = r.codedAt(s, 13, "92")
	v.AdmitSource = r.codedAt(s, 14, "23")
	v.Arrangements = each(s, 15, r.of("9"))
	v.Courtesies = each(s, 16, r.of("99"))
	v.PatientClass = r.codedAt(s, 18, "18")
	v.Disposition = r.codedAt(s, 36, "112")
	v.Diets = add(v.Diets, r.codedAt(s, 38, "114"))
	v.When.Start, v.When.End = r.timeOf(s, 44), r.timeOf(s, 45)
	for _, p := range []struct {
		field int
		role  string
	}{{7, "attender"}, {8, "referrer"}, {9, "consultant"}, {17, "admitter"}, {52, "participant"}} {
		r.participants(&v.Participants, s, p.field, p.role, nil)
	}
	r.places(s, &v)
	if d := first(s, 37); d.says() { // DLD: where to, and when
		if to := r.words(datum{d.at(1).span, 0}); to != "" {
			v.DischargedTo = &record.Ref{Display: to}
		}
	}
	if p := r.text(first(s, 39)); p != "" {
		v.ServiceProvider = &record.Ref{Display: p}
	}
	for _, x := range r.p.segs {
		if !x.is(idPID) || !s.Field(41).Valued() {
			continue
		}
		if a := r.account(typed(one(x, 18, r.identifier), "AN")); a != nil && a.Status.Code == "" && a.Status.AsSent == "" { // where the account stands
			a.Status.AsSent = r.textAt(s, 41)
		}
	}
	if i := one(s, 54, r.identifier); i != nil {
		v.Episodes = append(v.Episodes, record.Ref{Identifier: i, Display: r.textAt(s, 53)})
	}
	v.Status = r.visitStatus(&v)
	if s2 := b.seg("PV2"); s2.OK() {
		r.own(s2, v.ID)
		r.moreOfVisit(s2, &v)
	}
	for i, s := range b.segs {
		if s.Is("NTE") {
			v.Notes = append(v.Notes, r.notes(b.segs[i:i+1])...)
		}
	}
	at, ok := join(r, b, "", r.rec.Encounters, func(v *record.Encounter) *record.Entry { return &v.Entry }, &v)
	if !ok {
		at = len(r.rec.Encounters)
		r.rec.Encounters = append(r.rec.Encounters, v)
	}
	r.encounter = r.rec.Encounters[at].EntryRef(record.KindEncounter)
	r.visitAt = at
}

// places reads where the patient is, was, is for a time, and is to be.
func (r *reader) places(s Segment, v *record.Encounter) {
	for _, p := range []struct {
		field  int
		status string
	}{{3, "active"}, {6, "completed"}, {11, "active"}, {42, "planned"}, {43, "completed"}} {
		ref := one(s, p.field, r.location)
		if ref == nil {
			continue
		}
		status := p.status
		if p.field == 3 && v.Class.Has(tableURI("4"), "P") {
			status = "planned"
		}
		l := record.EncounterLocation{Location: *ref, Status: status}
		if p.field == 11 || p.field == 43 { // temporary places
			l.Physical = nil
		}
		v.Locations = append(v.Locations, l)
	}
}

// visitStatus is what the event, or the discharge, says of where the visit stands (Event[EncounterStatus], PV1-45). What other messages send of a
// visit says nothing of that. A04 is the arrival of the patient (3.3.4), which the map has as planned.
func (r *reader) visitStatus(v *record.Encounter) record.Status {
	if r.p.kind == "ADT" {
		switch r.p.event {
		case "A01", "A02", "A06", "A07", "A13", "A12", "A22":
			return record.Status{Code: record.StatusActive}
		case "A03":
			return record.Status{Code: record.StatusCompleted}
		case "A04":
			return record.Status{Code: record.StatusArrived}
		case "A05", "A14":
			return record.Status{Code: record.StatusPlanned}
		case "A11", "A27", "A38":
			return record.Status{Code: record.StatusCancelled}
		case "A21":
			return record.Status{Code: record.StatusOnLeave}
		}
	}
	if v.When.End.Value != "" {
		return record.Status{Code: record.StatusCompleted}
	}
	return record.Status{}
}

// moreOfVisit reads PV2.
func (r *reader) moreOfVisit(s Segment, v *record.Encounter) {
	for d := range all(s, 3) {
		if c, ok := r.concept(d); ok {
			v.Reasons = append(v.Reasons, record.Indication{Code: &c})
		}
	}
	if n := r.number(first(s, 11)); n != "" {
		v.Length = &record.Quantity{Value: n, Unit: "d", Code: "d", System: record.SystemUCUM} // PV2-11 counts days
	}
	if t := r.words(first(s, 12)); t != "" {
		v.Notes = append(v.Notes, record.Note{Text: t})
	}
	r.participants(&v.Participants, s, 13, "referrer", func(p *record.Participation) { p.RoleAsSent = "PV2-13" })
	if ref := one(s, 23, r.organization); ref != nil && v.ServiceProvider == nil {
		v.ServiceProvider = ref
	}
	v.Priority = r.codedAt(s, 25, "217")
	if ref := one(s, 1, r.location); ref != nil {
		r.form(v.ID, slotOf("locations", len(v.Locations)), "PV2-1", "")
		v.Locations = append(v.Locations, record.EncounterLocation{Location: *ref, Status: "planned"})
	}
	v.Planned = r.between(s, 8, 9)
	v.Protected = one(s, 22, r.yesNo)
	v.ArrivalMode = r.codedAt(s, 38, "430")
	if c := r.codedAt(s, 7, "130"); c != nil {
		v.Arrangements = append(v.Arrangements, *c)
	}
}
