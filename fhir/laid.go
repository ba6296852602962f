package fhir

import (
	"bytes"
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// A carried piece goes back to the place that it was read at. Where its resource is written anew, that place may be of
// something else by now: a dosage is gone and the next one has its number, an address is another, two sources were
// merged. A piece is laid only over what still says what stood there, by the resource as it was sent; where that cannot
// be told it stays in the record, and the report names it.

// laidOver lays the pieces of an entry over its resource, those of one source after those of another.
func (w *writer) laidOver(text []byte, ps []piece) []byte {
	for len(ps) > 0 {
		var these, others []piece
		x := w.itemOf(&ps[0])
		for i := range ps {
			if i == 0 || w.itemOf(&ps[i]) == x {
				these = append(these, ps[i])
			} else {
				others = append(others, ps[i])
			}
		}
		if x == nil || !x.same {
			text, these = w.fitting(text, x, these)
		}
		text = overlaid(text, these)
		ps = others
	}
	return text
}

// itemOf gives the resource, as it was sent, that a piece was read in.
func (w *writer) itemOf(p *piece) *sentItem {
	s := w.sent
	if s.byPath == nil {
		s.byPath = make(map[placeKey]*sentItem, len(s.all))
		for i := range s.all {
			s.byPath[placeKey{s.all[i].source, s.all[i].Path}] = &s.all[i]
		}
	}
	path := w.rec.Carried[p.i].Path
	for cut := len(path); cut > 0; cut = strings.LastIndexAny(path, ".[") {
		path = path[:cut]
		if x := s.byPath[placeKey{p.source, path}]; x != nil {
			return x
		}
	}
	return nil
}

// fitting gives those pieces of one resource that still have their place in it, each with its way there.
func (w *writer) fitting(text []byte, x *sentItem, ps []piece) (now []byte, out []piece) {
	f := fit{now: parsedOwn(text), like: map[int]bool{}, lists: map[int]*listFit{}}
	if x != nil && x.Text != "" {
		f.was = parsedOwn([]byte(w.sent.retold(x, x.Text, "")))
		if t := f.medicine(text); t != nil {
			text, f.now = t, parsedOwn(t)
		}
	}
	f.cover(ps)
	for _, p := range ps {
		switch f.place(&p) {
		case laid:
			out = append(out, p)
		case gone:
			w.sent.placed[p.i] = false
		}
	}
	return text, out
}

// parsedOwn gives the root of JSON text that was read or written here before.
func parsedOwn(text []byte) tree.Node {
	d, err := tree.ParseJSON(text, ownLimits)
	if err != nil {
		return tree.Node{}
	}
	return d.Root()
}

// A fate is what becomes of a carried piece.
type fate uint8

const (
	gone  fate = iota // its place is no more
	laid              // it goes back
	there             // another source's was the same
)

// fit compares a resource as it was sent with the same as it is written now.
type fit struct {
	was, now tree.Node
	carried  []bool           // nodes of was that pieces hold
	like     map[int]bool     // objects of was: what is in their place now says mostly the same
	lists    map[int]*listFit // lists of was
}

// medicine gives the text with a reference to the medicine in the place of its words: the input did not hold what it
// refers to, the words are those of the reference, and both cannot stand (medication[x]). Else it gives nil.
func (f *fit) medicine(text []byte) []byte {
	ref, words := object(f.was, "medicationReference"), object(f.now, "medicationCodeableConcept")
	if !ref.OK() || !words.OK() || words.Child("coding").OK() || peek(words, "text") != peek(ref, "display") {
		return nil
	}
	part := []byte(`"medicationReference":{}`)
	if d := ref.Child("display"); d.OK() {
		part = append(append([]byte(`"medicationReference":{"display":`), d.Raw()...), '}')
	}
	return bytes.Replace(text, append([]byte(`"medicationCodeableConcept":`), words.Raw()...), part, 1)
}

// cover notes what of the resource as it was sent the pieces hold.
func (f *fit) cover(ps []piece) {
	if !f.was.OK() {
		return
	}
	f.carried = make([]bool, f.was.Doc().Len())
	type key struct {
		of int
		wayStep
	}
	parts, seen := map[key]tree.Node{}, map[int]bool{} // of what the ways lead through
	for i := range ps {
		n := f.was
		for _, s := range steps(ps[i].at) {
			if of := n.Index(); !seen[of] {
				seen[of] = true
				place := 0
				for c := range n.Children() {
					if n.Kind() == tree.Array {
						parts[key{of, wayStep{"", place}}] = c
					} else {
						parts[key{of, wayStep{c.Name(), -1}}] = c
					}
					place++
				}
			}
			if n = parts[key{n.Index(), s}]; !n.OK() {
				break
			}
		}
		if n.OK() && n != f.was {
			f.carried[n.Index()] = true
		}
	}
}

// place finds the way of a piece in the resource as it is written now.
func (f *fit) place(p *piece) fate {
	way := steps(p.at)
	was, now := f.was, f.now
	typ := elements().resource(stringOf(now, "resourceType"))
	for k, s := range way {
		last := k == len(way)-1
		if s.i >= 0 {
			if !was.OK() {
				if last {
					break // its list is of the resource itself
				}
				return gone
			}
			l := f.list(was, now)
			if s.i >= len(l.was) || l.place[s.i] < 0 {
				return gone
			}
			way[k].i = l.place[s.i]
			if last {
				// The doses of one dosage are one dose in several ways (R4 2.42): beside another than it was they are wrong.
				if was.Name() == "doseAndRate" && !l.agreed {
					return gone
				}
				if l.holds(p.data) {
					return there
				}
				break
			}
			was = l.was[s.i]
			if now = (tree.Node{}); l.to[s.i] < len(l.now) {
				now = l.now[l.to[s.i]]
			}
			continue
		}
		name, beside := strings.CutPrefix(s.name, "_")
		if typ.otherChoice(now, name) || name == "dataAbsentReason" && choiceOf(now, "value").OK() && !choiceOf(was, "value").OK() { // obs-6
			return gone
		}
		if beside && !(f.was.OK() && sameText(was.Child(name), now.Child(name))) {
			return gone
		}
		if last {
			if !beside && !giveWay(now, s.name, p.data) {
				return gone
			}
			break
		}
		within := now.Child(s.name)
		switch {
		case s.name == "meta" && k == 0:
		case !f.was.OK():
			if k+2 < len(way) || way[k+1].i < 0 {
				return gone
			}
		case beside:
		case was.Child(s.name).Kind() == tree.Object && !f.alike(was.Child(s.name), within):
			return gone
		}
		was, now, typ = was.Child(s.name), within, typ.within(s.name)
	}
	p.way = way
	return laid
}

// giveWay reports whether a member that was carried may stand in an object: there is none of that name, or what
// there is adds to it, was made for want of it, or names the patient by the way that we do.
func giveWay(n tree.Node, name, data string) bool {
	c := n.Child(name)
	if !c.OK() {
		return true
	}
	switch name {
	case "extension", "modifierExtension":
		return strings.HasPrefix(data, "[")
	case "meta", "profile", "subject", "patient", "beneficiary", "focal":
		return true
	case "dataAbsentReason":
		return peek(c.Child("coding").First(), "code") == "unknown"
	}
	e := c.First()
	return c.Kind() == tree.Object && e.OK() && e.Name() == "extension" && !e.Next().OK()
}

// otherChoice reports whether an object has a choice of types with another type than the name tells.
func (t *elementType) otherChoice(n tree.Node, name string) bool {
	at, choice := t.find(elements().number(name))
	if at < 0 || !t.elements[at].choice {
		return false
	}
	for c := range n.Children() {
		if k, other := t.find(elements().number(c.Name())); k == at && other != choice {
			return true
		}
	}
	return false
}

// within gives the type of what stands in an element; nil where R4 does not tell.
func (t *elementType) within(name string) *elementType {
	at, choice := t.find(elements().number(name))
	if at < 0 {
		return nil
	}
	return t.elements[at].types[choice].elementType
}
