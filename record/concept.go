package record

// AbsentReason says why a value is not there. It is neither a negation nor a
// refusal of care. The terms unite HL7 v3 NullFlavor, FHIR data-absent-reason
// and the explicit null of HL7 v2; each source term has one term here, so that
// a value goes back to its own format as it came.
type AbsentReason string

// The reasons, with the HL7 v3 NullFlavor (code system 2.16.840.1.113883.5.1008)
// and the FHIR data-absent-reason each stands for.
const (
	AbsentNoInformation    AbsentReason = "no-information"          // NI
	AbsentUnknown          AbsentReason = "unknown"                 // UNK; unknown
	AbsentAskedUnknown     AbsentReason = "asked-unknown"           // ASKU; asked-unknown
	AbsentTemporarily      AbsentReason = "temporarily-unavailable" // NAV; temp-unknown
	AbsentNotAsked         AbsentReason = "not-asked"               // NASK; not-asked
	AbsentAskedDeclined    AbsentReason = "asked-declined"          // asked-declined
	AbsentMasked           AbsentReason = "masked"                  // MSK; masked
	AbsentNotApplicable    AbsentReason = "not-applicable"          // NA; not-applicable
	AbsentOther            AbsentReason = "other"                   // OTH
	AbsentUnencoded        AbsentReason = "unencoded"               // UNC; as-text
	AbsentInvalid          AbsentReason = "invalid"                 // INV; error
	AbsentDerived          AbsentReason = "derived"                 // DER
	AbsentTrace            AbsentReason = "trace"                   // TRC
	AbsentSufficient       AbsentReason = "sufficient-quantity"     // QS
	AbsentNegativeInfinity AbsentReason = "negative-infinity"       // NINF; negative-infinity
	AbsentPositiveInfinity AbsentReason = "positive-infinity"       // PINF; positive-infinity
	AbsentNotPresent       AbsentReason = "not-present"             // NP
	AbsentNotANumber       AbsentReason = "not-a-number"            // not-a-number
	AbsentUnsupported      AbsentReason = "unsupported"             // unsupported
	AbsentAsText           AbsentReason = "as-text"                 // as-text
	AbsentError            AbsentReason = "error"                   // error
	AbsentNotPerformed     AbsentReason = "not-performed"           // not-performed
	AbsentNotPermitted     AbsentReason = "not-permitted"           // not-permitted
	AbsentExplicitNull     AbsentReason = "explicit-null"           // HL7 v2 "" (chapter 2.5.3): the value known before is to be deleted
)

// Coding is one code of one code system, as sent.
type Coding struct {
	// System is the canonical URI of the code system where it is known.
	System string `json:"system,omitempty"`
	// SystemAsSent is the identity the source gave: an OID, a URI or an HL7 v2
	// coding-system id (table 0396). Empty where it equals System.
	SystemAsSent string `json:"systemAsSent,omitempty" portage:"form=System"`
	// SystemName is the code system's name as sent (CDA codeSystemName).
	SystemName string `json:"systemName,omitempty" portage:"form=System"`
	Version    string `json:"version,omitempty"`
	Code       string `json:"code,omitempty"`
	Display    string `json:"display,omitempty"`
	// UserSelected says that a person chose this very coding (FHIR Coding.userSelected).
	UserSelected *bool `json:"userSelected,omitempty"`
	// ValueSet and ValueSetVersion are the value set the coder chose from (sdtc:valueSet).
	ValueSet        string       `json:"valueSet,omitempty"`
	ValueSetVersion string       `json:"valueSetVersion,omitempty"`
	Absent          AbsentReason `json:"absent,omitempty"`
	// Text is the original text of this coding alone, where a translation has its own.
	Text string `json:"text,omitempty"`
	// TextRef is the anchor in the section's narrative that Text came from, without '#'.
	TextRef string `json:"textRef,omitempty" portage:"made"`
	// Qualifiers narrow the code (CDA CD.qualifier).
	Qualifiers []Qualifier `json:"qualifiers,omitempty"`
}

// Qualifier is a name and value that narrow a coding (CDA CR: name, value).
type Qualifier struct {
	Name     Coding `json:"name,omitzero"`
	Value    Coding `json:"value,omitzero"`
	Inverted *bool  `json:"inverted,omitempty"`
}

// Concept is a coded value: the original text and every coding in the order
// they were sent, the source's own choice first. Nothing is dropped from it and
// no coding is invented.
type Concept struct {
	// Text is the original text (CDA originalText with its reference resolved,
	// FHIR CodeableConcept.text, HL7 v2 CWE.9).
	Text string `json:"text,omitempty"`
	// TextRef is the anchor in the section's narrative that the text came from, without '#'.
	TextRef string       `json:"textRef,omitempty" portage:"form=Text"`
	Codings []Coding     `json:"codings,omitempty"`
	Absent  AbsentReason `json:"absent,omitempty"`
	// TextBeside says that Text was the text of the statement that this is the answer of, beside the coded value (CDA R2 Observation.text).
	TextBeside bool `json:"textBeside,omitempty" portage:"made"`
	// TextPlain says that Text was the whole of the value, which was of a type for words (CDA R2 ST, ED).
	TextPlain bool `json:"textPlain,omitempty" portage:"made"`
}

// IsZero reports whether nothing at all was said.
func (c Concept) IsZero() bool {
	return c.Text == "" && c.TextRef == "" && len(c.Codings) == 0 && c.Absent == ""
}

// Code returns the first code of the given canonical system, or "".
func (c Concept) Code(system string) string {
	for i := range c.Codings {
		if c.Codings[i].System == system {
			return c.Codings[i].Code
		}
	}
	return ""
}

// Has reports whether a coding with this canonical system and code is present.
func (c Concept) Has(system, code string) bool {
	for i := range c.Codings {
		if c.Codings[i].Code == code && c.Codings[i].System == system {
			return true
		}
	}
	return false
}

// IsZero reports whether nothing at all was said.
func (c Coding) IsZero() bool {
	return c.System == "" && c.SystemAsSent == "" && c.SystemName == "" && c.Version == "" && c.Code == "" &&
		c.Display == "" && c.UserSelected == nil && c.ValueSet == "" && c.ValueSetVersion == "" &&
		c.Absent == "" && c.Text == "" && len(c.Qualifiers) == 0
}

// Canonical URIs of the code systems that the formats' own rules name.
const (
	SystemLOINC             = "http://loinc.org"
	SystemSNOMED            = "http://snomed.info/sct"
	SystemRxNorm            = "http://www.nlm.nih.gov/research/umls/rxnorm"
	SystemNDC               = "http://hl7.org/fhir/sid/ndc"
	SystemCVX               = "http://hl7.org/fhir/sid/cvx"
	SystemMVX               = "http://hl7.org/fhir/sid/mvx"
	SystemUNII              = "http://fdasis.nlm.nih.gov"
	SystemICD10CM           = "http://hl7.org/fhir/sid/icd-10-cm"
	SystemICD9CM            = "http://hl7.org/fhir/sid/icd-9-cm"
	SystemCPT               = "http://www.ama-assn.org/go/cpt"
	SystemUCUM              = "http://unitsofmeasure.org"
	SystemRaceEthnicity     = "urn:oid:2.16.840.1.113883.6.238"
	SystemActCode           = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
	SystemActReason         = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
	SystemConfidentiality   = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
	SystemRoleCode          = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
	SystemAdministrativeSex = "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender"
	SystemMaritalStatus     = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus"
	SystemReligion          = "http://terminology.hl7.org/CodeSystem/v3-ReligiousAffiliation"
	SystemNullFlavor        = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
	SystemNPI               = "http://hl7.org/fhir/sid/us-npi"
	SystemFDAUDI            = "http://hl7.org/fhir/NamingSystem/fda-udi"
	SystemSSN               = "http://hl7.org/fhir/sid/us-ssn"
	SystemURI               = "urn:ietf:rfc:3986"
)
