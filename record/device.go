package record

// Device is a thing: implanted in or used by the patient, or one that took part
// in making a record (FHIR Device, DeviceUseStatement; C-CDA Non-Medicinal Supply
// Activity, Product Instance, UDI Organizer, authoring device).
type Device struct {
	Entry
	// Use is patient for a device of the patient's, author for one that made a document, "" where not known.
	Use             string          `json:"use,omitempty"`
	Types           []Concept       `json:"types,omitempty"`
	UDI             *UDI            `json:"udi,omitempty"`
	Names           []DeviceName    `json:"names,omitempty"`
	Manufacturer    string          `json:"manufacturer,omitempty"`
	ManufacturerRef *Ref            `json:"manufacturerRef,omitempty"`
	Model           string          `json:"model,omitempty"`
	Software        string          `json:"software,omitempty"` // CDA softwareName
	Versions        []DeviceVersion `json:"versions,omitempty"`
	Lot             string          `json:"lot,omitempty"`
	Serial          string          `json:"serial,omitempty"`
	PartNumber      string          `json:"partNumber,omitempty"`
	Manufactured    *Time           `json:"manufactured,omitempty"`
	Expires         *Time           `json:"expires,omitempty"`
	// Distinct is the distinct identification code of 21 CFR 1271.290(c).
	Distinct      string            `json:"distinctIdentifier,omitempty"`
	Used          Period            `json:"used,omitzero"` // when it was or is with the patient
	Sites         []BodySite        `json:"sites,omitempty"`
	Indications   []Indication      `json:"indications,omitempty"`
	Quantity      *Quantity         `json:"quantity,omitempty"` // CDA supply/quantity
	ImplantStatus *Concept          `json:"implantStatus,omitempty"`
	MRISafety     *Concept          `json:"mriSafety,omitempty"`
	Latex         *Concept          `json:"latexSafety,omitempty"`
	Catalog       string            `json:"catalogNumber,omitempty"`
	Brand         string            `json:"brandName,omitempty"`
	Company       string            `json:"companyName,omitempty"`
	Organization  *Ref              `json:"owner,omitempty"`
	Location      *Ref              `json:"location,omitempty"`
	Contacts      []Telecom         `json:"contacts,omitempty"`
	URL           string            `json:"url,omitempty"`
	StatusReasons []Concept         `json:"statusReasons,omitempty"`
	Parent        *Ref              `json:"parent,omitempty"`
	Procedures    []Ref             `json:"procedures,omitempty"`
	Addresses     []Address         `json:"addresses,omitempty"`
	Parameters    []DeviceParameter `json:"parameters,omitempty"`
	// Uses are what was said of its use, each by somebody at some time (FHIR DeviceUseStatement).
	Uses []DeviceUse `json:"uses,omitempty"`
}

// DeviceUse is a statement that the patient uses, used or is to use a device. What
// Device.Used, Sites and Indications hold is said of the device itself.
type DeviceUse struct {
	ID           string          `json:"id,omitempty" portage:"made"`
	Identifiers  []Identifier    `json:"identifiers,omitempty"`
	Status       Status          `json:"status,omitzero"` // planned, active, on hold, aborted, completed, entered in error
	When         Period          `json:"when,omitzero"`
	Timings      []Timing        `json:"timings,omitempty"` // how often
	Recorded     *Time           `json:"recorded,omitempty"`
	Participants []Participation `json:"participants,omitempty"` // who said so: informant
	Sites        []BodySite      `json:"sites,omitempty"`
	Indications  []Indication    `json:"indications,omitempty"`
	BasedOn      []Ref           `json:"basedOn,omitempty"`
	DerivedFrom  []Ref           `json:"derivedFrom,omitempty"`
	Notes        []Note          `json:"notes,omitempty"`
}

// UDI is a unique device identifier (21 CFR 830).
type UDI struct {
	// Carrier is the whole identifier as people read it; CarrierAIDC as machines do, base64.
	Carrier      string       `json:"carrier,omitempty"`
	CarrierAIDC  string       `json:"carrierAIDC,omitempty"`
	DeviceID     string       `json:"deviceIdentifier,omitempty"`
	Issuer       string       `json:"issuer,omitempty"` // issuing agency: URI or OID as sent
	IssuerName   string       `json:"issuerName,omitempty"`
	Jurisdiction string       `json:"jurisdiction,omitempty"`
	EntryType    string       `json:"entryType,omitempty"`
	Absent       AbsentReason `json:"absent,omitempty"`
}

// DeviceName is one of a device's names.
type DeviceName struct {
	Name string `json:"name,omitempty"`
	Type string `json:"type,omitempty"` // udi-label-name, user-friendly-name, model-name …
}

// DeviceVersion is a version of software or hardware.
type DeviceVersion struct {
	Type  *Concept `json:"type,omitempty"`
	Value string   `json:"value,omitempty"`
}

// DeviceParameter is a property of a device that no field names.
type DeviceParameter struct {
	Type       *Concept   `json:"type,omitempty"`
	Quantities []Quantity `json:"quantities,omitempty"`
	Codes      []Concept  `json:"codes,omitempty"`
}
