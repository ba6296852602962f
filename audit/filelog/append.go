package filelog

import (
	"context"
	"hash/crc32"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/internal/merkle"
)

// batch is what is written and synced at once: frames one after another, whole.
type batch struct {
	room
	front merkle.Frontier // with all of it, once it is taken
	taken chan struct{}   // closed when nothing more can be added
	done  chan struct{}   // closed when it is on the disk, or err says why not
	err   error
}

// room is where frames are gathered, and what the tree stores of them. It is used again.
type room struct {
	frames, tree []byte
	items        []item
}

// item is an event on its way.
type item struct {
	from, until int // where its frame is in the room
	sum         uint32
	leaf        tlog.Hash
	id          string
	phase       audit.Phase
	intent      string
}

// add gathers the frame of an event. Whatever can be done of it before its place in the log is known is done here, by
// the caller, and not by the one who writes.
func (r *room) add(e *audit.Event) error {
	from := len(r.frames)
	frames, err := e.AppendJSON(append(r.frames, make([]byte, headerSize)...))
	if err != nil {
		return err
	}
	frame := frames[from:]
	it := item{from: from, sum: crc32.Checksum(frame[headerSize:], castagnoli), leaf: leafOf(frame), id: e.ID, phase: e.Phase, intent: e.Intent}
	r.frames = append(frames, make([]byte, chainSize)...)
	it.until = len(r.frames)
	r.items = append(r.items, it)
	return nil
}

// line gives the frames of another room their places in the log, behind those that came before, and adds them to a batch.
// It is called with the lock held.
func (l *Log) line(b *batch, own *room) {
	base := len(b.frames)
	b.frames = append(b.frames, own.frames...)
	for _, it := range own.items {
		it.from += base
		it.until += base
		l.next = b.seal(&it, l.ahead.Size, l.next)
		b.tree = l.ahead.Add(it.leaf, b.tree)
		b.items = append(b.items, it)
	}
}

// seal completes a frame in its place, and gives the chain up to it.
func (r *room) seal(it *item, sequence int64, before tlog.Hash) tlog.Hash {
	_, chain := seal(r.frames[it.from:it.until-chainSize], kindEvent, sequence, before, it.leaf, it.sum)
	return chain
}

// reline is for what waits when a segment was begun, whose opening is part of the chain. It is called with the lock held.
func (l *Log) reline(chain tlog.Hash) {
	l.next = chain
	if b := l.waiting; b != nil {
		for i := range b.items {
			l.next = b.seal(&b.items[i], l.ahead.Size-int64(len(b.items)-i), l.next)
		}
	}
}

// again empties the room, and says whether it is worth keeping.
func (r *room) again() bool {
	clear(r.items)
	r.frames, r.tree, r.items = r.frames[:0], r.tree[:0], r.items[:0]
	return cap(r.frames) <= maxSpare
}

// Append adds events to the log, and returns when they are on the disk. See audit.Sink. Callers that come while others are being written
// are written together. After any failure of the disk it gives audit.ErrBroken, and the log has to be opened again.
func (l *Log) Append(ctx context.Context, events ...*audit.Event) error {
	if err := ctx.Err(); err != nil || len(events) == 0 {
		return err
	}
	own, _ := l.rooms.Get().(*room)
	if own == nil {
		own = &room{frames: make([]byte, 0, 2048)}
	}
	b, err := l.join(ctx, own, events)
	if own.again() {
		l.rooms.Put(own)
	}
	if err != nil {
		return err
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
	ended := ctx.Done()
	if ended == nil { // waiting for one thing takes less than for two
		<-b.done
		return b.err
	}
	select {
	case <-b.done:
		return b.err
	case <-ended:
		return ctx.Err()
	}
}

// join adds events to the batch that is next.
func (l *Log) join(ctx context.Context, own *room, events []*audit.Event) (*batch, error) {
	for _, e := range events {
		if err := own.add(e); err != nil {
			return nil, err
		}
	}
	l.mu.Lock()
	for l.err == nil && l.waiting != nil && len(l.waiting.frames) > 0 && len(l.waiting.frames)+len(own.frames) > maxBatch {
		taken := l.waiting.taken
		l.mu.Unlock()
		select {
		case <-taken:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		l.mu.Lock()
	}
	defer l.mu.Unlock()
	if l.err != nil {
		return nil, l.err
	}
	if l.waiting == nil {
		l.waiting = &batch{room: l.spare, taken: make(chan struct{}), done: make(chan struct{})}
		l.spare = room{}
	}
	l.line(l.waiting, own)
	return l.waiting, nil
}
