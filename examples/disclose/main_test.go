package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

// secret stands in what is to be withheld.
const secret = "Zqxsecret"

// chart is an invented patient with one result that is sensitive and one that is not.
func chart() *record.Record {
	text := func(code, words string) record.Concept {
		return record.Concept{Text: words, Codings: []record.Coding{{System: record.SystemLOINC, Code: code, Display: words}}}
	}
	label := func(codes ...string) (out []record.Label) {
		for _, c := range codes {
			system := record.SystemActCode
			if len(c) == 1 {
				system = record.SystemConfidentiality
			}
			out = append(out, record.Label{Coding: record.Coding{System: system, Code: c}})
		}
		return out
	}
	return &record.Record{
		Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed, Identifiers: []record.Identifier{{System: "urn:oid:1.2.3", Value: "77"}}},
			Names: []record.Name{{Given: []record.NamePart{{Value: "Jack"}}, Family: []record.NamePart{{Value: "Doe"}}}}, BirthTime: record.Time{Value: "1970-05-05"}},
		Results: []record.Observation{
			{Entry: record.Entry{ID: "e1", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusFinal}, Labels: label("N")}, Code: text("2339-0", "Glucose"),
				Values: []record.Value{{Quantity: &record.Quantity{Value: "5.4", Unit: "mmol/L"}}}, When: record.Period{At: record.Time{Value: "2022-02-02"}}},
			{Entry: record.Entry{ID: "e2", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusFinal}, Labels: label("R", "HIV")}, Code: text("75622-1", secret),
				Values: []record.Value{{Text: ptr(secret)}}, When: record.Period{At: record.Time{Value: "2022-02-03"}}},
		},
	}
}

// want is the request of a clinician for treatment; more goes into it.
func want(purpose, more string) string {
	return fmt.Sprintf(`{"patient":{"reference":"Patient/ex-patient","identifiers":[{"system":"urn:oid:1.2.3","value":"77"}]},"requester":{"reference":"Practitioner/2","name":"Dr. Two","groups":[]},
		"purposes":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":%q}],"jurisdiction":"US","at":"2026-03-02T10:00:00Z"%s}`, purpose, more)
}

// agreed is a FHIR Consent to treatment, with a provision within it.
func agreed(id, within string) string {
	return fmt.Sprintf(`{"resourceType":"Consent","id":%q,"status":"active","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope","code":"patient-privacy"}]},
		"category":[{"coding":[{"system":"http://loinc.org","code":"59284-0"}]}],"patient":{"reference":"Patient/ex-patient"},"dateTime":"2022-06-13","performer":[{"reference":"Patient/ex-patient"}],
		"policy":[{"uri":"http://example.org/policy"}],"provision":{"type":"permit","purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}]%s}}`, id, within)
}

// withoutHIV permits treatment, and nothing that tells of HIV.
var withoutHIV = agreed("c", `,"provision":[{"type":"deny","securityLabel":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]}]`)

type desk struct {
	t   *testing.T
	dir string
}

func newDesk(t *testing.T) desk { return desk{t, t.TempDir()} }

func (d desk) file(name, text string) string {
	d.t.Helper()
	p := filepath.Join(d.dir, name)
	require.NoError(d.t, os.WriteFile(p, []byte(text), 0o600))
	return p
}

func (d desk) record(name string, x record.Exporter) string {
	d.t.Helper()
	var b bytes.Buffer
	_, err := x.Export(d.t.Context(), chart(), &b, record.ExportOptions{})
	require.NoError(d.t, err)
	return d.file(name, b.String())
}

// run runs the program with -o, -decision and -preview, and gives what it wrote.
func (d desk) run(args ...string) (code int, out, decision, preview string) {
	d.t.Helper()
	name := func(n string) string { return filepath.Join(d.dir, n) }
	for _, n := range []string{"out", "decision.json", "preview.txt"} {
		os.Remove(name(n))
	}
	var stdout, stderr bytes.Buffer
	code = run(d.t.Context(), append([]string{"-o", name("out"), "-decision", name("decision.json"), "-preview", name("preview.txt"), "-now", "2026-03-02T10:00:00Z"}, args...), nil, &stdout, &stderr)
	require.Empty(d.t, stdout.String())
	require.NotContains(d.t, stderr.String(), secret)
	read := func(n string) string {
		b, err := os.ReadFile(name(n))
		if err != nil {
			return ""
		}
		return string(b)
	}
	left, err := filepath.Glob(name(".disclose-*"))
	require.NoError(d.t, err)
	require.Empty(d.t, left, "a part of a file")
	return code, read("out"), read("decision.json"), read("preview.txt")
}

// One patient in three formats, disclosed in every format: the same decision, and nothing of what is withheld.
func TestSameDecisionWhateverTheFormats(t *testing.T) {
	d := newDesk(t)
	c, req := d.file("c.json", withoutHIV), d.file("req.json", want("TREAT", ""))
	inputs := []string{d.record("in.xml", ccda.Exporter{}), d.record("in.json", fhir.Exporter{}), d.record("in.hl7", hl7v2.Exporter{}), d.record("in.rec", record.JSONFormat().Exporter)}
	labels := d.file("rules.json", `{"rules":[{"id":"hiv","labels":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}],
		"codeSets":[{"groupID":"g","codes":[{"system":"http://loinc.org","code":"75622-1"}]}]}]}`)
	first := ""
	for _, in := range inputs {
		data, err := os.ReadFile(in)
		require.NoError(t, err)
		require.Contains(t, string(data), secret)
		for to := range targets {
			code, out, decision, preview := d.run("-consent", c, "-request", req, "-labels", labels, "-unlabelled", "N", "-to", to, in)
			require.Zero(t, code, "%s to %s", in, to)
			require.NotContains(t, out, secret, "%s to %s", in, to)
			require.NotContains(t, out, "75622-1", "%s to %s", in, to)
			require.Contains(t, out, "2339-0", "%s to %s", in, to)
			require.NotContains(t, preview, secret)
			var got map[string]any
			require.NoError(t, json.Unmarshal([]byte(decision), &got))
			for _, member := range []string{"outcome", "reasons", "residual", "obligations", "basis", "withheld"} {
				require.Contains(t, got, member)
			}
			withheld, _ := json.Marshal(got["withheld"])
			require.Contains(t, string(withheld), `"kind":"result"`, "%s to %s", in, to)
			delete(got, "withheld") // panels and the like are of the format
			same, err := json.Marshal(got)
			require.NoError(t, err)
			if first == "" {
				first = string(same)
			}
			require.JSONEq(t, first, string(same), "%s to %s", in, to)
		}
	}
}

// What binds whoever gets what is withheld is told to nobody else than the host.
func TestPreviewTellsOfNoObligationOfTheWithheld(t *testing.T) {
	d := newDesk(t)
	c, req := d.file("c.json", withoutHIV), d.file("req.json", want("TREAT", ""))
	rec := chart()
	told := map[bool]string{}
	for _, bound := range []bool{false, true} {
		if bound {
			rec.Results[1].Labels = append(rec.Results[1].Labels, record.Label{Coding: record.Coding{System: record.SystemActCode, Code: "NORDSCLCD"}})
		}
		var b bytes.Buffer
		_, err := record.JSONFormat().Exporter.Export(t.Context(), rec, &b, record.ExportOptions{})
		require.NoError(t, err)
		code, _, _, preview := d.run("-consent", c, "-request", req, "-audience", "recipient", "-to", "fhir", d.file("in.rec", b.String()))
		require.Zero(t, code)
		told[bound] = preview
	}
	require.Equal(t, told[false], told[true])
}

// What is denied leaves nothing behind, and the decision says why.
func TestDenied(t *testing.T) {
	d := newDesk(t)
	in, ok, c := d.record("in.json", fhir.Exporter{}), d.file("req.json", want("TREAT", "")), d.file("c.json", withoutHIV)
	tests := map[string]struct {
		args   []string
		reason string
	}{
		"no consent, and no law":        {[]string{"-request", d.file("r1", want("HMARKT", ""))}, "authorization-missing"},
		"a purpose that nobody knows":   {[]string{"-request", d.file("r2", want("FooBar", ""))}, "unknown-purpose"},
		"opt-in":                        {[]string{"-request", ok, "-default", "deny"}, "default-policy"},
		"a consent that denies":         {[]string{"-request", ok, "-consent", d.file("no.json", strings.Replace(agreed("c", ""), "permit", "deny", 1))}, "consent"},
		"a typing error in the request": {[]string{"-request", d.file("r3", want("TREAT", `,"labls":[]`))}, "invalid-request"},
		"a name in another case":        {[]string{"-request", d.file("r4", want("TREAT", `,"Purposes":[]`))}, "invalid-request"},
		"a member twice":                {[]string{"-request", d.file("r5", want("TREAT", `,"jurisdiction":"US-WA"`))}, "invalid-request"},
		"a request without a time":      {[]string{"-request", d.file("r6", `{"patient":{"reference":"Patient/ex-patient"},"requester":{"reference":"Practitioner/2"}}`)}, "invalid-request"},
		"no request at all":             {[]string{"-request", filepath.Join(d.dir, "none")}, "invalid-request"},
		"a word of no list":             {[]string{"-request", d.file("r7", want("TREAT", `,"form":"deidentified"`))}, "invalid-request"},
		"an unreadable consent":         {[]string{"-request", ok, "-consent", d.file("odd.json", strings.Replace(withoutHIV, `"deny"`, `"denny"`, 1))}, "unreadable-consent"},
		"an extension that modifies":    {[]string{"-request", ok, "-consent", d.file("mod.json", strings.Replace(withoutHIV, `"status"`, `"modifierExtension":[{"url":"http://example.org/x","valueBoolean":true}],"status"`, 1))}, "unreadable-consent"},
		"half a consent":                {[]string{"-request", ok, "-consent", d.file("half.json", withoutHIV[:200])}, "unreadable-consent"},
		"no consent in the file":        {[]string{"-request", ok, "-consent", in}, "unreadable-consent"},
		"one of two cannot be read":     {[]string{"-consent", c, filepath.Join(d.dir, "none"), "-request", ok}, "unreadable-consent"},
		"rules that cannot be read":     {[]string{"-request", ok, "-labels", d.file("bad", `{"rules":[{}]}`)}, "evaluation-failed"},
		"another patient's record":      {[]string{"-request", d.file("r8", strings.Replace(want("TREAT", ""), `"77"`, `"78"`, 1))}, "other-patient"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := desk{t, d.dir}
			code, out, decision, preview := d.run(append(tt.args, in)...)
			require.Equal(t, exitDenied, code)
			require.Empty(t, out)
			require.Contains(t, decision, `"code": "`+tt.reason+`"`)
			require.Contains(t, preview, "Nothing will be shared.")
			require.NotContains(t, decision+preview, secret)
		})
	}
}

// A file that cannot be read as a record, or a call that makes no sense, is no denial, and nothing is written either.
func TestFailed(t *testing.T) {
	d := newDesk(t)
	req := d.file("req.json", want("TREAT", ""))
	code, out, _, _ := d.run("-request", req, d.file("in.txt", "no record at all"))
	require.Equal(t, exitFailed, code)
	require.Empty(t, out)
	two := d.file("two.json", `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"a"}},{"resource":{"resourceType":"Patient","id":"b"}}]}`)
	code, out, _, _ = d.run("-request", req, two)
	require.Equal(t, exitFailed, code)
	require.Empty(t, out)
	for _, args := range [][]string{{"-request", req}, {"x"}, {"-request", req, "-to", "pdf", "x"}, {"-request", req, "-from", "pdf", "x"}, {"-request", req, "-default", "x", "x"},
		{"-request", req, "-now", "today", "x"}, {"-request", req, "-audience", "x", "x"}, {"-request", req, "-threshold", "2", "x"}, {"-request", req, "-combining", "x", "x"}} {
		code, _, _, _ = d.run(args...)
		require.Equal(t, exitUsage, code, "%v", args)
	}
}

// Several consents may be named in one flag or in several, and a consent of somebody else does not count.
func TestSeveralConsents(t *testing.T) {
	d := newDesk(t)
	in, req := d.record("in.json", fhir.Exporter{}), d.file("req.json", want("TREAT", ""))
	a, b := d.file("a.json", agreed("a", "")), d.file("b.json", strings.Replace(strings.Replace(agreed("b", ""), "permit", "deny", 1), "2022-06-13", "2023-01-01", 1))
	other := d.file("other.json", strings.ReplaceAll(strings.Replace(agreed("b", ""), "permit", "deny", 1), "Patient/ex-patient", "Patient/somebody"))
	code, _, _, _ := d.run("-consent", a, b, "-request", req, in)
	require.Equal(t, exitDenied, code)
	code, _, _, _ = d.run("-consent", b, "-consent", a, "-request", req, in)
	require.Equal(t, exitDenied, code)
	code, out, decision, _ := d.run("-request", req, "-consent", other, "-consent", a, in)
	require.Zero(t, code)
	require.Contains(t, out, secret, "nothing restricts it")
	require.Contains(t, decision, "other-patient")
}

// The same call gives the same bytes, on standard output too.
func TestTwice(t *testing.T) {
	d := newDesk(t)
	in, req, c := d.record("in.json", fhir.Exporter{}), d.file("req.json", want("TREAT", "")), d.file("c.json", withoutHIV)
	_, out, decision, preview := d.run("-consent", c, "-request", req, in)
	_, out2, decision2, preview2 := d.run("-consent", c, "-request", req, in)
	require.Equal(t, out+decision+preview, out2+decision2+preview2)
	var stdout, stderr bytes.Buffer
	data, err := os.Open(in)
	require.NoError(t, err)
	defer data.Close()
	page := filepath.Join(d.dir, "p.html")
	require.Zero(t, run(t.Context(), []string{"-consent", c, "-request", req, "-preview", page, "-report", filepath.Join(d.dir, "r.jsonl"), "-now", "2026-03-02T10:00:00Z", "-"}, data, &stdout, &stderr))
	require.Equal(t, out, stdout.String())
	html, err := os.ReadFile(page)
	require.NoError(t, err)
	require.Contains(t, string(html), "<li>Glucose, 2022-02-02</li>")
	report, err := os.ReadFile(filepath.Join(d.dir, "r.jsonl"))
	require.NoError(t, err)
	require.NotContains(t, string(report), secret)
}

func ptr(s string) *string { return &s }

// What is to be de-identified leaves only so: without a key it does not leave.
func TestDeidentified(t *testing.T) {
	d := newDesk(t)
	in, req := d.record("in.json", fhir.Exporter{}), d.file("req.json", want("HRESCH", `,"form":"de-identified"`))
	code, out, decision, preview := d.run("-request", req, in)
	require.Equal(t, exitDenied, code)
	require.Empty(t, out)
	require.Contains(t, decision, "evaluation-failed")
	require.Contains(t, preview, "Nothing will be shared.")
	code, out, _, _ = d.run("-request", req, "-deid-key", d.file("key", "a secret of the host that is long enough"), in)
	require.Zero(t, code)
	require.Contains(t, out, "2339-0")
	require.NotContains(t, out, "Doe")
	require.NotContains(t, out, "1970-05-05")
}

// A revocation discloses nothing.
func TestRevokeDisclosesNothing(t *testing.T) {
	d := newDesk(t)
	req := d.file("req.json", strings.Replace(want("PATRQT", `,"action":{"code":"revoke"}`), `"Practitioner/2"`, `"Patient/ex-patient"`, 1))
	code, out, _, _ := d.run("-request", req, d.record("in.json", fhir.Exporter{}))
	require.Equal(t, exitDenied, code)
	require.Empty(t, out)
}
