package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const kindNote = "note"

// Templates of a note and of the document that it is taken from.
const (
	templateNote             = "2.16.840.1.113883.10.20.22.4.202"
	templateExternalDocument = "2.16.840.1.113883.10.20.22.4.115"
	loincNote                = "34109-9"
)

// isNote recognises a Note Activity. A section that only has words is no note: it stays a section.
func (r *reader) isNote(n tree.Node) bool {
	if n.Name() != "act" {
		return false
	}
	code := n.Child("code")
	return r.has(n, templateNote) || code.Attr("code").Value() == loincNote && code.Attr("codeSystem").Value() == oidLOINC && r.bare(n, nil)
}

// readNoteEntry reads an entry that holds a Note Activity.
func (r *reader) readNoteEntry(entry tree.Node) []record.Ref {
	act := r.statement(entry)
	if !r.isNote(act) || !r.legibleNote(act) {
		return nil
	}
	return []record.Ref{r.note(act, nil)}
}

// legibleNote reports whether there is a note: one that is not written, or of another, is none of this record's.
func (r *reader) legibleNote(act tree.Node) bool {
	if !r.legible(act, "EVN") {
		return false
	}
	if a := act.Attr("negationInd"); isTrue(a.Value()) {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	return true
}

// noteWithin reads a Note Activity that hangs on another entry.
func (r *reader) noteWithin(rel, act tree.Node, on *record.Ref) {
	if r.legibleNote(act) && r.relates(rel, false, "COMP", "REFR", "SUBJ") {
		r.note(act, on)
	}
}

// note reads a Note Activity (C-CDA R2.1 Companion Guide; C-CDA on FHIR,
// CF-notes). on is the entry that it hangs on.
func (r *reader) note(act tree.Node, on *record.Ref) record.Ref {
	n := record.ClinicalNote{Entry: r.entry(kindNote, act)}
	r.notNegated(act.Attr("negationInd"))
	n.Assertion = record.Affirmed
	if n.Absent = r.nullFlavor(act); n.Absent != "" {
		n.Assertion = record.NotKnown
	}
	n.Status = r.status(act)
	r.templates(act, templateNote)
	r.shape(act, "ACT", "EVN")
	n.Type = r.noteType(act.Child("code"))
	r.noteText(&n, act.Child("text"))
	n.When = r.period(act.Child("effectiveTime"))
	n.RelatedDocs = r.externalDocuments(act, "relatedDocuments")
	ofText := len(n.Contents) > 0
	for rel, sub := range r.relations(act) {
		switch sub.Name() {
		case "observation":
			if (ofText || len(n.Contents) == 0) && r.isContentName(sub) {
				r.nameOfText(&n, rel, sub)
			}
		case "encounter":
			if ref := r.noteEncounter(rel, sub); ref != nil {
				r.slot(rel, "encounters", len(n.Encounter))
				n.Encounter = append(n.Encounter, *ref)
			}
		case "observationMedia":
			if a := r.media(rel, sub); a != nil {
				r.slot(rel, "contents", len(n.Contents))
				c := record.NoteContent{Attachment: *a}
				for in, obs := range r.relations(sub) {
					if r.isContentName(obs) {
						r.contentName(&c, in, obs)
					}
				}
				n.Contents = append(n.Contents, c)
			}
		}
	}
	switch {
	case on == nil:
	case on.Kind != kindEncounter:
		n.Related = append(n.Related, *on)
	case len(n.Encounter) == 0:
		n.Encounter = append(n.Encounter, *on) // CF-notes, context.encounter
	}
	r.rec.Notes = append(r.rec.Notes, n)
	return record.Ref{ID: n.ID, Kind: kindNote}
}

// noteType takes what kind of note it is. The template fixes the code, any note;
// the kind stands in a translation where it is told (CF-notes, code/translation).
func (r *reader) noteType(n tree.Node) record.Concept {
	if n.Child("translation").OK() && !n.Attr("nullFlavor").OK() && r.fixes(n, oidLOINC, loincNote, "Note") {
		var c record.Concept
		r.originalText(n, &c.Text, &c.TextRef)
		c.Codings = r.translations(n, nil)
		return c
	}
	c := r.concept(n)
	if len(c.Codings) > 0 && c.Codings[0].Code != loincNote && c.Absent == "" {
		r.forms = append(r.forms, formed{n.Parent(), notTranslated}) // the kind stands where others have the code of any note
	}
	return c
}

// notTranslated is the form of a note whose code is its kind.
const notTranslated = "code/translation"

// noteText takes the content that a note brings of its own, beside the narrative that it points to.
func (r *reader) noteText(n *record.ClinicalNote, t tree.Node) {
	if !t.OK() {
		return
	}
	a := r.describedFile(t)
	switch ref := t.Child("reference").Attr("value"); {
	case t.Attr("representation").Value() == "B64":
		if s := r.text(t); s != "" {
			a.Data = record.Base64Data(s)
		}
	case ref.Value() != "" && !strings.HasPrefix(ref.Value(), "#") && !r.anchor(ref.Value()).OK():
		a.URL = r.attr(t.Child("reference"), "value")
		fallthrough
	case a != (record.Attachment{}):
		if l := n.Narrative; l != nil {
			a.Text, l.Text = l.Text, ""
			if *l == (record.NarrativeLink{}) {
				n.Narrative = nil
			}
		}
	}
	if a != (record.Attachment{}) {
		n.Contents = append(n.Contents, record.NoteContent{Attachment: a})
	}
}

// noteEncounter reads the encounter that a note was written in: named by its ids, or whole.
func (r *reader) noteEncounter(rel, enc tree.Node) *record.Ref {
	if ref := r.encounterNamed(rel, enc, true); ref != nil {
		return ref
	}
	if !r.hasAny(enc, templatesEncounter) || isMention(enc) || !r.plain(enc, "EVN") || !r.relates(rel, true, "COMP", "REFR", "SUBJ") {
		return nil
	}
	ref := r.encounter(enc)
	return &ref
}

// externalDocuments takes the documents outside that an act refers to (C-CDA R2.1 External Document Reference).
// field is the part of the act that they are.
func (r *reader) externalDocuments(n tree.Node, field string) []record.RelatedDocument {
	var out []record.RelatedDocument
	for ref := n.Child("reference"); ref.OK(); ref = ref.NextNamed() {
		d := ref.Child("externalDocument")
		if !d.OK() || ref.Attr("nullFlavor").OK() || d.Attr("nullFlavor").OK() {
			continue
		}
		typ, ok := externalTypes.To(ref.Attr("typeCode").Value())
		if typ == "replaces" {
			r.take(ref.Attr("typeCode"))
		} else if r.fixed(ref, "typeCode", "REFR"); !ok {
			typ = "refers-to"
		}
		r.slot(ref, field, len(out))
		r.shape(d, "DOCCLIN", "EVN")
		r.templates(d, templateExternalDocument)
		x := record.RelatedDocument{
			Type: typ, Identifiers: r.ids(d), Code: r.conceptPtr(d.Child("code")), Text: r.attachment(d.Child("text")),
			Version: r.attr(d.Child("versionNumber"), "value"),
		}
		if s := d.Child("setId"); s.OK() {
			if i := r.identifier(s); !i.IsZero() {
				x.SetID = &i
			}
		}
		out = append(out, x)
	}
	return out
}
