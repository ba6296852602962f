package fhir

// kind is a type of resource.
type kind uint8

const (
	noKind kind = iota
	kindPatient
	kindAllergyIntolerance
	kindCondition
	kindMedicationRequest
	kindMedicationStatement
	kindMedicationDispense
	kindMedicationAdministration
	kindMedication
	kindImmunization
	kindProcedure
	kindObservation
	kindDiagnosticReport
	kindEncounter
	kindGoal
	kindCarePlan
	kindCareTeam
	kindDevice
	kindDeviceUseStatement
	kindSpecimen
	kindDocumentReference
	kindCoverage
	kindFamilyMemberHistory
	kindAppointment
	kindServiceRequest
	kindImagingStudy
	kindAdverseEvent
	kindConsent
	kindList
	kindQuestionnaire
	kindQuestionnaireResponse
	kindRelatedPerson
	kindPractitioner
	kindPractitionerRole
	kindOrganization
	kindLocation
	kindComposition
	kindProvenance
	kindAccount
	kindChargeItem
	kindClaim
	kindMedia
	kindBinary
	kindBasic
	kindRiskAssessment
	kindSupplyDelivery
	kindExplanationOfBenefit
	kindDeviceRequest
	kindSupplyRequest
	kinds
)

var kindNames = [kinds]string{
	"", "Patient", "AllergyIntolerance", "Condition", "MedicationRequest", "MedicationStatement", "MedicationDispense",
	"MedicationAdministration", "Medication", "Immunization", "Procedure", "Observation", "DiagnosticReport", "Encounter",
	"Goal", "CarePlan", "CareTeam", "Device", "DeviceUseStatement", "Specimen", "DocumentReference", "Coverage",
	"FamilyMemberHistory", "Appointment", "ServiceRequest", "ImagingStudy", "AdverseEvent", "Consent", "List",
	"Questionnaire", "QuestionnaireResponse", "RelatedPerson", "Practitioner", "PractitionerRole", "Organization", "Location", "Composition",
	"Provenance", "Account", "ChargeItem", "Claim", "Media", "Binary", "Basic", "RiskAssessment",
	"SupplyDelivery", "ExplanationOfBenefit", "DeviceRequest", "SupplyRequest",
}

// String gives the resource type as FHIR names it.
func (k kind) String() string { return kindNames[k] }

// kindSet is a set of types that an element may refer to.
type kindSet uint64

func only(ks ...kind) (s kindSet) {
	for _, k := range ks {
		s |= 1 << k
	}
	return s
}

// has reports whether k is in the set; the empty set allows every type.
func (s kindSet) has(k kind) bool { return s == 0 || s&(1<<k) != 0 }
