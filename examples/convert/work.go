package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/record"
)

// line is one line of the report.
type line struct {
	Input   string         `json:"input"`
	Output  string         `json:"output,omitempty"`
	Outputs []string       `json:"outputs,omitempty"`
	Records int            `json:"records,omitempty"`
	Status  string         `json:"status"`
	Error   string         `json:"error,omitempty"`
	From    string         `json:"from"`
	To      string         `json:"to"`
	Bytes   int64          `json:"bytes"`
	Millis  float64        `json:"ms"`
	Counts  counts         `json:"counts"`
	Issues  []record.Issue `json:"issues"`
}

// counts are the report's counts with the one that must be 0.
type counts struct {
	record.Counts
	Unaccounted int `json:"unaccounted"`
}

// convertAll converts every input, at most s.jobs at once, and writes the report
// in input order. It gives how many failed; an error means that no report could be written.
func convertAll(ctx context.Context, inputs []*input, s *settings, stdin io.Reader, stdout io.Writer, stderr *os.File) (failed int, err error) {
	var rep *bufio.Writer
	if s.report != "" {
		f, err := os.Create(s.report)
		if err != nil {
			return 0, err
		}
		defer func() {
			if cerr := f.Close(); err == nil {
				err = cerr
			}
		}()
		rep = bufio.NewWriter(f)
	}
	taken := make(map[string]bool, len(inputs))
	for _, in := range inputs {
		taken[in.out] = true
	}
	done := make([]chan *line, len(inputs))
	for i := range done {
		done[i] = make(chan *line, 1)
	}
	// A job may run ahead of the report by a bounded number of inputs, so that
	// one slow document does not pile up the reports of all that follow it.
	ahead := make(chan struct{}, 4*s.jobs)
	next := make(chan int)
	go func() {
		defer close(next)
		for i := range inputs {
			ahead <- struct{}{}
			next <- i
		}
	}()
	var wg sync.WaitGroup
	for range min(s.jobs, len(inputs)) {
		wg.Go(func() {
			for i := range next {
				done[i] <- convertOne(ctx, inputs[i], s, taken, stdin, stdout)
			}
		})
	}
	show := newProgress(stderr, len(inputs))
	for i := range inputs {
		l := <-done[i]
		<-ahead
		if l.Status != "ok" {
			failed++
		}
		show.add(l)
		if rep == nil {
			continue
		}
		if err := json.NewEncoder(rep).Encode(l); err != nil {
			return failed, err
		}
	}
	wg.Wait()
	show.finish()
	if rep == nil {
		return failed, nil
	}
	return failed, rep.Flush()
}

// convertOne converts one input; whatever happens stands in its line.
func convertOne(ctx context.Context, in *input, s *settings, taken map[string]bool, stdin io.Reader, stdout io.Writer) (l *line) {
	start := time.Now()
	l = &line{Input: in.name, Status: "failed", From: s.from, To: s.to.name, Issues: []record.Issue{}}
	var paths []string
	defer func() {
		if p := recover(); p != nil {
			// The panic's value may hold a patient's data: only where it happened is told.
			l.Status, l.Error = "failed", "internal error at "+where(debug.Stack())
		}
		if l.Status != "ok" {
			for _, p := range paths { // half an output is worse than none
				os.Remove(p)
			}
			paths = nil
		}
		switch {
		case len(paths) == 1:
			l.Output = paths[0]
		case len(paths) > 1:
			l.Output, l.Outputs = paths[0], paths
		}
		l.Millis = float64(time.Since(start).Microseconds()) / 1000
	}()
	data, from, err := open(in, s, l, stdin)
	if err != nil {
		l.Error = err.Error()
		return l
	}
	if from.shut != nil {
		defer from.shut()
	}
	names := &outputs{first: in.out, taken: taken}
	sink := func(n int, _ *record.Record) (io.WriteCloser, error) {
		if in.out == "" {
			if n > 0 {
				return nil, errors.New("several records need -o")
			}
			return nopCloser{stdout}, nil
		}
		p := names.path(n)
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			return nil, err
		}
		f, err := os.Create(p)
		if err == nil {
			paths = append(paths, p)
		}
		return f, err
	}
	res, err := portage.Convert(ctx, record.Input{Bytes: data}, from.importer, s.to.exporter, sink, s.opts)
	l.Records = res.Records
	l.Counts = counts{res.Report.Counts, res.Report.Counts.Unaccounted()}
	l.Issues = append(l.Issues, res.Report.Issues...)
	if in.renamed {
		l.Issues = append(l.Issues, record.IssueOutputRenamed.At("", 0, 0))
	}
	if err != nil {
		l.Error = err.Error()
		return l
	}
	l.Status = "ok"
	return l
}

// opened is what reads an input, and what closes it.
type opened struct {
	importer record.Importer
	shut     func()
}

// open reads an input, or opens the files of one that is a folder, and finds its format.
func open(in *input, s *settings, l *line, stdin io.Reader) (data []byte, o opened, err error) {
	if s.from == bulkName {
		l.From = "fhir"
		o.importer, l.Bytes, o.shut, err = openBulk(in.path)
		return nil, o, err
	}
	if data, err = read(in, stdin); err != nil {
		return nil, o, err
	}
	l.Bytes = int64(len(data))
	from, ok := source(s.from)
	if !ok { // auto
		from, ok = portage.Detect(data, sources()...)
	}
	if !ok {
		return nil, o, portage.ErrUnknownFormat
	}
	l.From = from.Name
	return data, opened{importer: from.Importer}, nil
}

func read(in *input, stdin io.Reader) ([]byte, error) {
	if in.path == "" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(in.path)
}

// where gives the function that panicked, from a stack trace.
func where(stack []byte) string {
	lines := bytes.Split(stack, []byte("\n"))
	seen := false
	for _, l := range lines {
		if bytes.HasPrefix(l, []byte("panic(")) {
			seen = true
			continue
		}
		if seen && len(l) > 0 && l[0] != '\t' && !bytes.HasPrefix(l, []byte("runtime.")) {
			name, _, _ := bytes.Cut(l, []byte("("))
			return string(name)
		}
	}
	return "an unknown place"
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }
