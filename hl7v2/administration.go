package hl7v2

import "github.com/portage-health/portage/record"

// administered reads RXA and RXG (4A.4.6, 4A.4.7): what was, or is to be, given. A refusal is no administration.
func (r *reader) administered(s Segment, ids []record.Identifier) record.Medication {
	v := record.Medication{Entry: r.entry(record.KindMedication, s, ids...), Kind: "administration"}
	if s.Is("RXG") {
		v.Kind, v.Mode = "request", record.ModeFiller
		r.product(s, &v, 4, 8, 17, 18)
		if a := r.amount(s, 5, 6, 7); a != nil {
			dosage(&v).Dose = a
		}
		return v
	}
	v.Product.Code = r.conceptAt(s, 5)
	v.Product.Form = r.codedAt(s, 8, "")
	v.Taken.Start, v.Taken.End = r.timeOf(s, 3), r.timeOf(s, 4)
	if q, ok := r.quantityOf(first(s, 6), first(s, 7)); ok {
		dosage(&v).Dose = &record.Amount{Quantity: &q}
	}
	r.participants(&v.Participants, s, 10, "performer", nil)
	v.Product.Lot = r.textAt(s, 15)
	v.Product.Expiration = r.timePtr(s, 16)
	v.Product.Manufacturer = r.manufacturer(s, 17)
	v.Status.Reasons = r.refusals(s)
	for d := range all(s, 19) {
		if c, ok := r.concept(d); ok {
			v.Indications = append(v.Indications, record.Indication{Code: &c})
		}
	}
	switch d := first(s, 20); d.peek() {
	case "CP":
		r.text(d)
		v.Status.Code = record.StatusCompleted
	case "PA":
		v.Status.Code, v.Status.AsSent = record.StatusAborted, r.text(d)
	case "RE":
		r.text(d)
		v.Status.Code = record.StatusRefused
	case "NA":
		r.text(d)
		v.Status.Code = record.StatusNotDone
	case "":
		if len(v.Status.Reasons) > 0 {
			v.Status.Code = record.StatusRefused
		}
	}
	if v.Status.Code == record.StatusCompleted && len(v.Status.Reasons) > 0 {
		r.issue(&record.IssueContradiction, s.Field(18).span)
		v.Status.Code, v.Status.AsSent = "", "CP"
	}
	if action := first(s, 21); action.peek() == "D" {
		r.text(action)
		v.Status.Code = record.StatusEnteredInError
	}
	v.Recorded = r.timePtr(s, 22)
	return v
}
