package fhir

import "github.com/portage-health/portage/internal/tree"

// typeConsentR5 is the name of the type that R5's Consent has in the table of elements.
const typeConsentR5 = "Consent@R5"

// isConsentR5 reports whether a Consent in XML is turned into JSON by R5's elements: whether it has one by which JSON
// would be known to be of R5, and none beside it that R4 has and R5 has not. That says which elements repeat, and no more:
// whether it is read as R5's is asked of the JSON that becomes of it. t is R4's type.
func (r *xmlReader) isConsentR5(n tree.Node, t *elementType) bool {
	of := r.table.typ(typeConsentR5)
	other := versionTable().of["Consent"]
	told, provisions := false, 0
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() == tree.Text || !r.isHome(c.Space()) {
			continue
		}
		name := c.Name()
		if name == "provision" {
			provisions++
			told = told || r.isProvisionR5(c, 0)
		}
		number := r.table.number(name)
		if place, _ := of.find(number); place < 0 {
			if place, _ = t.find(number); place >= 0 {
				return false
			}
			continue
		}
		for i := range other[name] {
			if x := &other[name][i]; x.kind == "" && len(x.path) == 1 && x.versions == setOf(R5) {
				told = true
			}
		}
	}
	return told || provisions > 1
}

// isProvisionR5 reports whether a provision, or one in it, has an element that only R5 has there.
func (r *xmlReader) isProvisionR5(n tree.Node, depth int) bool {
	if depth > r.limits.MaxDepth {
		return false // what is turned of it stops there too, with an error
	}
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() == tree.Text || !r.isHome(c.Space()) {
			continue
		}
		switch c.Name() {
		case "documentType", "resourceType", "expression":
			return true
		case "provision":
			if r.isProvisionR5(c, depth+1) {
				return true
			}
		}
	}
	return false
}
