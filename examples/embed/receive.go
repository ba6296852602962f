package main

import (
	"fmt"

	"github.com/portage-health/portage/record"
)

// store puts a record into the tables and keeps it whole beside them.
func (e *EMR) store(rec *record.Record) (string, error) {
	if rec.Patient == nil {
		return "", fmt.Errorf("the record names no patient")
	}
	p := rec.Patient
	id := fmt.Sprintf("P-%d", 1001+len(e.patients))
	row := patientRow{id: id, birth: p.BirthTime.Value}
	if len(p.Identifiers) > 0 {
		row.mrn = p.Identifiers[0].Value
	}
	if len(p.Names) > 0 {
		row.given, row.family = first(p.Names[0].Given), first(p.Names[0].Family)
	}
	e.patients = append(e.patients, row)
	for _, a := range rec.Allergies {
		x := allergyRow{patient: id, substance: words(a.Substance), rxnorm: a.Substance.Code(record.SystemRxNorm), onset: a.Onset.Start.Value}
		// The switch has no default that asserts: what is not understood must not become an allergy or the lack of one.
		switch a.Assertion {
		case record.Affirmed:
		case record.Negated:
			x.denied = true
		case record.NoneKnown:
			x.none = true
		default:
			continue // the record itself, kept below, still says it
		}
		if len(a.Reactions) > 0 && len(a.Reactions[0].Manifestations) > 0 {
			m := a.Reactions[0].Manifestations[0]
			x.reaction, x.reactionText = m.Code(record.SystemSNOMED), words(m)
		}
		e.allergies = append(e.allergies, x)
	}
	for _, p := range rec.Problems {
		if p.Assertion == record.Affirmed || p.Assertion == record.Negated {
			e.problems = append(e.problems, problemRow{patient: id, snomed: p.Code.Code(record.SystemSNOMED), text: words(p.Code),
				onset: p.Onset.Start.Value, resolved: p.Onset.End.Value, denied: p.Assertion == record.Negated})
		}
	}
	for _, m := range rec.Medications {
		if m.Assertion == record.Affirmed {
			e.drugs = append(e.drugs, drugRow{patient: id, rxnorm: m.Product.Code.Code(record.SystemRxNorm), text: words(m.Product.Code),
				sig: m.Sig, start: m.Taken.Start.Value, active: m.Status.Code == record.StatusActive})
		}
	}
	for _, s := range rec.Immunizations {
		x := shotRow{patient: id, cvx: s.Product.Code.Code(record.SystemCVX), text: words(s.Product.Code), date: s.When.At.Value, lot: s.Product.Lot}
		switch s.Status.Code {
		case record.StatusCompleted:
		case record.StatusRefused, record.StatusNotDone:
			x.refused = "not given"
			if len(s.Status.Reasons) > 0 {
				x.refused = s.Status.Reasons[0].Code(record.SystemActReason)
			}
		default:
			continue
		}
		e.shots = append(e.shots, x)
	}
	for _, o := range rec.Results {
		if o.Assertion != record.Affirmed || len(o.Values) == 0 || o.Values[0].Quantity == nil {
			continue
		}
		q := o.Values[0].Quantity
		e.labs = append(e.labs, labRow{patient: id, loinc: o.Code.Code(record.SystemLOINC), text: words(o.Code), value: q.Value, unit: q.Unit, at: o.When.At.Value})
	}
	whole, err := record.Marshal(rec)
	if err != nil {
		return "", err
	}
	e.records[id] = whole
	return id, nil
}

// words gives a concept as a person reads it: the original text, else a display.
func words(c record.Concept) string {
	if c.Text != "" {
		return c.Text
	}
	for _, k := range c.Codings {
		if k.Display != "" {
			return k.Display
		}
	}
	return "(coded only)"
}

func first(parts []record.NamePart) string {
	if len(parts) == 0 {
		return ""
	}
	return parts[0].Value
}
