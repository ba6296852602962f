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

// elsewiseMarked are values that Google's test data marks otherwise than R4 has
// them, or than we do (docs/fhir-conform.md, Differences).
var elsewiseMarked = map[string]bool{
	`reference {"reference": "#p1"}`: true, // what it points to has to be contained (ref-1)
	`xhtml "<div>text</div>"`:        true, // a div is of XHTML's namespace (R4 2.4.0)
	`xhtml ""`:                       true, // a string has a character at least (R4 2.24.0.1)
}

// TestGooglePrimitives: each value of a primitive type that Google's test data
// marks as invalid is found, and no valid one; both are read and go out again as they came.
func TestGooglePrimitives(t *testing.T) {
	files := corpusFiles(t, "google-fhir-r4-validation", "*.ndjson")
	n := 0
	for _, file := range files {
		name, mark, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".ndjson"), ".")
		typ := strings.ReplaceAll(name, "_", " ")
		for w := range strings.FieldsSeq(typ) {
			typ = strings.Replace(typ, w, strings.ToUpper(w[:1])+w[1:], 1)
		}
		typ = strings.ReplaceAll(typ, " ", "")
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range bytes.Lines(data) {
			line = bytes.TrimSpace(line)
			if len(line) == 0 || string(line) == "null" {
				continue // no value: in JSON the member would be left out
			}
			n++
			text := `{"resourceType":"Basic","id":"b","code":{"text":"x"},"extension":[{"url":"http://a.example","value` + typ + `":` + string(line) + `}]}`
			if name == "xhtml" {
				text = `{"resourceType":"Basic","id":"b","code":{"text":"x"},"text":{"status":"generated","div":` + string(line) + `}}`
			}
			_, err := Parse([]byte(text), record.Limits{})
			found := err != nil
			if err == nil {
				found = len(errorsOf(t, []byte(text), USCore610)) > 0
				by, missing := map[string]*tallyOf{}, map[string]int{}
				compare(t, file, []byte(text), false, by, missing)
				require.Empty(t, missing, "%s %s", file, line)
			}
			key := name + " " + string(line)
			if elsewiseMarked[key] {
				require.NotEqual(t, mark == "invalid", found, "%s needs no exception", key)
				continue
			}
			if found != (mark == "invalid") {
				t.Errorf("%s %s: found %v, marked %s", name, line, found, mark)
			}
		}
	}
	t.Log(n, "values")
}

// TestGoogleCornerCases: numbers, years and texts at the edges come back as they were written.
func TestGoogleCornerCases(t *testing.T) {
	for _, file := range corpusFiles(t, "google-fhir-jsonformat", "*.json") {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		_, err = Parse(data, record.Limits{})
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		switch name {
		case "location_element_with_ids_analytic": // Google's own form for analysis: no resource
			require.ErrorIs(t, err, ErrNotFHIR)
			continue
		}
		require.NoError(t, err, name)
		by, missing := map[string]*tallyOf{}, map[string]int{}
		compare(t, name, data, false, by, missing)
		require.Empty(t, missing, name)
		errs := errorsOf(t, data, USCore610)
		if name == "observation_invalid_multiple_choicex_provided" {
			require.Contains(t, strings.Join(errs, " "), "fhir-two-choices Observation.value")
		} else {
			t.Log(name, errs)
		}
	}
}

func corpusFiles(t *testing.T, dir, pattern string) []string {
	all, err := filepath.Glob(filepath.Join(filepath.Dir(filepath.Dir(corpus(t, "us-core-610-examples")[0])), dir, pattern))
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}
