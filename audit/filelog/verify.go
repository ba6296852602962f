package filelog

import (
	"context"
	"errors"
	"io"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/internal/merkle"
)

// Check is what a log is verified against.
type Check struct {
	// Key is the public half of the key that the log's checkpoints are signed with. With it the log's own checkpoint is checked as well.
	Key note.Verifier
	// Checkpoints were kept elsewhere. The log must continue each of them.
	Checkpoints []Checkpoint
	// Events asks that each event is read as one too, which takes several times as long.
	Events bool

	disk disk
}

// Verified is what a verification found.
type Verified struct {
	Checkpoint
	// First is the sequence of the first event that is still kept, Segments how many files there are, Bytes how large together.
	First    int64
	Segments int
	Bytes    int64
	// Unfinished is how many bytes stand behind the last whole event, as a writer at work or killed leaves them.
	Unfinished int64
}

// Verify reads the whole log in a directory and checks every byte of it: frames, order, chain, the tree against its file, the mark, the
// log's own checkpoint, and the checkpoints kept elsewhere. The error wraps ErrAltered or ErrShorter where anything is
// not as it must be. Memory does not grow with the log. It can be called while the log is written.
//
// A log whose tail was cut off together with its mark and its checkpoint cannot be told from one that never was longer,
// but by a checkpoint kept elsewhere.
func Verify(ctx context.Context, dir string, check Check) (*Verified, error) {
	if check.disk == nil {
		check.disk = folder(dir)
	}
	v := &verifier{Check: check, out: &Verified{}}
	if err := v.run(ctx); err != nil {
		return nil, err
	}
	return v.out, nil
}

type verifier struct {
	Check
	out     *Verified
	work    merkle.Frontier
	chain   tlog.Hash
	retired int64 // up to where events of the log say that it was retired
	known   []Checkpoint
	tree    *treeCheck
	writing func() bool // whether a writer has been at the last segment since it was looked at
}

func (v *verifier) run(ctx context.Context) error {
	// Beside a writer, what says how much there is has to be read before what there is: checkpoint, mark, segments.
	own, err := v.own()
	if err != nil {
		return err
	}
	r, acknowledged, err := v.marks()
	if err != nil {
		return err
	}
	v.known = slices.Clone(v.Checkpoints)
	if own != nil {
		v.known = append(v.known, *own)
	}
	f, err := v.disk.open(treeName, toRead)
	if err != nil {
		return errors.Join(damaged(treeName, "the file is missing"), err)
	}
	defer func() { _ = f.Close() }()
	if v.tree, err = newTreeCheck(f); err != nil {
		return err
	}
	v.out.First, v.out.Segments = r.firsts[0], len(r.firsts)
	for i, first := range r.firsts {
		if err := v.segment(ctx, r, i, first, acknowledged); err != nil {
			return err
		}
	}
	v.out.Checkpoint.Size, v.out.Root = v.work.Size, v.work.Root()
	if v.work.Size < acknowledged {
		return &Damage{File: segmentName(r.firsts[len(r.firsts)-1]), Sequence: v.work.Size, What: "events that were acknowledged are missing at the end"}
	}
	if v.out.First > v.retired {
		return damaged(segmentName(v.out.First), "segments before it are missing, and no event says that they were retired")
	}
	for _, c := range v.known {
		if c.Log != v.out.Log {
			return damaged(checkpointName, "a checkpoint is of a log of another name")
		}
		if c.Size > v.work.Size {
			return ErrShorter
		}
		if c.Size < v.out.First && c.Size > 0 { // of what is retired the hashes are left
			if root, err := tlog.TreeHash(c.Size, hashes{f}); err != nil || root != c.Root {
				return damaged(checkpointName, "the log is another than that of a checkpoint")
			}
		}
	}
	return nil
}

// marks reads the mark, beside a writer the larger of what its slots say, and then which segments there are.
func (v *verifier) marks() (r reading, acknowledged int64, err error) {
	m, merr := v.mark()
	names, err := v.disk.list()
	if err != nil {
		return r, 0, err
	}
	r = reading{v.disk, segments(names)}
	if len(r.firsts) == 0 {
		return r, 0, damaged(segmentName(0), "there is no segment")
	}
	return r, m.count(), merr
}

func (v *verifier) mark() (mark, error) {
	f, err := v.disk.open(markName, toRead)
	if err != nil {
		return mark{}, errors.Join(damaged(markName, "the file is missing"), err)
	}
	defer func() { _ = f.Close() }()
	m, err := readMark(f)
	if err == nil && !m.whole() {
		m, err = readMark(f) // a writer may just have been at it
	}
	if err == nil && !m.whole() {
		err = damaged(markName, "a slot is not whole")
	}
	return m, err
}

// own reads the log's own checkpoint, if it has one.
func (v *verifier) own() (*Checkpoint, error) {
	names, err := v.disk.list()
	if err != nil || !slices.Contains(names, checkpointName) {
		return nil, err
	}
	text, err := readWhole(v.disk, checkpointName)
	if err != nil {
		return nil, err
	}
	var c Checkpoint
	if v.Key != nil {
		c, err = OpenCheckpoint(text, v.Key)
	} else {
		c, err = unsigned(text)
	}
	return &c, err
}

func (v *verifier) segment(ctx context.Context, r reading, i int, first, acknowledged int64) error {
	name := segmentName(first)
	file, err := r.disk.open(name, toRead)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	size, err := file.Size()
	if err != nil {
		return err
	}
	last := i+1 == len(r.firsts)
	v.out.Bytes += size
	v.writing = func() bool {
		names, err := v.disk.list()
		now, err2 := file.Size()
		return err == nil && err2 == nil && (now != size || len(segments(names)) != len(r.firsts))
	}
	s := newScanner(file, name, size)
	o, chain, err := readOpening(s, first)
	if err != nil {
		return err
	}
	if i == 0 {
		v.work, v.out.Log, v.chain = merkle.Frontier{Size: first, Roots: slices.Clone(o.Frontier)}, o.Log, o.Chain
		if err := v.tree.skip(first, o.Frontier); err != nil {
			return err
		}
	}
	if o.Log != v.out.Log || o.First != v.work.Size || o.Chain != v.chain || !slices.Equal(o.Frontier, v.work.Roots) {
		return damaged(name, "the segment does not continue the one before it")
	}
	v.chain = chain
	if err := v.compare(); err != nil {
		return err
	}
	if err := v.events(ctx, s, size, last, acknowledged); err != nil {
		return err
	}
	if last {
		return v.tree.end(v.writing)
	}
	return nil
}

// events checks the events of a segment.
func (v *verifier) events(ctx context.Context, s *scanner, size int64, last bool, acknowledged int64) error {
	ctx, cancel := context.WithCancel(ctx)
	taken, back := s.ahead(ctx, v.work.Size, func(body []byte) bool {
		_, _, _, kind := tell(body)
		return v.Events || string(kind) == string(audit.KindRetire)
	})
	defer func() {
		cancel()
		for range taken { // until the file is no longer read
		}
	}()
	for some := range taken {
		for i := range some.frames {
			f := &some.frames[i]
			if err := f.follows(v.chain); err != nil {
				return err
			}
			if err := v.event(f, acknowledged); err != nil {
				return err
			}
		}
		back <- some.frames
		var d *Damage
		switch {
		case some.err == nil:
		case some.err == io.EOF:
			return nil
		case errors.As(some.err, &d) && d.short && last && v.work.Size >= acknowledged:
			v.out.Unfinished = size - d.Offset
			return nil
		default:
			return some.err
		}
	}
	return ctx.Err()
}

// event takes an event into the tree. Its body is there where it has to be read.
func (v *verifier) event(f *frame, acknowledged int64) error {
	v.chain = f.chain
	var room [64 * tlog.HashSize]byte
	stored := v.work.Add(f.leaf, room[:0])
	if err := v.tree.compare(stored, f.sequence < acknowledged); err != nil {
		return err
	}
	if f.body != nil {
		e, err := audit.Parse(f.body)
		if err != nil {
			return &Damage{File: f.file, Offset: f.offset, Sequence: f.sequence, What: "an event is not in the form that this version knows"}
		}
		if e.Kind == audit.KindRetire && e.Log != nil {
			v.retired = max(v.retired, e.Log.First+e.Log.Count)
		}
	}
	return v.compare()
}

// compare holds the tree against the checkpoints of its size.
func (v *verifier) compare() error {
	for _, c := range v.known {
		if c.Size == v.work.Size && c.Root != v.work.Root() {
			return damaged(checkpointName, "the log is another than that of a checkpoint")
		}
	}
	return nil
}
