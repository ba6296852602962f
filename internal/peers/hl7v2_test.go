package peers

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	peer "github.com/esequiel378/hl7"

	"github.com/portage-health/portage/hl7v2"
)

// messages are the real HL7 v2 messages of 1 to 20 kB that both readers read.
func messages(tb testing.TB) (out [][]byte, size int) {
	tb.Helper()
	err := filepath.WalkDir(filepath.Join(shared(tb), "corpus/hl7v2"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".hl7") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) < 1000 || len(b) > 20_000 {
			return err
		}
		if _, err := hl7v2.Parse(b, hl7v2.Options{}); err != nil {
			return nil
		}
		if _, err := peer.ParseGeneric(b); err != nil {
			return nil
		}
		out, size = append(out, b), size+len(b)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	if len(out) == 0 {
		tb.Skip("no messages here")
	}
	return out, size
}

// BenchmarkHL7v2 reads the same messages with both in turn; the best round of each counts.
func BenchmarkHL7v2(b *testing.B) {
	docs, size := messages(b)
	var m hl7v2.Message
	funcs := []func([]byte){
		func(d []byte) { _ = m.Read(d, hl7v2.Options{}) },
		func(d []byte) { _, _ = peer.ParseGeneric(d) },
	}
	best := make([]time.Duration, len(funcs))
	for b.Loop() {
		for i, f := range funcs {
			start := time.Now()
			for _, d := range docs {
				f(d)
			}
			if d := time.Since(start); best[i] == 0 || d < best[i] {
				best[i] = d
			}
		}
	}
	b.ReportMetric(float64(size)/best[0].Seconds()/1e6, "MB/s")
	b.ReportMetric(float64(size)/best[1].Seconds()/1e6, "peer-MB/s")
	b.ReportMetric(best[1].Seconds()/best[0].Seconds(), "x-esequiel378/hl7")
	b.ReportMetric(float64(len(docs)), "messages")
}
