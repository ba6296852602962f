// Package ledger remembers which leaves of a source were read. It lives in the
// reader, so that documents stay immutable and shareable.
package ledger

import "math/bits"

// Ledger holds two marks for each leaf by its number: taken (its value landed in
// a typed field) and scaffold (it says only how the source is built, and was checked).
// A leaf with neither is nobody's and is found by a sweep.
type Ledger struct {
	taken, scaffold []uint64
}

// New makes a ledger for leaves numbered 0 to n-1.
func New(n int) *Ledger {
	w := (n + 63) / 64
	b := make([]uint64, 2*w)
	return &Ledger{b[:w:w], b[w:]}
}

// Reset takes off all marks and makes the ledger one for leaves numbered 0 to n-1.
func (l *Ledger) Reset(n int) {
	w := (n + 63) / 64
	if w > cap(l.taken) {
		*l = *New(n)
		return
	}
	l.taken, l.scaffold = l.taken[:w], l.scaffold[:w]
	clear(l.taken)
	clear(l.scaffold)
}

// Marks gives the marks of 64 leaves, from number 64*k on, the lowest first.
func (l *Ledger) Marks(k int) (taken, scaffold uint64) { return l.taken[k], l.scaffold[k] }

// Take marks a leaf as read into a typed field. A leaf once taken stays taken.
func (l *Ledger) Take(i int) { l.taken[i>>6] |= 1 << (i & 63) }

// TakeAll is Take for the leaves from number from up to, not including, to.
func (l *Ledger) TakeAll(from, to int) {
	if from >= to {
		return
	}
	i, j := from>>6, (to-1)>>6
	low, high := ^uint64(0)<<(from&63), ^uint64(0)>>(63-(to-1)&63)
	if i == j {
		l.taken[i] |= low & high
		return
	}
	l.taken[i] |= low
	for k := i + 1; k < j; k++ {
		l.taken[k] = ^uint64(0)
	}
	l.taken[j] |= high
}

// Scaffold marks a leaf as checked scaffold.
func (l *Ledger) Scaffold(i int) { l.scaffold[i>>6] |= 1 << (i & 63) }

// Join adds the marks of another ledger for the same leaves.
func (l *Ledger) Join(o *Ledger) {
	for k := range l.taken {
		l.taken[k] |= o.taken[k]
		l.scaffold[k] |= o.scaffold[k]
	}
}

// Taken reports whether leaf i was taken.
func (l *Ledger) Taken(i int) bool { return l.taken[i>>6]&(1<<(i&63)) != 0 }

// Scaffolded reports whether leaf i is scaffold.
func (l *Ledger) Scaffolded(i int) bool { return l.scaffold[i>>6]&(1<<(i&63)) != 0 }

// Free reports whether nobody marked leaf i.
func (l *Ledger) Free(i int) bool {
	return (l.taken[i>>6]|l.scaffold[i>>6])&(1<<(i&63)) == 0
}

// Release takes all marks off leaf i: what was read there is given back.
func (l *Ledger) Release(i int) {
	l.taken[i>>6] &^= 1 << (i & 63)
	l.scaffold[i>>6] &^= 1 << (i & 63)
}

// Counts gives the number of leaves taken, and of those that are scaffold and not taken.
func (l *Ledger) Counts() (taken, scaffold int) {
	for i := range l.taken {
		taken += bits.OnesCount64(l.taken[i])
		scaffold += bits.OnesCount64(l.scaffold[i] &^ l.taken[i])
	}
	return taken, scaffold
}
