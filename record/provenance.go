package record

// Provenance is who did what to which entries, as a statement of its own (FHIR
// Provenance; C-CDA Provenance author and assembler). Who had a part in one
// entry stands with that entry (Entry.Participants).
type Provenance struct {
	Entry
	Targets    []Ref              `json:"targets,omitempty"`
	When       Period             `json:"when,omitzero"`
	Activity   *Concept           `json:"activity,omitempty"`
	Reasons    []Concept          `json:"reasons,omitempty"`
	Policies   []string           `json:"policies,omitempty"`
	Agents     []Participation    `json:"agents,omitempty"`
	Location   *Ref               `json:"location,omitempty"`
	Entities   []ProvenanceEntity `json:"entities,omitempty"`
	Signatures []Signature        `json:"signatures,omitempty"`
}

// ProvenanceEntity is what something was made from.
type ProvenanceEntity struct {
	Role   string          `json:"role,omitempty"` // derivation, revision, quotation, source, removal
	What   Ref             `json:"what,omitzero"`
	Agents []Participation `json:"agents,omitempty"`
}

// Signature is a signature on a statement.
type Signature struct {
	Types        []Coding `json:"types,omitempty"`
	When         Time     `json:"when,omitzero"`
	Who          *Ref     `json:"who,omitempty"`
	OnBehalfOf   *Ref     `json:"onBehalfOf,omitempty"`
	TargetFormat string   `json:"targetFormat,omitempty"`
	Format       string   `json:"format,omitempty"`
	Data         Data     `json:"data,omitzero"`
}
