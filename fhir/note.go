package fhir

import (
	"encoding/json"
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

const (
	sysDocumentCategory = "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category"
	typeXHTML           = "application/xhtml+xml"
	typePlain           = "text/plain"
)

var (
	documentAuthors        = only(kindPractitioner, kindPractitionerRole, kindOrganization, kindDevice, kindPatient, kindRelatedPerson)
	documentAuthenticators = only(kindPractitioner, kindPractitionerRole, kindOrganization)
)

// documentStatus pairs FHIR's document-reference-status with the record's. It is
// the status of the reference, not of what is referred to: what is neither
// replaced nor in error is the current one.
var documentStatus = codes.NewTable(
	codes.Both("superseded", record.StatusSuperseded),
	codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.OnlyFrom("current", record.StatusCompleted),
	codes.OnlyFrom("current", record.StatusActive),
	codes.OnlyFrom("current", record.StatusFinal),
	codes.OnlyFrom("current", record.StatusPreliminary),
	codes.OnlyFrom("current", record.StatusAmended),
	codes.OnlyFrom("current", record.StatusCorrected),
	codes.OnlyFrom("current", record.StatusAppended),
	codes.OnlyFrom("current", record.StatusAvailable), // HL7 v2-to-FHIR, TXA-19 AV
)

var statedIsCurrent = record.IssueStatusByRule.Because("the source does not say that the document is replaced or in error, and FHIR demands a status of the reference to it; what is neither is the current reference")

// referenceStatus writes DocumentReference.status. A source that gives none
// leaves the reference current; one that has no code in FHIR leaves it out.
func (w *writer) referenceStatus(s *record.Status) (claims bool) {
	if s.Code == "" && s.AsSent == "current" && s.Absent == "" {
		w.code("status", "current")
		return true
	}
	if _, ok := documentStatus.From(s.Code); !ok && s.Code != "" {
		w.status("status", s, &documentStatus, "")
		return false
	}
	if s.Code == "" && s.AsSent == "" {
		w.Note(&statedIsCurrent, "status")
	}
	w.status("status", s, &documentStatus, "current")
	return true
}

// noteKind says what a note becomes.
func noteKind(n *record.ClinicalNote) kind {
	if n.Assertion != record.Affirmed || n.Mode != record.ModeEvent || n.Status.Code != "" && !hasCodeFor(&documentStatus, &n.Status) {
		return kindBasic
	}
	if isMedia(n) {
		return kindMedia
	}
	return kindDocumentReference
}

// isNoteType reports whether a type is one that US Core DocumentReference
// allows: it is bound as required, to LOINC.
func isNoteType(c *record.Concept) bool {
	return slices.ContainsFunc(c.Codings, func(k record.Coding) bool { return k.System == record.SystemLOINC && isCode(k.Code) })
}

// note writes a DocumentReference (US Core DocumentReference 6.1.0; C-CDA on FHIR, CF-notes).
func (w *writer) clinicalNote(i int, n *record.ClinicalNote) {
	if noteKind(n) == kindBasic {
		why := &record.IssueNotStated
		if n.Assertion == record.Affirmed && n.Mode == record.ModeEvent {
			why = &noStatus
		}
		w.keptWhole("notes", i, &n.Entry, n, why)
		return
	}
	if isMedia(n) {
		w.media(i, n)
		return
	}
	profile := profileBase + "documentreference"
	if _, ok := documentStatus.From(n.Status.Code); !ok && n.Status.Code != "" || !w.hasContent(n) || !isNoteType(&n.Type) {
		profile = ""
	}
	w.resource("notes", i, &n.Entry, kindDocumentReference, profile)
	if profile == "" {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	w.common(&n.Entry, hasIdentifiers|hasStatus|hasAssertion|hasMode)
	w.identifier("masterIdentifier", n.MasterID)
	w.noteStatus(n)
	w.requiredConcept("type", &n.Type, "type")
	w.arr("category")
	for k := range n.Categories {
		w.concept("", &n.Categories[k])
	}
	if len(n.Categories) == 0 {
		w.codeable("", sysDocumentCategory, "clinical-note") // CF-notes, category
	}
	w.endArr()
	w.subject("subject")
	w.noteDate(n)
	w.documentPeople(n.Participants)
	w.referenceField("custodian", "custodian", n.Custodian, only(kindOrganization))
	w.relatedDocuments(n.RelatedDocs)
	w.str("description", n.Description)
	w.securityLabels(n.Labels)
	w.arr("content")
	w.noteContents(n)
	if w.isEmpty() {
		w.obj("")
		w.requiredObject("attachment", "contents")
		w.end()
	}
	w.endArr()
	w.noteContext(n)
	w.fieldStr("title", n.Title)
	w.fieldAny("capture", n.Capture)
	w.endResource()
}

// noteStatus writes status and docStatus.
func (w *writer) noteStatus(n *record.ClinicalNote) {
	if s := &n.Status; n.DocStatus == "" && s.Code == record.StatusCompleted && s.Absent == "" {
		w.code("status", "current")
		w.code("docStatus", "final") // C-CDA Note Activity, statusCode: signed and finalized
		return
	}
	w.referenceStatus(&n.Status)
	switch n.DocStatus {
	case "preliminary", "final", "amended", "entered-in-error":
		w.code("docStatus", n.DocStatus)
	default:
		w.fieldStr("docStatus", n.DocStatus)
	}
}

// noteDate writes date: when it was written, else the earliest time of an author (CF-notes, author/time).
func (w *writer) noteDate(n *record.ClinicalNote) {
	if n.Written != nil {
		w.instant("date", *n.Written)
	} else if t := authored(n.Participants); isInstant(&t) {
		w.dateTime("date", record.Time{Value: t.Value})
	}
}

// securityLabels writes the marks of a note as those of what is referred to.
func (w *writer) securityLabels(ls []record.Label) {
	w.arr("securityLabel")
	for k := range ls {
		w.obj("")
		w.arr("coding")
		w.coding("", &ls[k].Coding)
		w.endArr()
		w.end()
	}
	w.endArr()
}

// documentPeople writes author and authenticator; all that is said of a part stands in Provenance.
func (w *writer) documentPeople(ps []record.Participation) {
	w.arr("author")
	for k := range ps {
		if ps[k].Role == "author" {
			w.participant("", &ps[k], documentAuthors)
		}
	}
	w.endArr()
	w.firstOf("authenticator", ps, documentAuthenticators, "legal-authenticator", "authenticator")
}

// relatedDocuments writes relatesTo. That a document only refers to another is no code of FHIR's.
func (w *writer) relatedDocuments(ds []record.RelatedDocument) {
	w.arr("relatesTo")
	for k := range ds {
		d := &ds[k]
		code, ok := relates.From(d.Type)
		if !ok {
			continue
		}
		w.obj("")
		w.code("code", code)
		target := record.Ref{}
		if d.Ref != nil {
			target = *d.Ref
		}
		if target.Identifier == nil && len(d.Identifiers) > 0 {
			target.Identifier = &d.Identifiers[0]
		}
		if target == (record.Ref{}) {
			w.requiredObject("target", "relatedDocuments")
		} else if !w.referenceTo("target", &target, only(kindDocumentReference)) {
			w.requiredObject("target", "relatedDocuments")
		}
		w.fieldAny("relatedDocuments", ds[k:k+1])
		w.end()
	}
	w.endArr()
	w.unrelated("relatedDocuments", ds)
}

// unrelated keeps the related documents of which the source does not say what
// they have to do with this one in words that FHIR has: it demands one.
func (w *writer) unrelated(field string, ds []record.RelatedDocument) {
	for k := range ds {
		if _, ok := relates.From(ds[k].Type); !ok {
			w.fieldAny(field, ds[k:k+1])
		}
	}
}

// hasContent reports whether every content of a note is there, as bytes, text or an address (us-core-6).
func (w *writer) hasContent(n *record.ClinicalNote) bool {
	for k := range n.Contents {
		if a := &n.Contents[k].Attachment; a.Data.IsZero() && a.Text == "" && !isURI(a.URL) {
			return false
		}
	}
	return len(n.Contents) > 0 || w.hasWords(n)
}

func (w *writer) hasWords(n *record.ClinicalNote) bool {
	l := n.Narrative
	if l == nil {
		return false
	}
	at, found := w.anchor(&n.Entry)
	return clean(l.Text) || found && hasInk(at.n, at.i, at.n.End(at.i))
}

// noteContents writes the forms of a note's content as elements of an array:
// what it brings of its own, and its words in the section's narrative.
func (w *writer) noteContents(n *record.ClinicalNote) {
	for k := range n.Contents {
		w.obj("")
		w.attachment("attachment", &n.Contents[k].Attachment)
		if f := n.Contents[k].Format; f != nil {
			w.coding("format", f)
		}
		w.fieldConcept("code", n.Contents[k].Code)
		if s := n.Contents[k].Status; s != nil {
			w.fieldStatus("status", s)
		}
		w.end()
	}
	if w.hasWords(n) {
		w.obj("")
		w.words("attachment", n)
		w.end()
	}
}

// words writes the words of a note as an Attachment: as plain text where they
// have no markup but paragraphs, else as XHTML (CF-notes, text/reference).
func (w *writer) words(name string, n *record.ClinicalNote) {
	w.obj(name)
	at, found := w.anchor(&n.Entry)
	if n.Narrative.Text != "" {
		w.code("contentType", typePlain)
		w.base64Text("data", n.Narrative.Text)
	} else if found {
		from, to := at.i, at.n.End(at.i)
		if text, ok := plainWords(at.n, from, to); ok {
			w.code("contentType", typePlain)
			w.base64Text("data", text)
		} else {
			w.code("contentType", typeXHTML)
			w.base64Text("data", w.markup(at.n, from, to))
		}
	}
	w.end()
}

// plainWords gives a part of a narrative as lines of text; ok is false where its markup may say more.
func plainWords(n *record.Narrative, from, to int) (text string, ok bool) {
	var b []byte
	for i := from; i < to; i++ {
		nd := &n.Nodes[i]
		if len(nd.Attrs) > 0 && i > from {
			return "", false
		}
		switch nd.Kind {
		case "text":
			b = append(b, nd.Text...)
		case "content":
		case "paragraph", "br":
			if len(b) > 0 {
				b = append(b, '\n')
			}
		case "item", "td":
			if i > from {
				return "", false
			}
		default:
			return "", false
		}
	}
	return string(b), true
}

// markup gives a part of a narrative as an XHTML text of its own.
func (w *writer) markup(n *record.Narrative, from, to int) string {
	at := len(w.b)
	w.beginDiv()
	w.Quiet, w.quiet = true, true // it stands in the section too, with its ids
	w.standAlone(n, from, to)
	w.Quiet, w.quiet = false, false
	w.endDiv()
	var s string
	_ = json.Unmarshal(w.b[at:], &s) // a JSON string by its making
	w.b = w.b[:at]
	return s
}

// noteContext writes context: the encounter, what it is about, where and when. A
// note that names no encounter is of the document's (CF-notes, context.encounter).
func (w *writer) noteContext(n *record.ClinicalNote) {
	w.obj("context")
	if d := w.documentOf(n.Section); len(n.Encounter) == 0 && d != nil && d.Encounter != nil {
		w.arr("encounter")
		w.referenceTo("", d.Encounter, only(kindEncounter))
		w.endArr()
	}
	w.references("encounter", "encounters", n.Encounter, only(kindEncounter))
	w.concepts("event", n.Events)
	if !n.When.IsZero() {
		w.period("period", &n.When)
	}
	w.concept("facilityType", n.Facility)
	w.concept("practiceSetting", n.Practice)
	w.arr("related")
	for k := range n.Related {
		w.relatedEntry(&n.Related[k])
	}
	w.endArr()
	w.end()
}

// relatedEntry writes a Reference to what a note is on: of a concern, to each entry that shares it.
func (w *writer) relatedEntry(r *record.Ref) {
	if _, ok := w.resolve(r); ok || r.Kind != record.KindConcern {
		w.reference("", r)
		return
	}
	found := false
	each := func(c *record.Concern, e *record.Entry) {
		if t, ok := w.refs[e.ID]; ok && c != nil && c.ID == r.ID {
			w.obj("")
			w.urn(t.id)
			w.fieldStr("id", r.ID)
			w.end()
			found = true
		}
	}
	for i := range w.rec.Problems {
		each(w.rec.Problems[i].Concern, &w.rec.Problems[i].Entry)
	}
	for i := range w.rec.Allergies {
		each(w.rec.Allergies[i].Concern, &w.rec.Allergies[i].Entry)
	}
	if !found {
		w.reference("", r)
	}
}

// reportNotes writes the notes on a report as elements of presentedForm too: US
// Core wants a note of imaging, pathology or cardiology found in both ways.
func (w *writer) reportNotes(p *record.Panel) {
	for i := range w.rec.Notes {
		n := &w.rec.Notes[i]
		if noteKind(n) != kindDocumentReference {
			continue
		}
		for k := range n.Related {
			if p.ID == "" || n.Related[k].ID != p.ID {
				continue
			}
			for j := range n.Contents {
				if a := &n.Contents[j].Attachment; a.Text != "" || a.URL != "" || a.Data.Streams() {
					w.attachment("", a)
				} else if _, err := a.Data.Base64(); err == nil {
					w.attachment("", a)
				}
			}
			if w.hasWords(n) {
				w.words("", n)
			}
			break
		}
	}
}
