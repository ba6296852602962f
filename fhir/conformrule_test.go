package fhir

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// Rules of resources and datatypes that conform.json does not have: a resource that keeps each, and one that breaks it.
var loneRules = []struct{ rule, good, bad string }{
	{"tim-1", repeat(`"duration":5,"durationUnit":"min"`), repeat(`"duration":5`)},
	{"tim-4", repeat(`"duration":5,"durationUnit":"min"`), repeat(`"duration":-5,"durationUnit":"min"`)},
	{"tim-7", repeat(`"duration":5,"durationMax":6,"durationUnit":"min"`), repeat(`"durationMax":6,"durationUnit":"min"`)},
	{"cnt-3", extended(`"valueCount":{"value":3,"system":"http://unitsofmeasure.org","code":"1"}`), extended(`"valueCount":{"value":3.5,"system":"http://unitsofmeasure.org","code":"1"}`)},
	{"dis-1", extended(`"valueDistance":{"value":3,"system":"http://unitsofmeasure.org","code":"m"}`), extended(`"valueDistance":{"value":3,"unit":"m"}`)},
	{"drt-1", extended(`"valueDuration":{"value":3,"system":"http://unitsofmeasure.org","code":"h"}`), extended(`"valueDuration":{"value":3,"system":"http://ehr.example.org/units","code":"h"}`)},
	{"exp-1", extended(`"valueExpression":{"language":"text/fhirpath","expression":"1"}`), extended(`"valueExpression":{"language":"text/fhirpath"}`)},
	{"trd-1", extended(`"valueTriggerDefinition":{"type":"data-added","data":[{"type":"Basic"}]}`), extended(`"valueTriggerDefinition":{"type":"data-added","timingDate":"2024","data":[{"type":"Basic"}]}`)},
	{"trd-2", extended(`"valueTriggerDefinition":{"type":"data-added","data":[{"type":"Basic"}],"condition":{"language":"text/fhirpath","expression":"1"}}`),
		extended(`"valueTriggerDefinition":{"type":"named-event","name":"x","condition":{"language":"text/fhirpath","expression":"1"}}`)},
	{"drq-1", extended(`"valueDataRequirement":{"type":"Basic","codeFilter":[{"path":"code"}]}`), extended(`"valueDataRequirement":{"type":"Basic","codeFilter":[{"path":"code","searchParam":"code"}]}`)},
	{"drq-2", extended(`"valueDataRequirement":{"type":"Basic","dateFilter":[{"path":"created"}]}`), extended(`"valueDataRequirement":{"type":"Basic","dateFilter":[{"valueDateTime":"2024"}]}`)},
	{"imr-1", recommended(`"vaccineCode":[{"text":"x"}],`), recommended("")},
	{"nor-1", nutrition(`,"oralDiet":{"instruction":"soft"}`), nutrition("")},
	{"grp-1", group(`"actual":true`), group(`"actual":false`)},
	{"rqg-1", requests(`"resource":{"display":"x"}`), requests(`"title":"x"`)},
	{"us-core-4", codedLab(`"http://snomed.info/sct","code":"260373001"`), codedLab(`"http://loinc.org","code":"LA11882-0"`)},
	{"us-core-10", report(`,"effectiveDateTime":"2024"`), report("")},
	{"que-1", question(`"type":"display"`), question(`"type":"group"`)},
	{"que-1", question(`"type":"group","item":[{"linkId":"2","type":"string"}]`), question(`"type":"display","item":[{"linkId":"2","type":"string"}]`)},
	{"que-2", question(`"type":"group","item":[{"linkId":"2","type":"string"}]`), question(`"type":"group","item":[{"linkId":"1","type":"string"}]`)},
	{"que-3", question(`"type":"string","code":[{"code":"a"}]`), question(`"type":"display","code":[{"code":"a"}]`)},
	{"que-4", question(`"type":"choice","answerValueSet":"http://ehr.example.org/v"`), question(`"type":"choice","answerValueSet":"http://ehr.example.org/v","answerOption":[{"valueString":"a"}]`)},
	{"que-5", question(`"type":"choice","answerOption":[{"valueString":"a"}]`), question(`"type":"text","answerOption":[{"valueString":"a"}]`)},
	{"que-6", question(`"type":"text","required":true`), question(`"type":"display","required":true`)},
	{"que-7", question(`"type":"text","enableWhen":[{"question":"2","operator":"exists","answerBoolean":true}]`), question(`"type":"text","enableWhen":[{"question":"2","operator":"exists","answerString":"x"}]`)},
	{"que-8", question(`"type":"text","initial":[{"valueString":"a"}]`), question(`"type":"display","initial":[{"valueString":"a"}]`)},
	{"que-9", question(`"type":"text","readOnly":true`), question(`"type":"display","readOnly":true`)},
	{"que-10", question(`"type":"text","maxLength":9`), question(`"type":"date","maxLength":9`)},
	{"que-11", question(`"type":"choice","initial":[{"valueString":"a"}]`), question(`"type":"choice","answerOption":[{"valueString":"a"}],"initial":[{"valueString":"a"}]`)},
	{"que-12", question(`"type":"text","enableBehavior":"any","enableWhen":[` + asked + `,` + asked + `,` + asked + `]`), question(`"type":"text","enableWhen":[` + asked + `,` + asked + `,` + asked + `]`)},
	{"que-13", question(`"type":"text","repeats":true,"initial":[{"valueString":"a"},{"valueString":"b"}]`), question(`"type":"text","initial":[{"valueString":"a"},{"valueString":"b"}]`)},
	{"sdcqr-1", answers(`,"subject":{"display":"Vex"}`), answers("")},
}

const asked = `{"question":"2","operator":"=","answerInteger":1}`

func question(s string) string {
	return `{"resourceType":"Questionnaire","status":"active","item":[{"linkId":"1",` + s + `}]}`
}

func repeat(s string) string {
	return extended(`"valueTiming":{"repeat":{` + s + `}}`)
}

func extended(s string) string {
	return `{"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"http://ehr.example.org/x",` + s + `}]}`
}

func recommended(s string) string {
	return `{"resourceType":"ImmunizationRecommendation","patient":{"display":"Vex"},"date":"2024","recommendation":[{` + s + `"forecastStatus":{"text":"due"}}]}`
}

func nutrition(s string) string {
	return `{"resourceType":"NutritionOrder","status":"active","intent":"order","patient":{"display":"Vex"},"dateTime":"2024"` + s + `}`
}

func group(s string) string {
	return `{"resourceType":"Group","type":"person",` + s + `,"member":[{"entity":{"display":"Vex"}}]}`
}

func requests(s string) string {
	return `{"resourceType":"RequestGroup","status":"active","intent":"plan","action":[{` + s + `}]}`
}

func profiled(typ, profile, s string) string {
	return `{"resourceType":"` + typ + `","meta":{"profile":["` + usCoreStem + `StructureDefinition/` + profile + `"]},` + s + `}`
}

func codedLab(s string) string {
	return profiled("Observation", "us-core-observation-lab", `"status":"final","category":[{"coding":[{"system":"`+stem+`observation-category","code":"laboratory"}]}],"code":{"text":"x"},`+
		`"subject":{"display":"Vex"},"valueCodeableConcept":{"coding":[{"system":`+s+`}]}`)
}

func report(s string) string {
	return profiled("DiagnosticReport", "us-core-diagnosticreport-note", `"status":"final","category":[{"coding":[{"system":"http://loinc.org","code":"LP29684-5"}]}],"code":{"text":"x"},"subject":{"display":"Vex"}`+s)
}

func answers(s string) string {
	return profiled("QuestionnaireResponse", "us-core-questionnaireresponse", `"status":"completed","questionnaire":"http://ehr.example.org/q","authored":"2024"`+s)
}

func TestConformLoneRules(t *testing.T) {
	for _, tt := range loneRules {
		require.Empty(t, conform(t, []byte(tt.good), ConformOptions{}), tt.rule)
		issues := conform(t, []byte(tt.bad), ConformOptions{})
		require.True(t, slices.ContainsFunc(issues, func(i record.Issue) bool { return i.Rule == tt.rule }), "%s: %v", tt.rule, issues)
	}
}

// Every rule that is checked has a fault that breaks it.
func TestConformRulesTried(t *testing.T) {
	tried := map[string]bool{}
	for _, f := range conformFaults {
		tried[f.rule] = true
	}
	for _, x := range loneRules {
		tried[x.rule] = true
	}
	for _, list := range invariants() {
		for _, x := range list {
			require.True(t, tried[x.key], x.key)
		}
	}
	var keys func(r *profileRule)
	keys = func(r *profileRule) {
		for _, k := range r.keys {
			require.True(t, tried[k], k)
		}
		for _, x := range r.parts {
			keys(x)
		}
	}
	for url, p := range profiles() {
		if strings.HasPrefix(url, usCoreStem) {
			keys(&p.root)
		}
	}
}

// A host's terminology judges what the library does not hold, and is not asked for what it holds.
func TestConformTerminology(t *testing.T) {
	text := conformDocument(t)
	issues := conform(t, []byte(text), ConformOptions{Terminology: strict{}})
	var rules []string
	for _, i := range issues {
		rules = append(rules, i.Code+" "+i.Rule)
	}
	require.Contains(t, rules, "fhir-recommended-code us-core-allergyintolerance.code")
	require.Contains(t, rules, "fhir-code us-core-smokingstatus.value")
	require.NotContains(t, rules, "fhir-code Patient.gender")
}

// strict says of every code that it is in no value set.
type strict struct{ record.Terminology }

func (strict) Validate(context.Context, string, record.Coding) (record.Answer, error) {
	return record.No, nil
}

// What is absent for a reason is there (ele-1, data-absent-reason).
func TestConformAbsent(t *testing.T) {
	const absent = `{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}`
	text := conformDocument(t)
	for _, f := range []conformFault{
		{"", "", "", `"gender":"female"`, `"_gender":` + absent},
		{"", "", "", `"value":"V-17"`, `"_value":` + absent},
		{"", "", "", `{"use":"official","family":"Vex","given":["Ottilie","R."],"_given":[null,{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier","valueCode":"IN"}]}],"period":{"start":"1951-06-07","end":"2020"}}`, absent},
		{"", "", "/a1", `"code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"7980"}]}`, `"code":` + absent},
		{"", "", "/lab", `"status":"final"`, `"_status":` + absent},
		{"", "", "/lab", `"issued":"2024-02-01T11:00:00.000Z"`, `"_issued":` + absent},
		{"", "", "/lab", `"subject":{"reference":"Patient/vex"},"effectiveDateTime":"2024-02-01T09:10:00Z"`, `"subject":` + absent + `,"_effectiveDateTime":` + absent},
		{"", "", "", `"given":["Ottilie","R."],"_given":[null,{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier","valueCode":"IN"}]}]`, `"given":["Ottilie",null],"_given":[null,` + absent + `]`},
	} {
		require.Empty(t, conform(t, []byte(f.mutated(t, text)), ConformOptions{RequiredOnly: true}), f.new)
	}
	// A value that is fixed may not be absent.
	f := conformFault{"", "", "/pulse", `"code":"/min"`, `"_code":` + absent}
	require.NotEmpty(t, conform(t, []byte(f.mutated(t, text)), ConformOptions{RequiredOnly: true}))
}
