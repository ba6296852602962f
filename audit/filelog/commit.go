package filelog

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/audit"
)

// run writes one batch after another until the log is stopped.
func (l *Log) run() {
	defer close(l.stopped)
	for range l.wake {
		// Those who were just told of the last batch come back: let them, rather than syncing for the first of them alone.
		runtime.Gosched()
		for {
			l.mu.Lock()
			b, ended := l.waiting, l.err
			l.waiting = nil
			if b != nil {
				b.front = l.ahead.Clone()
			}
			l.mu.Unlock()
			if b == nil {
				if ended != nil {
					return
				}
				break
			}
			close(b.taken)
			if ended != nil && ended != audit.ErrClosed {
				b.err = ended
			} else if err := l.commit(b); err != nil {
				b.err = l.poison(err)
			} else if err := l.rotate(); err != nil {
				_ = l.poison(err) // what is in the batch is on the disk all the same
			}
			spare := b.room
			b.room = room{}
			if spare.again() {
				l.mu.Lock()
				l.spare = spare
				l.mu.Unlock()
			}
			close(b.done)
		}
	}
}

// poison makes the log take no more: after a failed write or fsync nobody knows what is on the disk, and to try again
// could acknowledge what is not.
func (l *Log) poison(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = fmt.Errorf("%w: %w", audit.ErrBroken, err)
	return l.err
}

// commit writes a batch, syncs it and notes that it is there.
func (l *Log) commit(b *batch) error {
	if _, err := l.segment.WriteAt(b.frames, l.off); err != nil {
		return err
	}
	if err := l.segment.Sync(); err != nil {
		return err
	}
	if _, err := l.tree.WriteAt(b.tree, tlog.StoredHashIndex(0, l.size)*tlog.HashSize); err != nil {
		return err
	}
	if err := l.note(b.front.Size); err != nil {
		return err
	}
	l.off += int64(len(b.frames))
	from := l.size
	l.size = b.front.Size
	copy(l.chain[:], b.frames[len(b.frames)-chainSize:])
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range b.items {
		it := &b.items[i]
		l.track(from+int64(i), it.id, it.phase, it.intent, b.frames[it.from+headerSize:it.until-chainSize])
	}
	l.front = b.front
	l.durable.Store(l.size)
	return nil
}

// track keeps the intents that have no outcome. body is copied.
func (l *Log) track(sequence int64, id string, phase audit.Phase, of string, body []byte) {
	switch phase {
	case audit.PhaseIntent:
		if _, ok := l.pending[id]; !ok {
			l.pending[id] = intent{sequence, slices.Clone(body)}
		}
	case audit.PhaseOutcome:
		delete(l.pending, of)
	}
}

// open gives the intents without an outcome, oldest first.
func (l *Log) open() ([]*audit.Event, error) {
	list := make([]intent, 0, len(l.pending))
	for _, p := range l.pending {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b intent) int { return cmp.Compare(a.sequence, b.sequence) })
	var out []*audit.Event
	for _, p := range list {
		e, err := audit.Parse(p.body)
		if err != nil {
			return nil, &Damage{File: "the log", Sequence: p.sequence, What: "an event is not in the form that this version knows"}
		}
		out = append(out, e)
	}
	return out, nil
}

// rotate begins the next segment when one is full.
func (l *Log) rotate() error {
	if l.off < l.opts.SegmentBytes {
		return nil
	}
	if err := l.tree.Sync(); err != nil {
		return err
	}
	if err := l.keepCheckpoint(); err != nil {
		return err
	}
	return l.begin()
}

// begin makes a segment and goes on in it.
func (l *Log) begin() error {
	o := opening{V: 1, Log: l.opts.Name, First: l.size, Chain: l.chain, Frontier: append([]tlog.Hash{}, l.front.Roots...), PendingFrom: l.size,
		Created: l.opts.Clock().UTC().Round(0)}
	for _, p := range l.pending { // only this goroutine changes it
		o.PendingFrom = min(o.PendingFrom, p.sequence)
	}
	frame, chain, err := o.frame()
	if err != nil {
		return err
	}
	if err := l.replace(segmentName(l.size), frame); err != nil {
		return err
	}
	f, err := l.disk.open(segmentName(l.size), toWrite)
	if err != nil {
		return err
	}
	if l.segment != nil {
		_ = l.segment.Close() // everything in it is synced
	}
	l.segment, l.off, l.chain = f, int64(len(frame)), chain
	l.mu.Lock()
	l.firsts = append(l.firsts, l.size)
	l.reline(chain)
	l.mu.Unlock()
	return nil
}
