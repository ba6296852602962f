package ccda

import (
	"strconv"

	"github.com/portage-health/portage/internal/tree"
)

// pathMemo keeps what was found of places: the number of an element among its
// siblings of the same name, and the paths of elements.
type pathMemo struct {
	place []int32 // by node: 0 not yet known, -1 alone of its name, else its number
	text  map[int]string
}

// path tells where n is, in names of CDA's vocabulary alone, as in
// "ClinicalDocument/component/structuredBody/component[3]/section/entry[2]/act/@classCode".
func (r *reader) path(n tree.Node) string {
	var room [256]byte
	return string(r.appendPath(room[:0], n))
}

func (r *reader) appendPath(b []byte, n tree.Node) []byte {
	switch n.Kind() {
	case tree.Element:
		i := n.Index()
		if p, ok := r.paths.text[i]; ok {
			return append(b, p...)
		}
		from := len(b)
		up := n.Parent()
		if up.OK() {
			b = append(r.appendPath(b, up), '/')
		}
		b = r.appendStep(b, n, up)
		r.paths.text[i] = string(b[from:])
		return b
	case tree.Attr:
		b = append(r.appendPath(b, n.Parent()), "/@"...)
		return appendKnown(b, n.Name())
	case tree.Text:
		return append(r.appendPath(b, n.Parent()), "/text()"...)
	}
	return b
}

func appendKnown(b []byte, name string) []byte {
	if knownName(name) {
		return append(b, name...)
	}
	return append(b, '?')
}

// appendStep writes the name of an element, with its number where siblings share the name.
func (r *reader) appendStep(b []byte, n, up tree.Node) []byte {
	b = appendKnown(b, n.Name())
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

// placeOf gives the number of n among the children of up that print the same name, -1 where it is alone.
func (r *reader) placeOf(n, up tree.Node) int32 {
	if k := r.paths.place[n.Index()]; k != 0 {
		return k
	}
	type seen struct {
		name  string
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
		name := c.Name()
		if !knownName(name) {
			name = "?"
		}
		for i := range names {
			if s := &names[i]; s.name == name {
				if s.count == 1 {
					r.paths.place[s.first] = 1
				}
				s.count++
				r.paths.place[c.Index()] = s.count
				continue next
			}
		}
		names = append(names, seen{name, c.Index(), 1})
		r.paths.place[c.Index()] = -1
	}
	return r.paths.place[n.Index()]
}
