package record

// Document is a clinical document as such: its header and the tree of its
// sections. The entries of its sections stand in the record's own slices.
type Document struct {
	Entry
	Type     Concept     `json:"type,omitzero"`
	Category []Concept   `json:"category,omitempty"`
	Title    string      `json:"title,omitempty"`
	Time     Time        `json:"time,omitzero"` // when it was made
	SetID    *Identifier `json:"setId,omitempty"`
	Version  string      `json:"version,omitempty"`
	Realm    []string    `json:"realm,omitempty"`
	CopyTime *Time       `json:"copyTime,omitempty"`
	// CompletionCode is sdtc:completionCode / HL7 v2 TXA-17.
	CompletionCode *Concept          `json:"completionCode,omitempty"`
	Custodian      *Ref              `json:"custodian,omitempty"`
	Encounter      *Ref              `json:"encounter,omitempty"` // CDA componentOf/encompassingEncounter
	Services       []ServiceEvent    `json:"services,omitempty"`  // CDA documentationOf
	Orders         []Ref             `json:"orders,omitempty"`    // CDA inFulfillmentOf
	Related        []RelatedDocument `json:"related,omitempty"`
	Consents       []Ref             `json:"consents,omitempty"` // CDA authorization
	Recipients     []Participation   `json:"recipients,omitempty"`
	Sections       []Section         `json:"sections,omitempty"`
	// Body is the content of an unstructured document or of a note held as a file.
	Body []Attachment `json:"body,omitempty"`
	// Source is the id of the source that this document is, where it was read as one.
	Source string `json:"source,omitempty" portage:"made"`
}

// Section is a section of a document with its narrative.
type Section struct {
	ID          string       `json:"id" portage:"made"`
	Identifiers []Identifier `json:"identifiers,omitempty"`
	Code        Concept      `json:"code,omitzero"`
	Title       string       `json:"title,omitempty"`
	Narrative   *Narrative   `json:"narrative,omitempty"`
	// Stated is a hash of what the entries said when the narrative was read: see Record.State. "" where nobody noted it.
	Stated string `json:"stated,omitempty" portage:"made"`
	// NarrativeStatus is FHIR's narrative status where the source gave one.
	NarrativeStatus string          `json:"narrativeStatus,omitempty"`
	Labels          []Label         `json:"labels,omitempty"`
	Language        string          `json:"language,omitempty"`
	Participants    []Participation `json:"participants,omitempty"`
	Period          *Period         `json:"period,omitempty"` // Section Time Range Observation
	Mode            string          `json:"mode,omitempty"`   // FHIR Composition.section.mode
	OrderedBy       *Concept        `json:"orderedBy,omitempty"`
	Absent          AbsentReason    `json:"absent,omitempty"` // section nullFlavor, FHIR emptyReason
	EmptyReason     *Concept        `json:"emptyReason,omitempty"`
	// Entries are the entries found in it, in order.
	Entries []Ref `json:"entries,omitempty"`
	// Notes are comments on the section as a whole (a Comment Activity that is an entry of its own).
	Notes []Note `json:"notes,omitempty"`
	// Media are pictures and files that its narrative shows (CDA observationMedia, renderMultiMedia).
	Media    []Attachment `json:"media,omitempty"`
	Sections []Section    `json:"sections,omitempty"`
	Anchor   string       `json:"anchor,omitempty"` // section/@ID
}

// ServiceEvent is an act that a document is about (CDA documentationOf/serviceEvent).
type ServiceEvent struct {
	Identifiers  []Identifier    `json:"identifiers,omitempty"`
	Class        string          `json:"class,omitempty"` // HL7 v3 ActClass as sent: PCPR, ACT, PROC …
	Code         *Concept        `json:"code,omitempty"`
	When         Period          `json:"when,omitzero"`
	Participants []Participation `json:"participants,omitempty"`
	Status       *Concept        `json:"status,omitempty"` // CDA documentationOf/sdtc:statusCode
	Ref          *Ref            `json:"ref,omitempty"`
	// Section is the section of the document that tells of it (Section.ID), where that is not its header.
	Section string `json:"section,omitempty" portage:"made"`
}

// RelatedDocument is a document that this one replaces, appends, transforms or refers to.
type RelatedDocument struct {
	Type        string       `json:"type,omitempty"` // replaces, appends, transforms, signs, refers-to
	Identifiers []Identifier `json:"identifiers,omitempty"`
	SetID       *Identifier  `json:"setId,omitempty"`
	Version     string       `json:"version,omitempty"`
	Code        *Concept     `json:"code,omitempty"`
	Text        *Attachment  `json:"text,omitempty"`
	Ref         *Ref         `json:"ref,omitempty"`
}
