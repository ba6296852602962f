package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// conceptOf tells which concept reads a statement, by its template; ok is false
// where no template says so.
func (r *reader) conceptOf(act tree.Node) (kind sectionKind, ok bool) {
	if r.isGoal(act) {
		return goalSection, true
	}
	for _, t := range r.templateIDs(act) {
		if k, known := entryReaders[t.id]; known {
			kind, ok = k, true
		}
	}
	if f := r.findingOf(act); f != nil && !ok {
		kind, ok = f.section, true
	}
	if !ok && r.isNote(act) {
		return noteSection, true
	}
	return kind, ok
}

// within reads a statement that hangs on another and is an entry of its own, by
// its template, and relates the two. Any other is left to be carried.
func (r *reader) within(rel, st tree.Node, into *[]record.Relation) {
	for i, ref := range r.nested(rel, st) {
		if i == 0 {
			r.slot(rel, "relations", len(*into))
		}
		*into = append(*into, r.relation(rel, ref))
	}
}

// nested reads a statement that hangs on another and is an entry of its own. How it hangs on it is the caller's.
func (r *reader) nested(rel, st tree.Node) []record.Ref {
	kind, ok := r.conceptOf(st)
	if !ok || kind == noteSection || !r.hangsPlainly(rel) {
		return nil
	}
	refs := r.readEntry(kind, rel)
	if refs == nil {
		r.release(st)
	}
	return refs
}

// hangsPlainly reports whether a relationship is there and not denied.
func (r *reader) hangsPlainly(rel tree.Node) bool {
	if rel.Attr("nullFlavor").OK() {
		return false
	}
	if a := rel.Attr("negationInd"); a.OK() && a.Value() != "false" && a.Value() != "0" {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	return true
}

// sameAs reports whether a relationship says nothing but its type, and that is
// the one given: then the field that holds the other entry says all of it.
func (r *reader) sameAs(rel tree.Node, typeCode string) bool {
	return rel.Attr("typeCode").Value() == typeCode && !rel.Attr("inversionInd").OK() && !rel.Child("sequenceNumber").OK() && r.relates(rel, false, typeCode)
}
