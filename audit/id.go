package audit

import (
	"crypto/rand"
	"encoding/hex"
	"io"
	"strconv"
	"sync"
	"time"
)

// IDs gives ids to events. It is called from several goroutines, and never gives one twice.
type IDs interface {
	ID(at time.Time) (string, error)
}

// Sequence numbers events: name-000000000001 and on. The name tells apart what would else count alike: a host, a process,
// a start. It is of letters, digits, - and ., 48 at most, and nothing of a patient's.
func Sequence(name string, first uint64) IDs { return &sequence{name: name, next: first} }

type sequence struct {
	name string
	mu   sync.Mutex
	next uint64
}

func (s *sequence) ID(time.Time) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := strconv.FormatUint(s.next, 10)
	s.next++
	const width = "000000000000"
	if len(n) < len(width) {
		n = width[len(n):] + n
	}
	id := s.name + "-" + n
	if !isID(id) {
		return "", fault("id", "is not an id: letters, digits, - and ., 64 at most")
	}
	return id, nil
}

// UUIDs makes UUIDs of version 7 (RFC 9562, 5.7) of the time and of bytes of source: 74 bits each. nil is crypto/rand.
// The same times and bytes give the same ids.
func UUIDs(source io.Reader) IDs {
	if source == nil {
		source = rand.Reader
	}
	return &uuids{source: source}
}

type uuids struct {
	mu     sync.Mutex
	source io.Reader
}

func (u *uuids) ID(at time.Time) (string, error) {
	var b [16]byte
	u.mu.Lock()
	_, err := io.ReadFull(u.source, b[6:])
	u.mu.Unlock()
	if err != nil {
		return "", err
	}
	ms := uint64(max(at.UnixMilli(), 0))
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6], b[8] = b[6]&0x0f|0x70, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}
