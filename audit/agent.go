package audit

import "github.com/portage-health/portage/record"

// Code is a code of a code system.
type Code struct {
	System  string `json:"system,omitempty"` // canonical URI
	Code    string `json:"code"`
	Version string `json:"version,omitempty"`
	Display string `json:"display,omitempty"`
}

// CodeOf makes a Code of a coding of the record. Texts and qualifiers of the coding stay behind.
func CodeOf(c record.Coding) Code {
	if c.System == "" {
		c.System = c.SystemAsSent
	}
	return Code{System: c.System, Code: c.Code, Version: c.Version, Display: c.Display}
}

// Identifier is an identifier with the namespace that it is of.
type Identifier struct {
	System string `json:"system,omitempty"` // URI of the issuer's namespace
	Value  string `json:"value"`
}

// IdentifierOf makes an Identifier of one of the record.
func IdentifierOf(i record.Identifier) Identifier {
	if i.System == "" {
		i.System = i.SystemAsSent
	}
	return Identifier{System: i.System, Value: i.Value}
}

// Patient is whose data an event is about: identifiers alone, never a name.
type Patient struct {
	Identifiers []Identifier `json:"identifiers,omitempty"`
	// Reference is how the host refers to the patient (Patient/123).
	Reference string `json:"reference,omitempty"`
}

// Is reports whether a patient has this identifier. An identifier without a system matches only one without.
func (p *Patient) Is(id Identifier) bool {
	if p == nil {
		return false
	}
	for _, have := range p.Identifiers {
		if have == id {
			return true
		}
	}
	return false
}

// Party is somebody or something: a person, an organization, a device.
type Party struct {
	// ID is the identifier that it is known by (FHIR agent.who, DICOM UserID), Reference how the host refers to it.
	ID        Identifier `json:"id,omitzero"`
	Reference string     `json:"reference,omitempty"`
	AltID     string     `json:"altId,omitempty"` // account, process or email
	Name      string     `json:"name,omitempty"`
	// Address is a postal address by its lines.
	Address []string `json:"address,omitempty"`
}

// IsZero reports whether nothing is known.
func (p Party) IsZero() bool {
	return p.ID == (Identifier{}) && p.Reference == "" && p.AltID == "" && p.Name == "" && len(p.Address) == 0
}

// Agent is a party with its part in what took place.
type Agent struct {
	Role AgentRole `json:"role"`
	Party
	// Requestor says that it was they who asked for it.
	Requestor bool `json:"requestor,omitempty"`
	// Roles are what they are to the host or the patient (HL7 v3 RoleClass, SNOMED CT).
	Roles []Code `json:"roles,omitempty"`
	// Organization is whom they act for.
	Organization *Party   `json:"organization,omitempty"`
	Network      *Network `json:"network,omitempty"`
	Purposes     []Code   `json:"purposes,omitempty"`
	// Policies are ids of what authorized them: a token's id (jti), a policy's URI.
	Policies []string `json:"policies,omitempty"`
	// Assurance is how surely it is they (NIST SP 800-63: IAL2, AAL2 …).
	Assurance []Code `json:"assurance,omitempty"`
}

// AgentRole is an agent's part in an event.
type AgentRole string

// The roles of agents.
const (
	AgentSource      AgentRole = "source"      // the system that data came from (DCM 110153)
	AgentDestination AgentRole = "destination" // the system or party that data went to (DCM 110152)
	AgentUser        AgentRole = "user"        // the person who acts or gets it (HL7 v3 IRCP)
	AgentApplication AgentRole = "application" // the program that acts for somebody (DCM 110150)
	AgentOrg         AgentRole = "organization"
	AgentCustodian   AgentRole = "custodian"  // who released it (SNOMED CT 159541003)
	AgentAuthorizer  AgentRole = "authorizer" // who permitted it: the patient, a representative (SNOMED CT 429577009)
	AgentAuthServer  AgentRole = "authorization-server"
	AgentMedia       AgentRole = "media" // the medium that it went out on (DCM 110154)
)

// Agent gives the first agent of a role, nil where there is none.
func (e *Event) Agent(role AgentRole) *Agent {
	for i := range e.Agents {
		if e.Agents[i].Role == role {
			return &e.Agents[i]
		}
	}
	return nil
}

// Network is where an agent was reached.
type Network struct {
	Address string      `json:"address"`
	Type    NetworkType `json:"type"`
}

// NetworkType is what a network address is, by RFC 3881 and FHIR network-type.
type NetworkType string

// The types of network address.
const (
	NetworkName  NetworkType = "1" // machine name
	NetworkIP    NetworkType = "2"
	NetworkPhone NetworkType = "3"
	NetworkEmail NetworkType = "4"
	NetworkURI   NetworkType = "5"
)

// Source is who recorded an event.
type Source struct {
	Site     string `json:"site,omitempty"`
	Observer Party  `json:"observer,omitzero"`
	// Types are of FHIR security-source-type: 4 application server …
	Types []Code `json:"types,omitempty"`
}

// IsZero reports whether nothing is known.
func (s Source) IsZero() bool { return s.Site == "" && s.Observer.IsZero() && len(s.Types) == 0 }

// AddressOf gives the lines of a postal address of the record, as on an envelope.
func AddressOf(a record.Address) []string {
	out := append([]string(nil), a.Lines...)
	place := a.City
	for _, s := range []string{a.State, a.PostalCode} {
		if s != "" && place != "" {
			place += " "
		}
		place += s
	}
	for _, s := range []string{place, a.Country} {
		if s != "" {
			out = append(out, s)
		}
	}
	if len(out) == 0 && a.Text != "" {
		out = append(out, a.Text)
	}
	return out
}
