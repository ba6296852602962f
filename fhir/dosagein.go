package fhir

import (
	"reflect"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// dosages reads an array of Dosages. A time that bounds all of them alike is when
// the medicine is taken as a whole.
func (r *reader) dosages(n tree.Node, name string, m *record.Medication) {
	m.Dosages = all(n, name, r.dosage)
	if len(m.Dosages) == 0 || m.Kind == "dispense" {
		return
	}
	var first *record.Timing
	for i := range m.Dosages {
		ts := m.Dosages[i].Timings
		if len(ts) != 1 {
			return
		}
		if first == nil {
			first = &ts[0]
		}
		if !reflect.DeepEqual(ts[0].Bounds, first.Bounds) || !reflect.DeepEqual(ts[0].Events, first.Events) {
			return
		}
	}
	switch {
	case first.Bounds != nil && len(first.Events) == 0:
		m.Taken = *first.Bounds
	case first.Bounds == nil && len(first.Events) == 1:
		m.Taken.At = first.Events[0]
	default:
		return
	}
	for i := range m.Dosages {
		t := &m.Dosages[i].Timings[0]
		t.Bounds, t.Events = nil, nil
		if reflect.DeepEqual(*t, record.Timing{}) {
			m.Dosages[i].Timings = nil
		}
	}
}

// dosage reads a Dosage (R4 2.42).
func (r *reader) dosage(n tree.Node) record.Dosage {
	d := record.Dosage{
		Sequence: r.number(n, "sequence"), Text: r.str(n, "text"), PatientText: r.str(n, "patientInstruction"), Additional: r.concepts(n, "additionalInstruction"),
		AsNeeded: r.boolean(n, "asNeededBoolean"), Route: r.conceptPtr(n, "route"), Method: r.conceptPtr(n, "method"),
		MaxPerPeriod: maybe(n, "maxDosePerPeriod", r.ratio), MaxPerAdmin: maybe(n, "maxDosePerAdministration", r.quantity),
		MaxPerLifetime: maybe(n, "maxDosePerLifetime", r.quantity),
	}
	if t := object(n, "timing"); t.OK() {
		d.Timings = []record.Timing{r.timing(t)}
	}
	if c := object(n, "asNeededCodeableConcept"); c.OK() {
		d.AsNeededFor = []record.Concept{r.concept(c)}
	}
	if c := object(n, "site"); c.OK() {
		d.Site = []record.Concept{r.concept(c)}
	}
	for i, a := range objects(n, "doseAndRate") {
		if i > 0 {
			break // the record has place for one; the others are carried
		}
		d.DoseType = r.conceptPtr(a, "type")
		if q, g := maybe(a, "doseQuantity", r.quantity), maybe(a, "doseRange", r.rng); q != nil || g != nil {
			d.Dose = &record.Amount{Quantity: q, Range: g}
		}
		q, g, o := maybe(a, "rateQuantity", r.quantity), maybe(a, "rateRange", r.rng), maybe(a, "rateRatio", r.ratio)
		if q != nil || g != nil || o != nil {
			d.Rate = &record.Amount{Quantity: q, Range: g, Ratio: o}
		}
		addFields(r, a, &d)
	}
	addFields(r, n, &d)
	return d
}

func (r *reader) dispenseRequest(n tree.Node) record.SupplyOrder {
	o := record.SupplyOrder{
		Interval: maybe(n, "dispenseInterval", r.quantity), Valid: maybe(n, "validityPeriod", r.period), Refills: r.number(n, "numberOfRepeatsAllowed"),
		Quantity: maybe(n, "quantity", r.quantity), DaysSupply: maybe(n, "expectedSupplyDuration", r.quantity), Performer: r.refPtr(n, "performer"),
	}
	if f := object(n, "initialFill"); f.OK() {
		o.FirstFill = &record.FirstFill{Quantity: maybe(f, "quantity", r.quantity), DaysSupply: maybe(f, "duration", r.quantity)}
	}
	addFields(r, n, &o)
	return o
}
