package ccda

import "github.com/portage-health/portage/record"

// tellObservation tells of an observation in the narrative.
func (w *writer) tellObservation(x *record.Observation) {
	if w.row == nil {
		return
	}
	words := wordsOf(&x.Code)
	switch x.Assertion {
	case record.Negated, record.NoneKnown:
		words = "Not found: " + words
	case record.NotKnown:
		words = "Not known: " + words
	}
	w.tell("Observation", words)
	for i := range x.Values {
		v := wordsOfValue(&x.Values[i])
		if len(x.Interpretations) > 0 && v != "" && i == len(x.Values)-1 {
			v += " (" + wordsOf(&x.Interpretations[0]) + ")"
		}
		if x.Assertion == record.Negated && v != "" {
			v = "not: " + v
		}
		w.tell("Value", v)
	}
	for i := range x.Components {
		for k := range x.Components[i].Values {
			w.tell("Value", wordsOf(&x.Components[i].Code)+": "+wordsOfValue(&x.Components[i].Values[k]))
		}
	}
	for i := range x.ReferenceRanges {
		g := &x.ReferenceRanges[i]
		if g.Text != "" {
			w.tell("Expected", g.Text)
		} else if g.Value != nil {
			w.tell("Expected", wordsOfValue(g.Value))
		}
	}
	if c := observationStatusCode(&x.Status); c != "" && c != "completed" {
		w.tell("Status", c)
	} else if x.Status.Code == record.StatusAmended || x.Status.Code == record.StatusCorrected {
		w.tell("Status", string(x.Status.Code))
	}
	w.tell("When", wordsOfPeriod(&x.When))
}

// wordsOfValue gives a value as people read it.
func wordsOfValue(v *record.Value) string {
	switch {
	case v.Concept != nil:
		return wordsOf(v.Concept)
	case v.Quantity != nil:
		return quantityWords(v.Quantity)
	case v.Range != nil:
		return quantityWords(v.Range.Low) + " – " + quantityWords(v.Range.High)
	case v.Ratio != nil:
		return quantityWords(v.Ratio.Numerator) + " : " + quantityWords(v.Ratio.Denominator)
	case v.Text != nil:
		return *v.Text
	case v.Bool != nil:
		return boolText(*v.Bool)
	case v.Integer != nil:
		return *v.Integer
	case v.Decimal != nil:
		return *v.Decimal
	case v.Time != nil:
		return wordsOfTime(v.Time)
	case v.TimeOfDay != nil:
		return *v.TimeOfDay
	case v.Period != nil:
		return wordsOfPeriod(v.Period)
	case v.Money != nil:
		return v.Money.Value + " " + v.Money.Currency
	case v.Attachment != nil:
		if v.Attachment.Text != "" {
			return v.Attachment.Text
		}
		return v.Attachment.Title
	case v.URI != nil:
		return *v.URI
	}
	return string(v.Absent)
}
