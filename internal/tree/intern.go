package tree

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"math/rand/v2"
)

// A table gives every different name a small number, in order of first use. Number 0 is the empty name.
type table struct {
	slots []slot
	count int
	src   []byte
	side  []byte // names that are not as written in src
	clean bool
}

// A slot holds names of up to 16 bytes whole, in w0 and w1. For a longer one, w0 is a hash, and w1 tells where it is: its
// offset in src, or with sideBit in side.
type slot struct {
	w0, w1 uint64
	n      uint32
	id     uint32 // 0: the slot is free
}

const sideBit = 1 << 63

var (
	seed      = maphash.MakeSeed()
	seedLow   = rand.Uint64()
	seedHigh  = rand.Uint64()
	firstSize = 128
)

// reset forgets all names and makes src the text that names are in.
func (t *table) reset(src []byte) {
	t.src = src
	if t.clean {
		return
	}
	t.clean = true
	if len(t.slots) == 0 || len(t.slots) > 16*firstSize {
		t.slots = make([]slot, firstSize)
	} else {
		clear(t.slots)
	}
	if cap(t.side) > 1<<14 {
		t.side = nil
	}
	clear(t.side)
	t.side, t.count = t.side[:0], 1
}

// find looks for data[off:off+n]. If it is not there, id is 0 and at the slot where it belongs.
func (t *table) find(data []byte, off, n int) (id uint32, at int, key slot) {
	key.n = uint32(n)
	if n > 16 {
		key.w0 = maphash.Bytes(seed, data[off:off+n])
	} else {
		if off+16 <= len(data) {
			word := data[off : off+16]
			key.w0 = binary.LittleEndian.Uint64(word)
			key.w1 = binary.LittleEndian.Uint64(word[8:])
		} else {
			var word [16]byte
			copy(word[:], data[off:off+n])
			key.w0 = binary.LittleEndian.Uint64(word[:])
			key.w1 = binary.LittleEndian.Uint64(word[8:])
		}
		if n > 8 {
			key.w1 &= 1<<(8*uint(n-8)) - 1
		} else {
			key.w0 &= 1<<(8*uint(n)) - 1
			key.w1 = 0
		}
	}
	mask := len(t.slots) - 1
	for at = key.hash() & mask; ; at = (at + 1) & mask {
		s := &t.slots[at]
		if s.id == 0 {
			return 0, at, key
		}
		if s.w0 != key.w0 || s.n != key.n {
			continue
		}
		if n <= 16 && s.w1 == key.w1 || n > 16 && string(t.long(s)) == string(data[off:off+n]) {
			return s.id, at, key
		}
	}
}

// long gives a name of more than 16 bytes.
func (t *table) long(s *slot) []byte {
	in, off := t.src, s.w1
	if off&sideBit != 0 {
		in, off = t.side, off&^sideBit
	}
	return in[off : off+uint64(s.n)]
}

func (s *slot) hash() int {
	w1 := s.w1
	if s.n > 16 {
		w1 = 0
	}
	hi, lo := bits.Mul64(s.w0^seedLow, w1^seedHigh^uint64(s.n))
	return int((hi ^ lo) >> 1)
}

// findShort looks for a name of up to 16 bytes as find does.
func (t *table) findShort(key slot) (id uint32, at int) {
	mask := len(t.slots) - 1
	hi, lo := bits.Mul64(key.w0^seedLow, key.w1^seedHigh^uint64(key.n))
	for at = int((hi^lo)>>1) & mask; ; at = (at + 1) & mask {
		s := &t.slots[at]
		if s.w0 == key.w0 && s.w1 == key.w1 && s.n == key.n && s.id != 0 || s.id == 0 {
			return s.id, at
		}
	}
}

// insert puts in what find did not find: a name at off in src, or if it is not nil, the one in other.
func (t *table) insert(at int, key slot, off int, other []byte) name {
	t.clean = false
	x := name{off: uint32(off), size: key.n}
	where := uint64(off)
	if other != nil {
		x = name{off: uint32(len(t.side)), size: key.n | inSide}
		where = uint64(len(t.side)) | sideBit
		t.side = append(t.side, other...)
	}
	if key.n > 16 {
		key.w1 = where
	}
	key.id = uint32(t.count)
	t.count++
	t.slots[at] = key
	if 2*t.count > len(t.slots) {
		old := t.slots
		t.slots = make([]slot, 2*len(old))
		mask := len(t.slots) - 1
		for i := range old {
			if old[i].id == 0 {
				continue
			}
			at := old[i].hash() & mask
			for t.slots[at].id != 0 {
				at = (at + 1) & mask
			}
			t.slots[at] = old[i]
		}
	}
	return x
}

// Stamps find a name that comes twice in one list of names, in time linear in the list.
type stamps struct {
	last []uint32
	now  uint32
}

// begin starts a list of names below n.
func (s *stamps) begin(n int) {
	if s.now++; s.now == 0 {
		clear(s.last)
		s.now = 1
	}
	if n > len(s.last) {
		s.last = append(s.last, make([]uint32, n-len(s.last)+64)...)
	}
}

// seen notes id and tells whether the list had it already.
func (s *stamps) seen(id uint32) bool {
	if s.last[id] == s.now {
		return true
	}
	s.last[id] = s.now
	return false
}
