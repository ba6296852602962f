package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/testing/ptest"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { ptest.MainWithDefault(m, "prism") }

const penicillin = `{"resourceType":"Bundle","type":"collection","entry":[
 {"resource":{"resourceType":"Patient","id":"p1","identifier":[{"system":"urn:oid:2.999.1","value":"A1"}],"name":[{"family":"Quillfeather"}],"gender":"female","birthDate":"1931-05-17"}},
 {"resource":{"resourceType":"AllergyIntolerance","id":"a1","patient":{"reference":"Patient/p1"},"verificationStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-verification","code":"refuted"}]},"code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"7980"}]}}},
 {"resource":{"resourceType":"Observation","id":"o1","status":"final","subject":{"reference":"Patient/p1"},"category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"2345-7"}]},"effectiveDateTime":"2020-03-04","valueQuantity":{"value":1.80,"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"}}}]}`

const other = `MSH|^~\&|LAB|N|EHR|N|20240102||ORU^R01^ORU_R01|1|P|2.5.1` + "\rPID|1||B2^^^&2.999.1&ISO||Marrow^Ines||19800101|F\rOBR|1||1|24323-8^CMP^LN\rOBX|1|NM|2345-7^Glucose^LN||95|mg/dL||||F|||20240102\r"

const denial = `{"resourceType":"Consent","id":"c1","status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
 "category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],"patient":{"identifier":{"system":"urn:oid:2.999.1","value":"A1"}},"dateTime":"2024-01-01","policy":[{"uri":"https://ehr.example.org/policy"}],"provision":{"type":"deny"}}`

// runOn runs the pipeline over files and gives what it wrote.
func runOn(t *testing.T, o plan, files map[string]string) map[string]string {
	t.Helper()
	in, out := t.TempDir(), t.TempDir()
	for name, text := range files {
		path := filepath.Join(in, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	var err error
	o.Inputs, err = globs(filepath.Join(in, "records"))
	require.NoError(t, err)
	if _, err := os.Stat(filepath.Join(in, "consents")); err == nil {
		o.Consents, err = globs(filepath.Join(in, "consents"))
		require.NoError(t, err)
	}
	o.Output, o.Now, o.Shards = out, time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC), max(o.Shards, 1)
	p, s := beam.NewPipelineWithRoot()
	pipeline(s, o)
	ptest.RunAndValidate(t, p)
	got := map[string]string{}
	list, err := os.ReadDir(out)
	require.NoError(t, err)
	for _, f := range list {
		text, err := os.ReadFile(filepath.Join(out, f.Name()))
		require.NoError(t, err)
		got[f.Name()] = strings.ReplaceAll(string(text), in, "")
	}
	return got
}

func TestNDJSON(t *testing.T) {
	sample, err := os.ReadFile("../../examples/sample/ccd.xml")
	require.NoError(t, err)
	files := map[string]string{"records/a/p.json": penicillin, "records/b.hl7": other, "records/c[1].xml": string(sample), "records/broken.xml": "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><a>", "records/x.bin": "\x00\x01"}
	got := runOn(t, plan{}, files)
	require.Equal(t, 3, strings.Count(got["Patient.ndjson"], "\n"), "%v", got["dead-letters.ndjson"])
	require.Contains(t, got["AllergyIntolerance.ndjson"], `"refuted"`)
	require.Contains(t, got["Observation.ndjson"], `1.80`)
	var letters []Letter
	for _, line := range strings.Split(strings.TrimSpace(got["dead-letters.ndjson"]), "\n") {
		var l Letter
		require.NoError(t, json.Unmarshal([]byte(line), &l))
		letters = append(letters, l)
	}
	require.Len(t, letters, 2)
	require.Equal(t, "/records/broken.xml", letters[0].Input)
	require.Equal(t, Letter{"/records/x.bin", "read", "portage: the input is of none of the formats offered"}, letters[1])
	require.Equal(t, got, runOn(t, plan{}, files), "the same input gives the same bytes")
}

func TestConsentByPatient(t *testing.T) {
	request := []byte(`{"patient":{},"requester":{"name":"County Clinic"},"purposes":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}],"at":"2024-02-01T00:00:00Z"}`)
	files := map[string]string{"records/p.json": penicillin, "records/b.hl7": other}
	all := runOn(t, plan{Request: request}, files)
	require.Equal(t, 2, strings.Count(all["Patient.ndjson"], "\n"), "%v", all)

	files["consents/c.json"] = denial
	got := runOn(t, plan{Request: request}, files)
	require.Equal(t, 1, strings.Count(got["Patient.ndjson"], "\n"))
	for name, text := range got {
		require.NotContains(t, text, "Quillfeather", name)
		require.NotContains(t, text, "7980", name)
	}
	require.Contains(t, got["dead-letters.ndjson"], "consent or law does not permit it")

	// A consent that nobody can attribute may be anybody's denial.
	for _, bad := range []string{strings.Replace(denial, `{"identifier":{"system":"urn:oid:2.999.1","value":"A1"}}`, `{"reference":"Patient/p1"}`, 1), "{", penicillin} {
		files["consents/c.json"] = bad
		got = runOn(t, plan{Request: request}, files)
		require.NotContains(t, got, "Patient.ndjson")
		require.Equal(t, 2, strings.Count(got["dead-letters.ndjson"], "nothing goes out"))
	}
}

func TestTables(t *testing.T) {
	files := map[string]string{"records/p.json": penicillin, "records/b.hl7": other}
	got := runOn(t, plan{Tables: true, Key: []byte("a secret of a host, of some length")}, files)
	require.Equal(t, 3, strings.Count(got["patients.csv"], "\n"))
	require.Contains(t, got["facts.csv"], ",allergy,"[1:]+"affirmed,refuted,")
	require.Contains(t, got["facts.csv"], ",1.80,mg/dL,,2020", "%s", got["facts.csv"])
	for name, text := range got {
		for _, planted := range []string{"Quillfeather", "Marrow", "A1", "B2", "1931", "05-17", "0304", "03-04", "p.json"} {
			require.NotContains(t, text, planted, name)
		}
	}
	require.Contains(t, got["counts.json"], `"total":null`, "two patients are too few to be told")
}
