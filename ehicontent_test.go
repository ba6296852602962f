package portage_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// Files and folders are for their owner alone, and no name has a value of a patient's in it.
func TestEHIPermissionsAndNames(t *testing.T) {
	dir := exported(t, ehiExport(), 6)
	require.NoError(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		if d.IsDir() {
			require.Equal(t, fs.FileMode(0o700), info.Mode().Perm(), p)
		} else {
			require.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), p)
		}
		return nil
	}))
	for name := range tree(t, dir) {
		require.Regexp(t, `^(manifest\.json|dictionary\.(html|json)|parts/\d{6}(\.json|/\d{4}/(record\.json|fhir\.ndjson|ccda\.xml|report\.ndjson|originals/\d+\.xml|attachments/\d+\.txt|tables/visits(\.csv|-lines\.ndjson))))$`, name)
	}
}

// An original goes along only if it is what the record was read from.
func TestEHIOriginals(t *testing.T) {
	original := []byte("what was sent")
	sum := sha256.Sum256(original)
	rec := recordtest.Generate(1, recordtest.Small)
	rec.Sources = []record.Source{
		{ID: "a", Format: "hl7v2", SHA256: hex.EncodeToString(sum[:])},
		{ID: "b", Format: "fhir", SHA256: strings.Repeat("0", 64)}, // other bytes
		{ID: "c", Format: "fhir"},                                  // something is withheld
		{ID: "d", Format: "fhir", SHA256: hex.EncodeToString(sum[:])},
	}
	src := &oneSource{&portage.EHIPatient{Record: rec, Original: func(_ context.Context, s *record.Source) (io.ReadCloser, error) {
		if s.ID == "d" {
			return nil, nil // not kept
		}
		return io.NopCloser(bytes.NewReader(original)), nil
	}}}
	e := ehiExport()
	dir := filepath.Join(t.TempDir(), "export")
	_, err := e.Folder(t.Context(), dir, src)
	require.NoError(t, err)
	names, err := filepath.Glob(filepath.Join(dir, "parts/000001/0001/originals/*"))
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(dir, "parts/000001/0001/originals/1.hl7")}, names)
}

// Every attachment of the full record is a file with its content.
func TestEHIAttachments(t *testing.T) {
	rec := recordtest.Full()
	e := ehiExport()
	dir := filepath.Join(t.TempDir(), "export")
	_, err := e.Folder(t.Context(), dir, &oneSource{&portage.EHIPatient{Record: rec}})
	require.NoError(t, err)
	names, err := filepath.Glob(filepath.Join(dir, "parts/000001/0001/attachments/*"))
	require.NoError(t, err)
	require.Greater(t, len(names), 5)
	held := map[string]bool{}
	for _, n := range names {
		data, err := os.ReadFile(n)
		require.NoError(t, err)
		held[string(data)] = true
	}
	want := 0
	see := func(a *record.Attachment) {
		if a == nil || a.Data.IsZero() {
			return
		}
		r, err := a.Data.Open()
		require.NoError(t, err)
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		require.True(t, held[string(data)])
		want++
	}
	for i := range rec.Patient.Photos {
		see(&rec.Patient.Photos[i])
	}
	for i := range rec.Documents {
		for j := range rec.Documents[i].Body {
			see(&rec.Documents[i].Body[j])
		}
	}
	require.Positive(t, want)
}

// The dictionary has every type of the record, the host's tables and no way out.
func TestEHIDictionary(t *testing.T) {
	page, data, err := ehiExport().Dictionary()
	require.NoError(t, err)
	for _, word := range []string{"Allergy", "Medication", "Quantity", "visits.csv", "Day of the visit.", "https://ehr.example.org/export", "fhir.ndjson"} {
		require.Contains(t, string(page), word)
		require.Contains(t, string(data), word)
	}
	require.NotContains(t, string(page), "<script")
	require.NotContains(t, string(page), "src=")
}
