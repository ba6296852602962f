package peers

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/beevik/etree"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// step is one call by which a document is built: an element is begun or ended,
// an attribute or a text is added.
type step struct {
	what       byte // '<' '>' '@' or '"'
	name, text string
}

// stepsOf lists the calls that build the document as it is.
func stepsOf(tb testing.TB, data []byte) (steps []step) {
	tb.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(data); err != nil {
		tb.Fatal(err)
	}
	var walk func(e *etree.Element)
	walk = func(e *etree.Element) {
		steps = append(steps, step{what: '<', name: e.FullTag()})
		for _, a := range e.Attr {
			steps = append(steps, step{'@', a.FullKey(), a.Value})
		}
		for _, c := range e.Child {
			switch c := c.(type) {
			case *etree.Element:
				walk(c)
			case *etree.CharData:
				steps = append(steps, step{what: '"', text: c.Data})
			}
		}
		steps = append(steps, step{what: '>'})
	}
	walk(doc.Root())
	return steps
}

// build makes the document with etree and writes it.
func build(steps []step, w io.Writer) error {
	doc := etree.NewDocument()
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	e := &doc.Element
	for i := range steps {
		switch s := &steps[i]; s.what {
		case '<':
			e = e.CreateElement(s.name)
		case '>':
			e = e.Parent()
		case '@':
			e.CreateAttr(s.name, s.text)
		default:
			e.CreateText(s.text)
		}
	}
	_, err := doc.WriteTo(w)
	return err
}

// BenchmarkWrite measures the way from records to the bytes of C-CDA documents
// beside the time that etree takes to build and write the same documents, whose
// content it is handed as a list of calls: see race. x-etree-build is how many
// times faster the exporter is.
func BenchmarkWrite(b *testing.B) {
	var real, typed, invented, small, full []*record.Record
	for _, data := range xmlFiles(b) {
		for _, to := range []*[]*record.Record{&real, &typed} {
			rec, _, err := ccda.Import(b.Context(), data, record.ImportOptions{})
			if err != nil {
				b.Fatal(err)
			}
			*to = append(*to, rec)
		}
	}
	for i := range uint64(20) {
		invented, small = append(invented, recordtest.Generate(i, recordtest.Medium)), append(small, recordtest.Generate(i, recordtest.Small))
		full = append(full, recordtest.Full())
	}
	now := time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)
	for _, set := range []struct {
		name string
		recs []*record.Record
		x    ccda.Exporter
		o    record.ExportOptions
	}{
		{"real-faithful", real, ccda.Exporter{}, record.ExportOptions{Now: now}},
		{"real-typed", typed, ccda.Exporter{}, record.ExportOptions{Now: now, TypedOnly: true}},
		{"invented-faithful", invented, ccda.Exporter{}, record.ExportOptions{Now: now}},
		{"invented-conformant", invented, ccda.Exporter{Mode: ccda.Conformant}, record.ExportOptions{Now: now}},
		{"small-faithful", small, ccda.Exporter{}, record.ExportOptions{Now: now}},
		{"small-conformant", small, ccda.Exporter{Mode: ccda.Conformant}, record.ExportOptions{Now: now}},
		{"full-faithful", full, ccda.Exporter{}, record.ExportOptions{Now: now}},
		{"full-conformant", full, ccda.Exporter{Mode: ccda.Conformant}, record.ExportOptions{Now: now}},
	} {
		b.Run(set.name, func(b *testing.B) {
			var steps [][]step
			total := 0
			for _, rec := range set.recs {
				var out bytes.Buffer
				if _, err := set.x.Export(b.Context(), rec, &out, set.o); err != nil {
					b.Fatal(err)
				}
				total += out.Len()
				steps = append(steps, stepsOf(b, out.Bytes()))
			}
			b.ReportAllocs()
			b.SetBytes(int64(total))
			took := race(b, len(steps), func(i int) error {
				_, err := set.x.Export(b.Context(), set.recs[i], io.Discard, set.o)
				return err
			}, func(i int) error {
				return build(steps[i], io.Discard)
			})
			b.ReportMetric(float64(took[1])/float64(took[0]), "x-etree-build")
			b.ReportMetric(float64(total)/1e6/took[0].Seconds(), "ours-MB/s")
			b.ReportMetric(float64(total)/1e6/took[1].Seconds(), "etree-MB/s")
		})
	}
}
