package record

// Order is a request for a service: laboratory, imaging, procedure, referral,
// diet, transport … (FHIR ServiceRequest, DeviceRequest, SupplyRequest; C-CDA planned acts; HL7 v2 ORC/OBR, RF1).
// Orders for medicines are Medications with Mode request.
type Order struct {
	Entry
	// Kind is laboratory, imaging, clinical-test, procedure, referral, portable-medical-order, diet, supply (of something that is
	// used up or handed out), device (of a thing for the patient's use), encounter or "".
	Kind          string        `json:"kind,omitempty"`
	Class         string        `json:"class,omitempty"` // C-CDA: act, observation, procedure, encounter, supply
	Code          Concept       `json:"code,omitzero"`
	Categories    []Concept     `json:"categories,omitempty"`
	Details       []Concept     `json:"details,omitempty"`
	Priority      *Concept      `json:"priority,omitempty"`
	When          Period        `json:"when,omitzero"`
	Timings       []Timing      `json:"timings,omitempty"`
	AuthoredOn    *Time         `json:"authoredOn,omitempty"`
	Quantity      *Amount       `json:"quantity,omitempty"`
	AsNeeded      *bool         `json:"asNeeded,omitempty"`
	AsNeededFor   *Concept      `json:"asNeededFor,omitempty"`
	DoNotPerform  *bool         `json:"doNotPerform,omitempty"`
	BodySites     []BodySite    `json:"bodySites,omitempty"`
	Methods       []Concept     `json:"methods,omitempty"`
	Values        []Value       `json:"values,omitempty"` // planned observation's value
	Indications   []Indication  `json:"indications,omitempty"`
	Reason        string        `json:"reason,omitempty"` // reason in words
	Placer        *Identifier   `json:"placer,omitempty"` // ORC-2
	Filler        *Identifier   `json:"filler,omitempty"` // ORC-3
	Group         *Identifier   `json:"group,omitempty"`  // ORC-4
	BasedOn       []Ref         `json:"basedOn,omitempty"`
	Replaces      []Ref         `json:"replaces,omitempty"`
	Encounter     *Ref          `json:"encounter,omitempty"`
	Specimens     []Ref         `json:"specimens,omitempty"`
	Insurance     []Ref         `json:"insurance,omitempty"`
	Locations     []Ref         `json:"locations,omitempty"`
	LocationCodes []Concept     `json:"locationCodes,omitempty"`
	Support       []Ref         `json:"support,omitempty"`
	Instructions  []Instruction `json:"instructions,omitempty"`
	Product       *Product      `json:"product,omitempty"` // planned supply
	Devices       []Ref         `json:"devices,omitempty"` // planned supply, planned procedure; the device that is ordered
	// Parameters say what a device or a supply is to be like: its size, its power, its colour (FHIR DeviceRequest, SupplyRequest).
	Parameters []OrderParameter `json:"parameters,omitempty"`
	// From is where a supply is to be taken from (FHIR SupplyRequest.deliverFrom); where it is to go are Locations.
	From     *Ref      `json:"from,omitempty"`
	Referral *Referral `json:"referral,omitempty"`
	Control  string    `json:"control,omitempty"` // ORC-1, table 0119
}

// OrderParameter is one property that what is ordered is to have.
type OrderParameter struct {
	Type  *Concept `json:"type,omitempty"`
	Value *Value   `json:"value,omitempty"`
}

// Referral is what an HL7 v2 RF1 says beside the order.
type Referral struct {
	Type        *Concept  `json:"type,omitempty"`
	Disposition []Concept `json:"disposition,omitempty"`
	Expires     *Time     `json:"expires,omitempty"`
	Processed   *Time     `json:"processed,omitempty"`
}
