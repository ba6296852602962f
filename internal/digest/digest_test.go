package digest

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDigest(t *testing.T) {
	for _, n := range []int{0, 1, step - 1, step, 3*step + 5} {
		data := bytes.Repeat([]byte("x"), n)
		require.Equal(t, sha256.Sum256(data), Start(data).Wait(), n)
	}
}

// TestAbandon: once a digest was abandoned, nothing reads the input; the race detector would tell.
func TestAbandon(t *testing.T) {
	data := make([]byte, 4*step)
	Start(data).Abandon()
	clear(data)
}

// TestBefore: what is to be done besides is done when Wait returns.
func TestBefore(t *testing.T) {
	done := false
	data := []byte("abc")
	require.Equal(t, sha256.Sum256(data), Before(data, func() { done = true }).Wait())
	require.True(t, done)
}
