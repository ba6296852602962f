package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// listStatus pairs FHIR's list-status with the record's.
var listStatus = codes.NewTable(
	codes.Both("current", record.StatusActive),
	codes.Both("retired", record.StatusInactive),
	codes.Both("entered-in-error", record.StatusEnteredInError),
)

var listSources = only(kindPractitioner, kindPractitionerRole, kindPatient, kindDevice)

// listKind says what a list becomes: a Basic where it is not known whether there
// is one, and where it has no status or mode that FHIR, which demands both, has a
// code for (an organizer of C-CDA has neither).
func listKind(l *record.List) kind {
	if !isStated(&l.Entry) || l.Assertion != record.Affirmed || !hasCodeFor(&listStatus, &l.Status) || !inList(listModes, l.Mode) {
		return kindBasic
	}
	return kindList
}

const listModes = " working snapshot changes "

// list writes a List (R4).
func (w *writer) list(i int, l *record.List) {
	if listKind(l) == kindBasic {
		why := &record.IssueNotStated
		if isStated(&l.Entry) && l.Assertion == record.Affirmed {
			why = &noStatus
		}
		w.keptWhole("lists", i, &l.Entry, l, why)
		return
	}
	w.resource("lists", i, &l.Entry, kindList)
	w.common(&l.Entry, hasIdentifiers|hasNotes|hasStatus|hasAssertion)
	w.status("status", &l.Status, &listStatus, "")
	w.code("mode", l.Mode)
	w.str("title", l.Title)
	w.concept("code", l.Code)
	if w.named() {
		w.subject("subject")
	}
	w.referenceField("encounter", "encounter", l.Encounter, only(kindEncounter))
	if l.When != nil {
		w.dateTime("date", *l.When)
	}
	w.authorOf("source", l.Participants, listSources)
	w.concept("orderedBy", l.OrderedBy)
	w.arr("entry")
	for k := range l.Items {
		w.In("items", k)
		w.listItem(l, &l.Items[k])
		w.Leave()
	}
	w.endArr()
	if len(l.Items) == 0 {
		w.concept("emptyReason", l.EmptyReason)
	} else {
		w.fieldConcept("emptyReason", l.EmptyReason) // lst-1
	}
	w.fieldPeriod("period", l.Period)
	w.endResource()
}

func (w *writer) listItem(l *record.List, x *record.ListItem) {
	w.obj("")
	w.concept("flag", x.Flag)
	if x.Deleted != nil {
		if l.Mode == "changes" {
			w.boolean("deleted", *x.Deleted)
		} else {
			w.fieldBool("deleted", x.Deleted) // lst-2
		}
	}
	if x.When != nil {
		if l.Mode == "working" {
			w.dateTime("date", *x.When)
		} else {
			w.fieldTime("when", x.When) // lst-3
		}
	}
	w.requiredReference("item", "item", &x.Item, 0)
	w.end()
}
