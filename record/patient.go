package record

// Patient is the person the record is about (USCDI Patient Demographics; FHIR
// Patient; CDA recordTarget/patientRole; HL7 v2 PID, PD1).
type Patient struct {
	Entry
	Names     []Name    `json:"names,omitempty"`
	Addresses []Address `json:"addresses,omitempty"`
	Telecoms  []Telecom `json:"telecoms,omitempty"`
	BirthTime Time      `json:"birthTime,omitzero"`
	// AdministrativeSex is what the administration records, not a clinical fact (CDA administrativeGenderCode, FHIR gender, PID-8).
	AdministrativeSex Concept `json:"administrativeSex,omitzero"`
	Deceased          *bool   `json:"deceased,omitempty"`
	DeceasedTime      Time    `json:"deceasedTime,omitzero"`
	MaritalStatus     Concept `json:"maritalStatus,omitzero"`
	Religion          Concept `json:"religion,omitzero"`
	// Races and Ethnicities keep every code: the OMB categories and the detailed ones, first to last.
	Races              []Concept           `json:"races,omitempty"`
	Ethnicities        []Concept           `json:"ethnicities,omitempty"`
	RaceText           string              `json:"raceText,omitempty"` // US Core race text where it is not the codes' displays
	EthnicityText      string              `json:"ethnicityText,omitempty"`
	TribalAffiliations []TribalAffiliation `json:"tribalAffiliations,omitempty"`
	Languages          []Language          `json:"languages,omitempty"`
	BirthSex           *Concept            `json:"birthSex,omitempty"`           // US Core birthsex
	Sex                *Concept            `json:"sex,omitempty"`                // US Core sex
	GenderIdentities   []DatedConcept      `json:"genderIdentities,omitempty"`   // kept though USCDI v3.1 dropped it
	SexualOrientations []DatedConcept      `json:"sexualOrientations,omitempty"` // likewise
	Pronouns           []DatedConcept      `json:"pronouns,omitempty"`           // USCDI v5
	SexParameters      []SexParameter      `json:"sexParameters,omitempty"`      // USCDI v5 Sex Parameter for Clinical Use
	InterpreterNeeded  *Concept            `json:"interpreterNeeded,omitempty"`
	BirthPlace         *Address            `json:"birthPlace,omitempty"`
	BirthPlaceName     string              `json:"birthPlaceName,omitempty"`
	MultipleBirth      *bool               `json:"multipleBirth,omitempty"`
	BirthOrder         string              `json:"birthOrder,omitempty"`
	MothersMaidenName  string              `json:"mothersMaidenName,omitempty"`
	Citizenships       []Concept           `json:"citizenships,omitempty"`
	Veteran            *Concept            `json:"veteran,omitempty"`
	Species            *Concept            `json:"species,omitempty"` // of an animal (PID-35; FHIR patient-animal), with its breed and strain
	Breed              *Concept            `json:"breed,omitempty"`
	Strain             string              `json:"strain,omitempty"`
	Congregation       string              `json:"congregation,omitempty"`       // place of worship
	LivingDependencies []Concept           `json:"livingDependencies,omitempty"` // on whom they depend at home, or who on them (PD1-1)
	LivingArrangement  *Concept            `json:"livingArrangement,omitempty"`
	Disabilities       []Disability        `json:"disabilities,omitempty"`
	Restrictions       []AccessRestriction `json:"restrictions,omitempty"`
	Registry           *RegistryStatus     `json:"registry,omitempty"`
	Death              *Death              `json:"death,omitempty"`
	Photos             []Attachment        `json:"photos,omitempty"`
	Active             *bool               `json:"active,omitempty"`
	Provider           *Ref                `json:"provider,omitempty"`             // CDA providerOrganization, FHIR managingOrganization
	GeneralPractice    []Ref               `json:"generalPractitioners,omitempty"` // PD1-4
	Links              []PatientLink       `json:"links,omitempty"`
	Description        string              `json:"description,omitempty"` // CDA patient/sdtc:desc
}

// TribalAffiliation is a tribe and whether the patient is enrolled in it.
type TribalAffiliation struct {
	Tribe    Concept `json:"tribe,omitzero"`
	Enrolled *bool   `json:"enrolled,omitempty"`
}

// DatedConcept is a concept that holds for a time and may have been recorded as an entry of its own.
type DatedConcept struct {
	Concept     Concept      `json:"concept,omitzero"`
	When        *Period      `json:"when,omitempty"`
	Comment     string       `json:"comment,omitempty"`
	Identifiers []Identifier `json:"identifiers,omitempty"`
}

// SexParameter is the sex to use for a clinical purpose (HL7 Gender Harmony).
type SexParameter struct {
	Value   Concept `json:"value,omitzero"`
	When    *Period `json:"when,omitempty"`
	Comment string  `json:"comment,omitempty"`
	Support []Ref   `json:"support,omitempty"`
}

// Language is a language of the patient.
type Language struct {
	Code        Concept      `json:"code,omitzero"` // BCP 47, as sent
	Mode        *Concept     `json:"mode,omitempty"`
	Proficiency *Concept     `json:"proficiency,omitempty"`
	Preferred   *bool        `json:"preferred,omitempty"`
	Absent      AbsentReason `json:"absent,omitempty"`
}

// PatientLink ties this patient to another record of the same person.
type PatientLink struct {
	Other Ref    `json:"other,omitzero"`
	Type  string `json:"type,omitempty"` // replaced-by, replaces, refer, seealso
}

// RelatedPerson is somebody related to the patient: guardian, next of kin,
// emergency contact, caregiver, agent, subscriber (FHIR RelatedPerson and
// Patient.contact; CDA guardian, associatedEntity, relatedSubject; NK1, GT1).
type RelatedPerson struct {
	Entry
	// Class is what they are as sent: GUARD, NOK, ECON, CAREGIVER, PRS, AGNT (HL7 v3 RoleClass).
	Class         []string     `json:"class,omitempty"`
	Relationships []Concept    `json:"relationships,omitempty"`
	Names         []Name       `json:"names,omitempty"`
	Addresses     []Address    `json:"addresses,omitempty"`
	Telecoms      []Telecom    `json:"telecoms,omitempty"`
	Sex           Concept      `json:"sex,omitzero"`
	BirthTime     Time         `json:"birthTime,omitzero"`
	Period        *Period      `json:"period,omitempty"`
	Languages     []Language   `json:"languages,omitempty"`
	Organization  *Ref         `json:"organization,omitempty"`
	Active        *bool        `json:"active,omitempty"`
	Photos        []Attachment `json:"photos,omitempty"`
	// Contact says that the source named them as a contact within the patient (FHIR Patient.contact).
	Contact *bool `json:"contact,omitempty"`
}
