package fhir

import (
	_ "embed"
	"iter"
	"slices"
	"strings"
	"sync"
)

// What R4's resources and datatypes are made of, derived by internal/gen from the StructureDefinitions of the package
// hl7.fhir.r4.core 4.0.1.
//
//go:embed elements.txt
var elementText string

// What R5's Consent is made of, written by hand. Nothing of an input can have the name of its type.
//
//go:embed elementsr5.txt
var elementTextR5 string

// elements gives the table of R4's elements, which is made when it is first asked for.
var elements = sync.OnceValue(func() *elementTable { return readElements(elementText, elementTextR5) })

// An elementTable holds every type by name: "Patient", "HumanName", "boolean", and the parts of types, "Patient.contact".
type elementTable struct {
	types map[string]*elementType
	names map[string]nameNumber
}

// A nameNumber stands for the name of an element as JSON and XML have it. It is 0 for a name that R4 does not know.
type nameNumber uint16

// typeKind tells what a type is.
type typeKind uint8

const (
	primitiveType typeKind = iota + 1
	datatype
	resourceType
	typePart // what is in an element that has elements of its own
)

// A jsonForm tells how JSON writes a primitive type (R4 2.6.2).
type jsonForm uint8

const (
	stringForm jsonForm = iota
	numberForm
	boolForm
	xhtmlForm // the markup as a string
)

// An elementType is a resource, a datatype, a primitive type, or the part of one of them.
type elementType struct {
	name     string
	kind     typeKind
	form     jsonForm // of a primitive type
	base     *elementType
	elements []*element // in the order of the schema, those of base first
	index    []elementIndex
}

// An element of a type, as its StructureDefinition defines it.
type element struct {
	name      string    // without [x]
	types     []typeUse // of a choice more than one
	choice    bool      // the type's name is a part of the element's
	min       uint8     // 0 or 1
	most      uint8     // 0, 1 or many
	modifier  bool
	summary   bool
	attribute bool   // XML has it as an attribute
	binding   string // the value set of a required binding, by its URL; http://hl7.org/fhir/ValueSet/ is left out
}

// many is how often an element may stand whose number is not limited.
const many = 255

// A typeUse is a type that an element may have.
type typeUse struct {
	*elementType
	targets string // what a Reference or canonical may point to, with | between; "" is anything
	profile string // the profile of a datatype, such as SimpleQuantity
}

// An elementIndex finds an element, and which of its types, by name.
type elementIndex struct {
	name   nameNumber
	place  uint16 // among the elements
	choice uint16 // among the types
}

// typ gives a type by its name; nil where R4 has none.
func (t *elementTable) typ(name string) *elementType { return t.types[name] }

// resource gives the type of a resource by its name; nil where R4 has none.
func (t *elementTable) resource(name string) *elementType {
	if r := t.types[name]; r != nil && r.kind == resourceType {
		return r
	}
	return nil
}

// number gives the number of an element's name; for a choice, with the type.
func (t *elementTable) number(name string) nameNumber { return t.names[name] }

// find gives the place of the element with that name among t.elements, and which of its types the name tells; the place is -1
// where the type has no such element.
func (t *elementType) find(n nameNumber) (place, choice int) {
	if t == nil || n == 0 {
		return -1, 0
	}
	lo, hi := 0, len(t.index)
	for lo < hi {
		if mid := (lo + hi) / 2; t.index[mid].name < n {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(t.index) && t.index[lo].name == n {
		return int(t.index[lo].place), int(t.index[lo].choice)
	}
	return -1, 0
}

// tableLines gives the lines of texts, one text after the other.
func tableLines(texts []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, text := range texts {
			for line := range strings.Lines(text) {
				if !yield(line) {
					return
				}
			}
		}
	}
}

// readElements reads the table. Its texts are our own: most of it internal/gen makes, and a test reads every line.
func readElements(texts ...string) *elementTable {
	t := &elementTable{types: make(map[string]*elementType, 1024), names: make(map[string]nameNumber, 4096)}
	// Types are named before they are defined.
	named := func(name string) *elementType {
		x := t.types[name]
		if x == nil {
			x = &elementType{name: name}
			t.types[name] = x
		}
		return x
	}
	var (
		open  []typeUse
		all   []element
		in    *elementType
		order = make([]*elementType, 0, 1024)
	)
	lines := 0
	for _, text := range texts {
		lines += strings.Count(text, "\n")
	}
	all = make([]element, lines)
	for line := range tableLines(texts) {
		line = line[:len(line)-1]
		if line[0] == '#' {
			continue
		}
		name, rest, _ := strings.Cut(line, " ")
		switch name {
		case "O":
			for x := range strings.FieldsSeq(rest) {
				open = append(open, typeUse{elementType: named(x)})
			}
			continue
		case "P", "D", "R", "B":
			name, base, _ := strings.Cut(rest, " ")
			in = named(name)
			in.kind = typeKind(strings.Index("PDRB", line[:1]) + 1)
			if base != "" {
				in.base = named(base)
			}
			order = append(order, in)
			continue
		}
		e := &all[0]
		all = all[1:]
		e.name, e.choice = strings.CutSuffix(name, "[x]")
		signs, rest, _ := strings.Cut(rest, " ")
		for _, c := range []byte(signs) {
			e.sign(c)
		}
		if at := strings.Index(rest, " ="); at >= 0 {
			rest, e.binding = rest[:at], rest[at+2:]
		}
		switch {
		case rest == "*":
			e.types = open
		case rest == ".":
			e.types = []typeUse{{elementType: named(in.name + "." + name)}}
		case rest[0] == '#':
			e.types = []typeUse{{elementType: named(rest[1:])}}
		default:
			e.types = make([]typeUse, 0, strings.Count(rest, " ")+1)
			for x := range strings.SplitSeq(rest, " ") {
				var u typeUse
				x, u.profile, _ = strings.Cut(x, "/")
				x, u.targets, _ = strings.Cut(strings.TrimSuffix(x, ")"), "(")
				u.elementType = named(x)
				e.types = append(e.types, u)
			}
		}
		in.elements = append(in.elements, e)
	}
	for _, x := range order {
		x.inherit(t)
	}
	return t
}

// sign reads a sign for how often, or of a property.
func (e *element) sign(c byte) {
	switch c {
	case '?':
		e.most = 1
	case '*':
		e.most = many
	case '1':
		e.min, e.most = 1, 1
	case '+':
		e.min, e.most = 1, many
	case 'm':
		e.modifier = true
	case 's':
		e.summary = true
	case 'a':
		e.attribute = true
	}
}

// inherit puts the elements of the base before t's own, and makes the index.
func (t *elementType) inherit(table *elementTable) {
	if t.index != nil {
		return
	}
	if t.base != nil {
		t.base.inherit(table)
		t.elements = slices.Concat(t.base.elements, t.elements)
		t.form = t.base.form
	}
	switch t.name {
	case "boolean":
		t.form = boolForm
	case "integer", "decimal":
		t.form = numberForm
	case "xhtml":
		t.form = xhtmlForm
	}
	n := 0
	for _, e := range t.elements {
		n += len(e.types)
	}
	t.index = make([]elementIndex, 0, n)
	for place, e := range t.elements {
		for choice := range e.types {
			name := e.name
			if e.choice {
				of := e.types[choice].name
				name += string(of[0]&^0x20) + of[1:]
			} else if choice > 0 {
				break
			}
			number := table.names[name]
			if number == 0 {
				number = nameNumber(len(table.names) + 1)
				table.names[name] = number
			}
			t.index = append(t.index, elementIndex{number, uint16(place), uint16(choice)})
		}
	}
	slices.SortFunc(t.index, func(a, b elementIndex) int { return int(a.name) - int(b.name) })
}
