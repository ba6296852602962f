package fhir

import (
	"strconv"
	"unsafe"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// frame takes what every resource has: its type, its id and where it stood.
func (r *reader) frame(x *resource, item *record.Item) {
	r.take(x.n.Child("resourceType"))
	r.take(x.n.Child("id"))
	if meta := x.n.Child("meta"); meta.Kind() == tree.Object {
		if v := meta.Child("versionId"); v.Kind() == tree.String {
			r.take(v)
			item.Version = v.Value()
		}
	}
	if x.entry.OK() {
		if u := x.entry.Child("fullUrl"); u.Kind() == tree.String {
			r.take(u)
		}
	}
}

// entry begins an entry of the resource at hand: the first has the resource's
// own id, others have ids derived from it. It takes what all entries have.
func (r *reader) entry(n tree.Node) (e record.Entry) {
	x := &r.plan.all[r.at]
	e.ID, e.Assertion = x.entryID, record.Affirmed
	if len(r.made) > 0 {
		e.ID = r.partID("entry")
	}
	e.Origins = append(r.room.origins.List(1), record.Origin{Source: r.source, Path: x.path, Line: r.line(n)})
	r.made = append(r.made, e.ID)
	if n == x.n {
		r.common(n, &e)
	}
	return e
}

// partID gives the id of the next part of the resource at hand.
func (r *reader) partID(kind string) string {
	r.derived++
	return ids.Derive(r.plan.all[r.at].entryID, kind, strconv.Itoa(r.derived))
}

// common takes what every resource may have: meta, language, text and our own
// extensions on it.
func (r *reader) common(n tree.Node, e *record.Entry) {
	if meta := n.Child("meta"); meta.Kind() == tree.Object {
		e.Updated = r.timePtr(meta, "lastUpdated")
		e.Labels = r.labels(meta, "security")
	}
	e.Language = r.str(n, "language")
	e.Narrative = r.narrative(n)
	if x := r.field(n, "narrative"); x.OK() {
		r.narrativeRest(object(n, "text"), x, e)
	}
	if a := r.assertion(n); a != "" {
		e.Assertion = a
	}
}

// add puts an entry that is complete into its list of the record, with what our own extension on n says of it.
func add[T any](r *reader, list *[]T, n tree.Node, x *T) {
	*list = append(*list, *x)
	r.fields(n, &(*list)[len(*list)-1])
}

// line gives the line of a node in the input.
func (r *reader) line(n tree.Node) int {
	if r.plan.xml != nil {
		line, _ := r.plan.xml.position(n.Offset())
		return line
	}
	return n.Line()
}

// pos gives line and column of a node in the input.
func (r *reader) pos(n tree.Node) (line, col int) {
	if r.plan.xml != nil {
		return r.plan.xml.position(n.Offset())
	}
	line, col = n.Pos()
	if r.plan.lines && col > 1 {
		col--
	}
	return line, col
}

// rawText gives a part of the document, which does not change, as a string.
func rawText(n tree.Node) string {
	b := n.Raw()
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b))
}
