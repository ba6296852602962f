package fhir

import (
	"strings"
	"sync"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// An invariant is a rule of R4 or of a profile, by its number.
type invariant struct {
	on    string // the type, or the part of one, that it is of
	key   string
	holds func(c *checker, n tree.Node) bool
}

// advised are the invariants that the standard only recommends.
const advised = " con-3 nor-1 inv-0 eld-20 eld-21 us-core-4 us-core-5 us-core-25 sdcqr-1 "

// invariants gives R4's by the types that they are of. dom-6 (a resource should have a narrative) is left out.
var invariants = sync.OnceValue(func() map[string][]invariant {
	all := map[string][]invariant{}
	for _, list := range [][]invariant{datatypeInvariants(), clinicalInvariants(), formInvariants(), otherInvariants()} {
		for _, x := range list {
			all[x.on] = append(all[x.on], x)
		}
	}
	return all
})

// invariants checks the rules of a type.
func (c *checker) invariants(n tree.Node, typ string) {
	for _, x := range c.rules[typ] {
		if !x.holds(c, n) {
			c.find(invariantKind(x.key), n, x.key)
		}
	}
}

func invariantKind(key string) *record.IssueKind {
	if strings.Contains(advised, " "+key+" ") {
		return &conformAdvice
	}
	return &conformInvariant
}

// hasAny reports whether one of these elements is there, with a value or something beside it.
func hasAny(n tree.Node, names ...string) bool {
	for _, name := range names {
		if n.Child(name).OK() || n.Child("_"+name).OK() {
			return true
		}
	}
	return false
}

// hasValue reports whether an element has a value.
func hasValue(n tree.Node, name string) bool { return n.Child(name).OK() }

// hasChoice reports whether an element is there whose name begins so and ends in a type.
func hasChoice(n tree.Node, name string) bool { return chosen(n, name).OK() }

// chosen gives the value, or what stands beside it, of an element whose name begins so and ends in a type.
func chosen(n tree.Node, name string) tree.Node {
	for m := n.First(); m.OK() && n.Kind() == tree.Object; m = m.Next() {
		rest, ok := strings.CutPrefix(strings.TrimPrefix(m.Name(), "_"), name)
		if ok && rest != "" && rest[0] >= 'A' && rest[0] <= 'Z' {
			return m
		}
	}
	return tree.Node{}
}

// hasCode reports whether a CodeableConcept has a coding.
func hasCode(n tree.Node, system string, codes ...string) bool {
	for k := range items(n, "coding") {
		if stringOf(k, "system") != system {
			continue
		}
		for _, x := range codes {
			if stringOf(k, "code") == x {
				return true
			}
		}
	}
	return false
}

// isOneOf reports whether a code is one of these.
func isOneOf(n tree.Node, name string, codes ...string) bool {
	v := stringOf(n, name)
	for _, x := range codes {
		if v == x {
			return true
		}
	}
	return false
}

// eachItem reports whether all items of a list are as test says.
func eachItem(n tree.Node, name string, test func(tree.Node) bool) bool {
	for x := range items(n, name) {
		if !test(x) {
			return false
		}
	}
	return true
}

// notBoth, needs and oneAtLeast make the commonest rules.
func notBoth(a, b string) func(*checker, tree.Node) bool {
	return func(_ *checker, n tree.Node) bool { return !hasAny(n, a) || !hasAny(n, b) }
}

func needs(a, b string) func(*checker, tree.Node) bool {
	return func(_ *checker, n tree.Node) bool { return !hasAny(n, a) || hasAny(n, b) }
}

func oneAtLeast(names ...string) func(*checker, tree.Node) bool {
	return func(_ *checker, n tree.Node) bool { return hasAny(n, names...) }
}
