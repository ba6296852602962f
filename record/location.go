package record

// Location is a facility or a place within one (USCDI Facility Information;
// FHIR Location; C-CDA Service Delivery Location; HL7 v2 PL).
type Location struct {
	Entry
	Names     []string  `json:"names,omitempty"`
	Aliases   []string  `json:"aliases,omitempty"`
	Types     []Concept `json:"types,omitempty"`
	Physical  *Concept  `json:"physicalType,omitempty"` // building, ward, room, bed
	Addresses []Address `json:"addresses,omitempty"`
	Telecoms  []Telecom `json:"telecoms,omitempty"`
	Managing  *Ref      `json:"managingOrganization,omitempty"`
	PartOf    *Ref      `json:"partOf,omitempty"`
	// PointOfCare, Room, Bed, Building and Floor are the parts of an HL7 v2 PL.
	PointOfCare string    `json:"pointOfCare,omitempty"`
	Room        string    `json:"room,omitempty"`
	Bed         string    `json:"bed,omitempty"`
	Building    string    `json:"building,omitempty"`
	Floor       string    `json:"floor,omitempty"`
	Position    *Position `json:"position,omitempty"`
	Description string    `json:"description,omitempty"`
	Hours       string    `json:"hours,omitempty"`
}

// Position is a place on the earth (WGS 84, decimal degrees and metres).
type Position struct {
	Latitude  string `json:"latitude,omitempty"`
	Longitude string `json:"longitude,omitempty"`
	Altitude  string `json:"altitude,omitempty"`
}
