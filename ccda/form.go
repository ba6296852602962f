package ccda

import (
	"cmp"
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// formed is a node that says nothing that the record does not hold, in a form
// that the writer would not choose: an attribute or a whole element. Where name
// is set it is an element without a child of that name, which the writer would write.
type formed struct {
	n    tree.Node
	name string
}

// form says that an attribute, or an element whose leaves are all marked, is to
// come back as the source has it (Carried.Form).
func (r *reader) form(n tree.Node) {
	if n.OK() {
		r.forms = append(r.forms, formed{n: n})
	}
}

// without says that the source has no child of this name where others have one
// that says nothing.
func (r *reader) without(n tree.Node, name string) {
	if n.OK() && !n.Child(name).OK() {
		r.forms = append(r.forms, formed{n, name})
	}
}

// notNegated marks an attribute negationInd that was seen not to negate.
func (r *reader) notNegated(a tree.Node) {
	if a.OK() {
		r.scaffold(a)
		r.form(a)
	}
}

// settleForms gives back what is left of an element of which a part was not
// understood after all: the sweep carries the whole.
func (r *reader) settleForms() {
	for i := range r.forms {
		if f := &r.forms[i]; f.name == "" && f.n.Kind() == tree.Element && !r.marks(f.n, true) {
			r.release(f.n)
		}
	}
}

// marks reports whether any leaf of n, or each of them, is marked.
func (r *reader) marks(n tree.Node, each bool) bool {
	for i := n.Index(); i < n.End(); i++ {
		if r.doc.IsLeaf(i) && r.led.Free(i) == each {
			return !each
		}
	}
	return each
}

// keepForms carries the forms whose facts the record holds: what was carried in
// the end has its own form. They count as no fact.
func (r *reader) keepForms(s *sweeper) {
	slices.SortStableFunc(r.forms, func(a, b formed) int { return cmp.Or(a.n.Index()-b.n.Index(), strings.Compare(a.name, b.name)) })
	for i := range r.forms {
		f := &r.forms[i]
		if i > 0 && *f == r.forms[i-1] {
			continue
		}
		up, around := f.n.Parent(), f.n.Parent()
		if f.name != "" {
			up, around = f.n, f.n
		}
		if f.n.Kind() == tree.Attr && r.led.Free(f.n.Index()) || !r.marks(around, false) || f.name == "" && !r.marks(f.n, true) {
			continue
		}
		line, _ := f.n.Pos()
		c := record.Carried{Format: formatName, Source: r.source, Path: r.path(f.n), Line: line, Form: true}
		from := ""
		c.Owner, c.Slot, from = r.ownerOf(up)
		switch {
		case f.name != "":
			c.Kind, c.Name = "absent", f.name
			c.Path += "/" + f.name
		case f.n.Kind() == tree.Attr:
			c.Kind, c.Name, c.Data = "attribute", qualified(f.n), f.n.Value()
			c.Words = c.Data
		default:
			c.Kind, c.Data = "element", view(f.n.Fragment())
			s.content(f.n, &c)
			c.Modifier = false
		}
		if len(from) < len(c.Path) {
			c.At = c.Path[len(from)+len("/"):]
		}
		r.rec.Carried = append(r.rec.Carried, c)
	}
}

// ownerOf gives the owner of what stands directly in n, the slot of it, and the
// path that the way from there begins at.
func (r *reader) ownerOf(n tree.Node) (owner, slot, from string) {
	var base tree.Node
	for ; n.OK(); n = n.Parent() {
		id, ok := r.owners.get(n.Index())
		name := r.slotOf(n.Index())
		if name != "" {
			if slot != "" {
				name += "." + slot
			}
			slot = name
		}
		if (ok || name != "" || !n.Parent().OK()) && !base.OK() {
			base = n
		}
		if ok {
			owner = id
			break
		}
	}
	return owner, slot, r.path(base)
}
