package peers

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/fhir/go/fhirversion"
	"github.com/google/fhir/go/jsonformat"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// bundles gives compact Bundles of the resources of ten patients, one each.
func bundles(tb testing.TB) (out [][]byte) {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(shared(tb), "corpus/fhir/bulk-10-patients/*.ndjson"))
	if err != nil {
		tb.Fatal(err)
	}
	var all bytes.Buffer
	for _, path := range files {
		if strings.HasSuffix(path, "log.ndjson") {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		all.Write(b)
	}
	for x, err := range (fhir.Importer{}).Import(tb.Context(), record.Input{Bytes: all.Bytes()}, record.ImportOptions{}) {
		if err != nil {
			tb.Fatal(err)
		}
		var one bytes.Buffer
		if _, err := (fhir.Exporter{Bundle: fhir.BundleCollection}).Export(tb.Context(), x.Record, &one, record.ExportOptions{}); err != nil {
			tb.Fatal(err)
		}
		out = append(out, bytes.TrimSpace(one.Bytes()))
	}
	if len(out) == 0 {
		tb.Skip("no resources here")
	}
	return out
}

// BenchmarkFHIRImport measures the way from a Bundle's bytes to a record beside encoding/json into any and beside
// google/fhir's reader, as it is made by default (x-google/fhir) and without what it checks beyond the structure
// (x-google/fhir-unchecked). The x are how many times faster ours is.
func BenchmarkFHIRImport(b *testing.B) {
	in := bundles(b)
	google, err := jsonformat.NewUnmarshaller("UTC", fhirversion.R4)
	if err != nil {
		b.Fatal(err)
	}
	unchecked, err := jsonformat.NewUnmarshallerWithoutValidation("UTC", fhirversion.R4)
	if err != nil {
		b.Fatal(err)
	}
	took := race(b, len(in), func(i int) error {
		for _, err := range (fhir.Importer{}).Import(b.Context(), record.Input{Bytes: in[i]}, record.ImportOptions{}) {
			if err != nil {
				return err
			}
		}
		return nil
	}, func(i int) error {
		_, err := anyJSON(in[i])
		return err
	}, func(i int) error {
		_, err := google.UnmarshalR4(in[i])
		return err
	}, func(i int) error {
		_, err := unchecked.UnmarshalR4(in[i])
		return err
	})
	mb := float64(size(in)) / 1e6
	b.ReportMetric(float64(took[1])/float64(took[0]), "x-encoding/json")
	b.ReportMetric(float64(took[2])/float64(took[0]), "x-google/fhir")
	b.ReportMetric(float64(took[3])/float64(took[0]), "x-google/fhir-unchecked")
	b.ReportMetric(mb/took[0].Seconds(), "ours-MB/s")
	b.ReportMetric(mb/took[1].Seconds(), "json-MB/s")
	b.ReportMetric(mb/took[2].Seconds(), "google-MB/s")
}

// BenchmarkFHIRExport measures the way from records to the bytes of Bundles beside encoding/json writing those very Bundles
// from any: of records that came from Bundles, as sent and written anew, of those that came from C-CDA documents, and of
// invented ones. x-encoding/json is how many times faster the exporter is.
func BenchmarkFHIRExport(b *testing.B) {
	var sent, real, invented []*record.Record
	for _, data := range bundles(b) {
		for x, err := range (fhir.Importer{}).Import(b.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
			if err != nil {
				b.Fatal(err)
			}
			sent = append(sent, x.Record)
		}
	}
	for _, data := range xmlFiles(b) {
		rec, _, err := ccda.Import(b.Context(), data, record.ImportOptions{})
		if err != nil {
			b.Fatal(err)
		}
		real = append(real, rec)
	}
	for i := range uint64(20) {
		invented = append(invented, recordtest.Generate(i, recordtest.Medium))
	}
	now := time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)
	for _, set := range []struct {
		name string
		recs []*record.Record
		o    record.ExportOptions
	}{
		{"as-sent", sent, record.ExportOptions{Now: now}},
		{"typed-only", sent, record.ExportOptions{Now: now, TypedOnly: true}},
		{"from-ccda", real, record.ExportOptions{Now: now}},
		{"invented", invented, record.ExportOptions{Now: now}},
	} {
		b.Run(set.name, func(b *testing.B) {
			var values []any
			total := 0
			for _, rec := range set.recs {
				var out bytes.Buffer
				if _, err := (fhir.Exporter{}).Export(b.Context(), rec, &out, set.o); err != nil {
					b.Fatal(err)
				}
				v, err := anyJSON(out.Bytes())
				if err != nil {
					b.Fatal(err)
				}
				values = append(values, v)
				total += out.Len()
			}
			b.ReportAllocs()
			b.SetBytes(int64(total))
			took := race(b, len(values), func(i int) error {
				_, err := fhir.Exporter{}.Export(b.Context(), set.recs[i], io.Discard, set.o)
				return err
			}, func(i int) error {
				_, err := json.Marshal(values[i])
				return err
			})
			b.ReportMetric(float64(took[1])/float64(took[0]), "x-encoding/json")
			b.ReportMetric(float64(total)/1e6/took[0].Seconds(), "ours-MB/s")
			b.ReportMetric(float64(total)/1e6/took[1].Seconds(), "json-MB/s")
		})
	}
}
