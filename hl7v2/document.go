package hl7v2

import (
	"reflect"
	"strings"

	"github.com/portage-health/portage/record"
)

// document reads TXA with the OBX that hold its content (TXA[DocumentReference], OBX[DocumentReference]).
func (r *reader) document(b *block) {
	s := b.head()
	master := one(s, 12, r.entity)
	ids := add([]record.Identifier(nil), master)
	v := record.ClinicalNote{Entry: r.entry(record.KindNote, s, ids...)}
	v.Identifiers = nil
	v.MasterID = master
	if r.encounter != nil {
		v.Encounter = []record.Ref{*r.encounter}
	}
	v.Type = value(r.codedAt(s, 2, "270"))
	v.When.At = r.timeOf(s, 4)
	v.Written = r.timePtr(s, 6)
	if v.Written == nil {
		v.Written = r.timePtr(s, 7)
	}
	v.Updated = r.timePtr(s, 8)
	r.participants(&v.Participants, s, 9, "author", nil)
	r.participants(&v.Participants, s, 5, "performer", nil)
	for d := range all(s, 10) {
		if ref, ok := r.practitioner(d); ok {
			v.Participants = append(v.Participants, record.Participation{Role: "authenticator", Who: &ref})
		}
	}
	for d := range all(s, 22) { // PPN: who, and when
		if ref, ok := r.practitioner(d); ok {
			p := record.Participation{Role: "authenticator", RoleAsSent: "TXA-22", Who: &ref}
			if t, ok := r.time(d.at(15)); ok {
				p.When = &record.Period{At: t}
			}
			v.Participants = append(v.Participants, p)
		}
	}
	r.participants(&v.Participants, s, 11, "enterer", nil)
	if p := one(s, 13, r.entity); p != nil {
		v.RelatedDocs = append(v.RelatedDocs, record.RelatedDocument{Type: r.relation(), Identifiers: []record.Identifier{*p}})
	}
	for n, code := range []string{"PLAC", "FILL"} {
		for _, i := range each(s, 14+n, r.entity) {
			v.Related = append(v.Related, record.Ref{Identifier: typed(&i, code)})
		}
	}
	if n := r.textAt(s, 16); n != "" {
		v.Identifiers = append(v.Identifiers, record.Identifier{Value: n})
	}
	v.DocStatus = r.textAt(s, 17)
	if c := r.text(first(s, 18)); c != "" {
		v.Labels = append(v.Labels, record.Label{Kind: "confidentiality", Coding: record.Coding{System: tableSystem("272", c), Code: c}})
	}
	v.Status = r.status(first(s, 19), &documentStatus)
	if r.p.event == "T11" && v.Status.Code != record.StatusEnteredInError { // a document is cancelled that is not, or should not be, to be had (9.6.11)
		if v.Status.Code == record.StatusAvailable {
			r.issue(&record.IssueContradiction, s.Field(19).span)
		}
		v.Status = record.Status{Code: record.StatusEnteredInError, AsSent: first(s, 19).peek()}
	}
	v.Title = r.words(first(s, 25))
	if kind := r.textAt(s, 3); kind != "" {
		v.Categories = append(v.Categories, record.Concept{Codings: []record.Coding{{System: tableSystem("191", kind), Code: kind}}})
	}
	v.Notes = r.comments(b)
	from := len(r.rec.Observations)
	r.contents(b, &v)
	if _, ok := join(r, b, "", r.rec.Notes, func(v *record.ClinicalNote) *record.Entry { return &v.Entry }, &v); !ok {
		r.rec.Notes = append(r.rec.Notes, v)
	}
	for i := range r.rec.Observations[from:] {
		r.rec.Observations[from+i].PartOf = []record.Ref{{ID: v.ID, Kind: record.KindNote}}
	}
}

// relation is what the event says of the document before this one.
func (r *reader) relation() string {
	switch r.p.event {
	case "T05", "T06":
		return "appends"
	case "T09", "T10":
		return "replaces"
	}
	return "refers-to"
}

// contents reads the OBX of a document: pictures and files each for itself, lines of text that one OBX-3 names as one text.
func (r *reader) contents(b *block, v *record.ClinicalNote) {
	obx, notes := b.commented("OBX")
	name := "" // OBX-3 of the text that is being joined
	var text *record.Attachment
	blank := 0 // lines without a word behind it
	for i, s := range obx {
		r.own(s, v.ID)
		if code, _ := observationStatus.To(first(s, 11).peek()); code == record.StatusEnteredInError {
			continue // deleted, or wrong (table 0085): no part of the document, and carried
		}
		title := first(s, 3).at(2)
		if title.peek() == "" {
			title = first(s, 3).at(1)
		}
		switch kind := first(s, 2).peek(); kind {
		case "ED", "RP":
			text = nil
			found := false
			for _, x := range r.values(s) {
				if x.Attachment != nil {
					found = true
					if x.Attachment.Title == "" {
						x.Attachment.Title = r.text(title)
					}
					v.Contents = append(v.Contents, record.NoteContent{Attachment: *x.Attachment, Code: r.codedAt(s, 3, ""), Status: r.contentStatus(s)})
				}
			}
			if !found && first(s, 5).says() { // a file that is none: what it would be is said all the same
				o := r.observation(s, notes[i], record.KindObservation)
				r.rec.Observations = append(r.rec.Observations, o)
				continue
			}
		case "TX", "FT", "ST":
			t := r.lines(s, 5)
			if t == "" {
				blank++
				continue
			}
			r.fixed(first(s, 2), "TX", "FT", "ST")
			if text != nil && name == title.peek() {
				text.Text += strings.Repeat("\n", blank+1) + t
				blank = 0
				r.text(title)
				before := v.Contents[len(v.Contents)-1]
				if c := r.codedAt(s, 3, ""); reflect.DeepEqual(c, before.Code) {
					r.again(first(s, 3))
				} else {
					r.giveBack(first(s, 3))
				}
				if st := r.contentStatus(s); reflect.DeepEqual(st, before.Status) {
					r.again(first(s, 11))
				} else {
					r.giveBack(first(s, 11))
				}
				break
			}
			name, blank = title.peek(), 0
			c := record.NoteContent{Attachment: record.Attachment{ContentType: "text/plain", Title: r.text(title), Text: t}, Code: r.codedAt(s, 3, ""), Status: r.contentStatus(s)}
			v.Contents = append(v.Contents, c)
			text = &v.Contents[len(v.Contents)-1].Attachment
		default:
			text = nil
			o := r.observation(s, notes[i], record.KindObservation)
			r.rec.Observations = append(r.rec.Observations, o)
			continue
		}
		v.Notes = append(v.Notes, r.notes(notes[i])...)
	}
}

// contentStatus reads how far a part of a document is: OBX-11.
func (r *reader) contentStatus(s Segment) *record.Status {
	if st := r.status(first(s, 11), &observationStatus); st.Code != "" || st.AsSent != "" {
		return &st
	}
	return nil
}
