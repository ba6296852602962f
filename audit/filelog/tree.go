package filelog

import (
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// The file tree holds the hashes of the Merkle tree in the order of tlog.StoredHashIndex, 32 bytes each. It is made from
// the events, and made again from them where it is not what they say.

// levels is how many perfect subtrees a tree of n leaves is made of.
func levels(n int64) int { return bits.OnesCount64(uint64(n)) }

// frontier are the roots of the perfect subtrees that a tree is made of, largest first.
type frontier struct {
	size  int64
	roots []tlog.Hash
}

// add adds a leaf, and appends to out the hashes that the file gets for it.
func (f *frontier) add(leaf tlog.Hash, out []byte) []byte {
	out = append(out, leaf[:]...)
	for n := f.size; n&1 == 1; n >>= 1 {
		last := len(f.roots) - 1
		leaf = tlog.NodeHash(f.roots[last], leaf)
		f.roots = f.roots[:last]
		out = append(out, leaf[:]...)
	}
	f.roots = append(f.roots, leaf)
	f.size++
	return out
}

// root gives the root of the tree (RFC 6962, 2.1).
func (f *frontier) root() tlog.Hash {
	if len(f.roots) == 0 {
		h, _ := tlog.TreeHash(0, nil) // that of no leaves needs none
		return h
	}
	last := len(f.roots) - 1
	h := f.roots[last]
	for i := last - 1; i >= 0; i-- {
		h = tlog.NodeHash(f.roots[i], h)
	}
	return h
}

// clone gives a copy that shares nothing.
func (f *frontier) clone() frontier {
	return frontier{f.size, append([]tlog.Hash(nil), f.roots...)}
}

// frontierIndexes gives where in the file the roots of the frontier of a tree of n leaves are, largest first.
func frontierIndexes(n int64) []int64 {
	var out []int64
	var done int64
	for level := 62; level >= 0; level-- {
		if n&(1<<level) != 0 {
			out = append(out, tlog.StoredHashIndex(level, done>>level))
			done += 1 << level
		}
	}
	return out
}

// hashes reads the file tree.
type hashes struct{ f file }

// ReadHashes gives hashes by their indexes.
func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if n, err := h.f.ReadAt(out[i][:], x*tlog.HashSize); n < tlog.HashSize {
			if err == nil {
				err = ErrNotThere
			}
			return nil, err
		}
	}
	return out, nil
}
