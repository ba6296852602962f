package record

// Supply is equipment or material that is no medicine and was supplied to the
// patient (C-CDA Non-Medicinal Supply Activity; FHIR SupplyDelivery). What is
// only wanted is an Order; a supply of medicine is a Dispense.
type Supply struct {
	Entry
	Code         *Concept      `json:"code,omitempty"` // CDA supply/code
	When         Period        `json:"when,omitzero"`
	Quantity     *Quantity     `json:"quantity,omitempty"`
	Devices      []Ref         `json:"devices,omitempty"`
	Product      *Product      `json:"product,omitempty"` // a product that is no device
	Indications  []Indication  `json:"indications,omitempty"`
	Instructions []Instruction `json:"instructions,omitempty"`
	Locations    []Ref         `json:"locations,omitempty"`
	Encounter    *Ref          `json:"encounter,omitempty"`
}
