package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const usCoreStem = "http://hl7.org/fhir/us/core/"

// claims checks a resource by the profiles that it claims.
func (c *checker) claims(n tree.Node, t *elementType) {
	list := n.Child("meta").Child("profile")
	if list.Kind() != tree.Array {
		return
	}
	for claim := list.First(); claim.OK(); claim = claim.Next() {
		if claim.Kind() != tree.String {
			continue
		}
		url, version, _ := strings.Cut(claim.Value(), "|")
		p := profilesOf(c.release)[url]
		switch {
		case p == nil || version != "" && strings.HasPrefix(url, usCoreStem) && version != c.release.String():
			c.find(&conformProfileUnknown, claim, "")
		case p.typ != t.name:
			c.find(&conformProfileType, claim, p.name)
		default:
			c.profile(p, n, t)
		}
	}
}

// releaseOf gives the release of US Core that a resource says its profiles are of: the first that it names.
func (c *checker) releaseOf(n tree.Node) USCore {
	list := n.Child("meta").Child("profile")
	if list.Kind() == tree.Array {
		for p := range list.Children() {
			if url, version, ok := strings.Cut(p.Value(), "|"); ok && p.Kind() == tree.String && strings.HasPrefix(url, usCoreStem) {
				if u, ok := releaseOf(version); ok {
					return u
				}
			}
		}
	}
	return c.o.USCore
}

// profile checks an object by a profile and those that it builds on.
func (c *checker) profile(p *profile, n tree.Node, t *elementType) {
	for ; p != nil; p = p.parent {
		v := profileValue{n: n, typ: t}
		c.keys(&p.root, v)
		c.parts(&p.root, v)
	}
}

// A profileValue is one value of an element: n is absent where only an id or extensions stand there, in side.
type profileValue struct {
	n, side tree.Node
	typ     *elementType
}

func (v profileValue) at() tree.Node {
	if v.n.OK() {
		return v.n
	}
	return v.side
}

// values lists the values of an element of an object, whatever type its name tells.
func (c *checker) values(of profileValue, name string) (list []profileValue) {
	if of.n.Kind() != tree.Object {
		return nil
	}
	for m := of.n.First(); m.OK(); m = m.Next() {
		plain := strings.TrimPrefix(m.Name(), "_")
		at, choice := of.typ.find(c.table.number(plain))
		if at < 0 || of.typ.elements[at].name != name {
			continue
		}
		use := of.typ.elements[at].types[choice].elementType
		side := plain != m.Name()
		if side && of.n.Child(plain).OK() && m.Kind() != tree.Array {
			continue // it stands beside a value, which counts
		}
		if m.Kind() != tree.Array {
			list = append(list, valueOf(m, use, side))
			continue
		}
		values := of.n.Child(plain)
		var beside tree.Node
		if side && values.Kind() == tree.Array {
			beside = values.First()
		}
		for x := m.First(); x.OK(); x, beside = x.Next(), beside.Next() {
			if x.Kind() != tree.Null && (!beside.OK() || beside.Kind() == tree.Null) {
				list = append(list, valueOf(x, use, side))
			}
		}
	}
	return list
}

func valueOf(n tree.Node, t *elementType, side bool) profileValue {
	if side {
		return profileValue{side: n, typ: t}
	}
	return profileValue{n: n, typ: t}
}

// parts checks the elements below a value by the parts of a rule.
func (c *checker) parts(r *profileRule, v profileValue) {
	var list []profileValue
	var taken []bool
	for i, x := range r.parts {
		if x.slice == "" {
			list = c.values(v, x.name)
			taken = make([]bool, len(list))
			c.count(x, list, v)
			for _, one := range list {
				c.one(x, one)
			}
		} else {
			var of []profileValue
			for k, one := range list {
				if c.tells(x, one) {
					of = append(of, one)
					taken[k] = true
				}
			}
			c.count(x, of, v)
			for _, one := range of {
				c.one(x, one)
			}
		}
		if i+1 < len(r.parts) && r.parts[i+1].name == x.name {
			continue
		}
		if head := r.head(x.name); head.closed && x.slice != "" {
			for k := range list {
				if !taken[k] {
					c.find(&conformProfileKind, list[k].at(), head.path)
				}
			}
		}
	}
}

func (r *profileRule) head(name string) *profileRule {
	for _, x := range r.parts {
		if x.name == name {
			return x
		}
	}
	return r
}

// count checks how many values there are.
func (c *checker) count(r *profileRule, list []profileValue, of profileValue) {
	if len(list) < r.min {
		c.find(&conformProfileRequired, of.at(), r.path)
	}
	if r.most >= 0 && len(list) > r.most {
		c.find(&conformProfileMost, list[r.most].at(), r.path)
	}
}

// one checks one value.
func (c *checker) one(r *profileRule, v profileValue) {
	if len(r.types) > 0 {
		c.choice(r, v)
	}
	if r.value.OK() && !holds(v.n, r.value) {
		c.find(&conformProfileFixed, v.at(), r.path)
	}
	// Of a choice, a string or another text is bound to nothing.
	if v.n.OK() && (v.typ.kind != primitiveType || v.typ.name == "code" || v.n.Name() == r.name || v.n.Name() == "") {
		for _, set := range r.required {
			c.bound(v.n, v.typ, set, r.path)
		}
		if r.usual != "" && c.has(v.n, v.typ, r.usual) == record.No && !isPlainText(v.n, v.typ) {
			c.find(&conformRecommended, v.n, r.path)
		}
	}
	if c.strict && len(r.required) > 0 && v.n.OK() && v.typ.name == "string" {
		c.find(&conformCode, v.n, r.path)
	}
	c.keys(r, v)
	if len(r.parts) > 0 {
		c.parts(r, v)
	}
}

// isPlainText reports whether a concept has no coding: that is allowed where a binding is extensible.
func isPlainText(n tree.Node, t *elementType) bool {
	return t.name == "CodeableConcept" && !n.Child("coding").OK()
}

// choice checks the type of a value, and what a reference points to.
func (c *checker) choice(r *profileRule, v profileValue) {
	for _, t := range r.types {
		if t.name != v.typ.name {
			continue
		}
		if t.targets != "" && v.n.OK() {
			typ := stringOf(v.n, "type")
			if to, ok := c.pointsTo(v.n); ok {
				typ = to
			} else if to, ok := c.literalType(stringOf(v.n, "reference")); ok && to != "" {
				typ = to
			}
			if typ != "" && !allows(t.targets, typ) {
				c.find(&conformTarget, v.n, r.path)
			} else if c.meets != nil && strings.Contains("|"+t.targets+"|", "|"+typ+"!|") {
				if i, ok := c.plan.target(stringOf(v.n, "reference"), c.at); ok && !c.meets(i) {
					c.find(&conformTarget, v.n, r.path)
				}
			}
		}
		return
	}
	c.find(&conformProfileKind, v.at(), r.path)
}

// tells reports whether a value is of a slice.
func (c *checker) tells(r *profileRule, v profileValue) bool {
	for _, t := range r.tells {
		switch {
		case t.typ != "":
			if v.typ.name != t.typ {
				return false
			}
		case !c.anyAt(v, t.path, func(x profileValue) bool {
			if t.set != "" {
				return c.has(x.n, x.typ, t.set) == record.Yes
			}
			return holds(x.n, t.value)
		}):
			return false
		}
	}
	return len(r.tells) > 0
}

// anyAt reports whether something that a path leads to from a value is as test says.
func (c *checker) anyAt(v profileValue, path string, test func(profileValue) bool) bool {
	if path == "" {
		return v.n.OK() && test(v)
	}
	step, rest, _ := strings.Cut(path, ".")
	for _, x := range c.values(v, step) {
		if c.anyAt(x, rest, test) {
			return true
		}
	}
	return false
}

// keys checks the invariants that a profile adds.
func (c *checker) keys(r *profileRule, v profileValue) {
	if !v.n.OK() {
		return
	}
	for _, k := range r.keys {
		check, kind := profileInvariant(c.release, k, v.typ.name)
		if check != nil && !check(c, v.n) {
			c.find(kind, v.n, k)
		}
	}
}
