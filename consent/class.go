package consent

import "github.com/portage-health/portage/record"

// systemResourceTypes is FHIR's code system of resource types, which consents name kinds of content by.
const systemResourceTypes = "http://hl7.org/fhir/resource-types"

// classKinds are the kinds of the record that a class of content reaches, by its code in FHIR.
var classKinds = map[string][]string{
	"AllergyIntolerance": {record.KindAllergy}, "Condition": {record.KindProblem, record.KindHealthConcern},
	"MedicationStatement": {record.KindMedication}, "MedicationRequest": {record.KindMedication}, "MedicationAdministration": {record.KindMedication},
	"MedicationDispense": {record.KindMedication}, "Medication": {record.KindMedication}, "MedicationUsage": {record.KindMedication},
	"Immunization": {record.KindImmunization}, "Procedure": {record.KindProcedure},
	"Observation":      {record.KindResult, record.KindVital, record.KindSocial, record.KindAssessment, record.KindObservation},
	"DiagnosticReport": {record.KindResultPanel, record.KindVitalPanel, record.KindAssessmentPanel},
	"Questionnaire":    {record.KindForm}, "QuestionnaireResponse": {record.KindQuestionnaire}, "Encounter": {record.KindEncounter}, "Goal": {record.KindGoal},
	"CarePlan": {record.KindCarePlan}, "CareTeam": {record.KindCareTeam}, "Device": {record.KindDevice}, "DeviceUseStatement": {record.KindDevice},
	"SupplyDelivery": {record.KindSupply}, "SupplyRequest": {record.KindSupply}, "Specimen": {record.KindSpecimen}, "DocumentReference": {record.KindNote},
	"Composition": {record.KindDocument}, "Coverage": {record.KindCoverage}, "Account": {record.KindAccount}, "ChargeItem": {record.KindCharge},
	"Claim": {record.KindClaim}, "ExplanationOfBenefit": {record.KindClaim}, "ClaimResponse": {record.KindClaim}, "FamilyMemberHistory": {record.KindFamilyMember},
	"Consent": {record.KindConsent, record.KindDirective}, "Appointment": {record.KindAppointment}, "ServiceRequest": {record.KindOrder}, "NutritionOrder": {record.KindOrder},
	"ImagingStudy": {record.KindImagingStudy}, "AdverseEvent": {record.KindAdverseEvent}, "List": {record.KindList},
}

// kindsOf gives the kinds that a class reaches; nil where it names none that is known.
func kindsOf(c *record.Coding) []string {
	if c.Code == "" {
		return nil
	}
	if c.System == "" || c.System == systemResourceTypes {
		if k := classKinds[c.Code]; k != nil {
			return k
		}
	}
	if c.System == "" || c.System == System {
		return []string{c.Code}
	}
	return nil
}

// classAmong reports whether all that a class reaches is reached by one of a list.
func classAmong(c *record.Coding, list []record.Coding) bool {
	kinds := kindsOf(c)
	for i := range list {
		if sameCode(c, &list[i]) {
			return true
		}
		wide := kindsOf(&list[i])
		all := len(kinds) > 0 && len(wide) > 0 && c.System != systemResourceTypes
		for _, k := range kinds {
			all = all && hasWord(wide, k)
		}
		if all {
			return true
		}
	}
	return false
}

// classOf compares the kind of an entry with a class.
func classOf(c *record.Coding, kind string, e *record.Entry) answer {
	kinds := kindsOf(c)
	if kinds == nil {
		return unknown
	}
	if !hasWord(kinds, kind) {
		return no
	}
	if kind == record.KindMedication {
		// One kind of the record is several of FHIR's: what was taken, and what was ordered.
		switch c.Code {
		case "MedicationRequest":
			if e.Mode == record.ModeEvent {
				return unknown
			}
		case "MedicationStatement", "MedicationAdministration", "MedicationDispense", "MedicationUsage":
			if e.Mode != record.ModeEvent {
				return unknown
			}
		}
	}
	return yes
}
