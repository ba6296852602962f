package record

// Accident is an accident that a visit is about (HL7 v2 ACC).
type Accident struct {
	Identifiers    []Identifier `json:"identifiers,omitempty"`
	When           Time         `json:"when,omitzero"`
	Code           *Concept     `json:"code,omitempty"`
	Place          string       `json:"place,omitempty"`
	Address        *Address     `json:"address,omitempty"`
	State          *Concept     `json:"state,omitempty"` // whose law is that of a car accident
	JobRelated     *bool        `json:"jobRelated,omitempty"`
	Fatal          *bool        `json:"fatal,omitempty"` // somebody died of it
	PoliceNotified *bool        `json:"policeNotified,omitempty"`
	Description    string       `json:"description,omitempty"`
	BroughtInBy    string       `json:"broughtInBy,omitempty"`
	Liability      string       `json:"liability,omitempty"` // of the patient, in per cent
	EnteredBy      *Ref         `json:"enteredBy,omitempty"`
}

// Disability is that somebody is disabled for a time (HL7 v2 DB1).
type Disability struct {
	// Who is the person by their part in the record: patient, guarantor, insured, associated party (table 0334).
	Who            *Concept     `json:"who,omitempty"`
	Identifiers    []Identifier `json:"identifiers,omitempty"` // of the person
	Disabled       *bool        `json:"disabled,omitempty"`
	When           *Period      `json:"when,omitempty"`
	ReturnsToWork  *Time        `json:"returnsToWork,omitempty"`
	UnableToWorkAt *Time        `json:"unableToWork,omitempty"`
}

// Death is what is known of a patient's death beside that and when they died (HL7 v2 PDA).
type Death struct {
	Causes      []Concept `json:"causes,omitempty"`
	Place       *Ref      `json:"place,omitempty"`
	Certified   *bool     `json:"certified,omitempty"`
	CertifiedAt *Time     `json:"certifiedAt,omitempty"`
	CertifiedBy *Ref      `json:"certifiedBy,omitempty"`
	Autopsy     *bool     `json:"autopsy,omitempty"`
	AutopsyWhen *Period   `json:"autopsyWhen,omitempty"`
	AutopsyBy   *Ref      `json:"autopsyBy,omitempty"`
	Coroner     *bool     `json:"coroner,omitempty"` // it was assigned to the coroner
}

// AccessRestriction is what a patient, a provider or a law asked to be kept back of
// a patient's record or of a visit (HL7 v2 ARV). It is kept as sent. What is read from HL7 v2 has labels
// beside it that say so in every format; package consent makes labels of it that its rules see, also where it has none.
type AccessRestriction struct {
	Action       *Concept  `json:"action,omitempty"`       // added, deleted, updated, no change (table 0206)
	Value        *Concept  `json:"value,omitempty"`        // what is restricted (table 0717)
	Reasons      []Concept `json:"reasons,omitempty"`      // table 0719
	Instructions []string  `json:"instructions,omitempty"` // who may see it nevertheless, in words
	When         *Period   `json:"when,omitempty"`
}

// RegistryStatus is how a patient takes part in an immunization registry (HL7 v2 PD1).
type RegistryStatus struct {
	Status         *Concept `json:"status,omitempty"` // active, inactive, moved … (table 0441)
	StatusSince    *Time    `json:"statusSince,omitempty"`
	Publicity      *Concept `json:"publicity,omitempty"` // how they may be reminded (table 0215)
	PublicitySince *Time    `json:"publicitySince,omitempty"`
	Protected      *bool    `json:"protected,omitempty"` // whether their data must not be shared
	ProtectedSince *Time    `json:"protectedSince,omitempty"`
}
