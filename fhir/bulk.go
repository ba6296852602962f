package fhir

import (
	"bytes"
	"context"
	"io"
	"iter"
	"slices"
	"strconv"
	"sync/atomic"
	"unicode/utf8"

	"github.com/portage-health/portage/internal/ids"
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
// each patient's. Memory is for the notes, about 24 bytes a resource, and for as
// many patients as are read at once. It implements record.Importer, whose Input it does not need.
type Bulk struct {
	Files []BulkFile
	// Workers is how many patients are read at once, in goroutines of their own; 0 and
	// 1 for one, in the caller's. They come in the same order, and say the same,
	// whatever it is. What the options hold must be safe for concurrent use then.
	Workers int
}

var _ record.Importer = Bulk{}

// Import reads a record for each patient, in the order of the files. What no
// patient's resources refer to comes then, in records without a patient. A line
// that cannot be read costs that line: such lines stand, with their place in the
// report, in a last record that is without a patient too. A patient whose lines are
// together beyond a limit gives an error, after which the next patient comes.
func (b Bulk) Import(ctx context.Context, _ record.Input, o record.ImportOptions) iter.Seq2[*record.Imported, error] {
	return func(yield func(*record.Imported, error) bool) {
		x := newBulkIndex(b.Files)
		for i := range b.Files {
			if err := x.scan(ctx, int32(i), o.Limits); err != nil {
				yield(nil, err)
				return
			}
		}
		x.join()
		x.used = make([]atomic.Bool, x.lines.n)
		for _, groups := range []iter.Seq[[]int32]{x.byPatient(), x.left()} {
			for r := range inOrder(b.Workers, groups, func(lines []int32) bulkRead { return x.read(ctx, lines, o) }) {
				for _, one := range r.records {
					if !yield(one, nil) {
						return
					}
				}
				if r.err != nil && (!yield(nil, r.err) || r.last) {
					return
				}
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
		path := "files[" + strconv.Itoa(l.file()) + "]"
		at := len(rep.Issues)
		rep.Add(l.kind.At(path, int(l.number), l.col))
		if all += int(l.size); l.size > mostOdd || all > mostOddAll {
			rep.Issues[at].Action = record.ActionDropped
			continue
		}
		text := make([]byte, l.size)
		if _, err := x.files[l.file()].ReadAt(text, l.offset()); err != nil && err != io.EOF {
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

// bulkRead is what some lines gave.
type bulkRead struct {
	records []*record.Imported
	err     error
	last    bool // nothing can be read after the error
}

// read reads some lines as one input.
func (x *bulkIndex) read(ctx context.Context, lines []int32, o record.ImportOptions) (r bulkRead) {
	if err := ctx.Err(); err != nil {
		return bulkRead{err: err, last: true}
	}
	text, numbers, err := x.gather(lines)
	if err != nil {
		return bulkRead{err: err, last: true}
	}
	d, err := Parse(text, o.Limits)
	if err != nil {
		return bulkRead{err: err}
	}
	for rec, rep := range d.Import(o) {
		for i := range rep.Issues {
			if l := rep.Issues[i].Line; l > 0 && l <= len(numbers) {
				rep.Issues[i].Line = int(numbers[l-1])
			}
		}
		r.records = append(r.records, &record.Imported{Record: rec, Report: rep})
	}
	return r
}

// gather reads lines, and the shared ones that they refer to, into one text; numbers are those of the lines in their files.
func (x *bulkIndex) gather(lines []int32) (text []byte, numbers []int32, err error) {
	size := 0
	for _, i := range lines {
		size += int(x.lines.at(i).size) + 1
	}
	all := slices.Clone(lines)
	text = make([]byte, 0, size+size/8)
	var have map[int32]bool
	for k := 0; k < len(all); k++ {
		l := x.lines.at(all[k])
		x.used[all[k]].Store(true)
		at := len(text)
		text = slices.Grow(text, int(l.size)+1)[:at+int(l.size)]
		if _, err := x.files[l.file()].ReadAt(text[at:], l.offset()); err != nil && err != io.EOF {
			return nil, nil, err
		}
		text = append(text[:at], bytes.TrimSpace(text[at:])...)
		for ref := range references(text[at:]) {
			j, ok := x.sharedAt(ref)
			if !ok || have[j] {
				continue
			}
			if have == nil {
				have = make(map[int32]bool, len(lines))
				for _, i := range lines {
					have[i] = true
				}
				if have[j] {
					continue
				}
			}
			have[j] = true
			all = append(all, j)
		}
		text = append(text, '\n')
		numbers = append(numbers, x.number(all[k]))
	}
	return text, numbers, nil
}

// references gives the relative references in a line: what stands after "reference": as Type/id.
func references(line []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
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
			ref := line[1 : end+1]
			if id := bytes.LastIndexByte(ref, '/'); id > 0 {
				if !yield(ref[bytes.LastIndexByte(ref[:id], '/')+1:]) {
					return
				}
			}
			line = line[end+1:]
		}
	}
}
