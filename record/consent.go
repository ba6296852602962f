package record

// Consent is a patient's word on what may be done with the record or the person
// (FHIR Consent with provisions nested to any depth; CDA authorization/consent; HL7 v2 CON).
type Consent struct {
	Entry
	Scope         *Concept              `json:"scope,omitempty"`
	Categories    []Concept             `json:"categories,omitempty"`
	Code          *Concept              `json:"code,omitempty"`     // CDA consent/code
	When          *Time                 `json:"when,omitempty"`     // when it was given
	Period        *Period               `json:"period,omitempty"`   // R5 Consent.period
	Grantors      []Participation       `json:"grantors,omitempty"` // who gave it, with which authority
	Grantees      []Ref                 `json:"grantees,omitempty"`
	Managers      []Ref                 `json:"managers,omitempty"`
	Controllers   []Ref                 `json:"controllers,omitempty"`
	Organizations []Ref                 `json:"organizations,omitempty"`
	Sources       []Attachment          `json:"sources,omitempty"` // the signed form
	SourceRefs    []Ref                 `json:"sourceRefs,omitempty"`
	Policies      []ConsentPolicy       `json:"policies,omitempty"`
	PolicyRule    *Concept              `json:"policyRule,omitempty"`
	Basis         []Concept             `json:"regulatoryBasis,omitempty"`
	Verifications []ConsentVerification `json:"verifications,omitempty"`
	// Decision is the base rule: permit or deny; R4 has it as provision.type of the root.
	Decision  string     `json:"decision,omitempty"`
	Provision *Provision `json:"provision,omitempty"`
	// Provisions are R5's several provisions beside one another.
	Provisions []Provision `json:"provisions,omitempty"`
	// Version is the version of FHIR's meaning that the provisions follow: R4 or R5.
	Version string `json:"version,omitempty"`
	// Risks, Voluntary, Form and Revocation are what the record of the consent itself says.
	Risks       []string    `json:"risksShown,omitempty"`
	Voluntary   *bool       `json:"voluntary,omitempty"`
	Form        string      `json:"form,omitempty"`
	FormVersion string      `json:"formVersion,omitempty"`
	Purpose     string      `json:"purpose,omitempty"` // why, in words
	Expires     *Time       `json:"expires,omitempty"`
	Revocation  *Revocation `json:"revocation,omitempty"`
	Supersedes  []Ref       `json:"supersedes,omitempty"`
}

// ConsentPolicy is a policy the consent is under.
type ConsentPolicy struct {
	Authority string `json:"authority,omitempty"`
	URI       string `json:"uri,omitempty"`
}

// ConsentVerification is that somebody verified the consent with the patient.
type ConsentVerification struct {
	Verified *bool    `json:"verified,omitempty"`
	With     *Ref     `json:"with,omitempty"`
	By       *Ref     `json:"by,omitempty"`
	Type     *Concept `json:"type,omitempty"`
	When     []Time   `json:"when,omitempty"`
}

// Revocation is the end of a consent before its time. What was disclosed before stays disclosed.
type Revocation struct {
	When   Time     `json:"when,omitzero"`
	By     *Ref     `json:"by,omitempty"`
	Told   []Ref    `json:"told,omitempty"`
	Reason *Concept `json:"reason,omitempty"`
}

// Provision is a rule of a consent, and the exceptions to it.
type Provision struct {
	Type           string         `json:"type,omitempty"` // deny, permit
	Period         *Period        `json:"period,omitempty"`
	Actors         []ConsentActor `json:"actors,omitempty"`
	Actions        []Concept      `json:"actions,omitempty"`
	SecurityLabels []Coding       `json:"securityLabels,omitempty"`
	Purposes       []Coding       `json:"purposes,omitempty"`
	Classes        []Coding       `json:"classes,omitempty"` // kinds of content
	DocumentTypes  []Coding       `json:"documentTypes,omitempty"`
	ResourceTypes  []Coding       `json:"resourceTypes,omitempty"`
	Codes          []Concept      `json:"codes,omitempty"`
	DataPeriod     *Period        `json:"dataPeriod,omitempty"`
	Data           []ConsentData  `json:"data,omitempty"`
	Expression     string         `json:"expression,omitempty"`
	ExpressionLang string         `json:"expressionLanguage,omitempty"`
	Provisions     []Provision    `json:"provisions,omitempty"`
}

// ConsentActor is whom a provision is about.
type ConsentActor struct {
	Role *Concept `json:"role,omitempty"`
	Ref  *Ref     `json:"ref,omitempty"`
}

// ConsentData is data that a provision names one by one.
type ConsentData struct {
	Meaning string `json:"meaning,omitempty"` // instance, related, dependents, authoredby
	Ref     Ref    `json:"ref,omitzero"`
}
