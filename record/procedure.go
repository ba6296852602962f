package record

// Procedure is an act done to or for the patient, or planned (FHIR Procedure;
// C-CDA Procedure Activity Procedure, Act and Observation; HL7 v2 PR1). Status
// not-done or refused with reasons is not a negation of another's statement.
type Procedure struct {
	Entry
	// Class is procedure, act or observation as C-CDA sorts them; "" elsewhere.
	Class         string        `json:"class,omitempty"`
	Code          Concept       `json:"code,omitzero"`
	Categories    []Concept     `json:"categories,omitempty"`
	When          Period        `json:"when,omitzero"`
	Priority      *Concept      `json:"priority,omitempty"`
	Methods       []Concept     `json:"methods,omitempty"`
	BodySites     []BodySite    `json:"bodySites,omitempty"`
	Approaches    []Concept     `json:"approaches,omitempty"`
	Values        []Value       `json:"values,omitempty"` // Procedure Activity Observation
	Specimens     []Ref         `json:"specimens,omitempty"`
	Devices       []Ref         `json:"devices,omitempty"`
	DeviceAction  *Concept      `json:"deviceAction,omitempty"`
	Indications   []Indication  `json:"indications,omitempty"`
	Outcome       *Concept      `json:"outcome,omitempty"`
	Complications []Concept     `json:"complications,omitempty"`
	FollowUps     []Concept     `json:"followUps,omitempty"`
	Medications   []Ref         `json:"medications,omitempty"`
	Reports       []Ref         `json:"reports,omitempty"`
	Instructions  []Instruction `json:"instructions,omitempty"`
	Locations     []Ref         `json:"locations,omitempty"`
	Encounter     *Ref          `json:"encounter,omitempty"`
	BasedOn       []Ref         `json:"basedOn,omitempty"`
	PartOf        []Ref         `json:"partOf,omitempty"`
	Reactions     []Reaction    `json:"reactions,omitempty"`
	Anesthesia    *Concept      `json:"anesthesia,omitempty"`
	Modifiers     []Concept     `json:"modifiers,omitempty"` // PR1-16
}

// BodySite is a place on the body with what narrows it.
type BodySite struct {
	Code       Concept  `json:"code,omitzero"`
	Laterality *Concept `json:"laterality,omitempty"`
}
