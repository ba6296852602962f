package fhir

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// part says to which patients each resource belongs. With one patient, or none,
// all belong together. With several, a resource belongs to the patient that it
// names as its own; what names none belongs to every patient whose resources refer
// to it, and what nothing refers to stands in a record of no patient. A patient
// who is only referred to is one too: what is said of two is never said of one.
func (p *plan) part() {
	var patients []int
	for i := range p.all {
		if p.all[i].typ == "Patient" && p.all[i].container < 0 && !p.all[i].past {
			patients = append(patients, i)
		}
	}
	absent := map[string]int{} // patients who are not here, by what they are called
	elsewhere := make([]int, len(p.all))
	for i := range p.all {
		elsewhere[i] = -1
		if p.all[i].container >= 0 || p.all[i].typ == "Patient" {
			continue
		}
		if text := p.subjectElsewhere(i); text != "" {
			g, ok := absent[text]
			if !ok {
				g = len(patients) + len(absent)
				absent[text] = g
			}
			elsewhere[i] = g
		}
	}
	several := len(patients) + len(absent)
	p.groups = max(1, several)
	if several <= 1 {
		only := groupSet{0}
		for i := range p.all {
			p.all[i].groups = only
		}
		return
	}
	groupOf := map[int]int{}
	for g, i := range patients {
		groupOf[i] = g
		p.all[i].groups = groupSet{g}
	}
	for i, j := range p.since {
		if g, ok := groupOf[j]; ok {
			p.all[i].groups = groupSet{g}
		}
	}
	refs := make([][]int, len(p.all))
	for i := range p.all {
		if p.all[i].container < 0 {
			refs[i] = p.references(i)
		}
	}
	for i := range p.all {
		if x := &p.all[i]; x.container < 0 && elsewhere[i] >= 0 {
			x.groups = groupSet{elsewhere[i]}
		} else if x.container < 0 && x.groups == nil {
			if g, ok := p.ownPatient(i, groupOf); ok {
				x.groups = groupSet{g}
			}
		}
	}
	// What belongs to a patient takes along what it refers to and what is nobody's own.
	var queue []int
	for i := range p.all {
		if len(p.all[i].groups) > 0 {
			queue = append(queue, i)
		}
	}
	fixed := make([]bool, len(p.all))
	for _, i := range queue {
		fixed[i] = true
	}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for _, j := range refs[i] {
			if fixed[j] {
				continue
			}
			grown := false
			for _, g := range p.all[i].groups {
				if !slices.Contains(p.all[j].groups, g) {
					p.all[j].groups = append(p.all[j].groups, g)
					grown = true
				}
			}
			if grown {
				queue = append(queue, j)
			}
		}
	}
	rest := false
	for i := range p.all {
		x := &p.all[i]
		if x.container >= 0 {
			x.groups = p.all[x.container].groups
		} else if len(x.groups) == 0 {
			x.groups, rest = groupSet{several}, true
		}
		slices.Sort(x.groups)
	}
	if rest {
		p.groups++
	}
	for i := range p.all {
		p.all[i].first = p.all[i].groups[0]
	}
}

// references gives the resources that resource i refers to, itself aside.
func (p *plan) references(i int) (out []int) {
	n := p.all[i].n
	d := n.Doc()
	for k := n.Index(); k < n.End(); k++ {
		v := d.Node(k)
		if v.Kind() != tree.String {
			continue
		}
		j, ok := 0, false
		switch v.Name() {
		case "reference":
			j, ok = p.target(v.Value(), i)
		case "questionnaire": // QuestionnaireResponse.questionnaire, a canonical URL
			j, ok = p.form(v.Value())
		case "url": // Attachment.url
			if p.binaries {
				j, ok = p.target(v.Value(), i)
				ok = ok && p.all[j].typ == "Binary"
			}
		}
		if ok {
			for p.all[j].container >= 0 {
				j = p.all[j].container
			}
			if j != i && !slices.Contains(out, j) {
				out = append(out, j)
			}
		}
	}
	return out
}

// subjectElsewhere gives how a resource refers to its patient where the input
// does not hold them: the same for a reference and one to a version.
func (p *plan) subjectElsewhere(i int) string {
	for _, name := range []string{"subject", "patient", "beneficiary", "deliverTo"} {
		c := object(p.all[i].n, name)
		text := peek(c, "reference")
		if text == "" {
			// A patient may be named by an identifier alone (R4 2.3.0.1). Whose of no patient here is another's.
			if id, ok := p.logical(c); ok {
				if p.identified(id) >= 0 {
					return ""
				}
				return id
			}
			continue
		}
		if text[0] == '#' {
			continue
		}
		if _, ok := p.target(text, i); ok {
			return ""
		}
		text, _, _ = strings.Cut(text, "/_history/")
		if looksLike(text, "Patient") || peek(c, "type") == "Patient" {
			if p.servers && !strings.Contains(text, ":") {
				return serverOf(&p.all[i]) + text
			}
			return text
		}
	}
	return ""
}

// logical gives a text for the identifier by which a Reference alone names a patient. It looks like no reference.
func (p *plan) logical(c tree.Node) (string, bool) {
	if c.Kind() != tree.Object || peek(c, "reference") != "" {
		return "", false
	}
	if t := peek(c, "type"); t != "" && t != "Patient" {
		return "", false
	}
	id := object(c, "identifier")
	if peek(id, "value") == "" {
		return "", false
	}
	return peek(id, "system") + " " + peek(id, "value"), true
}

// identified gives the one Patient of the input who has an identifier, as logical writes it; -1 for none or several.
func (p *plan) identified(id string) int {
	found := -1
	for i := range p.all {
		if x := &p.all[i]; x.typ == "Patient" && x.container < 0 && !x.past && hasIdentifier(x.n, id) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

func hasIdentifier(patient tree.Node, id string) bool {
	list := patient.Child("identifier")
	if list.Kind() != tree.Array {
		return false
	}
	for x := list.First(); x.OK(); x = x.Next() {
		if v := peek(x, "value"); v != "" && peek(x, "system")+" "+v == id {
			return true
		}
	}
	return false
}

// ownPatient gives the patient that a resource says it is of (R4 compartment
// Patient: subject, patient, beneficiary, individual …), or the only one that it refers to anywhere.
func (p *plan) ownPatient(i int, groupOf map[int]int) (int, bool) {
	n := p.all[i].n
	for _, name := range ownerNames {
		c := n.Child(name)
		if c.Kind() == tree.Array {
			c = c.First()
		}
		if j, ok := p.target(stringOf(c, "reference"), i); ok {
			if g, ok := groupOf[j]; ok {
				return g, true
			}
		}
		if id, ok := p.logical(c); ok {
			if j := p.identified(id); j >= 0 {
				return groupOf[j], true
			}
		}
	}
	group, found := 0, false
	d := n.Doc()
	for k := n.Index(); k < n.End(); k++ {
		v := d.Node(k)
		if v.Kind() != tree.String || v.Name() != "reference" {
			continue
		}
		if j, ok := p.target(v.Value(), i); ok {
			if g, ok := groupOf[j]; ok {
				if found && g != group {
					return 0, false // of several: of none alone
				}
				group, found = g, true
			}
		}
	}
	return group, found
}
