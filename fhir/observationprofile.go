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
	if !isDayPrecise(&o.When) || !ucumOnly(o) {
		return "" // us-core-1, us-core-3
	}
	lab := hasConcept(o.Categories, sysObservationCategory, "laboratory") ||
		list == "results" && len(o.Categories) == 0 && w.loincClass(&o.Code) == "laboratory"
	switch {
	case lab:
		return profileBase + "observation-lab"
	case hasConcept(o.Categories, sysObservationCategory, "survey"):
		return profileBase + "observation-screening-assessment"
	case list == "results":
		return profileBase + "observation-clinical-result"
	}
	return profileBase + "simple-observation"
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
}

func socialProfile(o *record.Observation) string {
	for _, p := range socialProfiles {
		if p.kind != o.Kind || !o.Code.Has(record.SystemLOINC, p.code) || len(o.Values) != 1 || o.Values[0].Concept == nil {
			continue
		}
		if p.kind == "occupation" {
			return p.profile
		}
		// These want one point in time (CF-social).
		status := observationStatus(o.Status.Code)
		if o.When.At.Value != "" && o.When.Start.IsZero() && o.When.End.IsZero() && (p.kind != "smoking-status" || status == "final" || status == "entered-in-error") {
			return p.profile
		}
	}
	return profileBase + "simple-observation"
}
