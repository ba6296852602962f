package fhir

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

type memoryFile struct{ *bytes.Buffer }

func (memoryFile) Close() error { return nil }

// exported writes some invented patients as a bulk export into memory.
func exported(t testing.TB, patients int, most int64) (files map[string]*bytes.Buffer, m *Manifest) {
	files = map[string]*bytes.Buffer{}
	w := &BulkWriter{MaxBytes: most, Options: testOptions, Create: func(name string) (io.WriteCloser, error) {
		files[name] = &bytes.Buffer{}
		return memoryFile{files[name]}, nil
	}}
	for i := range patients {
		_, err := w.Write(t.Context(), recordtest.Generate(uint64(i), recordtest.Small))
		require.NoError(t, err)
	}
	m, err := w.Close()
	require.NoError(t, err)
	return files, m
}

func bulkOf(files map[string]*bytes.Buffer, m *Manifest) (b Bulk) {
	for _, f := range m.Output {
		text := files[f.URL].Bytes()
		b.Files = append(b.Files, BulkFile{Name: f.URL, Size: int64(len(text)), ReaderAt: bytes.NewReader(text)})
	}
	return b
}

// TestBulk: patients that go out into files by type are found together again.
func TestBulk(t *testing.T) {
	const patients = 12
	files, m := exported(t, patients, 20_000)
	types := map[string]int{}
	for _, f := range m.Output {
		types[f.Type]++
		require.Equal(t, f.Count, strings.Count(files[f.URL].String(), "\n"), f.URL)
		require.NotContains(t, files[f.URL].String(), `"reference":"urn:`, "a line refers to another by type and id")
		if types[f.Type] > 1 {
			require.Equal(t, fmt.Sprintf("%s.%03d.ndjson", f.Type, types[f.Type]-1), f.URL)
		}
	}
	require.Greater(t, types["Observation"], 1, "a file ends where it is as large as it may be")
	text, err := m.JSON()
	require.NoError(t, err)
	require.True(t, json.Valid(text))
	n := 0
	for x, err := range bulkOf(files, m).Import(t.Context(), record.Input{}, record.ImportOptions{}) {
		require.NoError(t, err)
		c := x.Report.Counts
		require.Zero(t, c.Unaccounted())
		if x.Record.Patient == nil {
			continue // what is of no patient, and what is of a patient who is elsewhere
		}
		want := recordtest.Generate(uint64(n), recordtest.Small)
		require.Equal(t, want.Patient.ID, x.Record.Patient.ID)
		require.Len(t, x.Record.Allergies, len(want.Allergies))
		require.Len(t, x.Record.Problems, len(want.Problems))
		n++
	}
	require.Equal(t, patients, n)
}

// TestBulkMemory: memory is for one patient and some bytes a resource, however many there are.
func TestBulkMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads and writes many patients")
	}
	files, m := exported(t, 300, 0)
	size := 0
	for _, f := range files {
		size += f.Len()
	}
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var most uint64
	n := 0
	for _, err := range bulkOf(files, m).Import(t.Context(), record.Input{}, record.ImportOptions{}) {
		require.NoError(t, err)
		if n++; n%20 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc-min(now.HeapAlloc, before.HeapAlloc))
		}
	}
	t.Logf("%d bytes of lines, %d patients, at most %d bytes of heap beside them", size, n, most)
	require.Less(t, most, uint64(size)/2)
}
