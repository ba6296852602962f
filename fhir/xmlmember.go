package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// memberRole tells what a member of a JSON object is in XML.
type memberRole uint8

const (
	elementMember memberRole = iota + 1
	underMember              // the id and extensions of a primitive
	resourceTypeMember
	attributeMember   // an attribute that FHIR does not have
	textMember        // text that FHIR does not have
	declarationMember // a namespace
	wrongMember       // nothing that XML can have
)

// A memberName is the name of a member as XML has it.
type memberName struct {
	role      memberRole // 0 until it is asked for
	escaped   bool       // an element that R4 does not have, although it has such a name
	qualified bool       // with a prefix
	local     string     // as XML has it, with its prefix
	number    nameNumber
	group     int32
	like      *memberName // of one that begins with _: what it is when it holds a value
}

// name gives the name of a member.
func (w *xmlWriter) name(m tree.Node) *memberName {
	x := &w.names[m.NameID()]
	if x.role == 0 {
		w.resolve(x, m.Name(), true)
	}
	return x
}

func (w *xmlWriter) resolve(x *memberName, name string, split bool) {
	x.role = wrongMember
	if name == "" {
		return
	}
	x.local = name
	role := elementMember
	switch {
	case name == "resourceType":
		role = resourceTypeMember
	case name == "#text":
		x.role = textMember
		return
	case strings.HasPrefix(name, "@xmlns:"):
		x.role, x.local = declarationMember, name[len("@xmlns:"):]
		return
	case name[0] == '@':
		role, x.local = attributeMember, name[1:]
	case name[0] == '_' && split:
		role, x.local = underMember, name[1:]
	}
	if rest, ok := strings.CutPrefix(x.local, ":"); ok && role != attributeMember {
		x.escaped, x.local = true, rest
	}
	if !w.isName(x, role == attributeMember) {
		return
	}
	if role == attributeMember {
		x.number = w.table.number(x.local)
	} else {
		group := x.local
		if x.escaped {
			group = ":" + group
		} else if !x.qualified {
			x.number = w.table.number(x.local)
		}
		x.group = w.groups.number(group)
	}
	x.role = role
}

// isName reports whether the name is one of XML, its prefix declared by the root.
func (w *xmlWriter) isName(x *memberName, attribute bool) bool {
	prefix, local, ok := strings.Cut(x.local, ":")
	if !ok {
		return tree.IsNCName(x.local) && (!attribute || x.local != "xmlns")
	}
	x.qualified = true
	space := w.prefixes[prefix]
	if prefix == "xml" {
		space = xmlSpace
	}
	return space != "" && tree.IsNCName(local) && (attribute || space != xhtmlSpace || local != "div")
}

// like gives what a name that begins with _ is when it stands for itself; nil where XML cannot have it.
func (w *xmlWriter) like(x *memberName) *memberName {
	if x.like == nil {
		x.like = &memberName{role: wrongMember}
		if !x.escaped && !x.qualified {
			w.resolve(x.like, "_"+x.local, false)
		}
	}
	if x.like.role == wrongMember {
		return nil
	}
	return x.like
}

// declare finds the namespaces that the root declares. Each has one prefix, and none is FHIR's.
func (w *xmlWriter) declare(root tree.Node) {
	var used map[string]bool
	for m := range root.Elements("") {
		prefix, ok := strings.CutPrefix(m.Name(), "@xmlns:")
		if !ok || m.Kind() != tree.String {
			continue
		}
		if used == nil {
			used = map[string]bool{"": true, fhirSpace: true, xmlSpace: true, "http://www.w3.org/2000/xmlns/": true}
		}
		space := m.Value()
		if used[space] || len(space) > 1000 || prefix == "xml" || prefix == "xmlns" || !tree.IsNCName(prefix) || !isAttributeText(space) {
			continue
		}
		if w.prefixes == nil {
			w.prefixes = map[string]string{}
		}
		w.prefixes[prefix], used[space] = space, true
	}
}

// isAttributeText reports whether the characters of s are all such that XML has them.
func isAttributeText(s string) bool {
	for _, c := range s {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xfffe || c == 0xffff {
			return false
		}
	}
	return true
}

// declarations writes the namespaces.
func (w *xmlWriter) declarations(root tree.Node) {
	if w.prefixes == nil {
		return
	}
	for m := range root.Elements("") {
		if prefix, ok := strings.CutPrefix(m.Name(), "@xmlns:"); ok && w.prefixes[prefix] != "" {
			w.attr("xmlns:"+prefix, w.prefixes[prefix], m)
		}
	}
}

func isBlank(s string) bool { return strings.Trim(s, " \t\r\n") == "" }

// member writes the elements of a member.
func (w *xmlWriter) member(m xmlMember, t *elementType) {
	var e *element
	var of *elementType // nil: not known
	if m.place != unknownPlace && !t.elements[m.place].attribute {
		e = t.elements[m.place]
		of = e.types[m.choice].elementType
	} else if t != w.unknown && t != w.resource {
		w.note(faultElement, either(m.main, m.under))
	}
	list := m.main.Kind() == tree.Array || m.under.Kind() == tree.Array
	if !list {
		if e != nil && e.most == many {
			w.note(faultRepeats, either(m.main, m.under))
		}
		w.item(m.name.local, m.main, m.under, of)
		return
	}
	main, under := firstItem(m.main), firstItem(m.under)
	count := 0
	for (main.OK() || under.OK()) && w.err == nil {
		count++
		w.item(m.name.local, main, under, of)
		main, under = nextItem(main, m.main), nextItem(under, m.under)
	}
	switch {
	case count == 0:
		w.note(faultEmpty, either(m.main, m.under))
	case count == 1 && (e == nil || e.most != many), m.main.OK() && m.under.OK() && m.main.Kind() != m.under.Kind(), count > 1 && e != nil && e.most != many:
		w.note(faultRepeats, either(m.main, m.under))
	}
}

// firstItem gives the first item of an array, or the value that is none.
func firstItem(n tree.Node) tree.Node {
	if n.Kind() == tree.Array {
		return n.First()
	}
	return n
}

// nextItem gives the item after x where all is an array.
func nextItem(x, all tree.Node) tree.Node {
	if all.Kind() == tree.Array {
		return x.Next()
	}
	return tree.Node{}
}

// item writes one element: its value, or the object it is, and what stands under it.
func (w *xmlWriter) item(name string, main, under tree.Node, of *elementType) {
	primitive := of != nil && of.kind == primitiveType
	known := of
	if of == nil {
		known = w.unknown
	}
	if k := under.Kind(); k != tree.Object && k != tree.Null && k != tree.Absent {
		w.note(faultName, under)
		under = tree.Node{}
	}
	switch main.Kind() {
	case tree.Object:
		w.object(name, main, of)
		if primitive {
			w.note(faultForm, main)
		}
	case tree.Array:
		w.note(faultForm, main)
		if w.depth++; w.depth > mostXMLDepth && w.err == nil {
			w.err = exceeded(tree.LimitDepth, mostXMLDepth, main)
		}
		for x := main.First(); x.OK() && w.err == nil; x = x.Next() {
			w.item(name, x, tree.Node{}, of)
		}
		w.depth--
	case tree.Null, tree.Absent:
		if under.Kind() != tree.Object {
			if main.OK() && !primitive {
				w.note(faultEmpty, main)
			}
			under = tree.Node{}
		}
		if (!primitive || of.form == xhtmlForm) && under.OK() {
			w.note(faultForm, under)
		}
		w.element(name, tree.Node{}, under, known, false)
		return
	default:
		if of != nil && of.form == xhtmlForm || of == nil && name == "div" && under.Kind() != tree.Object && w.isMarkup(main.Value()).OK() {
			w.div(main)
			break
		}
		w.form(main, of)
		w.element(name, main, under, known, false)
		return
	}
	if under.Kind() == tree.Object {
		w.note(faultName, under)
	}
}

// object writes an object: a resource in its element, or an element.
func (w *xmlWriter) object(name string, main tree.Node, of *elementType) {
	wrapped := of != nil && of.kind == resourceType
	if wrapped || of == nil {
		x := main.Child("resourceType")
		if x.Kind() == tree.String && isResourceName(x.Value()) && (wrapped || w.table.resource(x.Value()) != nil) {
			w.b = append(append(append(w.b, '<'), name...), '>')
			w.ofResource(main)
			w.b = append(append(append(w.b, '<', '/'), name...), '>')
			return
		}
		if of = w.unknown; wrapped {
			w.note(faultResource, main)
			of = w.bare
		}
	}
	w.element(name, tree.Node{}, main, of, false)
}

// form notes a value that will not come back as it is, because XML does not tell what JSON does.
func (w *xmlWriter) form(v tree.Node, of *elementType) {
	k := v.Kind()
	is := k == tree.String
	switch {
	case of == nil:
	case of.kind != primitiveType:
		is = false
	case of.form == numberForm:
		is = k == tree.Number || is && !isJSONNumber(v.Value())
	case of.form == boolForm:
		is = k == tree.Bool || is && v.Value() != "true" && v.Value() != "false"
	}
	if !is {
		w.note(faultForm, v)
	}
}
