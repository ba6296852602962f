package record

// Record is one patient with everything known of them. Slices are in the order
// the sources gave; Documents hold the order of presentation.
type Record struct {
	// Patient is nil where the source names no patient.
	Patient *Patient `json:"patient,omitempty"`
	// Subject is how the source refers to the patient where it does not hold them.
	Subject *Ref `json:"subject,omitempty"`

	Allergies        []Allergy               `json:"allergies,omitempty"`
	Problems         []Problem               `json:"problems,omitempty"`
	Medications      []Medication            `json:"medications,omitempty"`
	Immunizations    []Immunization          `json:"immunizations,omitempty"`
	Procedures       []Procedure             `json:"procedures,omitempty"`
	Results          []Observation           `json:"results,omitempty"`
	ResultPanels     []Panel                 `json:"resultPanels,omitempty"`
	Vitals           []Observation           `json:"vitals,omitempty"`
	VitalPanels      []Panel                 `json:"vitalPanels,omitempty"`
	Social           []Observation           `json:"social,omitempty"`
	Assessments      []Observation           `json:"assessments,omitempty"` // functional, mental, disability, nutrition, screening
	AssessmentPanels []Panel                 `json:"assessmentPanels,omitempty"`
	Questionnaires   []QuestionnaireResponse `json:"questionnaires,omitempty"`
	Forms            []Form                  `json:"forms,omitempty"`        // forms to fill in, which are of no patient
	Observations     []Observation           `json:"observations,omitempty"` // what belongs to none of the kinds above
	Encounters       []Encounter             `json:"encounters,omitempty"`
	Goals            []Goal                  `json:"goals,omitempty"`
	HealthConcerns   []HealthConcern         `json:"healthConcerns,omitempty"`
	CarePlans        []CarePlan              `json:"carePlans,omitempty"`
	CareTeams        []CareTeam              `json:"careTeams,omitempty"`
	Devices          []Device                `json:"devices,omitempty"`
	Supplies         []Supply                `json:"supplies,omitempty"`
	Specimens        []Specimen              `json:"specimens,omitempty"`
	Notes            []ClinicalNote          `json:"notes,omitempty"`
	Coverages        []Coverage              `json:"coverages,omitempty"`
	Accounts         []Account               `json:"accounts,omitempty"`
	Charges          []Charge                `json:"charges,omitempty"`
	Claims           []Claim                 `json:"claims,omitempty"`
	FamilyHistory    []FamilyMember          `json:"familyHistory,omitempty"`
	Directives       []Directive             `json:"directives,omitempty"`
	Appointments     []Appointment           `json:"appointments,omitempty"`
	Orders           []Order                 `json:"orders,omitempty"`
	ImagingStudies   []ImagingStudy          `json:"imagingStudies,omitempty"`
	AdverseEvents    []AdverseEvent          `json:"adverseEvents,omitempty"`
	Consents         []Consent               `json:"consents,omitempty"`
	Lists            []List                  `json:"lists,omitempty"`

	RelatedPersons []RelatedPerson `json:"relatedPersons,omitempty"`
	Practitioners  []Practitioner  `json:"practitioners,omitempty"`
	Organizations  []Organization  `json:"organizations,omitempty"`
	Locations      []Location      `json:"locations,omitempty"`

	Documents   []Document   `json:"documents,omitempty"`
	Provenances []Provenance `json:"provenances,omitempty"`

	// Sources and Carried are the record's memory of where it came from.
	Sources []Source  `json:"sources,omitempty" portage:"made"`
	Carried []Carried `json:"carried,omitempty" portage:"made"`
	// Merging is what the record was merged from; nil where it was not merged.
	Merging *Merging `json:"merging,omitempty" portage:"made"`
}
