package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

var update = flag.Bool("update", false, "make the sample export anew")

const sample = "../sample/ehi"

// tree digests every file of a folder with its name.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		sum := sha256.Sum256(data)
		rel, _ := filepath.Rel(dir, p)
		out[filepath.ToSlash(rel)] = hex.EncodeToString(sum[:])
		return err
	}))
	return out
}

func call(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, &stdout, &stderr)
	return code, stdout.String() + stderr.String()
}

// The sample export that ships with the project is what the command makes of the sample documents:
//
//	go test ./examples/ehi-export -run TestSample -update
func TestSample(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ehi")
	code, out := call(t, "-o", dir, "-now", "2024-06-01T00:00:00Z", "-table", "bookings=../sample/bookings.csv", "../sample/ccd.xml", "../sample/mixed")
	require.Zero(t, code, out)
	if *update {
		require.NoError(t, os.RemoveAll(sample))
		require.NoError(t, os.CopyFS(sample, os.DirFS(dir)))
	}
	require.Equal(t, tree(t, sample), tree(t, dir), "go test ./examples/ehi-export -run TestSample -update")
	code, out = call(t, "-verify", sample)
	require.Zero(t, code, out)
	require.Contains(t, out, "2 records")
}

// invented writes documents of invented patients in several formats, three of each.
func invented(t *testing.T, n int) string {
	t.Helper()
	in := t.TempDir()
	for seed := range uint64(n) {
		rec := recordtest.Generate(seed, recordtest.Small)
		rec.Sources = nil
		for name, x := range map[string]record.Exporter{"doc.xml": ccda.Exporter{}, "bundle.json": fhir.Exporter{}, "messages.hl7": hl7v2.Exporter{}} {
			var b bytes.Buffer
			_, err := x.Export(t.Context(), rec, &b, record.ExportOptions{})
			require.NoError(t, err)
			folder := filepath.Join(in, string(rune('a'+seed)))
			require.NoError(t, os.MkdirAll(folder, 0o700))
			require.NoError(t, os.WriteFile(filepath.Join(folder, name), b.Bytes(), 0o600))
		}
	}
	return in
}

// A folder of mixed documents is one chart a patient, with each document as its original.
func TestPopulation(t *testing.T) {
	const n = 4
	in := invented(t, n)
	dir := filepath.Join(t.TempDir(), "out")
	code, out := call(t, "-o", dir, "-part", "2", "-now", "2024-06-01T00:00:00Z", in)
	require.Zero(t, code, out)
	p, err := portage.OpenEHI(dir, portage.EHILimits{})
	require.NoError(t, err)
	require.NoError(t, p.Verify(t.Context()))
	require.Equal(t, n, p.Manifest.Patients)
	originals := 0
	for part, err := range p.Manifests(t.Context()) {
		require.NoError(t, err)
		for _, f := range part.Patients {
			for _, x := range f.Files {
				if x.Kind == "original" {
					originals++
				}
			}
		}
	}
	messages := 0
	for _, f := range must(filepath.Glob(filepath.Join(in, "*", "*.hl7")))(t) {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		messages += bytes.Count(data, []byte("MSH|"))
	}
	require.Greater(t, messages, n)
	require.Equal(t, 2*n+messages, originals, "each document, and each message")

	again := filepath.Join(t.TempDir(), "again") // interrupted, and with another number of jobs
	ctx, cancel := context.WithCancel(t.Context())
	var nothing bytes.Buffer
	require.Equal(t, 1, run(ctx, []string{"-o", again, "-part", "2", "-jobs", "1", "-now", "2024-06-01T00:00:00Z", in}, &nothing, cancels(cancel)))
	require.NoFileExists(t, filepath.Join(again, "manifest.json"))
	code, out = call(t, "-o", again, "-part", "2", "-now", "2024-06-01T00:00:00Z", in)
	require.Zero(t, code, out)
	require.Equal(t, tree(t, dir), tree(t, again))
	require.NoError(t, os.RemoveAll(again))
	require.Equal(t, 1, run(canceled(t), []string{"-o", again, in}, &nothing, &nothing))

	changed := filepath.Join(t.TempDir(), "changed")
	ctx, cancel = context.WithCancel(t.Context())
	require.Equal(t, 1, run(ctx, []string{"-o", changed, "-part", "2", "-jobs", "1", "-now", "2024-06-01T00:00:00Z", in}, &nothing, cancels(cancel)))
	require.NoError(t, os.Remove(filepath.Join(in, "a", "doc.xml")))
	code, out = call(t, "-o", changed, "-part", "2", "-now", "2024-06-01T00:00:00Z", in)
	require.Equal(t, 1, code)
	require.Contains(t, out, portage.ErrEHIChanged.Error())
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T { require.NoError(t, err); return v }
}

// cancels ends an export at its first word of progress.
type cancels func()

func (c cancels) Write(p []byte) (int, error) { c(); return len(p), nil }

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// One patient of many, as a zip.
func TestOnePatient(t *testing.T) {
	file := filepath.Join(t.TempDir(), "one.zip")
	code, out := call(t, "-o", file, "-patient", "urn:oid:2.16.840.1.113883.19.5.9999.2|MRN-51880", "../sample/ccd.xml", "../sample/mixed")
	require.Zero(t, code, out)
	code, out = call(t, "-verify", file)
	require.Zero(t, code, out)
	require.Contains(t, out, "1 records")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	data[len(data)/2] ^= 1
	require.NoError(t, os.WriteFile(file, data, 0o600))
	code, _ = call(t, "-verify", file)
	require.Equal(t, 1, code)
	code, _ = call(t, "-o", file, "-patient", "urn:x|nobody", "../sample/ccd.xml")
	require.Equal(t, 1, code)
}

// An export in a folder is packed into the zip that is written at once.
func TestPack(t *testing.T) {
	dir := t.TempDir()
	folder, once, packed := filepath.Join(dir, "folder"), filepath.Join(dir, "once.zip"), filepath.Join(dir, "packed.zip")
	for _, out := range []string{folder, once} {
		code, text := call(t, "-o", out, "-now", "2024-06-01T00:00:00Z", "../sample/ccd.xml", "../sample/mixed")
		require.Zero(t, code, text)
	}
	code, text := call(t, "-pack", folder, "-o", packed)
	require.Zero(t, code, text)
	a, err := os.ReadFile(once)
	require.NoError(t, err)
	b, err := os.ReadFile(packed)
	require.NoError(t, err)
	require.True(t, bytes.Equal(a, b), "another zip")
	code, text = call(t, "-verify", packed)
	require.Zero(t, code, text)

	code, _ = call(t, "-pack", folder, "-o", filepath.Join(dir, "no-zip"))
	require.Equal(t, 2, code)
	require.NoError(t, os.Remove(filepath.Join(folder, "manifest.json")))
	code, _ = call(t, "-pack", folder, "-o", filepath.Join(dir, "none.zip"))
	require.Equal(t, 1, code)
	require.NoFileExists(t, filepath.Join(dir, "none.zip"))
}

// A file that tells of two patients is the original of neither; each message in it is that of its patient.
func TestSharedFileIsNobodysOriginal(t *testing.T) {
	in := t.TempDir()
	a, err := os.ReadFile("../sample/mixed/result.hl7")
	require.NoError(t, err)
	b := strings.NewReplacer("MRN-51880", "MRN-60001", "Lindqvist^Theo", "Osei^Ama", "19880719|M", "19910102|F", "LAB-0001", "LAB-0002").Replace(string(a))
	require.NoError(t, os.WriteFile(filepath.Join(in, "two.hl7"), append(a, b...), 0o600))
	dir, report := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "report.jsonl")
	code, out := call(t, "-o", dir, "-report", report, in)
	require.Zero(t, code, out)
	for name := range tree(t, dir) {
		if !strings.Contains(name, "originals") {
			continue
		}
		message, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NotEqual(t, bytes.Contains(message, []byte("MRN-51880")), bytes.Contains(message, []byte("MRN-60001")))
	}
	var bundles strings.Builder
	for _, id := range []string{"a", "b"} {
		bundles.WriteString(`{"resourceType":"Patient","id":"` + id + `","identifier":[{"system":"urn:x","value":"` + id + `"}]}` + "\n")
	}
	in2, dir2 := t.TempDir(), filepath.Join(t.TempDir(), "out")
	require.NoError(t, os.WriteFile(filepath.Join(in2, "two.ndjson"), []byte(bundles.String()), 0o600))
	code, out = call(t, "-o", dir2, in2)
	require.Zero(t, code, out)
	require.Len(t, must(filepath.Glob(filepath.Join(dir2, "parts/000001/*/record.json")))(t), 2)
	require.Empty(t, must(filepath.Glob(filepath.Join(dir2, "parts/000001/*/originals/*")))(t))
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	var l line
	require.NoError(t, json.Unmarshal(bytes.SplitN(text, []byte("\n"), 2)[0], &l))
	require.Equal(t, 2, l.Records)
}

func TestBadCalls(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x.txt"), []byte("nothing known"), 0o600))
	out := filepath.Join(t.TempDir(), "out")
	code, log := call(t, "-o", out, filepath.Join(dir, "x.txt"), "../sample/ccd.xml")
	require.Equal(t, 1, code, "an input that cannot be read is not passed over in silence")
	require.Contains(t, log, "1 inputs and 0 patients failed")
	code, _ = call(t, "-verify", out)
	require.Zero(t, code)
	code, _ = call(t, "-verify", out, "-digest", strings.Repeat("0", 64))
	require.Equal(t, 1, code)
	code, log = call(t, "-o", out, "../sample/ccd.xml")
	require.Equal(t, 1, code)
	require.Contains(t, log, portage.ErrEHIFinished.Error())
	for _, args := range [][]string{{}, {"-o", out}, {"-verify", out, "x"}, {"-o", out, "-now", "noon", "x"}, {"-o", out, "-table", "x", "x"}, {"-nothing"}} {
		code, _ := call(t, args...)
		require.Equal(t, 2, code, "%q", args)
	}
	code, _ = call(t, "-verify", dir)
	require.Equal(t, 1, code)
}
