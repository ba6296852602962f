package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
)

// appendXML appends the FHIR resource that doc holds as JSON in FHIR's XML (R4 2.6.1): elements in the order of the schema, values as
// the text they are. It gives what was odd.
//
// Members that R4 does not know are written behind those it knows, as elements of that name, as long as XML can have the name;
// those that xmlToJSON makes of what FHIR's XML does not have (see convertedXML) become that again. A member that XML cannot
// have is left out, with a note. XML does not tell a number from a string, nor an empty array from none, where R4 does not say
// which it is; a note tells where such a difference is lost.
//
// An error says that doc is no resource, or too deep.
func appendXML(dst []byte, doc *tree.Doc) ([]byte, []formNote, error) {
	root := doc.Root()
	name := root.Child("resourceType")
	if root.Kind() != tree.Object || name.Kind() != tree.String || !isResourceName(name.Value()) {
		return dst, nil, notResource(root)
	}
	w := &xmlWriter{doc: doc, table: elements(), b: dst, names: make([]memberName, doc.NameCount())}
	w.unknown, w.bare, w.resource = w.table.typ("BackboneElement"), w.table.typ("Element"), w.table.typ("DomainResource")
	w.b = append(w.b, `<?xml version="1.0" encoding="UTF-8"?>`...)
	w.declare(root)
	w.ofResource(root)
	if w.err != nil {
		return dst, nil, w.err
	}
	return w.b, w.notes, nil
}

// jsonToXML turns a FHIR resource in JSON into XML, see appendXML. The notes tell places in doc.
func jsonToXML(data []byte, l tree.Limits) (xml []byte, notes []formNote, doc *tree.Doc, err error) {
	if doc, err = tree.ParseJSON(data, l); err != nil {
		return nil, nil, nil, err
	}
	xml, notes, err = appendXML(make([]byte, 0, len(data)+len(data)/4+64), doc)
	return xml, notes, doc, err
}

// xmlWriter writes one resource.
type xmlWriter struct {
	doc      *tree.Doc
	table    *elementTable
	unknown  *elementType
	bare     *elementType // what stands for a resource that is none
	resource *elementType // what an unknown resource has at least
	b        []byte
	names    []memberName // by the number of the name in doc
	groups   xmlGroups
	members  []xmlMember // of the objects that are being written
	attrs    []tree.Node // attributes that FHIR does not have, likewise
	prefixes map[string]string
	markup   tree.Parser
	notes    []formNote
	depth    int
	err      error
}

// An xmlMember is a member of an object with what its name with _ before it holds.
type xmlMember struct {
	name        *memberName
	main, under tree.Node
	place       int32 // in the schema
	choice      int32
}

const unknownPlace = 1<<31 - 1

func (w *xmlWriter) note(f formFault, n tree.Node) {
	w.notes = append(w.notes, formNote{f, uint32(n.Index())})
}

// ofResource writes an object that is a resource, whose type has a right name.
func (w *xmlWriter) ofResource(n tree.Node) {
	name := n.Child("resourceType").Value()
	t := w.table.resource(name)
	if t == nil {
		w.note(faultResource, n)
		t = w.resource
	}
	w.element(name, tree.Node{}, n, t, true)
}

// element writes an element with a value, if there is one, and with the members of obj. Its name must be right.
func (w *xmlWriter) element(name string, value, obj tree.Node, t *elementType, resource bool) {
	if w.depth++; w.depth > mostXMLDepth && w.err == nil {
		w.err = exceeded(tree.LimitDepth, mostXMLDepth, obj)
	}
	w.b = append(append(w.b, '<'), name...)
	if resource && obj == w.doc.Root() {
		w.b = append(w.b, ` xmlns="`+fhirSpace+`"`...)
		w.declarations(obj)
	}
	start, attrs := len(w.members), len(w.attrs)
	text := w.collect(obj, t, resource, value.OK())
	w.attributes(start, attrs, t, value)
	if text.OK() || len(w.members) > start {
		w.b = append(w.b, '>')
		if text.OK() {
			w.text(text.Value(), text)
		}
		for i := start; i < len(w.members) && w.err == nil; i++ {
			w.member(w.members[i], t)
		}
		w.b = append(append(append(w.b, '<', '/'), name...), '>')
	} else {
		w.b = append(w.b, '/', '>')
	}
	w.members, w.attrs = w.members[:start], w.attrs[:attrs]
	w.depth--
}

// collect puts the members of obj that become elements or attributes in the order of the schema, and gives the text.
func (w *xmlWriter) collect(obj tree.Node, t *elementType, resource, valued bool) (text tree.Node) {
	if obj.Kind() != tree.Object {
		return
	}
	start := len(w.members)
	room := len(w.attrs) + mostAttributes
	if obj == w.doc.Root() {
		room -= len(w.prefixes)
	}
	w.groups.begin()
	sorted := true
	for m := obj.First(); m.OK(); m = m.Next() {
		x := w.name(m)
		switch x.role {
		case resourceTypeMember:
			if resource {
				continue
			}
			if place, _ := t.find(x.number); place < 0 {
				w.note(faultForm, m)
			}
		case textMember:
			if m.Kind() == tree.String && !isBlank(m.Value()) {
				w.note(faultText, m)
				text = m
			} else {
				w.note(faultName, m)
			}
			continue
		case attributeMember:
			if m.Kind() == tree.String && len(w.attrs) < room && w.mayStand(x, t, valued) {
				w.note(faultAttribute, m)
				w.attrs = append(w.attrs, m)
			} else {
				w.note(faultName, m)
			}
			continue
		case declarationMember:
			if obj != w.doc.Root() || w.prefixes[x.local] == "" {
				w.note(faultName, m)
			}
			continue
		case wrongMember:
			w.note(faultName, m)
			continue
		}
		under := x.role == underMember
		if scalar := m.Kind() != tree.Object && m.Kind() != tree.Array && m.Kind() != tree.Null; under && scalar {
			// A name that begins with _ and holds a value is a name like others.
			if x = w.like(x); x == nil {
				w.note(faultName, m)
				continue
			}
			w.note(faultForm, m)
			under = false
		}
		if x.escaped && !isReserved(x.local, t, w.table) {
			w.note(faultName, m) // it would become a fact
			continue
		}
		at := w.groups.put(x.group, int32(len(w.members)))
		if at < 0 {
			at = int32(len(w.members))
			place, choice := int32(unknownPlace), 0
			if i, c := t.find(x.number); i >= 0 {
				place, choice = int32(i), c
			}
			if n := len(w.members); n > start && w.members[n-1].place > place {
				sorted = false
			}
			w.members = append(w.members, xmlMember{name: x, place: place, choice: int32(choice)})
		} else {
			w.groups.put(x.group, at)
		}
		if under {
			w.members[at].under = m
		} else {
			w.members[at].main = m
		}
	}
	if !sorted {
		slices.SortStableFunc(w.members[start:], func(a, b xmlMember) int { return int(a.place) - int(b.place) })
	}
	return text
}

// mayStand reports whether an attribute that FHIR does not have may stand on an element: it must not be read as one that FHIR has.
func (w *xmlWriter) mayStand(x *memberName, t *elementType, valued bool) bool {
	if x.qualified {
		return true
	}
	if place, _ := t.find(x.number); place >= 0 && t.elements[place].attribute {
		return false
	}
	return x.local != "value" || !valued && t != w.unknown && t.kind != primitiveType
}

// attributes writes the attributes of a start tag: the id, the url of an extension, the value, those that FHIR does not have.
func (w *xmlWriter) attributes(start, attrs int, t *elementType, value tree.Node) {
	end := start
	for _, m := range w.members[start:] {
		if m.place != unknownPlace && t.elements[m.place].attribute {
			if k := m.main.Kind(); k == tree.String || k == tree.Number || k == tree.Bool {
				if k != tree.String {
					w.note(faultForm, m.main)
				}
				w.attr(m.name.local, m.main.Value(), m.main)
				m.main = tree.Node{}
			} else if k == tree.Null {
				w.note(faultEmpty, m.main)
				m.main = tree.Node{}
			}
			if !m.main.OK() && !m.under.OK() {
				continue
			}
			// An attribute has no id and no extension: these are kept in an element of its name.
			w.note(faultForm, either(m.main, m.under))
		}
		w.members[end] = m
		end++
	}
	w.members = w.members[:end]
	if value.OK() {
		w.attr("value", value.Value(), value)
	}
	for _, a := range w.attrs[attrs:] {
		w.attr(w.name(a).local, a.Value(), a)
	}
}

// either gives a, or b where there is no a.
func either(a, b tree.Node) tree.Node {
	if a.OK() {
		return a
	}
	return b
}
