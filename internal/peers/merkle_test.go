package peers

import (
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/portage-health/portage/internal/merkle"
)

var trees = flag.Int("trees", 20_000, "how many random trees are compared; 1000000 is the whole")

// Roots, inclusion proofs and consistency proofs of random trees are those of another implementation of RFC 6962, and each
// checks what the other made.
func TestMerkle(t *testing.T) {
	rng := rand.New(rand.NewPCG(62, 96))
	ranges := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	leaves := 0
	for n := range *trees {
		size := int64(1 + rng.IntN(40))
		if n%100 == 0 {
			size = int64(1 + rng.IntN(1500))
		}
		var ours merkle.Frontier
		var stored []byte
		theirs := ranges.NewEmptyRange(0)
		nodes := map[compact.NodeID][]byte{}
		visit := func(id compact.NodeID, hash []byte) { nodes[id] = hash }
		older := rng.Int64N(size) + 1
		var olderRoot tlog.Hash
		for i := range size {
			var body [16]byte
			binary.BigEndian.PutUint64(body[:], rng.Uint64())
			binary.BigEndian.PutUint64(body[8:], uint64(i))
			leaf := tlog.RecordHash(body[:])
			if string(leaf[:]) != string(rfc6962.DefaultHasher.HashLeaf(body[:])) {
				t.Fatal("the hashes of a leaf differ")
			}
			stored = ours.Add(leaf, stored)
			visit(compact.NewNodeID(0, uint64(i)), append([]byte(nil), leaf[:]...))
			if err := theirs.Append(leaf[:], visit); err != nil {
				t.Fatal(err)
			}
			if ours.Size == older {
				olderRoot = ours.Root()
			}
			leaves++
		}
		reader := tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
			for _, i := range indexes {
				out = append(out, tlog.Hash(stored[i*tlog.HashSize:]))
			}
			return out, nil
		})
		root, err := theirs.GetRootHash(nil)
		if err != nil || string(root) != string(hash(ours.Root())) {
			t.Fatalf("tree %d of %d leaves: the roots differ (%v)", n, size, err)
		}
		for _, i := range []int64{0, size - 1, rng.Int64N(size)} {
			p, err := merkle.ProveRecord(reader, i, size)
			if err != nil {
				t.Fatal(err)
			}
			wanted, err := proof.Inclusion(uint64(i), uint64(size))
			if err != nil {
				t.Fatal(err)
			}
			same(t, hashes(p), wanted, nodes)
			leaf := tlog.Hash(stored[tlog.StoredHashIndex(0, i)*tlog.HashSize:])
			if err := proof.VerifyInclusion(rfc6962.DefaultHasher, uint64(i), uint64(size), leaf[:], hashes(p), root); err != nil {
				t.Fatal(err)
			}
		}
		p, err := merkle.ProveTree(reader, older, size)
		if err != nil {
			t.Fatal(err)
		}
		wanted, err := proof.Consistency(uint64(older), uint64(size))
		if err != nil {
			t.Fatal(err)
		}
		if older < size {
			same(t, hashesOf(p), wanted, nodes)
		}
		if err := proof.VerifyConsistency(rfc6962.DefaultHasher, uint64(older), uint64(size), hashesOf(p), hash(olderRoot), root); err != nil {
			t.Fatal(err)
		}
	}
	empty := sha256.Sum256(nil)
	var none merkle.Frontier
	if none.Root() != tlog.Hash(empty) {
		t.Fatal("the root of no leaves is not the hash of nothing")
	}
	t.Logf("%d random trees with %d leaves: roots, inclusion and consistency proofs are the same", *trees, leaves)
}

// same compares a proof with the nodes that the other implementation wants in it.
func same(t *testing.T, got [][]byte, wanted proof.Nodes, nodes map[compact.NodeID][]byte) {
	t.Helper()
	var want [][]byte
	for _, id := range wanted.IDs {
		want = append(want, nodes[id])
	}
	want, err := wanted.Rehash(want, rfc6962.DefaultHasher.HashChildren)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(want) {
		t.Fatalf("a proof of %d hashes, want %d", len(got), len(want))
	}
	for i := range got {
		if string(got[i]) != string(want[i]) {
			t.Fatalf("hash %d of a proof differs", i)
		}
	}
}

func hash(h tlog.Hash) []byte { return h[:] }

func hashes(p tlog.RecordProof) (out [][]byte) {
	for _, h := range p {
		out = append(out, hash(h))
	}
	return out
}

func hashesOf(p tlog.TreeProof) [][]byte { return hashes(tlog.RecordProof(p)) }
