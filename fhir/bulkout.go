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

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// BulkWriter writes records as a bulk export has them (FHIR Bulk Data Access
// 2.0): NDJSON files of one type of resource each. What several records share (a
// practitioner, an organization) is written once. Where another resource has its name already, of another
// patient or with other content, a resource gets a name of its own, and so does what refers to it. It is used by one goroutine.
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

	texts sync.Pool
	open  map[string]*bulkOut
	names map[bulkKey]uint64 // of what was written: hashes of names that another resource may have, and of the texts
	seeds [2]maphash.Seed
	once  sync.Once
	done  []ManifestFile
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
	bundle    bytes.Buffer
	parser    tree.Parser
	types     map[string]string
	owned     map[string]bool // by their addresses and names, the resources that are of the patient
	ofPatient []bool          // the same by their places
	text      []byte
	lines     []bulkTextLine
	doc       *tree.Doc
	report    *record.Report
	err       error
}

// bulkTextLine is one of those.
type bulkTextLine struct {
	typ      string
	key      bulkKey // of the name, where another resource may have it: any but one of the patient's that is a UUID
	sum      uint64  // of the text
	owned    bool
	again    bool // it was written before
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
	t.ofPatient = t.ofPatient[:0]
	for again := range 2 {
		i := 0
		for e := range items(d.Root(), "entry") {
			if again == 0 {
				t.ofPatient = append(t.ofPatient, false)
			}
			res := e.Child("resource")
			if typ := stringOf(res, "resourceType"); (typ == "Provenance") == (again == 1) && t.isOwned(res) {
				t.ofPatient[i], t.owned[stringOf(e, "fullUrl")], t.owned[typ+"/"+stringOf(res, "id")] = true, true, true
			}
			i++
		}
	}
	t.doc = d
	b.lines(t, nil, nil)
	return t
}

// lines writes the resources of a record as lines, some under new names.
func (b *BulkWriter) lines(t *bulkText, fresh map[int]string, names map[string]string) {
	t.text, t.lines = t.text[:0], t.lines[:0]
	for line, res := range linesOf(t.doc, fresh, names) {
		l := bulkTextLine{typ: t.typeName(stringOf(res, "resourceType")), from: len(t.text), owned: t.ofPatient[len(t.lines)]}
		if id := stringOf(res, "id"); fresh[len(t.lines)] == "" && id != "" && (!l.owned || !isLowerUUID(id)) {
			l.key, l.sum = b.keyOf(l.typ, id), maphash.Bytes(b.seeds[0], line)
		}
		t.text = append(t.text, line...)
		l.to = len(t.text)
		t.lines = append(t.lines, l)
	}
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
		b.open, b.names = map[string]*bulkOut{}, map[bulkKey]uint64{}
	}
	if taken := b.taken(t); len(taken) > 0 {
		b.rename(t, taken)
	}
	for _, l := range t.lines {
		if l.again {
			continue
		}
		if err := b.put(l.typ, t.text[l.from:l.to]); err != nil {
			return err
		}
	}
	return nil
}

// taken notes the names of a record's resources, and what of them was written before; it gives the lines whose names are those of others.
func (b *BulkWriter) taken(t *bulkText) (lines []int) {
	same := false // the patient was written before
	for i := range t.lines {
		if l := &t.lines[i]; l.typ == "Patient" && l.owned && l.key != (bulkKey{}) {
			sum, ok := b.names[l.key]
			same = ok && sum == l.sum
		}
	}
	for i := range t.lines {
		l := &t.lines[i]
		if l.key == (bulkKey{}) {
			continue
		}
		switch sum, ok := b.names[l.key]; {
		case !ok:
			b.names[l.key] = l.sum
		case sum == l.sum && (same || !l.owned):
			l.again = true
		default:
			lines = append(lines, i)
		}
	}
	return lines
}

// rename gives new names to resources whose names are taken, and to what was written before and refers to those.
func (b *BulkWriter) rename(t *bulkText, taken []int) {
	var all []tree.Node
	for e := range items(t.doc.Root(), "entry") {
		all = append(all, e.Child("resource"))
	}
	names := func(i int) [2]string {
		return [2]string{stringOf(all[i].Parent(), "fullUrl"), t.lines[i].typ + "/" + stringOf(all[i], "id")}
	}
	referring := map[string][]int{}
	for i := range t.lines {
		if t.lines[i].again {
			for k := all[i].Index(); k < all[i].End(); k++ {
				if v := t.doc.Node(k); v.Kind() == tree.String && v.Name() == "reference" {
					referring[v.Value()] = append(referring[v.Value()], i)
				}
			}
		}
	}
	for k := 0; k < len(taken); k++ {
		for _, name := range names(taken[k]) {
			for _, i := range referring[name] {
				if t.lines[i].again {
					t.lines[i].again = false
					taken = append(taken, i)
				}
			}
			delete(referring, name)
		}
	}
	fresh, to := map[int]string{}, map[string]string{}
	bundle := stringOf(t.doc.Root(), "id")
	for _, i := range taken {
		n := names(i)
		fresh[i] = ids.Derive(bundle, "line", n[0], n[1])
		for _, name := range n {
			if name != "" {
				to[name] = t.lines[i].typ + "/" + fresh[i]
			}
		}
		t.report.Add(record.IssueSharedIdentifier.At(t.lines[i].typ, 0, 0))
	}
	again := make([]bool, len(t.lines))
	for i := range t.lines {
		if again[i] = t.lines[i].again; fresh[i] == "" {
			delete(to, names(i)[1]) // one that keeps the name is called by it
		}
	}
	b.lines(t, fresh, to)
	for i := range t.lines {
		t.lines[i].again = again[i]
	}
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
