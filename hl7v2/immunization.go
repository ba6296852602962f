package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// immunization reads ORC, RXA, RXR and OBX of a vaccination (RXA[Immunization], ORC[Immunization]; CDC guide 2.5.1, release 1.5).
func (r *reader) immunization(b *block) {
	orc, s := b.seg("ORC"), b.seg("RXA")
	ids := add(add([]record.Identifier(nil), typed(one(orc, 3, r.entity), "FILL")), typed(one(orc, 2, r.entity), "PLAC"))
	v := record.Immunization{Entry: r.entry(record.KindImmunization, s, ids...), Encounter: r.encounter}
	r.own(orc, v.ID)
	v.Product.Code = r.conceptAt(s, 5)
	if start, end := r.timeOf(s, 3), first(s, 4); end.says() && string(end.Raw()) != string(first(s, 3).Raw()) {
		v.When = record.Period{Start: start, End: r.timeOf(s, 4)}
	} else {
		v.When.At = start
		if end.says() && start.Value != "" { // RXA-4 repeats RXA-3
			r.led.Take(int(end.first))
		}
	}
	r.fixed(first(s, 1), "0") // sub-ids: 0 and 1 count nothing
	r.fixed(first(s, 2), "1")
	r.dose(s, &v)
	r.given(s, &v)
	v.InfoSource = r.infoSource(s)
	r.participants(&v.Participants, s, 10, "performer", func(p *record.Participation) {
		p.Function = &record.Concept{Codings: []record.Coding{{System: tableURI("443"), Code: "AP"}}}
	})
	if ref, ok := r.administeredAt(first(s, 11)); ok {
		v.Location = &ref
	}
	v.Product.Lot = r.textAt(s, 15)
	v.Product.Expiration = r.timePtr(s, 16)
	v.Product.Manufacturer = r.manufacturer(s, 17)
	for d := range all(s, 19) {
		if c, ok := r.concept(d); ok {
			v.Indications = append(v.Indications, record.Indication{Code: &c})
		}
	}
	v.Recorded = r.timePtr(s, 22)
	if v.Location == nil {
		v.Location = one(s, 27, r.location)
	}
	for i := range r.rec.Locations {
		if x := &r.rec.Locations[i]; v.Location != nil && x.ID == v.Location.ID {
			x.Addresses = union(x.Addresses, each(s, 28, r.address)...)
		}
	}
	r.vaccineOrder(orc, &v)
	if rxr := b.seg("RXR"); rxr.OK() {
		r.own(rxr, v.ID)
		v.Route = r.codedAt(rxr, 1, "162")
		v.Sites = add(v.Sites, r.codedAt(rxr, 2, "163"))
	}
	for i, x := range b.segs {
		if x == s || x == orc || x.Is("RXR") {
			v.Notes = append(v.Notes, r.notes(b.notesAfter(i))...)
		}
	}
	obx, notes := b.commented("OBX")
	for i, x := range obx {
		r.vaccineObservation(x, notes[i], &v)
	}
	r.rec.Immunizations = append(r.rec.Immunizations, v)
}

// dose reads amount and units. 999 says that the amount is not known (guide, RXA-6).
func (r *reader) dose(s Segment, v *record.Immunization) {
	d := first(s, 6)
	if d.peek() == "999" {
		r.text(d)
		v.Dose = &record.Quantity{Absent: record.AbsentUnknown}
		return
	}
	if q, ok := r.quantityOf(d, first(s, 7)); ok {
		v.Dose = &q
	}
}

// given reads whether it was given: RXA-20, the refusal of RXA-18, the deletion of RXA-21, and the vaccine that is none (CVX 998).
func (r *reader) given(s Segment, v *record.Immunization) {
	v.Status.Reasons = r.refusals(s)
	v.Completion = r.textAt(s, 20)
	switch v.Completion {
	case "CP", "PA":
		v.Status.Code = record.StatusCompleted
	case "RE":
		v.Status.Code = record.StatusRefused
	case "NA":
		v.Status.Code = record.StatusNotDone
	case "":
		if len(v.Status.Reasons) > 0 {
			v.Status.Code = record.StatusRefused // RXA-18 is why a substance was refused
		} else {
			v.Status.Code = record.StatusCompleted // RXA[Immunization]: a vaccination is complete where nothing says otherwise
		}
	}
	if v.Product.Code.Has(record.SystemCVX, "998") && v.Status.Code != record.StatusRefused {
		if v.Completion != "" && v.Status.Code == record.StatusCompleted {
			r.issue(&record.IssueContradiction, s.Field(20).span)
		}
		v.Status.Code = record.StatusNotDone // no vaccine administered
	}
	if v.Status.Code == record.StatusCompleted && len(v.Status.Reasons) > 0 {
		r.issue(&record.IssueContradiction, s.Field(18).span)
		v.Status.Code = "" // refused and complete: neither is said
	}
	if action := first(s, 21); action.peek() == "D" {
		r.text(action)
		v.Status = record.Status{Code: record.StatusEnteredInError, Reasons: v.Status.Reasons}
	} else {
		r.fixed(action, "A")
	}
}

// refusals reads RXA-18, why a substance was refused. Null there deletes a reason, and is none.
func (r *reader) refusals(s Segment) []record.Concept {
	return each(s, 18, func(d datum) (c record.Concept, ok bool) {
		if d.isNull() {
			return c, false
		}
		return r.concept(d)
	})
}

// infoSource reads RXA-9 (NIP001): 00 is a new record, given here; 01 to 08 are from elsewhere.
func (r *reader) infoSource(s Segment) *record.Concept {
	var c *record.Concept
	for d := range all(s, 9) {
		x, ok := r.concept(d)
		if !ok {
			continue
		}
		if c == nil {
			c = &x
		} else {
			c.Codings = append(c.Codings, x.Codings...)
		}
	}
	return c
}

// administeredAt reads LA2 (2A.3.40): a place, or only its facility.
func (r *reader) administeredAt(d datum) (record.Ref, bool) {
	if !d.says() {
		return record.Ref{}, false
	}
	ref, ok := r.location(d)
	if !ok {
		return ref, false
	}
	if lines := [...]string{d.at(9).peek(), d.at(10).peek()}; lines != [2]string{} {
		r.giveBack(d.at(9))
	}
	return ref, true
}

// manufacturer reads a coded value that names an organization (CWE[Organization]).
func (r *reader) manufacturer(s Segment, field int) *record.Ref {
	d := first(s, field)
	code, name := d.at(1).peek(), d.at(2).peek()
	if code == "" && name == "" {
		return nil
	}
	var ids []record.Identifier
	if code != "" {
		i := record.Identifier{Value: r.text(d.at(1))}
		if g := d.at(3).peek(); g != "" {
			i.SystemAsSent = r.text(d.at(3))
			if uri := systemOf(i.SystemAsSent); uri != "" {
				i.System = uri
			}
		}
		ids = append(ids, i)
	}
	return &record.Ref{ID: r.organizationOf(d, ids, r.text(d.at(2))).ID, Kind: record.KindOrganization}
}

// vaccineOrder reads ORC of a vaccination.
func (r *reader) vaccineOrder(orc Segment, v *record.Immunization) {
	if !orc.OK() {
		return
	}
	var e record.Entry
	r.fixed(first(orc, 1), "RE") // observations to follow: all that VXU says
	r.ordering(orc, &e)
	for _, p := range e.Participants {
		if p.Role == "author" {
			p.Role = "performer"
			p.Function = &record.Concept{Codings: []record.Coding{{System: tableURI("443"), Code: "OP"}}}
		}
		v.Participants = append(v.Participants, p)
	}
	if t := r.timePtr(orc, 9); t != nil {
		if v.Recorded == nil {
			v.Recorded = t
		} else if v.Recorded.Value == t.Value && t.Value != "" {
			r.again(first(orc, 9))
		} else {
			r.giveBack(first(orc, 9))
		}
	}
	if c := one(orc, 16, r.concept); c != nil {
		v.OrderReason = c
	}
	for d := range all(orc, 28) {
		if c, ok := r.coded(d, "177"); ok && len(c.Codings) > 0 {
			v.Labels = append(v.Labels, record.Label{Kind: "confidentiality", Coding: c.Codings[0]})
		}
	}
}

// vaccineObservation reads an OBX of a vaccination: what the record has a field for, else an observation that belongs to it.
func (r *reader) vaccineObservation(s Segment, notes []Segment, v *record.Immunization) {
	code := first(s, 3).at(1).peek()
	o := r.observation(s, notes, record.KindObservation)
	o.PartOf = append(o.PartOf, record.Ref{ID: v.ID, Kind: record.KindImmunization})
	if len(o.Values) == 1 && first(s, 3).at(3).peek() == "LN" {
		x := o.Values[0]
		switch {
		case code == "64994-7" && x.Concept != nil:
			v.Eligibility = append(v.Eligibility, *x.Concept)
		case code == "30963-3" && x.Concept != nil:
			v.Funding = x.Concept
		case (code == "30973-2" || code == "48767-8") && x.Decimal != nil && v.DoseNumber == "":
			v.DoseNumber = *x.Decimal
		}
	}
	r.rec.Observations = append(r.rec.Observations, o)
}

// isVaccination reports whether a block tells of a vaccination, and not of another medicine that was given.
func (r *reader) isVaccination(b *block) bool {
	return b.seg("RXA").OK() && !b.seg("RXO").OK() && !b.seg("RXE").OK() && (r.p.kind == "VXU" || r.p.kind == "VXR" || r.p.kind == "RSP" || strings.HasPrefix(first(b.seg("RXA"), 5).at(3).peek(), "CVX"))
}
