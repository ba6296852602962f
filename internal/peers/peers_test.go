package peers

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/portage-health/portage/internal/tree"
)

// shared finds the folder of real documents, or skips.
func shared(tb testing.TB) string {
	tb.Helper()
	if dir := os.Getenv("PORTAGE_SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "shared", "README.md")); err == nil {
			return filepath.Join(dir, "shared")
		}
		up := filepath.Dir(dir)
		if up == dir {
			tb.Skip("no folder of real documents here: set PORTAGE_SHARED")
		}
		dir = up
	}
}

func xmlFiles(tb testing.TB) (docs [][]byte) {
	tb.Helper()
	err := filepath.WalkDir(filepath.Join(shared(tb), "corpus/ccda/vendors"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.EqualFold(filepath.Ext(path), ".xml") {
			return err
		}
		b, err := os.ReadFile(path)
		docs = append(docs, b)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return docs
}

func jsonLines(tb testing.TB) (docs [][]byte) {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(shared(tb), "corpus/fhir/bulk-10-patients/*.ndjson"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		for line := range bytes.Lines(b) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				docs = append(docs, line)
			}
		}
	}
	return docs
}

func size(docs [][]byte) (n int) {
	for _, b := range docs {
		n += len(b)
	}
	return n
}

// A reader reads a document and gives what it made of it.
type reader func([]byte) (any, error)

func treeXML(b []byte) (any, error) {
	return tree.ParseXML(b, tree.XMLOptions{WellKnown: map[string]string{
		"xsi": "http://www.w3.org/2001/XMLSchema-instance", "sdtc": "urn:hl7-org:sdtc",
	}})
}

func etreeXML(b []byte) (any, error) {
	d := etree.NewDocument()
	return d, d.ReadFromBytes(b)
}

func treeJSON(b []byte) (any, error) { return tree.ParseJSON(b, tree.Limits{}) }

func treeStream() reader {
	var p tree.Parser
	return func(b []byte) (any, error) { return p.JSON(b) }
}

func anyJSON(b []byte) (any, error) {
	var v any
	return v, json.Unmarshal(b, &v)
}

func readAll(tb testing.TB, docs [][]byte, read reader) {
	for _, b := range docs {
		if _, err := read(b); err != nil {
			tb.Fatal(err)
		}
	}
}

// compare reads with ours and theirs in turn and reports how many times as fast ours is, by the fastest round of each.
func compare(b *testing.B, metric string, docs [][]byte, ours, theirs reader) {
	b.SetBytes(int64(size(docs)))
	var fastest [2]time.Duration
	for b.Loop() {
		for i, read := range []reader{ours, theirs} {
			runtime.GC()
			start := time.Now()
			readAll(b, docs, read)
			if took := time.Since(start); fastest[i] == 0 || took < fastest[i] {
				fastest[i] = took
			}
		}
	}
	mb := float64(size(docs)) / 1e6
	b.ReportMetric(float64(fastest[1])/float64(fastest[0]), metric)
	b.ReportMetric(mb/fastest[0].Seconds(), "ours-MB/s")
	b.ReportMetric(mb/fastest[1].Seconds(), "theirs-MB/s")
}

// heap reports what is held of all documents at once, the input among it, in multiples of the input.
func heap(b *testing.B, docs [][]byte, read reader) {
	var held float64
	for b.Loop() {
		before := live()
		in := make([][]byte, len(docs))
		out := make([]any, len(docs))
		for i := range docs {
			in[i] = bytes.Clone(docs[i])
			v, err := read(in[i])
			if err != nil {
				b.Fatal(err)
			}
			out[i] = v
		}
		held = float64(live()-before) / float64(size(docs))
		runtime.KeepAlive(in)
		runtime.KeepAlive(out)
	}
	b.ReportMetric(held, "x-input")
	b.ReportMetric(0, "ns/op")
}

func live() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkXML(b *testing.B) {
	docs := xmlFiles(b)
	b.Run("tree", func(b *testing.B) { each(b, docs, treeXML) })
	b.Run("etree", func(b *testing.B) { each(b, docs, etreeXML) })
	b.Run("ratio", func(b *testing.B) { compare(b, "x-etree", docs, treeXML, etreeXML) })
	b.Run("heap/tree", func(b *testing.B) { heap(b, docs, treeXML) })
	b.Run("heap/etree", func(b *testing.B) { heap(b, docs, etreeXML) })
}

func BenchmarkJSON(b *testing.B) {
	docs := jsonLines(b)
	b.Run("tree", func(b *testing.B) { each(b, docs, treeJSON) })
	b.Run("stream", func(b *testing.B) { each(b, docs, treeStream()) })
	b.Run("encoding", func(b *testing.B) { each(b, docs, anyJSON) })
	b.Run("ratio", func(b *testing.B) { compare(b, "x-encoding/json", docs, treeJSON, anyJSON) })
	b.Run("ratio-stream", func(b *testing.B) { compare(b, "x-encoding/json", docs, treeStream(), anyJSON) })
	b.Run("heap/tree", func(b *testing.B) { heap(b, docs, treeJSON) })
	b.Run("heap/encoding", func(b *testing.B) { heap(b, docs, anyJSON) })
}

func each(b *testing.B, docs [][]byte, read reader) {
	b.ReportAllocs()
	b.SetBytes(int64(size(docs)))
	for b.Loop() {
		readAll(b, docs, read)
	}
}
