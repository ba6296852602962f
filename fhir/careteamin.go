package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// careTeam reads a CareTeam (R4 12.3).
func (r *reader) careTeam(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	t := record.CareTeam{Entry: r.entry(n)}
	t.Identifiers = r.identifiers(n, "identifier")
	t.Notes = r.notes(n, "note")
	t.Status = r.status(n, &teamStatus)
	t.Categories = r.concepts(n, "category")
	if c := r.field(n, "code"); c.OK() && r.marked(n, "nameOfCode") && peek(object(c, "valueCodeableConcept"), "text") == peek(n, "name") {
		r.scaffold(n.Child("name"))
	} else {
		t.Name = r.str(n, "name")
	}
	t.Encounter = r.refPtr(n, "encounter")
	t.When = one(n, "period", r.period)
	for _, p := range objects(n, "participant") {
		r.teamMember(&t, p)
	}
	t.Reasons = r.indications(n, "reasons")
	t.Managing = r.refs(n, "managingOrganization")
	t.Telecoms = all(n, "telecom", r.telecom)
	add(r, &r.rec.CareTeams, n, t)
	return true
}

// teamMember reads a participant: a member, or one more role of the member before.
func (r *reader) teamMember(t *record.CareTeam, n tree.Node) {
	roles := nonZero(r.concepts(n, "role"))
	if k := len(t.Members) - 1; k >= 0 && r.marked(n, "sameMember") {
		if m := &t.Members[k]; sameReference(n, n.Parent(), "member") && sameReference(n, n.Parent(), "onBehalfOf") && sameReference(n, n.Parent(), "period") {
			m.Roles = append(m.Roles, roles...)
			for _, name := range []string{"member", "onBehalfOf", "period"} {
				r.scaffoldAll(object(n, name))
			}
			if x := own(n); x.OK() {
				r.scaffoldAll(x) // it repeats what the first says
			}
			return
		}
	}
	m := record.CareTeamMember{Roles: roles, Who: nonZeroRef(r.refPtr(n, "member")), OnBehalfOf: r.refPtr(n, "onBehalfOf"), When: maybe(n, "period", r.period)}
	r.fields(n, &m)
	t.Members = append(t.Members, m)
}

// sameReference reports whether n and the object before it in its list say the same by a member.
func sameReference(n, list tree.Node, name string) bool {
	var before tree.Node
	for c := list.First(); c.OK() && c != n; c = c.Next() {
		before = c
	}
	return before.OK() && string(object(before, name).Raw()) == string(object(n, name).Raw())
}

// nonZeroRef leaves out a reference that says nothing: one our exporter wrote because FHIR demands one.
func nonZeroRef(v *record.Ref) *record.Ref {
	if v == nil || *v == (record.Ref{}) {
		return nil
	}
	return v
}

// nonZeroRefs is nonZeroRef for a list.
func nonZeroRefs(vs []record.Ref) []record.Ref {
	out := vs[:0]
	for i := range vs {
		if vs[i] != (record.Ref{}) {
			out = append(out, vs[i])
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// nonZeroConcept leaves out a concept that says nothing.
func nonZeroConcept(c *record.Concept) *record.Concept {
	if c == nil || c.IsZero() {
		return nil
	}
	return c
}

// marked reports whether our extension on n says yes to a question of that name, which says how the source was built.
func (r *reader) marked(n tree.Node, name string) bool {
	e := r.field(n, name)
	b := e.Child("valueBoolean")
	if b.Kind() != tree.Bool || b.Value() != "true" {
		return false
	}
	r.take(b)
	return true
}

// scaffoldAll marks every leaf of n as checked: what is said there is said elsewhere too, and was compared.
func (r *reader) scaffoldAll(n tree.Node) {
	for i := n.Index(); n.OK() && i < n.End(); i++ {
		if r.doc.IsLeaf(i) {
			r.led.Scaffold(i)
		}
	}
}
