package ccda

import (
	"math/big"
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// timings writes how often something is taken within the time as a whole, which
// is written before (CDA R2 GTS; C-CDA R2.1 Medication Activity). kind is what
// other formats call the medication.
func (w *writer) timings(list *[]record.Timing, kind string) {
	ts := slices.Clone(*list)
	*list = nil
	if sets := setsOf(ts); w.strict && sets > 1 {
		// One set alone may narrow the time (CONF:1098-28499), and a part of what narrows it would say something else.
		w.Drop("timings", ts, &withheld)
		return
	}
	compound := !w.strict && len(ts) > 1 && slices.ContainsFunc(ts[1:], func(t record.Timing) bool { return t.Operator != "" && t.Operator != "A" })
	if compound {
		w.el("effectiveTime")
		w.attr("xsi:type", "SXPR_TS")
		w.at("operator", take(&ts[0].Operator))
	}
	for i := range ts {
		w.In("timings", i)
		name := "effectiveTime"
		if compound {
			name = "comp"
		}
		op := ts[i].Operator
		if kind != "" && !compound && (op == "" || op == "A") {
			w.DropString("operator", op, &saidByPlace)
			op = "A" // what is said beside the bounds narrows them (FC-medications)
		}
		if w.strict && kind != "" && ts[i].Bounds != nil {
			w.Drop("bounds", ts[i].Bounds, &withheld) // what narrows the time is a period or an event (CONF:1098-28499)
			ts[i].Bounds = nil
		}
		w.timing(name, op, &ts[i])
		w.Leave()
	}
	if compound {
		w.end()
	}
}

// wholeTime writes the time as a whole: a point, or an interval with its type, for a GTS has none of its own.
func (w *writer) wholeTime(name, leaf string, p *record.Period) {
	if p.IsZero() {
		return
	}
	typ := ""
	if !p.Start.IsZero() || !p.End.IsZero() || !p.Center.IsZero() || p.Width != nil || p.StartOpen != nil || p.EndOpen != nil {
		typ = "IVL_TS"
	}
	if w.strict && typ != "" && p.At.IsZero() && p.Start.IsZero() {
		p.Start.Absent = record.AbsentNoInformation // either a low or a value (CONF:1098-32890)
		w.Note(&issueRequired, leaf+".start")
	}
	if w.strict && !p.At.IsZero() && !p.Start.IsZero() {
		w.Drop(leaf+".at", &p.At, &withheld) // not both
		p.At = record.Time{}
	}
	if w.strict && p.Width != nil && !p.Start.IsZero() && !p.End.IsZero() {
		w.Drop(leaf+".width", p.Width, &withheld) // two of the three say all (CDA R2 IVL_TS)
		p.Width = nil
	}
	w.periodTyped(name, leaf, typ, p)
}

// boundsOf makes the bounds of a timing, or its one point, the time as a whole
// where there is none (FC-medications, boundsPeriod).
func boundsOf(whole *record.Period, list *[]record.Timing) {
	ts := slices.Clone(*list)
	for i := range ts {
		t := &ts[i]
		switch {
		case t.Operator != "":
			continue
		case t.Bounds != nil && !isOnlyBounds(t):
			*whole, t.Bounds = *t.Bounds, nil
		case t.BoundsDuration != nil:
			whole.Width, t.BoundsDuration = t.BoundsDuration, nil
		case len(t.Events) == 1 && t.Events[0].Value != "":
			whole.At, t.Events = t.Events[0], nil
		default:
			continue
		}
		*list = ts
		return
	}
}

// isOnlyBounds reports whether a timing is an interval and nothing else, as C-CDA gives it.
func isOnlyBounds(t *record.Timing) bool {
	x := *t
	x.Bounds, x.Operator = nil, ""
	return record.CountLeavesOf(&x) == 0
}

// setsOf counts the timings that narrow others.
func setsOf(ts []record.Timing) int {
	n := 0
	for i := range ts {
		t := &ts[i]
		if t.Operator != "" && t.Operator != "A" {
			continue
		}
		if t.Period != "" || t.PeriodUnit != "" || t.Phase != nil || t.Code != nil {
			n++
		}
		if len(t.When) > 0 || t.Bounds != nil {
			n++
		}
	}
	return n
}

// timing writes one timing: an interval, a period (PIVL_TS), an event of the day (EIVL_TS).
func (w *writer) timing(name, op string, t *record.Timing) {
	t.Operator = ""
	if len(t.DaysOfWeek) > 0 || t.Count != "" || t.CountMax != "" {
		// A period without the days or the number that limit it would say more than is meant.
		w.Drop("", t, &lost)
		return
	}
	if t.Bounds != nil {
		p := *t.Bounds
		w.el(name)
		w.attr("xsi:type", "IVL_TS")
		w.at("operator", op)
		w.In("bounds", -1)
		w.periodContent(&p)
		w.Leave()
		w.end()
		t.Bounds = nil
	}
	for k := range t.Events {
		w.el(name)
		w.at("operator", op)
		e := t.Events[k]
		w.In("events", k)
		w.timeAttrs("", &e)
		w.Leave()
		w.end()
		op = "I"
	}
	t.Events = nil
	daily := len(t.When) > 0 && t.Period == "1" && t.PeriodUnit == "d" && t.PeriodMax == "" && t.FrequencyMax == "" &&
		(t.Frequency == "" || atoi(t.Frequency) == len(t.When))
	if daily {
		t.Frequency, t.Period, t.PeriodUnit = "", "", "" // each event is once a day
	}
	w.periodicOut(name, op, t)
	for k, code := range t.When {
		if k > 0 {
			op = "I"
		}
		w.eventOut(name, op, code, t)
	}
	if len(t.When) > 0 {
		t.When, t.Offset, t.OffsetRange = nil, nil, nil
	}
	if t.Absent != "" {
		w.el(name)
		w.attr("xsi:type", "PIVL_TS")
		w.at("operator", op)
		w.nullFlavor("absent", &t.Absent)
		w.end()
	}
	w.rest(t)
}

// periodicOut writes a PIVL_TS.
func (w *writer) periodicOut(name, op string, t *record.Timing) {
	period, high, unit, often := periodOf(t)
	if period == "" && unit == "" && t.Phase == nil && t.InstitutionSpecified == nil && t.Alignment == "" {
		return
	}
	w.el(name)
	w.attr("xsi:type", "PIVL_TS")
	w.at("operator", op)
	w.at("alignment", take(&t.Alignment))
	switch {
	case t.InstitutionSpecified != nil:
		w.flag("institutionSpecified", &t.InstitutionSpecified)
	case often:
		w.at("institutionSpecified", "true")
	}
	w.periodPtr("phase", "phase", &t.Phase)
	switch {
	case high != "":
		w.el("period")
		w.attr("xsi:type", "IVL_PQ")
		w.leaf("low", "value", period, "unit", unit)
		w.leaf("high", "value", high, "unit", unit)
		w.end()
	case period != "" || unit != "" || t.Absent != "":
		w.el("period")
		w.at("value", period)
		w.at("unit", unit)
		w.nullFlavor("absent", &t.Absent)
		w.end()
	}
	w.end()
}

// periodOf gives the period of a timing, the longer one where it is a range, and
// its unit, and clears them. often says that it is the time of once where the
// source says how often in a longer time: the institution sets the hours then
// (C-CDA on FHIR, Medication Timing and Frequency).
func periodOf(t *record.Timing) (period, high, unit string, often bool) {
	if t.Code != nil && t.Period == "" && t.Frequency == "" && len(t.Code.Codings) == 1 {
		if v, u, ok := abbreviated(t.Code.Codings[0].Code); ok {
			t.Code.Codings = nil
			return v, "", u, true
		}
	}
	if t.Frequency == "" || t.Frequency == "1" && t.FrequencyMax == "" {
		period, high, unit = t.Period, t.PeriodMax, t.PeriodUnit
		t.Frequency, t.Period, t.PeriodMax, t.PeriodUnit = "", "", "", ""
		return period, high, unit, false
	}
	if t.PeriodMax != "" {
		return "", "", "", false
	}
	v, u, ok := share(t.Period, t.PeriodUnit, t.Frequency)
	if !ok {
		return "", "", "", false
	}
	if t.FrequencyMax != "" {
		low, lowUnit, ok := share(t.Period, t.PeriodUnit, t.FrequencyMax)
		if !ok || lowUnit != u {
			return "", "", "", false
		}
		v, high = low, v
	}
	t.Frequency, t.FrequencyMax, t.Period, t.PeriodUnit = "", "", "", ""
	return v, high, u, true
}

// saidByPlace is for what the place of a timing beside the bounds says.
var saidByPlace = record.IssueLost.Because("that a timing narrows the bounds is said by its place beside them")

// share divides a length of time exactly; it goes down to the unit below where that gives the shorter number.
func share(period, unit, times string) (v, u string, ok bool) {
	p, ok1 := new(big.Rat).SetString(period)
	n, ok2 := new(big.Rat).SetString(times)
	if !ok1 || !ok2 || n.Sign() <= 0 || !isDecimal(period) || !isInteger(times) || len(period) > 12 || len(times) > 6 {
		return "", "", false
	}
	p.Quo(p, n)
	for {
		if p.IsInt() {
			return p.Num().String(), unit, true
		}
		below := map[string]struct {
			unit string
			n    int64
		}{"wk": {"d", 7}, "d": {"h", 24}, "h": {"min", 60}, "min": {"s", 60}}[unit]
		if below.n == 0 {
			return "", "", false
		}
		p.Mul(p, big.NewRat(below.n, 1))
		unit = below.unit
	}
}

// abbreviated gives the period of the abbreviations that say how often and nothing else (HL7 v3 GTSAbbreviation).
func abbreviated(code string) (value, unit string, ok bool) {
	switch strings.ToUpper(code) {
	case "QD":
		return "1", "d", true
	case "BID":
		return "12", "h", true
	case "TID":
		return "8", "h", true
	case "QID":
		return "6", "h", true
	case "QOD":
		return "2", "d", true
	}
	return "", "", false
}

// eventOut writes an EIVL_TS.
func (w *writer) eventOut(name, op, code string, t *record.Timing) {
	w.el(name)
	w.attr("xsi:type", "EIVL_TS")
	w.at("operator", op)
	w.leaf("event", "code", code)
	switch {
	case t.OffsetRange != nil:
		g := *t.OffsetRange
		w.rangeOf("offset", "offsetRange", "", &g)
	case t.Offset != nil:
		q := *t.Offset
		w.quantity("offset", "offset", &q)
	}
	w.end()
}

func atoi(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || i > 6 {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}
