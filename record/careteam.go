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
	Identifiers []Identifier     `json:"identifiers,omitempty"`
	Who         *Ref             `json:"who,omitempty"`
	Roles       []Concept        `json:"roles,omitempty"`
	OnBehalfOf  *Ref             `json:"onBehalfOf,omitempty"`
	When        *Period          `json:"when,omitempty"`
	Schedules   []MemberSchedule `json:"schedules,omitempty"`
	Locations   []Ref            `json:"locations,omitempty"`
	Status      Status           `json:"status,omitzero"`
	Info        string           `json:"info,omitempty"`
	// Part is what the source says of this part beyond who plays it, in which role
	// and for whom: code, specialty, time and the like.
	Part *Participation `json:"part,omitempty"`
	// Participants are others who had to do with it: who wrote it down, say.
	Participants []Participation `json:"participants,omitempty"`
	Encounter    *Ref            `json:"encounter,omitempty"`
	Narrative    *NarrativeLink  `json:"narrative,omitempty"`
	Notes        []Note          `json:"notes,omitempty"`
	Relations    []Relation      `json:"relations,omitempty"`
}

// MemberSchedule is when a member is there (C-CDA Care Team Member Schedule Observation).
type MemberSchedule struct {
	Identifiers []Identifier   `json:"identifiers,omitempty"`
	Code        *Concept       `json:"code,omitempty"`
	Status      Status         `json:"status,omitzero"`
	Narrative   *NarrativeLink `json:"narrative,omitempty"` // in words
	When        *Period        `json:"when,omitempty"`
}
