package fhir

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// judgedElsewhere are values of google/fhir's lists that are judged otherwise here.
var judgedElsewhere = map[string]string{
	`xhtml "<div>text</div>"`: "the div must be in XHTML's namespace (R4 2.4.1)",
	`xhtml ""`:                "no value is empty (R4 2.24.0.1)",
}

// Values of primitive types are judged as google/fhir's lists have them.
func TestConformPrimitives(t *testing.T) {
	n := 0
	for _, f := range corpus(t, "google-fhir-r4-validation") {
		name, verdict, _ := strings.Cut(strings.TrimSuffix(filepath.Base(f), ".ndjson"), ".")
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		for line := range bytes.Lines(data) {
			v := string(bytes.TrimSpace(line))
			if v == "" || v == "null" {
				continue // a value that is absent
			}
			n++
			text := ""
			switch name {
			case "xhtml":
				text = `{"resourceType":"Basic","code":{"text":"x"},"text":{"status":"generated","div":` + v + `}}`
			case "id":
				text = `{"resourceType":"Basic","code":{"text":"x"},"id":` + v + `}`
			case "reference":
				text = `{"resourceType":"Basic","code":{"text":"x"},"contained":[{"resourceType":"Patient","id":"p1"}],"subject":{"reference":"#p1"},"extension":[{"url":"http://ehr.example.org/x","valueReference":` + v + `}]}`
			default:
				typ := ""
				for part := range strings.SplitSeq(name, "_") {
					typ += strings.ToUpper(part[:1]) + part[1:]
				}
				text = `{"resourceType":"Basic","code":{"text":"x"},"extension":[{"url":"http://ehr.example.org/x","value` + typ + `":` + v + `}]}`
			}
			d, err := Parse([]byte(text), record.Limits{})
			fine := err == nil && len(d.Conform(ConformOptions{RequiredOnly: true})) == 0
			if reason := judgedElsewhere[name+" "+v]; reason != "" {
				require.NotEqual(t, verdict == "valid", fine, "%s %s: no longer so", name, v)
				continue
			}
			if (verdict == "valid") != fine {
				t.Errorf("%s %s is %s", name, v, verdict)
			}
		}
	}
	t.Logf("%d values", n)
}
