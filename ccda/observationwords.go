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
	default:
		switch x.Status.Code {
		case record.StatusRefused:
			words = "Refused, not done: " + words
		case record.StatusNotDone:
			words = "Not done: " + words
		}
	}
	w.tell("Observation", words)
	w.tellSites(x.BodySites)
	for i := range x.Values {
		var room [96]byte
		b := room[:0]
		if x.Assertion == record.Negated {
			b = append(b, "not: "...)
		}
		n := len(b)
		if b = appendWords(b, &x.Values[i]); len(b) == n {
			continue
		}
		if len(x.Interpretations) > 0 && i == len(x.Values)-1 {
			b = append(append(append(b, " ("...), wordsOf(&x.Interpretations[0])...), ')')
		}
		w.tell("Value", w.texts.Keep(b))
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
			var room [96]byte
			w.tell("Expected", w.texts.Keep(appendWords(room[:0], g.Value)))
		}
	}
	if c := observationStatusCode(&x.Status); c != "" && c != "completed" {
		w.tell("Status", c)
	} else if x.Status.Code == record.StatusAmended || x.Status.Code == record.StatusCorrected {
		w.tell("Status", string(x.Status.Code))
	}
	w.tell("When", wordsOfPeriod(&x.When))
}

// appendWords appends a value as people read it.
func appendWords(b []byte, v *record.Value) []byte {
	switch {
	case v.Concept != nil:
		return append(b, wordsOf(v.Concept)...)
	case v.Quantity != nil:
		return appendQuantity(b, v.Quantity)
	case v.Range != nil && (v.Range.Low == nil || v.Range.High == nil):
		return append(b, wordsOfRange(v.Range)...)
	case v.Range != nil:
		return appendQuantity(append(appendQuantity(b, v.Range.Low), " – "...), v.Range.High)
	case v.Ratio != nil:
		return appendQuantity(append(appendQuantity(b, v.Ratio.Numerator), " : "...), v.Ratio.Denominator)
	}
	return append(b, wordsOfValue(v)...)
}

// wordsOfValue gives a value as people read it.
func wordsOfValue(v *record.Value) string {
	switch {
	case v.Concept != nil:
		return wordsOf(v.Concept)
	case v.Quantity != nil, v.Range != nil, v.Ratio != nil:
		var room [96]byte
		return string(appendWords(room[:0], v))
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
