package fhir

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// bundles gives compact Bundles of the resources of the bulk corpus, a patient each.
func bundles(b testing.TB) (out [][]byte) {
	var all bytes.Buffer
	for _, file := range corpus(b, "bulk-10-patients") {
		if strings.HasSuffix(file, "log.ndjson") || !strings.HasSuffix(file, ".ndjson") {
			continue
		}
		data, err := os.ReadFile(file)
		require.NoError(b, err)
		all.Write(data)
	}
	for x, err := range (Importer{}).Import(context.Background(), record.Input{Bytes: all.Bytes()}, record.ImportOptions{}) {
		require.NoError(b, err)
		var one bytes.Buffer
		_, err := Exporter{Bundle: BundleCollection}.Export(context.Background(), x.Record, &one, record.ExportOptions{})
		require.NoError(b, err)
		out = append(out, one.Bytes())
	}
	return out
}

func BenchmarkImport(b *testing.B) {
	in := bundles(b)
	size := 0
	for _, x := range in {
		size += len(x)
	}
	b.Run("portage", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, x := range in {
				for _, err := range (Importer{}).Import(context.Background(), record.Input{Bytes: x}, record.ImportOptions{}) {
					require.NoError(b, err)
				}
			}
		}
	})
	b.Run("encoding-json-any", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, x := range in {
				var v any
				require.NoError(b, json.Unmarshal(x, &v))
			}
		}
	})
}

func BenchmarkBundles(b *testing.B) {
	in := bundles(b)
	var recs []*record.Record
	var vs []any
	size := 0
	for _, x := range in {
		size += len(x)
		got, _ := imported(b, x)
		recs = append(recs, got...)
		var v any
		require.NoError(b, json.Unmarshal(x, &v))
		vs = append(vs, v)
	}
	for _, typed := range []bool{false, true} {
		name := "portage"
		if typed {
			name = "portage-typed-only"
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				for _, rec := range recs {
					_, err := Exporter{}.Export(context.Background(), rec, io.Discard, record.ExportOptions{TypedOnly: typed})
					require.NoError(b, err)
				}
			}
		})
	}
	b.Run("encoding-json-marshal", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, v := range vs {
				_, err := json.Marshal(v)
				require.NoError(b, err)
			}
		}
	})
}
