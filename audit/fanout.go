package audit

import (
	"context"
	"errors"
	"iter"
)

// All gives a Sink that succeeds only if every one of the sinks does. They are asked in order; the first error ends the
// call, and what those before it kept stays with them: see Sink on what an error means. An intent may then stand in some
// of them without an outcome, which Settle closes.
func All(sinks ...Sink) *FanOut { return &FanOut{must: sinks} }

// First gives a Sink that succeeds if the first of the sinks does. The others are asked afterwards, all of them; failed
// is told of each that gives an error, by its place among the others. It must not be nil: a copy that is missing is to be seen by somebody.
func First(failed func(n int, err error), first Sink, others ...Sink) *FanOut {
	return &FanOut{must: []Sink{first}, others: others, failed: failed}
}

// FanOut is several sinks as one. See All and First.
type FanOut struct {
	must, others []Sink
	failed       func(int, error)
}

var errNoSinks = errors.New("audit: a fan-out without a sink, or without one who is told of failures")

// Append hands the events to the sinks.
func (f *FanOut) Append(ctx context.Context, events ...*Event) error {
	if len(f.must) == 0 || len(f.others) > 0 && f.failed == nil {
		return errNoSinks
	}
	// One sink may find invalid only at its turn what another has kept: nothing is handed on before all is found valid.
	for _, e := range events {
		if err := e.Validate(); err != nil {
			return err
		}
	}
	for _, s := range f.must {
		if err := s.Append(ctx, events...); err != nil {
			return err
		}
	}
	for i, s := range f.others {
		// What the first has kept happened: the others get it also when the caller has given up meanwhile.
		if err := s.Append(context.WithoutCancel(ctx), events...); err != nil {
			f.failed(i, err)
		}
	}
	return nil
}

// Pending asks the first of the sinks that must succeed and that is a Pender.
func (f *FanOut) Pending(ctx context.Context) ([]*Event, error) {
	for _, s := range f.must {
		if p, ok := s.(Pender); ok {
			return p.Pending(ctx)
		}
	}
	return nil, nil
}

// Entries reads the first of the sinks that must succeed and that is a Log. Without one it gives errors.ErrUnsupported.
func (f *FanOut) Entries(ctx context.Context, from int64) iter.Seq2[Entry, error] {
	for _, s := range f.must {
		if l, ok := s.(Log); ok {
			return l.Entries(ctx, from)
		}
	}
	return func(yield func(Entry, error) bool) { yield(Entry{}, errors.ErrUnsupported) }
}
