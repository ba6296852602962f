package record

// CarePlan is a plan as a whole: the assessment and plan in words, what is
// planned, for which concerns and goals (FHIR CarePlan; C-CDA Plan of Treatment and Care Plan).
type CarePlan struct {
	Entry
	Title         string         `json:"title,omitempty"`
	Description   string         `json:"description,omitempty"`
	Categories    []Concept      `json:"categories,omitempty"`
	When          Period         `json:"when,omitzero"`
	Created       *Time          `json:"created,omitempty"`
	Encounter     *Ref           `json:"encounter,omitempty"`
	CareTeams     []Ref          `json:"careTeams,omitempty"`
	Addresses     []Ref          `json:"addresses,omitempty"`
	Goals         []Ref          `json:"goals,omitempty"`
	Activities    []PlanActivity `json:"activities,omitempty"`
	Support       []Ref          `json:"support,omitempty"`
	BasedOn       []Ref          `json:"basedOn,omitempty"`
	Replaces      []Ref          `json:"replaces,omitempty"`
	PartOf        []Ref          `json:"partOf,omitempty"`
	Interventions []Intervention `json:"interventions,omitempty"`
}

// PlanActivity is one thing that a plan wants done.
type PlanActivity struct {
	Ref          *Ref      `json:"ref,omitempty"`
	Kind         string    `json:"kind,omitempty"`
	Code         *Concept  `json:"code,omitempty"`
	Status       Status    `json:"status,omitzero"`
	DoNotPerform *bool     `json:"doNotPerform,omitempty"`
	When         *Period   `json:"when,omitempty"`
	Timing       *Timing   `json:"timing,omitempty"`
	Location     *Ref      `json:"location,omitempty"`
	Performers   []Ref     `json:"performers,omitempty"`
	Product      *Product  `json:"product,omitempty"`
	DailyAmount  *Quantity `json:"dailyAmount,omitempty"`
	Quantity     *Quantity `json:"quantity,omitempty"`
	Description  string    `json:"description,omitempty"`
	Reasons      []Concept `json:"reasons,omitempty"`
	ReasonRefs   []Ref     `json:"reasonRefs,omitempty"`
	Goals        []Ref     `json:"goals,omitempty"`
	Outcomes     []Concept `json:"outcomes,omitempty"`
	OutcomeRefs  []Ref     `json:"outcomeRefs,omitempty"`
	Progress     []Note    `json:"progress,omitempty"`
}

// Intervention is an act that works towards goals (C-CDA Intervention Act).
type Intervention struct {
	ID          string       `json:"id,omitempty" portage:"made"`
	Identifiers []Identifier `json:"identifiers,omitempty"`
	Mode        Mode         `json:"mode,omitempty"`
	Status      Status       `json:"status,omitzero"`
	Code        *Concept     `json:"code,omitempty"`
	When        *Period      `json:"when,omitempty"`
	Acts        []Ref        `json:"acts,omitempty"`
	Goals       []Ref        `json:"goals,omitempty"`
}
