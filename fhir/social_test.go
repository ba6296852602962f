package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func socialOf(kind string, code record.Concept, v record.Value, when record.Period) record.Observation {
	return record.Observation{Entry: entryOf(record.Affirmed, record.StatusCompleted), Kind: kind, Code: code, Values: []record.Value{v}, When: when}
}

func TestSocial(t *testing.T) {
	then := record.Period{At: record.Time{Value: "2024-03-01"}}
	since := record.Period{Start: record.Time{Value: "2024-01-10"}, End: record.Time{Absent: record.AbsentUnknown}}
	assertion := coded(record.SystemActCode, "ASSERTION", "")
	loinc := func(code string) record.Concept { return coded(record.SystemLOINC, code, "") }
	snomed := func(code string) record.Value {
		return record.Value{Concept: codedPtr(record.SystemSNOMED, code, "")}
	}
	unknown := record.Value{Concept: &record.Concept{Absent: record.AbsentUnknown}}
	intent := socialOf("pregnancy-intent", loinc("86645-9"), snomed("454411000124108"), since)
	intent.Mode = record.ModeIntent
	denied := socialOf("smoking-status", loinc("72166-2"), snomed("449868002"), then)
	denied.Assertion = record.Negated
	for _, tc := range []struct {
		name, kind string
		o          record.Observation
		want       map[string]string
	}{
		{"smoking status", "Observation", socialOf("smoking-status", loinc("72166-2"), snomed("8517006"), then), map[string]string{"meta.profile[0]": profileBase + "smokingstatus",
			"category[0].coding[0].code": "social-history", "code.coding[1].code": "", "effectiveDateTime": "2024-03-01"}},
		{"smoking status told by its template", "Observation", socialOf("smoking-status", assertion, snomed("8517006"), then), map[string]string{"meta.profile[0]": profileBase + "smokingstatus",
			"code.coding[0].code": "72166-2", "code.coding[1].code": "ASSERTION"}},
		{"smoking over a time", "Observation", socialOf("smoking-status", loinc("72166-2"), snomed("8517006"), since), map[string]string{"meta.profile[0]": profileBase + "simple-observation",
			"effectivePeriod.start": "2024-01-10", "effectiveDateTime": ""}},
		{"not this smoker", "Basic", denied, map[string]string{"code.coding[0].code": "not-stated"}},
		{"pregnancy since", "Observation", socialOf("pregnancy-status", assertion, snomed("77386006"), since), map[string]string{"meta.profile[0]": profileBase + "observation-pregnancystatus",
			"code.coding[0].code": "82810-3", "effectiveDateTime": "2024-01-10", "effectivePeriod": ""}},
		{"pregnancy not known", "Observation", socialOf("pregnancy-status", loinc("82810-3"), unknown, then), map[string]string{"valueCodeableConcept.coding[0].code": "UNK", "dataAbsentReason": ""}},
		{"pregnancy meant", "Observation", intent, map[string]string{"meta.profile[0]": profileBase + "observation-pregnancyintent", "effectiveDateTime": "2024-01-10"}},
		{"sexual orientation", "Observation", socialOf("sexual-orientation", loinc("76690-7"), snomed("38628009"), then), map[string]string{"meta.profile[0]": profileBase + "observation-sexual-orientation"}},
		{"occupation", "Observation", socialOf("occupation", loinc("11341-5"), snomed("1"), since), map[string]string{"meta.profile[0]": profileBase + "observation-occupation"}},
		{"anything else", "Observation", socialOf("", assertion, snomed("1"), then), map[string]string{"meta.profile[0]": profileBase + "simple-observation", "code.coding[0].code": "ASSERTION"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			by, _ := sent(t, &record.Record{Social: []record.Observation{tc.o}})
			require.Len(t, by[tc.kind], 1)
			for path, want := range tc.want {
				require.Equal(t, want, at(by[tc.kind][0], path), path)
			}
		})
	}
}

// What an observation tells of the patient stands in the patient too, where one alone tells it.
func TestToldOfPatient(t *testing.T) {
	when := record.Period{At: record.Time{Value: "2017-07-25"}}
	tell := func(kind, system, code string) record.Observation {
		return socialOf(kind, coded(record.SystemLOINC, "76689-9", ""), record.Value{Concept: codedPtr(system, code, "")}, when)
	}
	denied := tell("birth-sex", record.SystemAdministrativeSex, "M")
	denied.Assertion = record.Negated
	extensions := func(os ...record.Observation) map[string]any {
		for i := range os {
			os[i].ID = []string{"1b4e28ba-2fa1-81d2-883f-0016d3cca431", "1b4e28ba-2fa1-81d2-883f-0016d3cca432", "1b4e28ba-2fa1-81d2-883f-0016d3cca433"}[i]
		}
		by, _ := sent(t, &record.Record{Social: os})
		out := map[string]any{}
		list, _ := by["Patient"][0].(map[string]any)["extension"].([]any)
		for _, x := range list {
			x := x.(map[string]any)
			out[x["url"].(string)] = x["valueCode"]
		}
		return out
	}
	got := extensions(tell("birth-sex", record.SystemAdministrativeSex, "F"), denied, tell("sex", record.SystemSNOMED, "248152002"))
	require.Equal(t, "F", got[extBirthSex])
	require.Equal(t, "248152002", got[extSex])
	require.NotContains(t, extensions(denied), extBirthSex)
	require.NotContains(t, extensions(tell("birth-sex", record.SystemAdministrativeSex, "F"), tell("birth-sex", record.SystemAdministrativeSex, "M")), extBirthSex)
	require.Contains(t, extensions(tell("tribal-affiliation", "urn:oid:2.16.840.1.113883.5.140", "91")), extTribe)
}

// Assessments have the category that their template is of; a scale is a survey.
func TestAssessmentCategories(t *testing.T) {
	for kind, want := range map[string]string{"functional-status": "functional-status", "disability": "disability-status", "mental-status": "cognitive-status", "assessment-scale": "survey"} {
		o := socialOf(kind, coded(record.SystemLOINC, "54522-8", ""), record.Value{Integer: ptr("9")}, record.Period{At: record.Time{Value: "2024-03-01"}})
		by, _ := sent(t, &record.Record{Assessments: []record.Observation{o}})
		require.Equal(t, want, at(by["Observation"][0], "category[0].coding[0].code"))
		if kind == "assessment-scale" {
			require.Equal(t, profileBase+"observation-screening-assessment", at(by["Observation"][0], "meta.profile[0]"))
		}
	}
}

// A gender identity with more said of it is in US Core's extension and whole beside it; one that has ended is not.
func TestGenderIdentity(t *testing.T) {
	for end, want := range map[string]int{"": 2, "2010": 1} {
		g := record.DatedConcept{Concept: *codedPtr(record.SystemSNOMED, "446141000124107", ""), When: &record.Period{Start: record.Time{Value: "2001"}, End: record.Time{Value: end}}}
		g.Concept.TextRef = "nowhere"
		by, _ := sent(t, &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "1b4e28ba-2fa1-81d2-883f-0016d3cca427", Assertion: record.Affirmed}, GenderIdentities: []record.DatedConcept{g}}})
		require.Len(t, list(by["Patient"][0], "extension"), want)
	}
}
