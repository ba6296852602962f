package fhir

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"github.com/portage-health/portage/internal/tree"
)

// What the profiles of US Core 6.1.0, the vital signs of R4 and the extensions of both ask, derived by internal/gen from
// their StructureDefinitions.
//
//go:embed profiles.txt
var profileText string

// profiles gives the profiles by their addresses.
var profiles = sync.OnceValue(func() map[string]*profile { return readProfiles(profileText) })

// A profile is what is asked of a resource or an extension beyond its type.
type profile struct {
	name   string // the end of its address
	typ    string
	parent *profile // what it asks is asked too
	root   profileRule
}

// A profileRule is what a profile asks of one element, or of one slice of it.
type profileRule struct {
	name     string // of the element, without [x]
	slice    string
	path     string // from the profile's name on
	min      int
	most     int // -1 where the profile says nothing
	closed   bool
	value    tree.Node // what it must be, or hold
	types    []profileChoice
	required []string // value sets
	usual    string   // value set of an extensible binding
	keys     []string // invariants
	tells    []sliceTell
	parts    []*profileRule
}

// A profileChoice is a type that an element may have, and what a reference may point to.
type profileChoice struct{ name, targets string }

// A sliceTell is one of the conditions by which a slice is told.
type sliceTell struct {
	path  string
	value tree.Node
	set   string
	typ   string
}

// readProfiles reads the table. Its text is our own: internal/gen makes it, and a test reads every line.
func readProfiles(text string) map[string]*profile {
	all := map[string]*profile{}
	parents := map[*profile]string{}
	long := func(s string) string {
		if rest, ok := strings.CutPrefix(s, "~u"); ok {
			return usCoreStem + rest
		}
		if rest, ok := strings.CutPrefix(s, "~s"); ok {
			return "http://hl7.org/fhir/StructureDefinition/" + rest
		}
		return s
	}
	var p *profile
	for line := range strings.Lines(text) {
		line = line[:len(line)-1]
		if line[0] == '#' {
			continue
		}
		if line[0] == '@' {
			url, rest, _ := strings.Cut(line[1:], " ")
			url = long(url)
			p = &profile{name: url[strings.LastIndexByte(url, '/')+1:]}
			p.root.path, p.root.most = p.name, -1
			typ, parent, _ := strings.Cut(rest, " ")
			p.typ, parents[p] = typ, long(parent)
			all[url] = p
			continue
		}
		path, facts, _ := strings.Cut(line, "\t")
		r := &p.root
		if path != "." {
			for step := range strings.SplitSeq(path, ".") {
				r = r.part(step)
			}
		}
		for f := range strings.SplitSeq(facts, "\t") {
			r.fact(f)
		}
	}
	for p, url := range parents {
		p.parent = all[url]
	}
	return all
}

// part gives the rule of an element or a slice below r.
func (r *profileRule) part(step string) *profileRule {
	name, slice, sliced := strings.Cut(step, ":")
	if sliced {
		r.part(name) // what holds for all comes before what holds for one
	}
	for _, x := range r.parts {
		if x.name == name && x.slice == slice {
			return x
		}
	}
	x := &profileRule{name: name, slice: slice, path: r.path + "." + step, most: -1}
	r.parts = append(r.parts, x)
	return x
}

func (r *profileRule) fact(f string) {
	if f == "" {
		return
	}
	rest := f[1:]
	switch f[0] {
	case '+':
		r.min, _ = strconv.Atoi(rest)
	case '<':
		r.most, _ = strconv.Atoi(rest)
	case '=':
		r.value = jsonNode(rest)
	case '^':
		for t := range strings.FieldsSeq(rest) {
			name, targets, _ := strings.Cut(strings.TrimSuffix(t, ")"), "(")
			r.types = append(r.types, profileChoice{name, targets})
		}
	case '!':
		r.required = append(r.required, rest)
	case '~':
		r.usual = rest
	case '%':
		r.keys = strings.Fields(rest)
	case '|':
		r.closed = true
	case '?':
		r.tells = append(r.tells, tellOf(rest))
	}
}

func tellOf(s string) sliceTell {
	i := strings.IndexAny(s, "=!:")
	if i < 0 {
		return sliceTell{}
	}
	t := sliceTell{path: s[:i]}
	switch s[i] {
	case '=':
		t.value = jsonNode(s[i+1:])
	case '!':
		t.set = s[i+1:]
	case ':':
		t.typ = s[i+1:]
	}
	return t
}

func jsonNode(text string) tree.Node {
	d, err := tree.ParseJSON([]byte(text), ownLimits)
	if err != nil {
		return tree.Node{}
	}
	return d.Root()
}

// holds reports whether n has all that a pattern has.
func holds(n, pattern tree.Node) bool {
	switch pattern.Kind() {
	case tree.Object:
		for p := pattern.First(); p.OK(); p = p.Next() {
			if !holds(n.Child(p.Name()), p) {
				return false
			}
		}
		return n.Kind() == tree.Object
	case tree.Array:
		for p := pattern.First(); p.OK(); p = p.Next() {
			found := false
			for x := n.First(); x.OK() && n.Kind() == tree.Array && !found; x = x.Next() {
				found = holds(x, p)
			}
			if !found {
				return false
			}
		}
		return true
	}
	return n.Kind() == pattern.Kind() && n.Value() == pattern.Value()
}
