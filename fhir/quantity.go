package fhir

import (
	"github.com/portage-health/portage/record"
)

// quantity writes a Quantity (also as SimpleQuantity, Age, Duration).
func (w *writer) quantity(name string, q *record.Quantity) {
	if q == nil {
		return
	}
	w.obj(name)
	w.num("value", q.Value)
	if q.Comparator != "" {
		switch q.Comparator {
		case "<", "<=", ">=", ">":
			w.code("comparator", q.Comparator)
		default: // "ad" is R5's
			w.fieldStr("comparator", q.Comparator)
		}
	}
	if q.Unit != "" {
		w.str("unit", q.Unit)
	}
	switch {
	case q.Code == "":
		w.uri("system", q.System)
	case q.System == "" || !isCode(q.Code):
		// A code needs its system (qty-3).
		w.fieldStr("code", q.Code)
		w.fieldStr("system", q.System)
	default:
		w.uri("system", q.System)
		w.code("code", q.Code)
	}
	if q.Absent != "" {
		w.absent(q.Absent)
	}
	for i := range q.Alternates {
		w.field("alternates")
		a := &q.Alternates[i]
		if a.Value != "" {
			w.field("value")
			w.num("valueDecimal", a.Value)
			w.endField()
		}
		w.fieldConcept("unit", &a.Unit)
		w.endField()
	}
	w.end()
}

// simpleQuantity writes a quantity where FHIR allows no comparator (sqty-1).
func (w *writer) simpleQuantity(name string, q *record.Quantity) {
	if q == nil || q.Comparator == "" {
		w.quantity(name, q)
		return
	}
	// What is more than a number is no SimpleQuantity: "less than 5" must not read as 5.
	w.fieldQuantity(name, q)
}

// rng writes a Range.
func (w *writer) rng(name string, r *record.Range) {
	if r == nil {
		return
	}
	w.obj(name)
	w.simpleQuantity("low", r.Low)
	w.simpleQuantity("high", r.High)
	w.fieldBool("lowOpen", r.LowOpen)
	w.fieldBool("highOpen", r.HighOpen)
	w.fieldQuantity("center", r.Center)
	w.fieldQuantity("width", r.Width)
	w.absent(r.Absent)
	w.end()
}

// ratio writes a Ratio. FHIR wants both parts or neither (rat-1).
func (w *writer) ratio(name string, r *record.Ratio) {
	if r == nil {
		return
	}
	w.obj(name)
	if r.Numerator != nil && r.Denominator != nil {
		w.quantity("numerator", r.Numerator)
		w.quantity("denominator", r.Denominator)
	} else {
		w.fieldQuantity("numerator", r.Numerator)
		w.fieldQuantity("denominator", r.Denominator)
	}
	w.absent(r.Absent)
	w.end()
}
