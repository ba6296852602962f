package consent_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// What a consent is about may be coded more than once, each in a system of its own. Of a scope that nobody knows nobody can tell
// whether it is about disclosure: what it denies holds, what it permits does not.
func TestScopes(t *testing.T) {
	const hl7 = "http://terminology.hl7.org/CodeSystem/consentscope"
	code := func(system, c string) record.Coding { return record.Coding{System: system, Code: c} }
	for name, tt := range map[string]struct {
		scope        []record.Coding
		deny, permit consent.Outcome
	}{
		"privacy":                      {[]record.Coding{code(hl7, "patient-privacy")}, consent.Denied, consent.Permitted},
		"none":                         {nil, consent.Denied, consent.Permitted},
		"privacy, after a local code":  {[]record.Coding{code("http://h.example/scope", "P1"), code(hl7, "patient-privacy")}, consent.Denied, consent.Permitted},
		"treatment":                    {[]record.Coding{code(hl7, "treatment")}, consent.NoConsent, consent.NoConsent},
		"a directive":                  {[]record.Coding{code("http://h.example/scope", "P1"), code(hl7, "adr")}, consent.NoConsent, consent.NoConsent},
		"research":                     {[]record.Coding{code(hl7, "research")}, consent.NoConsent, consent.NoConsent},
		"research, after a local code": {[]record.Coding{code("http://h.example/scope", "P1"), code(hl7, "research")}, consent.NoConsent, consent.NoConsent},
		"a local code":                 {[]record.Coding{code("http://h.example/scope", "P1")}, consent.Denied, consent.NoConsent},
		"in words":                     {nil, consent.Denied, consent.NoConsent},
		"privacy, and in words":        {[]record.Coding{code(hl7, "patient-privacy")}, consent.Denied, consent.Permitted},
		"a coding without a code":      {[]record.Coding{{System: hl7, Display: "Privacy"}}, consent.Denied, consent.NoConsent},
		"another in HL7's codes":       {[]record.Coding{code("http://h.example/scope", "treatment")}, consent.Denied, consent.NoConsent},
	} {
		for effect, want := range map[string]consent.Outcome{"deny": tt.deny, "permit": tt.permit} {
			words := ""
			if strings.Contains(name, "words") {
				words = "advance directive"
			}
			c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Scope: &record.Concept{Text: words, Codings: tt.scope}, Decision: effect}
			d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, asked())
			require.Equal(t, want, d.Outcome, "%s: %s", name, effect)
			as := consent.ReasonScope
			if want != consent.NoConsent {
				as = consent.ReasonApplied
			}
			require.Equal(t, as, d.Considered[0].As, "%s: %s", name, effect)
		}
	}
}
