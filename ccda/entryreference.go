package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// isEntryReference recognises an act that stands for an entry elsewhere in the
// document, by its template, or because it has an id and nothing else to say.
func (r *reader) isEntryReference(n tree.Node) bool {
	if n.Name() != "act" || !n.Child("id").OK() || n.Child("id").NextNamed().OK() {
		return false
	}
	named := r.has(n, templateEntryReference)
	for c := range n.Elements("") {
		switch c.Name() {
		case "id", "templateId":
		case "code":
			if c.Attr("code").OK() || !named && !c.Attr("nullFlavor").OK() {
				return false
			}
		case "statusCode", "text":
			if !named {
				return false
			}
		default:
			return false
		}
	}
	return named || r.bare(n, nil)
}

// entryReference reads an Entry Reference (C-CDA R2.1 3.39): how the entry that
// it hangs on stands to another.
func (r *reader) entryReference(rel, act tree.Node, into *[]record.Relation) {
	if !r.plain(act, "EVN") || rel.Attr("negationInd").OK() && rel.Attr("negationInd").Value() != "false" || rel.Attr("nullFlavor").OK() {
		return
	}
	i := r.identifier(act.Child("id"))
	if i.IsZero() {
		return
	}
	r.templates(act, templateEntryReference)
	r.shape(act, "ACT", "EVN")
	r.fixed(act.Child("code"), "nullFlavor", "NP")
	r.fixed(act.Child("statusCode"), "code", "completed")
	r.toEntries = true
	*into = append(*into, r.relation(rel, record.Ref{Identifier: &i}))
}

// meetEntries makes the relations to other entries by an identifier point to
// the one entry of the record that has it.
func (r *reader) meetEntries() {
	if !r.toEntries {
		return
	}
	type at struct{ id, kind string }
	found := map[systemValue]at{}
	for kind, e := range r.rec.Entries() {
		for i := range e.Identifiers {
			x := &e.Identifiers[i]
			if !usable(x) {
				continue
			}
			k := systemValue{x.System, x.Value}
			if old, seen := found[k]; seen && old.id != e.ID {
				found[k] = at{} // several have it
			} else if !seen {
				found[k] = at{e.ID, kind}
			}
		}
	}
	for _, e := range r.rec.Entries() {
		for i := range e.Relations {
			t := &e.Relations[i].Target
			if t.ID == "" && t.Identifier != nil {
				if x := found[systemValue{t.Identifier.System, t.Identifier.Value}]; x.id != "" && x.id != e.ID {
					t.ID, t.Kind = x.id, x.kind
				}
			}
		}
	}
}
