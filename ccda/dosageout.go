package ccda

import "github.com/portage-health/portage/record"

// dosageParts are the dosages of a medication as CDA has them: that of the
// administration itself, and the steps that are administrations of their own.
// From C-CDA the first is the whole's if it says nothing that only a step has;
// elsewhere several dosages stand side by side, and each is a step.
func dosageParts(x *record.Medication) (whole *record.Dosage, steps []record.Dosage) {
	list := x.Dosages
	if len(list) == 0 {
		return nil, nil
	}
	d := list[0]
	step := d.Identifiers != nil || d.When != nil || d.Status.Code != "" || d.Status.AsSent != "" || d.Status.Absent != ""
	if step || len(list) > 1 && (d.Sequence != "" || d.Text != "" || x.Kind != "") {
		return nil, list
	}
	return &d, list[1:]
}

// sigOfDosage makes the words of the only dosage the words of the whole, if that
// has none (C-CDA on FHIR, FC-medications, dosageInstruction.text).
func sigOfDosage(x *record.Medication, d *record.Dosage) {
	if d != nil && d.Text != "" && x.Sig == "" && x.SigRef == "" {
		x.Sig = take(&d.Text)
	}
}

// doseParts writes where, how much, how fast and how much at most of a substance administration, in the order of the schema.
func (w *writer) doseParts(d *record.Dosage, demanded bool) {
	w.conceptPtr("routeCode", "route", &d.Route)
	w.concepts("approachSiteCode", "site", &d.Site)
	from := len(w.b)
	w.amountOut("doseQuantity", "dose", &d.Dose)
	if demanded && len(w.b) == from {
		w.require("doseQuantity", "dose", "NI")
	}
	if rate := rateOf(d); w.strict && rate != nil && (rate.Quantity == nil || rate.Quantity.Unit == "" && rate.Quantity.Code == "") {
		w.Drop("rate", d.Rate, &withheld) // a rate has a unit (CONF:1098-7525)
		d.Rate = nil
	}
	w.amountOut("rateQuantity", "rate", &d.Rate)
	if m := d.MaxPerPeriod; m != nil && (m.Numerator != nil && m.Denominator != nil || !w.strict) {
		x := *m
		w.el("maxDoseQuantity")
		w.attr("xsi:type", "RTO_PQ_PQ")
		w.ratioContent("maxPerPeriod", &x)
		w.end()
		d.MaxPerPeriod = nil
	}
	w.conceptPtr("administrationUnitCode", "administrationUnit", &d.AdminUnit)
}

func rateOf(d *record.Dosage) *record.Amount {
	if d.Rate != nil && d.Rate.Ratio != nil {
		if q, ok := perUnit(d.Rate.Ratio); ok {
			return &record.Amount{Quantity: &q}
		}
	}
	return d.Rate
}

// amountOut writes a dose or a rate. A ratio to one of a unit is a quantity by that unit.
func (w *writer) amountOut(name, leaf string, a **record.Amount) {
	x := *a
	if x == nil {
		return
	}
	if x.Ratio != nil && x.Quantity == nil && x.Range == nil {
		if q, ok := perUnit(x.Ratio); ok {
			x = &record.Amount{Quantity: &q}
		}
	}
	w.amount(name, leaf, x)
	*a = nil
}

// perUnit makes 100 mL / 1 h the quantity 100 mL/h (UCUM, 7.4).
func perUnit(r *record.Ratio) (record.Quantity, bool) {
	n, d := r.Numerator, r.Denominator
	if n == nil || d == nil || r.Absent != "" || d.Value != "1" || n.Value == "" || d.Comparator != "" || d.Absent != "" || d.Alternates != nil || n.Alternates != nil {
		return record.Quantity{}, false
	}
	over, under := unitOf(n), unitOf(d)
	if over == "" || !plainUnit(under) {
		return record.Quantity{}, false
	}
	unit := over + "/" + under
	return record.Quantity{Value: n.Value, Comparator: n.Comparator, Unit: unit, Absent: n.Absent}, true
}

func unitOf(q *record.Quantity) string {
	if q.Code != "" {
		return q.Code
	}
	return q.Unit
}

// plainUnit reports whether a unit can stand under a fraction bar as it is.
func plainUnit(u string) bool {
	for i := range len(u) {
		if c := u[i]; c == '/' || c == '.' || c == ' ' {
			return false
		}
	}
	return u != ""
}

// dosageStep writes one step of tapered, split or conditional dosing as an
// administration of its own (C-CDA R2.1 Medication Activity, subordinate administrations).
func (w *writer) dosageStep(i int, d record.Dosage, mood string, kind string) {
	w.In("dosages", i)
	w.el("entryRelationship")
	w.slot("dosages", i)
	w.at("typeCode", "COMP")
	w.leafIf("sequenceNumber", take(&d.Sequence))
	w.el("substanceAdministration")
	w.at("classCode", "SBADM")
	w.at("moodCode", mood)
	w.identifiers("id", "identifiers", &d.Identifiers)
	w.words("text", take(&d.Text))
	w.status(&d.Status)
	var when record.Period
	if d.When != nil {
		when, d.When = *d.When, nil
	}
	if when.IsZero() {
		boundsOf(&when, &d.Timings)
	}
	w.wholeTime("effectiveTime", "when", &when)
	w.timings(&d.Timings, kind)
	w.doseParts(&d, false)
	w.el("consumable") // the schema demands one; the product is that of the whole
	w.el("manufacturedProduct")
	w.el("manufacturedMaterial")
	w.end()
	w.end()
	w.end()
	w.dosageTold(&d)
	w.neededOut(&d)
	w.end()
	w.end()
	w.rest(&d)
	w.Leave()
}

// neededOut writes that a dosage is taken as needed, and for what, as the
// preconditions that say so (C-CDA on FHIR, FC-medications, asNeeded).
func (w *writer) neededOut(d *record.Dosage) {
	if d.AsNeeded != nil && !*d.AsNeeded {
		return // that it is not has no form; rest names both
	}
	criterion := func(f func()) {
		w.el("precondition")
		w.at("typeCode", "PRCN")
		w.el("criterion")
		w.template(templatesPrecondition[0])
		w.fixedCode(oidActCode, "ASSERTION", "Assertion")
		f()
		w.end()
		w.end()
	}
	for i := range d.AsNeededFor {
		c := d.AsNeededFor[i]
		w.In("asNeededFor", i)
		criterion(func() { w.codedValue("value", "", &c) })
		w.Leave()
	}
	switch {
	case len(d.AsNeededFor) > 0 && d.AsNeeded == nil:
		w.Note(&fixed, "asNeeded")
	case len(d.AsNeededFor) == 0 && d.AsNeeded != nil:
		criterion(func() {
			w.words("text", "as needed")
			if w.strict {
				w.nullValue("CD")
			}
		})
	}
	d.AsNeeded, d.AsNeededFor = nil, nil
}

// dosageTold writes what the patient is told of a dosage (FC-medications, additionalInstruction, patientInstruction).
func (w *writer) dosageTold(d *record.Dosage) {
	for i := range d.Additional {
		c := d.Additional[i]
		w.instructionOut("additional", i, &record.Instruction{Code: &c})
	}
	d.Additional = nil
	if s := take(&d.PatientText); s != "" {
		w.instructionOut("patientText", -1, &record.Instruction{Text: s})
	}
}
