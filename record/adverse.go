package record

// AdverseEvent is harm, or a risk of harm, that came of care (FHIR AdverseEvent).
type AdverseEvent struct {
	Entry
	Actuality   string    `json:"actuality,omitempty"` // actual, potential
	Categories  []Concept `json:"categories,omitempty"`
	Event       Concept   `json:"event,omitzero"`
	When        Period    `json:"when,omitzero"`
	Detected    *Time     `json:"detected,omitempty"`
	Seriousness *Concept  `json:"seriousness,omitempty"`
	Severity    *Concept  `json:"severity,omitempty"`
	Outcome     *Concept  `json:"outcome,omitempty"`
	Conditions  []Ref     `json:"conditions,omitempty"`
	Suspects    []Suspect `json:"suspects,omitempty"`
	Encounter   *Ref      `json:"encounter,omitempty"`
	Location    *Ref      `json:"location,omitempty"`
	History     []Ref     `json:"history,omitempty"`
	Documents   []Ref     `json:"documents,omitempty"`
	Studies     []Ref     `json:"studies,omitempty"`
}

// Suspect is what may have caused an adverse event.
type Suspect struct {
	Ref         Ref      `json:"ref,omitzero"`
	Assessment  *Concept `json:"assessment,omitempty"`
	Relatedness string   `json:"relatedness,omitempty"`
	Method      *Concept `json:"method,omitempty"`
	Author      *Ref     `json:"author,omitempty"`
}
