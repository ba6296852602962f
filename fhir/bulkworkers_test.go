package fhir

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// TestBulkWorkers: however many work, the same comes in the same order.
func TestBulkWorkers(t *testing.T) {
	files, m := exported(t, 20, 20_000)
	through := func(workers int) (map[string]*bytes.Buffer, *Manifest, []string) {
		b := bulkOf(files, m)
		b.Workers = workers
		out := map[string]*bytes.Buffer{}
		w := &BulkWriter{MaxBytes: 30_000, Workers: workers, Options: testOptions, Create: func(name string) (io.WriteCloser, error) {
			out[name] = &bytes.Buffer{}
			return memoryFile{out[name]}, nil
		}}
		var reports []string
		recs := func(yield func(*record.Record) bool) {
			for x, err := range b.Import(t.Context(), record.Input{}, record.ImportOptions{}) {
				require.NoError(t, err)
				for _, i := range x.Report.Issues {
					reports = append(reports, fmt.Sprint(i))
				}
				if !yield(x.Record) {
					return
				}
			}
		}
		for rep, err := range w.WriteAll(t.Context(), recs) {
			require.NoError(t, err)
			require.NotNil(t, rep)
		}
		m, err := w.Close()
		require.NoError(t, err)
		return out, m, reports
	}
	want, wantManifest, wantReports := through(1)
	for _, workers := range []int{2, 3, 7} {
		got, m, reports := through(workers)
		require.Equal(t, wantManifest, m)
		require.Equal(t, wantReports, reports)
		for name := range want {
			require.Equal(t, want[name].String(), got[name].String(), name)
		}
	}
}

// TestBulkWorkersStop: one who stops leaves nothing running, and an end of the context is an error.
func TestBulkWorkersStop(t *testing.T) {
	files, m := exported(t, 20, 0)
	b := bulkOf(files, m)
	b.Workers = 4
	for x, err := range b.Import(t.Context(), record.Input{}, record.ImportOptions{}) {
		require.NoError(t, err)
		require.NotNil(t, x)
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n, last := 0, error(nil)
	for _, err := range b.Import(ctx, record.Input{}, record.ImportOptions{}) {
		if last = err; err != nil {
			break
		}
		if n++; n == 3 {
			cancel()
		}
	}
	require.ErrorIs(t, last, context.Canceled)
	require.Less(t, n, 3+4)
}

// TestBulkProvenance: what tells of the history of a patient's resource is that patient's, though it does not name them.
func TestBulkProvenance(t *testing.T) {
	file := func(lines ...string) BulkFile {
		text := strings.Join(lines, "\n") + "\n"
		return BulkFile{Name: "x", Size: int64(len(text)), ReaderAt: strings.NewReader(text)}
	}
	b := Bulk{Files: []BulkFile{
		file(`{"resourceType":"Provenance","id":"v1","target":[{"reference":"Condition/c2"}],"recorded":"2024-02-03T10:00:00Z","agent":[{"who":{"display":"Ward 7"}}]}`,
			`{"resourceType":"Provenance","id":"v2","target":[{"reference":"Condition/c1/_history/1"}],"recorded":"2024-02-03T10:00:00Z","agent":[{"who":{"display":"Ward 8"}}]}`,
			`{"resourceType":"Provenance","id":"v3","target":[{"reference":"Organization/o"}],"recorded":"2024-02-03T10:00:00Z","agent":[{"who":{"display":"Ward 9"}}]}`),
		file(`{"resourceType":"Condition","id":"c1","subject":{"reference":"Patient/p1"},"code":{"text":"Cough"}}`,
			`{"resourceType":"Condition","id":"c2","subject":{"reference":"Patient/p2"},"code":{"text":"Fever"}}`),
		file(`{"resourceType":"Patient","id":"p1"}`, `{"resourceType":"Patient","id":"p2"}`),
	}}
	var whose []string
	for x, err := range b.Import(t.Context(), record.Input{}, record.ImportOptions{}) {
		require.NoError(t, err)
		text, err := json.Marshal(x.Record)
		require.NoError(t, err)
		for _, ward := range []string{"Ward 7", "Ward 8", "Ward 9"} {
			if strings.Contains(string(text), ward) {
				at := "nobody"
				if len(x.Record.Problems) > 0 {
					at = x.Record.Problems[0].Code.Text
				}
				whose = append(whose, ward+" "+at)
			}
		}
	}
	slices.Sort(whose)
	require.Equal(t, []string{"Ward 7 Fever", "Ward 8 Cough", "Ward 9 nobody"}, whose)
}

// BenchmarkBulk reads patients and writes them again, as many at once as there are cores (-cpu 1,2,4).
func BenchmarkBulk(b *testing.B) {
	files, m := exported(b, 100, 0)
	size := 0
	for _, f := range files {
		size += f.Len()
	}
	b.SetBytes(int64(size))
	workers := runtime.GOMAXPROCS(0)
	for b.Loop() {
		in := bulkOf(files, m)
		in.Workers = workers
		out := &BulkWriter{Workers: workers, Options: testOptions, Create: func(string) (io.WriteCloser, error) { return countedFile{new(int64)}, nil }}
		recs := func(yield func(*record.Record) bool) {
			for x, err := range in.Import(b.Context(), record.Input{}, record.ImportOptions{}) {
				require.NoError(b, err)
				if !yield(x.Record) {
					return
				}
			}
		}
		for _, err := range out.WriteAll(b.Context(), recs) {
			require.NoError(b, err)
		}
	}
}
