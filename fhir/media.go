package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// mediaStatus pairs FHIR's event-status with the record's, as far as a Media of that status has content: what is in
// preparation, was stopped or was not done (R4 9.4) is no picture that anybody can look at.
var mediaStatus = codes.NewTable(codes.Both("completed", record.StatusCompleted), codes.Both("entered-in-error", record.StatusEnteredInError))

var (
	mediaOrders    = only(kindServiceRequest, kindCarePlan)
	mediaOperators = only(kindPractitioner, kindPractitionerRole, kindOrganization, kindCareTeam, kindPatient, kindDevice, kindRelatedPerson)
)

// isMedia reports whether a note is a picture or a recording: it says how it was taken, and has one content.
func isMedia(n *record.ClinicalNote) bool {
	return n.Capture != nil && len(n.Contents) == 1 && hasCodeFor(&mediaStatus, &n.Status)
}

// media writes Media (R4 9.4; US Core has no profile of it).
func (w *writer) media(i int, n *record.ClinicalNote) {
	c := n.Capture
	w.resource("notes", i, &n.Entry, kindMedia)
	w.common(&n.Entry, hasIdentifiers|hasNotes|hasStatus)
	w.references("basedOn", "basedOn", c.BasedOn, mediaOrders)
	w.references("partOf", "partOf", c.PartOf, 0)
	w.status("status", &n.Status, &mediaStatus, "")
	w.concept("type", c.Type)
	w.concept("modality", c.Modality)
	w.concept("view", c.View)
	w.subject("subject")
	if len(n.Encounter) > 0 {
		w.referenceField("encounter", "encounters", &n.Encounter[0], only(kindEncounter))
		w.fieldRefs("encounters", n.Encounter[1:])
	}
	w.when(choice{dateTime: "createdDateTime", period: "createdPeriod"}, "when", &n.When)
	if n.Written != nil {
		w.instant("issued", *n.Written)
	}
	w.firstOf("operator", n.Participants, mediaOperators, "performer")
	w.concepts("reasonCode", c.Reasons)
	if s := c.Site; s != nil {
		w.obj("bodySite")
		w.conceptBody(&s.Code)
		w.fieldConcept("laterality", s.Laterality)
		w.end()
	}
	w.str("deviceName", c.DeviceName)
	w.referenceIn("device", c.Device, only(kindDevice))
	w.integer("height", c.Height, 1)
	w.integer("width", c.Width, 1)
	w.integer("frames", c.Frames, 1)
	w.num("duration", c.Duration)
	content := &n.Contents[0]
	if content.Attachment == (record.Attachment{}) {
		w.requiredObject("content", "contents")
	} else {
		w.attachment("content", &content.Attachment)
	}
	rest := *content
	rest.Attachment = record.Attachment{}
	w.fieldAny("content", &rest)
	w.mediaRest(n)
	w.endResource()
}

// mediaRest writes what FHIR's Media has no element for.
func (w *writer) mediaRest(n *record.ClinicalNote) {
	if !n.Type.IsZero() {
		w.fieldConcept("noteType", &n.Type)
	}
	w.fieldConcepts("categories", n.Categories)
	w.fieldStr("title", n.Title)
	w.fieldStr("description", n.Description)
	w.fieldStr("docStatus", n.DocStatus)
	w.fieldConcept("facilityType", n.Facility)
	w.fieldConcept("practiceSetting", n.Practice)
	w.fieldConcepts("events", n.Events)
	w.fieldRefs("related", n.Related)
	w.fieldAny("relatedDocuments", n.RelatedDocs)
	w.fieldRef("custodian", n.Custodian)
	w.fieldAny("masterIdentifier", n.MasterID)
}
