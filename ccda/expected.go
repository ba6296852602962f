package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
)

// expected is how many entries, and members of organizers, the section being read
// has. What is read of them is given room at once, not by doubling again and again.
type expected struct{ entries, members int }

// maxExpected bounds the room, for entries that nothing may be read of.
const maxExpected = 256

// expect counts the entries of a section, and the components of the organizers in them.
func (r *reader) expect(section tree.Node) {
	r.expected = expected{}
	for c := section.Child("entry"); c.OK(); c = c.NextNamed() {
		r.expected.entries++
		for m := c.Child("organizer").Child("component"); m.OK(); m = m.NextNamed() {
			r.expected.members++
		}
	}
}

// add appends x. A slice that is full gets room for as many as are expected.
func add[T any](s []T, x *T, expected int) []T {
	if len(s) == cap(s) {
		s = slices.Grow(s, max(1, min(expected, maxExpected)))
	}
	return append(s, *x)
}
