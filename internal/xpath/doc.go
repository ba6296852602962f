// Package xpath evaluates expressions of XPath 1.0 over XML documents, as far
// as the rules of conformance need them: location paths along the axes child,
// attribute, parent, self and descendant-or-self in their abbreviated forms,
// predicates that are conditions, unions, the comparisons, and, or, and the
// functions count, not, contains, starts-with, string-length, normalize-space,
// string and concat.
//
// Two things are its own. A name without a prefix is one in the namespace of
// the document's root element. And "#ROOT" or "#ROOT:EXTENSION" is a step: the
// children templateId with that root, and that extension where one is given.
//
// Expressions do not change and may be used by many goroutines at once.
package xpath

import (
	"errors"

	"github.com/portage-health/portage/internal/tree"
)

// ErrSyntax says that an expression is beyond what the package reads.
var ErrSyntax = errors.New("xpath: syntax")

// Expr is a compiled expression.
type Expr struct{ e expr }

// Env is what names in an expression stand for.
type Env struct {
	Prefixes map[string]string   // namespaces by prefix
	Sets     map[string][]string // what in(@x, 'SET') looks into; an expression that names another is no Expr
}

// Compile reads an expression.
func Compile(s string, env Env) (Expr, error) {
	p := parser{s: s, env: env}
	e := p.or()
	p.space()
	if p.bad || p.i != len(p.s) {
		return Expr{}, ErrSyntax
	}
	return Expr{e}, nil
}

// True tells whether the expression is true at n.
func (x Expr) True(n tree.Node) bool { return x.e != nil && x.e.eval(n).truth() }

// Nodes gives what a location path selects at n, in document order for each step.
func (x Expr) Nodes(n tree.Node) []tree.Node {
	if x.e == nil {
		return nil
	}
	return x.e.eval(n).nodes
}
