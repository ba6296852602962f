package codes

// The tables below are HL7's own maps between C-CDA (left) and FHIR (right),
// from the ConceptMaps of the guide C-CDA on FHIR. A pair that is read one way
// only is one HL7 calls wider, narrower or inexact and does not map back; see
// Table.TwoWay. Where HL7's choice depends on something beside the code, a
// function takes it.

// AddressUse is HL7's map of addr/@use; AddressUseCDA and AddressUseFHIR lose less.
func AddressUse() *Table[string, string] { return &addressUse }

// AdministrativeGender is the map of administrativeGenderCode. FHIR "unknown"
// has no code in CDA: it is nullFlavor UNK there, and any other code or
// nullFlavor is "unknown" in FHIR (ConceptMap CF-AdministrativeGender, unmapped).
func AdministrativeGender() *Table[string, string] { return &administrativeGender }

// AllergyCategory gives FHIR AllergyIntolerance.category for the SNOMED CT
// value of an Allergy - Intolerance Observation; ok is false where the value
// says none (a substance may be a food, a drug or neither).
func AllergyCategory(snomed string) (fhir string, ok bool) { return allergyCategory.To(snomed) }

// AllergyType gives FHIR AllergyIntolerance.type for the SNOMED CT value of an
// Allergy - Intolerance Observation; ok is false where the value says none (a
// propensity is neither).
func AllergyType(snomed string) (fhir string, ok bool) { return allergyType.To(snomed) }

// AllergyValue gives the SNOMED CT value of an Allergy - Intolerance
// Observation for FHIR's type ("allergy", "intolerance", "") and category
// ("food", "medication", "environment", "biologic", ""). There is always one:
// 420134006 (propensity to adverse reaction) where HL7 names none. exact is
// false where the value does not give both back.
func AllergyValue(fhirType, category string) (snomed string, exact bool) {
	switch category {
	case "food":
		snomed = choose(fhirType, "414285001", "235719002", "418471000")
	case "medication":
		snomed = choose(fhirType, "416098002", "59037007", "419511003")
	case "environment", "biologic":
		snomed = choose(fhirType, "419199007", "418038007", "418038007")
	case "":
		snomed = choose(fhirType, "419199007", "420134006", "420134006")
	default:
		snomed = "420134006"
	}
	c, _ := AllergyCategory(snomed)
	t, _ := AllergyType(snomed)
	return snomed, c == category && t == fhirType
}

func choose(fhirType, allergy, intolerance, neither string) string {
	switch fhirType {
	case "allergy":
		return allergy
	case "intolerance":
		return intolerance
	}
	return neither
}

// AllergyStatus is the map of the Allergy Status Observation's value (SNOMED CT)
// to AllergyIntolerance.clinicalStatus.
func AllergyStatus() *Table[string, string] { return &allergyStatus }

// ConcernStatus is the map of the Problem Concern Act's statusCode to
// Condition.clinicalStatus. The concern's status says whether it is being
// followed, not whether the problem is there: use it only where the problem
// says no status of its own.
func ConcernStatus() *Table[string, string] { return &concernStatus }

// Criticality is the map of the Criticality Observation's value (HL7 v3
// ObservationValue) to AllergyIntolerance.criticality.
func Criticality() *Table[string, string] { return &criticality }

// EncounterStatus is the map of an encounter's statusCode to Encounter.status.
func EncounterStatus() *Table[string, string] { return &encounterStatus }

// ImmunizationRefusal is the map of Immunization.statusReason (right; SNOMED CT
// or HL7 v3 ActReason) to the Immunization Refusal Reason (left; HL7 v3 ActReason).
func ImmunizationRefusal() *Table[string, string] { return &immunizationRefusal }

// ImmunizationSite is the map of Immunization.site (right; HL7 v3 ActSite) to
// approachSiteCode (left; SNOMED CT).
func ImmunizationSite() *Table[string, string] { return &immunizationSite }

// ImmunizationStatus is the map of the Immunization Activity's statusCode to
// Immunization.status where neither side negates; see ImmunizationStatusToFHIR
// and ImmunizationStatusToCDA.
func ImmunizationStatus() *Table[string, string] { return &immunizationStatus }

// ImmunizationStatusToFHIR gives Immunization.status for a statusCode.
// negationInd="true" makes it "not-done", whatever the statusCode but nullified.
func ImmunizationStatusToFHIR(statusCode string, negated bool) (status string, ok bool) {
	if negated && statusCode != "nullified" {
		return "not-done", true
	}
	return immunizationStatus.To(statusCode)
}

// ImmunizationStatusToCDA gives the statusCode for Immunization.status.
// refused says that the activity is written with negationInd="true" and a
// reason: its statusCode is then completed, else not-done is cancelled.
func ImmunizationStatusToCDA(status string, refused bool) (statusCode string, ok bool) {
	if status == "not-done" && refused {
		return "completed", true
	}
	return immunizationStatus.From(status)
}

// MedicationIntent is the map of the Medication Activity's @moodCode to
// MedicationRequest.intent.
func MedicationIntent() *Table[string, string] { return &medicationIntent }

// MedicationStatus is the map of the Medication Activity's statusCode to
// MedicationRequest.status.
func MedicationStatus() *Table[string, string] { return &medicationStatus }

// NameUse is HL7's map of name/@use; NameUseCDA and NameUseFHIR lose less.
func NameUse() *Table[string, string] { return &nameUse }

// NoKnownAllergies pairs the value of a negated Allergy - Intolerance
// Observation (left) with the SNOMED CT code that says the same without a
// negation (right): "no known food allergy". 428607008 (no known environmental
// allergy) has no pair.
func NoKnownAllergies() *Table[string, string] { return &noKnownAllergies }

// NullFlavorReason is HL7's map of NullFlavor (left) to data-absent-reason
// (right); NullFlavor and DataAbsentReason lose less.
func NullFlavorReason() *Table[string, string] { return &nullFlavorReason }

// ProblemCategory is the map of a section's LOINC code to Condition.category.
// "health-concern" is of US Core's code system, the others of
// http://terminology.hl7.org/CodeSystem/condition-category.
func ProblemCategory() *Table[string, string] { return &problemCategory }

// ProblemStatus is the map of the Problem Status Observation's value (SNOMED
// CT) to Condition.clinicalStatus.
func ProblemStatus() *Table[string, string] { return &problemStatus }

// ProcedureStatus is the map of a procedure's statusCode to Procedure.status.
func ProcedureStatus() *Table[string, string] { return &procedureStatus }

// ProcedureStatusNull gives the statusCode's nullFlavor (left) for the
// Procedure.status values that have no statusCode (right).
func ProcedureStatusNull() *Table[string, string] { return &procedureStatusNull }

// ReportStatus is the map of the Result Organizer's statusCode to DiagnosticReport.status.
func ReportStatus() *Table[string, string] { return &reportStatus }

// ResultStatus is the map of the Result Observation's statusCode to Observation.status.
func ResultStatus() *Table[string, string] { return &resultStatus }

// Severity is the map of the Severity Observation's value (SNOMED CT) to
// AllergyIntolerance.reaction.severity.
func Severity() *Table[string, string] { return &severity }

// TelecomSystem is the map of the scheme of telecom/@value to
// ContactPoint.system; see TelecomSystemToFHIR for pagers.
func TelecomSystem() *Table[string, string] { return &telecomSystem }

// TelecomSystemToFHIR gives ContactPoint.system for a scheme of telecom/@value.
// pager says that @use has PG.
func TelecomSystemToFHIR(scheme string, pager bool) (system string, ok bool) {
	switch {
	case scheme == "tel" && pager:
		return "pager", true
	case scheme == "sms":
		return "sms", true // no scheme of CDA's, but HL7's map takes it where sent
	}
	return telecomSystem.To(scheme)
}

// TelecomUse is HL7's map of telecom/@use; TelecomUseCDA and TelecomUseFHIR lose less.
func TelecomUse() *Table[string, string] { return &telecomUse }
