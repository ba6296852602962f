package fhir

import (
	"bytes"
	"context"
	"io"
	"math"
	"slices"
	"sync"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/record"
)

// Exporter writes a record as one FHIR R4 Bundle in JSON, its resources by the
// profiles of US Core 6.1.0 where they meet them. The zero value makes a
// collection. It is safe for concurrent use.
type Exporter struct {
	// Bundle is the type of Bundle.
	Bundle BundleType
	// Form is how it is written: JSON where nothing is said.
	Form Form
	// USCore is the release of US Core whose profiles the resources claim where they
	// meet them: 6.1.0 where nothing is said. Another is checked before it is claimed,
	// which takes about three times as long; docs/fhir-conformance.md tells what is
	// otherwise in each.
	USCore USCore
	// Check runs Conform over what is written; what it finds is in the report, and nothing is withheld for it.
	Check bool

	sharing sharing // who writes a large record
}

var _ record.Exporter = Exporter{}

// Export writes the record as a collection Bundle.
func Export(ctx context.Context, rec *record.Record, w io.Writer, o record.ExportOptions) (*record.Report, error) {
	return Exporter{}.Export(ctx, rec, w, o)
}

// Format is FHIR as a format of records.
func Format() record.Format {
	return record.Format{Name: "fhir", Extension: ".json", Detect: detect, Importer: Importer{}, Exporter: Exporter{}}
}

// detect reports whether an input begins like FHIR JSON: an object with
// resourceType near its start, or with what only a resource has there.
func detect(head []byte) bool {
	if isXML(head) {
		return bytes.Contains(head, []byte("http://hl7.org/fhir"))
	}
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	for _, s := range []string{`"resourceType"`, `http://hl7.org/fhir/`, `http://www.w3.org/1999/xhtml`, `"linkId"`} {
		if bytes.Contains(head, []byte(s)) {
			return true
		}
	}
	return false
}

// Export writes one Bundle and a line feed. The report names, by its path in the
// record, every leaf that FHIR has no place for. An error means that nothing was
// written, but where the content of an attachment could not be read amid writing.
//
// Content of attachments that is held elsewhere (record.Data.Streams) is written
// from there, without being held; XML, NDJSON and Check hold it.
func (x Exporter) Export(ctx context.Context, rec *record.Record, out io.Writer, o record.ExportOptions) (*record.Report, error) {
	if x.Form == NDJSON && x.Bundle == BundleAsSent {
		x.Bundle = BundleCollection // lines have nothing of a Bundle
	}
	if x.USCore == USCore610 || x.USCore >= releases {
		x.USCore = USCore610
		return x.export(ctx, rec, out, o, nil, nil)
	}
	claimed := map[string]string{}
	var text bytes.Buffer
	if rep, err := (Exporter{Bundle: x.Bundle, USCore: x.USCore, sharing: x.sharing}).export(ctx, rec, &text, o, nil, claimed); err != nil {
		return rep, err
	}
	unmet, err := x.USCore.unmet(text.Bytes(), claimed)
	if err != nil {
		return &record.Report{}, err
	}
	return x.export(ctx, rec, out, o, unmet, nil)
}

// export writes a record; resources whose ids are in unmet claim no profile, and claimed takes those that do.
func (x Exporter) export(ctx context.Context, rec *record.Record, out io.Writer, o record.ExportOptions, unmet map[string]bool, claimed map[string]string) (*record.Report, error) {
	rep := &record.Report{}
	if rec == nil {
		rec = &record.Record{}
	}
	if x.Bundle == BundleDocument && len(rec.Documents) == 0 {
		return rep, ErrNoDocument
	}
	entries, leaves := reckon(rec)
	defer leaves() // nobody looks at the record afterwards
	var content *streams
	if x.Form == JSON && !x.Check && claimed == nil {
		content = &streams{}
	}
	w := &writer{ctx: ctx, rec: rec, Out: ledger.Out{Report: rep}, ids: ids.New(nil), opts: o, form: x.Bundle,
		streams: content, uscore: x.USCore, unmet: unmet, claimants: claimed, sharing: x.sharing}
	text := texts.Take()
	w.jsonText = *text
	defer w.release(text)
	w.tables = tablesOf.Take()
	defer w.tables.leave()
	rep.Issues = slices.Grow(w.tables.issues, 16+entries+entries/4+len(rec.Carried))
	defer w.tables.settle(rep)
	w.index()
	w.outdated = rec.Outdated(rec.Documents, o.TypedOnly, true)
	w.findJoiners()
	w.indexSent()
	if w.sent == nil || w.sent.typed {
		w.b = slices.Grow(w.b, 4<<10+1<<10*entries)
	}
	whole := w.bundle()
	err := ctx.Err()
	if err != nil {
		return rep, err
	}
	if !whole {
		x.sharing.least = math.MaxInt
		return x.export(ctx, rec, out, o, unmet, claimed)
	}
	if again := w.unanswered(); again != nil && unmet == nil {
		return x.export(ctx, rec, out, o, again, claimed)
	}
	rep.Counts.Exported = leaves() - w.Lost
	rep.Counts.Lost = w.Lost
	b := w.b
	if w.sent != nil {
		b = w.assemble()
	}
	if !o.TypedOnly {
		w.carried()
	}
	if b, err = x.formed(b, rep); err != nil {
		return rep, err
	}
	if x.Check {
		d, err := Parse(b, checkLimits)
		if err != nil {
			return rep, err
		}
		rep.Issues = append(rep.Issues, d.Conform(ConformOptions{Terminology: o.Terminology, USCore: x.USCore})...)
	}
	if w.streams != nil {
		return rep, w.streams.write(out, b)
	}
	_, err = out.Write(b)
	return rep, err
}

// manyEntries is when a record is large: below it, to call for help takes longer than it helps.
const manyEntries = 300

// reckon gives how many entries a record has, and how many leaves. Of a large
// one those are counted beside the writing, on another core where one is free.
func reckon(rec *record.Record) (entries int, leaves func() int) {
	entries = rec.CountEntries()
	leaves = sync.OnceValue(func() int { return record.CountLeaves(rec) })
	if entries >= manyEntries {
		go aside(leaves)
	} else {
		leaves() // at once: the walk brings the record near the processor
	}
	return entries, leaves
}

// aside counts leaves. What fails rises from the same function where the caller asks for them.
func aside(leaves func() int) {
	defer func() { _ = recover() }()
	leaves()
}

// checkLimits are those that a document is read back with to be checked.
var checkLimits = record.Limits{Bytes: 1 << 31, Nodes: 1 << 27, TextBytes: 1 << 31}

// carried names what no typed field of the record holds.
func (w *writer) carried() {
	for i := range w.rec.Carried {
		c := &w.rec.Carried[i]
		if c.Form || w.sent != nil && w.sent.placed[i] {
			continue
		}
		w.Report.Counts.Lost++ // a piece is one leaf of the record
		w.Report.Add(record.IssueExportCarried.At(c.Path, c.Line, 0))
	}
}
