package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/match"
)

// charts are the patients that the inputs tell of. Of each input is kept where it
// is and whose; it is read again when its patient is written.
type charts struct {
	one     bool
	patient string

	files  []file
	pieces []piece
	index  match.Index
	unsure map[[2]int]record.Match
	shared map[string]bool // digests of sources that tell of several patients
	groups [][]int         // places in pieces

	mu   sync.Mutex
	last string // the file that was read last, where it holds several records
	recs []*record.Record
	kept map[string]span
}

// span is where the bytes of a source are.
type span struct {
	file         string
	offset, size int64
}

// file is one input.
type file struct {
	name    string
	sha256  string
	records int
	err     error
	counts  record.Counts
}

// piece is one record of a file.
type piece struct {
	file, n int
	ids     []string
	group   int
}

// line is one line of the report.
type line struct {
	Input   string               `json:"input,omitempty"`
	Status  string               `json:"status"`
	Error   string               `json:"error,omitempty"`
	Records int                  `json:"records,omitempty"`
	Counts  *record.Counts       `json:"counts,omitempty"`
	Look    []string             `json:"look,omitempty"`
	Weight  float64              `json:"weight,omitempty"`
	Reasons []record.MatchReason `json:"reasons,omitempty"`
}

// gather lists the files of the inputs, folders in the order of their names.
func gather(names []string) (files []string, err error) {
	for _, name := range names {
		err := filepath.WalkDir(name, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (p == name || !strings.HasPrefix(d.Name(), ".")) {
				files = append(files, p)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// read gives the records of a file, and where the sources are that they came from: the file, or a message of it.
func read(ctx context.Context, name string) (recs []*record.Record, sum string, kept map[string]span, counts record.Counts, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, "", nil, counts, errors.New("the file cannot be read")
	}
	sum = digest(data)
	kept = map[string]span{sum: {name, 0, int64(len(data))}}
	f, ok := portage.Detect(data, sources()...)
	if !ok {
		return nil, sum, kept, counts, portage.ErrUnknownFormat
	}
	if f.Name == hl7v2.Format().Name {
		for item := range hl7v2.Batch(data, hl7v2.Options{}) {
			kept[digest(item.Bytes)] = span{name, item.Offset, int64(len(item.Bytes))}
		}
	}
	for got, err := range f.Importer.Import(ctx, record.Input{Bytes: data}, record.ImportOptions{}) {
		if err != nil {
			return recs, sum, kept, counts, err
		}
		counts.Add(got.Report.Counts)
		recs = append(recs, got.Record)
	}
	return recs, sum, kept, counts, nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// look reads a file and notes whose it is.
func (c *charts) look(ctx context.Context, name string) {
	recs, sum, _, counts, err := read(ctx, name)
	at := len(c.files)
	c.files = append(c.files, file{name, sum, len(recs), err, counts})
	c.share(recs)
	for n, rec := range recs {
		c.pieces = append(c.pieces, piece{file: at, n: n, group: len(c.pieces)})
		if rec.Patient != nil {
			c.find(len(c.pieces)-1, copied(rec.Patient))
		}
	}
}

// share notes the sources that several records of a file came from: they tell of several patients.
func (c *charts) share(recs []*record.Record) {
	told := map[string]int{}
	for i, rec := range recs {
		for _, src := range rec.Sources {
			if before, ok := told[src.SHA256]; ok && before != i {
				if c.shared == nil {
					c.shared = map[string]bool{}
				}
				c.shared[src.SHA256] = true
			}
			told[src.SHA256] = i
		}
	}
}

// copied gives a patient that holds no memory of the file.
func copied(p *record.Patient) *record.Patient {
	text, err := record.Marshal(&record.Record{Patient: p})
	if err != nil {
		return p
	}
	rec, err := record.Unmarshal(text)
	if err != nil {
		return p
	}
	return rec.Patient
}

// find compares the patient of a piece with those before.
func (c *charts) find(at int, p *record.Patient) {
	for _, id := range p.Identifiers {
		c.pieces[at].ids = append(c.pieces[at].ids, id.System+"|"+id.Value)
	}
	if c.one {
		return
	}
	for _, f := range c.index.Find(p) {
		k, err := strconv.Atoi(f.ID)
		if err != nil {
			continue
		}
		if f.Answer == record.SamePatient {
			c.unite(k, at)
			continue
		}
		if c.unsure == nil {
			c.unsure = map[[2]int]record.Match{}
		}
		c.unsure[[2]int{k, at}] = f.Match
	}
	c.index.Add(strconv.Itoa(at), p)
}

func (c *charts) root(i int) int {
	for c.pieces[i].group != i {
		i = c.pieces[i].group
	}
	return i
}

func (c *charts) unite(a, b int) {
	a, b = c.root(a), c.root(b)
	c.pieces[max(a, b)].group = min(a, b)
}

// group makes the charts, in the order in which their patients were first met.
func (c *charts) group() error {
	place := map[int]int{}
	for i := range c.pieces {
		g := 0
		if !c.one {
			g = c.root(i)
		}
		at, ok := place[g]
		if !ok {
			at = len(c.groups)
			place[g] = at
			c.groups = append(c.groups, nil)
		}
		c.groups[at] = append(c.groups[at], i)
	}
	if c.patient != "" {
		c.groups = slices.DeleteFunc(c.groups, func(g []int) bool {
			return !slices.ContainsFunc(g, func(i int) bool { return slices.Contains(c.pieces[i].ids, c.patient) })
		})
	}
	if len(c.groups) == 0 {
		return portage.ErrNoRecord
	}
	return nil
}

// Patients gives a key for each chart: a digest of what it is made of, so that other inputs are noticed.
func (c *charts) Patients(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for g := range c.groups {
			if !yield(c.key(g), nil) {
				return
			}
		}
	}
}

func (c *charts) key(g int) string {
	sum := sha256.New()
	for _, i := range c.groups[g] {
		fmt.Fprintf(sum, "%s %d\n", c.files[c.pieces[i].file].sha256, c.pieces[i].n)
	}
	return strconv.Itoa(g) + " " + hex.EncodeToString(sum.Sum(nil))
}

// Patient reads the documents of a chart again and puts them together.
func (c *charts) Patient(ctx context.Context, key string) (*portage.EHIPatient, error) {
	number, _, _ := strings.Cut(key, " ")
	g, err := strconv.Atoi(number)
	if err != nil || g < 0 || g >= len(c.groups) {
		return nil, portage.ErrNoRecord
	}
	var recs []*record.Record
	originals := map[string]span{}
	for _, i := range c.groups[g] {
		p := &c.pieces[i]
		all, kept, err := c.open(ctx, &c.files[p.file])
		if err != nil {
			return nil, err
		}
		recs = append(recs, all[p.n])
		for _, src := range all[p.n].Sources {
			if at, ok := kept[src.SHA256]; ok && !c.shared[src.SHA256] {
				originals[src.SHA256] = at
			}
		}
	}
	rec := recs[0]
	if len(recs) > 1 {
		if rec, _, err = record.Merge(record.MergeOptions{Context: ctx}, recs...); err != nil {
			return nil, err
		}
	}
	return &portage.EHIPatient{Record: rec, Original: func(_ context.Context, s *record.Source) (io.ReadCloser, error) {
		at, ok := originals[s.SHA256]
		if !ok {
			return nil, nil
		}
		f, err := os.Open(at.file)
		if err != nil {
			return nil, err
		}
		return section{io.NewSectionReader(f, at.offset, at.size), f}, nil
	}}, nil
}

// section is a part of a file.
type section struct {
	io.Reader
	io.Closer
}

// open reads a file again. The last one that holds several records stays in memory, since the next patient is likely to be in it.
func (c *charts) open(ctx context.Context, f *file) ([]*record.Record, map[string]span, error) {
	if f.records > 1 {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.last == f.name {
			return c.recs, c.kept, nil
		}
	}
	recs, sum, kept, _, err := read(ctx, f.name)
	switch {
	case sum != f.sha256 || len(recs) != f.records:
		return nil, nil, errors.New("an input has changed since it was looked at")
	case err != nil && f.err == nil:
		return nil, nil, err
	}
	if f.records > 1 {
		c.last, c.recs, c.kept = f.name, recs, kept
	}
	return recs, kept, nil
}

func (c *charts) failed() (n int) {
	for i := range c.files {
		if c.files[i].err != nil {
			n++
		}
	}
	return n
}

// lines are what the report says of the inputs, and of pairs that a person must look at.
func (c *charts) lines() (all []line) {
	for i := range c.files {
		f := &c.files[i]
		l := line{Input: f.name, Status: "ok", Records: f.records, Counts: &f.counts}
		if f.err != nil {
			l.Status, l.Error = "error", f.err.Error()
		}
		all = append(all, l)
	}
	pairs := slices.SortedFunc(maps.Keys(c.unsure), func(a, b [2]int) int { return cmp.Or(a[1]-b[1], a[0]-b[0]) })
	for _, p := range pairs {
		if m := c.unsure[p]; c.root(p[0]) != c.root(p[1]) {
			all = append(all, line{Status: "look", Look: []string{c.files[c.pieces[p[0]].file].name, c.files[c.pieces[p[1]].file].name}, Weight: m.Weight, Reasons: m.Reasons})
		}
	}
	return all
}
