package ccda

import (
	"strconv"

	"github.com/portage-health/portage/internal/tree"
)

// path tells where n is, in names of CDA's vocabulary alone, as in
// "ClinicalDocument/component/structuredBody/component[3]/section/entry[2]/act/@classCode".
func (r *reader) path(n tree.Node) string {
	var buf [256]byte
	return r.room.paths.Keep(r.appendPath(buf[:0], n))
}

func (r *reader) appendPath(b []byte, n tree.Node) []byte {
	switch n.Kind() {
	case tree.Element:
		if n == r.sec && r.secPath != "" {
			return append(b, r.secPath...)
		}
		up := n.Parent()
		if up.OK() {
			b = append(r.appendPath(b, up), '/')
		}
		return r.appendStep(b, n, up)
	case tree.Attr:
		b = append(r.appendPath(b, n.Parent()), "/@"...)
		return r.appendKnown(b, n)
	case tree.Text:
		return append(r.appendPath(b, n.Parent()), "/text()"...)
	}
	return b
}

func (r *reader) appendKnown(b []byte, n tree.Node) []byte {
	if r.known[n.NameID()].word != 0 {
		return append(b, n.Name()...)
	}
	return append(b, '?')
}

// appendStep writes the name of an element, with its number where siblings share the name.
func (r *reader) appendStep(b []byte, n, up tree.Node) []byte {
	b = r.appendKnown(b, n)
	if !up.OK() {
		return b
	}
	if k := r.placeOf(n, up); k > 0 {
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(k), 10)
		b = append(b, ']')
	}
	return b
}

// placeOf gives the number of n among the children of up that print the same
// name, -1 where it is alone. The numbers of all children are found at once and kept.
func (r *reader) placeOf(n, up tree.Node) int32 {
	if k := r.places[n.Index()]; k != 0 {
		return k
	}
	type seen struct {
		word  word
		first int
		count int32
	}
	var room [16]seen
	names := room[:0]
next:
	for c := up.First(); c.OK(); c = c.Next() {
		if c.Kind() != tree.Element {
			continue
		}
		word := r.known[c.NameID()].word // all that are not known print alike
		for i := range names {
			if s := &names[i]; s.word == word {
				if s.count == 1 {
					r.places[s.first] = 1
				}
				s.count++
				r.places[c.Index()] = s.count
				continue next
			}
		}
		names = append(names, seen{word, c.Index(), 1})
		r.places[c.Index()] = -1
	}
	return r.places[n.Index()]
}
