package fhir

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// BulkWriter writes records as a bulk export has them (FHIR Bulk Data Access
// 2.0): NDJSON files of one type of resource each. What several records share (a
// practitioner, an organization) is written once. It is used by one goroutine.
type BulkWriter struct {
	// Create opens the file of that name; BulkWriter closes it.
	Create func(name string) (io.WriteCloser, error)
	// MaxBytes is after how many bytes a file of a type ends and the next begins; 0 for no limit.
	MaxBytes int64
	// Options are those of every export.
	Options record.ExportOptions
	// Workers is how many records WriteAll exports at once, in goroutines of their own; 0
	// and 1 for one, in the caller's. The files are the same whatever it is. What the
	// options hold must be safe for concurrent use then.
	Workers int

	texts  sync.Pool
	open   map[string]*bulkOut
	shared map[bulkKey]struct{} // what was written and is nobody's own
	seeds  [2]maphash.Seed
	once   sync.Once
	done   []ManifestFile
}

// bulkOut is the file of a type that is being written.
type bulkOut struct {
	file io.WriteCloser
	ManifestFile
}

// ManifestFile is one file of a bulk export.
type ManifestFile struct {
	Type  string `json:"type"`
	URL   string `json:"url"` // its name
	Count int    `json:"count"`
	bytes int64
	n     int
}

// Manifest says which files a bulk export has (Bulk Data Access 2.0, Export Manifest).
type Manifest struct {
	TransactionTime string         `json:"transactionTime"`
	Request         string         `json:"request"`
	RequiresToken   bool           `json:"requiresAccessToken"`
	Output          []ManifestFile `json:"output"`
	Deleted         []ManifestFile `json:"deleted"`
	Error           []ManifestFile `json:"error"`
}

// Write adds the resources of one record.
func (b *BulkWriter) Write(ctx context.Context, rec *record.Record) (*record.Report, error) {
	t := b.export(ctx, rec)
	defer b.texts.Put(t)
	return t.report, b.add(t)
}

// WriteAll adds the resources of records in their order, Workers of them at
// once, and gives the report of each. It is the caller's goroutine that reads the
// records and writes to the files.
func (b *BulkWriter) WriteAll(ctx context.Context, recs iter.Seq[*record.Record]) iter.Seq2[*record.Report, error] {
	return func(yield func(*record.Report, error) bool) {
		for t := range inOrder(b.Workers, recs, func(rec *record.Record) *bulkText { return b.export(ctx, rec) }) {
			rep, err := t.report, b.add(t)
			b.texts.Put(t)
			if !yield(rep, err) {
				return
			}
		}
	}
}

// bulkText is one record as lines.
type bulkText struct {
	bundle bytes.Buffer
	parser tree.Parser
	types  map[string]string
	owned  map[string]bool // by their addresses, the resources that are of the patient
	text   []byte
	lines  []bulkTextLine
	report *record.Report
	err    error
}

// bulkTextLine is one of those.
type bulkTextLine struct {
	typ      string
	key      bulkKey // of what is nobody's own
	from, to int
}

// export gives the lines of a record.
func (b *BulkWriter) export(ctx context.Context, rec *record.Record) *bulkText {
	b.once.Do(func() { b.seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()} })
	t, _ := b.texts.Get().(*bulkText)
	if t == nil {
		t = &bulkText{types: map[string]string{}, owned: map[string]bool{}}
		t.parser.Limits = ownLimits
	}
	t.bundle.Reset()
	t.text, t.lines = t.text[:0], t.lines[:0]
	t.report, t.err = Exporter{Bundle: BundleCollection}.Export(ctx, rec, &t.bundle, b.Options)
	if t.err != nil {
		return t
	}
	d, err := t.parser.JSON(t.bundle.Bytes())
	if err != nil {
		t.err = fmt.Errorf("fhir: %w", err)
		return t
	}
	clear(t.owned)
	for again := range 2 {
		for e := range items(d.Root(), "entry") {
			res := e.Child("resource")
			if (stringOf(res, "resourceType") == "Provenance") == (again == 1) && t.isOwned(res) {
				t.owned[stringOf(e, "fullUrl")] = true
			}
		}
	}
	for line, res := range linesOf(d) {
		l := bulkTextLine{typ: t.typeName(stringOf(res, "resourceType")), from: len(t.text)}
		if id := stringOf(res, "id"); id != "" && !t.owned[stringOf(res.Parent(), "fullUrl")] {
			l.key = b.keyOf(l.typ, id)
		}
		t.text = append(t.text, line...)
		l.to = len(t.text)
		t.lines = append(t.lines, l)
	}
	return t
}

// isOwned reports whether a resource is of the patient of its Bundle, or of one; that which is about others is whose those are.
func (t *bulkText) isOwned(res tree.Node) bool {
	typ := stringOf(res, "resourceType")
	if patientOf(res, typ, stringOf(res, "id")) != "" || refersByURN(res) {
		return true
	}
	if typ == "Provenance" {
		for x := range items(res, "target") {
			if t.owned[stringOf(x, "reference")] {
				return true
			}
		}
	}
	return false
}

// bulkKey is a hash of a type and an id: many of them are held, and two that differ have different ones.
type bulkKey [2]uint64

func (b *BulkWriter) keyOf(typ, id string) (k bulkKey) {
	for i := range k {
		var h maphash.Hash
		h.SetSeed(b.seeds[i])
		h.WriteString(typ)
		h.WriteByte('/')
		h.WriteString(id)
		k[i] = h.Sum64()
	}
	return k
}

// typeName gives the name of a type apart from the text that it stands in.
func (t *bulkText) typeName(s string) string {
	name, ok := t.types[s]
	if !ok {
		name = strings.Clone(s)
		t.types[name] = name
	}
	return name
}

// add writes lines to the files of their types.
func (b *BulkWriter) add(t *bulkText) error {
	if t.err != nil {
		return t.err
	}
	if b.open == nil {
		b.open, b.shared = map[string]*bulkOut{}, map[bulkKey]struct{}{}
	}
	for _, l := range t.lines {
		if l.key != (bulkKey{}) {
			if _, ok := b.shared[l.key]; ok {
				continue
			}
			b.shared[l.key] = struct{}{}
		}
		if err := b.put(l.typ, t.text[l.from:l.to]); err != nil {
			return err
		}
	}
	return nil
}

// refersByURN reports whether a resource names a patient of its Bundle by a URN.
func refersByURN(n tree.Node) bool {
	for _, name := range ownerNames {
		c := n.Child(name)
		if c.Kind() == tree.Array {
			c = c.First()
		}
		if c.Child("reference").OK() {
			return true
		}
	}
	return false
}

// put writes one line to the file of its type.
func (b *BulkWriter) put(typ string, line []byte) error {
	o := b.open[typ]
	if o != nil && b.MaxBytes > 0 && o.bytes > 0 && o.bytes+int64(len(line)) > b.MaxBytes {
		if err := o.file.Close(); err != nil {
			return err
		}
		b.done = append(b.done, o.ManifestFile)
		n := o.n + 1
		o = nil
		if err := b.create(typ, n); err != nil {
			return err
		}
	}
	if o = b.open[typ]; o == nil {
		if err := b.create(typ, 0); err != nil {
			return err
		}
		o = b.open[typ]
	}
	n, err := o.file.Write(line)
	o.bytes += int64(n)
	o.Count++
	return err
}

func (b *BulkWriter) create(typ string, n int) error {
	number := strconv.Itoa(n)
	for len(number) < 3 {
		number = "0" + number
	}
	name := typ + "." + number + ".ndjson"
	f, err := b.Create(name)
	if err != nil {
		return err
	}
	b.open[typ] = &bulkOut{f, ManifestFile{Type: typ, URL: name, n: n}}
	return nil
}

// Close closes all files and gives the manifest, the files by type and number.
func (b *BulkWriter) Close() (*Manifest, error) {
	var first error
	for _, o := range b.open {
		if err := o.file.Close(); err != nil && first == nil {
			first = err
		}
		b.done = append(b.done, o.ManifestFile)
	}
	b.open = nil
	slices.SortFunc(b.done, func(x, y ManifestFile) int {
		if x.Type != y.Type {
			if x.Type < y.Type {
				return -1
			}
			return 1
		}
		return x.n - y.n
	})
	now := b.Options.Now
	if now.IsZero() {
		now = time.Now()
	}
	m := &Manifest{TransactionTime: now.Format(time.RFC3339Nano), Output: b.done, Deleted: []ManifestFile{}, Error: []ManifestFile{}}
	if m.Output == nil {
		m.Output = []ManifestFile{}
	}
	return m, first
}

// JSON gives the manifest as the Bulk Data guide has it.
func (m *Manifest) JSON() ([]byte, error) { return json.MarshalIndent(m, "", "  ") }
