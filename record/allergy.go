package record

// Allergy is an allergy or intolerance, or the statement that there is none
// (FHIR AllergyIntolerance; C-CDA Allergy Intolerance Observation; AL1, IAM).
// Assertion NoneKnown with no Substance is "no known allergies"; Negated with a
// Substance is "not allergic to this".
type Allergy struct {
	Entry
	Substance Concept `json:"substance,omitzero"`
	// Kind is the kind of propensity as sent: allergy to drug, food intolerance … (CDA value, AL1-2).
	Kind Concept `json:"kind,omitzero"`
	// Type and Categories are FHIR's where the source gave them itself.
	Type         string         `json:"type,omitempty"`       // allergy, intolerance
	Categories   []string       `json:"categories,omitempty"` // food, medication, environment, biologic
	Clinical     ClinicalStatus `json:"clinicalStatus,omitzero"`
	Verification Verification   `json:"verification,omitempty"`
	// VerificationAsSent keeps a coded verification as sent.
	VerificationAsSent *Concept `json:"verificationAsSent,omitempty"`
	// Criticality is the risk of serious harm, not the severity of a past reaction.
	Criticality *Concept `json:"criticality,omitempty"`
	// Severity is severity given for the allergy as a whole (discouraged since C-CDA R2.1).
	Severity       *Concept   `json:"severity,omitempty"`
	Onset          Period     `json:"onset,omitzero"` // Start is onset, End is abatement
	LastOccurrence *Time      `json:"lastOccurrence,omitempty"`
	Reactions      []Reaction `json:"reactions,omitempty"`
	Encounter      *Ref       `json:"encounter,omitempty"`
	Concern        *Concern   `json:"concern,omitempty"`
}

// Reaction is what happened when the patient met the substance.
type Reaction struct {
	Identifiers    []Identifier   `json:"identifiers,omitempty"`
	Substance      *Concept       `json:"substance,omitempty"`
	Manifestations []Concept      `json:"manifestations,omitempty"`
	Assertion      Assertion      `json:"assertion,omitempty"` // Negated: this reaction did not happen
	Status         Status         `json:"status,omitzero"`
	Severity       *Concept       `json:"severity,omitempty"`
	When           Period         `json:"when,omitzero"`
	Route          *Concept       `json:"route,omitempty"`
	Description    string         `json:"description,omitempty"`
	Notes          []Note         `json:"notes,omitempty"`
	Narrative      *NarrativeLink `json:"narrative,omitempty"`
	// Treatments are entries (medications, procedures) that treated it.
	Treatments []Ref `json:"treatments,omitempty"`
}

// Concern is the tracking act around a problem or an allergy (C-CDA Allergy
// Concern Act, Problem Concern Act; HL7 v2 PRB). Entries of one concern share its ID.
type Concern struct {
	ID           string          `json:"id,omitempty" portage:"made"`
	Identifiers  []Identifier    `json:"identifiers,omitempty"`
	Status       Status          `json:"status,omitzero"`
	When         Period          `json:"when,omitzero"` // how long it is or was a concern
	Participants []Participation `json:"participants,omitempty"`
	Priority     *Concept        `json:"priority,omitempty"`
	Narrative    *NarrativeLink  `json:"narrative,omitempty"`
	Notes        []Note          `json:"notes,omitempty"`
	Labels       []Label         `json:"labels,omitempty"`
	Assertion    Assertion       `json:"assertion,omitempty"`
	Relations    []Relation      `json:"relations,omitempty"`
	Preferences  []Preference    `json:"preferences,omitempty"`
}
