package record

// Account, Charge and Claim are carried as far as they identify and total; they
// are references to a financial system, not a ledger.

// Account is an account that charges are made to (FHIR Account; PID-18).
type Account struct {
	Entry
	Type        *Concept `json:"type,omitempty"`
	Name        string   `json:"name,omitempty"`
	When        Period   `json:"when,omitzero"`
	Coverages   []Ref    `json:"coverages,omitempty"`
	Guarantors  []Ref    `json:"guarantors,omitempty"`
	Owner       *Ref     `json:"owner,omitempty"`
	Balance     *Money   `json:"balance,omitempty"`
	Description string   `json:"description,omitempty"`
}

// Charge is one billed item (FHIR ChargeItem; HL7 v2 FT1).
type Charge struct {
	Entry
	Type       *Concept  `json:"type,omitempty"` // FT1-6
	Code       Concept   `json:"code,omitzero"`
	When       Period    `json:"when,omitzero"`
	Posted     *Time     `json:"posted,omitempty"`
	Quantity   *Quantity `json:"quantity,omitempty"`
	UnitPrice  *Money    `json:"unitPrice,omitempty"`
	Total      *Money    `json:"total,omitempty"`
	Account    *Ref      `json:"account,omitempty"`
	Encounter  *Ref      `json:"encounter,omitempty"`
	Services   []Ref     `json:"services,omitempty"`
	Diagnoses  []Concept `json:"diagnoses,omitempty"`
	Batch      string    `json:"batch,omitempty"`
	Department *Concept  `json:"department,omitempty"`
	Modifiers  []Concept `json:"modifiers,omitempty"`
}

// Claim is a claim or what came of it (FHIR Claim, ExplanationOfBenefit).
type Claim struct {
	Entry
	Kind      string       `json:"kind,omitempty"` // claim, explanation-of-benefit
	Type      Concept      `json:"type,omitzero"`
	Use       string       `json:"use,omitempty"` // claim, preauthorization, predetermination
	When      Period       `json:"when,omitzero"`
	Created   *Time        `json:"created,omitempty"`
	Insurer   *Ref         `json:"insurer,omitempty"`
	Provider  *Ref         `json:"provider,omitempty"`
	Coverages []Ref        `json:"coverages,omitempty"`
	Outcome   string       `json:"outcome,omitempty"`
	Totals    []ClaimTotal `json:"totals,omitempty"`
	Items     []ClaimItem  `json:"items,omitempty"`
	Diagnoses []Concept    `json:"diagnoses,omitempty"`
	Paid      *Money       `json:"paid,omitempty"`
	PaidOn    *Time        `json:"paidOn,omitempty"`
	Related   []Ref        `json:"related,omitempty"`
}

// ClaimTotal is a total by category.
type ClaimTotal struct {
	Category *Concept `json:"category,omitempty"`
	Amount   Money    `json:"amount,omitzero"`
}

// ClaimItem is one line of a claim.
type ClaimItem struct {
	Sequence string    `json:"sequence,omitempty"`
	Code     *Concept  `json:"code,omitempty"`
	When     *Period   `json:"when,omitempty"`
	Quantity *Quantity `json:"quantity,omitempty"`
	Net      *Money    `json:"net,omitempty"`
}
