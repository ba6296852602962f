package record

// Directive is an advance directive, or whether there is one (C-CDA Advance
// Directive Observation, Organizer and Existence Observation; FHIR Observation
// ADI Documentation, Consent, DocumentReference). Negated says that there is none of this type.
type Directive struct {
	Entry
	Type       Concept           `json:"type,omitzero"`
	Categories []Concept         `json:"categories,omitempty"`
	Values     []Value           `json:"values,omitempty"`
	When       Period            `json:"when,omitzero"`
	Documents  []Ref             `json:"documents,omitempty"`
	External   []RelatedDocument `json:"external,omitempty"`
	Exists     *Concept          `json:"exists,omitempty"` // the answer as sent: yes, no (Advance Directive Existence Observation)
	State      *Concept          `json:"state,omitempty"`  // how current it is: current and verified … (CCD, Status observation 33999-4)
	Members    []Ref             `json:"members,omitempty"`
}
