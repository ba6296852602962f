package ccda

import (
	"crypto/sha256"
	"sync/atomic"
)

// digest is the SHA-256 of an input, made while the input is parsed. It must be
// waited for or abandoned: after either, nothing reads the input any more.
type digest struct {
	stop atomic.Bool
	done chan struct{}
	sum  [sha256.Size]byte
}

// digestStep is how many bytes are hashed before it is asked whether the digest is still wanted.
const digestStep = 256 << 10

func startDigest(data []byte) *digest {
	d := &digest{done: make(chan struct{})}
	go func() {
		defer close(d.done)
		h := sha256.New()
		for len(data) > 0 && !d.stop.Load() {
			n := min(len(data), digestStep)
			h.Write(data[:n])
			data = data[n:]
		}
		h.Sum(d.sum[:0])
	}()
	return d
}

func (d *digest) wait() [sha256.Size]byte {
	<-d.done
	return d.sum
}

// abandon gives up the digest of an input that is refused.
func (d *digest) abandon() {
	d.stop.Store(true)
	<-d.done
}
