package hl7v2

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed structures.txt
var structureText string

// element is one place in a structure: a segment or a group.
type element struct {
	name     string // of the group; "" for a segment
	ids      []uint32
	names    []string // of the segments, where it is one or one of several
	optional bool
	tolerant bool // required by the standard, but a group may begin without it
	repeats  bool
	parts    []*element // of a group
	// Where the element stands.
	parent *element
	place  int
}

// structures are all of them by name, and by type and event.
type structures struct {
	byName  map[string]*element
	byEvent map[string]*element
	names   []string
}

var allStructures = sync.OnceValue(func() *structures {
	t := &structures{byName: map[string]*element{}, byEvent: map[string]*element{}}
	var events []string
	for line := range strings.Lines(structureText) {
		f := strings.Fields(line)
		switch {
		case len(f) == 0 || f[0] == "#":
		case f[0] == "=":
			events = f[1:]
		default:
			root := &element{name: f[0]}
			readElements(root, f[1:])
			t.byName[root.name] = root
			t.names = append(t.names, root.name)
			for _, e := range events[1:] {
				if key := events[0] + "^" + e; t.byEvent[key] == nil {
					t.byEvent[key] = root
				}
			}
			if len(events) == 1 {
				t.byEvent[events[0]] = root
			}
		}
	}
	return t
})

// readElements reads the words of a structure's line up to the end of the group.
func readElements(group *element, words []string) (rest []string) {
	for len(words) > 0 && words[0] != ")" {
		word := words[0]
		words = words[1:]
		e := &element{parent: group, place: len(group.parts)}
		name, isGroup := strings.CutSuffix(word, "(")
		body := strings.TrimRight(name, "?*+~")
		for _, mark := range name[len(body):] {
			e.optional = e.optional || mark == '?' || mark == '*'
			e.repeats = e.repeats || mark == '*' || mark == '+'
			e.tolerant = e.tolerant || mark == '~'
		}
		if isGroup {
			e.name = body
			words = readElements(e, words)
		} else {
			e.names = strings.Split(body, "|")
			for _, n := range e.names {
				e.ids = append(e.ids, segmentID(n))
			}
		}
		group.parts = append(group.parts, e)
	}
	if len(words) > 0 {
		words = words[1:]
	}
	return words
}

func (e *element) isGroup() bool { return e.name != "" }

func (e *element) is(id uint32) bool {
	for _, x := range e.ids {
		if x == id {
			return true
		}
	}
	return false
}

// holds says whether the segment has a place anywhere in the element.
func (e *element) holds(id uint32) bool {
	if !e.isGroup() {
		return e.is(id)
	}
	for _, p := range e.parts {
		if p.holds(id) {
			return true
		}
	}
	return false
}

// enter finds the way down to the place of a segment, from part number from of a group. strict skips nothing that is required.
func (e *element) enter(id uint32, from int, strict bool) *element {
	for _, p := range e.parts[min(from, len(e.parts)):] {
		if !p.isGroup() {
			if p.is(id) {
				return p
			}
		} else if found := p.enter(id, 0, strict); found != nil {
			return found
		}
		if strict && !p.optional && !p.tolerant && !p.empty() {
			return nil
		}
	}
	return nil
}

// empty says whether a group may stand without any segment, as one may all of whose parts are optional.
func (e *element) empty() bool {
	if !e.isGroup() {
		return e.optional || e.tolerant
	}
	for _, p := range e.parts {
		if !p.optional && !p.empty() {
			return false
		}
	}
	return true
}

// structureOf gives the structure of a message: by its type and event where they are known, else by what MSH-9 names.
func structureOf(m *Message) *element {
	all := allStructures()
	code, event, structure := m.Type()
	if code == "ACK" || code == "MCF" {
		return all.byName["ACK"]
	}
	if e := all.byEvent[code+"^"+event]; e != nil {
		return e
	}
	if e := all.byName[structure]; e != nil {
		return e
	}
	return all.byName[code+"_"+event]
}

// StructurePaths lists the places of all structures that are known here, such as ORU_R01.PATIENT_RESULT.PATIENT.PID, in their order.
func StructurePaths() []string {
	var out []string
	var walk func(e *element, path string)
	walk = func(e *element, path string) {
		for _, p := range e.parts {
			if p.isGroup() {
				out = append(out, path+"."+p.name)
				walk(p, path+"."+p.name)
			}
			for _, n := range p.names {
				out = append(out, path+"."+n)
			}
		}
	}
	all := allStructures()
	for _, name := range all.names {
		out = append(out, name)
		walk(all.byName[name], name)
	}
	return out
}
