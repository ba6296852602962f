package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// TestBulkFolder: a folder of NDJSON files gives an output for each patient.
func TestBulkFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "export")
	require.NoError(t, os.Mkdir(dir, 0o777))
	w := &fhir.BulkWriter{Options: record.ExportOptions{Now: time.Unix(0, 0)}, Create: func(name string) (io.WriteCloser, error) { return os.Create(filepath.Join(dir, name)) }}
	for seed := range uint64(3) {
		_, err := w.Write(t.Context(), recordtest.Generate(seed, recordtest.Small))
		require.NoError(t, err)
	}
	_, err := w.Close()
	require.NoError(t, err)
	out, report := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "report.jsonl")
	status, _, log := call(t, "", "-from", "bulk", "-o", out, "-report", report, dir)
	require.Zero(t, status, log)
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	var l struct {
		Records int
		Outputs []string
		Counts  struct{ Facts, Unaccounted int }
	}
	require.NoError(t, json.Unmarshal(text, &l))
	require.GreaterOrEqual(t, l.Records, 3)
	require.Len(t, l.Outputs, l.Records)
	require.Positive(t, l.Counts.Facts)
	require.Zero(t, l.Counts.Unaccounted)
	require.Equal(t, filepath.Join(out, "export.json"), l.Outputs[0])

	status, _, _ = call(t, "", "-from", "bulk", "-o", out, filepath.Join(dir, "Patient.000.ndjson"))
	require.NotZero(t, status, "a file is no folder")
}
