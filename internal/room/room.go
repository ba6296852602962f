// Package room gives small things pieces of larger pieces of memory, of which a
// document then needs few. A piece is its owner's alone: it may be changed, and
// a list that grows beyond its room moves elsewhere.
package room

import "strings"

// Of gives room for values of one type. The zero value is ready for use, by one goroutine.
type Of[T any] struct {
	free []T
	next int // how many values the last larger piece had
	most int // how many are expected: see Expect
}

// Larger pieces double, so that a short document takes little.
const (
	firstPiece = 4
	mostPiece  = 48
)

// Expect says that n more values will be needed, if any is: the next larger piece has room for those there is none for yet, as far as
// pieces go.
func (m *Of[T]) Expect(n int) { m.most = max(n-len(m.free), 0) }

// List gives an empty list with room for n.
func (m *Of[T]) List(n int) []T {
	if n > len(m.free) {
		if n > mostPiece/2 {
			return make([]T, 0, n)
		}
		m.next = min(max(2*m.next, firstPiece, n, m.most), mostPiece)
		m.most = 0
		m.free = make([]T, m.next)
	}
	out := m.free[:0:n]
	m.free = m.free[n:]
	return out
}

// Keep gives a copy of list, nil where it is empty.
func (m *Of[T]) Keep(list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return append(m.List(len(list)), list...)
}

// One gives a copy of v.
func (m *Of[T]) One(v *T) *T {
	return &append(m.List(1), *v)[0]
}

// Texts gives room for short texts. The zero value is ready for use, by one goroutine.
type Texts struct{ b strings.Builder }

const pieceBytes = 2 << 10

// Keep gives b as a text of its own.
func (t *Texts) Keep(b []byte) string {
	if len(b) > pieceBytes/4 {
		return string(b)
	}
	from := t.b.Len()
	if from+len(b) > t.b.Cap() {
		t.b.Reset()
		t.b.Grow(pieceBytes)
		from = 0
	}
	t.b.Write(b)
	return t.b.String()[from:]
}
