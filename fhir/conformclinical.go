package fhir

import (
	"github.com/portage-health/portage/internal/tree"
)

const (
	termStem         = "http://terminology.hl7.org/CodeSystem/"
	allergyVerified  = termStem + "allergyintolerance-verification"
	problemVerified  = termStem + "condition-ver-status"
	problemClinical  = termStem + "condition-clinical"
	problemCategory  = termStem + "condition-category"
	codeInError      = "entered-in-error"
	codeProblemsList = "problem-list-item"
)

// clinicalInvariants are the rules of R4's clinical resources.
func clinicalInvariants() []invariant {
	inError := func(n tree.Node, system string) bool {
		return hasCode(n.Child("verificationStatus"), system, codeInError)
	}
	return []invariant{
		{"AllergyIntolerance", "ait-1", func(_ *checker, n tree.Node) bool { return inError(n, allergyVerified) || hasAny(n, "clinicalStatus") }},
		{"AllergyIntolerance", "ait-2", func(_ *checker, n tree.Node) bool {
			return !inError(n, allergyVerified) || !hasAny(n, "clinicalStatus")
		}},
		{"Condition", "con-3", func(_ *checker, n tree.Node) bool {
			return hasAny(n, "clinicalStatus") || inError(n, problemVerified) ||
				eachItem(n, "category", func(x tree.Node) bool { return !hasCode(x, problemCategory, codeProblemsList) })
		}},
		{"Condition", "con-4", func(_ *checker, n tree.Node) bool {
			return !hasChoice(n, "abatement") || hasCode(n.Child("clinicalStatus"), problemClinical, "resolved", "remission", "inactive")
		}},
		{"Condition", "con-5", func(_ *checker, n tree.Node) bool {
			return !inError(n, problemVerified) || !hasAny(n, "clinicalStatus")
		}},
		{"Condition.stage", "con-1", oneAtLeast("summary", "assessment")},
		{"Condition.evidence", "con-2", oneAtLeast("code", "detail")},
		{"Observation", "obs-6", func(_ *checker, n tree.Node) bool { return !hasAny(n, "dataAbsentReason") || !hasChoice(n, "value") }},
		{"Observation", "obs-7", func(_ *checker, n tree.Node) bool {
			return !hasChoice(n, "value") || eachItem(n, "component", func(x tree.Node) bool { return !sameCoding(n.Child("code"), x.Child("code")) })
		}},
		{"Observation.referenceRange", "obs-3", oneAtLeast("low", "high", "text")},
		{"Immunization.education", "imm-1", oneAtLeast("documentType", "reference")},
		{"ImmunizationRecommendation.recommendation", "imr-1", oneAtLeast("vaccineCode", "targetDisease")},
		{"MedicationAdministration.dosage", "mad-1", func(_ *checker, n tree.Node) bool { return hasAny(n, "dose") || hasChoice(n, "rate") }},
		{"MedicationDispense", "mdd-1", func(_ *checker, n tree.Node) bool {
			return !isAfter(stringOf(n, "whenPrepared"), stringOf(n, "whenHandedOver"))
		}},
		{"CarePlan.activity", "cpl-3", notBoth("detail", "reference")},
		{"CareTeam.participant", "ctm-1", func(c *checker, n tree.Node) bool {
			typ, here := c.pointsTo(n.Child("member"))
			return !hasAny(n, "onBehalfOf") || !here || typ == "Practitioner"
		}},
		{"Goal.target", "gol-1", func(_ *checker, n tree.Node) bool { return !hasChoice(n, "detail") || hasAny(n, "measure") }},
		{"ServiceRequest", "prr-1", needs("orderDetail", "code")},
		{"FamilyMemberHistory", "fhs-1", func(_ *checker, n tree.Node) bool { return !hasChoice(n, "age") || !hasChoice(n, "born") }},
		{"FamilyMemberHistory", "fhs-2", func(_ *checker, n tree.Node) bool { return hasChoice(n, "age") || !hasAny(n, "estimatedAge") }},
		{"NutritionOrder", "nor-1", oneAtLeast("oralDiet", "supplement", "enteralFormula")},
		{"QuestionnaireResponse.item", "qrs-1", notBoth("answer", "item")},
	}
}

// sameCoding reports whether two concepts have a coding in common.
func sameCoding(a, b tree.Node) bool {
	for x := range items(a, "coding") {
		for y := range items(b, "coding") {
			if stringOf(x, "code") != "" && stringOf(x, "code") == stringOf(y, "code") && stringOf(x, "system") == stringOf(y, "system") &&
				stringOf(x, "version") == stringOf(y, "version") && stringOf(x, "display") == stringOf(y, "display") {
				return true
			}
		}
	}
	return false
}
