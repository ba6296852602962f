package record

// Directive is an advance directive, or whether there is one (C-CDA Advance
// Directive Observation and Organizer; FHIR Observation ADI Documentation, Consent, DocumentReference).
type Directive struct {
	Entry
	Type      Concept           `json:"type,omitzero"`
	Category  *Concept          `json:"category,omitempty"`
	Values    []Value           `json:"values,omitempty"`
	When      Period            `json:"when,omitzero"`
	Documents []Ref             `json:"documents,omitempty"`
	External  []RelatedDocument `json:"external,omitempty"`
	Exists    *Concept          `json:"exists,omitempty"` // Advance Directive Existence
	Group     *Ref              `json:"group,omitempty"`
}
