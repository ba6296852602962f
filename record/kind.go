package record

import "iter"

// The kinds of entries: what Ref.Kind names, and the first part of what an
// entry's id is made from (docs/ids.md).
const (
	KindPatient         = "patient"
	KindAllergy         = "allergy"
	KindProblem         = "problem"
	KindMedication      = "medication"
	KindImmunization    = "immunization"
	KindProcedure       = "procedure"
	KindResult          = "result"
	KindResultPanel     = "result-panel"
	KindVital           = "vital"
	KindVitalPanel      = "vital-panel"
	KindSocial          = "social"
	KindAssessment      = "assessment"
	KindAssessmentPanel = "assessment-panel"
	KindQuestionnaire   = "questionnaire"
	KindForm            = "form"
	KindObservation     = "observation"
	KindEncounter       = "encounter"
	KindGoal            = "goal"
	KindHealthConcern   = "health-concern"
	KindCarePlan        = "care-plan"
	KindCareTeam        = "care-team"
	KindDevice          = "device"
	KindSupply          = "supply"
	KindSpecimen        = "specimen"
	KindNote            = "note"
	KindCoverage        = "coverage"
	KindAccount         = "account"
	KindCharge          = "charge"
	KindClaim           = "claim"
	KindFamilyMember    = "family-member"
	KindDirective       = "directive"
	KindAppointment     = "appointment"
	KindOrder           = "order"
	KindImagingStudy    = "imaging-study"
	KindAdverseEvent    = "adverse-event"
	KindConsent         = "consent"
	KindList            = "list"
	KindRelatedPerson   = "related-person"
	KindPractitioner    = "practitioner"
	KindOrganization    = "organization"
	KindLocation        = "location"
	KindDocument        = "document"
	KindProvenance      = "provenance"

	// Things with an id of their own within an entry.
	KindSection          = "section"           // Section.ID
	KindProduct          = "product"           // Product.ID
	KindConcern          = "concern"           // Concern.ID, shared by the entries of one concern
	KindCoverageActivity = "coverage-activity" // CoverageActivity.ID, shared by the coverages of one activity
	KindDispense         = "dispense"          // Dispense.ID
	KindIntervention     = "intervention"      // Intervention.ID
	KindPractitionerRole = "practitioner-role" // PractitionerRole.ID
)

// Entries gives every entry of the record with its kind, in the order of the
// record's fields. The entries may be changed through the pointers.
func (r *Record) Entries() iter.Seq2[string, *Entry] {
	return func(yield func(string, *Entry) bool) {
		if r.Patient != nil && !yield(KindPatient, &r.Patient.Entry) {
			return
		}
		_ = entries(KindAllergy, r.Allergies, func(x *Allergy) *Entry { return &x.Entry }, yield) &&
			entries(KindProblem, r.Problems, func(x *Problem) *Entry { return &x.Entry }, yield) &&
			entries(KindMedication, r.Medications, func(x *Medication) *Entry { return &x.Entry }, yield) &&
			entries(KindImmunization, r.Immunizations, func(x *Immunization) *Entry { return &x.Entry }, yield) &&
			entries(KindProcedure, r.Procedures, func(x *Procedure) *Entry { return &x.Entry }, yield) &&
			entries(KindResult, r.Results, observationEntry, yield) &&
			entries(KindResultPanel, r.ResultPanels, panelEntry, yield) &&
			entries(KindVital, r.Vitals, observationEntry, yield) &&
			entries(KindVitalPanel, r.VitalPanels, panelEntry, yield) &&
			entries(KindSocial, r.Social, observationEntry, yield) &&
			entries(KindAssessment, r.Assessments, observationEntry, yield) &&
			entries(KindAssessmentPanel, r.AssessmentPanels, panelEntry, yield) &&
			entries(KindQuestionnaire, r.Questionnaires, func(x *QuestionnaireResponse) *Entry { return &x.Entry }, yield) &&
			entries(KindForm, r.Forms, func(x *Form) *Entry { return &x.Entry }, yield) &&
			entries(KindObservation, r.Observations, observationEntry, yield) &&
			entries(KindEncounter, r.Encounters, func(x *Encounter) *Entry { return &x.Entry }, yield) &&
			entries(KindGoal, r.Goals, func(x *Goal) *Entry { return &x.Entry }, yield) &&
			entries(KindHealthConcern, r.HealthConcerns, func(x *HealthConcern) *Entry { return &x.Entry }, yield) &&
			entries(KindCarePlan, r.CarePlans, func(x *CarePlan) *Entry { return &x.Entry }, yield) &&
			entries(KindCareTeam, r.CareTeams, func(x *CareTeam) *Entry { return &x.Entry }, yield) &&
			entries(KindDevice, r.Devices, func(x *Device) *Entry { return &x.Entry }, yield) &&
			entries(KindSupply, r.Supplies, func(x *Supply) *Entry { return &x.Entry }, yield) &&
			entries(KindSpecimen, r.Specimens, func(x *Specimen) *Entry { return &x.Entry }, yield) &&
			entries(KindNote, r.Notes, func(x *ClinicalNote) *Entry { return &x.Entry }, yield) &&
			entries(KindCoverage, r.Coverages, func(x *Coverage) *Entry { return &x.Entry }, yield) &&
			entries(KindAccount, r.Accounts, func(x *Account) *Entry { return &x.Entry }, yield) &&
			entries(KindCharge, r.Charges, func(x *Charge) *Entry { return &x.Entry }, yield) &&
			entries(KindClaim, r.Claims, func(x *Claim) *Entry { return &x.Entry }, yield) &&
			entries(KindFamilyMember, r.FamilyHistory, func(x *FamilyMember) *Entry { return &x.Entry }, yield) &&
			entries(KindDirective, r.Directives, func(x *Directive) *Entry { return &x.Entry }, yield) &&
			entries(KindAppointment, r.Appointments, func(x *Appointment) *Entry { return &x.Entry }, yield) &&
			entries(KindOrder, r.Orders, func(x *Order) *Entry { return &x.Entry }, yield) &&
			entries(KindImagingStudy, r.ImagingStudies, func(x *ImagingStudy) *Entry { return &x.Entry }, yield) &&
			entries(KindAdverseEvent, r.AdverseEvents, func(x *AdverseEvent) *Entry { return &x.Entry }, yield) &&
			entries(KindConsent, r.Consents, func(x *Consent) *Entry { return &x.Entry }, yield) &&
			entries(KindList, r.Lists, func(x *List) *Entry { return &x.Entry }, yield) &&
			entries(KindRelatedPerson, r.RelatedPersons, func(x *RelatedPerson) *Entry { return &x.Entry }, yield) &&
			entries(KindPractitioner, r.Practitioners, func(x *Practitioner) *Entry { return &x.Entry }, yield) &&
			entries(KindOrganization, r.Organizations, func(x *Organization) *Entry { return &x.Entry }, yield) &&
			entries(KindLocation, r.Locations, func(x *Location) *Entry { return &x.Entry }, yield) &&
			entries(KindDocument, r.Documents, func(x *Document) *Entry { return &x.Entry }, yield) &&
			entries(KindProvenance, r.Provenances, func(x *Provenance) *Entry { return &x.Entry }, yield)
	}
}

// CountEntries gives how many entries Entries goes over. It looks at none of them.
func (r *Record) CountEntries() int {
	n := len(r.Allergies) + len(r.Problems) + len(r.Medications) + len(r.Immunizations) + len(r.Procedures) + len(r.Results) + len(r.ResultPanels) +
		len(r.Vitals) + len(r.VitalPanels) + len(r.Social) + len(r.Assessments) + len(r.AssessmentPanels) + len(r.Questionnaires) + len(r.Forms) +
		len(r.Observations) + len(r.Encounters) + len(r.Goals) + len(r.HealthConcerns) + len(r.CarePlans) + len(r.CareTeams) + len(r.Devices) +
		len(r.Supplies) + len(r.Specimens) + len(r.Notes) + len(r.Coverages) + len(r.Accounts) + len(r.Charges) + len(r.Claims) + len(r.FamilyHistory) +
		len(r.Directives) + len(r.Appointments) + len(r.Orders) + len(r.ImagingStudies) + len(r.AdverseEvents) + len(r.Consents) + len(r.Lists) +
		len(r.RelatedPersons) + len(r.Practitioners) + len(r.Organizations) + len(r.Locations) + len(r.Documents) + len(r.Provenances)
	if r.Patient != nil {
		n++
	}
	return n
}

func observationEntry(x *Observation) *Entry { return &x.Entry }
func panelEntry(x *Panel) *Entry             { return &x.Entry }

func entries[T any](kind string, s []T, entry func(*T) *Entry, yield func(string, *Entry) bool) bool {
	for i := range s {
		if !yield(kind, entry(&s[i])) {
			return false
		}
	}
	return true
}
