// Package ids makes the stable ids of entries: a hash of the kind of thing and
// of what identifies it, written as a UUID of version 8 (RFC 9562, section 5.8).
package ids

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"

	"github.com/portage-health/portage/internal/room"
)

// Maker makes ids. With a key they are a keyed hash (HMAC-SHA-256). It is not safe for concurrent use.
type Maker struct {
	keyed hash.Hash // nil without a key
	sum   [sha256.Size]byte
	buf   []byte
	texts room.Texts
	again bool // an id was made
}

// New gives a Maker; key may be empty.
func New(key []byte) *Maker {
	if len(key) == 0 {
		return &Maker{buf: make([]byte, 0, 256)}
	}
	return &Maker{keyed: hmac.New(sha256.New, key), buf: make([]byte, 0, 256)}
}

// Make hashes the parts in order; no two different lists of parts hash the same text.
func (m *Maker) Make(parts ...string) string {
	d := m.make(parts)
	if !m.again {
		m.again = true
		return string(d[:]) // many make one id and no more
	}
	return m.texts.Keep(d[:])
}

// MakeIn is Make whose text has its room among others.
func (m *Maker) MakeIn(texts *room.Texts, parts ...string) string {
	d := m.make(parts)
	return texts.Keep(d[:])
}

func (m *Maker) make(parts []string) [36]byte {
	m.buf = m.buf[:0]
	for _, p := range parts {
		n := len(p)
		m.buf = append(m.buf, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
		m.buf = append(m.buf, p...)
	}
	if m.keyed == nil {
		m.sum = sha256.Sum256(m.buf)
	} else {
		m.keyed.Reset()
		m.keyed.Write(m.buf)
		m.keyed.Sum(m.sum[:0])
	}
	return uuid(m.sum[:16])
}

// uuid writes the first 16 bytes as a UUID of version 8, variant 10.
func uuid(b []byte) [36]byte {
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	var d [36]byte
	binary.BigEndian.PutUint64(d[0:8], hexDigits(b[0:4]))
	second, third := hexDigits(b[4:8]), hexDigits(b[8:12])
	binary.BigEndian.PutUint32(d[9:13], uint32(second>>32))
	binary.BigEndian.PutUint32(d[14:18], uint32(second))
	binary.BigEndian.PutUint32(d[19:23], uint32(third>>32))
	binary.BigEndian.PutUint32(d[24:28], uint32(third))
	binary.BigEndian.PutUint64(d[28:36], hexDigits(b[12:16]))
	d[8], d[13], d[18], d[23] = '-', '-', '-', '-'
	return d
}

// hexDigits gives four bytes as eight hexadecimal digits, the first in the highest byte.
func hexDigits(b []byte) uint64 {
	const ones = 0x0101010101010101
	x := uint64(binary.BigEndian.Uint32(b))
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & (0x0f * ones)      // a digit in each byte
	letters := (x + 6*ones) >> 4 & ones // those above 9
	return x + '0'*ones + letters*('a'-'0'-10)
}

// Derive gives the id of a thing that exists only as part of another (the dispense of a medication, say).
func Derive(owner, kind string, parts ...string) string {
	text := New(nil).make(append([]string{"part", owner, kind}, parts...))
	return string(text[:])
}
