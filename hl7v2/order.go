package hl7v2

import "github.com/portage-health/portage/record"

// order reads ORC with the OBR that says what is ordered (ORC[ServiceRequest], OBR[ServiceRequest]).
func (r *reader) order(b *block) record.Order {
	orc, obr := b.seg("ORC"), b.seg("OBR")
	placer, filler := one(orc, 2, r.entity), one(orc, 3, r.entity)
	if placer == nil {
		placer = one(obr, 2, r.entity)
	}
	if filler == nil {
		filler = one(obr, 3, r.entity)
	}
	typed(placer, "PLAC")
	typed(filler, "FILL")
	ids := add(add([]record.Identifier(nil), placer), filler)
	at := orc
	if !at.OK() {
		at = obr
	}
	v := record.Order{Entry: r.entry(record.KindOrder, at, ids...), Encounter: r.encounter}
	r.own(obr, v.ID)
	v.Mode = record.ModeRequest
	v.Group = one(orc, 4, r.entity)
	r.control(orc, &v.Entry, &v.Control)
	v.AuthoredOn = r.timePtr(orc, 9)
	r.fixed(first(orc, 6), "E", "R", "D", "F", "N") // how the order is to be answered
	v.LocationCodes = add(v.LocationCodes, r.codedAt(orc, 29, "482"))
	r.ordering(orc, &v.Entry)
	if obr.OK() {
		r.request(obr, &v)
	}
	r.timings(b, &v)
	for i, s := range b.segs {
		if s.is(idCTD) && !r.reporting(obr) {
			r.contact(s, &v)
		}
		if s == orc {
			v.Notes = append(v.Notes, r.notes(b.notesAfter(i))...)
		}
	}
	return v
}

// control reads ORC-1 and ORC-5: where the order stands. The status has the last word, the control code only where there is none.
func (r *reader) control(orc Segment, e *record.Entry, control *string) {
	e.Status = r.status(first(orc, 5), &orderStatus)
	if v := r.textAt(orc, 1); v != "" {
		*control = v
		if code, ok := orderControl.To(v); ok && e.Status.Code == "" && e.Status.AsSent == "" {
			e.Status.Code = code
		}
	}
	if c := one(orc, 16, r.concept); c != nil {
		e.Status.Reasons = append(e.Status.Reasons, *c)
	}
	for d := range all(orc, 28) {
		if c, ok := r.coded(d, "177"); ok && len(c.Codings) > 0 {
			e.Labels = append(e.Labels, record.Label{Kind: "confidentiality", Coding: c.Codings[0]})
		}
	}
}

// ordering reads who ordered, entered and checked, and for which organization.
func (r *reader) ordering(orc Segment, e *record.Entry) {
	var facility *record.Ref
	if facility = one(orc, 21, r.organization); facility != nil {
		if x := r.organizationBy(facility); x != nil {
			x.Addresses = union(x.Addresses, each(orc, 22, r.address)...)
			x.Telecoms = union(x.Telecoms, r.reached(orc, 23)...)
		}
	}
	requested := false
	phones, addresses := r.reached(orc, 14), each(orc, 24, r.address)
	r.participants(&e.Participants, orc, 12, "author", func(p *record.Participation) {
		if !requested {
			p.Telecoms, p.Addresses, p.OnBehalfOf = phones, addresses, facility
		}
		requested = true
	})
	if !requested && (facility != nil || len(phones)+len(addresses) > 0) {
		e.Participants = append(e.Participants, record.Participation{Role: "author", Who: facility, Telecoms: phones, Addresses: addresses})
	}
	r.participants(&e.Participants, orc, 10, "enterer", nil)
	r.participants(&e.Participants, orc, 11, "verifier", nil)
	if ref := one(orc, 13, r.location); ref != nil {
		e.Participants = append(e.Participants, record.Participation{Role: "location", RoleAsSent: "ORC-13", Who: ref})
	}
	if c := r.codedAt(orc, 18, ""); c != nil {
		e.Participants = append(e.Participants, record.Participation{Role: "device", RoleAsSent: "ORC-18", Code: c})
	}
	r.participants(&e.Participants, orc, 19, "participant", func(p *record.Participation) { p.RoleAsSent = "ORC-19" })
	if c := r.codedAt(orc, 17, ""); c != nil {
		e.Participants = append(e.Participants, record.Participation{Role: "responsible", RoleAsSent: "ORC-17", Code: c})
	}
}

// request reads what OBR says of the order.
func (r *reader) request(s Segment, v *record.Order) {
	v.Code = r.conceptAt(s, 4)
	v.When.At = r.timeOf(s, 6)
	v.Reason = r.words(first(s, 13))
	if c := r.text(first(s, 5)); c != "" {
		v.Priority = &record.Concept{Codings: []record.Coding{{Code: c}}}
	}
	if len(v.Participants) == 0 || v.Participants[0].Role != "author" {
		r.participants(&v.Participants, s, 16, "author", nil)
	} else {
		var also []record.Participation
		r.participants(&also, s, 16, "author", nil)
		for _, p := range also {
			if known := v.Participants[0].Who; known == nil || p.Who.ID != known.ID {
				v.Participants = append(v.Participants, p)
			}
		}
	}
	if phones := r.reached(s, 17); len(phones) > 0 {
		v.Participants = append(v.Participants, record.Participation{Role: "callback", RoleAsSent: "OBR-17", Telecoms: phones})
	}
	for d := range all(s, 31) {
		if c, ok := r.concept(d); ok {
			v.Indications = append(v.Indications, record.Indication{Code: &c})
		}
	}
	v.Details = append(each(s, 46, r.concept), each(s, 47, r.concept)...)
	v.Details = append(v.Details, each(s, 44, r.concept)...)
	if i := one(s, 53, r.identifier); i != nil {
		v.Identifiers = append(v.Identifiers, *i)
	}
	if c := r.text(first(s, 11)); c != "" { // table 0065: A is an added, G a generated order
		switch c {
		case "A":
			v.Mode = record.ModeReflex
		case "G":
			v.Mode = record.ModeReflex
			v.Details = append(v.Details, record.Concept{Codings: []record.Coding{{System: tableSystem("65", c), Code: c}}})
		default:
			v.Details = append(v.Details, record.Concept{Codings: []record.Coding{{System: tableSystem("65", c), Code: c}}})
		}
	}
	for d := range all(s, 28) {
		if ref, ok := r.practitioner(d); ok {
			v.Participants = append(v.Participants, record.Participation{Role: "recipient", Who: &ref})
		}
	}
}

// timings reads TQ1 and, before 2.5, ORC-7 and OBR-27.
func (r *reader) timings(b *block, v *record.Order) {
	for _, s := range b.segs {
		if !s.is(idTQ1) {
			continue
		}
		r.own(s, v.ID)
		t, priority := r.timing(s)
		if t != nil {
			v.Timings = append(v.Timings, *t)
		}
		if priority != nil && v.Priority == nil {
			v.Priority = priority
		} else if priority != nil {
			r.giveBack(first(s, 9))
		}
		if q := one(s, 2, r.quantity); q != nil && v.Quantity == nil {
			v.Quantity = &record.Amount{Quantity: q}
		}
		if text := r.lines(s, 11); text != "" {
			r.form(v.ID, slotOf("notes", len(v.Notes)), "TQ1-11", "")
			v.Notes = append(v.Notes, record.Note{Text: text})
		}
	}
	orc, obr := b.seg("ORC"), b.seg("OBR")
	for i, d := range []datum{first(orc, 7), first(obr, 27)} {
		path := [...]string{"ORC-7", "OBR-27"}[i]
		if t, priority := r.quantityTiming(d); t != nil || priority != nil {
			if t != nil {
				r.form(v.ID, slotOf("timings", len(v.Timings)), path, "")
				v.Timings = append(v.Timings, *t)
			}
			if priority != nil && v.Priority == nil {
				r.form(v.ID, "priority", path, "")
			}
			if priority != nil && v.Priority == nil {
				v.Priority = priority
			} else if priority != nil {
				r.giveBack(d.at(6))
			}
		}
		if v.Quantity == nil {
			if q, ok := r.quantity(datum{d.at(1).span, endSub}); ok {
				r.form(v.ID, "quantity", path, "")
				v.Quantity = &record.Amount{Quantity: &q}
			}
		}
	}
}

// timing reads TQ1 (4.5.4): how often, when, for how long.
func (r *reader) timing(s Segment) (*record.Timing, *record.Concept) {
	var t record.Timing
	said := false
	if r.repeat(first(s, 3), &t) {
		said = true
	}
	for d := range all(s, 4) {
		if v, ok := r.clock(d); ok {
			t.TimesOfDay, said = append(t.TimesOfDay, v), true
		}
	}
	if p := r.between(s, 7, 8); p != nil {
		t.Bounds, said = p, true
	}
	if q := one(s, 6, r.quantity); q != nil {
		t.BoundsDuration, said = q, true
	}
	if q := first(s, 13); q.says() {
		if t.Duration = r.number(q.at(1)); t.Duration != "" {
			t.DurationUnit, said = r.text(q.at(2)), true
		}
	}
	if n := r.number(first(s, 14)); n != "" {
		t.CountMax, said = n, true
	}
	if text := r.lines(s, 10); text != "" {
		t.Text, said = text, true
	}
	if t.Offset == nil {
		if t.Offset = one(s, 5, r.quantity); t.Offset != nil {
			said = true
		}
	}
	priority := one(s, 9, r.of("485"))
	if !said {
		return nil, priority
	}
	return &t, priority
}

// quantityTiming reads TQ (2.3 to 2.4): interval, duration, start, end, priority, condition, text.
func (r *reader) quantityTiming(d datum) (t *record.Timing, priority *record.Concept) {
	if !d.says() {
		return nil, nil
	}
	var v record.Timing
	said := false
	if code := r.text(d.at(2).at(1)); code != "" {
		v.Code, said = &record.Concept{Codings: []record.Coding{{System: tableSystem("335", code), Code: code}}}, true
	}
	p := record.Period{}
	if x, ok := r.time(d.at(4)); ok {
		p.Start = x
	}
	if x, ok := r.time(d.at(5)); ok {
		p.End = x
	}
	if !p.IsZero() {
		v.Bounds, said = &p, true
	}
	if code := r.text(d.at(6)); code != "" {
		priority = &record.Concept{Codings: []record.Coding{{System: tableSystem("485", code), Code: code}}}
	}
	if text := r.words(d.at(8)); text != "" {
		v.Text, said = text, true
	}
	if n := r.number(d.at(12)); n != "" {
		v.CountMax, said = n, true
	}
	if !said {
		return nil, priority
	}
	return &v, priority
}

// repeat reads RPT (2A.3.62): the pattern, a period, an event of the day, and how long before or after it.
func (r *reader) repeat(d datum, t *record.Timing) bool {
	if !d.says() {
		return false
	}
	if c, ok := r.coded(datum{d.at(1).span, endSub}, "335"); ok {
		t.Code = &c
	}
	t.Alignment = r.text(d.at(2))
	if n := r.number(d.at(5)); n != "" {
		t.Period, t.PeriodUnit = n, r.text(d.at(6))
	}
	if b, ok := r.yesNo(d.at(7)); ok {
		t.InstitutionSpecified = &b
	}
	if e := r.text(d.at(8)); e != "" {
		t.When = []string{e}
	}
	if q, ok := r.quantityOf(d.at(9), datum{d.at(10).span, endSub}); ok {
		t.Offset = &q
	}
	return t.Code != nil || t.Alignment != "" || t.Period != "" || t.InstitutionSpecified != nil || t.When != nil || t.Offset != nil
}
