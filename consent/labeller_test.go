package consent_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// A rule labels a code by whatever name its system has, one of ICD with its point or without, and one that is carried for the entry.
func TestRulesFindCodesHoweverWritten(t *testing.T) {
	const icd, snomed = "http://hl7.org/fhir/sid/icd-10-cm", "http://snomed.info/sct"
	code := func(system, c string) record.Coding { return record.Coding{System: system, Code: c} }
	for name, tt := range map[string]struct {
		rule, has record.Coding
		labelled  bool
	}{
		"the same":                      {code(icd, "F11.20"), code(icd, "F11.20"), true},
		"without its point":             {code(icd, "F11.20"), code(icd, "F1120"), true},
		"a rule without the point":      {code(icd, "F1120"), code(icd, "F11.20"), true},
		"ICD-10, as HL7 v2 calls it":    {code(icd, "F11.20"), code("http://hl7.org/fhir/sid/icd-10", "F1120"), true},
		"ICD-10 in full":                {code(icd, "F11.20"), code("http://hl7.org/fhir/sid/icd-10", "F11.20"), true},
		"another":                       {code(icd, "F11.20"), code(icd, "F11.21"), false},
		"by an OID":                     {code("urn:oid:2.16.840.1.113883.6.96", "86406008"), code(snomed, "86406008"), true},
		"a stray slash":                 {code(snomed+"/", "86406008"), code(snomed, "86406008"), true},
		"of another system":             {code(icd, "86406008"), code(snomed, "86406008"), false},
		"a point in a code of a system": {code("http://h.example/codes", "1.2"), code("http://h.example/codes", "12"), false},
	} {
		set, err := consent.ReadRules(strings.NewReader(`{"rules":[{"id":"x","labels":[{"system":"` + record.SystemActCode + `","code":"SUD"}],"codeSets":[{"codes":[{"system":"` + tt.rule.System + `","code":"` + tt.rule.Code + `"}]}]}]}`))
		require.NoError(t, err)
		rules := consent.NewRules(0, false, set)
		entry := record.Entry{ID: "p", Assertion: record.Affirmed, Labels: confidential("N")}
		coded := &record.Record{Problems: []record.Problem{{Entry: entry, Code: record.Concept{Codings: []record.Coding{tt.has}}}}}
		beside := &record.Record{Problems: []record.Problem{{Entry: entry}}, Carried: []record.Carried{{Owner: "p", Kind: "value", Codes: []record.Coding{tt.has}}}}
		d := &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, At: asked().At, Residual: []consent.Stage{{Name: "consent", Rules: []consent.Rule{
			{Effect: consent.Deny, If: consent.Condition{Labels: []record.Coding{code(record.SystemActCode, "SUD")}}}, {Effect: consent.Permit}}}}}
		byCode := &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, At: asked().At, Residual: []consent.Stage{{Name: "consent", Rules: []consent.Rule{
			{Effect: consent.Deny, If: consent.Condition{Codes: []record.Coding{tt.rule}}}, {Effect: consent.Permit}}}}}
		for _, rec := range []*record.Record{coded, beside} {
			denied, _ := consent.Redact(byCode, rec, consent.Redaction{})
			require.Equal(t, tt.labelled, len(denied.Problems) == 0, "denied by its code: %s", name)
			require.Equal(t, tt.labelled, len(consent.Label(rec, rules).Problems[0].Labels) == 2, name)
			out, _ := consent.Redact(d, rec, consent.Redaction{Labeller: rules})
			require.Equal(t, tt.labelled, len(out.Problems) == 0, name)
			out, _ = consent.Redact(d, consent.Label(rec, rules), consent.Redaction{})
			require.Equal(t, tt.labelled, len(out.Problems) == 0, name)
		}
	}
}
