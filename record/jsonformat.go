package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
)

// JSONFormat is the record's own JSON as a format among the others: its name is
// "record". It loses nothing either way. Its importer reads any number of
// records one after the other, and names in the report what Validate finds.
func JSONFormat() Format {
	return Format{Name: "record", Extension: ".json", Detect: detectJSON, Importer: jsonImporter{}, Exporter: jsonExporter{}}
}

// detectJSON looks for the name that every record begins with.
func detectJSON(head []byte) bool {
	rest, ok := bytes.CutPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("{"))
	return ok && bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(`"portageRecord"`))
}

type jsonImporter struct{}

// Import counts every scalar as a fact: the version is scaffold, what describes
// a carried piece is carried still, all others are mapped.
func (jsonImporter) Import(ctx context.Context, in Input, o ImportOptions) iter.Seq2[*Imported, error] {
	return func(yield func(*Imported, error) bool) {
		data, err := readAll(in, o.Limits.Bytes)
		if err != nil {
			yield(nil, fmt.Errorf("record: the input cannot be read: %w", err))
			return
		}
		r := newJSONReader(data, o.Limits)
		for n := 0; ; n++ {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if r.space(); n > 0 && r.pos == len(r.s) {
				return
			}
			if o.Limits.Records > 0 && n == o.Limits.Records {
				yield(nil, r.fail("more records than the limit"))
				return
			}
			r.facts, r.beside = 0, 0
			rec, err := r.envelope()
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(&Imported{Record: rec, Report: jsonReport(rec, r)}, nil) {
				return
			}
		}
	}
}

func jsonReport(rec *Record, r *jsonReader) *Report {
	report := &Report{Counts: Counts{Facts: r.facts, Mapped: r.facts - r.beside - 1, Carried: r.beside, Scaffold: 1}}
	for i := range rec.Carried {
		if rec.Carried[i].Form {
			continue
		}
		report.Add(IssueCarried.At(fmt.Sprintf("record.carried[%d]", i), 0, 0))
	}
	report.Issues = append(report.Issues, Validate(rec)...)
	return report
}

type jsonExporter struct{}

// Export writes the record and a line feed. Every leaf is exported.
func (jsonExporter) Export(ctx context.Context, rec *Record, w io.Writer, o ExportOptions) (*Report, error) {
	report := &Report{}
	if rec == nil {
		return report, errors.New("record: no record to export")
	}
	if err := ctx.Err(); err != nil {
		return report, err
	}
	if o.TypedOnly {
		rec = rec.Typed()
	}
	data, err := Marshal(rec)
	if err != nil {
		return report, err
	}
	if _, err := w.Write(append(data, '\n')); err != nil {
		return report, fmt.Errorf("record: the output cannot be written: %w", err)
	}
	report.Counts.Exported = CountLeaves(rec)
	return report, nil
}
