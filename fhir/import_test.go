package fhir

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/record"
)

// sharedDir finds a folder of corpora; a test skips where it is absent.
func sharedDir(t testing.TB, sub string) string {
	t.Helper()
	return beside.Shared(t, sub)
}

// corpus gives the JSON files of a folder of corpora.
func corpus(t testing.TB, sub string) (files []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(sharedDir(t, "corpus/fhir/"+sub), func(p string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && (strings.HasSuffix(p, ".json") || strings.HasSuffix(p, ".ndjson")) {
			files = append(files, p)
		}
		return err
	}))
	require.NotEmpty(t, files)
	return files
}

var roundTripCorpora = []string{"r4-official-examples-json", "us-core-610-examples", "fhir-test-cases-r4-examples", "bulk-10-patients"}

// imported reads one input.
func imported(t testing.TB, data []byte) (recs []*record.Record, reps []*record.Report) {
	t.Helper()
	for x, err := range (Importer{}).Import(t.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
		require.NoError(t, err)
		recs, reps = append(recs, x.Record), append(reps, x.Report)
	}
	return recs, reps
}

// TestImportCorpora: every official example is read, and every leaf of it accounted for.
func TestImportCorpora(t *testing.T) {
	for _, dir := range roundTripCorpora {
		t.Run(dir, func(t *testing.T) {
			for _, file := range corpus(t, dir) {
				data, err := os.ReadFile(file)
				require.NoError(t, err)
				if !json.Valid(data) && !strings.HasSuffix(file, ".ndjson") {
					continue
				}
				name := filepath.Base(file)
				if _, err := Parse(data, record.Limits{}); err != nil {
					t.Log(name, err)
					continue
				}
				facts := 0
				recs, reps := imported(t, data)
				for i, rep := range reps {
					c := rep.Counts
					require.Zero(t, c.Facts-c.Mapped-c.Carried-c.Scaffold, "%s: %+v", name, c)
					facts += c.Facts
					for _, x := range record.Validate(recs[i]) {
						require.NotEqual(t, record.SeverityError, x.Severity, "%s: %s: %s", name, x.Path, x.Message)
					}
				}
				require.Equal(t, leavesOf(t, data), facts, name)
			}
		})
	}
}

// leavesOf counts the scalars of a JSON text, or of all lines of an NDJSON one.
func leavesOf(t testing.TB, data []byte) (n int) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	for d.More() {
		var v any
		require.NoError(t, d.Decode(&v))
		n += scalars(v)
	}
	return n
}

func scalars(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		for _, x := range v {
			n += scalars(x)
		}
	case []any:
		for _, x := range v {
			n += scalars(x)
		}
	default:
		n = 1
	}
	return n
}
