package ccda

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/portage-health/portage/internal/digest"
	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const formatName = "ccda"

// Document is a CDA document as read from XML. It does not change and may be
// used by many goroutines at once. It points into the bytes it was read from.
type Document struct {
	tree   *tree.Doc
	size   int64
	digest [sha256.Size]byte
}

// Parse reads the XML of a document. It fails where the input is no well-formed
// XML, is beyond a limit, or where its root is no ClinicalDocument of CDA R2.
// Errors tell the position and hold nothing of the document.
func Parse(data []byte, l record.Limits) (*Document, error) {
	var lines tree.Lines
	sum := digest.Before(data, func() { lines = tree.IndexLines(data) })
	d, err := tree.ParseXML(data, tree.XMLOptions{
		Limits:    treeLimits(l),
		SpaceIn:   "text", // elsewhere, white space between elements says nothing (CDA R2 4.3.5)
		WellKnown: map[string]string{"xsi": spaceXSI, "sdtc": spaceSDTC, "voc": "urn:hl7-org:v3/voc", "cda": spaceCDA, "hl7": spaceCDA},
	})
	if err != nil {
		sum.Abandon()
		return nil, fmt.Errorf("ccda: %w", err)
	}
	root := d.Root()
	if root.Name() != "ClinicalDocument" || root.Space() != spaceCDA && root.Space() != "" {
		sum.Abandon()
		line, col := root.Pos()
		return nil, fmt.Errorf("ccda: %d:%d: %w", line, col, ErrNotCDA)
	}
	digest := sum.Wait()
	d.UseLines(lines)
	return &Document{d, int64(len(data)), digest}, nil
}

// ErrNotCDA says that the input is XML, but no CDA document.
var ErrNotCDA = errors.New("the root element is no ClinicalDocument of HL7 CDA R2")

const defaultBytes = 1 << 30

// nodeBytes is what a node of the tree takes, by which its memory is bounded.
const (
	defaultNodes = 2_000_000
	defaultText  = 20 << 20
	nodeBytes    = 20
)

func treeLimits(l record.Limits) tree.Limits {
	t := tree.Limits{MaxBytes: defaultBytes, MaxDepth: l.Depth, MaxNodes: defaultNodes, MaxAttrs: 1000}
	if l.Bytes > 0 {
		t.MaxBytes = int(min(l.Bytes, 1<<31))
	}
	if l.Nodes > 0 {
		t.MaxNodes = l.Nodes
	}
	if l.Attributes > 0 {
		t.MaxAttrs = l.Attributes
	}
	text := defaultText
	if l.TextBytes > 0 {
		text = l.TextBytes
	}
	t.MaxMemory = text + nodeBytes*t.MaxNodes
	return t
}

// Import reads one document into one record. The report tells what became of
// every fact of it. The record's texts point into data, which must not be changed.
func Import(ctx context.Context, data []byte, o record.ImportOptions) (*record.Record, *record.Report, error) {
	d, err := Parse(data, o.Limits)
	if err != nil {
		return nil, nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	rec, rep := d.Import(o)
	return rec, rep, nil
}

// Import makes a record of the document. It never fails: what cannot be read is carried.
func (d *Document) Import(o record.ImportOptions) (*record.Record, *record.Report) {
	r := d.reading(o)
	rec, rep := r.rec, r.rep
	r.desk.leave()
	return rec, rep
}

// reading reads the document. An identifier that turns out to stand on several
// things changes ids that were given before: the document is then read again, knowing it; if the header shows it, at once.
func (d *Document) reading(o record.ImportOptions) *reader {
	var known knowledge
	r := newReader(d, o, &known)
	for whole, headers := 0, 0; ; {
		if r.read(headers < maxReadings) {
			whole++
		} else {
			headers++
		}
		if !r.again || whole == maxReadings {
			break
		}
		r = newReader(d, o, &known)
	}
	r.schema(r.doc.Root())
	r.settleForms()
	r.sweep()
	r.rec.State()
	r.narrations.end()
	return r
}

const (
	maxReadings   = 5
	versionBefore = "R1.1" // the release before template ids had extensions
)

// knowledge is what one reading of a document learns for the next.
type knowledge struct {
	shared       map[identKey]bool     // identifiers that stand on several things
	united       map[identKey]identKey // identifiers that stand on one
	onStatements *statementIdents      // identifiers of statements, seen before the first reading
	doc          *tree.Doc
	names        []nameFacts
	narrations   *narrations
	desk         *desk
}

func newReader(d *Document, o record.ImportOptions, k *knowledge) *reader {
	if k.shared == nil {
		k.shared, k.united = map[identKey]bool{}, map[identKey]identKey{}
		k.names = factsOfNames(d.tree)
		k.desk = desks.Take()
		k.doc = d.tree.Hinted(&k.desk.hints)
	}
	k.desk.clear(d.tree.Len())
	r := &reader{
		desk: k.desk, doc: k.doc, rec: &record.Record{}, rep: &record.Report{}, maker: ids.New(o.IDKey),
		known: k.names, shared: k.shared, united: k.united,
	}
	root := k.doc.Root()
	r.findTexts(root)
	if k.narrations == nil {
		k.narrations = narrate(r)
	}
	r.narrations = k.narrations
	digest := hex.EncodeToString(d.digest[:])
	if k.onStatements == nil {
		k.onStatements = r.findStatementIdents()
	}
	r.onStatements = k.onStatements
	id := root.Child("id")
	r.docKey = digest
	src := record.Source{Format: formatName, Version: version(root), SHA256: digest, Bytes: d.size}
	if ext := id.Attr("extension").Value(); id.Attr("root").Value() != "" {
		r.docKey = r.system(id.Attr("root").Value()).uri + "|" + ext
		src.Document = r.docKey
	}
	if v, _ := isoTime(root.Child("effectiveTime").Attr("value").Value()); v != "" {
		src.Time = v
	}
	src.ID = r.maker.Make("source", formatName, r.docKey, digest)
	r.source = src.ID
	r.docID = r.maker.Make("entry", kindDocument, r.docKey)
	r.rec.Sources = []record.Source{src}
	return r
}

// read reads the document. Where it may stop and the header has to be read again, it does no more, and whole is false.
func (r *reader) read(mayStop bool) (whole bool) {
	root := r.doc.Root()
	r.repairs()
	doc := r.header(root)
	if r.again && mayStop {
		return false
	}
	r.body(root, doc)
	r.documentPlan(root, doc)
	r.meetEncounters()
	r.meetImages()
	r.meetReferences()
	r.meetMarked()
	r.rec.Documents = append(r.rec.Documents, *doc)
	return true
}

// schema checks what only a schema validator looks at.
func (r *reader) schema(root tree.Node) {
	if a := root.AttrNS(spaceXSI, "schemaLocation"); a.OK() {
		switch a.Value() {
		case "urn:hl7-org:v3 CDA.xsd", "urn:hl7-org:v3 CDA_SDTC.xsd", "urn:hl7-org:v3 infrastructure/cda/CDA.xsd", "urn:hl7-org:v3 infrastructure/cda/CDA_SDTC.xsd":
			r.scaffold(a)
		}
	}
}

// repairs reports what was mended in the XML itself.
func (r *reader) repairs() {
	for _, m := range r.doc.Repairs() {
		if m.Code == tree.RepairPrefix {
			line, col := r.doc.Position(m.Offset)
			r.rep.Issues = append(r.rep.Issues, record.IssueUndeclaredPrefix.At("ClinicalDocument", line, col))
		}
	}
}

// findTexts notes the narratives of all sections, which entries point into.
func (r *reader) findTexts(n tree.Node) {
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() != tree.Element {
			continue
		}
		switch c.Name() {
		case "component", "structuredBody":
			r.findTexts(c)
		case "section":
			if t := c.Child("text"); t.OK() {
				r.texts = append(r.texts, t)
			}
			r.findTexts(c)
		}
	}
}

// version tells which release of C-CDA a document claims by its template ids: R1.1, R2.1, 3.0 …; "" for none.
func version(root tree.Node) string {
	v := ""
	for t := root.Child("templateId"); t.OK(); t = t.NextNamed() {
		if t.Attr("root").Value() != "2.16.840.1.113883.10.20.22.1.1" {
			continue
		}
		switch ext := t.Attr("extension").Value(); {
		case ext == "" && v == "":
			v = versionBefore
		case ext == "2014-06-09" && v != "R2.1":
			v = "R2.0"
		case ext == "2015-08-01":
			v = "R2.1"
		case ext == "2024-05-01" || ext == "2023-05-01":
			return "3.0"
		case ext == "2025-05-01":
			return "4.0"
		case ext == "2026-05-01":
			return "5.0"
		}
	}
	return v
}

// Importer reads C-CDA documents: one input, one record. Its zero value is
// ready, and safe for concurrent use.
type Importer struct{}

var _ record.Importer = Importer{}

// Import yields the one record of a document.
func (Importer) Import(ctx context.Context, in record.Input, o record.ImportOptions) iter.Seq2[*record.Imported, error] {
	return func(yield func(*record.Imported, error) bool) {
		data := in.Bytes
		if data == nil && in.Reader != nil {
			limit := o.Limits.Bytes
			if limit <= 0 {
				limit = defaultBytes
			}
			var err error
			if data, err = io.ReadAll(io.LimitReader(in.Reader, limit+1)); err != nil {
				yield(nil, fmt.Errorf("ccda: %w", err))
				return
			}
		}
		rec, rep, err := Import(ctx, data, o)
		if err != nil {
			yield(nil, err)
			return
		}
		yield(&record.Imported{Record: rec, Report: rep}, nil)
	}
}

// Format ties the name "ccda" to this package's importer and exporter.
func Format() record.Format {
	return record.Format{Name: formatName, Detect: detect, Importer: Importer{}, Exporter: Exporter{}, Extension: ".xml"}
}

// detect looks for the root element of a CDA document, in any encoding that
// has ASCII's letters one or two bytes wide.
func detect(head []byte) bool {
	text := bytes.ReplaceAll(head, []byte{0}, nil) // UTF-16
	text = bytes.TrimLeft(text, "\xef\xbb\xbf\xfe\xff \t\r\n")
	return bytes.HasPrefix(text, []byte("<")) && bytes.Contains(text, []byte("ClinicalDocument"))
}
