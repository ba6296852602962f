package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/filelog"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// logged verifies an audit log, and gives its events but for those that tell of the log itself.
func logged(t *testing.T, dir string, check filelog.Check) (out []*audit.Event) {
	t.Helper()
	check.Events = true
	_, err := filelog.Verify(t.Context(), dir, check)
	require.NoError(t, err)
	r, err := filelog.OpenReader(dir)
	require.NoError(t, err)
	for e, err := range r.Entries(t.Context(), 0) {
		require.NoError(t, err)
		if e.Event.Kind != audit.KindStart && e.Event.Kind != audit.KindStop {
			out = append(out, e.Event)
		}
	}
	return out
}

// With a log, the export is the same to the byte, and every patient in it has an intent and an outcome: to themselves, for access.
func TestLogged(t *testing.T) {
	const n = 3
	in := invented(t, n)
	plain, dir, log := filepath.Join(t.TempDir(), "plain"), filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "log")
	now := []string{"-part", "1", "-jobs", "1", "-now", "2024-06-01T00:00:00Z"}
	code, out := call(t, append(append([]string{"-o", plain}, now...), in)...)
	require.Zero(t, code, out)

	secret, public, err := note.GenerateKey(rand.Reader, "audit.example.org")
	require.NoError(t, err)
	key := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(key, []byte(secret), 0o600))
	with := append([]string{"-audit", log, "-audit-key", key, "-o", dir}, now...)

	// Interrupted, and gone on with: the log is opened again by it.
	ctx, cancel := context.WithCancel(t.Context())
	var nothing bytes.Buffer
	require.Equal(t, 1, run(ctx, append(with[:len(with):len(with)], in), &nothing, cancels(cancel)))
	require.NoFileExists(t, filepath.Join(dir, "manifest.json"))
	code, out = call(t, append(with[:len(with):len(with)], in)...)
	require.Zero(t, code, out)
	require.Equal(t, tree(t, plain), tree(t, dir))

	verifier, err := note.NewVerifier(public)
	require.NoError(t, err)
	done, opened := map[string]int{}, map[string]bool{}
	whole := 0
	for _, e := range logged(t, log, filelog.Check{Key: verifier}) {
		switch {
		case e.Kind == audit.KindExport && e.Phase == audit.PhaseOutcome && e.Outcome == audit.OutcomeSuccess:
			whole++
		case e.Kind != audit.KindDisclose:
		case e.Phase == audit.PhaseIntent:
			opened[e.ID] = true
		case e.Outcome == audit.OutcomeSuccess:
			require.True(t, opened[e.Intent], "the intent comes first")
			require.NotNil(t, e.Disclosure)
			require.Equal(t, audit.BasisIndividual, e.Disclosure.Basis)
			require.Equal(t, "45 CFR 164.524", e.Disclosure.Citation)
			require.NotEmpty(t, e.Entities)
			done[e.Entities[0].Reference]++
		}
	}
	require.Equal(t, 1, whole)
	require.Len(t, done, n, "each patient once, in whichever run their part lasted")
	for at, times := range done {
		require.Equal(t, 1, times, at)
	}

	// A log that does not open: nothing is written.
	bad := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(bad, []byte("x"), 0o600))
	none := filepath.Join(t.TempDir(), "none")
	code, _ = call(t, "-audit", bad, "-o", none, in)
	require.Equal(t, 1, code)
	require.NoDirExists(t, none)
}

// A patient's own access reaches what is under 42 CFR Part 2 (42 CFR 2.23(a)), and no psychotherapy notes (45 CFR 164.524(a)(1)(i)).
func TestOwnAccess(t *testing.T) {
	rec := recordtest.Generate(5, recordtest.Small)
	rec.Sources = nil
	require.GreaterOrEqual(t, len(rec.Results), 2)
	mark := func(code string) []record.Label {
		return []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: code}}}
	}
	const kept, leaves = "NEVERTOLD-7", "TOLD-8"
	rec.Results[0].Labels, rec.Results[1].Labels = mark(consent.CodePsyNotes), mark(consent.CodeUnderPart2)
	rec.Results[0].Notes = append(rec.Results[0].Notes, record.Note{Text: kept})
	rec.Results[1].Notes = append(rec.Results[1].Notes, record.Note{Text: leaves})
	in := filepath.Join(t.TempDir(), "in.json")
	var b bytes.Buffer
	_, err := fhir.Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(in, b.Bytes(), 0o600))

	said := func(dir string) string {
		var all strings.Builder
		for name := range tree(t, dir) {
			text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
			require.NoError(t, err)
			all.Write(text)
		}
		return all.String()
	}
	dir := filepath.Join(t.TempDir(), "out")
	code, out := call(t, "-o", dir, in)
	require.Zero(t, code, out)
	text := said(dir)
	require.NotContains(t, text, kept)
	require.Contains(t, text, leaves)
	require.Empty(t, must(filepath.Glob(filepath.Join(dir, "parts/000001/0001/originals/*")))(t), "the document as sent has the notes")

	// Somebody else's request is decided as such: without consent marketing has nothing.
	request := filepath.Join(t.TempDir(), "request.json")
	ask := func(text string) (int, string, string) {
		require.NoError(t, os.WriteFile(request, []byte(text), 0o600))
		dir, log := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "log")
		code, out := call(t, "-o", dir, "-audit", log, "-request", request, in)
		if code == 0 {
			events := logged(t, log, filelog.Check{})
			require.NotEmpty(t, events)
		}
		return code, out, dir
	}
	code, out, dir = ask(`{"requester":{"reference":"Organization/9","name":"Northgate"},"purposes":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"HMARKT"}],"jurisdiction":"US","at":"2026-03-02T10:00:00Z"}`)
	require.Zero(t, code, out)
	require.Contains(t, out, "1 patients withheld")
	require.NotContains(t, said(dir), leaves)
	code, out, dir = ask(`{"requester":{"reference":"Organization/9","name":"Northgate"},"purposes":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}],"jurisdiction":"US","at":"2026-03-02T10:00:00Z"}`)
	require.Zero(t, code, out)
	require.NotContains(t, said(dir), leaves, "no consent under Part 2")
	for _, bad := range []string{"", "{", `{"patient":{"reference":"Patient/1"},"at":"2026-03-02T10:00:00Z"}`} {
		code, _, _ = ask(bad)
		require.Equal(t, 2, code)
	}
}

// A record that names no patient is nobody's to ask for: it fails, and with -keep-going the others go on.
func TestNobodysRecord(t *testing.T) {
	in := t.TempDir()
	rec := recordtest.Generate(5, recordtest.Small)
	rec.Patient, rec.Sources, rec.Subject = nil, nil, nil
	text, err := record.Marshal(rec)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(in, "nobody.json"), text, 0o600))
	doc, err := os.ReadFile("../sample/ccd.xml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(in, "somebody.xml"), doc, 0o600))
	dir, report := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "report.jsonl")
	code, _ := call(t, "-o", dir, in)
	require.Equal(t, 1, code)
	require.NoFileExists(t, filepath.Join(dir, "manifest.json"))
	dir = filepath.Join(t.TempDir(), "again")
	code, out := call(t, "-o", dir, "-keep-going", "-report", report, in)
	require.Equal(t, 1, code)
	require.Contains(t, out, "1 patients failed")
	said, err := os.ReadFile(report)
	require.NoError(t, err)
	require.Contains(t, string(said), errNobody.Error())
	p, err := portage.OpenEHI(dir, portage.EHILimits{})
	require.NoError(t, err)
	require.NoError(t, p.Verify(t.Context()))
	require.Equal(t, 1, p.Manifest.Patients)
}
