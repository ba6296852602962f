package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// lines reads a report.
func lines(t *testing.T, file string) (all []line) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	for l := range strings.Lines(string(data)) {
		var x line
		require.NoError(t, json.Unmarshal([]byte(l), &x))
		all = append(all, x)
	}
	return all
}

func stitched(t *testing.T, to string, inputs ...string) (dir string, report []line, code int) {
	t.Helper()
	dir = t.TempDir()
	file := filepath.Join(dir, "report.jsonl")
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"-to", to, "-o", filepath.Join(dir, "out"), "-report", file, "-now", "2024-05-01T00:00:00Z"}, inputs...), &out, &errs)
	return filepath.Join(dir, "out"), lines(t, file), code
}

// written writes a record in a format.
func written(t *testing.T, dir, name string, x record.Exporter, rec *record.Record) string {
	t.Helper()
	var b bytes.Buffer
	_, err := x.Export(t.Context(), rec, &b, record.ExportOptions{})
	require.NoError(t, err)
	p := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(p, b.Bytes(), 0o600))
	return p
}

// One patient told in several formats is one chart, in which nothing is doubled.
func TestOneChartOfSeveralFormats(t *testing.T) {
	in := t.TempDir()
	for seed := range uint64(4) {
		rec := recordtest.Generate(seed, recordtest.Small)
		rec.Sources = nil
		folder := filepath.Join(in, string(rune('a'+seed)))
		require.NoError(t, os.MkdirAll(folder, 0o700))
		written(t, folder, "doc.xml", ccda.Exporter{}, rec)
		written(t, folder, "bundle.json", fhir.Exporter{}, rec)
		written(t, folder, "messages.hl7", hl7v2.Exporter{}, rec)
	}
	dir, report, code := stitched(t, "record", in)
	require.Zero(t, code)
	outputs := 0
	for _, l := range report {
		if l.Output == "" {
			require.NotEqual(t, "look", l.Status)
			continue
		}
		outputs++
		require.Len(t, l.Inputs, 3)
		seed := uint64(filepath.Base(filepath.Dir(l.Inputs[0]))[0] - 'a')
		data, err := os.ReadFile(filepath.Join(dir, l.Output))
		require.NoError(t, err)
		got, err := record.Unmarshal(data)
		require.NoError(t, err)
		want := recordtest.Generate(seed, recordtest.Small)
		for name, n := range map[string][2]int{
			"allergies":     {len(want.Allergies), len(got.Allergies)},
			"problems":      {len(want.Problems), len(got.Problems)},
			"medications":   {len(want.Medications), len(got.Medications)},
			"immunizations": {len(want.Immunizations), len(got.Immunizations)},
			"procedures":    {len(want.Procedures), len(got.Procedures)},
			"results":       {len(want.Results), len(got.Results)},
			"vitals":        {len(want.Vitals), len(got.Vitals)},
			"encounters":    {len(want.Encounters), len(got.Encounters)},
		} {
			require.Equal(t, n[0], n[1], "seed %d: %s", seed, name)
		}
		for _, e := range got.Allergies {
			require.Len(t, e.Origins, 2)
		}
		for _, c := range l.Conflicts {
			t.Logf("seed %d: %s.%s", seed, c.Kind, c.Field)
		}
	}
	require.Equal(t, 4, outputs)
}

func TestEachFormatIsWritten(t *testing.T) {
	for to, mark := range map[string]string{"ccda": "<ClinicalDocument", "fhir": `"resourceType":"Bundle"`, "ndjson": `{"resourceType":`} {
		dir, report, code := stitched(t, to, "../sample/ccd.xml")
		require.Zero(t, code)
		data, err := os.ReadFile(filepath.Join(dir, report[len(report)-1].Output))
		require.NoError(t, err)
		require.Contains(t, string(data), mark)
	}
}

func TestWhoLooksAlikeIsNotPutTogether(t *testing.T) {
	in := t.TempDir()
	a := recordtest.Generate(1, recordtest.Small)
	b := a.Clone()
	b.Patient.Identifiers = []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.777", Value: "other"}}
	b.Patient.ID = "other"
	written(t, in, "a.json", record.JSONFormat().Exporter, a)
	written(t, in, "b.json", record.JSONFormat().Exporter, b)
	_, report, code := stitched(t, "fhir", in)
	require.Zero(t, code)
	looks, outputs := 0, 0
	for _, l := range report {
		if l.Status == "look" {
			looks++
			require.NotEmpty(t, l.Reasons)
		}
		if l.Output != "" {
			outputs++
		}
	}
	require.Equal(t, 1, looks)
	require.Equal(t, 2, outputs)
}

func TestBadInputs(t *testing.T) {
	in := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(in, "x.txt"), []byte("nothing known"), 0o600))
	_, report, code := stitched(t, "fhir", in, "../sample/ccd.xml")
	require.Equal(t, 1, code)
	require.Equal(t, "error", report[0].Status)
	require.Equal(t, "ok", report[len(report)-1].Status)
	var b bytes.Buffer
	require.Equal(t, 2, run(t.Context(), []string{"-to", "paper", "-o", in, in}, &b, &b))
	require.Equal(t, 2, run(t.Context(), nil, &b, &b))
	require.Equal(t, 2, run(t.Context(), []string{"-now", "noon", "-o", in, in}, &b, &b))
}
