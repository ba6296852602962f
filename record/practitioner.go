package record

// Practitioner is a person who takes part in care as a professional (FHIR
// Practitioner; CDA assignedEntity, assignedAuthor; HL7 v2 XCN, STF). Two
// mentions are one practitioner when they share an identifier, never by name alone.
type Practitioner struct {
	Entry
	Names          []Name             `json:"names,omitempty"`
	Addresses      []Address          `json:"addresses,omitempty"`
	Telecoms       []Telecom          `json:"telecoms,omitempty"`
	Sex            Concept            `json:"sex,omitzero"`
	BirthTime      Time               `json:"birthTime,omitzero"`
	Active         *bool              `json:"active,omitempty"`
	Qualifications []Qualification    `json:"qualifications,omitempty"`
	Languages      []Language         `json:"languages,omitempty"`
	Photos         []Attachment       `json:"photos,omitempty"`
	Roles          []PractitionerRole `json:"roles,omitempty"`
}

// Qualification is a degree, licence or certificate.
type Qualification struct {
	Identifiers []Identifier `json:"identifiers,omitempty"`
	Code        Concept      `json:"code,omitzero"`
	Period      *Period      `json:"period,omitempty"`
	Issuer      *Ref         `json:"issuer,omitempty"`
}

// PractitionerRole is what a practitioner does for an organization (FHIR PractitionerRole).
type PractitionerRole struct {
	ID           string       `json:"id,omitempty" portage:"made"`
	Identifiers  []Identifier `json:"identifiers,omitempty"`
	Organization *Ref         `json:"organization,omitempty"`
	Codes        []Concept    `json:"codes,omitempty"`
	Specialties  []Concept    `json:"specialties,omitempty"`
	Locations    []Ref        `json:"locations,omitempty"`
	Telecoms     []Telecom    `json:"telecoms,omitempty"`
	Addresses    []Address    `json:"addresses,omitempty"`
	Period       *Period      `json:"period,omitempty"`
	Active       *bool        `json:"active,omitempty"`
}
