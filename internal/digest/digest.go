// Package digest makes the digest of an input beside the reading of it, on another core where there is one.
package digest

import (
	"crypto/sha256"
	"sync/atomic"
)

// Digest is the SHA-256 of an input, made while the input is parsed. It must be
// waited for or abandoned: after either, nothing reads the input any more.
type Digest struct {
	stop atomic.Bool
	done chan struct{}
	sum  [sha256.Size]byte
}

// step is how many bytes are hashed before it is asked whether the digest is still wanted.
const step = 256 << 10

// Start begins to make the digest of data, which must not change until Wait or Abandon returns.
func Start(data []byte) *Digest { return Before(data, nil) }

// Before is Start for somebody who needs something else of data that takes little time: that is done when the digest is made.
func Before(data []byte, what func()) *Digest {
	d := &Digest{done: make(chan struct{})}
	go func() {
		defer close(d.done)
		h := sha256.New()
		for len(data) > 0 && !d.stop.Load() {
			n := min(len(data), step)
			h.Write(data[:n])
			data = data[n:]
		}
		h.Sum(d.sum[:0])
		if what != nil && !d.stop.Load() {
			what()
		}
	}()
	return d
}

// Wait gives the digest.
func (d *Digest) Wait() [sha256.Size]byte {
	<-d.done
	return d.sum
}

// Abandon gives up the digest of an input that is refused.
func (d *Digest) Abandon() {
	d.stop.Store(true)
	<-d.done
}
