package filelog

import (
	"context"
	"time"

	"github.com/portage-health/portage/audit"
)

// Retire removes whole segments, oldest first, of which every event is older than Options.Keep: by the time of the event
// itself, by the time that it was recorded and by the time that its segment was left. A segment stays, and all behind
// it, that holds a disclosure which is still to be suppressed, and so does the segment that is written to. An event tells
// what was removed; its hashes stay, so that proofs and older checkpoints go on to hold. It gives how many events were
// removed.
func (l *Log) Retire(ctx context.Context) (int64, error) {
	if l.opts.Keep <= 0 {
		return 0, nil
	}
	l.retiring.Lock()
	defer l.retiring.Unlock()
	l.mu.Lock()
	r := reading{l.disk, append([]int64(nil), l.firsts...)}
	l.mu.Unlock()
	before := l.opts.Clock().Add(-l.opts.Keep)
	n := 0
	for n+1 < len(r.firsts) {
		old, err := r.allBefore(ctx, n, before)
		if err != nil {
			return 0, err
		}
		if !old {
			break
		}
		n++
	}
	if n == 0 {
		return 0, nil
	}
	state := l.state()
	state.First, state.Count, state.Segment = r.firsts[0], r.firsts[n]-r.firsts[0], segmentName(r.firsts[0])
	e := &audit.Event{Kind: audit.KindRetire, Outcome: audit.OutcomeSuccess, Reason: audit.ReasonRetention, Log: state}
	if _, err := l.recorder().Record(ctx, e); err != nil {
		return 0, err
	}
	for i, first := range r.firsts[:n] {
		if err := l.disk.remove(segmentName(first)); err != nil {
			return r.firsts[i] - r.firsts[0], err
		}
		l.mu.Lock()
		l.firsts = l.firsts[1:]
		l.mu.Unlock()
	}
	return state.Count, l.disk.sync()
}

// allBefore reports whether all that is in a segment is from before a time, and nothing of it is to be kept for another reason.
func (r reading) allBefore(ctx context.Context, i int, before time.Time) (bool, error) {
	var left time.Time
	_, _, err := r.segment(ctx, r.firsts[i+1], r.firsts[i+1], r.firsts[i+1], false, func(o *opening) error { left = o.Created; return nil }, nil)
	if err != nil || !left.Before(before) {
		return false, err
	}
	for e, err := range r.entries(ctx, r.firsts[i], r.firsts[i+1]) {
		if err != nil {
			return false, err
		}
		late := e.Event.Recorded
		if w := e.Event.When(); w.After(late) {
			late = w
		}
		if d := e.Event.Disclosure; d != nil && d.SuppressUntil.After(late) {
			late = d.SuppressUntil
		}
		if !late.Before(before) {
			return false, nil
		}
	}
	return true, nil
}
