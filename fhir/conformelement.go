package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// object checks an object by its type: which members it has, how often, of what type, and the rules of the type.
// beside tells that it stands beside a primitive value, and so may hold no more than an id.
func (c *checker) object(n tree.Node, t *elementType, beside bool) {
	var seen [mostElements]uint8 // for each element 0, or 1 and which of its types
	said := false
	for m := n.First(); m.OK(); m = m.Next() {
		name := m.Name()
		if name == "resourceType" && t.kind == resourceType {
			continue
		}
		plain := strings.TrimPrefix(name, "_")
		at, choice := t.find(c.table.number(plain))
		if at < 0 {
			c.find(&conformElement, m, t.name)
			continue
		}
		e := t.elements[at]
		use := &e.types[choice]
		if plain != name && use.kind != primitiveType {
			c.find(&conformElement, m, t.name)
			continue
		}
		if seen[at] > 0 && int(seen[at]) != choice+1 {
			c.find(&conformChoice, m, t.name+"."+e.name)
		}
		seen[at] = uint8(choice + 1)
		said = said || e.name != "id"
		c.member(m, n, t, e, use, plain != name)
	}
	if !said && !beside && t.kind != resourceType {
		c.find(&conformEmpty, n, "ele-1")
	}
	for at, e := range t.elements {
		if e.min > 0 && seen[at] == 0 {
			c.find(&conformRequired, n, t.name+"."+e.name)
		}
	}
	for x := t; x != nil; x = x.base {
		c.invariants(n, x.name)
	}
	switch t.name {
	case "Extension":
		c.extension(n, t)
	case "Coding":
		c.coding(n)
	case "Quantity", "Age", "Count", "Distance", "Duration":
		c.unit(n)
	}
}

// mostElements is more than any type has.
const mostElements = 96

// member checks one member of an object; side is what stands beside a primitive value (R4 2.6.2.2).
func (c *checker) member(m, of tree.Node, t *elementType, e *element, use *typeUse, side bool) {
	rule := t.name + "." + e.name
	if e.most == 0 {
		c.find(&conformElement, m, rule)
		return
	}
	if (m.Kind() == tree.Array) != (e.most == many) {
		c.find(&conformArray, m, rule)
		if m.Kind() != tree.Array {
			c.value(m, t, e, use, side, side && of.Child(m.Name()[1:]).OK())
			return
		}
	}
	if m.Kind() != tree.Array {
		c.value(m, t, e, use, side, side && of.Child(m.Name()[1:]).OK())
		return
	}
	if !m.First().OK() {
		c.find(&conformEmpty, m, rule)
	}
	var other tree.Node
	if use.kind == primitiveType {
		name := m.Name()
		if side {
			name = name[1:]
		} else {
			name = "_" + name
		}
		if other = of.Child(name); other.Kind() == tree.Array {
			other = other.First()
		} else {
			other = tree.Node{}
		}
	}
	for x := m.First(); x.OK(); x, other = x.Next(), other.Next() {
		if x.Kind() == tree.Null && use.kind == primitiveType {
			// A null says that the other array has the item (R4 2.6.2.2).
			if !other.OK() || other.Kind() == tree.Null {
				c.find(&conformEmpty, x, rule)
			}
			continue
		}
		c.value(x, t, e, use, side, other.OK() && other.Kind() != tree.Null)
	}
}

// value checks one value of an element, or what stands at its side; paired tells that both are there.
func (c *checker) value(v tree.Node, t *elementType, e *element, use *typeUse, side, paired bool) {
	rule := t.name + "." + e.name
	switch {
	case side:
		if v.Kind() != tree.Object {
			c.find(&conformType, v, rule)
			return
		}
		c.id(v)
		c.object(v, c.table.typ("Element"), paired)
		return
	case use.kind == primitiveType:
		c.primitive(v, t, e, use, rule)
	case v.Kind() != tree.Object:
		c.find(&conformType, v, rule)
		return
	case use.kind == resourceType:
		c.within(v, e, rule)
	default:
		c.id(v)
		c.object(v, use.elementType, false)
		if use.name == "Reference" {
			c.reference(v, use.targets, rule)
		}
		if use.profile == "SimpleQuantity" && v.Child("comparator").OK() {
			c.find(&conformInvariant, v, "sqty-1")
		}
	}
	if e.binding != "" {
		c.bound(v, use.elementType, e.binding, rule)
	}
}

// within checks a resource in an element: one that is contained, an entry of a Bundle, a Parameter.
func (c *checker) within(v tree.Node, e *element, rule string) {
	if e.name == "contained" {
		c.resource(v, c.kind)
		return
	}
	c.resource(v, nil)
}

// id checks the id of an element, by which others of its resource may refer to it.
func (c *checker) id(n tree.Node) {
	id := n.Child("id")
	if id.Kind() != tree.String {
		return
	}
	v := id.Value()
	if c.ids[v] {
		c.find(&conformDuplicate, id, "Element.id")
	}
	c.ids[v] = true
}

// extension checks what holds for extensions: the address, and what the definition asks where it is known.
func (c *checker) extension(n tree.Node, t *elementType) {
	url := n.Child("url")
	if url.Kind() != tree.String {
		return
	}
	v := url.Value()
	if p := profilesOf(c.release)[v]; p != nil && p.typ == "Extension" {
		c.profile(p, n, t)
		return
	}
	if strings.Contains(v, ":") {
		return
	}
	// Only within another may an extension have a name for an address (R4 2.5.1).
	up := n.Parent()
	if up.Kind() == tree.Array {
		up = up.Parent()
	}
	if !up.Child("url").OK() {
		c.find(&conformFormat, url, "Extension.url")
	}
}
