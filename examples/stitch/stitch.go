package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/match"
)

// piece is one record of one input.
type piece struct {
	input string
	rec   *record.Record
	group int
}

// line is one line of the report.
type line struct {
	Input     string               `json:"input,omitempty"`
	Output    string               `json:"output,omitempty"`
	Status    string               `json:"status"`
	Error     string               `json:"error,omitempty"`
	Records   int                  `json:"records,omitempty"`
	Inputs    []string             `json:"inputs,omitempty"`
	Counts    *record.Counts       `json:"counts,omitempty"`
	Duplicate int                  `json:"duplicates,omitempty"`
	Conflicts []conflict           `json:"conflicts,omitempty"`
	Look      []string             `json:"look,omitempty"`
	Weight    float64              `json:"weight,omitempty"`
	Reasons   []record.MatchReason `json:"reasons,omitempty"`
	Issues    []record.Issue       `json:"issues,omitempty"`
}

type conflict struct {
	Kind    string   `json:"kind"`
	Field   string   `json:"field"`
	Entries []string `json:"entries"`
}

// stitch does the whole work and counts what failed.
func stitch(ctx context.Context, s *settings, names []string, stdout io.Writer) (failed int, err error) {
	files, err := gather(names)
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(s.out, 0o700); err != nil {
		return 0, err
	}
	var report bytes.Buffer
	enc := json.NewEncoder(&report)
	var pieces []piece
	for _, f := range files {
		l := line{Input: f, Status: "ok"}
		recs, rep, err := read(ctx, f)
		if err != nil {
			l.Status, l.Error = "error", err.Error()
			failed++
		}
		if rep != nil {
			l.Counts, l.Issues = &rep.Counts, rep.Issues
		}
		l.Records = len(recs)
		for _, r := range recs {
			pieces = append(pieces, piece{input: f, rec: r})
		}
		if err := enc.Encode(l); err != nil {
			return failed, err
		}
	}
	looks := group(pieces, s.one)
	for _, l := range looks {
		if err := enc.Encode(l); err != nil {
			return failed, err
		}
	}
	written, bad, err := s.write(ctx, pieces, enc)
	if err != nil {
		return failed, err
	}
	fmt.Fprintf(stdout, "%d inputs, %d records, %d patients written, %d pairs to look at\n", len(files), len(pieces), written, len(looks))
	if s.report != "" {
		if err := os.WriteFile(s.report, report.Bytes(), 0o600); err != nil {
			return failed, err
		}
	}
	return failed + bad, nil
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

// read gives the records of a file.
func read(ctx context.Context, name string) (recs []*record.Record, rep *record.Report, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, errors.New("the file cannot be read")
	}
	f, ok := portage.Detect(data, sources()...)
	if !ok {
		return nil, nil, portage.ErrUnknownFormat
	}
	rep = &record.Report{}
	for got, err := range f.Importer.Import(ctx, record.Input{Bytes: data}, record.ImportOptions{}) {
		if err != nil {
			return recs, rep, err
		}
		rep.Merge(got.Report)
		recs = append(recs, got.Record)
	}
	return recs, rep, nil
}

// group says which pieces are of one patient, and which a person must look at.
func group(pieces []piece, one bool) (looks []line) {
	if one {
		return nil
	}
	root := func(i int) int {
		for pieces[i].group != i {
			i = pieces[i].group
		}
		return i
	}
	var index match.Index
	type pair struct{ a, b int }
	unsure := map[pair]record.Match{}
	for i := range pieces {
		pieces[i].group = i
		p := pieces[i].rec.Patient
		if p == nil {
			continue
		}
		for _, f := range index.Find(p) {
			var k int
			fmt.Sscan(f.ID, &k)
			if f.Answer == record.SamePatient {
				pieces[max(root(i), root(k))].group = min(root(i), root(k))
			} else {
				unsure[pair{k, i}] = f.Match
			}
		}
		index.Add(fmt.Sprint(i), p)
	}
	for i := range pieces {
		pieces[i].group = root(i)
	}
	for i := range pieces {
		for k := range i {
			m, ok := unsure[pair{k, i}]
			if ok && pieces[i].group != pieces[k].group {
				looks = append(looks, line{Status: "look", Look: []string{pieces[k].input, pieces[i].input}, Weight: m.Weight, Reasons: m.Reasons})
			}
		}
	}
	return looks
}

// write merges the pieces of each patient and writes them.
func (s *settings) write(ctx context.Context, pieces []piece, enc *json.Encoder) (written, failed int, err error) {
	var order []int
	of := map[int][]piece{}
	for _, p := range pieces {
		if of[p.group] == nil {
			order = append(order, p.group)
		}
		of[p.group] = append(of[p.group], p)
	}
	for n, g := range order {
		l := line{Output: fmt.Sprintf("patient-%04d%s", n+1, s.to.extension), Status: "ok"}
		var recs []*record.Record
		for _, p := range of[g] {
			recs = append(recs, p.rec)
			if !slices.Contains(l.Inputs, p.input) {
				l.Inputs = append(l.Inputs, p.input)
			}
		}
		rec, rep, err := record.Merge(record.MergeOptions{Context: ctx}, recs...)
		if err == nil {
			for _, i := range rep.Issues {
				if i.Code == record.IssueDuplicate.Code {
					l.Duplicate++
				}
			}
			for _, c := range rec.Merging.Conflicts {
				l.Conflicts = append(l.Conflicts, conflict{c.Kind, c.Field, c.Entries})
			}
			var out bytes.Buffer
			var exported *record.Report
			exported, err = s.to.exporter.Export(ctx, rec, &out, record.ExportOptions{Now: s.now})
			rep.Merge(exported)
			if err == nil {
				err = os.WriteFile(filepath.Join(s.out, l.Output), out.Bytes(), 0o600)
			}
			l.Issues = rep.Issues
		}
		if err != nil {
			l.Status, l.Error = "error", err.Error()
			failed++
		} else {
			written++
		}
		if err := enc.Encode(l); err != nil {
			return written, failed, err
		}
	}
	return written, failed, nil
}
