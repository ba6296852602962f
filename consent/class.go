package consent

import "github.com/portage-health/portage/record"

// systemResourceTypes is FHIR's code system of resource types, which consents name kinds of content by.
const systemResourceTypes = "http://hl7.org/fhir/resource-types"

// classKinds are the kinds of the record that a class of content may reach, by its code in FHIR.
var classKinds = map[string][]string{
	"AllergyIntolerance": {record.KindAllergy}, "Condition": {record.KindProblem, record.KindHealthConcern},
	"MedicationStatement": {record.KindMedication}, "MedicationRequest": {record.KindMedication, record.KindImmunization}, "MedicationAdministration": {record.KindMedication},
	"MedicationDispense": {record.KindMedication}, "Medication": {record.KindMedication}, "MedicationUsage": {record.KindMedication},
	"Immunization": {record.KindImmunization}, "Procedure": {record.KindProcedure},
	"Observation": {record.KindResult, record.KindVital, record.KindVitalPanel, record.KindSocial, record.KindAssessment, record.KindAssessmentPanel,
		record.KindObservation, record.KindDirective},
	"DiagnosticReport": {record.KindResultPanel, record.KindVitalPanel, record.KindAssessmentPanel},
	"Questionnaire":    {record.KindForm}, "QuestionnaireResponse": {record.KindQuestionnaire}, "Encounter": {record.KindEncounter}, "Goal": {record.KindGoal},
	"CarePlan": {record.KindCarePlan}, "CareTeam": {record.KindCareTeam}, "Device": {record.KindDevice}, "DeviceUseStatement": {record.KindDevice},
	"DeviceUsage": {record.KindDevice}, "DeviceRequest": {record.KindOrder}, "SupplyDelivery": {record.KindSupply}, "SupplyRequest": {record.KindOrder, record.KindSupply},
	"Specimen": {record.KindSpecimen}, "DocumentReference": {record.KindNote, record.KindDocument}, "Media": {record.KindNote}, "RiskAssessment": {record.KindHealthConcern},
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
		if orderClass[list[i].Code] != "" {
			continue // it reaches some orders only
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

// orderClass gives the kind of order that a class of content is for (Order.Kind).
var orderClass = map[string]string{"DeviceRequest": "device", "SupplyRequest": "supply", "NutritionOrder": "diet"}

// kindOf compares the kind of the entry with a class. One kind of the record may be several of FHIR's: what was taken and what was
// ordered, a vaccination that is planned, an order of a device.
func (x *subject) kindOf(c *record.Coding) answer {
	kinds, kind := kindsOf(c), x.list.kind
	if kinds == nil {
		return unknown
	}
	if !hasWord(kinds, kind) {
		return no
	}
	if hasWord(own(c), kind) {
		return yes
	}
	done := x.Mode == record.ModeEvent
	switch {
	case kind == record.KindMedication && (c.Code == "MedicationRequest") == done && c.Code != "Medication",
		kind == record.KindSupply && c.Code == "SupplyRequest" && done,
		kind == record.KindDirective && c.Code == "Observation", kind == record.KindNote && c.Code == "Media", kind == record.KindHealthConcern && c.Code == "RiskAssessment":
		return unknown
	case kind == record.KindImmunization && c.Code == "MedicationRequest":
		if done {
			return no
		}
		return unknown
	case kind == record.KindDocument: // one that is a file goes out as a DocumentReference
		if d := (*record.Document)(x.p); (c.Code == "DocumentReference") != (len(d.Body) > 0 && len(d.Sections) == 0) {
			return no
		}
	case kind == record.KindOrder:
		return ordered((*record.Order)(x.p).Kind, c.Code)
	}
	return yes
}

// own gives the kind that a class names by our own word for it.
func own(c *record.Coding) []string {
	if classKinds[c.Code] == nil {
		return kindsOf(c)
	}
	return nil
}

// ordered compares a kind of order with a class of orders.
func ordered(kind, class string) answer {
	switch of := orderClass[class]; {
	case of == kind, of == "" && kind != "device" && kind != "supply":
		return yes
	case of == "", kind == "":
		return unknown // either may have been sent as a ServiceRequest
	}
	return no
}
