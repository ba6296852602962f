package filelog

import (
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/internal/merkle"
)

// ProveRecord gives the proof that the event with a sequence is in the log as it was with size events (RFC 6962, 2.1.1).
// It is checked against the tree before it is given; see Checkpoint.CheckRecord for whoever gets it.
func (l *Log) ProveRecord(sequence, size int64) (tlog.RecordProof, error) {
	if sequence < 0 || sequence >= size || size > l.durable.Load() {
		return nil, ErrNotThere
	}
	return proveRecord(hashes{l.tree}, sequence, size)
}

// ProveConsistent gives the proof that the log with size events continues the one with older events (RFC 6962, 2.1.2).
func (l *Log) ProveConsistent(older, size int64) (tlog.TreeProof, error) {
	if older < 0 || older > size || size > l.durable.Load() {
		return nil, ErrNotThere
	}
	return proveTree(hashes{l.tree}, older, size)
}

// ProveRecord is Log.ProveRecord beside the writer.
func (r *Reader) ProveRecord(sequence, size int64) (proof tlog.RecordProof, err error) {
	err = r.withTree(size, func(h hashes) error {
		if sequence < 0 || sequence >= size {
			return ErrNotThere
		}
		proof, err = proveRecord(h, sequence, size)
		return err
	})
	return proof, err
}

// ProveConsistent is Log.ProveConsistent beside the writer.
func (r *Reader) ProveConsistent(older, size int64) (proof tlog.TreeProof, err error) {
	err = r.withTree(size, func(h hashes) error {
		if older < 0 || older > size {
			return ErrNotThere
		}
		proof, err = proveTree(h, older, size)
		return err
	})
	return proof, err
}

func (r *Reader) withTree(size int64, f func(hashes) error) error {
	_, n, err := r.now()
	if err != nil {
		return err
	}
	if size > n {
		return ErrNotThere
	}
	tree, err := r.disk.open(treeName, toRead)
	if err != nil {
		return err
	}
	return errors.Join(f(hashes{tree}), tree.Close())
}

var errTree = damaged(treeName, "the hashes are not those of the tree; they are made again when the log is opened, or Verify tells what is wrong")

func proveRecord(h hashes, sequence, size int64) (tlog.RecordProof, error) {
	pages := pagesOf(h.f)
	defer pages.done()
	p, err := merkle.ProveRecord(pages, sequence, size)
	if err != nil {
		return nil, errTree
	}
	return p, nil
}

func proveTree(h hashes, older, size int64) (tlog.TreeProof, error) {
	pages := pagesOf(h.f)
	defer pages.done()
	p, err := merkle.ProveTree(pages, older, size)
	if err != nil {
		return nil, errTree
	}
	return p, nil
}
