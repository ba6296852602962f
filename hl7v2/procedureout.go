package hl7v2

import "github.com/portage-health/portage/record"

// procedure writes PR1.
func (w *sender) procedure(v *record.Procedure) {
	s := w.segment("PR1", v.ID, w.lineOf(&v.Entry, "PR1"))
	w.str(s.at(4), &v.Code.Text)
	w.concept(s.at(3), &v.Code)
	w.time(s.at(5), &v.When.At)
	if v.When.Width != nil && v.When.Width.Code == "min" {
		w.time(s.at(5), &v.When.Start)
		if w.number(s.at(7), &v.When.Width.Value); v.When.Width.Value == "" {
			v.When.Width = nil
		}
	} else if v.When.End.IsZero() {
		w.time(s.at(5), &v.When.Start)
	}
	if len(v.Categories) > 0 {
		w.coded(s.at(6), &v.Categories[0], "230")
	}
	w.participants(v.Participants, s, 8, role("performer", "anesthesiologist"), nil)
	w.conceptPtr(s.at(9), &v.Anesthesia, "19")
	w.participants(v.Participants, s, 11, role("performer", "surgeon"), nil)
	w.participants(v.Participants, s, 12, role("performer"), nil)
	w.tableCode(s.at(14), v.Priority, "418")
	w.indications(s, 15, v.Indications)
	w.concepts(s, 16, v.Modifiers, "")
	if x := takeAny(v.Identifiers); x != nil {
		w.entity(s.at(19), x)
	}
	for i := range v.Locations {
		w.location(s.next(23), &v.Locations[i])
	}
	if len(v.PartOf) > 0 && v.PartOf[0].ID == "" {
		w.entity(s.at(25), v.PartOf[0].Identifier)
	}
	if v.Status.Code == record.StatusEnteredInError && w.put(s.at(20), "D") { // table 0206
		v.Status.Code = ""
	} else if v.Status.Code == record.StatusCompleted {
		v.Status.Code, v.Status.AsSent = "", ""
	} else if w.m.source == "" {
		w.In("status", -1)
		w.Note(&doneByKind, "code")
		w.Leave()
	}
	w.inVisit(&v.Encounter)
	w.notes(v.Notes, s)
}

// doneByKind is for a status that the segment says by being there.
var doneByKind = record.IssueAltered.Because("the segment has no status: it tells of what was done")

// indications writes what something is for, where it is a code and is so.
func (w *sender) indications(s *segmentOut, field int, list []record.Indication) {
	for i := range list {
		x := &list[i]
		if x.Code == nil || x.Assertion != "" && x.Assertion != record.Affirmed {
			continue
		}
		w.concept(s.next(field), x.Code)
		if x.Assertion == record.Affirmed {
			x.Assertion = ""
		}
	}
}
