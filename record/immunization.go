package record

// Immunization is a vaccination that was given, was not given or was refused
// (FHIR Immunization; C-CDA Immunization Activity; HL7 v2 ORC/RXA of VXU).
// Status not-done or refused with Status.Reasons says why it was not given; an
// Assertion of Negated is not used for that.
type Immunization struct {
	Entry
	Product          Product           `json:"product,omitzero"`
	When             Period            `json:"when,omitzero"`
	Dose             *Quantity         `json:"dose,omitempty"`
	Route            *Concept          `json:"route,omitempty"`
	Sites            []Concept         `json:"sites,omitempty"`
	DoseNumber       string            `json:"doseNumber,omitempty"` // CDA repeatNumber
	SeriesDoses      string            `json:"seriesDoses,omitempty"`
	Series           string            `json:"series,omitempty"`
	Protocols        []VaccineProtocol `json:"protocols,omitempty"`
	PrimarySource    *bool             `json:"primarySource,omitempty"`
	InfoSource       *Concept          `json:"informationSource,omitempty"` // RXA-9 NIP001
	Indications      []Indication      `json:"indications,omitempty"`
	Reactions        []Reaction        `json:"reactions,omitempty"`
	Education        []Education       `json:"education,omitempty"`
	Eligibility      []Concept         `json:"eligibility,omitempty"` // VFC eligibility
	Funding          *Concept          `json:"funding,omitempty"`
	Subpotent        *bool             `json:"subpotent,omitempty"`
	SubpotentReasons []Concept         `json:"subpotentReasons,omitempty"`
	Location         *Ref              `json:"location,omitempty"`
	Encounter        *Ref              `json:"encounter,omitempty"`
	Orders           []SupplyOrder     `json:"orders,omitempty"`
	Dispenses        []Dispense        `json:"dispenses,omitempty"`
	Preconditions    []Precondition    `json:"preconditions,omitempty"`
	Instructions     []Instruction     `json:"instructions,omitempty"`
	AdminUnit        *Concept          `json:"administrationUnit,omitempty"`
	OrderReason      *Concept          `json:"orderReason,omitempty"`
	Completion       string            `json:"completion,omitempty"` // RXA-20: CP, RE, NA, PA
}

// VaccineProtocol is the protocol that a dose belongs to.
type VaccineProtocol struct {
	Series      string    `json:"series,omitempty"`
	Authority   *Ref      `json:"authority,omitempty"`
	Diseases    []Concept `json:"diseases,omitempty"`
	DoseNumber  string    `json:"doseNumber,omitempty"`
	SeriesDoses string    `json:"seriesDoses,omitempty"`
}

// Education is material handed out with a vaccination.
type Education struct {
	DocumentType string   `json:"documentType,omitempty"`
	Code         *Concept `json:"code,omitempty"`
	Reference    string   `json:"reference,omitempty"`
	Published    *Time    `json:"published,omitempty"`
	Presented    *Time    `json:"presented,omitempty"`
}
