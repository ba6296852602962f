package ccda

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/internal/xpath"
	"github.com/portage-health/portage/record"
)

//go:embed templaterules.txt
var templateRuleText string

// templateRule is what one template requires of one place below its element.
type templateRule struct {
	element string
	here    bool
	path    xpath.Expr // where, if not here
	must    []condition
}

type condition struct {
	test xpath.Expr
	kind *record.IssueKind
	rule string // the number of the conformance statement
}

// templateRules are all of them by "root" or "root:extension" (see internal/gen).
var templateRules = sync.OnceValue(func() map[string][]templateRule {
	text := strings.ReplaceAll(templateRuleText, "~", "2.16.840.1.113883.10.20.22.")
	env := xpath.Env{Prefixes: map[string]string{"sdtc": spaceSDTC, "xsi": spaceXSI}, Sets: map[string][]string{}}
	rules := make(map[string][]templateRule, 300)
	var shared [][]condition
	var to *[]condition
	var key, element string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		f := strings.Fields(line)
		switch {
		case line == "" || line[0] == '#' && strings.HasPrefix(line, "# "), line == "#":
		case strings.HasPrefix(line, "V "):
			env.Sets[f[1]] = f[2:]
		case line == "S":
			shared = append(shared, nil)
			to = &shared[len(shared)-1]
		case strings.HasPrefix(line, "T "):
			element, key = f[1], f[2]
		case strings.HasPrefix(line, "/ "):
			fields := strings.Split(line[2:], "\t")
			t := templateRule{element: element, here: fields[0] == "."}
			if !t.here {
				t.path, _ = xpath.Compile(fields[0], env)
			}
			for _, x := range fields[1:] {
				if n, _ := strconv.Atoi(x); n > 0 && n <= len(shared) {
					t.must = append(t.must, shared[n-1]...)
				}
			}
			rules[key] = append(rules[key], t)
			to = &rules[key][len(rules[key])-1].must
		default:
			test, number, _ := strings.Cut(line, "\t")
			if e, err := xpath.Compile(test, env); err == nil && to != nil {
				*to = append(*to, condition{e, kindOfTest(test), "CONF:" + number})
			}
		}
	}
	return rules
})

// kindOfTest tells by its form what a condition is about.
func kindOfTest(t string) *record.IssueKind {
	switch {
	case strings.HasPrefix(t, "component/structuredBody"):
		return &conformSection
	case strings.Contains(t, "in("):
		return &conformValueSet
	case strings.HasPrefix(t, "count(#"):
		return &conformTemplateTwice
	case strings.HasPrefix(t, "count(") && (strings.HasSuffix(t, ")=1") || strings.HasSuffix(t, "> 0")):
		return &conformRequired
	case strings.Contains(t, "@") && !strings.Contains(t, "count(") && !strings.Contains(t, "not("):
		return &conformFixed
	}
	return &conformTemplate
}

// templates checks an element against each template that it claims.
func (c *checker) templates(n tree.Node) {
	all := templateRules()
	if n.Space() != c.root.Space() {
		return
	}
	for t := n.Child("templateId"); t.OK(); t = t.NextNamed() {
		root, ext := t.Attr("root").Value(), t.Attr("extension")
		c.rulesOf(all[root], n)
		if ext.OK() {
			c.rulesOf(all[root+":"+ext.Value()], n)
		}
		v, known := templateVersions[root]
		switch {
		case known && ext.Value() == "" && (v.before || v.ext[R21] == ""):
		case known && ext.OK() && ext.Value() == v.ext[R21] && v.before:
			if c.r21 && !claims(n, root) {
				c.find(&conformBothVersions, t, "CONF:1198-32934")
			}
		case known && !isRelease(ext.Value()) || !known && strings.HasPrefix(root, "2.16.840.1.113883.10.20.22."):
			c.find(&conformTemplateVersion, t, "")
		}
	}
}

// claims reports whether an element has the template without an extension.
func claims(n tree.Node, root string) bool {
	for t := n.Child("templateId"); t.OK(); t = t.NextNamed() {
		if t.Attr("root").Value() == root && !t.Attr("extension").OK() {
			return true
		}
	}
	return false
}

func (c *checker) rulesOf(rules []templateRule, n tree.Node) {
	for i := range rules {
		t := &rules[i]
		if t.element != n.Name() {
			continue
		}
		if t.here {
			c.must(t.must, n)
			continue
		}
		for _, at := range t.path.Nodes(n) {
			c.must(t.must, at)
		}
	}
}

func (c *checker) must(list []condition, n tree.Node) {
	for i := range list {
		if !list[i].test.True(n) {
			c.find(list[i].kind, n, list[i].rule)
		}
	}
}
