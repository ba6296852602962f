package peers

import (
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/beevik/etree"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

// BenchmarkConversion measures the whole way from C-CDA bytes to FHIR bytes
// beside the time that etree takes merely to parse the same bytes. The two take
// turns over the whole set, each beginning with a heap that was swept, so that
// neither pays for the other's garbage and both see the same machine.
// x-etree-parse is the conversion's time over that parse; the shares are of the
// conversion.
func BenchmarkConversion(b *testing.B) {
	docs := xmlFiles(b)
	total := int64(size(docs))
	now := time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)
	var theirs, parse, imp, exp time.Duration
	b.ReportAllocs()
	b.SetBytes(total)
	for b.Loop() {
		runtime.GC()
		start := time.Now()
		for _, data := range docs {
			if err := etree.NewDocument().ReadFromBytes(data); err != nil {
				b.Fatal("etree refuses a document of the set")
			}
		}
		theirs += time.Since(start)
		runtime.GC()
		for _, data := range docs {
			start := time.Now()
			d, err := ccda.Parse(data, record.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			parsed := time.Now()
			rec, _ := d.Import(record.ImportOptions{})
			imported := time.Now()
			if _, err := (fhir.Exporter{}).Export(b.Context(), rec, io.Discard, record.ExportOptions{Now: now}); err != nil {
				b.Fatal(err)
			}
			parse, imp, exp = parse+parsed.Sub(start), imp+imported.Sub(parsed), exp+time.Since(imported)
		}
	}
	ours := parse + imp + exp
	b.ReportMetric(float64(ours)/float64(theirs), "x-etree-parse")
	b.ReportMetric(100*float64(parse)/float64(ours), "%parse")
	b.ReportMetric(100*float64(imp)/float64(ours), "%import")
	b.ReportMetric(100*float64(exp)/float64(ours), "%export")
	b.ReportMetric(float64(total)*float64(b.N)/1e6/ours.Seconds(), "ours-MB/s")
	b.ReportMetric(float64(total)*float64(b.N)/1e6/theirs.Seconds(), "etree-MB/s")
}
