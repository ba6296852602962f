package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// attached reads what may hang on a statement of any kind: comments, notes,
// privacy markings, references to other entries and to documents elsewhere, and
// how much it matters to whom.
func (r *reader) attached(e *record.Entry, kind string, n tree.Node) {
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() != tree.Element {
			continue
		}
		switch c.Name() {
		case "reference":
			if kind == kindNote || r.hasAny(n, templatesDirective[:2]) || r.sectionCode() == "42348-3" {
				continue // it reads them itself
			}
			if x, ok := r.elsewhere(c); ok {
				r.hangs(&x, c, "relations", len(e.Relations))
				e.Relations = append(e.Relations, x)
			}
		case "entryRelationship", "component":
			switch s := r.statement(c); s.Name() {
			case "act":
				if r.isComment(s) {
					r.slot(c, "notes", len(e.Notes))
					e.Notes = append(e.Notes, r.comment(c, s))
				} else if r.isNote(s) {
					r.noteWithin(c, s, &record.Ref{ID: e.ID, Kind: kind})
				} else if r.isEntryReference(s) {
					if x, ok := r.entryReference(c, s); ok {
						r.hangs(&x, c, "relations", len(e.Relations))
						e.Relations = append(e.Relations, x)
					}
				}
			case "organizer":
				if r.isPrivacyAnnotation(s) {
					r.securityLabels(c, s, &e.Labels)
				}
			case "observation":
				if r.isSecurity(s) {
					r.securityLabels(c, s, &e.Labels)
				} else if r.asks(s, &priorityPreference) {
					if p, ok := r.preference(c, s); ok {
						r.slot(c, "preferences", len(e.Preferences))
						e.Preferences = append(e.Preferences, p)
					}
				}
			}
		}
	}
}

var priorityPreference = question{
	templates: []string{"2.16.840.1.113883.10.20.22.4.143"},
	system:    oidSNOMED, codes: []string{"225773000"}, displays: []string{"Preference"},
}

// preference reads a Priority Preference (C-CDA R2.1 3.76): whose it is, its
// authors say. Documents before R2.1 hang it on as the reason.
func (r *reader) preference(rel, obs tree.Node) (record.Preference, bool) {
	if !r.plain(obs, "EVN") || !r.relates(rel, false, "REFR", "RSON") {
		return record.Preference{}, false
	}
	r.templates(obs, priorityPreference.templates...)
	r.shape(obs, "OBS", "EVN")
	r.oneOf(obs, priorityPreference.system, priorityPreference.codes, priorityPreference.displays...)
	return record.Preference{
		Status:      r.status(obs),
		Identifiers: r.ids(obs), Value: r.worded(obs.Child("value")), Priority: r.conceptPtr(obs.Child("priorityCode")),
		When: r.periodPtr(obs.Child("effectiveTime")), Narrative: r.link(obs), Participants: r.participants(obs, otherParticipant),
	}, true
}

// elsewhere reads a reference to a document that is not in this one
// (C-CDA R2.1 External Document Reference, 3.36).
func (r *reader) elsewhere(ref tree.Node) (record.Relation, bool) {
	d := ref.Child("externalDocument")
	id := d.Child("id")
	if a := d.Attr("moodCode"); a.OK() && a.Value() != "EVN" || ref.Attr("nullFlavor").OK() || d.Attr("nullFlavor").OK() || id.NextNamed().OK() {
		return record.Relation{}, false
	}
	i := r.identifier(id)
	if !usable(&i) {
		r.release(id)
		return record.Relation{}, false
	}
	r.templates(d, templateExternalDocument)
	r.shape(d, "DOCCLIN", "EVN")
	x := r.relation(ref, record.Ref{Identifier: &i, Kind: kindDocument})
	x.Code = r.conceptPtr(d.Child("code"))
	x.Text = r.text(d.Child("text"))
	return x, true
}

// isEntryReference recognises an act that stands for an entry elsewhere in the
// document: by its template, or because it has an id and nothing else to say.
func (r *reader) isEntryReference(n tree.Node) bool {
	if n.Name() != "act" || !n.Child("id").OK() || n.Child("code").Attr("code").OK() {
		return false
	}
	if r.has(n, templateEntryReference) {
		return true
	}
	absent := n.Child("code").Attr("nullFlavor").Value() == "NP"
	for c := range n.Elements("") {
		switch c.Name() {
		case "id", "templateId":
		case "code", "statusCode":
			if !absent {
				return false
			}
		default:
			return false
		}
	}
	return r.bare(n, nil)
}

// hangs notes by which relationship an entry names something else, and where in its owner that landed.
func (r *reader) hangs(x *record.Relation, rel tree.Node, field string, i int) {
	r.hanging = append(r.hanging, pendingRef{x.Target.Identifier, rel})
	r.slot(rel, field, i)
}

// moves says that what an entry names landed in another field of its owner, or at another place there.
func (r *reader) moves(ident *record.Identifier, field string, i int) {
	for k := len(r.hanging) - 1; k >= 0; k-- {
		if r.hanging[k].ident == ident {
			r.slot(r.hanging[k].node, field, i)
			return
		}
	}
}

// sort takes the relations that a field of their own holds out of those that an
// entry has, and says of the rest at which place they are now. claim takes one,
// and gives the field and the number that it has there.
func (r *reader) sort(list []record.Relation, claim func(x *record.Relation) (field string, i int)) []record.Relation {
	kept := list[:0]
	for k := range list {
		x := list[k]
		if field, i := claim(&x); field != "" {
			r.moves(x.Target.Identifier, field, i)
			continue
		}
		if len(kept) != k {
			r.moves(x.Target.Identifier, "relations", len(kept))
		}
		kept = append(kept, x)
	}
	clear(list[len(kept):])
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// pendingRef is an entry reference whose target is looked for when all entries have been read.
type pendingRef struct {
	ident *record.Identifier
	node  tree.Node
}

// entryReference reads an Entry Reference (C-CDA R2.1 3.34).
func (r *reader) entryReference(rel, act tree.Node) (record.Relation, bool) {
	id := act.Child("id")
	if id.NextNamed().OK() || !r.plain(act, "EVN") || rel.Attr("nullFlavor").OK() {
		return record.Relation{}, false
	}
	if a := rel.Attr("negationInd"); a.OK() && a.Value() != "false" && a.Value() != "0" {
		r.issue(record.IssueNegationUnclear, a)
		return record.Relation{}, false
	}
	i := r.identifier(id)
	if !usable(&i) {
		r.release(id)
		return record.Relation{}, false
	}
	r.templates(act, templateEntryReference)
	r.shape(act, "ACT", "EVN")
	r.fixed(act.Child("code"), "nullFlavor", "NP")
	r.fixed(act.Child("statusCode"), "code", "completed")
	r.pending = append(r.pending, pendingRef{&i, act})
	return r.relation(rel, record.Ref{Identifier: &i}), true
}

// namedBy gives the statement that an entry reference names, as far as one is in the document.
func (r *reader) namedBy(x *record.Relation) tree.Node {
	if x.Target.Identifier == nil || x.Inverted != nil || x.Sequence != "" || x.Target.ID != "" {
		return tree.Node{}
	}
	i, ok := r.onStatements.first[systemValue{x.Target.Identifier.System, x.Target.Identifier.Value}]
	if !ok || i == onlyMentioned {
		return tree.Node{}
	}
	return r.doc.Node(int(i))
}

// meant is what the entry references with one identifier point to.
type meant struct {
	ref     record.Ref
	several bool
}

// meetReferences makes the entry references point to the one entry that has the
// identifier they name. A concern act is no entry: the one problem or allergy in it is meant.
func (r *reader) meetReferences() {
	if len(r.pending) == 0 {
		return
	}
	found := make(map[systemValue]*meant, len(r.pending))
	for _, p := range r.pending {
		found[systemValue{p.ident.System, p.ident.Value}] = &meant{}
	}
	note := func(idents []record.Identifier, ref record.Ref) {
		for i := range idents {
			m := found[systemValue{idents[i].System, idents[i].Value}]
			switch {
			case m == nil || !usable(&idents[i]):
			case m.ref.ID == "":
				m.ref = ref
			case m.ref.ID != ref.ID:
				m.several = true
			}
		}
	}
	for kind, e := range r.rec.Entries() {
		note(e.Identifiers, record.Ref{ID: e.ID, Kind: kind})
	}
	for i := range r.rec.Problems {
		if p := &r.rec.Problems[i]; p.Concern != nil {
			note(p.Concern.Identifiers, record.Ref{ID: p.ID, Kind: kindProblem})
		}
	}
	for i := range r.rec.Allergies {
		if a := &r.rec.Allergies[i]; a.Concern != nil {
			note(a.Concern.Identifiers, record.Ref{ID: a.ID, Kind: kindAllergy})
		}
	}
	to := make(map[*record.Identifier]record.Ref, len(r.pending))
	for _, p := range r.pending {
		switch m := found[systemValue{p.ident.System, p.ident.Value}]; {
		case m.several:
			r.issue(issueSeveralNamed, p.node)
		case m.ref.ID == "":
			r.issue(record.IssueDanglingReference, p.node)
		default:
			to[p.ident] = m.ref
		}
	}
	r.settleReferences(to)
}

var issueSeveralNamed = record.IssueDanglingReference.Because("several entries have the identifier that a reference names; it is kept as sent")

// settleReferences writes the ids of entries into the references that name them.
func (r *reader) settleReferences(to map[*record.Identifier]record.Ref) {
	settle := func(ref *record.Ref) {
		if t, ok := to[ref.Identifier]; ok && ref.Identifier != nil {
			ref.ID, ref.Kind = t.ID, t.Kind
		}
	}
	relations := func(rs []record.Relation) {
		for i := range rs {
			settle(&rs[i].Target)
		}
	}
	refs := func(rs []record.Ref) {
		for i := range rs {
			settle(&rs[i])
		}
	}
	for _, e := range r.rec.Entries() {
		relations(e.Relations)
	}
	for i := range r.rec.Problems {
		if c := r.rec.Problems[i].Concern; c != nil {
			relations(c.Relations)
		}
	}
	for i := range r.rec.Allergies {
		if c := r.rec.Allergies[i].Concern; c != nil {
			relations(c.Relations)
		}
	}
	for i := range r.rec.Goals {
		refs(r.rec.Goals[i].Addresses)
		refs(r.rec.Goals[i].Milestones)
		refs(r.rec.Goals[i].Outcomes)
	}
	for i := range r.rec.HealthConcerns {
		refs(r.rec.HealthConcerns[i].About)
		refs(r.rec.HealthConcerns[i].Goals)
	}
	for i := range r.rec.CarePlans {
		p := &r.rec.CarePlans[i]
		refs(p.Addresses)
		refs(p.Goals)
		refs(p.CareTeams)
		refs(p.Support)
		for k := range p.Activities {
			if a := p.Activities[k].Ref; a != nil {
				settle(a)
			}
		}
	}
	for i := range r.rec.Coverages {
		if a := r.rec.Coverages[i].Activity; a != nil {
			relations(a.Relations)
		}
	}
	for i := range r.rec.CareTeams {
		for k := range r.rec.CareTeams[i].Members {
			relations(r.rec.CareTeams[i].Members[k].Relations)
		}
	}
}
