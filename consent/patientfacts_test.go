package consent_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// What is carried for the patient, an extension that no field holds, is a fact of the patient as others are: a denial of its code
// takes it out.
func TestCarriedFactsOfThePatient(t *testing.T) {
	hiv := record.Coding{System: record.SystemSNOMED, Code: "86406008"}
	for name, tt := range map[string]struct {
		codes []record.Coding
		rule  consent.Condition
		stays bool
	}{
		"a code that is denied":  {[]record.Coding{hiv}, consent.Condition{Codes: []record.Coding{hiv}}, false},
		"another code":           {[]record.Coding{{System: record.SystemSNOMED, Code: "1"}}, consent.Condition{Codes: []record.Coding{hiv}}, true},
		"no code":                {nil, consent.Condition{Codes: []record.Coding{hiv}}, true},
		"a label of its code":    {[]record.Coding{hiv}, consent.Condition{Labels: []record.Coding{{System: record.SystemActCode, Code: "HIV"}}}, false},
		"a class says nothing":   {[]record.Coding{hiv}, consent.Condition{Classes: []record.Coding{{Code: record.KindResult}}}, true},
		"a label of other codes": {[]record.Coding{{System: record.SystemSNOMED, Code: "1"}}, consent.Condition{Labels: []record.Coding{{System: record.SystemActCode, Code: "HIV"}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			rules, err := consent.ReadRules(strings.NewReader(`{"rules":[{"id":"hiv","labels":[{"system":"` + record.SystemActCode + `","code":"HIV"}],"codeSets":[{"codes":[{"system":"` + hiv.System + `","code":"` + hiv.Code + `"}]}]}]}`))
			require.NoError(t, err)
			d := denying("nothing")
			d.Residual[0].Rules[0].If = tt.rule
			rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}},
				Carried: []record.Carried{{Format: "fhir", Owner: "p", Kind: "value", Name: "extension", At: "extension", Data: "Zqx", Codes: tt.codes}}}
			out, w := consent.Redact(d, rec, consent.Redaction{Labeller: consent.NewRules(0, false, rules)})
			b, err := json.Marshal(out)
			require.NoError(t, err)
			require.Equal(t, tt.stays, strings.Contains(string(b), "Zqx"))
			require.Equal(t, tt.stays, w.PatientFacts == 0)
			require.Len(t, rec.Carried, 1, "the record itself changed")
			require.Equal(t, "Zqx", rec.Carried[0].Data)
		})
	}
}

// What is carried for nobody tells nothing of the patient's own facts.
func TestCarriedForNobody(t *testing.T) {
	hiv := record.Coding{System: record.SystemSNOMED, Code: "86406008"}
	d := denying("nothing")
	d.Residual[0].Rules[0].If = consent.Condition{Codes: []record.Coding{hiv}}
	rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}, Religion: record.Concept{Codings: []record.Coding{{System: "urn:x", Code: "1013"}}}},
		Carried: []record.Carried{{Format: "fhir", Kind: "value", Data: "Zqx", Codes: []record.Coding{hiv}}, {Format: "fhir", Owner: "many", Kind: "value", Codes: []record.Coding{{System: "urn:x", Code: "2"}}}}}
	out, _ := consent.Redact(d, rec, consent.Redaction{})
	require.Len(t, out.Patient.Religion.Codings, 1)
}
