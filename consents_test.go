package portage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/record"
)

// bareConsent gives a consent without what Portage notes of where it stood.
func bareConsent(t *testing.T, c record.Consent) string {
	t.Helper()
	c.ID, c.Origins = "", nil
	b, err := json.Marshal(c)
	require.NoError(t, err)
	return string(b)
}

// throughFHIR writes a record anew as FHIR and reads it.
func throughFHIR(t *testing.T, rec *record.Record) (*record.Record, string) {
	t.Helper()
	anew := *rec
	anew.Sources, anew.Carried = nil, nil
	var b bytes.Buffer
	_, err := fhir.Exporter{}.Export(t.Context(), &anew, &b, record.ExportOptions{})
	require.NoError(t, err)
	return readFHIR(t, b.Bytes()), b.String()
}

// Consents go to FHIR and come back without loss: the examples of PCF, written anew.
func TestConsentsThroughFHIR(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(beside.Shared(t, "spec", "consent", "pcf"), "*.json"))
	require.NoError(t, err)
	require.Len(t, files, 11)
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		rec := readFHIR(t, data)
		require.Len(t, rec.Consents, 1)
		got, _ := throughFHIR(t, rec)
		require.Len(t, got.Consents, 1)
		require.Equal(t, bareConsent(t, rec.Consents[0]), bareConsent(t, got.Consents[0]), filepath.Base(f))
		filed := consent.OnFile(rec)
		require.Len(t, filed, 1)
		require.False(t, filed[0].Unreadable, filepath.Base(f))
		require.Contains(t, []string{"Patient/ex-patient", "Patient/ex-infant"}, filed[0].Patient.AsSent)
	}
}

// A consent with R5's meaning comes back as it went, and no reader of R4 can take an exception for what is permitted.
func TestConsentOfR5(t *testing.T) {
	purpose := func(c string) []record.Coding {
		return []record.Coding{{System: record.SystemActReason, Code: c}}
	}
	root := record.Provision{Purposes: purpose("HMARKT")}
	for name, c := range map[string]record.Consent{
		"one provision":      {Version: "R5", Decision: "permit", Provision: &root},
		"several provisions": {Version: "R5", Decision: "permit", Provisions: []record.Provision{root, {Purposes: purpose("HRESCH")}}},
	} {
		c.Entry = record.Entry{ID: "c", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusActive}}
		rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}}, Consents: []record.Consent{c}}
		got, text := throughFHIR(t, rec)
		require.NotContains(t, text, `"resourceType":"Consent"`, name)
		require.Len(t, got.Consents, 1, name)
		require.Equal(t, bareConsent(t, c), bareConsent(t, got.Consents[0]), name)
	}
}

// What may change the meaning of a consent, and was not understood, makes it unreadable; what may be passed over does not.
func TestOnFile(t *testing.T) {
	const mod = `"modifierExtension":[{"url":"http://example.org/x","valueBoolean":true}]`
	for name, tt := range map[string]struct {
		top, root  string
		unreadable bool
	}{
		"plain":                            {"", "", false},
		"a modifier of the consent":        {"," + mod, "", true},
		"a modifier of its provision":      {"", "," + mod, true},
		"an extension":                     {"", `,"extension":[{"url":"http://example.org/x","valueBoolean":true}]`, false},
		"an id":                            {"", `,"id":"x"`, false},
		"rules of its own":                 {`,"implicitRules":"http://example.org/x"`, "", true},
		"a provision that nobody can read": {"", `,"provision":[{"typ":"deny"}]`, true},
	} {
		rec := readFHIR(t, fmt.Appendf(nil, `{"resourceType":"Consent","id":"c","status":"active","scope":{"coding":[{"code":"patient-privacy"}]},"category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],
			"patient":{"reference":"Patient/1"},"dateTime":"2022-06-13"%s,"provision":{"type":"permit"%s}}`, tt.top, tt.root))
		got := consent.OnFile(rec)
		require.Len(t, got, 1, name)
		require.Equal(t, tt.unreadable, got[0].Unreadable, name)
	}
}

// Of a consent in a history the newest version is on file, and of one that was deleted none.
func TestOnFileOfAHistory(t *testing.T) {
	version := func(typ string) string {
		return `{"fullUrl":"http://example.org/fhir/Consent/c","resource":{"resourceType":"Consent","id":"c","status":"active","scope":{"coding":[{"code":"patient-privacy"}]},"category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],
			"patient":{"reference":"Patient/1"},"dateTime":"2022-06-13","provision":{"type":"` + typ + `"}},"request":{"method":"PUT","url":"Consent/c"},"response":{"status":"200"}}`
	}
	history := func(entries string) *record.Record {
		return readFHIR(t, []byte(`{"resourceType":"Bundle","type":"history","entry":[`+entries+`]}`))
	}
	got := consent.OnFile(history(version("deny") + "," + version("permit")))
	require.Len(t, got, 1)
	require.False(t, got[0].Unreadable)
	require.Equal(t, "deny", got[0].Consent.Decision)
	require.Empty(t, consent.OnFile(history(`{"fullUrl":"http://example.org/fhir/Consent/c","request":{"method":"DELETE","url":"Consent/c"},"response":{"status":"204"}},`+version("permit"))))
}
