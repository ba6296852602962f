package hl7v2

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// What HL7 v2 says of access (PD1-12, PV2-22, ARV) stands in the record as it was sent, and as labels beside it, which every format has a place for:
// what access is asked to be kept from is restricted (HL7 v3 Confidentiality, R), and a code of the tables of ARV stands beside that. HL7's sheets have
// PV2-22 as Encounter.meta.security, and PD1-12 and ARV as security labels to come.

// kindRestriction is the kind of a label that is a demand to keep data back: see package consent.
const kindRestriction = "restriction"

// accessLabels gives the labels that a patient's own facts have, and those of the visits, by their place, by what is said of access.
func accessLabels(rec *record.Record) (patient []record.Label, visits [][]record.Label) {
	var places []record.Label // of every visit: where the patient is
	if p := rec.Patient; p != nil {
		if x := p.Registry; x != nil && x.Protected != nil && *x.Protected {
			patient = restrictedBy(patient, nil)
		}
		for _, x := range record.InForce(p.Restrictions) {
			if x.Reach() == record.ReachLocation {
				places = restrictedBy(places, x)
			} else {
				patient = restrictedBy(patient, x)
			}
		}
	}
	visits = make([][]record.Label, len(rec.Encounters))
	for i := range rec.Encounters {
		e := &rec.Encounters[i]
		ls := slices.Clone(places)
		if e.Protected != nil && *e.Protected {
			ls = restrictedBy(ls, nil)
		}
		for _, x := range record.InForce(e.Restrictions) {
			ls = restrictedBy(ls, x)
			if x.Reach() == record.ReachDemographics {
				patient = restrictedBy(patient, x)
			}
		}
		visits[i] = ls
	}
	return patient, visits
}

// restrictedBy adds that something is restricted, and the codes of HL7's tables that a restriction names.
func restrictedBy(list []record.Label, x *record.AccessRestriction) []record.Label {
	put := func(l record.Label) {
		if !slices.ContainsFunc(list, func(have record.Label) bool { return sameLabel(&have, &l) }) {
			list = append(list, l)
		}
	}
	put(record.Label{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: "R"}})
	if x == nil {
		return list
	}
	codes := func(c *record.Concept, system string) {
		for i := range c.Codings {
			if k := &c.Codings[i]; k.System == system && k.Code != "" {
				put(record.Label{Kind: kindRestriction, Coding: record.Coding{System: system, Code: k.Code}})
			}
		}
	}
	if x.Value != nil {
		codes(x.Value, record.SystemAccessRestriction)
	}
	for i := range x.Reasons {
		codes(&x.Reasons[i], record.SystemAccessReason)
	}
	return list
}

func sameLabel(a, b *record.Label) bool {
	return equal(a.Coding, b.Coding) && equal(a.When, b.When)
}

// labelAccess adds the labels to the patient and the visits, when all is read.
func (r *reader) labelAccess() {
	p := r.rec.Patient
	if p == nil && len(r.rec.Encounters) == 0 {
		return
	}
	patient, visits := accessLabels(r.rec)
	if p != nil && len(patient) > 0 {
		p.Labels = union(p.Labels, patient...)
	}
	for i := range visits {
		if len(visits[i]) > 0 {
			r.rec.Encounters[i].Labels = union(r.rec.Encounters[i].Labels, visits[i]...)
		}
	}
}

// patientAccess clears the labels that PD1-12 and ARV say, once they are written.
func (w *sender) patientAccess(v *record.Patient) {
	if said, _ := accessLabels(w.rec); len(said) > 0 && record.CountLeavesOf(v.Restrictions) == 0 && (v.Registry == nil || v.Registry.Protected == nil) {
		w.accessSaid(&v.Labels, w.rec.Patient.Labels, said)
	}
}

// visitAccess does the same for PV2-22 and ARV of a visit.
func (w *sender) visitAccess(v *record.Encounter) {
	at, ok := w.refs[v.ID]
	if !ok || at.kind != record.KindEncounter || record.CountLeavesOf(v.Restrictions) > 0 || v.Protected != nil {
		return
	}
	if _, visits := accessLabels(w.rec); len(visits[at.i]) > 0 {
		w.accessSaid(&v.Labels, w.rec.Encounters[at.i].Labels, visits[at.i])
	}
}

// accessSaid clears labels that segments say. One that the record does not have is said all the same: whoever reads the message makes it.
func (w *sender) accessSaid(list *[]record.Label, had, said []record.Label) {
	for i := range said {
		same := func(l record.Label) bool { return sameLabel(&l, &said[i]) }
		if k := slices.IndexFunc(*list, same); k >= 0 {
			(*list)[k] = record.Label{}
		} else if !slices.ContainsFunc(had, same) {
			w.Note(&restrictionSays, "labels")
		}
	}
}

// restrictionSays is for labels that a demand for restricted access makes.
var restrictionSays = record.IssueAltered.Because("the segments that ask for restricted access say that it is restricted")
