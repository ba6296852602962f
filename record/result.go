package record

import "strings"

// Observation is one question and what was found: a laboratory or imaging
// result, a vital sign, a social or functional finding (FHIR Observation; C-CDA
// Result, Vital Sign, Social History, Functional Status … Observation; HL7 v2
// OBX). The slice of Record that holds it says which.
type Observation struct {
	Entry
	Code       Concept   `json:"code,omitzero"`
	Categories []Concept `json:"categories,omitempty"`
	// Kind is our term for observations with a template or profile of their own:
	// smoking-status, tobacco-use, pregnancy-status, pregnancy-intent,
	// estimated-delivery-date, occupation, industry, sdoh, alcohol-use,
	// birth-sex, sex, gender-identity, sexual-orientation, tribal-affiliation,
	// caregiver-characteristics, home-environment, cultural-religious, assessment-scale, assessment-scale-item, outcome,
	// goal-progress, nutrition-status, nutrition-assessment,
	// disability, functional-status, self-care, sensory-status, mental-status, health-status, average-blood-pressure, oxygen-concentration,
	// pressure-ulcers, treatment-preference, care-experience-preference, screening …
	Kind            string           `json:"kind,omitempty" portage:"made"`
	Values          []Value          `json:"values,omitempty"`
	When            Period           `json:"when,omitzero"`
	Issued          *Time            `json:"issued,omitempty"`
	Interpretations []Concept        `json:"interpretations,omitempty"`
	ReferenceRanges []ReferenceRange `json:"referenceRanges,omitempty"`
	Methods         []Concept        `json:"methods,omitempty"`
	BodySites       []BodySite       `json:"bodySites,omitempty"`
	Components      []Component      `json:"components,omitempty"`
	Members         []Ref            `json:"members,omitempty"` // observations it groups
	DerivedFrom     []Ref            `json:"derivedFrom,omitempty"`
	Specimens       []Ref            `json:"specimens,omitempty"`
	Device          *Ref             `json:"device,omitempty"`
	Encounter       *Ref             `json:"encounter,omitempty"`
	BasedOn         []Ref            `json:"basedOn,omitempty"`
	PartOf          []Ref            `json:"partOf,omitempty"`
	Focus           []Ref            `json:"focus,omitempty"`
	SubID           string           `json:"subId,omitempty"` // OBX-4
	Priority        *Concept         `json:"priority,omitempty"`
	Repeats         string           `json:"repeats,omitempty"`
	Attachments     []Attachment     `json:"attachments,omitempty"` // observationMedia and files with the result
	// Images are the pictures it was seen or measured on; DerivedFrom names their studies where the record has them.
	Images      []ImagingInstance `json:"images,omitempty"`
	Indications []Indication      `json:"indications,omitempty"`
}

// OfOther reports whether an observation is of somebody else than the patient, or may be: of a relative, a child that is not born, a
// donor, another patient (FHIR R4 Observation.focus). What is of the patient's, a condition, a procedure, a device, is not.
func (o *Observation) OfOther(patient *Patient) bool {
	for i := range o.Focus {
		f := &o.Focus[i]
		if f.IsZero() || patient != nil && f.ID != "" && f.ID == patient.ID {
			continue
		}
		switch f.Kind {
		case KindPatient, KindRelatedPerson, KindPractitioner, KindPractitionerRole, KindOrganization, KindLocation, KindCareTeam, KindFamilyMember:
			return true
		case "":
			if f.ID != "" || !isOfPatients(f.AsSent) {
				return true
			}
		}
	}
	return false
}

// isOfPatients reports whether a literal reference is to a resource of a type that tells of a patient, and not of whom it is.
func isOfPatients(ref string) bool {
	ref, _, _ = strings.Cut(ref, "/_history/")
	typ, _, ok := cutLast(ref)
	if _, last, more := cutLast(typ); more {
		typ = last
	}
	switch typ {
	case "", "Patient", "Person", "RelatedPerson", "Group", "Practitioner", "PractitionerRole", "Organization", "Location", "CareTeam", "FamilyMemberHistory", "Substance":
		return false
	}
	return ok && typ[0] >= 'A' && typ[0] <= 'Z'
}

// cutLast cuts a reference at its last slash.
func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '/')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// ReferenceRange is what would be expected.
type ReferenceRange struct {
	Value      *Value         `json:"value,omitempty"` // a range, or whatever the source gives
	Text       string         `json:"text,omitempty"`
	TextRef    string         `json:"textRef,omitempty" portage:"form=Text"`
	Type       *Concept       `json:"type,omitempty"` // normal, recommended …; CDA interpretationCode of the range
	AppliesTo  []Concept      `json:"appliesTo,omitempty"`
	Age        *Range         `json:"age,omitempty"`
	Code       *Concept       `json:"code,omitempty"` // CDA observationRange/code
	Conditions []Precondition `json:"conditions,omitempty"`
}

// Component is a part of an observation that has no life of its own (systolic and diastolic of one blood pressure).
type Component struct {
	Code            Concept          `json:"code,omitzero"`
	Values          []Value          `json:"values,omitempty"`
	Interpretations []Concept        `json:"interpretations,omitempty"`
	ReferenceRanges []ReferenceRange `json:"referenceRanges,omitempty"`
	Assertion       Assertion        `json:"assertion,omitempty"`
	Identifiers     []Identifier     `json:"identifiers,omitempty"`
}

// Panel is a group of observations with an act of its own: a laboratory
// battery, a set of vital signs, an imaging or pathology report (FHIR
// DiagnosticReport; C-CDA Result and Vital Signs Organizer; HL7 v2 OBR).
type Panel struct {
	Entry
	// Class is BATTERY or CLUSTER as sent (HL7 v3 ActClass).
	Class           string       `json:"class,omitempty"`
	Code            Concept      `json:"code,omitzero"`
	Categories      []Concept    `json:"categories,omitempty"`
	When            Period       `json:"when,omitzero"`
	Issued          *Time        `json:"issued,omitempty"`
	Members         []Ref        `json:"members,omitempty"`
	Specimens       []Ref        `json:"specimens,omitempty"`
	BasedOn         []Ref        `json:"basedOn,omitempty"`
	Encounter       *Ref         `json:"encounter,omitempty"`
	Imaging         []Ref        `json:"imaging,omitempty"`
	Media           []Media      `json:"media,omitempty"`
	Conclusion      string       `json:"conclusion,omitempty"`
	ConclusionCodes []Concept    `json:"conclusionCodes,omitempty"`
	Attachments     []Attachment `json:"attachments,omitempty"`
	Parent          *Ref         `json:"parent,omitempty"`       // OBR-26, OBR-29
	RelevantInfo    string       `json:"relevantInfo,omitempty"` // OBR-13
	Indications     []Indication `json:"indications,omitempty"`
	Priority        *Concept     `json:"priority,omitempty"`
	Accession       []Identifier `json:"accession,omitempty"`
}

// Media is a key picture of a report.
type Media struct {
	Comment    string      `json:"comment,omitempty"`
	Ref        *Ref        `json:"ref,omitempty"`
	Attachment *Attachment `json:"attachment,omitempty"`
}

// Specimen is a sample taken from the patient (FHIR Specimen; CDA specimen, C-CDA Specimen Collection Procedure; SPM).
type Specimen struct {
	Entry
	Type          Concept     `json:"type,omitzero"`
	Accession     *Identifier `json:"accession,omitempty"`
	Collected     Period      `json:"collected,omitzero"`
	Received      *Time       `json:"received,omitempty"`
	Site          *BodySite   `json:"site,omitempty"`
	Method        *Concept    `json:"method,omitempty"`
	Quantity      *Quantity   `json:"quantity,omitempty"`
	Conditions    []Concept   `json:"conditions,omitempty"` // condition, acceptability
	RejectReasons []Concept   `json:"rejectReasons,omitempty"`
	Description   string      `json:"description,omitempty"`
	Additives     []Concept   `json:"additives,omitempty"`
	Handling      []Concept   `json:"handling,omitempty"`
	Role          *Concept    `json:"role,omitempty"`
	Container     *Concept    `json:"container,omitempty"`
	Fasting       *Concept    `json:"fasting,omitempty"`
	Parents       []Ref       `json:"parents,omitempty"`
	Orders        []Ref       `json:"orders,omitempty"`
	RiskCodes     []Concept   `json:"riskCodes,omitempty"`
}
