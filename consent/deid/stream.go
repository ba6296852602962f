package deid

import (
	"context"
	"iter"
	"strconv"

	"github.com/portage-health/portage/record"
)

// Run is one pass over a stream of records, with one Statement of all. It is not safe for concurrent use; a Deidentifier may
// have several.
type Run struct {
	d  *Deidentifier
	st Statement
	n  int
}

// Run begins a pass. Without codes of patients, Safe Harbor makes ids from the place of a record in it: the same records in
// the same order get the same ids.
func (d *Deidentifier) Run() *Run { return &Run{d: d, st: d.statement()} }

// Record gives the next record de-identified.
func (x *Run) Record(ctx context.Context, rec *record.Record) (*record.Record, error) {
	x.n++
	out, err := x.d.record(ctx, rec, strconv.Itoa(x.n), &x.st)
	if err != nil {
		x.st.Failed++
	}
	return out, err
}

// Records gives records de-identified one by one as they are asked for. An error of the source comes through as it is, without
// a record; so does one of a record, and the next follows.
func (x *Run) Records(ctx context.Context, in iter.Seq2[*record.Record, error]) iter.Seq2[*record.Record, error] {
	return func(yield func(*record.Record, error) bool) {
		for rec, err := range in {
			var out *record.Record
			if err == nil {
				out, err = x.Record(ctx, rec)
			}
			if !yield(out, err) {
				return
			}
		}
	}
}

// Statement says what was done so far.
func (x *Run) Statement() Statement {
	s := x.st
	s.Removed = append([]Count{}, s.Removed...)
	return s
}
