package main

import (
	"context"
	"encoding/json"
	"io"
	"sort"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
)

func init() {
	register.DoFn4x0[context.Context, fileio.ReadableFile, func(string, []byte), func(Letter)](&readFn{})
	register.DoFn4x0[context.Context, fileio.ReadableFile, func(string, []byte), func(Letter)](&consentFn{})
	register.DoFn3x0[string, []byte, func(string, string)](&ownerFn{})
	register.DoFn4x0[string, func(*string) bool, func(*[]byte) bool, func(string, []byte)](&pairFn{})
	register.DoFn7x0[context.Context, string, func(*[]byte) bool, func(*[]byte) bool, func(*Letter) bool, func(string, []byte), func(Letter)](&decideFn{})
	register.DoFn3x0[string, []byte, func(string, []byte)](&noneFn{})
	register.DoFn2x0[string, func(Letter)](&nobodyFn{})
	register.DoFn5x0[context.Context, string, []byte, func(string, Line), func(Letter)](&linesFn{})
	register.DoFn7x0[context.Context, string, func(*[]byte) bool, func(*string) bool, func(string, Line), func(string, int), func(Letter)](&rowsFn{})
	register.DoFn3x0[string, []byte, func(string, string)](&nameFn{})
	register.DoFn3x0[string, func(*string) bool, func(string, string)](&numberFn{})
	register.DoFn3x0[string, int, func(string, Cell)](&cellFn{})
	register.DoFn5x0[context.Context, string, func(*Cell) bool, func(string, Line), func(Letter)](&countsFn{})
	register.Function2x1(sum)
	register.Emitter2[string, int]()
	register.Emitter2[string, Cell]()
	register.Iter1[Cell]()
	beam.RegisterType(typeOf[Cell]())
	register.DoFn3x1[context.Context, string, func(*Line) bool, error](&writeFn{})
	register.Function1x2(letterLine)
	register.Emitter1[Letter]()
	register.Emitter2[string, []byte]()
	register.Emitter2[string, string]()
	register.Emitter2[string, Line]()
	register.Iter1[string]()
	register.Iter1[[]byte]()
	register.Iter1[Letter]()
	register.Iter1[Line]()
	beam.RegisterType(typeOf[Letter]())
	beam.RegisterType(typeOf[Line]())
}

// Letter is what did not arrive: which input, at which stage, and why. It holds no value of a patient's.
type Letter struct {
	Input  string `json:"input"`
	Stage  string `json:"stage"`
	Reason string `json:"reason"`
}

// Line is a line of a file, with what puts it into its place.
type Line struct {
	Place string
	Text  []byte
}

var (
	documents = beam.NewCounter("portage", "documents")
	records   = beam.NewCounter("portage", "records")
	failures  = beam.NewCounter("portage", "dead-letters")
	issues    = beam.NewCounter("portage", "issues")
	lost      = beam.NewCounter("portage", "leaves-lost")
	denied    = beam.NewCounter("portage", "records-denied")
	withheld  = beam.NewCounter("portage", "entries-withheld")
	removed   = beam.NewCounter("portage", "identifying-values-removed")
	written   = beam.NewCounter("portage", "lines")
)

// pipeline reads, decides, and writes.
func pipeline(s beam.Scope, o plan) {
	charts, dead := beam.ParDo2(s.Scope("read"), &readFn{}, filesOf(s, o.Inputs))
	letters := []beam.PCollection{dead}
	if len(o.Request) > 0 {
		charts, letters = decided(s.Scope("consent"), o, charts, letters)
	}
	var lines beam.PCollection
	if o.Tables {
		lines, dead = tables(s.Scope("tables"), o, charts)
	} else {
		lines, dead = beam.ParDo2(s.Scope("ndjson"), &linesFn{Now: o.Now, Shards: o.Shards}, charts)
	}
	letters = append(letters, dead)
	lines = beam.Flatten(s, lines, beam.ParDo(s, letterLine, beam.Flatten(s, letters...)))
	beam.ParDo0(s.Scope("write"), &writeFn{Folder: o.Output}, beam.GroupByKey(s, lines))
}

// tables makes de-identified tables of all charts.
func tables(s beam.Scope, o plan, charts beam.PCollection) (lines, dead beam.PCollection) {
	numbers := beam.ParDo(s, &numberFn{}, beam.GroupByKey(s, beam.ParDo(s, &nameFn{}, charts)))
	rows, cells, dead := beam.ParDo3(s, &rowsFn{Key: o.Key, Now: o.Now, Shards: o.Shards}, beam.CoGroupByKey(s, charts, numbers))
	counted := beam.ParDo(s, &cellFn{}, beam.CombinePerKey(s, sum, cells))
	counts, bad := beam.ParDo2(s, &countsFn{}, beam.GroupByKey(s, counted))
	return beam.Flatten(s, rows, counts), beam.Flatten(s, dead, bad)
}

func sum(a, b int) int { return a + b }

func filesOf(s beam.Scope, globs []string) beam.PCollection {
	return fileio.ReadMatches(s, fileio.MatchAll(s, beam.CreateList(s, globs)))
}

// decided lets through what consent and law let through. A consent is brought together with the charts of its patient by the
// patient's identifiers, and a chart with all consents that any of its identifiers led to.
func decided(s beam.Scope, o plan, charts beam.PCollection, letters []beam.PCollection) (beam.PCollection, []beam.PCollection) {
	filed, lostConsents := beam.ParDo(s, &noneFn{}, charts), beam.ParDo(s, &nobodyFn{}, beam.CreateList(s, []string{""}))
	if len(o.Consents) > 0 {
		filed, lostConsents = beam.ParDo2(s, &consentFn{}, filesOf(s, o.Consents))
	}
	owners := beam.ParDo(s, &ownerFn{}, charts)
	theirs := beam.ParDo(s, &pairFn{}, beam.CoGroupByKey(s, owners, filed))
	out, dead := beam.ParDo2(s, &decideFn{Request: o.Request, Default: string(o.Default), Now: o.Now},
		beam.CoGroupByKey(s, charts, theirs), beam.SideInput{Input: lostConsents})
	return out, append(letters, lostConsents, dead)
}

// noneFn and nobodyFn make empty collections.
type (
	noneFn   struct{}
	nobodyFn struct{}
)

func (*noneFn) ProcessElement(string, []byte, func(string, []byte)) {}
func (*nobodyFn) ProcessElement(string, func(Letter))               {}

func letterLine(l Letter) (string, Line) {
	text, _ := json.Marshal(l)
	return "dead-letters.ndjson", Line{Place: l.Input + "\x00" + l.Stage, Text: text}
}

// writeFn writes a file: its lines in the order of their places, so that the same input gives the same file.
type writeFn struct{ Folder string }

func (f *writeFn) ProcessElement(ctx context.Context, name string, lines func(*Line) bool) error {
	var all []Line
	var l Line
	for lines(&l) {
		all = append(all, l)
	}
	sort.Slice(all, func(i, j int) bool {
		if all[i].Place != all[j].Place {
			return all[i].Place < all[j].Place
		}
		return string(all[i].Text) < string(all[j].Text)
	})
	path := f.Folder + "/" + name
	fs, err := filesystem.New(ctx, path)
	if err != nil {
		return err
	}
	defer fs.Close()
	w, err := fs.OpenWrite(ctx, path)
	if err != nil {
		return err
	}
	if head := heads[strings.SplitN(name, ".", 2)[0]]; head != "" && strings.HasSuffix(name, ".csv") {
		_, err = io.WriteString(w, head+"\n")
	}
	for i := range all {
		if err != nil {
			break
		}
		_, err = w.Write(append(all[i].Text, '\n'))
	}
	if e := w.Close(); err == nil {
		err = e
	}
	written.Inc(ctx, int64(len(all)))
	return err
}
