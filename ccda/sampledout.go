package ccda

import "github.com/portage-health/portage/record"

// canSample reports whether a series of measurements has a form in CDA: one
// dimension, and numbers alone (FHIR has letters for those that are missing, too low and too high).
func canSample(s *record.SampledData) bool {
	return s.Dimensions == "1" && isDigits(s.Data) && isDecimal(s.Origin.Value) && s.Origin.Comparator == "" && s.Origin.Absent == "" && len(s.Origin.Alternates) == 0 &&
		(s.Origin.System == "" || s.Origin.System == record.SystemUCUM) && (s.Factor == "" || isDecimal(s.Factor)) && (s.Period == "" || isDecimal(s.Period))
}

// sampledOut writes a value that is a series of measurements, and takes it, where it has a form. The limits of what could be measured have no element.
func (w *writer) sampledOut(v *record.Value) {
	s := v.Sampled
	if s == nil || v.Absent != "" || !canSample(s) {
		return
	}
	v.Sampled = nil
	w.In("sampled", -1)
	w.el("value")
	w.attr("xsi:type", "SLIST_PQ")
	q := s.Origin
	unit := q.Unit
	if q.System == record.SystemUCUM && q.Code != "" {
		unit = q.Code
	}
	w.quantity("origin", "origin", &q)
	w.el("scale")
	if s.Factor != "" {
		w.at("value", s.Factor)
	} else {
		w.at("nullFlavor", "NA")
	}
	w.at("unit", unit)
	w.end()
	w.words("digits", s.Data)
	w.end()
	if s.Period != "" {
		w.el("value")
		w.attr("xsi:type", "GLIST_PQ")
		w.leaf("head", "value", "0", "unit", unitOfPeriod)
		w.leaf("increment", "value", s.Period, "unit", unitOfPeriod)
		w.end()
	}
	w.DropString("lowerLimit", s.LowerLimit, &lost)
	w.DropString("upperLimit", s.UpperLimit, &lost)
	w.Leave()
}
