package room

import (
	"sync"
	"sync/atomic"
)

// Shelf holds working memory that nobody uses. New makes what there is none of; the rest of the zero value is ready for use,
// by many goroutines.
//
// One piece that may stay is there for as long as the program runs; the others go when garbage is collected. A sync.Pool
// alone loses what is on it when its user has moved to another processor, which every collection makes it do.
type Shelf[T any] struct {
	New  func() *T
	one  atomic.Pointer[T]
	more sync.Pool
}

// Take gives a piece that is its taker's alone.
func (s *Shelf[T]) Take() *T {
	if x := s.one.Swap(nil); x != nil {
		return x
	}
	if x, ok := s.more.Get().(*T); ok {
		return x
	}
	return s.New()
}

// Put gives a piece back. It may stay if it is small, and no larger than what most of those that take it need.
func (s *Shelf[T]) Put(x *T, mayStay bool) {
	if !mayStay || !s.one.CompareAndSwap(nil, x) {
		s.more.Put(x)
	}
}
