package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

const (
	extExposureRisk     = "http://hl7.org/fhir/StructureDefinition/allergyintolerance-substanceExposureRisk"
	extAllergyAbatement = "http://hl7.org/fhir/StructureDefinition/allergyintolerance-abatement"
	sysObservationValue = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
	sysExposureRisk     = "http://terminology.hl7.org/CodeSystem/allerg-intol-substance-exp-risk"
	sysExposureRiskR4   = "http://hl7.org/fhir/allerg-intol-substance-exp-risk"
)

var (
	allergyStatuses      = []string{"active", "inactive", "resolved"}
	allergyVerifications = []string{"unconfirmed", "confirmed", "refuted", "entered-in-error"}
	allergyTypes         = []string{"allergy", "intolerance"}
	allergyCategories    = []string{"food", "medication", "environment", "biologic"}
)

// allergy writes an AllergyIntolerance (US Core AllergyIntolerance 6.1.0; C-CDA on FHIR, CF-allergies).
func (w *writer) allergy(i int, a *record.Allergy) {
	if allergyKind(a) == kindBasic {
		w.unstated("allergies", i, &a.Entry, a)
		return
	}
	clinical, derived := statusOfConcern(&a.Clinical, a.Concern, codes.AllergyStatus(), allergyStatuses)
	wrong := a.Verification == record.EnteredInError || a.Status.Code == record.StatusEnteredInError
	profile := profileBase + "allergyintolerance"
	want := w.demandOfAllergy(&a.Entry)
	if clinical == "" && !wrong && (want != activeByRule || !isUnsaid(&a.Clinical)) || a.Assertion == record.Negated {
		// clinicalStatus is bound as required and demanded by ait-1; a denied substance leaves no code.
		profile = ""
	}
	w.resource("allergies", i, &a.Entry, kindAllergyIntolerance, profile)
	if profile == "" {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	h := hasIdentifiers | hasNotes | hasAssertion | hasRecorded | hasMode
	if a.Status.Code != record.StatusEnteredInError || a.Verification == "" {
		h |= hasStatus
	}
	w.common(withNotes(&a.Entry, a.Concern), h)
	if wrong {
		w.fieldAny("clinicalStatus", &a.Clinical) // ait-2 forbids the element
		derived = false
	} else {
		w.clinicalStatus(sysAllergyClinical, clinical, &a.Clinical, want)
	}
	v := a.Verification
	if a.Status.Code == record.StatusEnteredInError && v == "" {
		v = record.EnteredInError
	}
	w.verification(sysAllergyVerification, v, a.VerificationAsSent, allergyVerifications)
	w.allergyType(a)
	w.picked("criticality", "criticality", a.Criticality, func(c *record.Coding) string {
		if c.System == sysObservationValue {
			k, _ := codes.Criticality().To(c.Code)
			return k
		}
		return oneOf(c.Code, c.System == "http://hl7.org/fhir/allergy-intolerance-criticality", "low", "high", "unable-to-assess")
	})
	w.allergen(a)
	w.subject("patient")
	w.referenceField("encounter", "encounter", a.Encounter, only(kindEncounter))
	end := a.Onset.End
	onset := a.Onset
	onset.End = record.Time{}
	w.onset(&onset)
	if !end.IsZero() {
		w.ext(extAllergyAbatement)
		w.dateTime("valueDateTime", end)
		w.endExt()
	}
	parts := w.concern(a.Concern, &a.Entry)
	w.recorded("recordedDate", a.Recorded, parts)
	w.authorOf("recorder", parts, recorders)
	w.firstOf("asserter", a.Participants, recorders, "informant")
	if a.LastOccurrence != nil {
		w.dateTime("lastOccurrence", *a.LastOccurrence)
	}
	w.reactions(a)
	w.endResource()
	w.besideAllergy(i, a, derived)
}

// allergyKind says what an allergy becomes: a Basic where no AllergyIntolerance can say it.
func allergyKind(a *record.Allergy) kind {
	if !isStated(&a.Entry) || isDenied(a.Concern) {
		return kindBasic
	}
	if a.Assertion == record.NoneKnown && noKnownCode(a) == "" {
		return kindBasic
	}
	if a.Assertion == record.Negated && a.Substance.IsZero() {
		return kindBasic
	}
	return kindAllergyIntolerance
}

// allergen writes what the patient is allergic to. A denied substance stands in
// the extension for it, with no code beside it; none known is a code of its own.
func (w *writer) allergen(a *record.Allergy) {
	switch a.Assertion {
	case record.Negated:
		w.ext(extExposureRisk)
		w.ext("substance")
		w.concept("valueCodeableConcept", &a.Substance)
		w.endExt()
		w.ext("exposureRisk")
		// HL7 Terminology names the code system otherwise than the extension's own package does.
		w.obj("valueCodeableConcept")
		w.arr("coding")
		for _, system := range []string{sysExposureRisk, sysExposureRiskR4} {
			w.obj("")
			w.word("system", system)
			w.word("code", "no-known-reaction-risk")
			w.end()
		}
		w.endArr()
		w.end()
		w.endExt()
		w.endExt()
	case record.NoneKnown:
		code := noKnownCode(a)
		if a.Substance.Has(record.SystemSNOMED, code) {
			w.concept("code", &a.Substance)
			w.fieldCode("assertion", string(a.Assertion))
			return
		}
		w.obj("code")
		for _, k := range noKnown {
			if k.code == code {
				w.codeableBody(record.SystemSNOMED, k.code, k.display)
			}
		}
		w.str("text", a.Substance.Text)
		w.mark("none")
		w.end()
		rest := a.Substance
		rest.Text = ""
		if a.Substance.Text != "" {
			rest.TextRef = ""
		}
		w.fieldConcept("substance", &rest)
	default:
		if ofUnknownSubstance(a) {
			// The allergy is known by its kind alone: "drug allergy" (FHIR AllergyIntolerance.code).
			w.concept("code", &a.Kind)
			w.fieldConcept("substance", &a.Substance)
			return
		}
		w.requiredConcept("code", &a.Substance, "substance")
	}
}

// ofUnknownSubstance reports whether an allergy that the patient has says what
// kind it is of, and not what to.
func ofUnknownSubstance(a *record.Allergy) bool {
	s := &a.Substance
	return a.Assertion == record.Affirmed && len(a.Kind.Codings) > 0 && len(s.Codings) == 0 && s.Text == "" && s.TextRef == ""
}

// allergyType writes type and category: the source's own, else by HL7's maps of the kind of propensity.
func (w *writer) allergyType(a *record.Allergy) {
	if a.Type != "" || len(a.Categories) > 0 {
		if slices.Contains(allergyTypes, a.Type) {
			w.code("type", a.Type)
		} else {
			w.fieldCode("type", a.Type)
		}
		w.codesIn("category", "categories", a.Categories, allergyCategories)
		w.fieldConcept("kind", &a.Kind)
		return
	}
	typ, category := typeOfKind(&a.Kind)
	w.code("type", typ)
	if category != "" {
		w.arr("category")
		w.code("", category)
		w.endArr()
	}
	if kindIsType(a) {
		return // its words stand beside the resource
	}
	w.fieldConcept("kind", &a.Kind)
}

// kindIsType reports whether type and category say all of a kind but its words.
func kindIsType(a *record.Allergy) bool {
	if a.Assertion != record.Affirmed && a.Assertion != "" {
		return false // what is denied stays in the resource that denies it
	}
	if a.Type != "" || len(a.Categories) > 0 || len(a.Kind.Codings) != 1 || a.Kind.Absent != "" || ofUnknownSubstance(a) {
		return false
	}
	if a.Kind.Codings[0].System == systemAllergenType {
		return false // several of its codes are of one type
	}
	if len(a.Substance.Codings) == 0 {
		return false // of a substance in words the kind is the only code there is
	}
	typ, category := typeOfKind(&a.Kind)
	return (typ != "" || category != "") && repeats(&a.Kind, a.Kind.Text)
}

// typeOfKind gives type and category by HL7's maps of the kind of propensity.
func typeOfKind(kind *record.Concept) (typ, category string) {
	for i := range kind.Codings {
		if c := &kind.Codings[i]; c.System == record.SystemSNOMED {
			typ, _ = codes.AllergyType(c.Code)
			category, _ = codes.AllergyCategory(c.Code)
		} else if c.System == systemAllergenType {
			typ, category = typeOfAllergen(c.Code)
		}
		if typ != "" || category != "" {
			break
		}
	}
	return typ, category
}

// systemAllergenType is table 0127 of HL7 v2.
const systemAllergenType = "http://terminology.hl7.org/CodeSystem/v2-0127"

// typeOfAllergen gives type and category by HL7's maps of table 0127 (AllergyType, AllergenType[AllergyIntoleranceCategory]).
func typeOfAllergen(code string) (typ, category string) {
	switch code {
	case "DA":
		return "allergy", "medication"
	case "FA":
		return "allergy", "food"
	case "EA", "PA", "LA":
		return "allergy", "environment"
	case "AA":
		return "allergy", "biologic"
	case "MA":
		return "allergy", ""
	}
	return "", ""
}

// oneOf gives code where it may stand and is one of those.
func oneOf(code string, ok bool, allowed ...string) string {
	if ok && slices.Contains(allowed, code) {
		return code
	}
	return ""
}
