package record

// Appointment is a planned meeting (FHIR Appointment; C-CDA Planned Encounter; HL7 v2 SCH, AIS, AIP, AIL).
type Appointment struct {
	Entry
	Service      []Concept    `json:"service,omitempty"`
	Categories   []Concept    `json:"categories,omitempty"`
	Specialty    []Concept    `json:"specialty,omitempty"`
	Type         *Concept     `json:"type,omitempty"`
	Reasons      []Indication `json:"reasons,omitempty"`
	CancelReason *Concept     `json:"cancelReason,omitempty"`
	Priority     string       `json:"priority,omitempty"`
	Description  string       `json:"description,omitempty"`
	When         Period       `json:"when,omitzero"`
	Requested    []Period     `json:"requested,omitempty"`
	Duration     *Quantity    `json:"duration,omitempty"`
	Timings      []Timing     `json:"timings,omitempty"`
	Created      *Time        `json:"created,omitempty"`
	Comment      string       `json:"comment,omitempty"`
	PatientNote  string       `json:"patientInstruction,omitempty"`
	Locations    []Ref        `json:"locations,omitempty"`
	BasedOn      []Ref        `json:"basedOn,omitempty"`
	Slots        []Ref        `json:"slots,omitempty"`
	Support      []Ref        `json:"support,omitempty"`
	Event        *Concept     `json:"eventReason,omitempty"` // SCH-6
	Schedule     *Identifier  `json:"schedule,omitempty"`
	Parent       *Identifier  `json:"parent,omitempty"`
	Resources    []Resource   `json:"resources,omitempty"`
}

// Resource is what is booked beside people and places (HL7 v2 AIG, AIS).
type Resource struct {
	Type     *Concept  `json:"type,omitempty"`
	Code     *Concept  `json:"code,omitempty"`
	When     *Period   `json:"when,omitempty"`
	Duration *Quantity `json:"duration,omitempty"`
	Quantity *Quantity `json:"quantity,omitempty"`
	Status   *Concept  `json:"status,omitempty"`
}
