package peers

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/fhir/go/fhirversion"
	"github.com/google/fhir/go/jsonformat"

	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
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

// BenchmarkFHIRExport measures the way from records that came from Bundles back to the Bundles' bytes, as sent and written
// anew, beside encoding/json writing the same Bundles from any.
func BenchmarkFHIRExport(b *testing.B) {
	in := bundles(b)
	var recs []*record.Record
	var values []any
	for _, data := range in {
		for x, err := range (fhir.Importer{}).Import(b.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
			if err != nil {
				b.Fatal(err)
			}
			recs = append(recs, x.Record)
		}
		v, err := anyJSON(data)
		if err != nil {
			b.Fatal(err)
		}
		values = append(values, v)
	}
	if len(recs) != len(in) {
		b.Fatal("a Bundle holds more than one record")
	}
	export := func(typed bool) func(int) error {
		return func(i int) error {
			_, err := fhir.Exporter{}.Export(b.Context(), recs[i], io.Discard, record.ExportOptions{TypedOnly: typed})
			return err
		}
	}
	took := race(b, len(in), export(false), export(true), func(i int) error {
		_, err := json.Marshal(values[i])
		return err
	})
	b.ReportMetric(float64(took[2])/float64(took[0]), "x-encoding/json")
	b.ReportMetric(float64(took[2])/float64(took[1]), "x-typed-only")
	b.ReportMetric(float64(size(in))/1e6/took[0].Seconds(), "ours-MB/s")
	b.ReportMetric(float64(size(in))/1e6/took[2].Seconds(), "json-MB/s")
}
