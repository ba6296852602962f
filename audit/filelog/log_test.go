package filelog

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
)

// The log passes the suite for sinks, on a disk of the operating system.
func TestSink(t *testing.T) {
	audittest.Run(t, func(t *testing.T) audittest.Subject {
		dir := filepath.Join(t.TempDir(), "a", "b")
		var subject func() (audittest.Subject, error)
		subject = func() (audittest.Subject, error) {
			l, err := Open(t.Context(), dir, Options{SegmentBytes: 8 << 10})
			if err != nil {
				return audittest.Subject{}, err
			}
			t.Cleanup(func() { _ = l.Close() })
			return audittest.Subject{Sink: l, Read: func() ([]*audit.Event, error) { return all(l.Entries(t.Context(), 0)) },
				Break: func() { _ = l.segment.Close() },
				Reopen: func() (audittest.Subject, error) {
					_ = l.lock.Close() // as the end of the process does
					return subject()
				}}, nil
		}
		s, err := subject()
		require.NoError(t, err)
		return s
	})
}

func all(seq func(func(audit.Entry, error) bool)) (out []*audit.Event, err error) {
	for e, err := range seq {
		if err != nil {
			return out, err
		}
		out = append(out, e.Event)
	}
	return out, nil
}

func TestLockedAndClosed(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(t.Context(), dir, Options{})
	require.NoError(t, err)
	_, err = Open(t.Context(), dir, Options{})
	require.ErrorIs(t, err, ErrLocked)
	require.NoError(t, l.Close())
	require.NoError(t, l.Close())
	require.ErrorIs(t, l.Append(t.Context(), audittest.Event(1)), audit.ErrClosed)
	_, err = Open(t.Context(), dir, Options{Name: "another"})
	require.ErrorIs(t, err, errName)
	_, err = Open(t.Context(), t.TempDir(), Options{Name: "two words"})
	require.ErrorIs(t, err, errName)
	l, err = Open(t.Context(), dir, Options{})
	require.NoError(t, err)
	require.Equal(t, "audit", l.Name())
	_, err = l.Checkpoint()
	require.ErrorIs(t, err, ErrNoKey)
	require.NoError(t, l.Close())
	kinds := []audit.Kind{}
	r, err := OpenReader(dir)
	require.NoError(t, err)
	events, err := all(r.Entries(t.Context(), 0))
	require.NoError(t, err)
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	require.Equal(t, []audit.Kind{audit.KindStart, audit.KindStop, audit.KindStart, audit.KindStop}, kinds)
	info, err := os.Stat(filepath.Join(dir, segmentName(0)))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// filled is a closed log of n events in memory, in segments of a size.
func filled(t testing.TB, n int, segment int64) (*host, []*audit.Event) {
	h := newHost(t, 1)
	h.seg = segment
	l, err := Open(context.Background(), "", h.options())
	require.NoError(t, err)
	for i := range n - 2 {
		e := audittest.Event(i)
		require.NoError(t, l.Append(context.Background(), e))
	}
	events, err := all(l.Entries(context.Background(), 0))
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.EqualValues(t, n, l.Size())
	h.kept = []Checkpoint{l.now()}
	return h, events
}

// What the tree's file, the frontier and the proofs say is what tlog makes of the same events.
func TestTreeIsTlogs(t *testing.T) {
	h, _ := filled(t, 200, 20<<10)
	l, err := Open(t.Context(), "", h.options())
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(ix []int64) (out []tlog.Hash, err error) {
		for _, i := range ix {
			out = append(out, stored[i])
		}
		return out, nil
	})
	var events []*audit.Event
	for e, err := range l.Entries(t.Context(), 0) {
		require.NoError(t, err)
		body, err := e.Event.AppendJSON(nil)
		require.NoError(t, err)
		hs, err := tlog.StoredHashes(e.Sequence, body, reader)
		require.NoError(t, err)
		stored = append(stored, hs...)
		require.Equal(t, tlog.RecordHash(body).String(), e.Leaf)
		events = append(events, e.Event)
	}
	size := l.Size()
	root, err := tlog.TreeHash(size, reader)
	require.NoError(t, err)
	now := l.now()
	require.Equal(t, root, now.Root)
	indexes := make([]int64, len(stored))
	for i := range indexes {
		indexes[i] = int64(i)
	}
	got, err := hashes{l.tree}.ReadHashes(indexes)
	require.NoError(t, err)
	require.Equal(t, stored, got)
	r, err := openReader(h.disk)
	require.NoError(t, err)
	for n := range size {
		p, err := l.ProveRecord(n, size)
		require.NoError(t, err)
		want, err := tlog.ProveRecord(size, n, reader)
		require.NoError(t, err)
		require.Equal(t, want, p)
		require.NoError(t, now.CheckRecord(events[n], n, p))
		require.ErrorIs(t, now.CheckRecord(events[(n+1)%size], n, p), ErrAltered)
		older := Checkpoint{Log: now.Log, Size: n}
		older.Root, err = tlog.TreeHash(n, reader)
		require.NoError(t, err)
		c, err := r.ProveConsistent(n, size)
		require.NoError(t, err)
		require.NoError(t, now.CheckConsistent(older, c))
		if n > 0 {
			older.Root[3] ^= 1
			require.ErrorIs(t, now.CheckConsistent(older, c), ErrAltered)
		}
	}
	for _, bad := range [][2]int64{{-1, 5}, {5, 5}, {0, size + 1}} {
		_, err = l.ProveRecord(bad[0], bad[1])
		require.ErrorIs(t, err, ErrNotThere)
		_, err = r.ProveRecord(bad[0], bad[1])
		require.ErrorIs(t, err, ErrNotThere)
	}
	_, err = l.ProveConsistent(9, 8)
	require.ErrorIs(t, err, ErrNotThere)
}

// A checkpoint is a note that only the key makes.
func TestCheckpoint(t *testing.T) {
	h, _ := filled(t, 20, 1<<20)
	l, err := Open(t.Context(), "", h.options())
	require.NoError(t, err)
	signed, err := l.Checkpoint()
	require.NoError(t, err)
	c, err := OpenCheckpoint(signed, h.pub)
	require.NoError(t, err)
	require.Equal(t, l.now(), c)
	require.NoError(t, l.Close())
	for i := range signed {
		for bit := range 8 {
			bad := append([]byte(nil), signed...)
			bad[i] ^= 1 << bit
			_, err := OpenCheckpoint(bad, h.pub)
			require.ErrorIs(t, err, ErrAltered, "byte %d, bit %d", i, bit)
		}
	}
	// Nor does it hold with another spelling of its last character, whose low bits stand for nothing.
	for n := range int64(64) {
		signed, err := Checkpoint{Log: "audit.example.org", Size: n}.Sign(h.key)
		require.NoError(t, err)
		for at := len(signed) - 4; at < len(signed); at++ {
			for bit := range 8 {
				bad := append([]byte(nil), signed...)
				bad[at] ^= 1 << bit
				_, err := OpenCheckpoint(bad, h.pub)
				require.ErrorIs(t, err, ErrAltered, "size %d, byte %d, bit %d", n, at, bit)
			}
		}
	}
	_, err = OpenCheckpoint(signed, nil)
	require.ErrorIs(t, err, ErrNoKey)
}

// Segments are only removed when all that is in them is past its time; proofs and older checkpoints hold on.
func TestRetire(t *testing.T) {
	h, events := filled(t, 60, 6<<10)
	day := 24 * time.Hour
	h.keep = 6 * 365 * day
	ctx := t.Context()
	h.at = audittest.Start.Add(h.keep - time.Hour)
	l, err := Open(ctx, "", h.options())
	require.NoError(t, err)
	n, err := l.Retire(ctx)
	require.NoError(t, err)
	require.Zero(t, n, "nothing is old enough")
	segmentsBefore := len(l.firsts)
	h.at = audittest.Start.Add(h.keep + day)
	n, err = l.Retire(ctx)
	require.NoError(t, err)
	require.Positive(t, n)
	require.Less(t, len(l.firsts), segmentsBefore)
	left, err := all(l.Entries(ctx, 0))
	require.NoError(t, err)
	require.Equal(t, events[n].ID, left[0].ID)
	older := h.kept[0]
	p, err := l.ProveConsistent(older.Size, l.Size())
	require.NoError(t, err)
	require.NoError(t, l.now().CheckConsistent(older, p))
	pr, err := l.ProveRecord(2, l.Size())
	require.NoError(t, err)
	require.NoError(t, l.now().CheckRecord(events[2], 2, pr), "an event that is no longer kept can still be proved by who has it")
	require.NoError(t, l.Close())
	check := Check{disk: h.disk, Key: h.pub, Checkpoints: append(h.kept, older), Events: true}
	v, err := Verify(ctx, "", check)
	require.NoError(t, err)
	require.Equal(t, n, v.First)
	l, err = Open(ctx, "", h.options())
	require.NoError(t, err)
	require.NoError(t, l.Close())

	// A segment that somebody took out is missed, be it the oldest or another.
	for _, gone := range l.firsts {
		d := h.disk.clone()
		delete(d.names, segmentName(gone))
		check.disk = d
		_, err := Verify(ctx, "", check)
		require.Error(t, err)
	}
	// Of the retired events the hashes are checked as well.
	d := h.disk.clone()
	d.names[treeName].data[70] ^= 1
	check.disk = d
	_, err = Verify(ctx, "", check)
	require.ErrorIs(t, err, ErrAltered)
}

// A disclosure that is still to be kept from the patient keeps its segment.
func TestRetireKeepsSuppressed(t *testing.T) {
	h := newHost(t, 1)
	h.keep, h.seg = time.Hour, 2<<10
	l, err := Open(t.Context(), "", h.options())
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	e := audittest.Event(0)
	e.Disclosure.SuppressUntil = audittest.Start.Add(100 * time.Hour)
	require.NoError(t, l.Append(t.Context(), e))
	for n := range 9 {
		require.NoError(t, l.Append(t.Context(), audittest.Event(n+1)))
	}
	h.at = audittest.Start.Add(50 * time.Hour)
	n, err := l.Retire(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
	h.at = audittest.Start.Add(102 * time.Hour)
	n, err = l.Retire(t.Context())
	require.NoError(t, err)
	require.Positive(t, n)
}

// Others read, prove and verify while the log is written.
func TestReadersBesideTheWriter(t *testing.T) {
	dir := t.TempDir()
	key, pub := keys(t)
	l, err := Open(t.Context(), dir, Options{Name: "audit.example.org", Key: key, SegmentBytes: 32 << 10})
	require.NoError(t, err)
	r, err := OpenReader(dir)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := 0; i < 60; i++ {
				if err := l.Append(context.Background(), audittest.Event(w*1000+i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	var readers sync.WaitGroup
	reads := 0
	readers.Go(func() {
		for ; ctx.Err() == nil || reads < 3; reads++ {
			size, err := r.Size()
			if err != nil {
				t.Error(err)
				return
			}
			got := int64(0)
			for e, err := range r.Entries(context.Background(), 0) {
				if err != nil || e.Sequence != got {
					t.Error(e.Sequence, err)
					return
				}
				got++
			}
			if got < size {
				t.Errorf("%d events of %d are seen", got, size)
			}
			if size > 1 {
				if _, err := r.ProveRecord(size/2, size); err != nil {
					t.Error(err)
				}
			}
			own := int64(0)
			for _, err := range l.Entries(context.Background(), 0) {
				if err != nil {
					t.Error(err)
					return
				}
				own++
			}
			signed, err := l.Checkpoint()
			if err != nil {
				t.Error(err)
				return
			}
			c, err := OpenCheckpoint(signed, pub)
			if err != nil {
				t.Error(err)
				return
			}
			if own > c.Size {
				t.Errorf("%d events are given of %d", own, c.Size)
			}
			if _, err := Verify(context.Background(), dir, Check{Checkpoints: []Checkpoint{c}}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	wg.Wait()
	cancel()
	readers.Wait()
	require.NoError(t, l.Close())
	require.Positive(t, reads)
}

// Append gives up waiting with its context; the log goes on.
func TestAppendGivesUp(t *testing.T) {
	h := newHost(t, 1)
	l, err := Open(t.Context(), "", h.options())
	require.NoError(t, err)
	h.disk.mu.Lock() // the disk hangs
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, l.Append(ctx, audittest.Event(1)), context.DeadlineExceeded)
	h.disk.mu.Unlock()
	require.NoError(t, l.Append(t.Context(), audittest.Event(2)))
	require.NoError(t, l.Close())
}

// Errors of the log name files and places, and nothing of the events.
func TestErrorsHoldNoValues(t *testing.T) {
	h, _ := filled(t, 30, 1<<20)
	for at := 300; at < 9000; at += 711 {
		d := h.disk.clone()
		d.names[segmentName(0)].data[at] ^= 0x20
		_, err := Verify(t.Context(), "", Check{disk: d})
		require.ErrorIs(t, err, ErrAltered)
		require.NotRegexp(t, `MRN|Lakeside|County|Duluth`, err.Error())
		var where *Damage
		require.True(t, errors.As(err, &where))
		require.Contains(t, fmt.Sprint(where), segmentName(0))
	}
}
