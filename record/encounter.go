package record

// Encounter is a contact between the patient and those who care (FHIR
// Encounter; C-CDA Encounter Activity and encompassingEncounter; PV1, PV2).
type Encounter struct {
	Entry
	Class            Concept              `json:"class,omitzero"` // ambulatory, inpatient, emergency … (HL7 v3 ActEncounterCode)
	ClassHistory     []EncounterClass     `json:"classHistory,omitempty"`
	Types            []Concept            `json:"types,omitempty"`
	ServiceType      *Concept             `json:"serviceType,omitempty"`
	Priority         *Concept             `json:"priority,omitempty"`
	When             Period               `json:"when,omitzero"`
	Length           *Quantity            `json:"length,omitempty"`
	StatusHistory    []EncounterStatus    `json:"statusHistory,omitempty"`
	Reasons          []Indication         `json:"reasons,omitempty"`
	Diagnoses        []EncounterDiagnosis `json:"diagnoses,omitempty"`
	Locations        []EncounterLocation  `json:"locations,omitempty"`
	Disposition      *Concept             `json:"disposition,omitempty"`
	DischargedTo     *Ref                 `json:"dischargedTo,omitempty"`
	AdmitSource      *Concept             `json:"admitSource,omitempty"`
	Origin           *Ref                 `json:"admittedFrom,omitempty"`
	Readmission      *Concept             `json:"readmission,omitempty"`
	PreAdmission     *Identifier          `json:"preAdmission,omitempty"`
	Diets            []Concept            `json:"diets,omitempty"`
	Courtesies       []Concept            `json:"courtesies,omitempty"`
	Arrangements     []Concept            `json:"arrangements,omitempty"`
	ServiceProvider  *Ref                 `json:"serviceProvider,omitempty"`
	PartOf           *Ref                 `json:"partOf,omitempty"`
	Appointments     []Ref                `json:"appointments,omitempty"`
	BasedOn          []Ref                `json:"basedOn,omitempty"`
	Episodes         []Ref                `json:"episodes,omitempty"`
	Accounts         []Ref                `json:"accounts,omitempty"`
	Interpreter      *Concept             `json:"interpreterNeeded,omitempty"`
	HospitalService  *Concept             `json:"hospitalService,omitempty"`
	VIP              *Concept             `json:"vip,omitempty"`
	PatientClass     *Concept             `json:"patientType,omitempty"` // PV1-18
	Instructions     []Instruction        `json:"instructions,omitempty"`
	ArrivalMode      *Concept             `json:"arrivalMode,omitempty"`
	FinancialClasses []DatedConcept       `json:"financialClasses,omitempty"` // of the patient, for reimbursement (PV1-20)
	Planned          *Period              `json:"planned,omitempty"`          // when it is expected to begin and to end
	Protected        *bool                `json:"protected,omitempty"`        // whether the visit must not be made known (PV2-22)
	Accident         *Accident            `json:"accident,omitempty"`
	Restrictions     []AccessRestriction  `json:"restrictions,omitempty"`
}

// EncounterClass is a class that held for a time.
type EncounterClass struct {
	Class Concept `json:"class,omitzero"`
	When  Period  `json:"when,omitzero"`
}

// EncounterStatus is a status that held for a time.
type EncounterStatus struct {
	Status Status `json:"status,omitzero"`
	When   Period `json:"when,omitzero"`
}

// EncounterDiagnosis ties a problem to an encounter.
type EncounterDiagnosis struct {
	Problem Ref      `json:"problem,omitzero"`
	Use     *Concept `json:"use,omitempty"`
	Rank    string   `json:"rank,omitempty"`
}

// EncounterLocation is where it took place, and when.
type EncounterLocation struct {
	Location Ref      `json:"location,omitzero"`
	Status   string   `json:"status,omitempty"`
	When     *Period  `json:"when,omitempty"`
	Physical *Concept `json:"physicalType,omitempty"`
}
