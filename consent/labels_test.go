package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// A denial of a sensitivity is one of what the law of that sensitivity protects, by whatever label it bears; a permit of it is none.
func TestSensitivityOfALaw(t *testing.T) {
	for name, tt := range map[string]struct {
		listed, has string
		met         bool
	}{
		"SUD, under Part 2":                 {"SUD", consent.CodeUnderPart2, true},
		"behavioral health, under Part 2":   {"BH", consent.CodeUnderPart2, true},
		"specially protected, under Part 2": {"SPI", consent.CodeUnderPart2, true},
		"HIV, under Part 2":                 {"HIV", consent.CodeUnderPart2, false},
		"psychotherapy notes":               {"PSYTHPN", consent.CodePsyNotes, true},
		"sickle cell, by the older code":    {"SCA", "SICKLE", true},
		"sickle cell, by the newer code":    {"SICKLE", "SCA", true},
	} {
		labels := append(actLabel(tt.has), confidential("R")...)
		rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "a", Assertion: record.Affirmed, Labels: labels}}}}
		passes := func(rules ...consent.Rule) bool {
			d := &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, Residual: []consent.Stage{{Name: "consent", Rules: rules}}}
			out, _ := consent.Redact(d, rec, consent.Redaction{})
			return len(out.Results) > 0
		}
		of := consent.Condition{Labels: []record.Coding{{System: record.SystemActCode, Code: tt.listed}}}
		require.Equal(t, !tt.met, passes(consent.Rule{Effect: consent.Deny, If: of}, consent.Rule{Effect: consent.Permit}), name)
		if tt.has != "SICKLE" && tt.has != "SCA" {
			require.False(t, passes(consent.Rule{Effect: consent.Permit, If: of}), name)
		}
	}
}

// A consent that says that something is not to be told tells of it, and stays with it.
func TestConsentsTellWhatTheyName(t *testing.T) {
	within := record.Provision{Provisions: []record.Provision{{Type: "deny", SecurityLabels: []record.Coding{{System: record.SystemActCode, Code: "HIV"}}}}}
	c := record.Consent{Entry: record.Entry{ID: "c", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Provision: &within}
	other := record.Consent{Entry: record.Entry{ID: "o", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusActive}}, Decision: "permit"}
	rec := &record.Record{Consents: []record.Consent{c, other}}
	d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, asked())
	out, _ := consent.Redact(d, rec, consent.Redaction{Unlabelled: confidential("N")})
	require.Len(t, out.Consents, 1)
	require.Equal(t, "o", out.Consents[0].ID)
	out, _ = consent.Redact(consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{other}}, asked()), rec, consent.Redaction{})
	require.Len(t, out.Consents, 2)
}

// What bears the label of a law that protects it for what it tells is restricted where nobody grades it, and not what the host takes
// unlabelled entries for.
func TestUngradedUnderALaw(t *testing.T) {
	for code, grade := range map[string]string{consent.CodeUnderPart2: "R", consent.CodePsyNotes: "R", consent.CodeSelfPay: "N"} {
		rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "a", Assertion: record.Affirmed, Labels: actLabel(code)}}}}
		for _, permitted := range []string{"N", "R"} {
			d := &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, Residual: []consent.Stage{{Name: "consent", Rules: []consent.Rule{
				{Effect: consent.Permit, If: consent.Condition{Labels: []record.Coding{{System: record.SystemConfidentiality, Code: permitted}}}}}}}}
			out, _ := consent.Redact(d, rec, consent.Redaction{Unlabelled: confidential("N")})
			require.Equal(t, permitted == grade, len(out.Results) > 0, "%s: %s", code, permitted)
			out, _ = consent.Redact(d, rec, consent.Redaction{Unlabelled: confidential("V")}) // the host's word is stricter
			require.Empty(t, out.Results, "%s: %s", code, permitted)
		}
	}
}
