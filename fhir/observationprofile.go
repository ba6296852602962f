package fhir

import (
	"github.com/portage-health/portage/record"
)

// observationProfile gives the US Core profile that an observation meets, "" where it meets none.
func (w *writer) observationProfile(list string, o *record.Observation, j *joint) string {
	switch list {
	case "vitals":
		return vitalProfile(o, j)
	case "social":
		return socialProfile(o)
	}
	if !o.When.IsZero() && !isDayPrecise(&o.When) || !ucumOnly(o) {
		return "" // us-core-1, us-core-3
	}
	lab := hasConcept(o.Categories, sysObservationCategory, "laboratory") ||
		list == "results" && len(o.Categories) == 0 && w.loincClass(&o.Code) == "laboratory"
	switch {
	case lab:
		return profileBase + "observation-lab"
	case hasConcept(o.Categories, sysObservationCategory, "survey") || list == "assessments" && isScale(o.Kind):
		return profileBase + "observation-screening-assessment"
	case list == "results":
		return profileBase + "observation-clinical-result"
	}
	return w.preferenceProfile(o, profileBase+"simple-observation")
}

// ucumOnly reports whether a coded unit of the value is UCUM's (us-core-3).
func ucumOnly(o *record.Observation) bool {
	for i := range o.Values {
		if q := o.Values[i].Quantity; q != nil && q.System != "" && q.System != record.SystemUCUM || o.Values[i].Money != nil {
			return false
		}
	}
	return true
}

// socialProfiles are the profiles of social history that fix a code, by the record's kinds.
var socialProfiles = []struct{ kind, code, profile string }{
	{"smoking-status", "72166-2", profileBase + "smokingstatus"},
	{"pregnancy-status", "82810-3", profileBase + "observation-pregnancystatus"},
	{"pregnancy-intent", "86645-9", profileBase + "observation-pregnancyintent"},
	{"occupation", "11341-5", profileBase + "observation-occupation"},
	{"sexual-orientation", "76690-7", profileBase + "observation-sexual-orientation"},
}

func socialProfile(o *record.Observation) string {
	for _, p := range socialProfiles {
		if p.kind != o.Kind || !o.Code.Has(record.SystemLOINC, p.code) && fixedCode(o) != p.code || len(o.Values) != 1 || o.Values[0].Concept == nil {
			continue
		}
		if p.kind == "occupation" {
			return p.profile
		}
		// These want one point in time (CF-social).
		status := observationStatus(o.Status.Code)
		point := o.When.At.Value != "" && o.When.Start.IsZero() && o.When.End.IsZero() || isPregnancy(o) && firstPoint(&o.When).Value != ""
		if point && (p.kind != "smoking-status" || status == "final" || status == "entered-in-error") {
			return p.profile
		}
	}
	return profileBase + "simple-observation"
}

// fixedCode gives the LOINC code of an observation that says ASSERTION, which
// only its template told from any other, "" where it has a code of its own (CF-social, code).
func fixedCode(o *record.Observation) string {
	if !o.Code.Has(record.SystemActCode, "ASSERTION") {
		return ""
	}
	switch o.Kind {
	case "smoking-status":
		return "72166-2"
	case "tobacco-use":
		return "11367-0"
	case "pregnancy-status":
		return "82810-3"
	}
	return ""
}

func isPregnancy(o *record.Observation) bool {
	return o.Kind == "pregnancy-status" || o.Kind == "pregnancy-intent"
}

// firstPoint gives the time that stands for a pregnancy's, of which FHIR takes one point (CF-social, effectiveTime).
func firstPoint(p *record.Period) record.Time {
	for _, t := range [...]record.Time{p.At, p.Start, p.End} {
		if t.Value != "" {
			return t
		}
	}
	return record.Time{}
}

func isScale(kind string) bool { return kind == "assessment-scale" || kind == "assessment-scale-item" }

// categoryOf gives the category that the kind of an assessment has in FHIR or US Core, by its template.
func categoryOf(kind string) (system, code string) {
	switch kind {
	case "functional-status", "self-care", "sensory-status":
		return sysUSCoreCategory, "functional-status"
	case "disability":
		return sysUSCoreCategory, "disability-status"
	case "mental-status":
		return sysUSCoreCategory, "cognitive-status"
	case "assessment-scale", "assessment-scale-item":
		return sysObservationCategory, "survey"
	}
	return "", ""
}

const sysUSCoreCategory = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category"
