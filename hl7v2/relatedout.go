package hl7v2

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// relatedPerson writes NK1, or GT1 for a guarantor.
func (w *sender) relatedPerson(v *record.RelatedPerson) {
	switch {
	case isPath(&v.Entry, w.m.source, "PID") && w.m.source != "": // the mother, who stands in PID-21
	case slices.Equal(v.Class, []string{"GUAR"}):
		w.guarantor(v)
	default:
		w.nextOfKin(v)
	}
}

func (w *sender) nextOfKin(v *record.RelatedPerson) {
	s := w.segment("NK1", v.ID, w.lineOf(&v.Entry, "NK1"))
	w.names(s, 2, "names", v.Names)
	if len(v.Relationships) > 0 {
		w.coded(s.at(3), &v.Relationships[0], "63")
	}
	if len(v.Relationships) > 1 {
		w.coded(s.at(7), &v.Relationships[1], "131")
	}
	w.addresses(s, 4, v.Addresses)
	w.telecomsBy(s, v.ID, "telecoms", v.Telecoms, kinField)
	w.between(s, 8, 9, v.Period)
	w.sex(s.at(15), "sex", &v.Sex)
	w.time(s.at(16), &v.BirthTime)
	for i := range v.Languages {
		w.coded(s.next(20), &v.Languages[i].Code, "296")
	}
	for i := range v.Identifiers {
		w.identifier(s.next(w.formField(v.ID, slotOf("identifiers", i), "NK1", 33)), &v.Identifiers[i])
	}
	if v.Organization != nil && w.organization(s.at(13), v.Organization) {
		w.contact(s, w.refs[w.refOf(v)], 30, 31, 32)
	}
	if v.Contact != nil && *v.Contact {
		v.Contact = nil // NK1 tells of whom to reach
	} else {
		w.Note(&contactByKind, "contact")
	}
	w.notes(v.Notes, s)
}

// contactByKind is for what NK1 is by itself.
var contactByKind = record.IssueAltered.Because("the segment is that of next of kin and of whom to reach")

// refOf gives the id of the organization of a related person, which was cleared where it was written.
func (w *sender) refOf(v *record.RelatedPerson) string {
	at, ok := w.refs[v.ID]
	if !ok || w.rec.RelatedPersons[at.i].Organization == nil {
		return ""
	}
	return w.rec.RelatedPersons[at.i].Organization.ID
}

// contact writes whom to ask for at an organization.
func (w *sender) contact(s *segmentOut, at entryAt, name, phone, address int) {
	if at.kind != record.KindOrganization {
		return
	}
	org := &w.rec.Organizations[at.i]
	m := w.mentionOf(&record.Ref{ID: org.ID})
	if len(org.Contacts) == 0 || m == nil {
		return
	}
	c := clone(org.Contacts[0])
	w.At("organizations", at.i, func() {
		w.In("contacts", 0)
		w.In("name", -1)
		w.name(s.at(name), c.Name)
		w.Leave()
		w.Leave()
	})
	w.telecoms(s, phone, c.Telecoms)
	w.address(s.at(address), c.Address)
	m.organization.Contacts[0] = c
}

// homeAndWork writes telecoms in two fields, of which one is for those at work.
func (w *sender) homeAndWork(s *segmentOut, home, work int, list []record.Telecom) {
	joined := w.joinedTelecoms(list)
	for i := range list {
		if slices.Contains(list[i].Uses, "work") {
			w.telecomBehind(s.next(work), &list[i], joined[i])
		} else {
			w.telecomBehind(s.next(home), &list[i], joined[i])
		}
	}
}

// between writes start and end of a period in fields of their own.
func (w *sender) between(s *segmentOut, start, end int, p *record.Period) {
	if p != nil {
		w.time(s.at(start), &p.Start)
		w.time(s.at(end), &p.End)
	}
}
