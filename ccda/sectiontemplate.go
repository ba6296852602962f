package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// sectionTemplates checks the template ids of a section. One is known if the
// section has the code that it fixes, or none: else it claims what the code denies.
func (r *reader) sectionTemplates(n tree.Node) {
	code := n.Child("code").Attr("code").Value()
	for _, t := range r.templateIDs(n) {
		if t.id == oidLevelOne {
			continue
		}
		ext := t.node.Attr("extension")
		if !sectionFits(t.id, code) || ext.OK() && !isRelease(ext.Value()) {
			r.issue(record.IssueUnknownTemplate, t.node)
			continue
		}
		r.scaffold(t.root)
		r.scaffold(ext)
	}
}

func sectionFits(root, code string) bool {
	if root == templateNotes {
		return !fixedSectionCodes[code]
	}
	fixed, known := sectionCodes[root]
	return known && (code == "" || slices.Contains(fixed, code))
}

// sectionCodes are the codes that each template of a section fixes, and
// fixedSectionCodes all of them.
var sectionCodes, fixedSectionCodes = func() (map[string][]string, map[string]bool) {
	byTemplate, all := map[string][]string{}, map[string]bool{}
	for _, s := range otherSections {
		byTemplate[s.template] = append(byTemplate[s.template], s.code)
		all[s.code] = true
	}
	for _, s := range slices.Backward(sectionTypes[:]) {
		for _, t := range s.templates {
			if t != "" {
				byTemplate[t] = []string{s.loinc}
			}
		}
		all[s.loinc] = true
	}
	return byTemplate, all
}()
