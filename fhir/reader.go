package fhir

import (
	"iter"
	"strings"

	"github.com/portage-health/portage/internal/room"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Reading takes leaves: what is taken must land in a typed field of the record.
// What has another JSON type than FHIR gives it is not taken, and so is carried.

// take marks a scalar as read.
func (r *reader) take(n tree.Node) {
	if n.OK() {
		r.led.Take(n.Index())
	}
}

// scaffold marks a scalar as checked: it says only how the source is built.
func (r *reader) scaffold(n tree.Node) {
	if n.OK() {
		r.led.Scaffold(n.Index())
	}
}

// giveBack takes the marks off everything in n: what was read there is not kept.
func (r *reader) giveBack(n tree.Node) {
	for i := n.Index(); i < n.End(); i++ {
		r.led.Release(i)
	}
}

// str takes a string, code, uri, date …: any primitive that JSON writes as a string.
func (r *reader) str(n tree.Node, name string) string {
	c := n.Child(name)
	if c.Kind() != tree.String {
		return ""
	}
	r.led.Take(c.Index())
	return c.Value()
}

// strPtr is str where the empty string and no string differ.
func (r *reader) strPtr(n tree.Node, name string) *string {
	if n.Child(name).Kind() != tree.String {
		return nil
	}
	s := r.str(n, name)
	return &s
}

// strs takes an array of strings, if it is one: where an element is null or of
// another type, its place would be lost, and all of it is left to be carried.
func (r *reader) strs(n tree.Node, name string) []string {
	list := n.Child(name)
	if list.Kind() != tree.Array {
		return nil
	}
	k := 0
	for c := range list.Children() {
		if c.Kind() != tree.String {
			return nil
		}
		k++
	}
	out := make([]string, 0, k)
	for c := range list.Children() {
		r.led.Take(c.Index())
		out = append(out, c.Value())
	}
	return out
}

// boolean takes true or false.
func (r *reader) boolean(n tree.Node, name string) *bool {
	c := n.Child(name)
	if c.Kind() != tree.Bool {
		return nil
	}
	r.led.Take(c.Index())
	v := c.Value() == "true"
	return &v
}

// number takes a decimal or an integer as it is written.
func (r *reader) number(n tree.Node, name string) string {
	c := n.Child(name)
	if c.Kind() != tree.Number {
		return ""
	}
	r.led.Take(c.Index())
	return c.Value()
}

// peek gives a string without taking it: to choose a branch.
func peek(n tree.Node, name string) string { return stringOf(n, name) }

// oneOf takes a string only where it is one of those; another is left to be carried.
func (r *reader) codeIn(n tree.Node, name string, allowed ...string) string {
	v := peek(n, name)
	for _, a := range allowed {
		if v == a {
			return r.str(n, name)
		}
	}
	return ""
}

// object gives a member that is an object, else the absent node.
func object(n tree.Node, name string) tree.Node {
	if c := n.Child(name); c.Kind() == tree.Object {
		return c
	}
	return tree.Node{}
}

// objects gives the objects of an array member with their places. What is none there is left to be carried.
func objects(n tree.Node, name string) iter.Seq2[int, tree.Node] {
	return func(yield func(int, tree.Node) bool) {
		list := n.Child(name)
		if list.Kind() != tree.Array {
			return
		}
		i := 0
		for c := range list.Children() {
			if c.Kind() == tree.Object && !yield(i, c) {
				return
			}
			i++
		}
	}
}

// countObjects gives how many objects are in an array.
func countObjects(list tree.Node) (k int) {
	if list.Kind() != tree.Array {
		return 0
	}
	for in := list.Within(); in.Next(); {
		if in.Node().Kind() == tree.Object {
			k++
		}
	}
	return k
}

// all reads the objects of an array member, each by f.
func all[T any](n tree.Node, name string, f func(tree.Node) T) []T { return allIn[T](nil, n, name, f) }

// allIn is all, with the room that the list gets; nil for room of its own.
func allIn[T any](m *room.Of[T], n tree.Node, name string, f func(tree.Node) T) []T {
	a := n.Child(name)
	if a.Kind() != tree.Array {
		return nil
	}
	k := countObjects(a)
	if k == 0 {
		return nil
	}
	var out []T
	if m == nil {
		out = make([]T, 0, k)
	} else {
		out = m.List(k)
	}
	for c := range a.Children() {
		if c.Kind() == tree.Object {
			out = append(out, f(c))
		}
	}
	return out
}

// maybe reads a member that is an object by f; nil where there is none.
func maybe[T any](n tree.Node, name string, f func(tree.Node) T) *T {
	c := n.Child(name)
	if c.Kind() != tree.Object {
		return nil
	}
	v := f(c)
	return &v
}

// one reads a member that is an object by f; the zero value where there is none.
func one[T any](n tree.Node, name string, f func(tree.Node) T) (v T) {
	if c := n.Child(name); c.Kind() == tree.Object {
		return f(c)
	}
	return v
}

// issue adds an issue at a node.
func (r *reader) issue(k *record.IssueKind, n tree.Node) {
	line, col := r.pos(n)
	r.rep.Add(k.At(r.path(n), line, col))
}

// path gives the way to a node by FHIR's names: Bundle.entry[3].resource.code.
func (r *reader) path(n tree.Node) string { return string(r.appendPath(nil, n)) }

func (r *reader) appendPath(b []byte, n tree.Node) []byte {
	up := n.Parent()
	if !up.OK() {
		if n.Kind() == tree.Array {
			return b
		}
		return appendKnown(b, n.Child("resourceType").Value())
	}
	b = r.appendPath(b, up)
	if up.Kind() != tree.Array {
		return r.marks.appendName(append(b, '.'), n)
	}
	if r.places == nil {
		r.places = map[int]placeInArray{}
	}
	return appendPlaceIn(b, n, up, r.places)
}

// appendKnown writes a name of FHIR's vocabulary. Others could hold anything, and are told as *.
func appendKnown(b []byte, name string) []byte {
	if isKnown(name) {
		return append(b, name...)
	}
	return append(b, '*')
}

// isKnown reports whether a name is of FHIR's vocabulary: an element or a resource of R4.
func isKnown(name string) bool {
	table := elements()
	return table.number(strings.TrimPrefix(name, "_")) != 0 || table.typ(name) != nil || name == "resourceType" || name == "contained" || name == "div"
}
