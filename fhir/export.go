package fhir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// BundleType is what kind of Bundle an export makes.
type BundleType uint8

// The types of Bundle (R4 Bundle.type).
const (
	// BundleAsSent is the type of the Bundle that the record came from, with what
	// that said of itself; a collection where it came from none. It is the zero value.
	BundleAsSent BundleType = iota
	// BundleCollection is a set of resources, the patient first.
	BundleCollection
	// BundleTransaction asks a server to put each resource under its id, all or none.
	BundleTransaction
	// BundleDocument is a FHIR document: the Composition of the record's first document comes first.
	BundleDocument
)

func (t BundleType) String() string {
	switch t {
	case BundleTransaction:
		return "transaction"
	case BundleDocument:
		return "document"
	}
	return "collection"
}

// ErrNoDocument says that a document Bundle was asked for and the record has no document.
var ErrNoDocument = errors.New("fhir: the record has no document to make a document Bundle of")

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
}

// Form is one of FHIR's forms on the wire (R4 2.6).
type Form uint8

// The forms.
const (
	JSON Form = iota
	XML
	// NDJSON is a resource a line, without a Bundle.
	NDJSON
)

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
	if x.USCore == USCore610 || x.USCore >= releases {
		x.USCore = USCore610
		return x.export(ctx, rec, out, o, nil, nil)
	}
	claimed := map[string]string{}
	var text bytes.Buffer
	if rep, err := (Exporter{Bundle: x.Bundle, USCore: x.USCore}).export(ctx, rec, &text, o, nil, claimed); err != nil {
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
		streams: content, uscore: x.USCore, unmet: unmet, claimants: claimed}
	text := texts.Get().(*jsonText)
	w.jsonText = *text
	defer w.release(text)
	rep.Issues = make([]record.Issue, 0, 8+entries/2+len(rec.Carried))
	w.index()
	defer w.tables.leave()
	w.indexSent()
	if w.sent == nil || w.sent.typed {
		w.b = slices.Grow(w.b, 4<<10+1<<10*entries)
	}
	w.bundle()
	err := ctx.Err()
	if err != nil {
		return rep, err
	}
	if len(rep.Issues) == 0 {
		rep.Issues = nil
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
	for range rec.Entries() {
		entries++
	}
	leaves = sync.OnceValue(func() int { return record.CountLeaves(rec) })
	if entries >= manyEntries {
		go leaves()
	} else {
		leaves() // at once: the walk brings the record near the processor
	}
	return entries, leaves
}

// checkLimits are those that a document is read back with to be checked.
var checkLimits = record.Limits{Bytes: 1 << 31, Nodes: 1 << 27, TextBytes: 1 << 31}

// formed gives the Bundle in its form.
func (x Exporter) formed(b []byte, rep *record.Report) ([]byte, error) {
	switch x.Form {
	case XML:
		text, notes, doc, err := jsonToXML(b, ownLimits)
		if err != nil {
			return nil, fmt.Errorf("fhir: %w", err)
		}
		for _, n := range notes {
			k := &issueForm
			if n.fault.lost() {
				k = &issueFormLost
				rep.Counts.Lost++
			}
			rep.Add(k.At(doc.Node(int(n.node)).Path(isKnown), 0, 0))
		}
		return append(text, '\n'), nil
	case NDJSON:
		d, err := tree.ParseJSON(b, ownLimits)
		if err != nil {
			return nil, fmt.Errorf("fhir: %w", err)
		}
		lines := make([]byte, 0, len(b))
		for line := range linesOf(d) {
			lines = append(lines, line...)
		}
		return lines, nil
	}
	return append(b, '\n'), nil
}

// linesOf gives the resources of a Bundle as lines. Where one refers to another
// by its place in the Bundle, the line has its type and id instead: a file of
// lines has no places.
func linesOf(d *tree.Doc) iter.Seq2[[]byte, tree.Node] {
	return func(yield func([]byte, tree.Node) bool) {
		names := map[string]tree.Node{}
		for e := range items(d.Root(), "entry") {
			if res := e.Child("resource"); stringOf(res, "id") != "" {
				names[stringOf(e, "fullUrl")] = res
			}
		}
		delete(names, "")
		var line, text []byte
		for e := range items(d.Root(), "entry") {
			res := e.Child("resource")
			text = text[:0]
			raw, from := res.Raw(), res.Offset()
			for i := res.Index(); i < res.End(); i++ {
				v := d.Node(i)
				if v.Kind() != tree.String || v.Name() != "reference" {
					continue
				}
				to, ok := names[v.Value()]
				if !ok || !strings.HasPrefix(v.Value(), "urn:") {
					continue
				}
				at := v.Offset() - res.Offset()
				text = append(append(text, raw[from-res.Offset():at]...), '"')
				text = append(append(append(append(text, stringOf(to, "resourceType")...), '/'), stringOf(to, "id")...), '"')
				from = v.Offset() + len(v.Raw())
			}
			text = append(text, raw[from-res.Offset():]...)
			line = append(appendCompact(line[:0], text), '\n')
			if !yield(line, res) {
				return
			}
		}
	}
}

// ownLimits are for what was written here: it is as large as the record made it.
var ownLimits = tree.Limits{MaxBytes: 1 << 31, MaxNodes: 1 << 30, MaxMemory: 1 << 40, MaxNames: 1 << 20, MaxNameBytes: 1 << 20}

// appendCompact writes JSON without the white space between its tokens.
func appendCompact(dst, text []byte) []byte {
	quoted := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\' && quoted:
			dst = append(dst, c)
			i++
			c = text[i]
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

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

// bundle writes the Bundle with its entries.
func (w *writer) bundle() {
	w.root = w.rootID()
	if w.sent == nil {
		w.obj("")
		w.bundleHead()
		w.arr("entry")
	} else {
		w.arr("") // see assemble
	}
	if w.form == BundleDocument && !w.isVerbatim(&w.rec.Documents[0].Entry) {
		w.composition(0, &w.rec.Documents[0])
	}
	w.resources()
	if w.rec.Subject != nil && w.rec.Patient != nil {
		w.Drop("subject", w.rec.Subject, &lostSubject)
	}
	w.writeProvenances()
	w.writeProducts()
	w.writeRoles()
	w.endArr()
	if w.sent == nil {
		w.end()
	}
}

// bundleHead writes what stands before the entries.
func (w *writer) bundleHead() {
	w.code("resourceType", "Bundle")
	id := w.derive(w.root, "bundle", w.form.String())
	w.code("id", id)
	w.obj("meta")
	w.security(w.highest())
	w.end()
	if w.form == BundleDocument {
		w.obj("identifier")
		w.code("system", record.SystemURI)
		w.key("value")
		w.b = append(append(append(w.b, `"urn:uuid:`...), id...), '"')
		w.end()
	}
	w.code("type", w.form.String())
	if w.form == BundleDocument {
		now := w.opts.Now
		if now.IsZero() {
			now = time.Now()
		}
		w.code("timestamp", now.Format(time.RFC3339Nano))
	}
}

// rootID is made of what identifies the record: its patient and its documents.
func (w *writer) rootID() string {
	parts := []string{"record"}
	if w.rec.Patient != nil {
		parts = append(parts, w.rec.Patient.ID)
	}
	for i := range w.rec.Documents {
		parts = append(parts, w.rec.Documents[i].ID)
	}
	for i := range w.rec.Sources {
		parts = append(parts, w.rec.Sources[i].ID)
	}
	return w.ids.Make(parts...)
}

// resources writes every entry of the record, the patient first.
func (w *writer) resources() {
	r := w.rec
	if r.Patient != nil && !w.isVerbatim(&r.Patient.Entry) {
		w.writePatient(r.Patient)
	}
	first := 0
	if w.form == BundleDocument {
		first = 1
	}
	for i := first; i < len(r.Documents); i++ {
		if !w.isVerbatim(&r.Documents[i].Entry) {
			w.composition(i, &r.Documents[i])
		}
	}
	each(w, r.Allergies, w.allergy)
	each(w, r.Problems, w.problem)
	each(w, r.Medications, w.medication)
	each(w, r.Immunizations, w.immunization)
	each(w, r.Procedures, w.procedure)
	for list, ps := range w.panels() {
		each(w, ps, func(i int, p *record.Panel) { w.panel(list, i, p) })
	}
	for list, os := range w.observations() {
		each(w, os, func(i int, o *record.Observation) { w.observation(list, i, o) })
	}
	each(w, r.Specimens, w.specimen)
	each(w, r.HealthConcerns, w.healthConcern)
	each(w, r.Goals, w.goal)
	each(w, r.CarePlans, w.carePlan)
	each(w, r.CareTeams, w.careTeam)
	each(w, r.FamilyHistory, w.familyMember)
	each(w, r.Encounters, w.encounter)
	each(w, r.Orders, w.order)
	each(w, r.Notes, w.clinicalNote)
	each(w, r.ImagingStudies, w.imagingStudy)
	each(w, r.Forms, w.blank)
	each(w, r.Questionnaires, w.formFilled)
	each(w, r.Accounts, w.account)
	each(w, r.Charges, w.charge)
	each(w, r.Claims, w.claimed)
	each(w, r.Appointments, w.appointment)
	each(w, r.AdverseEvents, w.adverseEvent)
	each(w, r.Devices, w.device)
	each(w, r.Supplies, w.delivery)
	each(w, r.Coverages, w.coverage)
	each(w, r.Directives, w.directive)
	each(w, r.Lists, w.list)
	each(w, r.Consents, w.consent)
	each(w, r.RelatedPersons, w.relatedPerson)
	each(w, r.Practitioners, w.practitioner)
	each(w, r.Organizations, w.organization)
	each(w, r.Locations, w.location)
	each(w, r.Provenances, w.statement)
}

// each writes the elements of one slice of the record, unless the export was called off.
func each[T any](w *writer, list []T, write func(int, *T)) {
	if w.ctx.Err() != nil {
		return
	}
	for i := range list {
		if w.sent != nil && w.isVerbatim(any(&list[i]).(interface{ AsEntry() *record.Entry }).AsEntry()) {
			continue
		}
		write(i, &list[i])
	}
}
