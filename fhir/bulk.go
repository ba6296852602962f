package fhir

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// BulkFile is one NDJSON file of a bulk export.
type BulkFile struct {
	Name string // for errors; it is not looked at otherwise
	Size int64
	io.ReaderAt
}

// Bulk reads NDJSON files that belong together (FHIR Bulk Data Access 2.0): the
// resources of a patient stand apart by type, and are found together again. Every
// file is read twice: once to note where the resources of each patient are, then
// each patient's. Memory is for the notes, some tens of bytes a resource, and for
// one patient. It implements record.Importer, whose Input it does not need.
type Bulk struct {
	Files []BulkFile
}

var _ record.Importer = Bulk{}

// bulkLine is where a line stands, and whose it is.
type bulkLine struct {
	at      int64
	size    int32
	file    int32
	number  int32 // of the line in its file
	patient int32 // the place in patients, or -1
}

// bulkIndex is what the first reading noted.
type bulkIndex struct {
	files    []BulkFile
	lines    []bulkLine
	patients []string // ids in the order found
	present  []int32  // places in patients of those whose Patient is here, in the order of those
	places   map[string]int32
	shared   map[string]int32 // Type/id of what belongs to no patient, to its line
	used     []bool
	odd      []oddLine
}

// oddLine is a line that holds no resource that can be read.
type oddLine struct {
	bulkLine
	kind *record.IssueKind
	col  int
}

// What may be wrong with a line.
var (
	issueLineSyntax = record.IssueBadLine
	issueLineLimit  = record.IssueBadLine.Because("the line is beyond a limit; it is not read")
	issueLineOther  = oddInfo(record.IssueBadLine.Because("the line is JSON and no resource; it is carried"))
)

func oddInfo(k record.IssueKind) record.IssueKind {
	k.Severity, k.Action = record.SeverityInfo, record.ActionCarried
	return k
}

// Import reads a record for each patient, in the order of the files. What no
// patient's resources refer to comes then, in records without a patient. A line
// that cannot be read costs that line: such lines stand, with their place in the
// report, in a last record that is without a patient too. A patient whose lines are
// together beyond a limit gives an error, after which the next patient comes.
func (b Bulk) Import(ctx context.Context, _ record.Input, o record.ImportOptions) iter.Seq2[*record.Imported, error] {
	return func(yield func(*record.Imported, error) bool) {
		x := &bulkIndex{files: b.Files, places: map[string]int32{}, shared: map[string]int32{}}
		for i := range b.Files {
			if err := x.scan(ctx, int32(i), o.Limits); err != nil {
				yield(nil, err)
				return
			}
		}
		x.used = make([]bool, len(x.lines))
		for _, lines := range x.byPatient() {
			if !x.give(ctx, lines, o, yield) {
				return
			}
		}
		for lines := range x.left() {
			if !x.give(ctx, lines, o, yield) {
				return
			}
		}
		if len(x.odd) > 0 {
			yield(x.oddLines())
		}
	}
}

// mostOdd is how many bytes of lines that cannot be read are carried, those of one and those of all.
const mostOdd, mostOddAll = 1 << 20, 16 << 20

// oddLines gives the lines that cannot be read as a record that carries them, as
// far as they are text and not too large.
func (x *bulkIndex) oddLines() (*record.Imported, error) {
	src := record.Source{ID: ids.New(nil).Make("source", formatName, "lines"), Format: formatName, Version: R4.String()}
	rec, rep := &record.Record{Sources: []record.Source{src}}, &record.Report{}
	all := 0
	for i := range x.odd {
		l := &x.odd[i]
		path := "files[" + strconv.Itoa(int(l.file)) + "]"
		at := len(rep.Issues)
		rep.Add(l.kind.At(path, int(l.number), l.col))
		if all += int(l.size); l.size > mostOdd || all > mostOddAll {
			rep.Issues[at].Action = record.ActionDropped
			continue
		}
		text := make([]byte, l.size)
		if _, err := x.files[l.file].ReadAt(text, l.at); err != nil && err != io.EOF {
			return nil, err
		}
		if text = bytes.TrimRight(text, "\r\n"); !utf8.Valid(text) {
			rep.Issues[at].Action = record.ActionDropped
			continue
		}
		rep.Counts.Facts++
		rep.Counts.Carried++
		rec.Carried = append(rec.Carried, record.Carried{Format: formatName, Source: src.ID, Path: path, Kind: "line", Data: string(text), Facts: 1, Line: int(l.number)})
	}
	return &record.Imported{Record: rec, Report: rep}, nil
}

// give reads some lines as one input.
func (x *bulkIndex) give(ctx context.Context, lines []int32, o record.ImportOptions, yield func(*record.Imported, error) bool) bool {
	if err := ctx.Err(); err != nil {
		return yield(nil, err) && false
	}
	text, numbers, err := x.gather(lines)
	if err != nil {
		yield(nil, err)
		return false
	}
	d, err := Parse(text, o.Limits)
	if err != nil {
		return yield(nil, err)
	}
	for rec, rep := range d.Import(o) {
		for i := range rep.Issues {
			if l := rep.Issues[i].Line; l > 0 && l <= len(numbers) {
				rep.Issues[i].Line = int(numbers[l-1])
			}
		}
		if !yield(&record.Imported{Record: rec, Report: rep}, nil) {
			return false
		}
	}
	return true
}

const bulkChunk = 1 << 20

// scan notes the lines of one file.
func (x *bulkIndex) scan(ctx context.Context, file int32, l record.Limits) error {
	f := x.files[file]
	var parser tree.Parser
	parser.Limits = treeLimits(l)
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, f.Size), bulkChunk)
	var long []byte
	var at int64
	for number := int32(1); ; number++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := r.ReadSlice('\n')
		size := int64(len(line))
		if err == bufio.ErrBufferFull {
			long = append(long[:0], line...)
			size = int64(len(line))
			for err == bufio.ErrBufferFull {
				line, err = r.ReadSlice('\n')
				if size += int64(len(line)); size <= int64(parser.Limits.MaxBytes) {
					long = append(long, line...)
				}
			}
			line = long
		}
		if err != nil && err != io.EOF {
			return err
		}
		l := bulkLine{at: at, size: int32(min(size, math.MaxInt32)), file: file, number: number}
		if size > int64(parser.Limits.MaxBytes) {
			x.odd = append(x.odd, oddLine{l, &issueLineLimit, 0})
			long = nil // it is not needed again
		} else if lerr := x.note(&parser, line, l); lerr != nil {
			o := oddLine{l, &issueLineLimit, 0}
			if syntax := (*tree.SyntaxError)(nil); errors.As(lerr, &syntax) {
				o = oddLine{l, &issueLineSyntax, syntax.Column}
			}
			x.odd = append(x.odd, o)
		}
		at += size
		if err == io.EOF {
			return nil
		}
	}
}

// note remembers whose a line is.
func (x *bulkIndex) note(p *tree.Parser, line []byte, l bulkLine) error {
	if len(bytes.TrimSpace(line)) == 0 {
		return nil
	}
	d, err := p.JSON(line)
	if err != nil {
		return err
	}
	root := d.Root()
	if !isResource(root) {
		x.odd = append(x.odd, oddLine{l, &issueLineOther, 0}) // a log of the export, say
		return nil
	}
	typ, id := stringOf(root, "resourceType"), stringOf(root, "id")
	l.patient = -1
	if key := patientOf(root, typ, id); key != "" {
		i, ok := x.places[key]
		if !ok {
			i = int32(len(x.patients))
			key = strings.Clone(key)
			x.places[key] = i
			x.patients = append(x.patients, key)
		}
		l.patient = i
		if typ == "Patient" {
			x.present = append(x.present, i)
		}
	} else if id != "" {
		x.shared[typ+"/"+id] = int32(len(x.lines))
	}
	x.lines = append(x.lines, l)
	return nil
}

// patientOf gives the id of the patient that a resource is of, "" where it is nobody's own.
func patientOf(n tree.Node, typ, id string) string {
	if typ == "Patient" {
		return id
	}
	for _, name := range ownerNames {
		c := n.Child(name)
		if c.Kind() == tree.Array {
			c = c.First()
		}
		if p := patientID(stringOf(c, "reference")); p != "" {
			return p
		}
	}
	found := ""
	d := n.Doc()
	for k := n.Index(); k < n.End(); k++ {
		v := d.Node(k)
		if v.Kind() != tree.String || v.Name() != "reference" {
			continue
		}
		if p := patientID(v.Value()); p != "" {
			if found != "" && found != p {
				return ""
			}
			found = p
		}
	}
	return found
}

// ownerNames are the elements by which a resource names its patient.
var ownerNames = []string{"subject", "patient", "beneficiary", "individual", "for", "source", "policyHolder"}

// patientID gives the id that a literal reference to a Patient ends in.
func patientID(text string) string {
	i := strings.LastIndex(text, "Patient/")
	if i < 0 || i > 0 && text[i-1] != '/' {
		return ""
	}
	id, _, _ := strings.Cut(text[i+len("Patient/"):], "/")
	return id
}

// byPatient gives the lines of each patient.
func (x *bulkIndex) byPatient() iter.Seq2[int, []int32] {
	return func(yield func(int, []int32) bool) {
		starts := make([]int32, len(x.patients)+1)
		for i := range x.lines {
			if p := x.lines[i].patient; p >= 0 {
				starts[p+1]++
			}
		}
		for i := 1; i < len(starts); i++ {
			starts[i] += starts[i-1]
		}
		sorted := make([]int32, starts[len(starts)-1])
		next := slices.Clone(starts)
		for i := range x.lines {
			if p := x.lines[i].patient; p >= 0 {
				sorted[next[p]] = int32(i)
				next[p]++
			}
		}
		given := make([]bool, len(x.patients))
		give := func(p int32) bool {
			if given[p] {
				return true
			}
			given[p] = true
			return yield(int(p), sorted[starts[p]:starts[p+1]])
		}
		for _, p := range x.present {
			if !give(p) {
				return
			}
		}
		for p := range x.patients { // who are only referred to
			if !give(int32(p)) {
				return
			}
		}
	}
}

// gather reads lines, and the shared ones that they refer to, into one text; numbers are those of the lines in their files.
func (x *bulkIndex) gather(lines []int32) (text []byte, numbers []int32, err error) {
	all := slices.Clone(lines)
	have := map[int32]bool{}
	for _, i := range all {
		have[i] = true
	}
	for k := 0; k < len(all); k++ {
		l := &x.lines[all[k]]
		x.used[all[k]] = true
		at := len(text)
		text = append(slices.Grow(text, int(l.size)+1), make([]byte, l.size)...)
		if _, err := x.files[l.file].ReadAt(text[at:], l.at); err != nil && err != io.EOF {
			return nil, nil, err
		}
		text = append(text[:at], bytes.TrimSpace(text[at:])...)
		for ref := range references(text[at:]) {
			if j, ok := x.shared[ref]; ok && !have[j] {
				have[j] = true
				all = append(all, j)
			}
		}
		text = append(text, '\n')
		numbers = append(numbers, l.number)
	}
	return text, numbers, nil
}

// references gives the relative references in a line: what stands after "reference": as Type/id.
func references(line []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		key := []byte(`"reference"`)
		for {
			i := bytes.Index(line, key)
			if i < 0 {
				return
			}
			line = bytes.TrimLeft(line[i+len(key):], ": \t")
			if len(line) == 0 || line[0] != '"' {
				continue
			}
			end := bytes.IndexByte(line[1:], '"')
			if end < 0 {
				return
			}
			parts := strings.Split(string(line[1:end+1]), "/")
			if n := len(parts); n >= 2 && !yield(parts[n-2]+"/"+parts[n-1]) {
				return
			}
			line = line[end+1:]
		}
	}
}

// left gives the lines that no patient's record took, some at a time.
func (x *bulkIndex) left() iter.Seq[[]int32] {
	return func(yield func([]int32) bool) {
		var some []int32
		size := 0
		for i := range x.lines {
			if x.used[i] || x.lines[i].patient >= 0 {
				continue
			}
			some = append(some, int32(i))
			if size += int(x.lines[i].size); size > 8*bulkChunk {
				if !yield(some) {
					return
				}
				some, size = nil, 0
			}
		}
		if len(some) > 0 {
			yield(some)
		}
	}
}
