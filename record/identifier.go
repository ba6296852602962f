package record

// Identifier is one identifier as sent.
type Identifier struct {
	// System is the canonical URI of the assigning namespace: a known URI,
	// urn:oid:… or urn:uuid:….
	System string `json:"system,omitempty"`
	// SystemAsSent is the namespace as sent where System is not its plain form
	// (a CDA root that has a URI; HL7 v2 HD of a local authority).
	SystemAsSent string `json:"systemAsSent,omitempty" portage:"form=System"`
	// Value is the identifier itself. A CDA II without extension has its root
	// here as urn:oid: or urn:uuid:, and System urn:ietf:rfc:3986.
	Value string `json:"value,omitempty"`
	// ValueAsSent is the value as sent where Value is a normal form of it (upper-case UUID).
	ValueAsSent string       `json:"valueAsSent,omitempty" portage:"form=Value"`
	Type        *Concept     `json:"type,omitempty"`     // HL7 v2 table 0203
	Use         string       `json:"use,omitempty"`      // usual, official, temp, secondary, old
	Assigner    string       `json:"assigner,omitempty"` // name of the assigning authority as sent
	AssignerRef *Ref         `json:"assignerRef,omitempty"`
	Period      *Period      `json:"period,omitempty"`
	Displayable *bool        `json:"displayable,omitempty"` // CDA II.displayable
	CheckDigit  string       `json:"checkDigit,omitempty"`  // HL7 v2 CX.2
	CheckScheme string       `json:"checkScheme,omitempty"` // HL7 v2 CX.3, table 0061
	Absent      AbsentReason `json:"absent,omitempty"`
}

// IsZero reports whether nothing at all was said.
func (i Identifier) IsZero() bool { return i == (Identifier{}) }

// Same reports whether two identifiers name the same thing: both have a system
// and a value, and both agree.
func (i Identifier) Same(o Identifier) bool {
	return i.Value != "" && i.System != "" && i.Value == o.Value && i.System == o.System
}

// Ref points to another entry of the record by its id. A reference that does
// not resolve keeps what the source said.
type Ref struct {
	ID         string      `json:"id,omitempty"`
	Kind       string      `json:"kind,omitempty" portage:"made"` // the concept pointed to, as Entry ids name it; "" where unknown
	AsSent     string      `json:"asSent,omitempty" portage:"form=ID"`
	Identifier *Identifier `json:"identifier,omitempty"`
	Display    string      `json:"display,omitempty"`
}

// IsZero reports whether nothing at all was said.
func (r Ref) IsZero() bool { return r == (Ref{}) }
