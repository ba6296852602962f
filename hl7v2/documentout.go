package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// document writes TXA with the contents of a document as OBX.
func (w *sender) document(v *record.ClinicalNote) {
	s := w.segment("TXA", v.ID, w.lineOf(&v.Entry, "TXA"))
	w.coded(s.at(2), &v.Type, "270")
	for i := range v.Categories {
		w.tableCode(s.at(3), &v.Categories[i], "191")
	}
	w.time(s.at(4), &v.When.At)
	w.participants(v.Participants, s, 5, role("performer"), nil)
	w.timePtr(s.at(6), &v.Written)
	w.timePtr(s.at(8), &v.Updated)
	w.participants(v.Participants, s, 9, role("author"), nil)
	for i := range v.Participants {
		x := &v.Participants[i]
		if x.Role == "authenticator" && x.When != nil && !x.When.At.IsZero() {
			w.In("participants", i)
			if at := s.next(22); w.person(at, x.Who) { // PPN: who, and when
				w.time(at.at(15), &x.When.At)
				x.Role, x.RoleAsSent = "", ""
			}
			w.Leave()
		}
	}
	w.participants(v.Participants, s, 10, role("authenticator"), nil)
	w.participants(v.Participants, s, 11, role("enterer"), nil)
	w.entity(s.at(12), v.MasterID)
	for i := range v.RelatedDocs {
		x := &v.RelatedDocs[i]
		if len(x.Identifiers) > 0 && x.Type == (&reader{p: &part{message: &message{event: w.m.event}}}).relation() && !s.has(13) {
			w.entity(s.at(13), &x.Identifiers[0])
			x.Type = ""
		}
	}
	for i := range v.Related {
		if x := v.Related[i].Identifier; x != nil && v.Related[i].ID == "" {
			if isType(x, "PLAC") {
				w.typedEntity(s.next(14), x, "PLAC")
			} else if isType(x, "FILL") {
				w.typedEntity(s.next(15), x, "FILL")
			}
		}
	}
	w.documentIDs(s, v)
	w.str(s.at(17), &v.DocStatus)
	for i := range v.Labels {
		if x := &v.Labels[i]; x.Kind == "confidentiality" && x.When == nil && (x.Coding.System == tableURI("272") || x.Coding.System == "") {
			if w.put(s.at(18), x.Coding.Code) {
				x.Coding.Code, x.Coding.System = "", ""
			}
		}
	}
	if w.m.event == "T11" && v.Status.Code == record.StatusEnteredInError && w.put(s.at(19), v.Status.AsSent) { // the event says the rest
		v.Status.Code, v.Status.AsSent = "", ""
	}
	w.statusLoosely(s.at(19), &v.Status, &documentStatus, nil)
	w.str(s.at(25), &v.Title)
	for i := range v.Encounter {
		if v.Encounter[i].ID == w.m.encounter && w.m.encounter != "" {
			v.Encounter[i].ID, v.Encounter[i].AsSent = "", ""
		}
	}
	w.notes(v.Notes, s)
	w.contents(v)
	for i := range w.rec.Observations {
		if o := &w.rec.Observations[i]; !w.written[entryAt{record.KindObservation, i}] && partOf(o.PartOf, v.ID) && w.unsayable(record.KindObservation, i) == nil {
			x := w.copyOf(record.KindObservation, i).(*record.Observation)
			for k := range x.PartOf {
				if x.PartOf[k].ID == v.ID {
					x.PartOf[k].ID, x.PartOf[k].AsSent = "", ""
				}
			}
			w.At("observations", i, func() { w.observation(x, record.KindObservation) })
			w.finishEntry(record.KindObservation, i)
		}
	}
}

// documentIDs writes TXA-12 where there is no master identifier, and TXA-16.
func (w *sender) documentIDs(s *segmentOut, v *record.ClinicalNote) {
	for i := range v.Identifiers {
		x := &v.Identifiers[i]
		switch {
		case untyped(x) && x.System == "" && x.SystemAsSent == "" && !s.has(16):
			w.str(s.at(16), &x.Value)
		case !s.has(12):
			w.In("identifiers", i)
			w.Note(&typeByField, "")
			w.Leave()
			w.entity(s.at(12), x)
		}
	}
}

// contents writes texts line by line, and files.
func (w *sender) contents(v *record.ClinicalNote) {
	for i := range v.Contents {
		a := &v.Contents[i].Attachment
		if a.Text != "" && (a.ContentType == "text/plain" || a.ContentType == "") && a.Data.IsZero() {
			w.textLines(v, &v.Contents[i])
			continue
		}
		value := record.Value{Attachment: a}
		kind := w.valueType(&value)
		if kind == "" {
			continue
		}
		s := w.segment("OBX", v.ID, 0)
		w.put(s.at(2), kind)
		w.contentName(s, &v.Contents[i])
		w.value(s.at(5), &value, kind)
	}
}

// contentName writes OBX-3 and OBX-11 of a part of a document, whose title the code's display may be.
func (w *sender) contentName(s *segmentOut, c *record.NoteContent) {
	if x := c.Code; x != nil && len(x.Codings) > 0 && c.Attachment.Title != "" && w.m.source != "" {
		if g := &x.Codings[0]; c.Attachment.Title == g.Display || g.Display == "" && c.Attachment.Title == g.Code {
			c.Attachment.Title = ""
		}
	}
	w.conceptPtr(s.at(3), &c.Code, "")
	if c.Status != nil {
		statusAt(w, s.at(11), c.Status, &observationStatus)
	}
}

func (w *sender) textLines(v *record.ClinicalNote, c *record.NoteContent) {
	a := &c.Attachment
	title := a.Title
	if c.Code != nil {
		title = ""
	}
	name := clone(*c)
	if strings.Contains(a.Text, "\r") || strings.HasSuffix(a.Text, "\n") || strings.HasPrefix(a.Text, "\n") || strings.Contains(a.Text, "\n\n") {
		s := w.segment("OBX", v.ID, 0)
		w.put(s.at(2), "FT")
		w.contentName(s, &name)
		w.put(s.at(3).at(2), title)
		w.flow(s.at(5), &a.Text)
	} else {
		for _, line := range strings.Split(a.Text, "\n") {
			s := w.segment("OBX", v.ID, 0)
			w.put(s.at(2), "TX")
			name = clone(*c)
			w.contentName(s, &name)
			w.put(s.at(3).at(2), title)
			w.put(s.at(5), line)
		}
		a.Text = ""
	}
	c.Code, c.Status = name.Code, name.Status
	if a.Title = name.Attachment.Title; title != "" {
		a.Title = ""
	}
	if a.ContentType == "text/plain" {
		a.ContentType = ""
	} else {
		w.Note(&plainText, "contents")
	}
}

// plainText is for texts that do not say of what kind they are.
var plainText = record.IssueAltered.Because("the segment is that of plain text")
