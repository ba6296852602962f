package hl7v2

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// results reads an order of services: OBR with its OBX and SPM, or OBX that stand alone. The panel keeps the order of its
// observations, and is based on the order where one is named. An order without a result of its own is an order alone.
func (r *reader) results(b *block) {
	obr := b.seg("OBR")
	orders, panels := len(r.rec.Orders), len(r.rec.ResultPanels) // where the block's own stand
	var order *record.Order
	ordered := obr.OK() || b.head().is(idORC)
	known, joined := 0, false
	if ordered {
		r.rec.Orders = append(r.rec.Orders, r.order(b))
		order = &r.rec.Orders[orders]
		known, joined = join(r, b, "", r.rec.Orders[:orders], func(v *record.Order) *record.Entry { return &v.Entry }, order)
	}
	specimens := r.specimens(b)
	var panel *record.Panel
	if obr.OK() && r.reporting(obr) {
		r.rec.ResultPanels = append(r.rec.ResultPanels, r.panel(b, obr, order))
		panel = &r.rec.ResultPanels[panels]
		panel.Specimens = specimens
		panel.BasedOn = []record.Ref{*order.EntryRef(record.KindOrder)}
	}
	refs := r.observations(b, panel != nil, specimens)
	switch {
	case panel != nil:
		panel.Members = refs
		if _, ok := join(r, b, "panel of ", r.rec.ResultPanels[:panels], func(v *record.Panel) *record.Entry { return &v.Entry }, panel); ok {
			*panel = record.Panel{}
			r.rec.ResultPanels = r.rec.ResultPanels[:panels]
		}
	case ordered:
		order.Support = append(order.Support, refs...)
	}
	if ordered {
		order.Specimens = append(order.Specimens, specimens...)
		for i, s := range b.segs {
			if s == obr && panel == nil {
				order.Notes = append(order.Notes, r.notes(b.notesAfter(i))...)
			}
		}
		if joined {
			o := &r.rec.Orders[known]
			o.Specimens, o.Support, o.Notes = union(o.Specimens, order.Specimens...), union(o.Support, order.Support...), union(o.Notes, order.Notes...)
			*order = record.Order{}
			r.rec.Orders = r.rec.Orders[:orders]
		}
	}
	for _, s := range b.segs {
		if s.is(idDG1) {
			r.diagnosis(s)
		}
	}
}

// reporting reports whether an OBR tells of a report, and not of an order alone.
func (r *reader) reporting(obr Segment) bool {
	return slices.Contains([]string{"ORU", "OUL", "ORF"}, r.p.kind) || says(obr, 25) || says(obr, 22)
}

// says reports whether a field has a value, also one that a later message says anew.
func says(s Segment, field int) bool {
	if s.x == nil || s.x.hidden == nil {
		return s.Field(field).Valued()
	}
	return s.Field(field).Valued() || s.x.hidden[int64(s.n)<<32|int64(field)]
}

// observations reads the OBX of a block and gives references to what they became.
func (r *reader) observations(b *block, inPanel bool, specimens []record.Ref) (refs []record.Ref) {
	n := 0
	for _, s := range b.segs {
		if s.is(idOBX) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	if inPanel {
		r.rec.Results = slices.Grow(r.rec.Results, n) // observations are large: they are not moved again and again
	}
	r.mem.expect(n)
	refs = make([]record.Ref, 0, n)
	for i, s := range b.segs {
		if !s.is(idOBX) {
			continue
		}
		kind := record.KindObservation
		if inPanel {
			kind = record.KindResult
		}
		if code := first(s, 3); isVital(code.at(1).peek(), code.at(3).peek()) {
			kind = record.KindVital
		}
		list := &r.rec.Observations
		switch kind {
		case record.KindVital:
			list = &r.rec.Vitals
		case record.KindResult:
			list = &r.rec.Results
		}
		if n := len(*list); n < cap(*list) { // what lies beyond is empty
			*list = (*list)[:n+1]
		} else {
			*list = append(*list, record.Observation{})
		}
		v := &(*list)[len(*list)-1]
		r.observe(v, s, b.notesAfter(i), kind)
		v.Encounter = r.encounter
		if len(specimens) == 1 {
			v.Specimens = specimens
		}
		refs = refs[:len(refs)+1] // a reference is large too: only what it says is written
		ref := &refs[len(refs)-1]
		ref.ID, ref.Kind = v.ID, kind
	}
	return refs
}

// isVital reports whether a code is one of LOINC's of the vital signs that US Core knows.
func isVital(code, system string) bool {
	if system != "LN" && system != "LOINC" {
		return false
	}
	switch code {
	case "85353-1", "9279-1", "8867-4", "2708-6", "59408-5", "8310-5", "8302-2", "9843-4", "29463-7", "39156-5", "85354-9", "8480-6", "8462-4", "8289-1", "59576-9", "77606-2":
		return true
	}
	return false
}

// panel reads OBR (OBR[DiagnosticReport]).
func (r *reader) panel(b *block, s Segment, order *record.Order) record.Panel {
	ids := add(add([]record.Identifier(nil), typed(one(s, 3, r.entity), "FILL")), typed(one(s, 2, r.entity), "PLAC"))
	if len(ids) == 0 {
		ids = slices.Clone(order.Identifiers)
	}
	v := record.Panel{Entry: r.entry(record.KindResultPanel, s, ids...), Encounter: r.encounter}
	r.p.owners[s.Index()] = v.ID
	v.Code = r.conceptAt(s, 4)
	if end := r.timeOf(s, 8); !end.IsZero() {
		v.When = record.Period{Start: r.timeOf(s, 7), End: end}
	} else {
		v.When.At = r.timeOf(s, 7)
	}
	v.Issued = r.timePtr(s, 22)
	v.Status = r.status(first(s, 25), &reportStatus)
	v.Categories = add(v.Categories, r.codedAt(s, 24, "74"))
	v.RelevantInfo = r.words(first(s, 13))
	for _, p := range []struct {
		field int
		role  string
	}{{32, "interpreter"}, {33, "interpreter"}, {34, "performer"}, {35, "enterer"}, {10, "performer"}} {
		r.staff(&v.Participants, s, p.field, p.role)
	}
	if d := first(s, 26); d.at(1).says() || d.at(2).says() { // PRL: the observation that this hangs on
		text := r.words(d)
		v.Parent = &record.Ref{AsSent: text}
	}
	if ids := r.pair(first(s, 29)); len(ids) > 0 {
		if v.Parent == nil {
			v.Parent = &record.Ref{}
		}
		v.Parent.Identifier = &ids[len(ids)-1]
		if len(ids) > 1 {
			r.giveBack(first(s, 29).at(1))
		}
	}
	for i, x := range b.segs {
		if x == s {
			v.Notes = r.notes(b.notesAfter(i))
		}
	}
	return v
}

// staff reads NDL (2A.3.42): who, from when to when and where; and XCN, which stands in its place.
func (r *reader) staff(list *[]record.Participation, s Segment, field int, role string) {
	for d := range all(s, field) {
		who := d
		if field >= 32 && field <= 35 && d.at(1).Len() > 1 { // CNN in subcomponents
			who = datum{d.at(1).span, endSub}
		} else if field >= 32 && field <= 35 && d.at(2).says() && !isTime(d.at(2).peek()) {
			who = d // XCN
		} else if field >= 32 && field <= 35 {
			who = datum{d.at(1).span, endSub}
		}
		ref, ok := r.staffMember(who)
		if !ok {
			continue
		}
		p := record.Participation{Role: role, Who: &ref}
		if field == 33 {
			p.RoleAsSent = "OBR-33"
		}
		if path := "OBR-" + itoa(field); field == 10 {
			r.form(r.p.owners[s.Index()], slotOf("participants", len(*list)), path, "XCN")
		} else if who == d {
			r.form(r.p.owners[s.Index()], slotOf("participants", len(*list)), path, "XCN")
		}
		if who != d {
			var when record.Period
			when.Start, _ = r.time(d.at(2))
			when.End, _ = r.time(d.at(3))
			if !when.IsZero() {
				p.When = &when
			}
			if at, ok := r.location(datum{spanOf(d, 4), endComp}); ok {
				p.Location = &at
			}
		}
		*list = append(*list, p)
	}
}

// staffMember reads CNN: id, family, given, further given, suffix, prefix, degree, source, authority.
func (r *reader) staffMember(d datum) (record.Ref, bool) {
	if d.inner == endComp {
		return r.practitioner(d)
	}
	var n record.Name
	r.nameParts(d, &n, [...]int{2, 3, 4, 5, 6, 7, 0})
	id := r.text(d.at(1))
	if id == "" && n.String() == "" {
		return record.Ref{}, false
	}
	var ids []record.Identifier
	if id != "" {
		i := record.Identifier{Value: id}
		if a, ok := r.designator(datum{spanOf(d, 9), endSub}); ok {
			a.put(&i)
		}
		ids = append(ids, i)
	}
	return r.practitionerOf(d, ids, n), true
}
