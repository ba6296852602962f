package audit

import "time"

// Entity is a thing that was used, made or handed over. It is named, counted and digested; what is in it is not told.
type Entity struct {
	Type EntityType `json:"type"`
	Role EntityRole `json:"role,omitempty"`
	// ID and Reference are how it is known; Version is which one of it.
	ID        Identifier `json:"id,omitzero"`
	Reference string     `json:"reference,omitempty"`
	Version   string     `json:"version,omitempty"`
	// Category is which kind of data it is: a kind of the record, a type of FHIR resource, a type of document.
	Category []Code `json:"category,omitempty"`
	// Labels are its confidentiality and sensitivity.
	Labels []Code `json:"labels,omitempty"`
	// Query is what was searched for, as it was sent: identifiers of the patient and codes of kinds, in the host's care.
	Query     []byte    `json:"query,omitempty"`
	Lifecycle Lifecycle `json:"lifecycle,omitempty"`
	Count     int64     `json:"count,omitempty"`
	Digest    *Digest   `json:"digest,omitempty"`
}

// EntityType is what an entity is, by FHIR audit-entity-type.
type EntityType string

// The types of entity.
const (
	EntityPerson       EntityType = "1"
	EntityObject       EntityType = "2" // system object
	EntityOrganization EntityType = "3"
	EntityOther        EntityType = "4"
)

// EntityRole is what an entity was in the event, by FHIR object-role (RFC 3881).
type EntityRole string

// The roles of entities that this library gives; any number of the list may stand.
const (
	RolePatient  EntityRole = "1"
	RoleReport   EntityRole = "3"
	RoleResource EntityRole = "4" // domain resource
	RoleSecurity EntityRole = "13"
	RoleJob      EntityRole = "20"
	RoleJobLog   EntityRole = "21"
	RoleQuery    EntityRole = "24"
)

// Lifecycle is where in its life an entity was touched, by ISO 21089 / FHIR dicom-audit-lifecycle.
type Lifecycle string

// The stages of life, by RFC 3881.
const (
	LifecycleCreate     Lifecycle = "1"
	LifecycleImport     Lifecycle = "2"
	LifecycleAmend      Lifecycle = "3"
	LifecycleVerify     Lifecycle = "4"
	LifecycleTransform  Lifecycle = "5"
	LifecycleAccess     Lifecycle = "6"
	LifecycleDeidentify Lifecycle = "7"
	LifecycleAggregate  Lifecycle = "8"
	LifecycleReport     Lifecycle = "9"
	LifecycleExport     Lifecycle = "10"
	LifecycleDisclose   Lifecycle = "11"
	LifecycleReceive    Lifecycle = "12"
	LifecycleArchive    Lifecycle = "13"
	LifecycleDelete     Lifecycle = "14"
	LifecyclePurge      Lifecycle = "15"
)

// Payload is what went over the boundary, or was to.
type Payload struct {
	Format    string `json:"format,omitempty"`    // fhir, ccda, hl7v2 …
	Version   string `json:"version,omitempty"`   // 4.0.1, R2.1, 2.5.1
	MediaType string `json:"mediaType,omitempty"` // application/fhir+json
	// Bytes is how many bytes the destination took, also where it did not come to the end.
	Bytes int64 `json:"bytes,omitempty"`
	// Digest is of the bytes that the destination took.
	Digest *Digest `json:"digest,omitempty"`
	// Counts are how many entries of each kind went.
	Counts []Count `json:"counts,omitempty"`
	// Lost and Issues count what the format could not say, and entries of the report by their codes.
	Lost   int64   `json:"lost,omitempty"`
	Issues []Count `json:"issues,omitempty"`
	// Signed and Encrypted say how it was sealed: the algorithm's name and the key's id.
	Signed    *Seal `json:"signed,omitempty"`
	Encrypted *Seal `json:"encrypted,omitempty"`
}

// Seal is how something was signed or encrypted.
type Seal struct {
	Algorithm string `json:"algorithm"`
	Key       string `json:"key,omitempty"` // an id or a thumbprint, never the key
}

// Digest is a digest of bytes.
type Digest struct {
	Algorithm string `json:"algorithm"` // sha256
	Value     string `json:"value"`     // in hexadecimal
}

// Count is how many of a kind. Why is why they were withheld, where they were.
type Count struct {
	Kind  string `json:"kind"`
	Why   string `json:"why,omitempty"`
	Count int64  `json:"count"`
}

// Decision is the decision on consent that an event rests on, or tells of.
type Decision struct {
	// ID is the host's id of the decision; Outcome what the patient's consents say (permit, deny, no-consent);
	// Final what was to be done (permit, deny).
	ID      string `json:"id,omitempty"`
	Outcome string `json:"outcome"`
	Final   string `json:"final"`
	// Reasons are stable words (docs/consent.md); Policies the consents, laws and defaults that had a say.
	Reasons  []string `json:"reasons,omitempty"`
	Policies []Policy `json:"policies,omitempty"`
	// Basis is what it rests on in law (45 CFR 164.506(c)).
	Basis []string `json:"basis,omitempty"`
	// Obligations are codes of what discloser and recipient have to do.
	Obligations []string `json:"obligations,omitempty"`
	// Withheld counts what did not leave, by kind and why; Masked what left masked.
	Withheld   []Count   `json:"withheld,omitempty"`
	Masked     []Count   `json:"masked,omitempty"`
	At         time.Time `json:"at,omitzero"`
	ValidUntil time.Time `json:"validUntil,omitzero"`
	// Emergency says that it was made under a declared emergency ("break the glass").
	Emergency bool `json:"emergency,omitempty"`
}

// Policy is a consent, a law or a default by its id and version.
type Policy struct {
	// Kind is consent, law or default; "" where nobody said.
	Kind    string `json:"kind,omitempty"`
	ID      string `json:"id"`
	Version string `json:"version,omitempty"`
}
