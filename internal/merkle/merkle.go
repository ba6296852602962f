// Package merkle grows Merkle trees by RFC 6962 a leaf at a time, and makes proofs that it has checked itself. Hashes are
// stored in the order of golang.org/x/mod/sumdb/tlog, whose arithmetic it uses.
package merkle

import (
	"errors"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrHashes says that stored hashes are not those of one tree.
var ErrHashes = errors.New("merkle: the stored hashes are not those of one tree")

// Frontier is what of a tree it takes to add leaves and to tell the root: the roots of the perfect subtrees that it is
// made of, largest first.
type Frontier struct {
	Size  int64
	Roots []tlog.Hash
}

// Levels is how many perfect subtrees a tree of n leaves is made of.
func Levels(n int64) int { return bits.OnesCount64(uint64(n)) }

// Add adds a leaf by its hash, and appends to out the hashes that are stored for it.
func (f *Frontier) Add(leaf tlog.Hash, out []byte) []byte {
	out = append(out, leaf[:]...)
	for n := f.Size; n&1 == 1; n >>= 1 {
		last := len(f.Roots) - 1
		leaf = tlog.NodeHash(f.Roots[last], leaf)
		f.Roots = f.Roots[:last]
		out = append(out, leaf[:]...)
	}
	f.Roots = append(f.Roots, leaf)
	f.Size++
	return out
}

// Root gives the root of the tree (RFC 6962, 2.1).
func (f *Frontier) Root() tlog.Hash {
	if len(f.Roots) == 0 {
		h, _ := tlog.TreeHash(0, nil) // that of no leaves needs none
		return h
	}
	last := len(f.Roots) - 1
	h := f.Roots[last]
	for i := last - 1; i >= 0; i-- {
		h = tlog.NodeHash(f.Roots[i], h)
	}
	return h
}

// Clone gives a copy that shares nothing.
func (f *Frontier) Clone() Frontier { return Frontier{f.Size, slices.Clone(f.Roots)} }

// Indexes gives which of the stored hashes are the roots of the frontier of a tree of n leaves, largest first.
func Indexes(n int64) (out []int64) {
	var done int64
	for level := 62; level >= 0; level-- {
		if n&(1<<level) != 0 {
			out = append(out, tlog.StoredHashIndex(level, done>>level))
			done += 1 << level
		}
	}
	return out
}

// ProveRecord gives the proof that the leaf with a number is in the tree of size leaves (RFC 6962, 2.1.1).
func ProveRecord(h tlog.HashReader, number, size int64) (tlog.RecordProof, error) {
	p, err := tlog.ProveRecord(size, number, h)
	if err != nil {
		return nil, err
	}
	root, err := tlog.TreeHash(size, h)
	if err != nil {
		return nil, err
	}
	leaf, err := h.ReadHashes([]int64{tlog.StoredHashIndex(0, number)})
	if err != nil {
		return nil, err
	}
	if tlog.CheckRecord(p, size, root, number, leaf[0]) != nil {
		return nil, ErrHashes
	}
	return p, nil
}

// ProveTree gives the proof that the tree of size leaves continues that of older (RFC 6962, 2.1.2): none for older 0.
func ProveTree(h tlog.HashReader, older, size int64) (tlog.TreeProof, error) {
	if older == 0 {
		return nil, nil
	}
	p, err := tlog.ProveTree(size, older, h)
	if err != nil {
		return nil, err
	}
	a, err := tlog.TreeHash(older, h)
	if err != nil {
		return nil, err
	}
	b, err := tlog.TreeHash(size, h)
	if err != nil {
		return nil, err
	}
	if tlog.CheckTree(p, size, b, older, a) != nil {
		return nil, ErrHashes
	}
	return p, nil
}
