package fhir

import "github.com/portage-health/portage/record"

// unstructured writes the content of a document that is a file as a
// DocumentReference beside its Composition, which points to it (C-CDA R2.1
// Unstructured Document). The header stands in the Composition.
func (w *writer) unstructured(i int, d *record.Document) {
	if len(d.Body) == 0 {
		return
	}
	profile := profileBase + "documentreference"
	if _, ok := documentStatus.From(d.Status.Code); !ok && d.Status.Code != "" || !isNoteType(&d.Type) {
		profile = ""
	}
	for k := range d.Body {
		if a := &d.Body[k]; a.Data.IsZero() && a.Text == "" && !isURI(a.URL) {
			profile = "" // us-core-6
		}
	}
	w.In("documents", i)
	w.part(&d.Entry, "body", 0, kindDocumentReference, profile)
	if profile == "" {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	w.mark("ofDocument")
	if len(d.Identifiers) > 0 {
		w.identifier("masterIdentifier", &d.Identifiers[0])
	}
	w.referenceStatus(&d.Status)
	w.requiredConcept("type", &d.Type, "type")
	w.arr("category")
	for k := range d.Category {
		w.concept("", &d.Category[k])
	}
	if len(d.Category) == 0 {
		w.requiredObject("", "category") // not every file is a clinical note
	}
	w.endArr()
	w.subject("subject")
	if isInstant(&d.Time) {
		w.dateTime("date", record.Time{Value: d.Time.Value})
	}
	w.documentPeople(d.Participants)
	w.referenceTo("custodian", d.Custodian, only(kindOrganization))
	w.str("description", d.Title)
	w.arr("content")
	for k := range d.Body {
		w.obj("")
		w.attachment("attachment", &d.Body[k])
		w.end()
	}
	w.endArr()
	w.obj("context")
	w.arr("encounter")
	if d.Encounter != nil {
		w.referenceTo("", d.Encounter, only(kindEncounter))
	}
	w.endArr()
	w.end()
	w.endResource()
	w.Leave()
}
