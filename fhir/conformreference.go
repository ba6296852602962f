package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// reference checks a Reference: its form, that it points to something, and to the type of resource that may stand there.
// targets are names with | between; none allow all.
func (c *checker) reference(n tree.Node, targets, rule string) {
	said := stringOf(n, "type")
	r := n.Child("reference")
	if r.Kind() != tree.String || r.Value() == "" {
		if said != "" && !allows(targets, said) {
			c.find(&conformTarget, n, rule)
		}
		return
	}
	typ := c.follow(r, rule)
	switch {
	case typ == "":
		typ = said
	case said != "" && said != typ:
		c.find(&conformTarget, n, "Reference.type")
	}
	if typ != "" && !allows(targets, typ) {
		c.find(&conformTarget, n, rule)
	}
}

func allows(targets, typ string) bool {
	if targets == "" || strings.Contains(typ, ":") {
		return true
	}
	for t := range strings.SplitSeq(targets, "|") {
		if t == typ || t == "Resource" || len(t) == len(typ)+1 && t[:len(typ)] == typ { // ! stands after one that has to be as a profile has it
			return true
		}
	}
	return false
}

// follow finds what a literal reference points to, and gives its type, as far as that can be told.
func (c *checker) follow(r tree.Node, rule string) string {
	text := r.Value()
	if i, ok := c.plan.target(text, c.at); ok {
		return c.plan.all[i].typ
	}
	if strings.HasPrefix(text, "#") {
		if c.at >= 0 {
			c.find(&conformInvariant, r, "ref-1")
		}
		return ""
	}
	if strings.HasPrefix(text, "urn:") {
		if !isAddress("uri", text) {
			c.find(&conformReferenceForm, r, rule)
		} else if c.bundle.OK() && c.at >= 0 {
			c.find(&conformReference, r, rule)
		} else {
			c.find(&conformElsewhere, r, rule)
		}
		return ""
	}
	typ, ok := c.literalType(text)
	if !ok {
		c.find(&conformReferenceForm, r, rule)
		return ""
	}
	if c.at >= 0 {
		c.find(&conformElsewhere, r, rule)
	}
	return typ
}

// literalType gives the type that a reference's text names (R4 2.3.0.1): Type/id, with a version, relative or after the
// address of a server. ok is false where a relative text has another form.
func (c *checker) literalType(text string) (typ string, ok bool) {
	if !isAddress("uri", text) {
		return "", false
	}
	absolute := strings.Contains(text, ":")
	text, _, _ = strings.Cut(text, "?") // a conditional reference of a transaction
	text, version, versioned := strings.Cut(text, "/_history/")
	parts := strings.Split(text, "/")
	if len(parts) == 1 && c.table.resource(text) != nil {
		return text, true
	}
	if len(parts) < 2 {
		return "", absolute
	}
	typ, id := parts[len(parts)-2], parts[len(parts)-1]
	if c.table.resource(typ) != nil && isID(id) && (absolute || len(parts) == 2) && (!versioned || isID(version)) {
		return typ, true
	}
	return "", absolute
}

// pointsTo gives the resource that a Reference points to, where it is here.
func (c *checker) pointsTo(n tree.Node) (typ string, ok bool) {
	if i, ok := c.plan.target(stringOf(n, "reference"), c.at); ok {
		return c.plan.all[i].typ, true
	}
	return "", false
}
