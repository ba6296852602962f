package record

// Goal is what the patient or the team wants to reach (FHIR Goal; C-CDA Goal Observation; HL7 v2 GOL).
type Goal struct {
	Entry
	Code         Concept      `json:"code,omitzero"` // what the goal is about, or the goal in words
	Categories   []Concept    `json:"categories,omitempty"`
	Achievement  *Concept     `json:"achievement,omitempty"`
	Priority     *Concept     `json:"priority,omitempty"`
	Start        Period       `json:"start,omitzero"`
	StartEvent   *Concept     `json:"startEvent,omitempty"`
	Due          *Time        `json:"due,omitempty"`
	Targets      []GoalTarget `json:"targets,omitempty"`
	Values       []Value      `json:"values,omitempty"` // CDA value of the goal observation
	Addresses    []Ref        `json:"addresses,omitempty"`
	Outcomes     []Ref        `json:"outcomes,omitempty"`
	OutcomeCodes []Concept    `json:"outcomeCodes,omitempty"`
	StatusDate   *Time        `json:"statusDate,omitempty"`
	StatusReason string       `json:"statusReason,omitempty"`
	Milestones   []Ref        `json:"milestones,omitempty"`
}

// GoalTarget is a measure with the value wanted and by when.
type GoalTarget struct {
	Measure *Concept  `json:"measure,omitempty"`
	Value   *Value    `json:"value,omitempty"`
	Due     *Time     `json:"due,omitempty"`
	DueIn   *Quantity `json:"dueIn,omitempty"`
}
