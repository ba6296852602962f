package fhir

import "iter"

// inOrder gives what do makes of each value of a sequence, in the order of the
// sequence, with up to n at work at once; with 1 or less nothing runs beside the
// caller. The sequence is read by the caller's goroutine, a few values ahead of
// what is given. Nothing runs any longer when the iteration has ended.
func inOrder[T, R any](n int, in iter.Seq[T], do func(T) R) iter.Seq[R] {
	return func(yield func(R) bool) {
		if n <= 1 {
			for v := range in {
				if !yield(do(v)) {
					return
				}
			}
			return
		}
		var ahead []chan R
		defer func() {
			for _, c := range ahead {
				<-c
			}
		}()
		next := func() bool {
			c := ahead[0]
			r := <-c
			ahead = ahead[1:]
			return yield(r)
		}
		for v := range in {
			c := make(chan R, 1)
			ahead = append(ahead, c)
			go func() { c <- do(v) }()
			if len(ahead) >= n && !next() {
				return
			}
		}
		for len(ahead) > 0 {
			if !next() {
				return
			}
		}
	}
}
