package ccda

import (
	"cmp"
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// ConformOptions steer Conform. The zero value is right.
type ConformOptions struct {
	// Terminology answers whether a code exists. Nil means the library's own, which
	// holds HL7's code systems and CVX, but not SNOMED CT, LOINC or RxNorm.
	Terminology record.Terminology
	// RequiredOnly leaves out what no template requires: what ONC's scorecard asks for, and what is merely odd.
	RequiredOnly bool
}

// Conform checks a document before it leaves: what its templates require (C-CDA
// R2.1), which codes and times are none, whether its parts agree with each
// other, and what ONC's scorecard asks beyond that. An error is something that a
// receiver may refuse; a warning, something that it will not understand or that
// lowers the score. Issues are in the order of the document and hold nothing of
// it. docs/ccda-conformance.md lists their codes.
//
// It is no schema validator: the order of elements and their attributes are not
// looked at. Of a document that claims no template of R2.1 only what holds in
// every release is checked.
func (d *Document) Conform(o ConformOptions) []record.Issue {
	if o.Terminology == nil {
		o.Terminology = codes.Default{}
	}
	doc := d.tree.Hinted(new(tree.Hints))
	root := doc.Root()
	c := &checker{
		r:    reader{doc: doc, known: factsOfNames(d.tree), desk: &desk{places: make([]int32, d.tree.Len())}},
		o:    o,
		root: root,
	}
	c.begin()
	c.document(root)
	c.walk(root)
	slices.SortStableFunc(c.found, func(a, b fault) int { return cmp.Compare(a.node, b.node) })
	var out []record.Issue
	seen := map[fault]bool{}
	for _, f := range c.found {
		if o.RequiredOnly && f.kind.Severity != record.SeverityError || seen[f] {
			continue
		}
		seen[f] = true
		n := doc.Node(f.node)
		line, col := n.Pos()
		i := f.kind.At(c.r.path(n), line, col)
		i.Rule = f.rule
		out = append(out, i)
	}
	return out
}

type fault struct {
	node int
	kind *record.IssueKind
	rule string
}

// checker checks one document once.
type checker struct {
	r     reader // for paths alone
	o     ConformOptions
	root  tree.Node
	found []fault

	r21      bool // the header claims a template of R2.1
	anchors  map[string]tree.Node
	sections []tree.Node // those that the walk is in
	ids      map[[2]string]tree.Node
	sigs     map[string]bool // what the sigs of medications point to
	born     string          // as HL7 writes times, "" where not known
	died     string
	depth    int
}

func (c *checker) find(k *record.IssueKind, n tree.Node, rule string) {
	c.found = append(c.found, fault{n.Index(), k, rule})
}

// begin learns what the rules need to know of the whole document.
func (c *checker) begin() {
	c.anchors, c.ids, c.sigs = map[string]tree.Node{}, map[[2]string]tree.Node{}, map[string]bool{}
	for t := c.root.Child("templateId"); t.OK(); t = t.NextNamed() {
		v, ok := templateVersions[t.Attr("root").Value()]
		if ext := t.Attr("extension").Value(); ok && ext != "" && ext == v.ext[R21] {
			c.r21 = true
		}
	}
	patient := c.root.Child("recordTarget").Child("patientRole").Child("patient")
	c.born = digits(patient.Child("birthTime").Attr("value").Value())
	c.died = digits(patient.ChildNS(spaceSDTC, "deceasedTime").Attr("value").Value())
	for i := range c.r.doc.Len() {
		n := c.r.doc.Node(i)
		if n.Kind() != tree.Attr || n.Name() != "ID" || n.Space() != "" {
			continue
		}
		if _, twice := c.anchors[n.Value()]; twice {
			c.find(&conformAnchor, n, "")
			continue
		}
		c.anchors[n.Value()] = n.Parent()
	}
}

// walk goes over all elements, narratives aside.
func (c *checker) walk(n tree.Node) {
	if c.depth++; c.depth > 512 {
		return
	}
	defer func() { c.depth-- }()
	if n.Name() == "section" && n.Space() == c.root.Space() {
		c.sections = append(c.sections, n)
		c.section(n)
		defer func() { c.sections = c.sections[:len(c.sections)-1] }()
	}
	if n.Child("templateId").OK() {
		c.templates(n)
	}
	c.element(n)
	for k := n.First(); k.OK(); k = k.Next() {
		if k.Kind() != tree.Element || n.Name() == "section" && k.Name() == "text" {
			continue
		}
		c.walk(k)
	}
}

// element checks what holds wherever an element stands.
func (c *checker) element(n tree.Node) {
	if codeElement(n) {
		c.code(n)
	}
	switch n.Name() {
	case "effectiveTime", "time", "birthTime", "low", "high", "center", "deceasedTime":
		c.time(n)
	case "reference":
		c.reference(n)
	}
	if isStatement(n.Name()) && n.Space() == c.root.Space() {
		c.statement(n)
	}
}

// digits are the digits that a time begins with.
func digits(v string) string {
	i := 0
	for i < len(v) && v[i] >= '0' && v[i] <= '9' {
		i++
	}
	return v[:i]
}
