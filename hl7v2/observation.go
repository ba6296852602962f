package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// observation reads OBX (OBX[Observation]) and the comments that follow it.
func (r *reader) observation(s Segment, notes []Segment, kind string) (v record.Observation) {
	r.observe(&v, s, notes, kind)
	return v
}

// observe is observation into a place: a report has many.
func (r *reader) observe(v *record.Observation, s Segment, notes []Segment, kind string) {
	var ids []record.Identifier
	if s.Len() > 20 {
		if identifier := one(s, 21, r.entity); identifier != nil {
			ids = append(ids, *typed(identifier, "FILL"))
		}
	}
	r.enter(&v.Entry, kind, s, ids)
	if code := first(s, 3); code.says() {
		r.codedInto(&v.Code, code, "")
	}
	v.SubID = r.words(first(s, 4))
	v.Values = r.values(s)
	v.ReferenceRanges = r.ranges(s)
	for d := range all(s, 8) {
		if list, at := more(v.Interpretations, &r.mem.concepts); r.codedInto(at, d, "78") {
			v.Interpretations = list
		}
	}
	r.statusInto(&v.Status, first(s, 11), &observationStatus)
	r.timeInto(&v.When.At, first(s, 14))
	if s.Len() > 14 { // most have no more
		r.observeMore(v, s)
	}
	v.Notes = r.notes(notes)
	r.typeForm(s, v)
}

// observeMore reads the fields behind OBX-14.
func (r *reader) observeMore(v *record.Observation, s Segment) {
	v.Methods = each(s, 17, r.concept)
	for d := range all(s, 20) {
		if c, ok := r.concept(d); ok {
			v.BodySites = append(v.BodySites, record.BodySite{Code: c})
		}
	}
	if t := r.textAt(s, 29); t != "" {
		v.Categories = append(v.Categories, record.Concept{Codings: []record.Coding{{System: tableSystem("936", t), Code: t}}})
	}
	r.observers(s, v)
	if n := len(v.Values); n == 0 {
		for d := range all(s, 32) {
			if c, ok := r.concept(d); ok {
				v.Status.Reasons = append(v.Status.Reasons, c)
			}
		}
	}
	v.Issued = r.timePtr(s, 19)
}

// observers reads who observed, where it was done, and with what.
func (r *reader) observers(s Segment, v *record.Observation) {
	r.participants(&v.Participants, s, 16, "performer", func(p *record.Participation) {
		p.Function = &record.Concept{Codings: []record.Coding{{System: "http://terminology.hl7.org/CodeSystem/practitioner-role", Code: "responsibleObserver"}}}
	})
	if c := one(s, 15, r.concept); c != nil {
		v.Participants = append(v.Participants, record.Participation{Role: "performer", RoleAsSent: "OBX-15", Code: c})
	}
	org := one(s, 23, r.organization)
	if x := r.organizationBy(org); x != nil {
		x.Addresses = union(x.Addresses, each(s, 24, r.address)...)
	}
	director := false
	r.participants(&v.Participants, s, 25, "performer", func(p *record.Participation) {
		p.Function = &record.Concept{Codings: []record.Coding{{System: tableURI("912"), Code: "MDIR"}}}
		p.OnBehalfOf = org
		director = true
	})
	if org != nil && !director {
		v.Participants = append(v.Participants, record.Participation{Role: "performer", Who: org})
	}
	for d := range all(s, 18) {
		i, ok := r.entity(d)
		if !ok {
			continue
		}
		ref := r.device(d, i)
		if v.Device == nil {
			v.Device = &ref
		} else {
			v.Participants = append(v.Participants, record.Participation{Role: "device", Who: &ref})
		}
	}
}

// device finds or begins the device of an identifier.
func (r *reader) device(d datum, i record.Identifier) record.Ref {
	p, isNew := r.met(record.KindDevice, []record.Identifier{i}, d.ER7(), len(r.rec.Devices), func() string { return "" })
	if isNew {
		r.rec.Devices = append(r.rec.Devices, record.Device{Entry: record.Entry{ID: p.id, Assertion: record.Affirmed, Origins: r.origin(d.span)}})
	}
	x := &r.rec.Devices[p.index]
	x.Identifiers = union(x.Identifiers, i)
	return record.Ref{ID: p.id, Kind: record.KindDevice}
}

// ranges reads OBX-7 as it was written.
func (r *reader) ranges(s Segment) (out []record.ReferenceRange) {
	for d := range all(s, 7) {
		if v := r.words(d); v != "" {
			var at *record.ReferenceRange
			out, at = more(out, &r.mem.ranges)
			at.Text = v
		}
	}
	return out
}

// notes reads NTE.
func (r *reader) notes(segs []Segment) (out []record.Note) {
	for _, s := range segs {
		if n, ok := r.note(s); ok {
			out = append(out, n)
		}
	}
	return out
}

// note reads one comment: repetitions of NTE-3 are its lines.
func (r *reader) note(s Segment) (n record.Note, ok bool) {
	n.Text = r.lines(s, 3)
	n.Type = one(s, 4, r.of("364"))
	n.When = r.timePtr(s, 6)
	if source := r.textAt(s, 2); source != "" { // table 0105: who the comment is from
		n.Authors = append(n.Authors, record.Participation{Role: "author", Code: &record.Concept{Codings: []record.Coding{{System: tableSystem("105", source), Code: source}}}})
	}
	r.participants(&n.Authors, s, 5, "author", nil)
	return n, n.Text != "" || n.Type != nil || n.When != nil || len(n.Authors) > 0
}

// lines takes a field of text; each repetition is a line.
func (r *reader) lines(s Segment, field int) string {
	var b strings.Builder
	for _, rep := range s.Field(field).Repetitions() {
		v := r.words(datum{rep.span, endComp})
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(v)
	}
	return strings.TrimRight(b.String(), "\n")
}

// commented gives the segments of a name in a block, each with the NTEs that follow it.
func (b *block) commented(name string) (segs []Segment, notes [][]Segment) {
	id := segmentID(name)
	n := 0
	for _, s := range b.segs {
		if s.is(id) {
			n++
		}
	}
	if n == 0 {
		return nil, nil
	}
	segs, notes = make([]Segment, 0, n), make([][]Segment, 0, n)
	for i, s := range b.segs {
		if s.is(id) {
			segs = append(segs, s)
			notes = append(notes, b.notesAfter(i))
		}
	}
	return segs, notes
}

// notesAfter gives the NTEs that stand right after a segment.
func (b *block) notesAfter(i int) []Segment {
	end := i + 1
	for end < len(b.segs) && b.segs[end].is(idNTE) {
		end++
	}
	return b.segs[i+1 : end : end]
}
