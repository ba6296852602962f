package record

// Coverage is an insurance or another promise to pay (USCDI Health Insurance
// Information; FHIR Coverage; C-CDA Coverage and Policy Activity; IN1–IN3).
type Coverage struct {
	Entry
	Type           Concept         `json:"type,omitzero"`
	Kind           *Concept        `json:"kind,omitempty"` // CDA coverage act code
	Subscriber     *Ref            `json:"subscriber,omitempty"`
	SubscriberID   string          `json:"subscriberId,omitempty"`
	MemberID       *Identifier     `json:"memberId,omitempty"`
	Beneficiary    *Ref            `json:"beneficiary,omitempty"`
	Relationship   *Concept        `json:"relationship,omitempty"` // to the subscriber
	Dependent      string          `json:"dependent,omitempty"`
	When           Period          `json:"when,omitzero"`
	Payors         []Ref           `json:"payors,omitempty"`
	Classes        []CoverageClass `json:"classes,omitempty"` // group, plan, rxbin …
	Order          string          `json:"order,omitempty"`
	Network        string          `json:"network,omitempty"`
	Holder         *Ref            `json:"policyHolder,omitempty"`
	Guarantors     []Ref           `json:"guarantors,omitempty"`
	Plan           *Concept        `json:"plan,omitempty"`
	PlanName       string          `json:"planName,omitempty"`
	Authorizations []Ref           `json:"authorizations,omitempty"`
	Costs          []CoverageCost  `json:"costs,omitempty"`
	Subrogation    *bool           `json:"subrogation,omitempty"`
	Contracts      []Ref           `json:"contracts,omitempty"`
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
