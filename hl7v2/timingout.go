package hl7v2

import "github.com/portage-health/portage/record"

// timings writes TQ1 for each timing of an order, with its priority and its amount.
func (w *sender) timings(v *record.Order) {
	n := max(len(v.Timings), 1)
	for i := range n {
		s := w.segment("TQ1", v.ID, 0)
		if i < len(v.Timings) {
			w.timing(s, &v.Timings[i])
		}
		if i == 0 {
			w.conceptPtr(s.at(9), &v.Priority, "485")
			if v.Quantity != nil {
				w.quantity(s.at(2), v.Quantity.Quantity)
			}
		}
		w.dropEmpty(s)
	}
}

// timing writes TQ1 (4.5.4).
func (w *sender) timing(s *segmentOut, t *record.Timing) {
	if t.Operator != "" || t.Absent != "" {
		return // several patterns joined have no place here
	}
	rpt := s.at(3)
	if t.Code != nil {
		w.coded(rpt.at(1), t.Code, "335")
	}
	w.str(rpt.at(2), &t.Alignment)
	if isNumber(t.Period) && t.PeriodMax == "" && (t.Frequency == "" || t.Frequency == "1") && t.FrequencyMax == "" {
		w.number(rpt.at(5), &t.Period)
		w.str(rpt.at(6), &t.PeriodUnit)
		if t.Period == "" && t.Frequency == "1" {
			t.Frequency = ""
		}
	}
	w.yesNo(rpt.at(7), &t.InstitutionSpecified)
	if len(t.When) == 1 {
		if w.str(rpt.at(8), &t.When[0]); t.When[0] == "" {
			t.When = nil
		}
	}
	if t.Offset != nil && t.When == nil {
		w.quantityAt(rpt.at(9), rpt.at(10), t.Offset)
	}
	for i := range t.TimesOfDay {
		w.clock(s.next(4), &t.TimesOfDay[i])
	}
	w.quantity(s.at(5), t.Offset)
	w.quantity(s.at(6), t.BoundsDuration)
	w.between(s, 7, 8, t.Bounds)
	w.lines(s, 10, &t.Text)
	if isNumber(t.Duration) && w.put(s.at(13).at(1), t.Duration) {
		t.Duration = ""
		w.str(s.at(13).at(2).at(1), &t.DurationUnit)
	}
	w.number(s.at(14), &t.CountMax)
}
