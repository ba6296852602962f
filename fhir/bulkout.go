package fhir

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
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

	open   map[string]*bulkOut
	shared map[string]bool // Type/id of what was written and is nobody's own
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
	if b.open == nil {
		b.open, b.shared = map[string]*bulkOut{}, map[string]bool{}
	}
	var text bytes.Buffer
	rep, err := Exporter{Bundle: BundleCollection}.Export(ctx, rec, &text, b.Options)
	if err != nil {
		return rep, err
	}
	d, err := tree.ParseJSON(text.Bytes(), ownLimits)
	if err != nil {
		return rep, fmt.Errorf("fhir: %w", err)
	}
	for line, res := range linesOf(d) {
		typ, id := stringOf(res, "resourceType"), stringOf(res, "id")
		if key := typ + "/" + id; id != "" && patientOf(res, typ, id) == "" && !refersByURN(res) {
			if b.shared[key] {
				continue
			}
			b.shared[key] = true
		}
		if err := b.put(typ, line); err != nil {
			return rep, err
		}
	}
	return rep, nil
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
