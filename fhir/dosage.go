package fhir

import (
	"github.com/portage-health/portage/record"
)

// dosages writes an array of Dosages (CF-medications, Medication Timing and
// Frequency). taken says that the time the medicine is or was taken bounds them;
// it reports whether any could take it.
func (w *writer) dosages(name string, m *record.Medication, taken bool) (bounded bool) {
	ds := m.Dosages
	if len(ds) == 0 {
		ds = make([]record.Dosage, 1) // what is said of the medication as a whole
	}
	w.arr(name)
	for i := range ds {
		w.In("dosages", i)
		if w.dosage(m, &ds[i], i, taken) {
			bounded = true
		}
		w.Leave()
	}
	w.endArr()
	return bounded
}

// dosage writes one dosage of the record. Several times that add up (HL7 v3
// SetOperator I) become several Dosages of the same dose; times that narrow one
// another have no words in FHIR, and a part of them would say too much: they
// stand in the record extension.
func (w *writer) dosage(m *record.Medication, d *record.Dosage, i int, taken bool) (bounded bool) {
	times := len(d.Timings)
	if times > 1 && !addUp(d.Timings) {
		w.obj("")
		bounded = w.dosageBody(m, d, nil, i, true, taken)
		w.fieldAny("timings", d.Timings)
		w.end()
		return bounded
	}
	for k := range max(times, 1) {
		var t *record.Timing
		if times > 0 {
			t = &d.Timings[k]
		}
		w.obj("")
		if w.dosageBody(m, d, t, i, k == 0, taken) {
			bounded = true
		}
		w.end()
	}
	return bounded
}

func addUp(ts []record.Timing) bool {
	for i := range ts[1:] {
		if op := ts[i+1].Operator; op != "" && op != "I" {
			return false
		}
	}
	return true
}

// dosageBody writes one Dosage with one of its times. first says that it is the first for d.
func (w *writer) dosageBody(m *record.Medication, d *record.Dosage, t *record.Timing, i int, first, taken bool) (bounded bool) {
	w.integer("sequence", d.Sequence, -1<<31)
	if d.Text == "" && len(m.Dosages) <= 1 {
		w.str("text", m.Sig)
	} else {
		w.str("text", d.Text)
	}
	w.instructed(m, d, i == 0 && first)
	bounded = w.dosageTiming(m, d, t, taken)
	w.asNeeded(m, d, i == 0 && first)
	w.oneConcept("site", "site", d.Site)
	w.concept("route", d.Route)
	w.concept("method", d.Method)
	w.doseAndRate(d)
	w.ratio("maxDosePerPeriod", d.MaxPerPeriod)
	w.simpleQuantity("maxDosePerAdministration", d.MaxPerAdmin)
	w.simpleQuantity("maxDosePerLifetime", d.MaxPerLifetime)
	if i > 0 && first {
		w.fieldConcept("administrationUnit", d.AdminUnit)
	}
	if first {
		for k := range d.Identifiers {
			w.fieldKnown("identifiers", &d.Identifiers[k])
		}
		w.fieldAny("status", &d.Status)
	}
	return bounded
}

// instructed writes what the patient is told. A coded instruction is an additional one, words are the patient's (CF-medications, Instruction Activity).
func (w *writer) instructed(m *record.Medication, d *record.Dosage, all bool) {
	words := d.PatientText
	used := -1
	w.arr("additionalInstruction")
	for i := range d.Additional {
		w.concept("", &d.Additional[i])
	}
	for i := range m.Instructions {
		n := &m.Instructions[i]
		if !all || n.Audience == "dispenser" {
			continue
		}
		w.concept("", n.Code)
		if n.Text != "" && words == "" {
			words, used = n.Text, i
		}
	}
	w.endArr()
	w.str("patientInstruction", words)
	for i := range m.Instructions {
		if !all {
			break
		}
		n := m.Instructions[i]
		if n.Audience != "dispenser" {
			n.Code = nil
			if i == used {
				n.Text, n.TextRef = "", ""
			}
		}
		w.fieldAny("instructions", &n)
	}
}

// dosageTiming writes timing: its own bounds, else those of the act that held
// the dosage, else the time the medicine is taken as a whole.
func (w *writer) dosageTiming(m *record.Medication, d *record.Dosage, t *record.Timing, taken bool) (bounded bool) {
	var own record.Timing
	if t != nil {
		own = *t
	}
	free := own.Bounds == nil && own.BoundsDuration == nil && own.BoundsRange == nil
	if free && d.When != nil && !d.When.IsZero() {
		own.Bounds, free = d.When, false
	} else {
		w.fieldPeriod("when", d.When)
	}
	if p := &m.Taken; taken && !p.IsZero() {
		point := *p == (record.Period{At: p.At})
		switch {
		case point && len(own.Events) == 0:
			own.Events, bounded = []record.Time{p.At}, true
		case !point && free:
			own.Bounds, bounded = p, true
		}
	}
	if own.Period != "" && m.Kind == "" {
		switch own.Frequency {
		case "":
			own.Frequency = "1" // CF-medications: PIVL_TS of 8 h is 1 / 8 / h
		case "1":
			w.fieldStr("frequency", own.Frequency) // the source says so itself
		}
	}
	if t != nil && t == &d.Timings[0] {
		own.InstitutionSpecified = nil // these stand beside the resource
		if own.Operator == "A" {
			own.Operator = ""
		}
	}
	w.timing("timing", &own)
	return bounded
}

// asNeeded writes asNeeded[x]. A condition for taking it makes it so (CF-medications, precondition).
func (w *writer) asNeeded(m *record.Medication, d *record.Dosage, first bool) {
	switch {
	case len(d.AsNeededFor) > 0:
		w.oneConcept("asNeededCodeableConcept", "asNeededFor", d.AsNeededFor)
		w.fieldBool("asNeeded", d.AsNeeded)
	case d.AsNeeded != nil:
		w.boolean("asNeededBoolean", *d.AsNeeded)
	case len(m.Preconditions) > 0:
		w.precondition(&m.Preconditions[0], first)
		if first && len(m.Preconditions) > 1 {
			w.fieldAny("preconditions", m.Preconditions[1:])
		}
		return
	}
	if first && len(m.Preconditions) > 0 {
		w.fieldAny("preconditions", m.Preconditions)
	}
}

func (w *writer) precondition(p *record.Precondition, first bool) {
	rest := *p
	var c *record.Concept
	switch {
	case p.Value != nil && p.Value.Concept != nil:
		c = p.Value.Concept
		v := *p.Value
		if v.Concept = nil; v.IsZero() {
			rest.Value = nil
		} else {
			rest.Value = &v
		}
	case p.Code != nil && !p.Code.Has(record.SystemActCode, "ASSERTION"):
		c, rest.Code = p.Code, nil
	case p.Text != "":
		c, rest.Text = &record.Concept{Text: p.Text}, ""
	default:
		w.boolean("asNeededBoolean", true)
	}
	w.concept("asNeededCodeableConcept", c)
	if first {
		w.fieldAny("preconditions", &rest)
	}
}

func (w *writer) doseAndRate(d *record.Dosage) {
	w.arr("doseAndRate")
	w.obj("")
	w.concept("type", d.DoseType)
	if a := d.Dose; a != nil {
		rest := *a
		if a.Quantity != nil {
			w.simpleQuantity("doseQuantity", a.Quantity)
			rest.Quantity = nil
		} else if a.Range != nil {
			w.rng("doseRange", a.Range)
			rest.Range = nil
		}
		fieldRest(w, "dose", rest)
	}
	if a := d.Rate; a != nil {
		rest := *a
		switch {
		case a.Quantity != nil:
			w.simpleQuantity("rateQuantity", a.Quantity)
			rest.Quantity = nil
		case a.Range != nil:
			w.rng("rateRange", a.Range)
			rest.Range = nil
		case a.Ratio != nil:
			w.ratio("rateRatio", a.Ratio)
			rest.Ratio = nil
		}
		fieldRest(w, "rate", rest)
	}
	w.end()
	w.endArr()
}

// adminUnit is the administration unit that becomes the form of the medicine: the first dosage's.
func adminUnit(m *record.Medication) *record.Concept {
	if len(m.Dosages) == 0 {
		return nil
	}
	return m.Dosages[0].AdminUnit
}

// wholeSig writes the free text sig where it is for several dosages, or beside a text of a dosage's own.
func (w *writer) wholeSig(m *record.Medication) {
	if len(m.Dosages) > 1 || len(m.Dosages) == 1 && m.Dosages[0].Text != "" {
		w.fieldStr("sig", m.Sig)
	}
	if m.Sig == "" {
		w.fieldStr("sigRef", m.SigRef)
	}
	dropAll(w, "sigIdentifiers", m.SigIdentifiers, &lostSig)
}

var lostSig = structural(record.IssueLost.Because("FHIR has no act of its own for the free text of a dosage"))
