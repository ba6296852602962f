package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// listByCategory says which list of the record an Observation of a category is of.
var listByCategory = map[string]string{
	"vital-signs": "vitals", "laboratory": "results", "imaging": "results", "procedure": "results", "exam": "results", "clinical-test": "results",
	"social-history": "social", "survey": "assessments", "functional-status": "assessments", "disability-status": "assessments",
	"cognitive-status": "assessments", "sdoh": "assessments", "treatment-intervention-preference": "observations", "care-experience-preference": "observations",
}

// listOf gives the list that an Observation belongs to: by its categories, the
// first that says so; where it has none, by the profile it claims.
func listOf(n tree.Node) string {
	list := ""
	for _, c := range objects(n, "category") {
		for _, k := range objects(c, "coding") {
			switch l := listByCategory[peek(k, "code")]; {
			case l == "vitals" || l == "social":
				return l // every entry of these has their category
			case list == "":
				list = l
			}
		}
	}
	if list != "" {
		return list
	}
	if peek(extension(own(n), "list"), "valueCode") == "results" {
		return "results"
	}
	for p := range items(n.Child("meta"), "profile") {
		switch url, _, _ := strings.Cut(p.Value(), "|"); url {
		case profileBase + "observation-lab", profileBase + "observation-clinical-result":
			return "results"
		}
	}
	return "observations"
}

// saysList reports whether categories say which list an observation is of.
func saysList(cs []record.Concept) bool {
	for i := range cs {
		for k := range cs[i].Codings {
			if listByCategory[cs[i].Codings[k].Code] != "" {
				return true
			}
		}
	}
	return false
}

// categories reads category. What our exporter puts there to say which list it is of is taken as checked.
func (r *reader) categories(n tree.Node, where string) (out []record.Concept) {
	for _, c := range objects(n, "category") {
		v := r.concept(c)
		if own := ownCategory(where); own != "" && bareCode(&v, sysObservationCategory, own) && !c.Child("extension").OK() {
			continue // the list of the record that holds it says so
		}
		if !v.IsZero() {
			out = append(out, v)
		}
	}
	return out
}

// ownCategory is the category that every entry of a list goes out with.
func ownCategory(where string) string {
	switch where {
	case "vitals":
		return "vital-signs"
	case "social":
		return "social-history"
	}
	return ""
}

// bareCode reports whether a concept is that code alone.
func bareCode(c *record.Concept, system, code string) bool {
	return bare(c) && c.Codings[0].System == system && c.Codings[0].Code == code
}

// kinds of observations that US Core has profiles for, by LOINC code.
var kindsByCode = []struct{ code, kind string }{
	{"72166-2", "smoking-status"}, {"11367-0", "tobacco-use"}, {"82810-3", "pregnancy-status"}, {"86645-9", "pregnancy-intent"},
	{"11341-5", "occupation"}, {"86188-0", "industry"}, {"76690-7", "sexual-orientation"}, {"76691-5", "gender-identity"}, {"76689-9", "birth-sex"},
	{"46098-0", "sex"}, {"11778-8", "estimated-delivery-date"},
}

func kindOfCode(c *record.Concept, where string) string {
	for _, k := range kindsByCode {
		if (where == "social" || where == "observations") && c.Has(record.SystemLOINC, k.code) {
			return k.kind
		}
	}
	return ""
}

// kindOfObservation gives the kind of the entry that an Observation becomes.
func kindOfObservation(n tree.Node) string {
	where := listOf(n)
	panel := isPanel(n, where)
	switch {
	case panel && where == "vitals":
		return record.KindVitalPanel
	case panel:
		return record.KindAssessmentPanel
	}
	switch where {
	case "vitals":
		return record.KindVital
	case "results":
		return record.KindResult
	case "social":
		return record.KindSocial
	case "assessments":
		return record.KindAssessment
	}
	return record.KindObservation
}
