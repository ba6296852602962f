package room_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/room"
)

func TestShelf(t *testing.T) {
	made := 0
	s := room.Shelf[int]{New: func() *int { made++; return new(int) }}
	a, b := s.Take(), s.Take()
	require.NotSame(t, a, b)
	require.Equal(t, 2, made)
	s.Put(a, true)
	s.Put(b, true)
	runtime.GC()
	runtime.GC()
	runtime.GC()
	require.Same(t, a, s.Take(), "one stays")
	s.Put(a, false)
	runtime.GC()
	runtime.GC()
	runtime.GC()
	require.NotSame(t, a, s.Take(), "none that may not")
}

// TestShelfOfMany: no two have one piece at a time; the race detector would tell.
func TestShelfOfMany(t *testing.T) {
	s := room.Shelf[int]{New: func() *int { return new(int) }}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				x := s.Take()
				*x++
				s.Put(x, true)
			}
		})
	}
	all.Wait()
}
