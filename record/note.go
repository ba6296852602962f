package record

// ClinicalNote is a note in words or as a file: consultation, discharge
// summary, progress, imaging narrative … (USCDI Clinical Notes; FHIR
// DocumentReference, Media; C-CDA Note Activity; HL7 v2 TXA/OBX of MDM). The words of a
// note that stands in a document are that part of the section's narrative that
// Narrative.Anchor names; Contents are what it brings of its own.
type ClinicalNote struct {
	Entry
	Type        Concept           `json:"type,omitzero"`
	Categories  []Concept         `json:"categories,omitempty"`
	Title       string            `json:"title,omitempty"`
	Description string            `json:"description,omitempty"`
	When        Period            `json:"when,omitzero"` // what time it is about
	Written     *Time             `json:"written,omitempty"`
	DocStatus   string            `json:"docStatus,omitempty"`
	Contents    []NoteContent     `json:"contents,omitempty"`
	Encounter   []Ref             `json:"encounters,omitempty"`
	Facility    *Concept          `json:"facilityType,omitempty"`
	Practice    *Concept          `json:"practiceSetting,omitempty"`
	Events      []Concept         `json:"events,omitempty"`
	Related     []Ref             `json:"related,omitempty"` // what it is a note on
	RelatedDocs []RelatedDocument `json:"relatedDocuments,omitempty"`
	Custodian   *Ref              `json:"custodian,omitempty"`
	MasterID    *Identifier       `json:"masterIdentifier,omitempty"`
	// Capture is how its content was taken, where it is a picture or a recording (FHIR Media).
	Capture *Capture `json:"capture,omitempty"`
}

// Capture is how a picture, a film or a sound was taken, and of what. When it was
// taken is the note's When, when it was made available its Written, who took it a performer.
type Capture struct {
	Type       *Concept  `json:"type,omitempty"` // image, video, audio
	Modality   *Concept  `json:"modality,omitempty"`
	View       *Concept  `json:"view,omitempty"`
	Site       *BodySite `json:"site,omitempty"`
	Reasons    []Concept `json:"reasons,omitempty"`
	DeviceName string    `json:"deviceName,omitempty"`
	Device     *Ref      `json:"device,omitempty"`
	Height     string    `json:"height,omitempty"` // pixels
	Width      string    `json:"width,omitempty"`  // pixels
	Frames     string    `json:"frames,omitempty"`
	Duration   string    `json:"duration,omitempty"` // seconds
	BasedOn    []Ref     `json:"basedOn,omitempty"`
	PartOf     []Ref     `json:"partOf,omitempty"`
}

// NoteContent is one form of a note's content.
type NoteContent struct {
	Attachment Attachment `json:"attachment,omitzero"`
	Format     *Coding    `json:"format,omitempty"`
	// Code is what this part of the note is called by its sender, Status how far it is (OBX-3 and OBX-11 of a document).
	Code   *Concept `json:"code,omitempty"`
	Status *Status  `json:"status,omitempty"`
}
