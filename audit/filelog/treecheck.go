package filelog

import (
	"bytes"
	"io"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/internal/merkle"
)

// treeCheck reads the tree's file from its beginning beside the events.
type treeCheck struct {
	f    file
	at   int64
	buf  []byte
	rest []byte
	over bool // the file ended among hashes that need not be there yet
}

func newTreeCheck(f file) (*treeCheck, error) {
	size, err := f.Size()
	return &treeCheck{f: f, buf: make([]byte, min(max(size, 64*tlog.HashSize), window))}, err // 64 levels: the most that is compared at once
}

var errHashes = damaged(treeName, "a hash is not what the events say")

// take gives the next n bytes, fewer at the end.
func (t *treeCheck) take(n int) ([]byte, error) {
	if len(t.rest) < n {
		keep := copy(t.buf, t.rest)
		m, err := t.f.ReadAt(t.buf[keep:], t.at)
		if err != nil && err != io.EOF {
			return nil, err
		}
		t.at += int64(m)
		t.rest = t.buf[:keep+m]
	}
	n = min(n, len(t.rest))
	out := t.rest[:n]
	t.rest = t.rest[n:]
	return out, nil
}

// compare holds the next hashes against what they should be. Those of events that are not acknowledged need not be there yet.
func (t *treeCheck) compare(want []byte, must bool) error {
	if t.over {
		return nil
	}
	got, err := t.take(len(want))
	if err != nil {
		return err
	}
	if len(got) < len(want) && !must {
		t.over = true
		return nil
	}
	if !bytes.Equal(got, want) {
		return errHashes
	}
	return nil
}

// skip checks the hashes of events that are no longer kept against each other and against the frontier that they must have.
func (t *treeCheck) skip(first int64, roots []tlog.Hash) error {
	var f merkle.Frontier
	var stored []byte
	for f.Size < first {
		got, err := t.take(tlog.HashSize)
		if err != nil {
			return err
		}
		if len(got) < tlog.HashSize {
			return errHashes
		}
		var leaf tlog.Hash
		copy(leaf[:], got)
		stored = f.Add(leaf, stored[:0])
		if err := t.compare(stored[tlog.HashSize:], true); err != nil {
			return err
		}
	}
	if !slices.Equal(f.Roots, roots) {
		return errHashes
	}
	return nil
}

// end says whether the file ends where the events do. A writer at work may be ahead.
func (t *treeCheck) end(writing func() bool) error {
	if t.over {
		return nil
	}
	got, err := t.take(1)
	if err == nil && len(got) > 0 && !writing() {
		err = errHashes
	}
	return err
}
