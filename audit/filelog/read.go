package filelog

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/audit"
)

// reading reads the segments of a directory.
type reading struct {
	disk   disk
	firsts []int64
}

// frames calls f with the events from one sequence up to another, in order, until it gives false. It begins with the
// first event that is still there. The chain is checked as far as it is read.
func (r reading) frames(ctx context.Context, from, to int64, f func(frame) bool) error {
	i := 0
	for i+1 < len(r.firsts) && r.firsts[i+1] <= from {
		i++
	}
	var before tlog.Hash
	for started := false; i < len(r.firsts) && r.firsts[i] < to; i++ {
		next := to
		if i+1 < len(r.firsts) {
			next = min(to, r.firsts[i+1])
		}
		more, chain, err := r.segment(ctx, r.firsts[i], from, next, i+1 < len(r.firsts) && next == r.firsts[i+1], func(o *opening) error {
			if started && o.Chain != before {
				return damaged(segmentName(o.First), "the segment does not continue the one before it")
			}
			return nil
		}, f)
		if err != nil || !more {
			return err
		}
		started, before = true, chain
	}
	return nil
}

// segment reads the events of one segment up to a sequence. whole says that it ends there.
func (r reading) segment(ctx context.Context, first, from, to int64, whole bool, begin func(*opening) error, each func(frame) bool) (bool, tlog.Hash, error) {
	name := segmentName(first)
	none := tlog.Hash{}
	file, err := r.disk.open(name, toRead)
	if err != nil {
		return false, none, err
	}
	defer func() { _ = file.Close() }()
	size, err := file.Size()
	if err != nil {
		return false, none, err
	}
	s := newScanner(file, name, size)
	o, chain, err := readOpening(s, first)
	if err == nil {
		err = begin(o)
	}
	if err != nil {
		return false, none, err
	}
	for at := first; at < to; at++ {
		if err := ctx.Err(); err != nil {
			return false, none, err
		}
		f, err := s.event(at, chain)
		if err == io.EOF {
			return false, none, s.damage("events are missing at the end of the segment", at)
		}
		if err != nil {
			return false, none, err
		}
		chain = f.chain
		if at >= from && !each(f) {
			return false, chain, nil
		}
	}
	if whole && s.off != size {
		return false, none, s.damage("the segment goes on where the next begins", to)
	}
	return true, chain, nil
}

func (r reading) entries(ctx context.Context, from, to int64) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		if from >= to {
			return
		}
		stopped := false
		err := r.frames(ctx, from, to, func(f frame) bool {
			e, err := audit.Parse(f.body)
			if err != nil {
				err = &Damage{File: f.file, Offset: f.offset, Sequence: f.sequence, What: "an event is not in the form that this version knows"}
			}
			stopped = !yield(audit.Entry{Sequence: f.sequence, Event: e, Leaf: f.leaf.String(), Chain: f.chain.String()}, err) || err != nil
			return !stopped
		})
		if err != nil && !stopped {
			yield(audit.Entry{}, err)
		}
	}
}

// Entries gives the events from a sequence on, in order, up to those that are acknowledged now: from the files, one at a time. It begins with
// the first that is still kept. Checksums and chain are checked on the way; whether the whole is what a checkpoint says, Verify tells.
func (l *Log) Entries(ctx context.Context, from int64) iter.Seq2[audit.Entry, error] {
	l.mu.Lock()
	r, to := reading{l.disk, slices.Clone(l.firsts)}, l.durable.Load() // at one moment: later events may stand in a later segment
	l.mu.Unlock()
	return r.entries(ctx, max(from, 0), to)
}

// Reader reads a log that another process may be writing. It is safe for concurrent use.
type Reader struct{ disk disk }

// OpenReader gives a Reader of the log in a directory. Nothing stays open between calls.
func OpenReader(dir string) (*Reader, error) { return openReader(folder(dir)) }

func openReader(d disk) (*Reader, error) {
	r := &Reader{d}
	_, _, err := r.now()
	return r, err
}

// now gives the segments, and how many events are acknowledged.
func (r *Reader) now() (reading, int64, error) {
	f, err := r.disk.open(markName, toRead)
	if err != nil {
		return reading{}, 0, err
	}
	m, err := readMark(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return reading{}, 0, err
	}
	names, err := r.disk.list()
	if err != nil {
		return reading{}, 0, err
	}
	firsts := segments(names)
	if len(firsts) == 0 {
		return reading{}, 0, damaged(segmentName(0), "there is no segment")
	}
	return reading{r.disk, firsts}, m.count(), nil
}

// Size is how many events are acknowledged.
func (r *Reader) Size() (int64, error) {
	_, n, err := r.now()
	return n, err
}

// Entries gives the events from a sequence on, as Log.Entries does.
func (r *Reader) Entries(ctx context.Context, from int64) iter.Seq2[audit.Entry, error] {
	in, n, err := r.now()
	if err != nil {
		return func(yield func(audit.Entry, error) bool) { yield(audit.Entry{}, err) }
	}
	return in.entries(ctx, max(from, 0), n)
}
