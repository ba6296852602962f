package ccda

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// call is one by which a document is built: an element is begun ('<') or ended ('>'), an attribute ('@') or a text ('"') is added.
type call struct {
	what       byte
	name, text string
}

// BenchmarkMarkup tells what is left of an export without finding out what to write: it hands the calls that build a
// document to the appender that the exporter writes by, and to etree.
//
//   - x-etree is how many times faster the appender is than etree, both handed the calls.
//   - x-appender is how many times as long the export of the record takes as its appending, with all that it finds out and accounts for.
//   - x-etree-build is how many times faster the export of the record is than etree with the calls.
//   - x-etree-export is how many times faster it is than the same export with etree in the appender's place would be: the
//     export's time, less the appender's, and etree's.
func BenchmarkMarkup(b *testing.B) {
	o := record.ExportOptions{Now: time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)}
	var real, invented []*record.Record
	for seed := range uint64(20) {
		invented = append(invented, recordtest.Generate(seed, recordtest.Medium))
	}
	if vendors, ok := beside.Find("corpus", "ccda", "vendors"); ok {
		files, err := filepath.Glob(filepath.Join(vendors, "*", "*.xml"))
		require.NoError(b, err)
		for _, file := range files {
			data, err := os.ReadFile(file)
			require.NoError(b, err)
			rec, _, err := Import(b.Context(), data, record.ImportOptions{})
			require.NoError(b, err)
			real = append(real, rec)
		}
	}
	for _, set := range []struct {
		name string
		x    Exporter
		recs []*record.Record
	}{
		{"real-faithful", Exporter{}, real},
		{"invented-faithful", Exporter{}, invented},
		{"invented-conformant", Exporter{Mode: Conformant}, invented},
	} {
		b.Run(set.name, func(b *testing.B) {
			if len(set.recs) == 0 {
				b.Skip("the documents are not here (PORTAGE_SHARED)")
			}
			appender, tree, export := markupTimes(b, set.x, set.recs, o)
			b.ReportMetric(tree/appender, "x-etree")
			b.ReportMetric(export/appender, "x-appender")
			b.ReportMetric(tree/export, "x-etree-build")
			b.ReportMetric((export-appender+tree)/export, "x-etree-export")
		})
	}
}

// markupTimes gives the least time of the appender, of etree and of the export.
func markupTimes(b *testing.B, x Exporter, recs []*record.Record, o record.ExportOptions) (appender, tree, export float64) {
	var docs [][]call
	for _, rec := range recs {
		var out bytes.Buffer
		_, err := x.Export(b.Context(), rec, &out, o)
		require.NoError(b, err)
		doc := etree.NewDocument()
		require.NoError(b, doc.ReadFromBytes(out.Bytes()))
		docs = append(docs, callsOf(nil, doc.Root()))
	}
	least := func(d *float64, do func()) {
		runtime.GC()
		start := time.Now()
		do()
		if t := time.Since(start).Seconds(); *d == 0 || t < *d {
			*d = t
		}
	}
	var m markup
	for b.Loop() {
		least(&appender, func() {
			for _, calls := range docs {
				m.b, m.open, m.inTag = m.b[:0], m.open[:0], false
				for i := range calls {
					switch c := &calls[i]; c.what {
					case '<':
						m.el(c.name)
					case '>':
						m.end()
					case '@':
						m.attr(c.name, c.text)
					default:
						m.text(c.text)
					}
				}
			}
		})
		least(&tree, func() {
			for _, calls := range docs {
				if _, err := grown(calls).WriteTo(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
		least(&export, func() {
			for _, rec := range recs {
				if _, err := x.Export(b.Context(), rec, io.Discard, o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	return appender, tree, export
}

// grown builds a document with etree.
func grown(calls []call) *etree.Document {
	doc := etree.NewDocument()
	e := &doc.Element
	for i := range calls {
		switch c := &calls[i]; c.what {
		case '<':
			e = e.CreateElement(c.name)
		case '>':
			e = e.Parent()
		case '@':
			e.CreateAttr(c.name, c.text)
		default:
			e.CreateText(c.text)
		}
	}
	return doc
}

func callsOf(calls []call, e *etree.Element) []call {
	calls = append(calls, call{what: '<', name: e.FullTag()})
	for _, a := range e.Attr {
		calls = append(calls, call{'@', a.FullKey(), a.Value})
	}
	for _, c := range e.Child {
		switch c := c.(type) {
		case *etree.Element:
			calls = callsOf(calls, c)
		case *etree.CharData:
			calls = append(calls, call{what: '"', text: c.Data})
		}
	}
	return append(calls, call{what: '>'})
}
