package filelog

import (
	"encoding/binary"
	"hash/crc32"
)

// The file mark tells how many events are known to be on the disk: what was acknowledged is never more. It has two slots
// of 16 bytes, 512 apart, written in turn, so that one is whole whatever happens to the other:
//
//	0  4  "PAM1"
//	4  8  count of events
//	12 4  CRC-32C of the bytes before
const (
	markMagic = "PAM1"
	slotSize  = 16
	slotApart = 512
)

// mark is what the slots say; -1 for one that is not whole.
type mark struct{ slots [2]int64 }

// count gives the larger of what the slots say, 0 where neither is whole.
func (m mark) count() int64 { return max(m.slots[0], m.slots[1], 0) }

// whole reports whether both slots are.
func (m mark) whole() bool { return m.slots[0] >= 0 && m.slots[1] >= 0 }

func readMark(f file) (mark, error) {
	m := mark{[2]int64{-1, -1}}
	size, err := f.Size()
	if err != nil {
		return m, err
	}
	var b [slotApart + slotSize]byte
	n := int(min(size, int64(len(b))))
	if got, err := f.ReadAt(b[:n], 0); got < n {
		return m, err
	}
	for i := range m.slots {
		s := b[i*slotApart : i*slotApart+slotSize]
		if string(s[:4]) == markMagic && binary.BigEndian.Uint32(s[12:]) == crc32.Checksum(s[:12], castagnoli) {
			m.slots[i] = max(int64(binary.BigEndian.Uint64(s[4:])), -1)
		}
	}
	for _, c := range b[slotSize:slotApart] { // nothing stands between the slots
		if c != 0 {
			m.slots[1] = -1
		}
	}
	if size > int64(len(b)) {
		m.slots[1] = -1
	}
	return m, nil
}

func writeMark(f file, slot int, count int64) error {
	var b [slotSize]byte
	copy(b[:], markMagic)
	binary.BigEndian.PutUint64(b[4:], uint64(count))
	binary.BigEndian.PutUint32(b[12:], crc32.Checksum(b[:12], castagnoli))
	_, err := f.WriteAt(b[:], int64(slot)*slotApart)
	return err
}
