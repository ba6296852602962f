package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const sample = "../sample/ccd.xml"

// call runs the program and gives its exit status, standard output and standard error.
func call(t *testing.T, stdin string, args ...string) (int, string, string) {
	t.Helper()
	stderr, err := os.CreateTemp(t.TempDir(), "stderr")
	require.NoError(t, err)
	defer stderr.Close()
	var stdout bytes.Buffer
	status := run(t.Context(), args, strings.NewReader(stdin), &stdout, stderr)
	log, err := os.ReadFile(stderr.Name())
	require.NoError(t, err)
	return status, stdout.String(), string(log)
}

func lines(t *testing.T, path string) (all []line) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	for l := range bytes.Lines(data) {
		var x line
		require.NoError(t, json.Unmarshal(l, &x))
		all = append(all, x)
	}
	return all
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
}

func TestOneFileToStandardOutput(t *testing.T) {
	status, out, log := call(t, "", "-now", "2024-02-01T00:00:00Z", sample)
	require.Zero(t, status, log)
	require.Empty(t, log, "nothing but the output, and no bar where there is no terminal")
	var bundle map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &bundle))
	require.Equal(t, "Bundle", bundle["resourceType"])
}

func TestStandardInput(t *testing.T) {
	data, err := os.ReadFile(sample)
	require.NoError(t, err)
	status, out, log := call(t, string(data), "-from", "ccda", "-to", "record", "-")
	require.Zero(t, status, log)
	require.Contains(t, out, `"portageRecord"`)
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	data, err := os.ReadFile(sample)
	require.NoError(t, err)
	doc := string(data)
	write(t, filepath.Join(dir, "in/a.xml"), doc)
	write(t, filepath.Join(dir, "in/a.txt"), doc)
	write(t, filepath.Join(dir, "in/sub/b.xml"), "<ClinicalDocument xmlns='urn:hl7-org:v3'><open>")
	write(t, filepath.Join(dir, "in/sub/c.xml"), doc)
	out, report := filepath.Join(dir, "out"), filepath.Join(dir, "report.jsonl")
	status, stdout, log := call(t, "", "-now", "2024-02-01T00:00:00Z", "-o", out, "-report", report, filepath.Join(dir, "in"))
	require.Equal(t, 1, status, log)
	require.Empty(t, stdout)
	got := lines(t, report)
	require.Len(t, got, 4, "one line an input, in input order")
	require.Equal(t, filepath.Join(out, "a.json"), got[0].Output, "a.txt comes first")
	require.Equal(t, filepath.Join(out, "a~2.json"), got[1].Output)
	require.True(t, hasIssue(got[1], "output-renamed"))
	require.False(t, hasIssue(got[0], "output-renamed"))
	require.Equal(t, "failed", got[2].Status)
	require.Regexp(t, `^ccda: 1:\d+: `, got[2].Error)
	require.NoFileExists(t, filepath.Join(out, "sub/b.json"))
	require.FileExists(t, filepath.Join(out, "sub/c.json"))
	for _, l := range []line{got[0], got[1], got[3]} {
		require.Equal(t, "ok", l.Status, l.Error)
		require.Equal(t, "ccda", l.From)
		require.Zero(t, l.Counts.Unaccounted)
		require.Equal(t, l.Counts.Facts, l.Counts.Mapped+l.Counts.Carried+l.Counts.Scaffold)
		require.Positive(t, l.Counts.Exported)
		require.LessOrEqual(t, l.Counts.Lost, len(l.Issues))
	}
	a, err := os.ReadFile(got[0].Output)
	require.NoError(t, err)
	b, err := os.ReadFile(got[1].Output)
	require.NoError(t, err)
	require.Equal(t, a, b, "the same input gives the same bytes")
}

func TestSeveralFoldersKeepTheirNames(t *testing.T) {
	dir := t.TempDir()
	data, err := os.ReadFile(sample)
	require.NoError(t, err)
	write(t, filepath.Join(dir, "x/a.xml"), string(data))
	write(t, filepath.Join(dir, "y/a.xml"), string(data))
	out := filepath.Join(dir, "out")
	status, _, log := call(t, "", "-o", out, filepath.Join(dir, "x"), filepath.Join(dir, "y"), sample)
	require.Zero(t, status, log)
	require.FileExists(t, filepath.Join(out, "x/a.json"))
	require.FileExists(t, filepath.Join(out, "y/a.json"))
	require.FileExists(t, filepath.Join(out, "ccd.json"))
}

func TestJobsDoNotMatter(t *testing.T) {
	dir := t.TempDir()
	data, err := os.ReadFile(sample)
	require.NoError(t, err)
	for _, n := range []string{"a", "b", "c", "d", "e", "f"} {
		write(t, filepath.Join(dir, "in", n+".xml"), string(data))
	}
	var first []line
	for _, jobs := range []string{"1", "4"} {
		report := filepath.Join(dir, jobs+".jsonl")
		status, _, log := call(t, "", "-now", "2024-02-01T00:00:00Z", "-jobs", jobs, "-o", filepath.Join(dir, "out"+jobs), "-report", report, filepath.Join(dir, "in"))
		require.Zero(t, status, log)
		got := lines(t, report)
		for i := range got {
			got[i].Output, got[i].Millis = "", 0
		}
		if first == nil {
			first = got
			continue
		}
		require.Equal(t, first, got)
	}
}

func TestUsage(t *testing.T) {
	dir := t.TempDir()
	for name, args := range map[string][]string{
		"no input":           {},
		"unknown source":     {"-from", "pdf", sample},
		"unknown target":     {"-to", "pdf", sample},
		"no such file":       {filepath.Join(dir, "none.xml")},
		"several, no -o":     {sample, sample},
		"bad time":           {"-now", "yesterday", sample},
		"no jobs":            {"-jobs", "0", sample},
		"mode without ccda":  {"-mode", "faithful", sample},
		"no such release":    {"-to", "ccda", "-release", "2.0", sample},
		"release for FHIR":   {"-release", "3.0", sample},
		"unknown flag":       {"-frobnicate", sample},
		"an empty folder":    {dir},
		"report not created": {"-report", filepath.Join(dir, "no/such/folder/r.jsonl"), sample},
	} {
		t.Run(name, func(t *testing.T) {
			status, out, log := call(t, "", args...)
			require.Equal(t, 2, status)
			require.Empty(t, out)
			require.NotEmpty(t, log)
		})
	}
}

func TestUnknownFormatIsAFailure(t *testing.T) {
	dir := t.TempDir()
	in, report := filepath.Join(dir, "note.txt"), filepath.Join(dir, "r.jsonl")
	write(t, in, "no record at all")
	status, out, _ := call(t, "", "-report", report, in)
	require.Equal(t, 1, status)
	require.Empty(t, out)
	require.Contains(t, lines(t, report)[0].Error, "none of the formats")
}

func TestOutputNames(t *testing.T) {
	o := outputs{first: "out/a.json", taken: map[string]bool{"out/a.json": true, "out/a~2.json": true}}
	require.Equal(t, "out/a.json", o.path(0))
	require.Equal(t, "out/a~3.json", o.path(1), "a~2 is planned for another input")
	require.Equal(t, "out/a~4.json", o.path(2))
}

// No value of the document's may stand in the report, in an error, on standard error or in an id.
func TestNothingOfThePatientsIsTold(t *testing.T) {
	data, err := os.ReadFile(sample)
	require.NoError(t, err)
	n := 0
	mark := func(before, after string) func(string) string {
		return func(string) string { n++; return fmt.Sprintf("%sQZMARK%04d%s", before, n, after) }
	}
	doc := regexp.MustCompile(`extension="[^"]*[A-Z][^"]*"`).ReplaceAllStringFunc(string(data), mark(`extension="`, `"`))
	doc = regexp.MustCompile(`displayName="[^"]*"`).ReplaceAllStringFunc(doc, mark(`displayName="`, `"`))
	doc = regexp.MustCompile(`value="(tel|mailto):[^"]*"`).ReplaceAllStringFunc(doc, mark(`value="tel:`, `"`))
	doc = regexp.MustCompile(`>[^<>]*[A-Za-z0-9][^<>]*<`).ReplaceAllStringFunc(doc, mark(">", "<"))
	doc = regexp.MustCompile(`(birthTime|low|high) value="\d+"`).ReplaceAllStringFunc(doc, mark(`low value="`, `"`))
	require.Greater(t, n, 100)
	dir := t.TempDir()
	in, report := filepath.Join(dir, "in.xml"), filepath.Join(dir, "r.jsonl")
	for name, text := range map[string]string{"whole": doc, "cut off": doc[:len(doc)*2/3], "no document": strings.Replace(doc, "ClinicalDocument", "QZMARK", 1)} {
		t.Run(name, func(t *testing.T) {
			write(t, in, text)
			status, out, log := call(t, "", "-from", "ccda", "-report", report, in)
			require.Equal(t, name != "whole", status != 0)
			told, err := os.ReadFile(report)
			require.NoError(t, err)
			require.NotContains(t, string(told), "QZMARK")
			require.NotContains(t, log, "QZMARK")
			for _, id := range regexp.MustCompile(`"(?:id|fullUrl|reference)":"[^"]*"`).FindAllString(out, -1) {
				require.NotContains(t, id, "QZMARK")
			}
		})
	}
}

func hasIssue(l line, code string) bool {
	for _, i := range l.Issues {
		if i.Code == code {
			return true
		}
	}
	return false
}
