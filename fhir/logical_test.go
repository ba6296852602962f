package fhir_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

// A patient may be named by an identifier alone. What is said of two such is never said of one.
func TestPatientsByIdentifierAlone(t *testing.T) {
	const p1 = `{"resource":{"resourceType":"Patient","id":"p1","identifier":[{"system":"urn:oid:2.999.1","value":"A1"}]}}`
	obs := func(code, subject string) string {
		return fmt.Sprintf(`{"resource":{"resourceType":"Observation","id":"o%s","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"%s"}]},"subject":%s,"valueString":"x"}}`, code, code, subject)
	}
	named := func(value string) string {
		return `{"identifier":{"system":"urn:oid:2.999.1","value":"` + value + `"}}`
	}
	for name, c := range map[string]struct {
		entries string
		want    []map[string]int // of each record: how many observations of each code; "patient" and "subject" tell who it is of
	}{
		"the patient's own identifier": {p1 + "," + obs("1-8", named("A1")), []map[string]int{{"patient": 1, "1-8": 1}}},
		"another's":                    {p1 + "," + obs("1-8", named("B2")), []map[string]int{{"patient": 1}, {"subject": 1, "1-8": 1}}},
		"two who are not here":         {obs("1-8", named("A1")) + "," + obs("2-6", named("B2")), []map[string]int{{"subject": 1, "1-8": 1}, {"subject": 1, "2-6": 1}}},
		"one who is not here":          {obs("1-8", named("A1")) + "," + obs("2-6", named("A1")), []map[string]int{{"subject": 1, "1-8": 1, "2-6": 1}}},
		"an identifier and a reference": {obs("1-8", named("A1")) + "," + obs("2-6", `{"reference":"Patient/p9"}`),
			[]map[string]int{{"subject": 1, "1-8": 1}, {"subject": 1, "2-6": 1}}},
		"a device": {p1 + "," + obs("1-8", `{"type":"Device","identifier":{"system":"urn:oid:2.999.1","value":"A1"}}`), []map[string]int{{"patient": 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			bundle := []byte(`{"resourceType":"Bundle","type":"collection","entry":[` + c.entries + `]}`)
			var got []map[string]int
			for x, err := range (fhir.Importer{}).Import(t.Context(), record.Input{Bytes: bundle}, record.ImportOptions{}) {
				require.NoError(t, err)
				require.Zero(t, x.Report.Counts.Unaccounted())
				m := map[string]int{}
				if x.Record.Patient != nil {
					m["patient"]++
				}
				if x.Record.Subject != nil {
					m["subject"]++
				}
				for _, list := range [][]record.Observation{x.Record.Observations, x.Record.Results, x.Record.Vitals, x.Record.Social, x.Record.Assessments} {
					for i := range list {
						m[list[i].Code.Codings[0].Code]++
					}
				}
				got = append(got, m)
			}
			require.Equal(t, c.want, got)
		})
	}
}
