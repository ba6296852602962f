package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// xmlToJSON turns a FHIR resource in XML into JSON (R4 2.6.1, 2.6.2): an element that may repeat is an array, numbers and
// booleans stand unquoted as they were written, ids and extensions of primitives are in "_name". A Consent of R5 is turned by
// R5's elements. What is not known is turned by its looks, with a note: an element with a value is a string, any other an
// object, several of a name an array.
// Comments and processing instructions are left out.
//
// The JSON keeps to the same limits as the XML. Errors are *tree.SyntaxError and *tree.LimitError, with the place in the XML.
func xmlToJSON(data []byte, l tree.Limits) (*convertedXML, error) {
	doc, err := tree.ParseXML(data, tree.XMLOptions{Limits: l, WellKnown: map[string]string{"xsi": xsiSpace}})
	if err != nil {
		return nil, err
	}
	r := &xmlReader{doc: doc, table: elements(), limits: l.WithDefaults(), names: make([]xmlName, doc.NameCount())}
	r.limits.MaxDepth = min(r.limits.MaxDepth, mostXMLDepth)
	r.unknown, r.bare, r.resource = r.table.typ("BackboneElement"), r.table.typ("Element"), r.table.typ("DomainResource")
	r.w.b = make([]byte, 0, len(data)+64)
	r.places = make([]jsonPlace, 0, doc.Len()/3+8)
	root := doc.Root()
	r.home = root.Space()
	switch {
	case !isResourceName(root.Name()):
		return nil, notResource(root)
	case r.home == fhirSpace:
	case r.home == "" && r.table.resource(root.Name()) != nil, strings.EqualFold(strings.TrimSuffix(r.home, "/"), fhirSpace):
		r.note(faultNamespace, root)
	default:
		return nil, notResource(root)
	}
	r.ofResource(root)
	if most := r.limits.MaxNames; r.distinct+len(r.groups.order) > most && r.err == nil {
		r.err = exceeded(tree.LimitNames, most, root)
	}
	if r.err != nil {
		return nil, r.err
	}
	return &convertedXML{json: r.w.b, xml: doc, notes: r.notes, places: r.places}, nil
}

// xmlReader turns one document.
type xmlReader struct {
	doc      *tree.Doc
	table    *elementTable
	limits   tree.Limits
	home     string // the namespace of FHIR's elements
	unknown  *elementType
	bare     *elementType // what stands for a resource that is none
	resource *elementType // what an unknown resource has at least
	w        jsonText
	names    []xmlName // by the number of the name in doc
	groups   xmlGroups
	kids     []xmlKid // the child elements of the elements that are being turned
	places   []jsonPlace
	notes    []formNote
	depth    int
	distinct int // how many names the members have, or a few more
	added    int // bytes that fragments of markup have above what they were
	err      error
}

// An xmlKid is a child element.
type xmlKid struct {
	node  tree.Node
	name  *xmlName
	next  int32 // the next of the same name, by its place in kids; -1 is none
	first bool  // of its name
}

// itemKind tells how an element looks in JSON.
type itemKind uint8

const (
	primitiveItem itemKind = iota
	objectItem
	resourceItem
	markupItem
)

func (r *xmlReader) note(f formFault, n tree.Node) {
	r.notes = append(r.notes, formNote{f, uint32(n.Index())})
}

// value notes that a JSON value begins here, made of n.
func (r *xmlReader) value(n tree.Node, leaves int) {
	switch {
	case r.err != nil:
	case len(r.places) >= r.limits.MaxNodes:
		r.err = exceeded(tree.LimitNodes, r.limits.MaxNodes, n)
	case len(r.w.b) > r.limits.MaxBytes:
		r.err = exceeded(tree.LimitBytes, r.limits.MaxBytes, n)
	}
	r.places = append(r.places, jsonPlace{uint32(len(r.w.b)), uint32(n.Index()), uint32(leaves)})
}

// text writes a string.
func (r *xmlReader) text(s string, n tree.Node, leaves int) {
	r.value(n, leaves)
	from := len(r.w.b)
	r.w.b = appendJSONString(r.w.b, s)
	if len(r.w.b)-from-2 > r.limits.MaxTextBytes && r.err == nil {
		r.err = exceeded(tree.LimitTextBytes, r.limits.MaxTextBytes, n)
	}
}

// open begins an object or array.
func (r *xmlReader) open(bracket byte, n tree.Node) {
	if r.depth++; r.depth > r.limits.MaxDepth && r.err == nil {
		r.err = exceeded(tree.LimitDepth, r.limits.MaxDepth, n)
	}
	r.value(n, 0)
	r.w.b = append(r.w.b, bracket)
}

func (r *xmlReader) shut(bracket byte) {
	r.depth--
	r.w.b = append(r.w.b, bracket)
}

// ofResource writes the resource that the element n is.
func (r *xmlReader) ofResource(n tree.Node) {
	t := r.table.resource(n.Name())
	switch {
	case t == nil:
		r.note(faultResource, n)
		t = r.resource
	case n.Name() == "Consent" && r.isConsentR5(n, t):
		t = r.table.typ(typeConsentR5)
	}
	r.object(n, t, n.Name(), false)
}

// object writes what is in the element n, whose type is t. Of a primitive the value stands elsewhere.
func (r *xmlReader) object(n tree.Node, t *elementType, resource string, primitive bool) {
	r.open('{', n)
	if r.err != nil {
		return
	}
	if resource != "" {
		r.member("resourceType", "")
		r.text(resource, n, 0)
	}
	attrs := 0
	for a := range n.Attrs() {
		attrs++
		if primitive && a.Space() == "" && a.Name() == "value" {
			continue
		}
		r.member(r.attribute(a, t), "")
		r.text(a.Value(), a, 1)
	}
	start := len(r.kids)
	r.collect(n)
	for i, end := start, len(r.kids); i < end && r.err == nil; i++ {
		if r.kids[i].first {
			r.group(i, t)
		}
	}
	r.kids = r.kids[:start]
	if resource != "" && n == r.doc.Root() {
		attrs += len(r.groups.order)
		r.declarations(n)
	}
	if attrs > mostAttributes && r.err == nil {
		r.err = exceeded(tree.LimitAttrs, mostAttributes, n)
	}
	r.shut('}')
}

// collect gathers the child elements of n by name, and writes the text that FHIR does not have.
func (r *xmlReader) collect(n tree.Node) {
	r.groups.begin()
	var text []string
	var at tree.Node
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() == tree.Text {
			if !c.Blank() {
				if text = append(text, c.Value()); len(text) == 1 {
					at = c
				}
			}
			continue
		}
		name := r.name(c)
		place := int32(len(r.kids))
		before := r.groups.put(name.group, place)
		if before >= 0 {
			r.kids[before].next = place
		}
		r.kids = append(r.kids, xmlKid{c, name, -1, before < 0})
	}
	if text != nil {
		r.note(faultText, at)
		r.member("#text", "")
		r.text(strings.Join(text, " "), at, len(text))
	}
}

// group writes all children of one name, of which that at i is the first, as a member of their parent, whose type is t.
func (r *xmlReader) group(i int, t *elementType) {
	first := r.kids[i]
	name := first.name
	var e *element
	var of *elementType // nil: not known
	if place, choice := t.find(name.number); place >= 0 && !t.elements[place].attribute {
		e = t.elements[place]
		of = e.types[choice].elementType
	}
	member := name.json
	if e == nil {
		if t != r.unknown && t != r.resource {
			r.note(faultElement, first.node)
		}
		if isReserved(member, t, r.table) {
			r.count(&name.escaped, 1)
			member = ":" + member
		}
	}
	count, mains, unders := 0, 0, 0
	for j := int32(i); j >= 0; j = r.kids[j].next {
		count++
		c := r.kids[j].node
		if r.kind(c, of) != primitiveItem {
			mains++
			continue
		}
		main, under := parts(c)
		if main {
			mains++
		}
		if under {
			unders++
		}
	}
	list := count > 1 || e != nil && e.most == many
	if count > 1 && e != nil && e.most != many {
		r.note(faultRepeats, r.kids[first.next].node)
	}
	if mains > 0 || unders == 0 {
		r.member(member, "")
		r.items(i, of, list, false)
	}
	if unders > 0 && r.err == nil {
		r.count(&name.under, 1)
		r.member("_", member)
		r.items(i, of, list, true)
	}
}

// items writes the values of a group, or what is below them in "_name".
func (r *xmlReader) items(i int, of *elementType, list, under bool) {
	if list {
		r.open('[', r.kids[i].node)
	}
	for j := int32(i); j >= 0 && r.err == nil; j = r.kids[j].next {
		c := r.kids[j].node
		r.w.comma()
		kind := r.kind(c, of)
		main, below := false, false
		if kind == primitiveItem {
			main, below = parts(c)
		}
		switch {
		case under && below:
			t := of
			if t == nil {
				t = r.unknown
			}
			r.object(c, t, "", true)
		case under, kind == primitiveItem && !main:
			r.value(c, 0)
			r.w.put("null")
		case kind == primitiveItem:
			r.scalar(c, of)
		case kind == resourceItem:
			r.ofResource(onlyChild(c))
		case kind == markupItem:
			markup, leaves := r.markup(c)
			r.text(markup, c, leaves)
		case of == nil:
			r.object(c, r.unknown, "", false)
		case of.kind == resourceType:
			r.note(faultResource, c)
			r.object(c, r.bare, "", false)
		default:
			r.object(c, of, "", false)
		}
	}
	if list {
		r.shut(']')
	}
}

// scalar writes the value of a primitive.
func (r *xmlReader) scalar(c tree.Node, of *elementType) {
	a := c.Attr("value")
	v := a.Value()
	if of != nil {
		switch of.form {
		case numberForm:
			if isJSONNumber(v) {
				r.value(a, 1)
				r.w.put(v)
				return
			}
			r.note(faultForm, a)
		case boolForm:
			if v == "true" || v == "false" {
				r.value(a, 1)
				r.w.put(v)
				return
			}
			r.note(faultForm, a)
		}
	}
	r.text(v, a, 1)
}

// kind tells how the element c looks in JSON, by its type or, where that is not known, by itself.
func (r *xmlReader) kind(c tree.Node, of *elementType) itemKind {
	switch {
	case of == nil:
		if r.name(c).markup {
			return markupItem
		}
		if c.Attr("value").OK() {
			return primitiveItem
		}
		if x := onlyChild(c); x.OK() && r.isHome(x.Space()) && r.table.resource(x.Name()) != nil {
			return resourceItem
		}
		return objectItem
	case of.form == xhtmlForm:
		return markupItem
	case of.kind == primitiveType:
		return primitiveItem
	case of.kind == resourceType:
		if x := onlyChild(c); x.OK() && r.isHome(x.Space()) && isResourceName(x.Name()) {
			return resourceItem
		}
	}
	return objectItem
}

// onlyChild gives the one element in c where c has nothing else.
func onlyChild(c tree.Node) (only tree.Node) {
	for range c.Attrs() {
		return tree.Node{}
	}
	for x := c.First(); x.OK(); x = x.Next() {
		switch {
		case x.Kind() == tree.Text:
			if !x.Blank() {
				return tree.Node{}
			}
		case only.OK():
			return tree.Node{}
		default:
			only = x
		}
	}
	return only
}

// parts tells whether a primitive has a value, and whether it has anything else.
func parts(c tree.Node) (main, under bool) {
	for a := range c.Attrs() {
		if a.Space() == "" && a.Name() == "value" {
			main = true
		} else {
			under = true
		}
	}
	for x := c.First(); x.OK() && !under; x = x.Next() {
		under = x.Kind() != tree.Text || !x.Blank()
	}
	return main, under
}
