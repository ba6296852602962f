package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// listOfEntries reads a List (R4 2.39).
func (r *reader) listOfEntries(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	l := record.List{Entry: r.entry(n)}
	l.Identifiers = r.identifiers(n, "identifier")
	l.Notes = r.notes(n, "note")
	l.Status = r.status(n, &listStatus)
	l.Mode = r.str(n, "mode")
	l.Title = r.str(n, "title")
	l.Code = r.conceptPtr(n, "code")
	l.Encounter = r.refPtr(n, "encounter")
	l.When = r.timePtr(n, "date")
	r.part(&l.Entry, n, "source", "author")
	l.OrderedBy = r.conceptPtr(n, "orderedBy")
	l.Items = all(n, "entry", func(e tree.Node) record.ListItem {
		v := record.ListItem{Flag: r.conceptPtr(e, "flag"), Deleted: r.boolean(e, "deleted"), When: r.timePtr(e, "date"), Item: one(e, "item", r.ref)}
		addFields(r, e, &v)
		return v
	})
	l.EmptyReason = r.conceptPtr(n, "emptyReason")
	add(r, &r.rec.Lists, n, &l)
	return true
}
