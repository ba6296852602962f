package ccda

import "github.com/portage-health/portage/record"

// A dispense that FHIR has as a resource of its own hangs in C-CDA on the
// medication whose prescription it fills (C-CDA R2.1 Medication Dispense). One
// that says more than such a supply can stays a statement of its own.

// findDispenses finds the dispenses that will be written with the medication they fill.
func (w *writer) findDispenses() {
	meds := w.rec.Medications
	var byID map[string]int
	for i := range meds {
		m := &meds[i]
		if m.Kind != "dispense" || len(m.BasedOn) != 1 || w.listed[m.ID] {
			continue
		}
		if byID == nil {
			byID = make(map[string]int, len(meds))
			for k := range meds {
				byID[meds[k].ID] = k
			}
		}
		at, ok := byID[m.BasedOn[0].ID]
		if !ok || meds[at].Kind == "dispense" || meds[at].Assertion != record.Affirmed {
			continue
		}
		if _, ok := asDispense(m); !ok {
			continue
		}
		if w.dispensesOf == nil {
			w.dispensesOf = map[string][]int{}
		}
		w.dispensesOf[meds[at].ID] = append(w.dispensesOf[meds[at].ID], i)
		w.grouped[m.ID] = true
	}
}

// asDispense gives a dispense that is an entry of its own as the part of a
// medication that it is, where such a part holds all that it says.
func asDispense(m *record.Medication) (d record.Dispense, ok bool) {
	if len(m.Dispenses) != 1 || m.Mode != record.ModeEvent || m.Assertion != record.Affirmed || m.Absent != "" {
		return d, false
	}
	d = m.Dispenses[0]
	if d.Product != nil || len(d.Identifiers) > 0 || len(d.Participants) > 0 || len(d.Notes) > 0 || record.CountLeavesOf(&d.Status) > 0 || d.Mode != record.ModeEvent && d.Mode != "" {
		return d, false
	}
	p := m.Product
	d.Product, d.Identifiers, d.Participants, d.Notes, d.Status, d.Mode = &p, m.Identifiers, m.Participants, m.Notes, m.Status, record.ModeEvent
	return d, record.CountLeavesOf(restOfDispense(m)) == 0
}

// restOfDispense gives what a supply does not hold of such an entry. Its narrative is the medication's.
func restOfDispense(m *record.Medication) *record.Medication {
	x := *m
	x.Dispenses, x.Product, x.Identifiers, x.Participants, x.Notes, x.Status = nil, record.Product{}, nil, nil, nil, record.Status{}
	x.BasedOn, x.Narrative, x.Updated, x.Language = nil, nil, nil, ""
	return &x
}

// filled writes the dispenses of a prescription that are entries of their own, after the n that are not.
func (w *writer) filled(id string, n int) {
	for k, i := range w.dispensesOf[id] {
		m := &w.rec.Medications[i]
		d, ok := asDispense(m)
		if !ok || w.wrote[m.ID] || w.unsayable(place{record.KindMedication, i}) {
			continue
		}
		w.wrote[m.ID] = true
		w.At("medications", i, func() {
			w.dispenseOut(templatesProduct[0], n+k, &d)
			if d.Product != nil {
				w.rest(d.Product)
			}
			d.Product = nil
			w.rest(&d)
			x := restOfDispense(m)
			x.Narrative, x.Updated, x.Language = m.Narrative, m.Updated, m.Language
			x.BasedOn = []record.Ref{m.BasedOn[0]}
			x.BasedOn[0].ID, x.BasedOn[0].Kind = "", ""
			w.rest(x)
		})
	}
}
