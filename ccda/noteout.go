package ccda

import (
	"encoding/base64"
	"slices"

	"github.com/portage-health/portage/record"
)

// noteEntry writes a Note Activity (C-CDA Companion Guide; C-CDA on FHIR, FC-notes).
func (w *writer) noteEntry(i int) bool {
	x := w.rec.Notes[i]
	if x.Assertion == record.Negated || x.Assertion == record.NoneKnown || x.Mode != record.ModeEvent {
		return false
	}
	w.note(&x, nil)
	return true
}

// note writes a note; on is the entry that it hangs on, nil where it is one of a section.
func (w *writer) note(x *record.ClinicalNote, on *record.Entry) {
	w.wrote[x.ID] = true
	w.tellNote(x)
	w.notKnown(&x.Entry)
	w.begin("act", "ACT", "EVN", &x.Entry)
	x.Assertion = record.Affirmed
	w.template(templateNote)
	if x.MasterID == nil {
		w.entryIDs(&x.Entry)
	} else {
		w.identifiers("id", "identifiers", &x.Identifiers)
		id := *x.MasterID
		x.MasterID = nil
		w.identifier("id", "masterIdentifier", &id)
	}
	w.noteCode(&x.Type)
	name, first := w.noteTextOut(x)
	w.statusDemanded(&x.Status)
	if x.When.IsZero() {
		w.require("effectiveTime", "when", "NI")
	}
	w.period("effectiveTime", "when", &x.When)
	w.leafCode("languageCode", &x.Language)
	w.authored(&x.Participants, &x.Written)
	w.participantsAs(x.Participants, "performer")
	w.someAuthor(x.Participants)
	w.participantsAs(x.Participants, "author", "informant", "participant")
	x.Participants = nil
	w.noteEncounters(x, on)
	w.nameOfTextOut(name)
	for k := first; k < len(x.Contents); k++ {
		c := x.Contents[k]
		w.In("contents", k)
		w.noteMedia(k, &c)
		w.rest(&c)
		w.Leave()
	}
	x.Contents = nil
	w.tail(&x.Entry, "entryRelationship")
	w.externalDocumentsOut("relatedDocuments", &x.RelatedDocs)
	w.end()
	w.rest(x)
}

// someAuthor adds an author of whom nothing is known where there is none, in a
// conformant document (Note Activity, CONF:3250-16913).
func (w *writer) someAuthor(list []record.Participation) {
	if w.strict && !slices.ContainsFunc(list, func(p record.Participation) bool { return p.Role == "author" }) {
		w.Note(&issueRequired, "participants")
		nobody := record.Participation{Role: "author", Identifiers: []record.Identifier{{Absent: record.AbsentNoInformation}}}
		w.quietly(func() { w.participation("author", nobody) })
	}
}

// noteCode writes the code that the template fixes, with what kind of note it is as
// its translations (CF-notes, code/translation).
func (w *writer) noteCode(c *record.Concept) {
	var code string
	if len(c.Codings) == 1 && c.Codings[0].System == record.SystemLOINC {
		code = c.Codings[0].Code
	}
	switch {
	case code == loincNote, c.Absent != "" && !w.strict, c.IsZero() && !w.strict, w.lacks(notTranslated):
		w.concept("code", "type", c)
		return
	case c.Absent != "":
		w.DropString("type.absent", string(c.Absent), &withheld)
	}
	w.In("type", -1)
	w.el("code")
	w.at("code", loincNote)
	w.at("codeSystem", oidLOINC)
	w.at("codeSystemName", "LOINC")
	w.at("displayName", "Note")
	w.originalText(&c.Text, &c.TextRef)
	w.translations(c.Codings, 0)
	if len(c.Codings) == 0 && !w.strict {
		w.leaf("translation", "nullFlavor", "NI") // the kind is words alone
	}
	w.end()
	w.Leave()
	*c = record.Concept{}
}

// noteTextOut writes the text of a note: where the narrative has it, and the first
// of its contents where that can stand there (CF-notes, text). It gives what is left of that one, which stands below, and the number of the next.
func (w *writer) noteTextOut(x *record.ClinicalNote) (name *record.NoteContent, next int) {
	if len(x.Contents) == 0 || !w.fitsText(&x.Contents[0].Attachment, x.Narrative) {
		w.linkOf(&x.Entry)
		return nil, 0
	}
	c := x.Contents[0]
	a := c.Attachment
	var l record.NarrativeLink
	if x.Narrative != nil {
		l = *x.Narrative
		w.Drop("narrative", &record.NarrativeLink{Body: l.Body, Status: l.Status}, &lost)
		x.Narrative = nil
	}
	w.In("contents", 0)
	w.In("attachment", -1)
	b64, err := a.Data.Base64()
	if err != nil {
		w.Drop("data", a.Data, &lostContent)
		a.Data, b64 = record.Data{}, ""
	}
	if w.strict && b64 == "" && a.ContentType != "" {
		// A text that says its type is in base 64 (CONF:3250-16912).
		w.Note(&altered, "text")
		b64, a.Text = base64.StdEncoding.EncodeToString([]byte(a.Text)), ""
	}
	w.el("text")
	w.fileAttrs("", &a)
	if b64 != "" {
		w.attr("representation", "B64")
		w.text(b64)
	} else {
		w.text(a.Text)
	}
	a.Data, a.Text = record.Data{}, ""
	_, ref := w.told("", l.Anchor)
	if ref == "" && w.row != nil {
		ref = w.row.anchor()
	}
	if ref != "" {
		w.leaf("reference", "value", "#"+ref)
	} else if a.URL != "" {
		w.leaf("reference", "value", take(&a.URL))
	}
	w.end()
	c.Attachment = record.Attachment{Title: take(&a.Title)}
	w.rest(&a)
	w.Leave()
	w.Leave()
	return &c, 1
}

// fitsText reports whether a content can be the text of its note, beside the
// reference into the narrative: not one that is elsewhere, where there is such a reference.
func (w *writer) fitsText(a *record.Attachment, l *record.NarrativeLink) bool {
	if a.Anchor != "" || a.TextRef != "" || l != nil && l.Text != "" {
		return false
	}
	if a.URL != "" {
		return a.Data.IsZero() && w.row == nil && (l == nil || l.Anchor == "")
	}
	return a.Data.IsZero() || a.Text == ""
}

// noteMedia writes a further content as a file that hangs on the note.
func (w *writer) noteMedia(i int, c *record.NoteContent) {
	w.el("entryRelationship")
	w.slot("contents", i)
	w.at("typeCode", "COMP")
	named, title := isNamedContent(c), ""
	if named {
		title = take(&c.Attachment.Title)
	}
	w.observationMedia(&c.Attachment)
	if named {
		c.Attachment.Title = title
		w.el("entryRelationship")
		w.at("typeCode", "COMP")
		w.contentNameOut(c)
		w.end()
	}
	w.end()
	w.end()
}

// observationMedia begins a picture or file by itself (CDA R2 4.3.6.3).
func (w *writer) observationMedia(a *record.Attachment) {
	w.el("observationMedia")
	w.at("ID", w.mediaID(take(&a.Anchor)))
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.attachment("value", "attachment", "ED", a)
	*a = record.Attachment{}
}

// fileAttrs writes what an ED says of its content.
func (w *writer) fileAttrs(leaf string, a *record.Attachment) {
	w.mediaType(leaf, a)
	w.at("language", take(&a.Language))
	w.at("charset", take(&a.Charset))
	w.at("compression", take(&a.Compression))
	if alg := a.HashAlgorithm; alg == "" || alg == "SHA-1" || alg == "SHA-256" {
		w.at("integrityCheck", take(&a.Hash))
		w.at("integrityCheckAlgorithm", take(&a.HashAlgorithm))
	}
	w.nullFlavor(leaf+"absent", &a.Absent)
}

// noteEncounters writes the encounters that a note was written in: whole where
// nothing else has them, else by their ids. That which it hangs on is said by its place.
func (w *writer) noteEncounters(x *record.ClinicalNote, on *record.Entry) {
	for i := range x.Encounter {
		r := x.Encounter[i]
		if on != nil && r.ID == on.ID && len(x.Encounter) == 1 {
			continue
		}
		w.In("encounters", i)
		ref := &r
		if at, ok := w.place(ref); ok && at.kind == kindEncounter && !w.listed[r.ID] && !w.wrote[r.ID] && r.Identifier == nil {
			w.el("entryRelationship")
			w.slot("encounters", i)
			w.at("typeCode", "COMP")
			w.at("inversionInd", "true")
			w.nest(at, ref)
			r.ID, r.Kind = "", ""
			w.end()
		} else if w.encounterID(i, ref) {
			r = record.Ref{}
		}
		w.rest(&r)
		w.Leave()
	}
	x.Encounter = nil
	if on != nil && len(x.Related) == 1 && x.Related[0].ID == on.ID {
		x.Related = nil
	}
}

// encounterID writes the encounter of a note by one of its ids.
func (w *writer) encounterID(i int, r *record.Ref) bool {
	id := r.Identifier
	at, ok := w.place(r)
	if ok && at.kind == kindEncounter && id == nil {
		e := &w.rec.Encounters[at.i]
		for k := range e.Identifiers {
			if usable(&e.Identifiers[k]) {
				id = &e.Identifiers[k]
				break
			}
		}
		if id == nil {
			id = &record.Identifier{System: record.SystemURI, Value: urnUUID + w.uuid(r.ID)}
		}
	}
	if id == nil {
		return false
	}
	w.el("entryRelationship")
	w.slot("encounters", i)
	w.at("typeCode", "COMP")
	w.at("inversionInd", "true")
	w.el("encounter")
	w.at("classCode", "ENC")
	w.at("moodCode", "EVN")
	quiet := w.Quiet
	w.Quiet = quiet || ok // the encounter's own entry says it
	c := *id
	w.identifier("id", "identifier", &c)
	w.Quiet = quiet
	w.end()
	w.end()
	return true
}

// tellNote tells of a note in the narrative, with its words.
func (w *writer) tellNote(x *record.ClinicalNote) {
	if w.row == nil {
		return
	}
	w.tell("Note", wordsOf(&x.Type))
	w.tell("Title", x.Title)
	w.tell("Date", wordsOfPeriod(&x.When))
	if x.When.IsZero() {
		w.tell("Date", wordsOfTime(x.Written))
	}
	if x.Narrative != nil && x.Narrative.Anchor == "" {
		w.tell("Text", x.Narrative.Text)
	}
	for i := range x.Contents {
		a := &x.Contents[i].Attachment
		w.tell("Text", a.Text)
		w.tell("File", a.Title)
		w.tell("File", a.ContentType)
		w.tell("File", a.URL)
	}
	w.tellStatus(&x.Status)
	w.tellPeople(x.Participants)
}

// findNotes notes which notes hang on other entries: those that stand in a
// section of the document but are none of its entries, and those that are on an entry.
func (w *writer) findNotes() {
	for i := range w.rec.Notes {
		n := &w.rec.Notes[i]
		if w.listed[n.ID] {
			continue
		}
		on := ""
		switch {
		case len(n.Related) == 1:
			on = n.Related[0].ID
		case len(n.Related) == 0 && len(n.Encounter) > 0 && n.Section != "":
			on = n.Encounter[0].ID
		}
		if at, ok := w.index[on]; !ok || w.entryAt(at) == nil || at.kind == kindNote {
			continue
		}
		if w.notesOf == nil {
			w.notesOf = map[string][]int{}
		}
		w.notesOf[on] = append(w.notesOf[on], i)
	}
}

// notesOn writes the notes that hang on an entry.
func (w *writer) notesOn(e *record.Entry, wrapper string) {
	for _, i := range w.notesOf[e.ID] {
		x := w.rec.Notes[i]
		if w.wrote[x.ID] || w.leftOut[x.ID] || x.Assertion == record.Negated || x.Assertion == record.NoneKnown {
			continue
		}
		w.el(wrapper)
		w.at("typeCode", "COMP")
		w.At("notes", i, func() { w.note(&x, e) })
		w.end()
	}
}

// noteSection gives the code of the section of a note: its own LOINC code, where
// that is none of a section that holds something else (C-CDA Notes Section).
func (w *writer) noteSection(i int) string {
	t := &w.rec.Notes[i].Type
	if code := t.Code(record.SystemLOINC); code != "" && isCS(code) && !fixedSectionCodes[code] && defOf(code) == nil {
		return code
	}
	return loincNote
}

// notesDef makes the Notes Section of a kind of note.
func (w *writer) notesDef(loinc string) *sectionDef {
	title := "Notes"
	for i := range w.rec.Notes {
		t := &w.rec.Notes[i].Type
		for k := range t.Codings {
			if c := &t.Codings[k]; c.System == record.SystemLOINC && c.Code == loinc && c.Display != "" {
				title = c.Display
			}
		}
	}
	return &sectionDef{loinc: loinc, optional: templateNotes, title: title}
}

// holdsNotes reports whether a section lists a note.
func (w *writer) holdsNotes(s *record.Section) bool {
	return slices.ContainsFunc(s.Entries, func(r record.Ref) bool { return w.index[r.ID].kind == kindNote })
}
