package fhir

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// countedFile is a file of which only the size is kept.
type countedFile struct{ n *int64 }

func (c countedFile) Write(p []byte) (int, error) { *c.n += int64(len(p)); return len(p), nil }
func (c countedFile) Close() error                { return nil }

var workers = flag.Int("workers", 2, "how many patients TestLargeBulk reads, and how many it writes, at once")

// TestLargeBulk: a gigabyte of lines goes through import and export in under 200 MB.
func TestLargeBulk(t *testing.T) {
	size := int64(16 << 20)
	if *large {
		size = 1 << 30
	}
	if testing.Short() {
		t.Skip("it is large")
	}
	dir := t.TempDir()
	written := int64(0)
	w := &BulkWriter{MaxBytes: 64 << 20, Options: testOptions, Create: func(name string) (io.WriteCloser, error) {
		f, err := os.Create(filepath.Join(dir, name))
		return tallied{f, &written}, err
	}}
	patients := 0
	for ; written < size; patients++ {
		_, err := w.Write(t.Context(), recordtest.Generate(uint64(patients), recordtest.Medium))
		require.NoError(t, err)
	}
	m, err := w.Close()
	require.NoError(t, err)
	b := Bulk{Workers: *workers}
	for _, x := range m.Output {
		f, err := os.Open(filepath.Join(dir, x.URL))
		require.NoError(t, err)
		defer f.Close()
		info, err := f.Stat()
		require.NoError(t, err)
		b.Files = append(b.Files, BulkFile{Name: x.URL, Size: info.Size(), ReaderAt: f})
	}
	stop := peak()
	start := time.Now()
	out, n := int64(0), 0
	again := &BulkWriter{Workers: *workers, Options: testOptions, Create: func(string) (io.WriteCloser, error) { return countedFile{&out}, nil }}
	read := func(yield func(*record.Record) bool) {
		for x, err := range b.Import(t.Context(), record.Input{}, record.ImportOptions{}) {
			require.NoError(t, err)
			if x.Record.Patient != nil {
				n++
			}
			if !yield(x.Record) {
				return
			}
		}
	}
	for _, err := range again.WriteAll(t.Context(), read) {
		require.NoError(t, err)
	}
	_, err = again.Close()
	require.NoError(t, err)
	took, most := time.Since(start), stop()
	t.Logf("%d MB of %d patients in, %d MB out in %v; at most %d MB of memory", written>>20, n, out>>20, took.Round(time.Millisecond), most>>20)
	require.Equal(t, patients, n)
	require.Less(t, most, uint64(200<<20))
}

// tallied is a file that adds to a tally what is written to it.
type tallied struct {
	*os.File
	n *int64
}

func (c tallied) Write(p []byte) (int, error) {
	n, err := c.File.Write(p)
	*c.n += int64(n)
	return n, err
}

// BenchmarkPatients imports and exports patients on as many cores as there are (-cpu 1,2,4): they have nothing in common.
func BenchmarkPatients(b *testing.B) {
	var text bytes.Buffer
	_, err := Exporter{}.Export(b.Context(), recordtest.Generate(1, recordtest.Medium), &text, testOptions)
	require.NoError(b, err)
	b.SetBytes(int64(text.Len()))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			for x, err := range (Importer{}).Import(b.Context(), record.Input{Bytes: text.Bytes()}, record.ImportOptions{}) {
				if err == nil {
					_, err = Exporter{}.Export(b.Context(), x.Record, io.Discard, testOptions)
				}
				if err != nil {
					b.Error(fmt.Sprint(err))
				}
			}
		}
	})
}
