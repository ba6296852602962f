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

// TestBulkOddLines: a line that cannot be read costs that line, is told by its place, and is kept.
func TestBulkOddLines(t *testing.T) {
	file := func(lines ...string) BulkFile {
		text := strings.Join(lines, "\n")
		return BulkFile{Name: "secret-Quixotica.ndjson", Size: int64(len(text)), ReaderAt: strings.NewReader(text)}
	}
	b := Bulk{Files: []BulkFile{
		file(`{"resourceType":"Patient","id":"a"}`, `{"resourceType":"Patient","id":"Quixotica`, `{"resourceType":"Patient","id":"b"}`, "\xff\xfe", `{"log":"done"}`),
		file(`{"resourceType":"Condition","id":"c","subject":{"reference":"Patient/a"},"code":{"text":"x"}}`, "",
			`{"resourceType":"Condition","id":"d","extension":`+strings.Repeat("[", 600), `{"resourceType":"Condition","id":"e","subject":{"reference":"Patient/b"},"note":[{"text":"`+strings.Repeat("x", 3<<20)+`"}]}`),
	}}
	var recs []*record.Record
	var last *record.Report
	for x, err := range b.Import(t.Context(), record.Input{}, record.ImportOptions{Limits: record.Limits{Bytes: 2 << 20}}) {
		require.NoError(t, err)
		require.Zero(t, x.Report.Counts.Unaccounted())
		recs, last = append(recs, x.Record), x.Report
		recordtest.NoMarkersIn(t, nil, x.Report)
		require.NotContains(t, fmt.Sprint(x.Report), "Quixotica")
	}
	require.Len(t, recs, 3)
	require.Len(t, recs[0].Problems, 1)
	require.NotNil(t, recs[1].Patient)
	require.Nil(t, recs[2].Patient)
	var got []string
	for _, i := range last.Issues {
		got = append(got, fmt.Sprintf("%s %s %s:%d:%d %s", i.Severity, i.Code, i.Path, i.Line, i.Column, i.Action))
	}
	require.Equal(t, []string{
		"error bad-line files[0]:2:42 carried", "error bad-line files[0]:4:1 dropped", "info bad-line files[0]:5:0 carried",
		"error bad-line files[1]:3:0 carried", "error bad-line files[1]:4:0 dropped",
	}, got)
	require.Equal(t, `{"resourceType":"Patient","id":"Quixotica`, recs[2].Carried[0].Data)
	require.Len(t, recs[2].Carried, 3)
}
