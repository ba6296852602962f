package xpath

import (
	"slices"
	"strconv"
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

type kind uint8

const (
	boolean kind = iota
	nodeSet
	text
	number
)

// value is one of XPath's four (XPath 1.0, 1). No rule needs a fraction.
type value struct {
	kind  kind
	b     bool
	s     string
	n     int
	nodes []tree.Node
}

func (v value) truth() bool {
	switch v.kind {
	case nodeSet:
		return len(v.nodes) > 0
	case text:
		return v.s != ""
	case number:
		return v.n != 0
	}
	return v.b
}

func (v value) text() string {
	switch v.kind {
	case nodeSet:
		if len(v.nodes) == 0 {
			return ""
		}
		return stringOf(v.nodes[0])
	case number:
		return strconv.Itoa(v.n)
	case boolean:
		return strconv.FormatBool(v.b)
	}
	return v.s
}

func stringOf(n tree.Node) string {
	if n.Kind() == tree.Element {
		return n.DeepText()
	}
	return n.Value()
}

type expr interface{ eval(n tree.Node) value }

type constant struct{ v value }

func (c constant) eval(tree.Node) value { return c.v }

type either struct{ a, b expr }

func (e either) eval(n tree.Node) value {
	return value{b: e.a.eval(n).truth() || e.b.eval(n).truth()}
}

type both struct{ a, b expr }

func (e both) eval(n tree.Node) value {
	return value{b: e.a.eval(n).truth() && e.b.eval(n).truth()}
}

type union struct{ a, b expr }

func (e union) eval(n tree.Node) value {
	a := e.a.eval(n).nodes
	for _, x := range e.b.eval(n).nodes {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return value{kind: nodeSet, nodes: a}
}

// compare is true of a set of nodes where it is true of one (XPath 1.0, 3.4).
type compare struct {
	op   string
	a, b expr
}

func (e compare) eval(n tree.Node) value {
	a, b := e.a.eval(n), e.b.eval(n)
	if a.kind == nodeSet && b.kind == nodeSet {
		for _, x := range a.nodes {
			for _, y := range b.nodes {
				if holds(e.op, value{kind: text, s: stringOf(x)}, value{kind: text, s: stringOf(y)}) {
					return value{b: true}
				}
			}
		}
		return value{}
	}
	if a.kind == nodeSet {
		for _, x := range a.nodes {
			if holds(e.op, value{kind: text, s: stringOf(x)}, b) {
				return value{b: true}
			}
		}
		return value{}
	}
	if b.kind == nodeSet {
		for _, y := range b.nodes {
			if holds(e.op, a, value{kind: text, s: stringOf(y)}) {
				return value{b: true}
			}
		}
		return value{}
	}
	return value{b: holds(e.op, a, b)}
}

func holds(op string, a, b value) bool {
	if a.kind == number || b.kind == number || op[0] == '<' || op[0] == '>' {
		x, y, ok := toNumber(a), toNumber(b), true
		if x == nil || y == nil {
			ok = false
		}
		switch {
		case op == "!=":
			return !ok || *x != *y
		case !ok:
			return false
		case op == "=":
			return *x == *y
		case op == "<":
			return *x < *y
		case op == ">":
			return *x > *y
		case op == "<=":
			return *x <= *y
		}
		return *x >= *y
	}
	if op == "=" {
		return a.text() == b.text()
	}
	return a.text() != b.text()
}

func toNumber(v value) *int {
	if v.kind == number {
		return &v.n
	}
	n, err := strconv.Atoi(strings.TrimSpace(v.text()))
	if err != nil {
		return nil
	}
	return &n
}

type member struct {
	e   expr
	set []string
}

func (m member) eval(n tree.Node) value {
	v := m.e.eval(n)
	for _, x := range v.nodes {
		if slices.Contains(m.set, stringOf(x)) {
			return value{b: true}
		}
	}
	return value{}
}

type call struct {
	name string
	args []expr
}

func (c call) arg(i int, n tree.Node) string {
	if i < len(c.args) {
		return c.args[i].eval(n).text()
	}
	return stringOf(n)
}

func (c call) eval(n tree.Node) value {
	switch c.name {
	case "count":
		return value{kind: number, n: len(c.args[0].eval(n).nodes)}
	case "not":
		return value{b: !c.args[0].eval(n).truth()}
	case "contains":
		return value{b: strings.Contains(c.arg(0, n), c.arg(1, n))}
	case "starts-with":
		return value{b: strings.HasPrefix(c.arg(0, n), c.arg(1, n))}
	case "string-length":
		return value{kind: number, n: len([]rune(c.arg(0, n)))}
	case "normalize-space":
		return value{kind: text, s: strings.Join(strings.FieldsFunc(c.arg(0, n), func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) }), " ")}
	case "concat":
		var b strings.Builder
		for i := range c.args {
			b.WriteString(c.arg(i, n))
		}
		return value{kind: text, s: b.String()}
	}
	return value{kind: text, s: c.arg(0, n)}
}

type axis uint8

const (
	child axis = iota
	attribute
	self
	parent
	texts
	template
)

type step struct {
	axis       axis
	deep       bool // at any depth
	any        bool // of any name
	prefixed   bool
	hasExt     bool
	name       string
	space      string // where prefixed
	root, ext  string // of a template
	conditions []expr
}

type path struct {
	root  bool
	deep  bool // while it is read: the next step is at any depth
	steps []step
}

func (p path) eval(n tree.Node) value {
	var room [1]tree.Node
	at := append(room[:0], n)
	for i := range p.steps {
		st := &p.steps[i]
		var next []tree.Node
		for _, x := range at {
			if i == 0 && p.root {
				next = st.fromRoot(next, n.Doc().Root())
				continue
			}
			next = st.from(next, x)
		}
		if at = next; len(at) == 0 {
			break
		}
	}
	return value{kind: nodeSet, nodes: at}
}

// fromRoot selects from the node above the root element.
func (s *step) fromRoot(to []tree.Node, root tree.Node) []tree.Node {
	if s.axis == child && s.matches(root) && s.true(root) {
		to = append(to, root)
	}
	if s.deep {
		return s.from(to, root)
	}
	return to
}

func (s *step) from(to []tree.Node, n tree.Node) []tree.Node {
	to = s.pick(to, n)
	if s.deep {
		for c := n.First(); c.OK(); c = c.Next() {
			if c.Kind() == tree.Element {
				to = s.from(to, c)
			}
		}
	}
	return to
}

func (s *step) pick(to []tree.Node, n tree.Node) []tree.Node {
	switch s.axis {
	case self:
		if s.true(n) {
			to = append(to, n)
		}
	case parent:
		if up := n.Parent(); up.OK() && s.true(up) && !slices.Contains(to, up) {
			to = append(to, up)
		}
	case attribute:
		for a := range n.Attrs() {
			if s.matches(a) && s.true(a) {
				to = append(to, a)
			}
		}
	default:
		for c := n.First(); c.OK(); c = c.Next() {
			if s.matches(c) && s.true(c) {
				to = append(to, c)
			}
		}
	}
	return to
}

func (s *step) matches(n tree.Node) bool {
	switch s.axis {
	case texts:
		return n.Kind() == tree.Text
	case attribute:
		return s.any || n.Name() == s.name && (!s.prefixed && n.Space() == "" || s.prefixed && n.Space() == s.space)
	}
	if n.Kind() != tree.Element {
		return false
	}
	if s.axis == template {
		return n.Name() == "templateId" && n.Attr("root").Value() == s.root && (!s.hasExt || n.Attr("extension").Value() == s.ext && n.Attr("extension").OK())
	}
	if s.any {
		return true
	}
	if n.Name() != s.name {
		return false
	}
	if s.prefixed {
		return n.Space() == s.space
	}
	return n.Space() == n.Doc().Root().Space()
}

func (s *step) true(n tree.Node) bool {
	for _, c := range s.conditions {
		if !c.eval(n).truth() {
			return false
		}
	}
	return true
}
