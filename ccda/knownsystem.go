package ccda

import (
	"hash/maphash"

	"github.com/portage-health/portage/internal/codes"
)

// knownSystem is what a root or codeSystem of the document means.
type knownSystem struct {
	root   string
	uri    string
	asSent string // the root where its plain form does not give it back
	coded  bool   // met as a code system
}

// systemTable knows what was asked of a document's roots: each of them is met again and again.
type systemTable struct {
	list []knownSystem
	at   []int32 // by hash: the number in list, and one
}

const firstSystems = 64

// system gives what a root or codeSystem means; it is found out once for all that have it.
// It is good until the next is asked for.
func (r *reader) system(root string) *knownSystem {
	t := &r.systems
	if 2*len(t.list) >= len(t.at) {
		t.grow()
	}
	mask := len(t.at) - 1
	h := hashOfRoot(root) & mask
	for ; t.at[h] != 0; h = (h + 1) & mask {
		if s := &t.list[t.at[h]-1]; s.root == root {
			return s
		}
	}
	s := knownSystem{root: root}
	if root != "" {
		s.uri = codes.FromCDAIn(&r.room.paths, root)
		s.asSent = asSent(root, s.uri)
	}
	t.list = append(t.list, s)
	t.at[h] = int32(len(t.list))
	return &t.list[len(t.list)-1]
}

var rootSeed = maphash.MakeSeed()

func hashOfRoot(root string) int { return int(maphash.String(rootSeed, root) >> 1) }

func (t *systemTable) grow() {
	if len(t.at) == 0 && cap(t.at) > 0 {
		t.at = t.at[:cap(t.at)]
	} else {
		t.at = make([]int32, max(2*len(t.at), firstSystems))
	}
	mask := len(t.at) - 1
	for i := range t.list {
		h := hashOfRoot(t.list[i].root) & mask
		for t.at[h] != 0 {
			h = (h + 1) & mask
		}
		t.at[h] = int32(i) + 1
	}
}

func (t *systemTable) clear() {
	clear(t.list)
	clear(t.at)
	t.list, t.at = t.list[:0], t.at[:0]
}
