package audittest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portage-health/portage/audit"
)

// Subject is a sink under test, fresh and empty.
type Subject struct {
	Sink audit.Sink
	// Read gives the events that the sink has kept, in order. A log's own events (kinds log-…) are left out by the suite.
	Read func() ([]*audit.Event, error)
	// Written and Words stand in for Read where what a sink writes cannot be read back as events: all bytes that it has
	// written, and what one event is written as, with what parts it from the next; nothing for an event of which the sink
	// keeps none (one that tells no intents). The suite then holds the bytes to be those of the events, in their order, and
	// nothing else; what the words of an event say is not its affair.
	Written func() ([]byte, error)
	Words   func(e *audit.Event) ([]byte, error)
	// Reopen, for a sink that promises to keep events beyond the process, gives it as it is found after an end of the
	// process without warning. Nil where it promises nothing of the kind.
	Reopen func() (Subject, error)
	// Break, where it can be done, makes what is below the sink fail from now on.
	Break func()
}

// Check is one rule of the contract of audit.Sink: its name, and what it does with a fresh subject.
type Check struct {
	Name string
	Run  func(ctx context.Context, s Subject) error
}

// Run runs every check, each with a subject of its own.
func Run(t *testing.T, setup func(t *testing.T) Subject) {
	for _, c := range Checks() {
		t.Run(c.Name, func(t *testing.T) {
			if err := c.Run(t.Context(), setup(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// Checks gives all checks, in order.
func Checks() []Check {
	return []Check{
		{"nothing", nothing}, {"every field", everyField}, {"order", order}, {"invalid", invalid}, {"context over", contextOver}, {"not changed", notChanged},
		{"not held", notHeld}, {"twice", twice}, {"large", large}, {"concurrent", concurrent}, {"broken", broken}, {"reopened", reopened}, {"pending", pending}, {"entries", entries},
	}
}

// marker stands in values that must not be in an error.
const marker = "ZZ-MARKER"

// kept gives the ids of what a subject has kept, and checks that each event is what want has under that id.
func kept(s Subject, want ...*audit.Event) error {
	want = s.told(want)
	got, err := s.read(want...)
	if err != nil {
		return fmt.Errorf("cannot be read: %w", err)
	}
	got = slices.DeleteFunc(got, func(e *audit.Event) bool { return e.Kind.OfLog() })
	if len(got) != len(want) {
		return fmt.Errorf("has %d events, want %d", len(got), len(want))
	}
	for i := range want {
		a, errA := want[i].AppendJSON(nil)
		b, errB := got[i].AppendJSON(nil)
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			return fmt.Errorf("event %d is kept as %s (%v), want %s (%v)", i, b, errB, a, errA)
		}
	}
	return nil
}

func nothing(ctx context.Context, s Subject) error {
	if err := s.Sink.Append(ctx); err != nil {
		return fmt.Errorf("no events are an error: %w", err)
	}
	return kept(s)
}

func everyField(ctx context.Context, s Subject) error {
	there := Event(1)
	there.Recorded = there.Recorded.In(time.FixedZone("there", 5*3600+1800))
	if err := s.Sink.Append(ctx, Full(), there); err != nil {
		return err
	}
	return kept(s, Full(), Event(1))
}

func order(ctx context.Context, s Subject) error {
	var want []*audit.Event
	for n := 0; n < 60; {
		var call []*audit.Event
		for range n%4 + 1 {
			call = append(call, Event(100-n))
			n++
		}
		if err := s.Sink.Append(ctx, call...); err != nil {
			return err
		}
		want = append(want, call...)
	}
	return kept(s, want...)
}

func invalid(ctx context.Context, s Subject) error {
	for what, bad := range map[string]*audit.Event{"nil": nil, "without id": {Kind: marker, Outcome: audit.OutcomeSuccess}, "not UTF-8": Full()} {
		if bad != nil && bad.ID != "" {
			bad.Source.Site = marker + "\xff"
		}
		err := s.Sink.Append(ctx, Event(1), bad, Event(2))
		if !errors.Is(err, audit.ErrInvalid) {
			return fmt.Errorf("an event %s gives %w, want audit.ErrInvalid", what, orNil(err))
		}
		if strings.Contains(err.Error(), marker) {
			return errors.New("an error holds a value of the event")
		}
	}
	if err := kept(s); err != nil {
		return fmt.Errorf("after calls that were refused: %w", err)
	}
	return nil
}

var errNone = errors.New("no error")

func orNil(err error) error {
	if err == nil {
		return errNone
	}
	return err
}

func contextOver(ctx context.Context, s Subject) error {
	over, cancel := context.WithCancelCause(ctx)
	cancel(errors.New("done"))
	if err := s.Sink.Append(over, Event(1)); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("a context that is over gives %w, want context.Canceled", orNil(err))
	}
	if err := s.Sink.Append(ctx, Event(2)); err != nil {
		return fmt.Errorf("and breaks the next call: %w", err)
	}
	return kept(s, Event(2))
}

func notChanged(ctx context.Context, s Subject) error {
	e, was := Full(), Full()
	e.Recorded = e.Recorded.In(time.FixedZone("there", -3600))
	zone := e.Recorded.String()
	if err := s.Sink.Append(ctx, e, Event(1)); err != nil {
		return err
	}
	a, errA := e.AppendJSON(nil)
	b, errB := was.AppendJSON(nil)
	if errA != nil || errB != nil || !bytes.Equal(a, b) || e.Recorded.String() != zone {
		return errors.New("the caller's event was changed")
	}
	return nil
}

func notHeld(ctx context.Context, s Subject) error {
	e := Full()
	if err := s.Sink.Append(ctx, e); err != nil {
		return err
	}
	e.ID, e.Agents[0].Name, e.Patient.Identifiers[0].Value, e.Disclosure.Recipient.Address[0], e.Payload.Counts[0].Count = "changed", marker, marker, marker, 99
	return kept(s, Full())
}

func twice(ctx context.Context, s Subject) error {
	for range 2 {
		if err := s.Sink.Append(ctx, Event(1)); err != nil {
			return fmt.Errorf("an event that is handed over again: %w", err)
		}
	}
	got, err := s.read(Event(1))
	if err != nil {
		return err
	}
	for _, e := range got {
		if e.ID == Event(1).ID {
			return nil
		}
	}
	return errors.New("an event that was handed over twice is not there")
}

func large(ctx context.Context, s Subject) error {
	e := Event(1)
	e.Entities = []audit.Entity{{Type: audit.EntityObject, Role: audit.RoleQuery, Query: bytes.Repeat([]byte("patient=7001&"), 50_000)}}
	if err := s.Sink.Append(ctx, e, Event(2)); err != nil {
		return err
	}
	return kept(s, e, Event(2))
}

func concurrent(ctx context.Context, s Subject) error {
	const writers, each = 16, 20
	var wg sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		wg.Go(func() {
			for i := 0; i < each && errs[w] == nil; i += 2 {
				errs[w] = s.Sink.Append(ctx, Event(w*each+i), Event(w*each+i+1))
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	handed := make([]*audit.Event, writers*each)
	for n := range handed {
		handed[n] = Event(n)
	}
	got, err := s.read(handed...)
	if err != nil {
		return err
	}
	next := make([]int, writers)
	total := 0
	for _, e := range got {
		if e.Kind.OfLog() {
			continue
		}
		var n int
		if _, err := fmt.Sscanf(e.ID, "ev-%d", &n); err != nil || n/each >= writers {
			return fmt.Errorf("there is an event that nobody wrote: %s", e.ID)
		}
		if n%each != next[n/each] {
			return fmt.Errorf("event %d of writer %d came where %d was due", n%each, n/each, next[n/each])
		}
		next[n/each]++
		total++
	}
	if total != writers*each {
		return fmt.Errorf("%d events were acknowledged, %d are there", writers*each, total)
	}
	return nil
}

func broken(ctx context.Context, s Subject) error {
	if s.Break == nil {
		return nil
	}
	if err := s.Sink.Append(ctx, Event(1)); err != nil {
		return err
	}
	s.Break()
	for range 2 {
		e := Event(2)
		e.Source.Site = marker
		err := s.Sink.Append(ctx, e)
		if err == nil {
			return errors.New("what is below failed, and the event was acknowledged")
		}
		if strings.Contains(err.Error(), marker) {
			return errors.New("an error holds a value of the event")
		}
	}
	return nil
}

func reopened(ctx context.Context, s Subject) error {
	if s.Reopen == nil {
		return nil
	}
	var want []*audit.Event
	for n := range 7 {
		if err := s.Sink.Append(ctx, Event(2*n), Event(2*n+1)); err != nil {
			return err
		}
		want = append(want, Event(2*n), Event(2*n+1))
	}
	for n := range 3 {
		var err error
		if s, err = s.Reopen(); err != nil {
			return fmt.Errorf("cannot be opened again: %w", err)
		}
		if err := kept(s, want...); err != nil {
			return fmt.Errorf("after it was opened again: %w", err)
		}
		if err := s.Sink.Append(ctx, Event(100+n)); err != nil {
			return err
		}
		want = append(want, Event(100+n))
	}
	return kept(s, want...)
}

func pending(ctx context.Context, s Subject) error {
	p, ok := s.Sink.(audit.Pender)
	if !ok {
		return nil
	}
	if err := s.Sink.Append(ctx, Intent(1), Event(2), Intent(3), Intent(4), Outcome(5, 3)); err != nil {
		return err
	}
	want := func(ids ...string) error {
		list, err := p.Pending(ctx)
		if err != nil {
			return err
		}
		var got []string
		for _, e := range list {
			got = append(got, e.ID)
		}
		if !slices.Equal(got, ids) {
			return fmt.Errorf("the intents without an outcome are %v, want %v", got, ids)
		}
		return nil
	}
	if err := want(Event(1).ID, Event(4).ID); err != nil {
		return err
	}
	at := Start.Add(time.Hour)
	r := &audit.Recorder{Sink: s.Sink, Clock: func() time.Time { return at }, IDs: audit.Sequence("settled", 1)}
	if n, err := r.Settle(ctx); n != 2 || err != nil {
		return fmt.Errorf("%d intents were closed (%v), want 2", n, err)
	}
	return want()
}

func entries(ctx context.Context, s Subject) error {
	l, ok := s.Sink.(audit.Log)
	if !ok {
		return nil
	}
	for n := range 10 {
		if err := l.Append(ctx, Event(n)); err != nil {
			return err
		}
	}
	var all []audit.Entry
	for e, err := range l.Entries(ctx, 0) {
		if err != nil {
			return err
		}
		if e.Sequence != int64(len(all)) {
			return fmt.Errorf("entry %d has the sequence %d", len(all), e.Sequence)
		}
		all = append(all, e)
	}
	if len(all) < 10 {
		return fmt.Errorf("%d entries, want 10 at least", len(all))
	}
	for from := range all {
		n := from
		for e, err := range l.Entries(ctx, int64(from)) {
			if err != nil || e.Sequence != int64(n) || e.Event.ID != all[n].Event.ID || e.Leaf != all[n].Leaf || e.Chain != all[n].Chain {
				return fmt.Errorf("from %d on, entry %d is another (%v)", from, n, err)
			}
			if n++; n == from+2 {
				break
			}
		}
	}
	for range l.Entries(ctx, int64(len(all))) {
		return errors.New("there is an entry behind the last")
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	for _, err := range l.Entries(over, 0) {
		if errors.Is(err, context.Canceled) {
			return nil
		}
	}
	return errors.New("reading goes on though the context is over")
}
