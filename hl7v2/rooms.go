package hl7v2

import (
	"strconv"

	"github.com/portage-health/portage/internal/room"
	"github.com/portage-health/portage/record"
)

// rooms are memory for what a record holds many of. Each record has its own.
type rooms struct {
	codings    room.Of[record.Coding]
	concepts   room.Of[record.Concept]
	values     room.Of[record.Value]
	quantities room.Of[record.Quantity]
	ranges     room.Of[record.ReferenceRange]
	origins    room.Of[record.Origin]
	strings    room.Of[string]
	texts      room.Texts
}

// expect makes ready for some observations: most have one of each, and two codings.
func (m *rooms) expect(n int) {
	m.origins.Expect(n)
	m.codings.Expect(2 * n)
	m.concepts.Expect(n)
	m.values.Expect(n)
	m.quantities.Expect(n)
	m.ranges.Expect(n)
}

// more gives a list a further value, which is empty: it is filled where it stands.
func more[T any](list []T, m *room.Of[T]) ([]T, *T) {
	if list == nil {
		list = m.List(1)[:1]
	} else {
		var zero T
		list = append(list, zero)
	}
	return list, &list[len(list)-1]
}

// only is a list of one.
func only[T any](m *room.Of[T], v T) []T { return append(m.List(1), v) }

// originOf says where an entry was found: in a segment.
func (r *reader) originOf(s Segment) []record.Origin {
	list, o := more(nil, &r.mem.origins)
	o.Source, o.Path, o.Line = r.p.source.ID, r.pathOf(s), int(s.n)+1
	return list
}

// pathOf is the path of a segment.
func (r *reader) pathOf(s Segment) string {
	name := r.lastName
	if id := s.id(); id == 0 || id != r.lastID {
		name = s.x.nameOf(int(s.n))
		r.lastID, r.lastName = id, name
	}
	if name == "" {
		return s.x.path(int(s.n))
	}
	n, alone := s.x.occurrence(int(s.n))
	if alone {
		return name
	}
	var buf [32]byte
	b := append(append(buf[:0], name...), '[')
	return r.mem.texts.Keep(append(strconv.AppendInt(b, int64(n), 10), ']'))
}
