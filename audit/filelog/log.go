package filelog

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/internal/merkle"
)

// Options are how a log is kept. The zero value is right for a log without a key.
type Options struct {
	// Name is the log's name, which its checkpoints begin with: a URL without scheme, best one's own. It is fixed when the
	// log is made; "" is whatever it is, audit for a new one.
	Name string
	// Key signs checkpoints. It stays with the host.
	Key note.Signer
	// SegmentBytes is how large a segment gets before the next is begun; 0 is 64 MiB.
	SegmentBytes int64
	// Keep is for how long events must be kept; 0 is for ever. Retire removes nothing younger. HIPAA asks for six years
	// (45 CFR 164.316(b)(2), 164.528(a)); state law may ask for more.
	Keep time.Duration
	// CutTorn lets Open cut a tail that holds pieces of records, as a loss of power can leave it: see ErrTorn. Nothing that
	// is known to have been acknowledged is ever cut.
	CutTorn bool
	// Clock, IDs and Source stamp the log's own events and the outcomes that Open records for intents without one; see audit.Recorder.
	Clock  func() time.Time
	IDs    audit.IDs
	Source audit.Source

	disk disk // in place of the operating system's
}

const (
	defaultSegment = 64 << 20
	maxBatch       = 8 << 20 // bytes that may wait for one fsync
	maxSpare       = 1 << 20 // bytes of room that are kept for the next
)

// Log is a log that is open for writing. It is safe for concurrent use.
type Log struct {
	opts Options
	disk disk
	lock io.Closer

	durable atomic.Int64 // how many events are acknowledged
	closing sync.Once

	retiring sync.Mutex
	rooms    sync.Pool // of *room

	mu      sync.Mutex
	err     error // why nothing more is taken
	waiting *batch
	spare   room
	wake    chan struct{}
	stopped chan struct{}
	pending map[string]intent // by id
	firsts  []int64           // of the segments
	front   merkle.Frontier   // as of durable
	ahead   merkle.Frontier   // with all that waits or is being written
	next    tlog.Hash         // the chain up to there

	// Of the one goroutine that writes, and of Open before it runs.
	segment, marks, tree file
	off                  int64
	size                 int64
	chain                tlog.Hash
	slot                 int
}

type intent struct {
	sequence int64
	body     []byte
}

// Open opens the log in a directory, and makes both where they are not there. It refuses a log that is not what it was
// when it was last acknowledged (ErrAltered, ErrTorn). A last record that was not written to its end is cut off, and an
// event tells of it. Intents without an outcome are closed as unknown; every Open records a KindStart.
func Open(ctx context.Context, dir string, opts Options) (*Log, error) {
	if opts.disk == nil {
		opts.disk = folder(dir)
	}
	if opts.SegmentBytes <= 0 {
		opts.SegmentBytes = defaultSegment
	}
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	l := &Log{opts: opts, disk: opts.disk, wake: make(chan struct{}, 1), stopped: make(chan struct{}), pending: map[string]intent{}}
	repaired, err := l.recover(ctx)
	if err != nil {
		l.closeFiles()
		return nil, err
	}
	go l.run()
	r := l.recorder()
	for _, state := range append(repaired, nil) {
		e := &audit.Event{Kind: audit.KindStart, Outcome: audit.OutcomeSuccess, Log: l.state()}
		if state != nil {
			e.Kind, e.Reason, e.Log = audit.KindRepair, audit.ReasonTorn, state
		}
		if _, err = r.Record(ctx, e); err != nil {
			break
		}
	}
	if err == nil {
		_, err = r.Settle(ctx)
	}
	if err != nil {
		l.stop(err)
		return nil, err
	}
	return l, nil
}

func (l *Log) recorder() *audit.Recorder {
	return &audit.Recorder{Sink: l, Clock: l.opts.Clock, IDs: l.opts.IDs, Source: l.opts.Source}
}

// state is what an event of the log tells of it.
func (l *Log) state() *audit.LogState {
	c := l.now()
	return &audit.LogState{Name: c.Log, Size: c.Size, Root: c.Root.String()}
}

// now is the checkpoint of what is acknowledged.
func (l *Log) now() Checkpoint {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Checkpoint{Log: l.opts.Name, Size: l.front.Size, Root: l.front.Root()}
}

// Checkpoint gives a signed checkpoint of everything acknowledged so far. Kept elsewhere, it is what the log is checked against.
func (l *Log) Checkpoint() ([]byte, error) { return l.now().Sign(l.opts.Key) }

// Size is how many events are acknowledged.
func (l *Log) Size() int64 { return l.durable.Load() }

// Name is the log's name.
func (l *Log) Name() string { return l.opts.Name }

// Pending gives the intents without an outcome, oldest first. Those of passages that still go on are among them.
func (l *Log) Pending(context.Context) ([]*audit.Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.open()
}

// Close records a KindStop, writes a checkpoint if there is a key, and ends the log. What Append was given before is
// written first. It gives the error by which the log failed before, if it did; a second Close does nothing.
func (l *Log) Close() (err error) {
	l.closing.Do(func() {
		_, err = l.recorder().Record(context.Background(), &audit.Event{Kind: audit.KindStop, Outcome: audit.OutcomeSuccess, Log: l.state()})
		err = l.stop(err)
	})
	return err
}

// stop ends the writing goroutine and closes the files, after what belongs to a clean end where there is no err.
func (l *Log) stop(err error) error {
	l.mu.Lock()
	if l.err == nil {
		l.err = audit.ErrClosed
	}
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
	<-l.stopped
	if err == nil {
		err = l.finish()
	}
	return errors.Join(err, l.closeFiles())
}

// finish makes the derived files durable.
func (l *Log) finish() error {
	if err := l.tree.Sync(); err != nil {
		return err
	}
	for range 2 {
		if err := l.note(l.size); err != nil {
			return err
		}
	}
	if err := l.marks.Sync(); err != nil {
		return err
	}
	return l.keepCheckpoint()
}

// keepCheckpoint writes the file checkpoint, if there is a key.
func (l *Log) keepCheckpoint() error {
	if l.opts.Key == nil {
		return nil
	}
	signed, err := l.now().Sign(l.opts.Key)
	if err != nil {
		return err
	}
	return l.replace(checkpointName, signed)
}

// replace makes a file with a content durably: it is there whole or not at all.
func (l *Log) replace(name string, content []byte) error {
	f, err := l.disk.open(name+tempSuffix, toMake)
	if err != nil {
		return err
	}
	if _, err = f.WriteAt(content, 0); err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = l.disk.rename(name+tempSuffix, name)
	}
	if err == nil {
		err = l.disk.sync()
	}
	return err
}

// note writes how many events are on the disk.
func (l *Log) note(count int64) error {
	l.slot = 1 - l.slot
	return writeMark(l.marks, l.slot, count)
}

func (l *Log) closeFiles() error {
	var errs []error
	for _, f := range []file{l.segment, l.marks, l.tree} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	if l.lock != nil {
		errs = append(errs, l.lock.Close())
	}
	return errors.Join(errs...)
}
