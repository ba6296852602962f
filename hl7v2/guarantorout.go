package hl7v2

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// guarantor writes GT1.
func (w *sender) guarantor(v *record.RelatedPerson) {
	s := w.segment("GT1", v.ID, w.lineOf(&v.Entry, "GT1"))
	v.Class = nil
	for i := range v.Identifiers {
		x := &v.Identifiers[i]
		if isType(x, "SS") && x.System == "" && x.SystemAsSent == "" && x.Assigner == "" && !s.has(12) {
			w.str(s.at(12), &x.Value)
			w.impliedType(x, "SS")
		} else {
			w.identifier(s.next(w.formField(v.ID, slotOf("identifiers", i), "GT1", 2)), x)
		}
	}
	for i := range v.Names {
		w.In("names", i)
		w.name(s.next(w.formField(v.ID, slotOf("names", i), "GT1", 3)), &v.Names[i])
		w.Leave()
	}
	w.addresses(s, 5, v.Addresses)
	w.homeAndWork(s, 6, 7, v.Telecoms)
	w.time(s.at(8), &v.BirthTime)
	w.sex(s.at(9), "sex", &v.Sex)
	if len(v.Relationships) > 0 {
		w.coded(s.at(11), &v.Relationships[0], "63")
	}
	w.between(s, 13, 14, v.Period)
	for i := range v.Languages {
		w.coded(s.next(36), &v.Languages[i].Code, "296")
	}
	if v.Organization != nil && w.employer(s, v) {
		if org, left := w.organizationOf(&record.Ref{ID: w.refOf(v)}); org != nil {
			w.addresses(s, 17, org.Addresses)
			w.telecoms(s, 18, org.Telecoms)
			left.Addresses, left.Telecoms = org.Addresses, org.Telecoms
		}
	}
	w.notes(v.Notes, s)
}

// employer writes the employer of a guarantor, in the field where it stood.
func (w *sender) employer(s *segmentOut, v *record.RelatedPerson) bool {
	field := w.formField(v.ID, "organization", "GT1", 21)
	numbered := len(w.formsOf(v.ID, "organization.identifiers")) > 0
	if field != 16 && !numbered {
		return w.organization(s.at(field), v.Organization)
	}
	org, left := w.organizationOf(v.Organization)
	if org == nil {
		return false
	}
	if len(org.Names) > 0 && w.put(s.at(field).at(1), org.Names[0]) {
		left.Names[0] = ""
	}
	if numbered {
		for i := range org.Identifiers {
			w.identifier(s.next(29), &org.Identifiers[i])
		}
		left.Identifiers = org.Identifiers
	}
	refTo(v.Organization)
	return true
}

// guarantorsSaid clears the guarantors of an account whose GT1 stand in the message that names the account.
func (w *sender) guarantorsSaid(v *record.Account) {
	for _, i := range w.entriesHere(record.KindRelatedPerson) {
		x := &w.rec.RelatedPersons[i]
		if !slices.Equal(x.Class, []string{"GUAR"}) || w.unsayable(record.KindRelatedPerson, i) != nil {
			continue
		}
		said := false
		for k := range v.Guarantors {
			if v.Guarantors[k].ID == x.ID {
				v.Guarantors[k].ID, v.Guarantors[k].AsSent, v.Guarantors[k].Kind, said = "", "", "", true
			}
		}
		if !said {
			w.Note(&guarantorSays, "guarantors")
		}
	}
}

// guarantorSays is for guarantors that stand in a message which names one account.
var guarantorSays = record.IssueAltered.Because("the message names the account and the guarantor, who is then taken for that of the account")
