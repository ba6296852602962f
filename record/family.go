package record

// FamilyMember is a relative and their conditions (FHIR FamilyMemberHistory; C-CDA Family History Organizer).
type FamilyMember struct {
	Entry
	Relationship Concept           `json:"relationship,omitzero"`
	RelatedID    []Identifier      `json:"relatedIdentifiers,omitempty"`
	Name         string            `json:"name,omitempty"`
	Sex          Concept           `json:"sex,omitzero"`
	BirthTime    Period            `json:"birthTime,omitzero"`
	Age          *Value            `json:"age,omitempty"`
	EstimatedAge *bool             `json:"estimatedAge,omitempty"`
	Deceased     *bool             `json:"deceased,omitempty"`
	DeceasedWhen *Value            `json:"deceasedWhen,omitempty"` // age, date or words
	When         *Time             `json:"when,omitempty"`
	Conditions   []FamilyCondition `json:"conditions,omitempty"`
	Reasons      []Indication      `json:"reasons,omitempty"`
}

// FamilyCondition is one condition of a relative.
type FamilyCondition struct {
	Identifiers  []Identifier   `json:"identifiers,omitempty"`
	Code         Concept        `json:"code,omitzero"`
	Kind         *Concept       `json:"kind,omitempty"`
	Assertion    Assertion      `json:"assertion,omitempty"`
	Status       Status         `json:"status,omitzero"`
	When         Period         `json:"when,omitzero"`
	Onset        *Value         `json:"onset,omitempty"`
	OnsetAge     *Quantity      `json:"onsetAge,omitempty"`
	Outcome      *Concept       `json:"outcome,omitempty"`
	Fatal        *bool          `json:"fatal,omitempty"`        // cause of death
	CauseOfDeath *Concept       `json:"causeOfDeath,omitempty"` // Family History Death Observation value
	Notes        []Note         `json:"notes,omitempty"`
	Narrative    *NarrativeLink `json:"narrative,omitempty"`
}
