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
	add(r, &r.rec.CareTeams, n, &t)
	return true
}

// teamMember reads a participant: a member, or one more role of the member before.
func (r *reader) teamMember(t *record.CareTeam, n tree.Node) {
	roles := nonZero(r.concepts(n, "role"))
	if k := len(t.Members) - 1; k >= 0 && r.marked(n, "sameMember") {
		if m := &t.Members[k]; sameAsBefore(n, "member") && sameAsBefore(n, "onBehalfOf") && sameAsBefore(n, "period") {
			m.Roles = append(m.Roles, roles...)
			for _, name := range []string{"member", "onBehalfOf", "period"} {
				r.scaffoldAll(object(n, name))
			}
			r.repeated(own(n), own(before(n)))
			return
		}
	}
	m := record.CareTeamMember{Roles: roles, Who: nonZeroRef(r.refPtr(n, "member")), OnBehalfOf: r.refPtr(n, "onBehalfOf"), When: maybe(n, "period", r.period)}
	addFields(r, n, &m)
	t.Members = append(t.Members, m)
}

// repeated marks the extensions of x that stand in y too as checked.
func (r *reader) repeated(x, y tree.Node) {
	for _, e := range objects(x, "extension") {
		for _, o := range objects(y, "extension") {
			if string(e.Raw()) == string(o.Raw()) {
				r.scaffoldAll(e)
				break
			}
		}
	}
}

// before gives the node before n in its list.
func before(n tree.Node) (prior tree.Node) {
	for c := n.Parent().First(); c.OK() && c != n; c = c.Next() {
		prior = c
	}
	return prior
}

// sameAsBefore reports whether n and the object before it in its list say the same by a member.
func sameAsBefore(n tree.Node, name string) bool {
	p := before(n)
	return p.OK() && string(object(p, name).Raw()) == string(object(n, name).Raw())
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
