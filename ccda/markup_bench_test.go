package ccda

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// call is one by which a document is built: an element is begun ('<') or ended ('>'), an attribute ('@') or a text ('"') is added.
type call struct {
	what       byte
	name, text string
}

// BenchmarkMarkup tells what is left of an export without finding out what to write: it hands the calls that build a
// document to the appender that the exporter writes by, and to etree. x-etree is how many times faster the appender
// is; x-export how many times as long the export of the record takes, with all that it finds out and accounts for.
func BenchmarkMarkup(b *testing.B) {
	o := record.ExportOptions{Now: time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)}
	var recs []*record.Record
	var docs [][]call
	for seed := range uint64(10) {
		rec := recordtest.Generate(seed, recordtest.Medium)
		var out bytes.Buffer
		_, err := Export(b.Context(), rec, &out, o)
		require.NoError(b, err)
		doc := etree.NewDocument()
		require.NoError(b, doc.ReadFromBytes(out.Bytes()))
		recs, docs = append(recs, rec), append(docs, callsOf(nil, doc.Root()))
	}
	least := make([]time.Duration, 3)
	note := func(i int, start time.Time) {
		if d := time.Since(start); least[i] == 0 || d < least[i] {
			least[i] = d
		}
	}
	var m markup
	for b.Loop() {
		start := time.Now()
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
		note(0, start)
		start = time.Now()
		for _, calls := range docs {
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
			_, err := doc.WriteTo(io.Discard)
			require.NoError(b, err)
		}
		note(1, start)
		start = time.Now()
		for _, rec := range recs {
			_, err := Export(b.Context(), rec, io.Discard, o)
			require.NoError(b, err)
		}
		note(2, start)
	}
	b.ReportMetric(float64(least[1])/float64(least[0]), "x-etree")
	b.ReportMetric(float64(least[2])/float64(least[0]), "x-export")
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
