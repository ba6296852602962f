package balp

// What of R4's AuditEvent is written, in the order of the standard.

type auditEvent struct {
	ResourceType string    `json:"resourceType"`
	ID           string    `json:"id"`
	Meta         *meta     `json:"meta,omitempty"`
	Type         coding    `json:"type"`
	Subtype      []coding  `json:"subtype,omitempty"`
	Action       string    `json:"action,omitempty"`
	Period       *period   `json:"period,omitempty"`
	Recorded     string    `json:"recorded"`
	Outcome      string    `json:"outcome,omitempty"`
	OutcomeDesc  string    `json:"outcomeDesc,omitempty"`
	Purpose      []concept `json:"purposeOfEvent,omitempty"`
	Agent        []agent   `json:"agent"`
	Source       source    `json:"source"`
	Entity       []entity  `json:"entity,omitempty"`
}

type meta struct {
	Profile []string `json:"profile"`
}

type coding struct {
	System  string `json:"system,omitempty"`
	Version string `json:"version,omitempty"`
	Code    string `json:"code,omitempty"`
	Display string `json:"display,omitempty"`
}

type concept struct {
	Coding []coding `json:"coding"`
}

type period struct {
	Start string `json:"start,omitempty"`
	End   string `json:"end,omitempty"`
}

type reference struct {
	Extension  []extension `json:"extension,omitempty"`
	Reference  string      `json:"reference,omitempty"`
	Type       string      `json:"type,omitempty"`
	Identifier *identifier `json:"identifier,omitempty"`
	Display    string      `json:"display,omitempty"`
}

type extension struct {
	URL  string `json:"url"`
	Code string `json:"valueCode"`
}

type identifier struct {
	System string `json:"system,omitempty"`
	Value  string `json:"value"`
}

type agent struct {
	Type      *concept   `json:"type,omitempty"`
	Role      []concept  `json:"role,omitempty"`
	Who       *reference `json:"who,omitempty"`
	AltID     string     `json:"altId,omitempty"`
	Name      string     `json:"name,omitempty"`
	Requestor bool       `json:"requestor"`
	Policy    []string   `json:"policy,omitempty"`
	Network   *network   `json:"network,omitempty"`
	Purpose   []concept  `json:"purposeOfUse,omitempty"`
}

type network struct {
	Address string `json:"address,omitempty"`
	Type    string `json:"type,omitempty"`
}

type source struct {
	Site     string    `json:"site,omitempty"`
	Observer reference `json:"observer"`
	Type     []coding  `json:"type,omitempty"`
}

type entity struct {
	What        *reference `json:"what,omitempty"`
	Type        *coding    `json:"type,omitempty"`
	Role        *coding    `json:"role,omitempty"`
	Lifecycle   *coding    `json:"lifecycle,omitempty"`
	Labels      []coding   `json:"securityLabel,omitempty"`
	Description string     `json:"description,omitempty"`
	Query       []byte     `json:"query,omitempty"`
	Detail      []detail   `json:"detail,omitempty"`
}

type detail struct {
	Type  string `json:"type"`
	Value string `json:"valueString"`
}
