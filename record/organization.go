package record

// Organization is a provider, payer, manufacturer or other body (FHIR
// Organization; CDA representedOrganization, custodian; HL7 v2 XON).
type Organization struct {
	Entry
	Names     []string  `json:"names,omitempty"`
	Aliases   []string  `json:"aliases,omitempty"`
	Types     []Concept `json:"types,omitempty"`
	Addresses []Address `json:"addresses,omitempty"`
	Telecoms  []Telecom `json:"telecoms,omitempty"`
	PartOf    *Ref      `json:"partOf,omitempty"`
	Active    *bool     `json:"active,omitempty"`
	// Industry is CDA standardIndustryClassCode.
	Industry *Concept              `json:"industry,omitempty"`
	Contacts []OrganizationContact `json:"contacts,omitempty"`
}

// OrganizationContact is whom to reach at an organization for a purpose.
type OrganizationContact struct {
	Purpose  *Concept  `json:"purpose,omitempty"`
	Name     *Name     `json:"name,omitempty"`
	Telecoms []Telecom `json:"telecoms,omitempty"`
	Address  *Address  `json:"address,omitempty"`
}
