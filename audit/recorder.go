package audit

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Recorder stamps events with id, time and source, and hands them to a Sink. It is safe for concurrent use.
type Recorder struct {
	Sink Sink
	// Clock is time.Now where it is nil, IDs is UUIDs(nil).
	Clock func() time.Time
	IDs   IDs
	// Source is who records, where an event does not say so itself.
	Source Source
}

// ErrEnded is what Passage.End gives when the outcome was recorded before.
var ErrEnded = errors.New("audit: the outcome was recorded before")

func (r *Recorder) stamp(e *Event) error {
	now := time.Now
	if r.Clock != nil {
		now = r.Clock
	}
	ids := r.IDs
	if ids == nil {
		ids = UUIDs(nil)
	}
	e.Recorded = now().UTC().Round(0)
	id, err := ids.ID(e.Recorded)
	if err != nil {
		return fault("id", "could not be had from the source of ids")
	}
	e.ID = id
	if e.Action == "" {
		e.Action = e.Kind.Action()
	}
	if e.Source.IsZero() {
		e.Source = r.Source
	}
	return nil
}

// Record records an event that is whole in itself, and gives it as it was recorded. ID, Recorded, and where they are
// empty Action and Source, are set; e itself is not changed.
func (r *Recorder) Record(ctx context.Context, e *Event) (*Event, error) {
	c := e.Clone()
	if err := r.stamp(c); err != nil {
		return nil, err
	}
	if err := r.Sink.Append(ctx, c); err != nil {
		return nil, err
	}
	return c, nil
}

// Begin records an intent. Nothing may leave before it has returned without an error. The Passage must be ended.
func (r *Recorder) Begin(ctx context.Context, e *Event) (*Passage, error) {
	c := e.Clone()
	c.Phase, c.Outcome, c.Reason, c.Intent = PhaseIntent, "", "", ""
	got, err := r.Record(ctx, c)
	if err != nil {
		return nil, err
	}
	return &Passage{recorder: r, intent: got}, nil
}

// Passage is something that was begun and whose outcome is still to be recorded.
type Passage struct {
	recorder *Recorder
	intent   *Event
	mu       sync.Mutex
	ended    bool
}

// Intent gives a copy of the intent as it was recorded.
func (p *Passage) Intent() *Event { return p.intent.Clone() }

// Result is what became of a passage.
type Result struct {
	Outcome Outcome
	Reason  Reason
	// Payload, Decision and Entities, where they say anything, take the place of what the intent said.
	Payload  *Payload
	Decision *Decision
	Entities []Entity
	// Period is that of the passage; where it is zero, it is from the intent to now.
	Period Period
}

// End records the outcome, and gives it as it was recorded. It does so also when ctx is over: what left, left. After an error it can be called
// again; after a success it gives ErrEnded.
func (p *Passage) End(ctx context.Context, res Result) (*Event, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return nil, ErrEnded
	}
	e := p.intent.Clone()
	e.Phase, e.Intent, e.Outcome, e.Reason = PhaseOutcome, p.intent.ID, res.Outcome, res.Reason
	if res.Payload != nil {
		e.Payload = res.Payload
	}
	if res.Decision != nil {
		e.Decision = res.Decision
	}
	if res.Entities != nil {
		e.Entities = res.Entities
	}
	e = e.Clone()
	if err := p.recorder.stamp(e); err != nil {
		return nil, err
	}
	if e.Period = res.Period; e.Period.IsZero() {
		e.Period = Period{Start: p.intent.Recorded, End: e.Recorded}
	}
	if err := p.recorder.Sink.Append(context.WithoutCancel(ctx), e); err != nil {
		return nil, err
	}
	p.ended = true
	return e, nil
}

// Settle closes every intent of the sink that has no outcome as unknown, and gives how many. It is for a sink that is a
// Pender and was just opened: those of passages that still go on would be closed as well.
func (r *Recorder) Settle(ctx context.Context) (int, error) {
	p, ok := r.Sink.(Pender)
	if !ok {
		return 0, nil
	}
	list, err := p.Pending(ctx)
	if err != nil {
		return 0, err
	}
	events := make([]*Event, len(list))
	for i, intent := range list {
		events[i] = Unknown(intent)
		if err := r.stamp(events[i]); err != nil {
			return 0, err
		}
	}
	return len(events), r.Sink.Append(ctx, events...)
}
