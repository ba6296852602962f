package ledger

import (
	"hash/maphash"

	"github.com/portage-health/portage/internal/room"
)

// PathSet are paths, each once. The zero value is empty. It is a table by open addressing, since exports that leave out very much
// would spend a third of their time on a map of Go.
type PathSet struct {
	seed  maphash.Seed
	all   []keptPath
	slots []uint32 // places in all, counted from 1; a power of two of them, of which less than three quarters are in use
}

type keptPath struct {
	path string
	hash uint64
}

const firstSlots = 32

// add adds a path, and gives it as a text that stays. first is false where it was there.
func (s *PathSet) add(path []byte, texts *room.Texts) (text string, first bool) {
	s.ready()
	h := maphash.Bytes(s.seed, path)
	at := s.find(h, path)
	if n := s.slots[at]; n > 0 {
		return s.all[n-1].path, false
	}
	text = texts.Keep(path)
	s.put(at, keptPath{text, h})
	return text, true
}

// join adds a path. It reports false where it was there.
func (s *PathSet) join(path string) bool {
	s.ready()
	h := maphash.String(s.seed, path)
	at := s.find(h, []byte(path))
	if s.slots[at] > 0 {
		return false
	}
	s.put(at, keptPath{path, h})
	return true
}

// ready makes room for one more path.
func (s *PathSet) ready() {
	if len(s.slots) == 0 {
		s.seed, s.slots = maphash.MakeSeed(), make([]uint32, firstSlots)
		return
	}
	if len(s.all) < len(s.slots)*3/4 {
		return
	}
	s.slots = make([]uint32, 2*len(s.slots))
	mask := uint64(len(s.slots) - 1)
	for i := range s.all {
		at := s.all[i].hash & mask
		for s.slots[at] > 0 {
			at = (at + 1) & mask
		}
		s.slots[at] = uint32(i + 1)
	}
}

// Empty takes all paths out, for others. It gives back the memory of more than most.
func (s *PathSet) Empty(most int) {
	if len(s.all) > most {
		*s = PathSet{}
		return
	}
	clear(s.all)
	clear(s.slots)
	s.all = s.all[:0]
}

// find gives the slot of a path, or the free one that it would have.
func (s *PathSet) find(hash uint64, path []byte) uint64 {
	mask := uint64(len(s.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		n := s.slots[at]
		if n == 0 || s.all[n-1].hash == hash && s.all[n-1].path == string(path) {
			return at
		}
	}
}

func (s *PathSet) put(at uint64, p keptPath) {
	s.all = append(s.all, p)
	s.slots[at] = uint32(len(s.all))
}
