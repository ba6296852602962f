package hl7v2

import "github.com/portage-health/portage/record"

// specimens reads the SPM of a block (SPM[Specimen]) and, before 2.5, OBR-14 and OBR-15.
func (r *reader) specimens(b *block) (refs []record.Ref) {
	for i, s := range b.segs {
		if !s.is(idSPM) {
			continue
		}
		v := r.specimen(s)
		v.Notes = r.notes(b.notesAfter(i))
		refs = append(refs, record.Ref{ID: v.ID, Kind: record.KindSpecimen})
		r.rec.Specimens = append(r.rec.Specimens, v)
	}
	obr := b.seg("OBR")
	if len(refs) == 0 && (first(obr, 15).says() || first(obr, 14).says()) {
		v := record.Specimen{}
		if c, ok := r.concept(datum{first(obr, 15).at(1).span, endSub}); ok { // SPS.1 is a coded value in subcomponents
			v.Type = c
		}
		if x := first(obr, 15).at(4); x.says() {
			if c, ok := r.concept(datum{x.span, endSub}); ok {
				v.Site = &record.BodySite{Code: c}
			}
		}
		v.Received = r.timePtr(obr, 14)
		if !v.Type.IsZero() || v.Site != nil || v.Received != nil {
			path, line, _ := obr.Position()
			v.Entry = record.Entry{ID: r.id(record.KindSpecimen, path, nil), Assertion: record.Affirmed, Origins: []record.Origin{{Source: r.p.source.ID, Path: path, Line: line}}}
			refs = append(refs, record.Ref{ID: v.ID, Kind: record.KindSpecimen})
			r.rec.Specimens = append(r.rec.Specimens, v)
		}
	}
	return refs
}

// pair reads EIP (2A.3.29): what the placer and what the filler call a thing.
func (r *reader) pair(d datum) (ids []record.Identifier) {
	for n, code := range []string{"PLAC", "FILL"} {
		if i, ok := r.entity(d.at(n + 1)); ok {
			ids = append(ids, *typed(&i, code))
		}
	}
	return ids
}

func (r *reader) specimen(s Segment) record.Specimen {
	ids := r.pair(first(s, 2))
	ids = append(ids, each(s, 31, r.identifier)...)
	if i := one(s, 32, r.entity); i != nil {
		ids = append(ids, *typed(i, "SHIP"))
	}
	v := record.Specimen{Entry: r.entry(record.KindSpecimen, s, ids...)}
	for d := range all(s, 3) {
		for _, i := range r.pair(d) {
			v.Parents = append(v.Parents, record.Ref{Identifier: &i})
		}
	}
	v.Type = value(r.codedAt(s, 4, "487"))
	v.Additives = each(s, 6, r.of("371"))
	v.Method = r.codedAt(s, 7, "488")
	if c := r.codedAt(s, 8, ""); c != nil {
		v.Site = &record.BodySite{Code: *c}
		v.Site.Laterality = r.codedAt(s, 9, "")
	}
	v.Role = r.codedAt(s, 11, "369")
	v.Quantity = one(s, 12, r.quantity)
	v.Description = r.lines(s, 14)
	v.Handling = each(s, 15, r.of("376"))
	v.RiskCodes = each(s, 16, r.of("489"))
	if d := first(s, 17); d.says() {
		if d.at(2).says() {
			v.Collected, _ = r.dateRange(d)
		} else if t, ok := r.time(d.at(1)); ok {
			v.Collected.At = t
		}
	}
	v.Received = r.timePtr(s, 18)
	switch d := first(s, 20); d.peek() {
	case "Y":
		r.text(d)
		v.Status.Code = record.StatusAvailable
	case "N":
		r.text(d)
		v.Status.Code = record.StatusUnavailable
	}
	v.RejectReasons = each(s, 21, r.of("490"))
	v.Conditions = each(s, 24, r.of("493"))
	v.Container = r.codedAt(s, 27, "")
	if i := one(s, 30, r.identifier); i != nil {
		v.Accession = typed(i, "ACSN")
	}
	return v
}
