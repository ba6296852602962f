package hl7v2

import "github.com/portage-health/portage/record"

// timings writes TQ1 for each timing of an order, with its priority and its amount.
func (w *sender) timings(v *record.Order) {
	n := max(len(v.Timings), 1)
	w.oldTimings(v)
	for i := range n {
		if i < len(v.Timings) && len(w.formsOf(v.ID, slotOf("timings", i))) > 0 {
			continue
		}
		s := w.segment("TQ1", v.ID, 0)
		if i < len(v.Timings) {
			w.timing(s, &v.Timings[i])
		}
		if i == 0 {
			for k := range v.Notes {
				if w.formField(v.ID, slotOf("notes", k), "TQ1", 0) == 11 {
					w.lines(s, 11, &v.Notes[k].Text)
				}
			}
			w.conceptPtr(s.at(9), &v.Priority, "485")
			if v.Quantity != nil {
				w.quantity(s.at(2), v.Quantity.Quantity)
			}
		}
		w.dropEmpty(s)
	}
}

// oldTimings writes what stood in ORC-7 and OBR-27 before there was TQ1.
func (w *sender) oldTimings(v *record.Order) {
	at := func(slot string) (p spot, ok bool) {
		for _, f := range w.formsOf(v.ID, slot) {
			for _, s := range w.m.segs {
				if n := fieldOf(f.path, s.name); n > 0 && s.owner == v.ID || n > 0 && s == w.m.segs[len(w.m.segs)-1] {
					return s.at(n), true
				}
			}
		}
		return spot{}, false
	}
	for i := range v.Timings {
		if p, ok := at(slotOf("timings", i)); ok {
			w.quantityTiming(p, &v.Timings[i])
		}
	}
	if p, ok := at("priority"); ok && v.Priority != nil {
		w.tableCode(p.at(6), v.Priority, "485")
	}
	if p, ok := at("quantity"); ok && v.Quantity != nil && v.Quantity.Quantity != nil {
		w.quantity(p.at(1), v.Quantity.Quantity)
	}
}

// quantityTiming writes TQ (2.3 to 2.4).
func (w *sender) quantityTiming(p spot, t *record.Timing) {
	w.tableCode(p.at(2).at(1), t.Code, "335")
	if t.Bounds != nil {
		w.time(p.at(4), &t.Bounds.Start)
		w.time(p.at(5), &t.Bounds.End)
	}
	w.str(p.at(8), &t.Text)
	w.number(p.at(12), &t.CountMax)
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
