package record

// Coverage is an insurance or another promise to pay (USCDI Health Insurance
// Information; FHIR Coverage; C-CDA Coverage and Policy Activity; IN1–IN3).
// Status is that of the statement or of the policy, as the source has it: that a
// C-CDA act is completed does not say that the policy is in force.
type Coverage struct {
	Entry
	Type         Concept         `json:"type,omitzero"`
	Kind         *Concept        `json:"kind,omitempty"` // CDA coverage act code, where it is not the one that is fixed
	Subscriber   *Ref            `json:"subscriber,omitempty"`
	SubscriberID string          `json:"subscriberId,omitempty"`
	MemberID     *Identifier     `json:"memberId,omitempty"`
	Beneficiary  *Ref            `json:"beneficiary,omitempty"`  // nil: the patient
	Relationship *Concept        `json:"relationship,omitempty"` // to the subscriber
	Dependent    string          `json:"dependent,omitempty"`
	When         Period          `json:"when,omitzero"`
	Payors       []Ref           `json:"payors,omitempty"`
	Classes      []CoverageClass `json:"classes,omitempty"` // group, plan, rxbin …
	Order        string          `json:"order,omitempty"`
	Network      string          `json:"network,omitempty"`
	Holder       *Ref            `json:"policyHolder,omitempty"`
	Guarantors   []CoverageParty `json:"guarantors,omitempty"`
	// MemberParty and HolderParty are the covered party and the holder as the plan
	// knows them, where that is not said of an entry of the record.
	MemberParty     *CoverageParty          `json:"memberParty,omitempty"`
	HolderParty     *CoverageParty          `json:"holderParty,omitempty"`
	Plan            *Concept                `json:"plan,omitempty"`
	PlanName        string                  `json:"planName,omitempty"`
	PlanIdentifiers []Identifier            `json:"planIdentifiers,omitempty"`
	Authorizations  []CoverageAuthorization `json:"authorizations,omitempty"`
	Costs           []CoverageCost          `json:"costs,omitempty"`
	Subrogation     *bool                   `json:"subrogation,omitempty"`
	Contracts       []Ref                   `json:"contracts,omitempty"`
	Activity        *CoverageActivity       `json:"activity,omitempty"`
}

// CoverageParty is somebody's part in a coverage as the plan knows them. What
// is said here is not known to be what the record says of them elsewhere.
type CoverageParty struct {
	Who         *Ref         `json:"who,omitempty"`
	Class       string       `json:"class,omitempty"` // HL7 v3 RoleClass as sent
	Code        *Concept     `json:"code,omitempty"`
	Identifiers []Identifier `json:"identifiers,omitempty"`
	Names       []Name       `json:"names,omitempty"`
	BirthTime   *Time        `json:"birthTime,omitempty"`
	Addresses   []Address    `json:"addresses,omitempty"`
	Telecoms    []Telecom    `json:"telecoms,omitempty"`
	When        *Period      `json:"when,omitempty"`
}

// CoverageAuthorization is a payer's word that it pays for something (C-CDA
// Authorization Activity). Services are the orders that it is about.
type CoverageAuthorization struct {
	Identifiers  []Identifier    `json:"identifiers,omitempty"`
	Code         *Concept        `json:"code,omitempty"`
	Status       Status          `json:"status,omitzero"`
	When         *Period         `json:"when,omitempty"`
	Participants []Participation `json:"participants,omitempty"`
	Narrative    *NarrativeLink  `json:"narrative,omitempty"`
	Services     []Ref           `json:"services,omitempty"`
}

// CoverageActivity is the act that holds the policies of one statement of
// payers, in their order (C-CDA Coverage Activity). Coverages of one activity share its ID.
type CoverageActivity struct {
	ID           string          `json:"id,omitempty" portage:"made"`
	Identifiers  []Identifier    `json:"identifiers,omitempty"`
	Status       Status          `json:"status,omitzero"`
	When         Period          `json:"when,omitzero"` // when the coverage was checked
	Participants []Participation `json:"participants,omitempty"`
	Narrative    *NarrativeLink  `json:"narrative,omitempty"`
	Notes        []Note          `json:"notes,omitempty"`
	Labels       []Label         `json:"labels,omitempty"`
	Relations    []Relation      `json:"relations,omitempty"`
	Preferences  []Preference    `json:"preferences,omitempty"`
}

// CoverageClass is a class of a coverage with its value: group, subgroup, plan, rxid …
type CoverageClass struct {
	Type  Concept `json:"type,omitzero"`
	Value string  `json:"value,omitempty"`
	Name  string  `json:"name,omitempty"`
}

// CoverageCost is what the beneficiary pays.
type CoverageCost struct {
	Type     *Concept  `json:"type,omitempty"`
	Quantity *Quantity `json:"quantity,omitempty"`
	Money    *Money    `json:"money,omitempty"`
}
