package peers

import (
	"io"
	"testing"
	"time"

	"github.com/beevik/etree"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

// BenchmarkConversion measures the whole way from C-CDA bytes to FHIR bytes
// beside the time that etree takes merely to parse the same bytes: see race.
// x-etree-parse is the conversion's time over that parse; the shares are of all
// conversions.
func BenchmarkConversion(b *testing.B) {
	docs := xmlFiles(b)
	total := int64(size(docs))
	now := time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)
	var parse, imp, exp time.Duration
	b.ReportAllocs()
	b.SetBytes(total)
	took := race(b, len(docs), func(i int) error {
		start := time.Now()
		d, err := ccda.Parse(docs[i], record.Limits{})
		if err != nil {
			return err
		}
		parsed := time.Now()
		rec, _ := d.Import(record.ImportOptions{})
		imported := time.Now()
		_, err = (fhir.Exporter{}).Export(b.Context(), rec, io.Discard, record.ExportOptions{Now: now})
		parse, imp, exp = parse+parsed.Sub(start), imp+imported.Sub(parsed), exp+time.Since(imported)
		return err
	}, func(i int) error {
		return etree.NewDocument().ReadFromBytes(docs[i])
	})
	ours := float64(parse + imp + exp)
	b.ReportMetric(float64(took[0])/float64(took[1]), "x-etree-parse")
	b.ReportMetric(100*float64(parse)/ours, "%parse")
	b.ReportMetric(100*float64(imp)/ours, "%import")
	b.ReportMetric(100*float64(exp)/ours, "%export")
	b.ReportMetric(float64(total)/1e6/took[0].Seconds(), "ours-MB/s")
	b.ReportMetric(float64(total)/1e6/took[1].Seconds(), "etree-MB/s")
}
