package record

// Medication is a statement about a medicine: an order, what the patient takes,
// a supply or an administration (FHIR MedicationRequest, MedicationStatement,
// MedicationDispense, MedicationAdministration; C-CDA Medication Activity; RXE,
// RXD, RXA, RXO). Mode tells an intent from an event. Assertion Negated with a
// Product is "does not take this"; NoneKnown is "no known medications".
type Medication struct {
	Entry
	// Kind is what FHIR or HL7 v2 call it: request, statement, dispense, administration; "" for a C-CDA Medication
	// Activity. It is the type of the resource or message that says it.
	Kind       string    `json:"kind,omitempty" portage:"made"`
	Product    Product   `json:"product,omitzero"`
	Categories []Concept `json:"categories,omitempty"` // inpatient, outpatient, community, discharge
	// Taken is when it is or was taken, as a whole; the dosages say how.
	Taken           Period         `json:"taken,omitzero"`
	Dosages         []Dosage       `json:"dosages,omitempty"`
	Sig             string         `json:"sig,omitempty"`                       // free text sig
	SigRef          string         `json:"sigRef,omitempty" portage:"form=Sig"` // anchor of the sig in the narrative
	SigIdentifiers  []Identifier   `json:"sigIdentifiers,omitempty"`
	Instructions    []Instruction  `json:"instructions,omitempty"` // to the patient or the dispenser
	Indications     []Indication   `json:"indications,omitempty"`
	Preconditions   []Precondition `json:"preconditions,omitempty"`
	Orders          []SupplyOrder  `json:"orders,omitempty"`    // C-CDA Medication Supply Order; dispenseRequest
	Dispenses       []Dispense     `json:"dispenses,omitempty"` // C-CDA Medication Dispense
	Repeats         string         `json:"repeats,omitempty"`   // CDA repeatNumber: administrations allowed, or which one this is
	Priority        *Concept       `json:"priority,omitempty"`
	AuthoredOn      *Time          `json:"authoredOn,omitempty"`
	DateAsserted    *Time          `json:"dateAsserted,omitempty"`
	Reported        *bool          `json:"reported,omitempty"`
	DoNotPerform    *bool          `json:"doNotPerform,omitempty"`
	Adherence       *Adherence     `json:"adherence,omitempty"`
	Reactions       []Reaction     `json:"reactions,omitempty"`
	Substitution    *Substitution  `json:"substitution,omitempty"`
	Encounter       *Ref           `json:"encounter,omitempty"`
	Prior           *Ref           `json:"priorPrescription,omitempty"`
	BasedOn         []Ref          `json:"basedOn,omitempty"`
	PartOf          []Ref          `json:"partOf,omitempty"`
	DerivedFrom     []Ref          `json:"derivedFrom,omitempty"`
	Group           *Identifier    `json:"groupIdentifier,omitempty"`
	CourseOfTherapy *Concept       `json:"courseOfTherapy,omitempty"`
	ClinicalStatus  *Concept       `json:"statusObservation,omitempty"` // C-CDA Medication Status (R1.1)
	Device          *Ref           `json:"device,omitempty"`
	Location        *Ref           `json:"location,omitempty"`
	Insurance       []Ref          `json:"insurance,omitempty"`
}

// Product is a medicine or vaccine as a thing.
type Product struct {
	ID           string       `json:"id,omitempty" portage:"made"` // where the source has it as a thing of its own (FHIR Medication)
	Identifiers  []Identifier `json:"identifiers,omitempty"`
	Code         Concept      `json:"code,omitzero"`
	Name         string       `json:"name,omitempty"` // CDA manufacturedMaterial/name
	Manufacturer *Ref         `json:"manufacturer,omitempty"`
	Lot          string       `json:"lot,omitempty"`
	Expiration   *Time        `json:"expiration,omitempty"`
	Form         *Concept     `json:"form,omitempty"`
	Amount       *Amount      `json:"amount,omitempty"`
	Ingredients  []Ingredient `json:"ingredients,omitempty"`
	Vehicles     []Concept    `json:"vehicles,omitempty"` // C-CDA Drug Vehicle
	Status       string       `json:"status,omitempty"`   // FHIR Medication.status
}

// Ingredient is a part of a product.
type Ingredient struct {
	Code     *Concept `json:"code,omitempty"`
	Ref      *Ref     `json:"ref,omitempty"`
	Active   *bool    `json:"active,omitempty"`
	Strength *Ratio   `json:"strength,omitempty"`
}

// Dosage is how much, how, where and when. Several stand for a schedule that
// changes (tapered, split or conditional dosing), in Sequence.
type Dosage struct {
	Sequence       string       `json:"sequence,omitempty"`
	Text           string       `json:"text,omitempty"`
	PatientText    string       `json:"patientText,omitempty"`
	Additional     []Concept    `json:"additional,omitempty"`
	Timings        []Timing     `json:"timings,omitempty"`
	AsNeeded       *bool        `json:"asNeeded,omitempty"`
	AsNeededFor    []Concept    `json:"asNeededFor,omitempty"`
	Site           []Concept    `json:"site,omitempty"`
	Route          *Concept     `json:"route,omitempty"`
	Method         *Concept     `json:"method,omitempty"`
	Dose           *Amount      `json:"dose,omitempty"`
	DoseType       *Concept     `json:"doseType,omitempty"`
	Rate           *Amount      `json:"rate,omitempty"`
	MaxPerPeriod   *Ratio       `json:"maxPerPeriod,omitempty"`
	MaxPerAdmin    *Quantity    `json:"maxPerAdministration,omitempty"`
	MaxPerLifetime *Quantity    `json:"maxPerLifetime,omitempty"`
	AdminUnit      *Concept     `json:"administrationUnit,omitempty"` // CDA administrationUnitCode
	Identifiers    []Identifier `json:"identifiers,omitempty"`        // of the subordinate act that held it
	Status         Status       `json:"status,omitzero"`
	When           *Period      `json:"when,omitempty"`
}

// Instruction is something to tell somebody about an act.
type Instruction struct {
	Audience     string          `json:"audience,omitempty"` // patient, dispenser, ""
	Code         *Concept        `json:"code,omitempty"`
	Text         string          `json:"text,omitempty"`
	TextRef      string          `json:"textRef,omitempty" portage:"form=Text"`
	Identifiers  []Identifier    `json:"identifiers,omitempty"`
	Status       Status          `json:"status,omitzero"`
	When         *Period         `json:"when,omitempty"`
	Participants []Participation `json:"participants,omitempty"`
}

// Indication is what an act is for: a coded reason or a problem of the record.
type Indication struct {
	Code        *Concept     `json:"code,omitempty"`
	Kind        *Concept     `json:"kind,omitempty"` // CDA Indication observation/code
	Ref         *Ref         `json:"ref,omitempty"`
	When        *Period      `json:"when,omitempty"`
	Identifiers []Identifier `json:"identifiers,omitempty"`
	Status      Status       `json:"status,omitzero"`
	Assertion   Assertion    `json:"assertion,omitempty"`
}

// Precondition is a condition for an act to be carried out (C-CDA Precondition for Substance Administration).
type Precondition struct {
	Code  *Concept `json:"code,omitempty"`
	Text  string   `json:"text,omitempty"`
	Value *Value   `json:"value,omitempty"`
}

// SupplyOrder is the supply part of an order.
type SupplyOrder struct {
	Identifiers  []Identifier    `json:"identifiers,omitempty"`
	Status       Status          `json:"status,omitzero"`
	Mode         Mode            `json:"mode,omitempty"`
	Quantity     *Quantity       `json:"quantity,omitempty"`
	Refills      string          `json:"refills,omitempty"`      // repeats allowed beside the first (FHIR)
	RepeatNumber string          `json:"repeatNumber,omitempty"` // fills in all (CDA repeatNumber)
	Valid        *Period         `json:"valid,omitempty"`
	DaysSupply   *Quantity       `json:"daysSupply,omitempty"`
	Interval     *Quantity       `json:"interval,omitempty"`
	FirstFill    *FirstFill      `json:"firstFill,omitempty"`
	Product      *Product        `json:"product,omitempty"`
	Performer    *Ref            `json:"performer,omitempty"`
	Participants []Participation `json:"participants,omitempty"`
	Instructions []Instruction   `json:"instructions,omitempty"`
	Narrative    *NarrativeLink  `json:"narrative,omitempty"`
}

// FirstFill is the first fill where it differs.
type FirstFill struct {
	Quantity   *Quantity `json:"quantity,omitempty"`
	DaysSupply *Quantity `json:"daysSupply,omitempty"`
}

// Dispense is a supply that was made.
type Dispense struct {
	ID           string          `json:"id,omitempty" portage:"made"`
	Identifiers  []Identifier    `json:"identifiers,omitempty"`
	Status       Status          `json:"status,omitzero"`
	Mode         Mode            `json:"mode,omitempty"`
	When         Period          `json:"when,omitzero"` // handed over
	Prepared     *Time           `json:"prepared,omitempty"`
	Quantity     *Quantity       `json:"quantity,omitempty"`
	DaysSupply   *Quantity       `json:"daysSupply,omitempty"`
	RepeatNumber string          `json:"repeatNumber,omitempty"` // which fill this is
	Type         *Concept        `json:"type,omitempty"`
	Product      *Product        `json:"product,omitempty"`
	Participants []Participation `json:"participants,omitempty"`
	Substitution *Substitution   `json:"substitution,omitempty"`
	Destination  *Ref            `json:"destination,omitempty"`
	Narrative    *NarrativeLink  `json:"narrative,omitempty"`
	Notes        []Note          `json:"notes,omitempty"`
}

// Substitution is whether another product may be or was given.
type Substitution struct {
	Allowed *bool     `json:"allowed,omitempty"`
	Done    *bool     `json:"done,omitempty"`
	Type    *Concept  `json:"type,omitempty"`
	Reasons []Concept `json:"reasons,omitempty"`
}

// Adherence is how the patient takes it (C-CDA Medication Adherence; US Core medication-adherence).
type Adherence struct {
	Code         Concept      `json:"code,omitzero"`
	When         *Time        `json:"when,omitempty"`
	Informations []Concept    `json:"information,omitempty"`
	Reasons      []Concept    `json:"reasons,omitempty"`
	Identifiers  []Identifier `json:"identifiers,omitempty"`
}
