package consent_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// A class of FHIR reaches what the record may hold of it: a denial also what may be of it, a permit only what surely is.
func TestClasses(t *testing.T) {
	graded := func(id string, m record.Mode) record.Entry {
		return record.Entry{ID: id, Assertion: record.Affirmed, Mode: m, Labels: []record.Label{{Coding: record.Coding{System: record.SystemConfidentiality, Code: "N"}}}}
	}
	rec := &record.Record{
		Results:          []record.Observation{{Entry: graded("result", "")}},
		ResultPanels:     []record.Panel{{Entry: graded("report", "")}},
		VitalPanels:      []record.Panel{{Entry: graded("pressure", "")}},
		AssessmentPanels: []record.Panel{{Entry: graded("score", "")}},
		Directives:       []record.Directive{{Entry: graded("wish", "")}},
		Immunizations:    []record.Immunization{{Entry: graded("given", "")}, {Entry: graded("planned", record.ModeIntent)}},
		Medications:      []record.Medication{{Entry: graded("taken", "")}, {Entry: graded("ordered", record.ModeRequest)}},
		HealthConcerns:   []record.HealthConcern{{Entry: graded("risk", "")}},
		Notes:            []record.ClinicalNote{{Entry: graded("note", "")}},
		Supplies:         []record.Supply{{Entry: graded("delivered", "")}},
		Orders: []record.Order{{Entry: graded("test", record.ModeRequest), Kind: "laboratory"}, {Entry: graded("pump", record.ModeRequest), Kind: "device"},
			{Entry: graded("gauze", record.ModeRequest), Kind: "supply"}, {Entry: graded("diet", record.ModeRequest), Kind: "diet"}, {Entry: graded("something", record.ModeRequest)}},
	}
	for class, want := range map[string]struct{ denied, permitted string }{
		"Observation":       {"result pressure score wish", "result pressure score"},
		"DiagnosticReport":  {"report pressure score", "report pressure score"},
		"Immunization":      {"given planned", "given planned"},
		"MedicationRequest": {"planned taken ordered", "ordered"},
		"RiskAssessment":    {"risk", ""},
		"Media":             {"note", ""},
		"DocumentReference": {"note", "note"},
		"ServiceRequest":    {"test pump gauze diet something", "test diet something"},
		"DeviceRequest":     {"pump something", "pump"},
		"SupplyRequest":     {"delivered gauze something", "gauze"},
		"NutritionOrder":    {"diet something", "diet"},
		"order":             {"test pump gauze diet something", "test pump gauze diet something"},
	} {
		coding := []record.Coding{{System: "http://hl7.org/fhir/resource-types", Code: class}}
		if class == "order" {
			coding[0].System = consent.System
		}
		for _, e := range []consent.Effect{consent.Deny, consent.Permit} {
			rules := []consent.Rule{{Effect: e, If: consent.Condition{Classes: coding}}}
			if e == consent.Deny {
				rules = append(rules, consent.Rule{Effect: consent.Permit})
			}
			j := consent.NewJudge(&consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, Residual: []consent.Stage{{Name: "consent", Rules: rules}}}, rec, nil, nil)
			got := map[string]bool{}
			for kind, x := range rec.Entries() {
				if j.Entry(kind, x).Pass == (e == consent.Permit) {
					got[x.ID] = true
				}
			}
			list := want.denied
			if e == consent.Permit {
				list = want.permitted
			}
			require.Equal(t, set(list), got, "%s: %s", class, e)
		}
	}
}

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

// A denial of what the law protects specially is one of every sensitivity below it (HL7 v3 ActInformationSensitivityPolicy: SPI).
func TestSpeciallyProtected(t *testing.T) {
	for code, withheld := range map[string]bool{"SPI": true, "BH": true, "MH": true, "PSY": true, "SUD": true, "ETHUD": true, "OPIOIDUD": true, "STD": false, "GDIS": false} {
		rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "a", Labels: []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: code}}}}}}}
		d := &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, Residual: []consent.Stage{{Name: "consent", Rules: []consent.Rule{
			{Effect: consent.Deny, If: consent.Condition{Labels: []record.Coding{{System: record.SystemActCode, Code: "SPI"}}}}, {Effect: consent.Permit}}}}}
		require.Equal(t, !withheld, consent.NewJudge(d, rec, nil, nil).Entry(record.KindResult, &rec.Results[0].Entry).Pass, code)
	}
}
