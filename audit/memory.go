package audit

import (
	"context"
	"iter"
	"slices"
	"sync"
)

// Memory is a Log in memory: for tests, and for hosts that only want to look at the last run. It promises no durability
// beyond the process. The zero value is ready.
type Memory struct {
	mu     sync.RWMutex
	events []*Event
	closed bool
}

// Append keeps copies of the events.
func (m *Memory) Append(ctx context.Context, events ...*Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	copies := make([]*Event, len(events))
	for i, e := range events {
		if err := e.Validate(); err != nil {
			return err
		}
		copies[i] = e.Clone()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrClosed
	}
	m.events = append(m.events, copies...)
	return nil
}

// Close makes every further Append give ErrClosed. What is kept can still be read.
func (m *Memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	return nil
}

// Events gives copies of all events.
func (m *Memory) Events() []*Event {
	m.mu.RLock()
	defer m.mu.RUnlock()
	out := make([]*Event, len(m.events))
	for i, e := range m.events {
		out[i] = e.Clone()
	}
	return out
}

// Entries gives copies of the events from a sequence on.
func (m *Memory) Entries(ctx context.Context, from int64) iter.Seq2[Entry, error] {
	m.mu.RLock()
	list := m.events // events of it are never changed, and appending does not touch it
	m.mu.RUnlock()
	return func(yield func(Entry, error) bool) {
		for i := max(from, 0); i < int64(len(list)); i++ {
			if err := ctx.Err(); err != nil {
				yield(Entry{}, err)
				return
			}
			if !yield(Entry{Sequence: i, Event: list[i].Clone()}, nil) {
				return
			}
		}
	}
}

// Pending gives the intents without an outcome.
func (m *Memory) Pending(context.Context) ([]*Event, error) { return OpenIntents(m.Events()), nil }

// OpenIntents gives those of the events that are intents and have no outcome among them, in their order. An intent that
// is there twice is given once.
func OpenIntents(events []*Event) []*Event {
	done := map[string]bool{}
	for _, e := range events {
		if e.Phase == PhaseOutcome {
			done[e.Intent] = true
		}
	}
	var out []*Event
	for _, e := range events {
		if e.Phase == PhaseIntent && !done[e.ID] {
			done[e.ID] = true
			out = append(out, e)
		}
	}
	return slices.Clip(out)
}
