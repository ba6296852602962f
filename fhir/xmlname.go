package fhir

import (
	"strconv"

	"github.com/portage-health/portage/internal/tree"
)

// An xmlName is the name of an element as JSON has it.
type xmlName struct {
	json   string // "" until it is asked for
	number nameNumber
	markup bool  // a div in XHTML's namespace
	group  int32 // elements of the same JSON name have the same

	counted, under, escaped, attribute bool // which members of that name were counted
}

// xmlGroups knows which names were met in one element, and which JSON names there are.
type xmlGroups struct {
	numbers map[string]int32 // JSON names
	spaces  map[string]string
	used    map[string]bool // prefixes
	order   []string        // the namespaces in spaces
	counter int
	round   uint32
	met     []uint32 // by group: the round it was last met in
	last    []int32  // by group: the place put last
}

func (g *xmlGroups) begin() { g.round++ }

// put notes a place of the group, and gives the one put before it since begin; -1 is none.
func (g *xmlGroups) put(group, place int32) int32 {
	before := int32(-1)
	if g.met[group] == g.round {
		before = g.last[group]
	}
	g.met[group], g.last[group] = g.round, place
	return before
}

// number gives the group of a JSON name.
func (g *xmlGroups) number(name string) int32 {
	n, ok := g.numbers[name]
	if !ok {
		if g.numbers == nil {
			g.numbers = map[string]int32{}
		}
		n = int32(len(g.met))
		g.numbers[name] = n
		g.met, g.last = append(g.met, 0), append(g.last, 0)
	}
	return n
}

// prefix gives the prefix by which JSON names a namespace that is not FHIR's: the one that the source has, unless another
// namespace has it already.
func (g *xmlGroups) prefix(space, like string) string {
	if space == xmlSpace {
		return "xml"
	}
	p, ok := g.spaces[space]
	if ok {
		return p
	}
	if g.spaces == nil {
		g.spaces, g.used = map[string]string{}, map[string]bool{"": true, "xml": true, "xmlns": true}
	}
	for p = like; g.used[p]; {
		g.counter++
		p = "ns" + strconv.Itoa(g.counter)
	}
	g.spaces[space], g.used[p] = p, true
	g.order = append(g.order, space)
	return p
}

// name gives the name of an element.
func (r *xmlReader) name(n tree.Node) *xmlName {
	x := &r.names[n.NameID()]
	if x.json != "" {
		return x
	}
	x.json = n.Name()
	switch space := n.Space(); {
	case space == xhtmlSpace && x.json == "div":
		x.markup = true
		x.number = r.table.number(x.json)
	case r.isHome(space):
		if space != r.home {
			r.note(faultNamespace, n)
		}
		x.number = r.table.number(x.json)
	default:
		x.json = r.groups.prefix(space, n.Prefix()) + ":" + x.json
	}
	x.group = r.groups.number(x.json)
	r.count(&x.counted, 1)
	return x
}

// isHome reports whether a namespace is FHIR's, or none: writers that lose it mean no other.
func (r *xmlReader) isHome(space string) bool { return space == r.home || space == "" }

// count counts names of members, once.
func (r *xmlReader) count(counted *bool, names int) {
	if !*counted {
		*counted = true
		r.distinct += names
	}
}

// isReserved reports whether a member of that name would be taken for something else than an element that R4 does not have.
func isReserved(name string, t *elementType, table *elementTable) bool {
	if place, _ := t.find(table.number(name)); place >= 0 {
		return t.elements[place].attribute
	}
	return name[0] == '_' || name == "resourceType"
}

// attribute gives the member for an attribute of an element of type t.
func (r *xmlReader) attribute(a tree.Node, t *elementType) string {
	name := a.Name()
	r.count(&r.names[a.NameID()].attribute, 2)
	if space := a.Space(); space != "" {
		if space != xsiSpace {
			r.note(faultAttribute, a)
		}
		return "@" + r.groups.prefix(space, a.Prefix()) + ":" + name
	}
	if place, _ := t.find(r.table.number(name)); place >= 0 && t.elements[place].attribute {
		return name
	}
	r.note(faultAttribute, a)
	return "@" + name
}

// declarations writes the namespaces of what is not FHIR's.
func (r *xmlReader) declarations(root tree.Node) {
	for _, space := range r.groups.order {
		r.member("@xmlns:", r.groups.spaces[space])
		r.text(space, root, 0)
	}
}

// member writes the name of a member, in two parts.
func (r *xmlReader) member(a, b string) {
	if len(a)+len(b) > r.limits.MaxNameBytes && r.err == nil {
		r.err = exceeded(tree.LimitNameBytes, r.limits.MaxNameBytes, r.doc.Root())
	}
	r.w.comma()
	r.w.b = append(r.w.b, '"')
	r.w.put(a)
	r.w.put(b)
	r.w.b = append(r.w.b, '"', ':')
}
