package fhir

import (
	"context"
	"encoding/hex"
	"io"
	"iter"
	"slices"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Importer reads FHIR R4: a resource, a Bundle of any type, or NDJSON, as JSON
// or XML. The zero value is right. It is safe for concurrent use.
type Importer struct {
	// Version is the version of FHIR that the input is of, where the host knows it (Content-Type: …; fhirVersion=3.0).
	// Without it the reader finds out. What is of another than R4 is read where it is the same there, and reported (docs/fhir-versions.md).
	Version Version
}

var _ record.Importer = Importer{}

// Import reads one input: a record for each patient of it, in their order, and
// one without a patient where there is none. What belongs to no patient of
// several stands in the record of each whose resources refer to it.
func (x Importer) Import(ctx context.Context, in record.Input, o record.ImportOptions) iter.Seq2[*record.Imported, error] {
	return func(yield func(*record.Imported, error) bool) {
		d, err := parseInput(in, o)
		if err != nil {
			yield(nil, err)
			return
		}
		defer d.tree.GiveBack()
		d.version = x.Version
		n := 0
		for rec, rep := range d.Import(o) {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if n++; o.Limits.Records > 0 && n > o.Limits.Records {
				yield(nil, &tree.LimitError{Limit: "records", Max: o.Limits.Records})
				return
			}
			if !yield(&record.Imported{Record: rec, Report: rep}, nil) {
				return
			}
		}
	}
}

// parseInput reads an input into a document, whose tree may be borrowed.
func parseInput(in record.Input, o record.ImportOptions) (*Document, error) {
	if in.Bytes != nil || in.Reader == nil {
		return parse(in.Bytes, o.Limits, tree.BorrowJSON)
	}
	if o.Attachments != nil {
		return parseStream(in.Reader, o)
	}
	data, err := readLimited(in.Reader, o.Limits.Bytes)
	if err != nil {
		return nil, err
	}
	return parse(data, o.Limits, tree.BorrowJSON)
}

// readLimited reads all of an input, and no more than a limit allows.
func readLimited(in io.Reader, most int64) ([]byte, error) {
	if most <= 0 {
		most = defaultBytes
	}
	data, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(data)) > most {
		err = &tree.LimitError{Limit: tree.LimitBytes, Max: int(most)}
	}
	return data, err
}

// Import makes the records of the document. It never fails: what cannot be read is carried.
func (d *Document) Import(o record.ImportOptions) iter.Seq2[*record.Record, *record.Report] {
	return func(yield func(*record.Record, *record.Report) bool) {
		p := planOf(d, o)
		defer p.leave()
		m := newMarks(d.tree)
		for g := range max(1, p.groups) {
			r := newReader(d, o, p, g, m)
			r.read()
			if g+1 < p.groups {
				m.reset(p, g)
			}
			if !yield(r.rec, r.rep) {
				return
			}
		}
	}
}

// reader reads the resources of one patient into one record. It is used by one goroutine.
type reader struct {
	doc    *tree.Doc
	from   *Document
	led    *ledger.Ledger
	marks  *marks
	places map[int]placeInArray // where the last path within an array ended
	rec    *record.Record
	rep    *record.Report
	plan   *plan
	group  int
	source string
	opts   record.ImportOptions

	at       int                                 // the resource being read, by its place in the plan
	made     []string                            // ids of the entries that it became
	systems  [64]struct{ uri, canonical string } // some that were asked for last
	parts    map[int][]string                    // by place in the plan: the entries that a resource was read with as a part
	entries  map[string]*record.Entry            // all entries by their ids, once they are read
	told     map[string]bool                     // entries whose participants a Provenance has told
	readings []ownReading                        // observations that are components of another
	derived  int                                 // how many parts of the resource at hand got ids
	room     rooms
	maker    *ids.Maker
}

func newReader(d *Document, o record.ImportOptions, p *plan, group int, m *marks) *reader {
	digest := hex.EncodeToString(d.digest[:])
	r := &reader{
		doc: d.tree, from: d, led: m.led, marks: m, rec: &record.Record{}, rep: &record.Report{}, plan: p, group: group,
		opts: o, parts: map[int][]string{}, told: map[string]bool{}, maker: ids.New(o.IDKey), at: -1,
	}
	r.source = ids.New(nil).Make("source", formatName, digest)
	r.rec.Sources = []record.Source{{ID: r.source, Format: formatName, Version: p.versionName(), SHA256: digest, Bytes: d.size}}
	return r
}

// read reads every resource of the group, then sweeps. What only adds to entries
// that others made comes last.
func (r *reader) read() {
	r.header()
	r.noteForm()
	r.makeRoom()
	of := r.plan.of[r.group]
	read := make([]record.Item, len(of))
	turns := make([]uint8, len(of))
	for k, i := range of {
		turns[k] = turnOf(&r.plan.all[i])
	}
	blocks := r.blocks()
	if !r.readBlocks(blocks, turns, read) {
		r.turn(0, 0, len(of), turns, read)
	}
	r.turn(1, 0, len(of), turns, read)
	r.turn(2, 0, len(of), turns, read)
	items := read[:0]
	for k, i := range of {
		if x := &r.plan.all[i]; read[k].Type != "" && (x.container < 0 || !r.plan.all[x.container].whole) {
			if k == len(items) {
				items = read[:k+1]
			} else {
				items = append(items, read[k])
			}
		}
	}
	if len(items) > 0 {
		r.rec.Sources[0].Items = slices.Clip(items)
	}
	r.partReadings()
	for i := range r.rec.Documents {
		r.placeEntries(r.rec.Documents[i].Sections)
	}
	for i := range blocks {
		blocks[i] = block{from: blocks[i].from, to: blocks[i].to}
	}
	r.rec.StateItemsBeside(func() { r.sweep(blocks) })
	r.rec.State() // what is carried is known now
	r.tidy()
}

// turn reads those of the group's resources, from one place to before another, whose turn it is.
func (r *reader) turn(turn uint8, from, to int, turns []uint8, read []record.Item) {
	of := r.plan.of[r.group]
	for k := from; k < to; k++ {
		i := of[k]
		if x := &r.plan.all[i]; turns[k] == turn && (x.container < 0 || !r.plan.all[x.container].whole) {
			r.one(i, x, &read[k])
		}
	}
}

// turnOf says when a resource is read: parts of what others become after those, what is said of entries last.
func turnOf(x *resource) uint8 {
	if isOfDocument(x.n) {
		return 1
	}
	switch x.typ {
	case "PractitionerRole", "Medication", "DeviceUseStatement", "Binary":
		return 1
	case "Basic":
		if isBeside(x.n) {
			return 2
		}
		if extension(own(x.n), "familyMember").OK() {
			return 1
		}
	case "Provenance":
		return 2
	}
	return 0
}

// one reads one resource into an empty item, or leaves it to be carried whole.
func (r *reader) one(i int, x *resource, item *record.Item) {
	r.at, r.made, r.derived = i, r.made[:0], 0
	item.Type, item.ID, item.URL, item.Path = x.typ, x.id, x.url, x.path
	if x.container >= 0 {
		item.Within = r.plan.all[x.container].path
	}
	if x.shared {
		r.issue(&record.IssueSharedIdentifier, x.n)
	}
	if x.past {
		r.issue(&record.IssueSuperseded, x.n)
		x.whole, item.Superseded = true, true
	} else if r.safe(x) && r.sameAsR4(x) && r.resource(x) {
		r.frame(x, item)
		item.Entries = r.room.ids.Keep(r.made)
	} else {
		x.whole = true
		r.giveBack(x.n)
	}
	if !x.isOther() && !x.shape.turns.OK() { // what is not R4 never goes out as R4
		if !r.from.isParted(x.n) { // else it is written anew: what was sent is not held
			item.Text = rawText(x.n)
		}
	}
}

// header takes what the source says of itself as a whole.
func (r *reader) header() {
	src := &r.rec.Sources[0]
	root := r.doc.Root()
	if root.Child("resourceType").Value() != "Bundle" {
		return
	}
	if id := root.Child("identifier"); id.Kind() == tree.Object {
		src.Document = id.Child("system").Value() + "|" + id.Child("value").Value()
	}
	if t := root.Child("timestamp"); t.Kind() == tree.String {
		src.Time = t.Value()
	}
}

// noteForm reports what was odd in the XML that the input was turned from.
func (r *reader) noteForm() {
	if r.plan.xml == nil || r.group > 0 {
		return
	}
	for _, x := range r.plan.xml.notes {
		line, col := r.plan.xml.xml.Node(int(x.node)).Pos()
		k := &issueForm
		if x.fault.lost() {
			k = &issueFormLost
		}
		r.rep.Add(k.At(r.plan.all[0].path, line, col))
	}
}

// What may be odd in XML that FHIR is read from or written to.
var (
	issueForm     = record.IssueRepaired.Because("the XML or JSON has something that FHIR does not have here; it was read, or written, as it stands")
	issueFormLost = record.IssueLost.Because("the other form of FHIR cannot hold this; it is left out")
)
