package record

// CareTeam is a group that cares for the patient (FHIR CareTeam; C-CDA Care Team Organizer; HL7 v2 ROL, PRT).
type CareTeam struct {
	Entry
	Name       string           `json:"name,omitempty"`
	Code       *Concept         `json:"code,omitempty"`
	Categories []Concept        `json:"categories,omitempty"` // C-CDA Care Team Type
	When       Period           `json:"when,omitzero"`
	Members    []CareTeamMember `json:"members,omitempty"`
	Reasons    []Indication     `json:"reasons,omitempty"`
	Managing   []Ref            `json:"managing,omitempty"`
	Telecoms   []Telecom        `json:"telecoms,omitempty"`
	Encounter  *Ref             `json:"encounter,omitempty"`
	Lead       *Ref             `json:"lead,omitempty"`
}

// CareTeamMember is somebody's place in a team.
type CareTeamMember struct {
	Identifiers []Identifier `json:"identifiers,omitempty"`
	Who         *Ref         `json:"who,omitempty"`
	Roles       []Concept    `json:"roles,omitempty"`
	OnBehalfOf  *Ref         `json:"onBehalfOf,omitempty"`
	When        *Period      `json:"when,omitempty"`
	Schedules   []string     `json:"schedules,omitempty"` // C-CDA Care Team Member Schedule
	Locations   []Ref        `json:"locations,omitempty"`
	Status      Status       `json:"status,omitzero"`
	Info        string       `json:"info,omitempty"`
}
