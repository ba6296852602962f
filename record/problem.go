package record

// Problem is a condition, diagnosis, symptom or finding (FHIR Condition; C-CDA
// Problem Observation; HL7 v2 PRB, DG1). Assertion Negated with a Code is "does
// not have this"; NoneKnown is "no known problems".
type Problem struct {
	Entry
	Code Concept `json:"code,omitzero"`
	// Kind is the kind of problem as sent: diagnosis, symptom, complaint … (CDA observation/code).
	Kind Concept `json:"kind,omitzero"`
	// Use says in which list the source holds it: problem-list, encounter-diagnosis,
	// admission-diagnosis, discharge-diagnosis, past-history, preoperative, postoperative, indication, complication, health-concern.
	Use                string         `json:"use,omitempty"`
	Categories         []Concept      `json:"categories,omitempty"` // as sent; SDOH among them
	Clinical           ClinicalStatus `json:"clinicalStatus,omitzero"`
	Verification       Verification   `json:"verification,omitempty"`
	VerificationAsSent *Concept       `json:"verificationAsSent,omitempty"`
	Severity           *Concept       `json:"severity,omitempty"`
	Stages             []Stage        `json:"stages,omitempty"`
	BodySites          []Concept      `json:"bodySites,omitempty"`
	Onset              Period         `json:"onset,omitzero"`          // Start is onset, End is resolution
	OnsetAge           *Quantity      `json:"onsetAge,omitempty"`      // C-CDA Age Observation
	Abatement          *Period        `json:"abatement,omitempty"`     // where given apart from onset (FHIR abatement[x] other than a date)
	DiagnosisDate      *Period        `json:"diagnosisDate,omitempty"` // C-CDA Date of Diagnosis Act; FHIR assertedDate
	Priority           *Concept       `json:"priority,omitempty"`
	Rank               string         `json:"rank,omitempty"`          // DG1-15; Encounter.diagnosis.rank
	DiagnosisType      *Concept       `json:"diagnosisType,omitempty"` // DG1-6: admitting, working, final
	PresentOnAdmission *Concept       `json:"presentOnAdmission,omitempty"`
	Prognoses          []Concept      `json:"prognoses,omitempty"`
	Encounter          *Ref           `json:"encounter,omitempty"`
	Evidence           []Evidence     `json:"evidence,omitempty"`
	Concern            *Concern       `json:"concern,omitempty"`
}

// Stage is how far a disease has gone.
type Stage struct {
	Summary     *Concept `json:"summary,omitempty"`
	Type        *Concept `json:"type,omitempty"`
	Assessments []Ref    `json:"assessments,omitempty"`
}

// Evidence is what supports a diagnosis.
type Evidence struct {
	Codes   []Concept `json:"codes,omitempty"`
	Details []Ref     `json:"details,omitempty"`
}

// HealthConcern is a concern as a thing of its own with what it is about
// (C-CDA Health Concern Act, Risk Concern Act).
type HealthConcern struct {
	Entry
	Code     Concept  `json:"code,omitzero"`
	Risk     *bool    `json:"risk,omitempty"` // a risk concern
	When     Period   `json:"when,omitzero"`
	Priority *Concept `json:"priority,omitempty"`
	About    []Ref    `json:"about,omitempty"` // the problems, allergies, results it is about
	Goals    []Ref    `json:"goals,omitempty"`
	Value    *Concept `json:"value,omitempty"`
	// RiskOf are the conditions that a risk concern is a risk of: the patient is not said to have them.
	RiskOf []Indication `json:"riskOf,omitempty"`
	// Predictions are what may come to be where the source says how likely that is (FHIR RiskAssessment.prediction).
	Predictions []RiskPrediction `json:"predictions,omitempty"`
}

// RiskPrediction is something that may come to be, and how likely that is. The patient is not said to have it.
type RiskPrediction struct {
	Outcome *Concept `json:"outcome,omitempty"`
	// Probability is a percentage, 0 to 100, as written.
	Probability      string   `json:"probability,omitempty"`
	ProbabilityRange *Range   `json:"probabilityRange,omitempty"`
	Likelihood       *Concept `json:"likelihood,omitempty"`   // in words: negligible, low, high, certain …
	RelativeRisk     string   `json:"relativeRisk,omitempty"` // to the population as a whole; 1 is as likely
	When             *Period  `json:"when,omitempty"`         // the time, or the ages, that it is likely for
	Rationale        string   `json:"rationale,omitempty"`
}
