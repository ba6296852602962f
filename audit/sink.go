package audit

import (
	"context"
	"errors"
	"iter"
)

// ErrClosed is what a sink gives that takes no more because it was closed.
var ErrClosed = errors.New("audit: the sink is closed")

// ErrBroken is what a sink gives that takes no more because it failed once and can no longer promise anything.
var ErrBroken = errors.New("audit: the sink failed and takes no more")

// Sink takes events. A host implements it; audittest has a suite that any Sink can be run through.
//
// Append returns nil only when every event it was given is as durable as the sink promises to make it: whoever is told
// so may let data leave. The rest of the contract:
//
//   - Events of one call are kept in their order, and those of a call that returned before those of one made after it.
//   - After an error none, some or all of the events may be kept, and the caller acts as if none were. It may hand the
//     same events over again: an id that is there twice with the same words counts once.
//   - An event that is not valid (Event.Validate) is refused, and with it the whole call, before anything is kept.
//   - If ctx is over at the time of the call, nothing is kept and the error wraps ctx.Err(). If it ends while Append waits,
//     Append may return that error though the events come to be kept.
//   - The events are the caller's: they are not changed, nor held after Append has returned.
//   - Errors hold no values of events.
//   - No events is no error. Append is safe for concurrent use.
type Sink interface {
	Append(ctx context.Context, events ...*Event) error
}

// SinkFunc is a function as a Sink.
type SinkFunc func(ctx context.Context, events ...*Event) error

// Append calls f.
func (f SinkFunc) Append(ctx context.Context, events ...*Event) error { return f(ctx, events...) }

// Entry is an event with its place in a log.
type Entry struct {
	// Sequence counts the events of the log from 0.
	Sequence int64  `json:"sequence"`
	Event    *Event `json:"event"`
	// Leaf is the event's hash in the log's Merkle tree (RFC 6962), Chain that of the chain up to and with it, both in
	// base64; "" in a log that has none.
	Leaf  string `json:"leaf,omitempty"`
	Chain string `json:"chain,omitempty"`
}

// Log is a Sink whose events can be read again.
type Log interface {
	Sink
	// Entries gives the events from a sequence on, in order, up to those that were durable when it was called. It ends
	// with the first error. It may be called while others append.
	Entries(ctx context.Context, from int64) iter.Seq2[Entry, error]
}

// Pender is what a Sink may be besides: one that knows which intents have no outcome yet.
type Pender interface {
	// Pending gives the intents without an outcome, oldest first. Those of passages that still go on are among them.
	Pending(ctx context.Context) ([]*Event, error)
}

// Unknown makes the outcome of an intent whose end nobody saw. The caller gives it its id and the time of recording.
func Unknown(intent *Event) *Event {
	e := intent.Clone()
	e.ID, e.Phase, e.Intent, e.Outcome, e.Reason = "", PhaseOutcome, intent.ID, OutcomeUnknown, ReasonNoOutcome
	if e.Period.Start.IsZero() {
		e.Period.Start = intent.Recorded
	}
	return e
}
