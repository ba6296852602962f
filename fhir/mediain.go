package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// mediaOf reads a Media (R4 9.4) as a note whose content is the picture or the recording. One that was not done, is not
// finished or of which that is not known is carried: there may be nothing to look at.
func (r *reader) mediaOf(n tree.Node) bool {
	if _, ok := mediaStatus.To(peek(n, "status")); !ok || r.field(n, "status").OK() || !object(n, "content").OK() || !r.subject(n, "subject") {
		return false
	}
	v := record.ClinicalNote{Entry: r.entry(n)}
	v.Identifiers = r.identifiers(n, "identifier")
	v.Notes = r.notes(n, "note")
	v.Status = r.status(n, &mediaStatus)
	c := &record.Capture{
		Type: r.conceptPtr(n, "type"), Modality: r.conceptPtr(n, "modality"), View: r.conceptPtr(n, "view"), Site: maybe(n, "bodySite", r.bodySite),
		Reasons: r.concepts(n, "reasonCode"), DeviceName: r.str(n, "deviceName"), Device: r.refPtr(n, "device"),
		Height: r.number(n, "height"), Width: r.number(n, "width"), Frames: r.number(n, "frames"), Duration: r.number(n, "duration"),
		BasedOn: r.refs(n, "basedOn"), PartOf: r.refs(n, "partOf"),
	}
	v.Encounter = listOf1(r.refPtr(n, "encounter"))
	v.When = r.when(n, choice{dateTime: "createdDateTime", period: "createdPeriod"}, "when")
	v.Written = r.timePtr(n, "issued")
	r.part(&v.Entry, n, "operator", "performer")
	content := record.NoteContent{Attachment: r.attached(object(n, "content"))}
	if e := r.field(n, "content"); e.OK() {
		kept := content.Attachment
		r.fieldsOf(e, &content)
		content.Attachment = kept
	}
	v.Contents = []record.NoteContent{content}
	if e := r.field(n, "noteType"); e.OK() {
		v.Type = one(e, "valueCodeableConcept", r.concept)
	}
	addFields(r, n, c)
	v.Capture = c
	add(r, &r.rec.Notes, n, &v)
	return true
}
