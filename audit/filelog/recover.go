package filelog

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/internal/merkle"
)

// defaultName is the name of a log whose host gave none.
const defaultName = "audit"

var errName = errors.New("audit/filelog: the log has another name, or a name is not one line of text without blanks and +")

// recover opens the files and finds where the log ends. It gives what was repaired, for the log to tell of.
func (l *Log) recover(ctx context.Context) ([]*audit.LogState, error) {
	// A name is part of a signed note: one line, as the keys of notes are named.
	if strings.ContainsAny(l.opts.Name, " +\n\t\r") {
		return nil, errName
	}
	if err := l.disk.prepare(); err != nil {
		return nil, err
	}
	var err error
	if l.lock, err = l.disk.lock(lockName); err != nil {
		return nil, err
	}
	names, err := l.disk.list()
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		if strings.HasSuffix(n, tempSuffix) { // what had not got its name was never part of the log
			if err := l.disk.remove(n); err != nil {
				return nil, err
			}
		}
	}
	// A name that is seen may have been given just before a crash, and not be on the disk yet.
	if err := l.disk.sync(); err != nil {
		return nil, err
	}
	if l.firsts = segments(names); len(l.firsts) == 0 {
		return nil, l.create(names)
	}
	for _, n := range []string{markName, treeName} {
		if !slices.Contains(names, n) {
			return nil, damaged(n, "the file is missing")
		}
	}
	if l.marks, err = l.disk.open(markName, toWrite); err != nil {
		return nil, err
	}
	if l.tree, err = l.disk.open(treeName, toWrite); err != nil {
		return nil, err
	}
	m, err := readMark(l.marks)
	if err != nil {
		return nil, err
	}
	known := Checkpoint{Size: -1}
	if slices.Contains(names, checkpointName) {
		if known, err = keptCheckpoint(l.disk); err != nil {
			return nil, err
		}
	}
	repaired, err := l.tail(ctx, m, known)
	if err != nil {
		return nil, err
	}
	if !m.whole() {
		repaired = append(repaired, &audit.LogState{Name: l.opts.Name, Segment: markName})
	}
	for range 2 {
		if err := l.note(l.size); err != nil {
			return nil, err
		}
	}
	l.front, l.next = l.ahead.Clone(), l.chain
	l.durable.Store(l.size)
	return repaired, l.marks.Sync()
}

// create makes the files of a new log. One that was lost but for its mark is not new.
func (l *Log) create(names []string) error {
	if l.opts.Name == "" {
		l.opts.Name = defaultName
	}
	var err error
	if slices.Contains(names, markName) {
		if l.marks, err = l.disk.open(markName, toWrite); err != nil {
			return err
		}
		m, err := readMark(l.marks)
		if err != nil {
			return err
		}
		if m.count() > 0 || slices.Contains(names, checkpointName) {
			return damaged(segmentName(0), "the segments are gone")
		}
		if err := l.marks.Close(); err != nil {
			return err
		}
	}
	if l.marks, err = l.disk.open(markName, toMake); err != nil {
		return err
	}
	if l.tree, err = l.disk.open(treeName, toMake); err != nil {
		return err
	}
	for range 2 {
		if err := l.note(0); err != nil {
			return err
		}
	}
	if err := errors.Join(l.marks.Sync(), l.tree.Sync()); err != nil {
		return err
	}
	if err := l.disk.sync(); err != nil { // a segment is never there without them
		return err
	}
	return l.begin()
}

// keptCheckpoint reads the log's own newest checkpoint. Its signature is not looked at: what is asked is what the log has known of itself.
func keptCheckpoint(d disk) (Checkpoint, error) {
	text, err := readWhole(d, checkpointName)
	if err != nil {
		return Checkpoint{}, err
	}
	return unsigned(text)
}

// readWhole reads a small file.
func readWhole(d disk, name string) ([]byte, error) {
	f, err := d.open(name, toRead)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	if size > 1<<20 {
		return nil, damaged(name, "the file is too large to be what it should be")
	}
	b := make([]byte, size)
	if n, err := f.ReadAt(b, 0); n < len(b) {
		return nil, err
	}
	return b, nil
}

// tail reads the last segment, decides where the log ends, and makes everything up to there durable.
func (l *Log) tail(ctx context.Context, m mark, known Checkpoint) ([]*audit.LogState, error) {
	first := l.firsts[len(l.firsts)-1]
	name := segmentName(first)
	var err error
	if l.segment, err = l.disk.open(name, toWrite); err != nil {
		return nil, err
	}
	end, err := l.segment.Size()
	if err != nil {
		return nil, err
	}
	s := newScanner(l.segment, name, end)
	o, chain, err := readOpening(s, first)
	if err != nil {
		return nil, err
	}
	if l.opts.Name == "" {
		l.opts.Name = o.Log
	}
	if o.Log != l.opts.Name || known.Size >= 0 && known.Log != o.Log {
		return nil, errName
	}
	l.ahead = merkle.Frontier{Size: first, Roots: slices.Clone(o.Frontier)}
	if err := l.earlier(ctx, o); err != nil {
		return nil, err
	}
	acknowledged := max(m.count(), known.Size)
	l.size, l.chain = first, chain
	suspect := s.off // behind which nothing is known to be on the disk
	var stored []byte
	var wrong *Damage
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if l.size <= acknowledged {
			suspect = s.off
		}
		if l.size == known.Size && l.ahead.Root() != known.Root {
			return nil, damaged(name, "the log is another than that of its checkpoint")
		}
		f, err := s.event(l.size, l.chain)
		if err == io.EOF {
			break
		}
		if errors.As(err, &wrong) {
			break
		}
		if err != nil {
			return nil, err
		}
		l.remember(l.size, f.body)
		stored = l.ahead.Add(f.leaf, stored)
		l.chain = f.chain
		l.size++
	}
	switch {
	case l.size < acknowledged && wrong != nil:
		wrong.short = false
		return nil, wrong
	case l.size < acknowledged:
		return nil, &Damage{File: name, Offset: s.off, Sequence: l.size, What: "events that were acknowledged are missing at the end"}
	case wrong != nil && !wrong.short && !l.opts.CutTorn:
		wrong.torn = true
		return nil, wrong
	}
	l.off = s.off
	if err := l.restore(o, stored); err != nil {
		return nil, err
	}
	if err := rewrite(l.segment, suspect, l.off); err != nil {
		return nil, err
	}
	if wrong == nil {
		return nil, nil
	}
	if err := l.segment.Truncate(l.off); err != nil {
		return nil, err
	}
	return []*audit.LogState{{Name: o.Log, Size: l.size, Segment: name, Offset: l.off, Bytes: end - l.off}}, l.segment.Sync()
}

// remember tracks an event that was read from its file.
func (l *Log) remember(sequence int64, body []byte) {
	id, phase, of, _ := tell(body)
	if p := audit.Phase(phase); p == audit.PhaseIntent {
		l.track(sequence, string(id), p, "", body)
	} else if p == audit.PhaseOutcome {
		l.track(sequence, string(id), p, string(of), nil)
	}
}

// rewrite writes a part of a file again as it is, and syncs it. What was written before an fsync failed can be read and
// yet not be on the disk, and no further fsync would bring it there.
func rewrite(f file, from, to int64) error {
	buf := make([]byte, window)
	for at := from; at < to; {
		n := min(int64(len(buf)), to-at)
		if m, err := f.ReadAt(buf[:n], at); int64(m) < n {
			return err
		}
		if _, err := f.WriteAt(buf[:n], at); err != nil {
			return err
		}
		at += n
	}
	return f.Sync()
}

// earlier looks for intents without an outcome in the segments before the last.
func (l *Log) earlier(ctx context.Context, last *opening) error {
	if last.PendingFrom == last.First {
		return nil
	}
	r := reading{l.disk, l.firsts[:len(l.firsts)-1]}
	return r.frames(ctx, last.PendingFrom, last.First, func(f frame) bool {
		l.remember(f.sequence, f.body)
		return true
	})
}

// restore makes the file of the tree what the events say.
func (l *Log) restore(o *opening, stored []byte) error {
	have, err := hashes{l.tree}.ReadHashes(merkle.Indexes(o.First))
	if err != nil || !slices.Equal(have, o.Frontier) {
		if err := l.rebuild(o); err != nil {
			return err
		}
	}
	at := tlog.StoredHashCount(o.First) * tlog.HashSize
	if _, err := l.tree.WriteAt(stored, at); err != nil {
		return err
	}
	if err := l.tree.Truncate(at + int64(len(stored))); err != nil {
		return err
	}
	return l.tree.Sync()
}

// rebuild makes the tree's file from the segments before the last. It cannot be made again for events that were retired.
func (l *Log) rebuild(last *opening) error {
	if l.firsts[0] != 0 {
		return damaged(treeName, "the hashes of events that are no longer kept are not what they were")
	}
	var f merkle.Frontier
	var out []byte
	var failed error
	at := int64(0)
	flush := func() {
		if _, err := l.tree.WriteAt(out, at); err != nil && failed == nil {
			failed = err
		}
		at += int64(len(out))
		out = out[:0]
	}
	r := reading{l.disk, l.firsts[:len(l.firsts)-1]}
	err := r.frames(context.Background(), 0, last.First, func(fr frame) bool {
		if out = f.Add(fr.leaf, out); len(out) > window {
			flush()
		}
		return failed == nil
	})
	flush()
	if err != nil || failed != nil {
		return errors.Join(err, failed)
	}
	if !slices.Equal(f.Roots, last.Frontier) {
		return damaged(segmentName(last.First), "the segments before it are not those that it continues")
	}
	return nil
}
