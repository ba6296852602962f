package codes

import "fmt"

// direction says which way a pair of a Table is read.
type direction uint8

const (
	both direction = iota
	onlyTo
	onlyFrom
)

// Pair is one row of a Table; Both, OnlyTo and OnlyFrom make it.
type Pair[L, R comparable] struct {
	left  L
	right R
	dir   direction
}

// Both pairs two values that mean each other.
func Both[L, R comparable](left L, right R) Pair[L, R] { return Pair[L, R]{left, right, both} }

// OnlyTo gives left a value on the right that does not come back to it: the
// right side has no finer one.
func OnlyTo[L, R comparable](left L, right R) Pair[L, R] { return Pair[L, R]{left, right, onlyTo} }

// OnlyFrom gives right a value on the left that does not come back to it.
func OnlyFrom[L, R comparable](left L, right R) Pair[L, R] { return Pair[L, R]{left, right, onlyFrom} }

// Table is a small two-way table of values, such as CDA codes and FHIR codes.
// It does not change after NewTable, and may be used concurrently. The zero
// Table is empty.
type Table[L, R comparable] struct{ pairs []Pair[L, R] }

// NewTable makes a table of its pairs. Check says whether they are sound; a
// test of whoever declares the table should ask it.
func NewTable[L, R comparable](pairs ...Pair[L, R]) Table[L, R] { return Table[L, R]{pairs} }

// To gives the right value of a left one.
func (t *Table[L, R]) To(left L) (right R, ok bool) {
	for i := range t.pairs {
		if p := &t.pairs[i]; p.left == left && p.dir != onlyFrom {
			return p.right, true
		}
	}
	return right, false
}

// From gives the left value of a right one.
func (t *Table[L, R]) From(right R) (left L, ok bool) {
	for i := range t.pairs {
		if p := &t.pairs[i]; p.right == right && p.dir != onlyTo {
			return p.left, true
		}
	}
	return left, false
}

// TwoWay reports whether To(left) is right and From(right) is left: nothing is
// lost on the way. A pair that is not two-way loses something, and whoever
// uses it reports that.
func (t *Table[L, R]) TwoWay(left L, right R) bool {
	r, ok := t.To(left)
	if !ok || r != right {
		return false
	}
	l, ok := t.From(right)
	return ok && l == left
}

// Each calls f for every pair, with the ways it is read, in the order declared.
func (t *Table[L, R]) Each(f func(left L, right R, to, from bool)) {
	for _, p := range t.pairs {
		f(p.left, p.right, p.dir != onlyFrom, p.dir != onlyTo)
	}
}

// Check says what is wrong with a table: a left value with two right ones, a
// right value with two left ones, or an empty value on a side that is read.
func (t *Table[L, R]) Check() error {
	var noLeft L
	var noRight R
	to, from := map[L]R{}, map[R]L{}
	for _, p := range t.pairs {
		if p.left == noLeft || p.right == noRight {
			return fmt.Errorf("an empty value: %v, %v", p.left, p.right)
		}
		if p.dir != onlyFrom {
			if have, dup := to[p.left]; dup {
				return fmt.Errorf("%v goes to both %v and %v", p.left, have, p.right)
			}
			to[p.left] = p.right
		}
		if p.dir != onlyTo {
			if have, dup := from[p.right]; dup {
				return fmt.Errorf("%v comes from both %v and %v", p.right, have, p.left)
			}
			from[p.right] = p.left
		}
	}
	return nil
}
