// Package ids makes the stable ids of entries: a hash of the kind of thing and
// of what identifies it, written as a UUID of version 8 (RFC 9562, section 5.8).
package ids

import (
	"crypto/hmac"
	"crypto/sha256"
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
	const digits = "0123456789abcdef"
	var d [36]byte
	n := 0
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			d[n] = '-'
			n++
		}
		d[n], d[n+1] = digits[c>>4], digits[c&15]
		n += 2
	}
	return d
}

// Derive gives the id of a thing that exists only as part of another (the dispense of a medication, say).
func Derive(owner, kind string, parts ...string) string {
	text := New(nil).make(append([]string{"part", owner, kind}, parts...))
	return string(text[:])
}
