package fhir

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// ConformOptions steer Conform. The zero value is right.
type ConformOptions struct {
	// Terminology answers for the value sets and code systems that the library does
	// not hold. Nil means the library's own, which holds HL7's, but not SNOMED CT,
	// LOINC, RxNorm or CPT: what it does not hold is not judged.
	Terminology record.Terminology
	// RequiredOnly leaves out what no rule requires: recommended codes, references
	// to what is elsewhere, profiles that are not known.
	RequiredOnly bool
	// USCore is the release of US Core that a profile is of where meta.profile does not say (…|7.0.0).
	USCore USCore
}

// mostFindings is how many issues Conform lists.
const mostFindings = 10_000

// Conform checks a document before it leaves, as a receiver would: by R4 itself
// (elements, JSON types, cardinalities, formats, required bindings, references,
// invariants), and by the profiles of US Core (6.1.0, 3.1.1, 7.0.0, 8.0.0) that its resources
// claim in meta.profile. An error is something that a receiver may refuse. Issues are in
// the order of the document, tell the element or the number of the rule, and hold
// nothing of the document. docs/fhir-conform.md lists their codes, and what is
// not checked.
func (d *Document) Conform(o ConformOptions) []record.Issue {
	c := newChecker(d, o)
	root := d.tree.Root()
	if root.Kind() == tree.Array {
		for n := range root.Children() {
			c.resource(n, nil)
		}
	} else {
		c.resource(root, nil)
	}
	slices.SortStableFunc(c.found, func(a, b fault) int { return cmp.Compare(a.node, b.node) })
	out := make([]record.Issue, 0, len(c.found))
	seen := map[fault]bool{}
	places := map[int]placeInArray{}
	for _, f := range c.found {
		if o.RequiredOnly && f.kind.Severity != record.SeverityError || seen[f] {
			continue
		}
		seen[f] = true
		n := d.tree.Node(f.node)
		line, col := c.pos(n)
		i := f.kind.At(string(appendPlace(nil, n, places)), line, col)
		i.Rule = f.rule
		out = append(out, i)
	}
	if c.more {
		out = append(out, conformTooMany.At("", 0, 0))
	}
	return out
}

func newChecker(d *Document, o ConformOptions) *checker {
	if o.Terminology == nil {
		o.Terminology = codes.Default{}
	}
	return &checker{
		doc: d, o: o, table: elements(), release: o.USCore, rules: invariants(), sets: boundSets(),
		plan: planOf(d, record.ImportOptions{}), at: -1, answers: map[setQuestion]record.Answer{},
	}
}

type fault struct {
	node int
	kind *record.IssueKind
	rule string
}

// checker checks one document once.
type checker struct {
	doc     *Document
	o       ConformOptions
	table   *elementTable
	release USCore // of the resource that is being checked
	rules   map[string][]invariant
	sets    map[string][]boundCodes
	plan    *plan
	at      int // the resource that is being checked, in the plan; -1 where it is not there
	bundle  tree.Node
	kind    *elementType // of that resource
	ids     map[string]bool
	answers map[setQuestion]record.Answer
	strict  bool                    // what validators may find is found
	meets   func(resource int) bool // where references have to point to what meets its profile
	found   []fault
	more    bool
}

// find notes a fault at a node; rule is an element, a value set or the number of a rule.
func (c *checker) find(k *record.IssueKind, n tree.Node, rule string) {
	if len(c.found) >= mostFindings {
		c.more = true
		return
	}
	c.found = append(c.found, fault{n.Index(), k, rule})
}

// pos gives line and column in the input.
func (c *checker) pos(n tree.Node) (line, col int) {
	if c.doc.xml != nil {
		return c.doc.xml.position(n.Offset())
	}
	line, col = n.Pos()
	if c.doc.lines && col > 1 {
		col--
	}
	return line, col
}

// resource checks a resource; in is the one that contains it.
func (c *checker) resource(n tree.Node, in *elementType) {
	t := n.Child("resourceType")
	if n.Kind() != tree.Object {
		c.find(&conformType, n, "Resource")
		return
	}
	typ := c.table.resource(t.Value())
	if t.Kind() != tree.String || typ == nil || typ.name == "Resource" || typ.name == "DomainResource" {
		c.find(&conformResource, n, "")
		return
	}
	at, kind, ids, bundle, release := c.at, c.kind, c.ids, c.bundle, c.release
	defer func() { c.at, c.kind, c.ids, c.bundle, c.release = at, kind, ids, bundle, release }()
	c.release = c.releaseOf(n)
	c.kind, c.ids = typ, map[string]bool{}
	if i, ok := c.plan.at(n.Index()); ok {
		c.at = i
	} else if in == nil {
		c.at = -1
	}
	if typ.name == "Bundle" {
		c.bundle = n
		c.bundleRules(n)
	}
	if contained := n.Child("contained"); contained.Kind() == tree.Array {
		c.contained(n, contained, in != nil)
	}
	c.object(n, typ, false)
	c.claims(n, typ)
}

// placeInArray is where the last path within an array ended, so that the next begins there.
type placeInArray struct {
	n tree.Node
	i int
}

// appendPlace writes the way to a node by FHIR's names: Bundle.entry[3].resource.code.
func appendPlace(b []byte, n tree.Node, last map[int]placeInArray) []byte {
	up := n.Parent()
	if !up.OK() {
		if n.Kind() == tree.Array {
			return b
		}
		return appendKnown(b, n.Child("resourceType").Value())
	}
	b = appendPlace(b, up, last)
	if up.Kind() != tree.Array {
		return appendKnown(append(b, '.'), n.Name())
	}
	return appendPlaceIn(b, n, up, last)
}

// appendPlaceIn writes the place of n in the array up. Places told one after another cost one way through.
func appendPlaceIn(b []byte, n, up tree.Node, last map[int]placeInArray) []byte {
	p, ok := last[up.Index()]
	if !ok || p.n.Index() > n.Index() {
		p = placeInArray{up.First(), 0}
	}
	for p.n.OK() && p.n != n {
		p.n = p.n.Next()
		p.i++
	}
	last[up.Index()] = p
	return append(strconv.AppendInt(append(b, '['), int64(p.i), 10), ']')
}

// ask gives the terminology's answer; one that fails knows nothing.
func (c *checker) ask(set string, k record.Coding) record.Answer {
	a, err := c.o.Terminology.Validate(context.Background(), set, k)
	if err != nil {
		return record.Unknown
	}
	return a
}
