package fhir

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// dateTimes writes an array of dateTimes with the array of their siblings.
func (w *writer) dateTimes(name string, ts []record.Time) {
	if len(ts) == 0 {
		return
	}
	plain := true
	w.arr(name)
	for i := range ts {
		if f, _ := formOf(ts[i].Value); (f == timeDate || f == timeFull) && ts[i].AsSent == "" && ts[i].Absent == "" {
			w.code("", ts[i].Value)
		} else {
			plain = false
		}
	}
	w.endArr()
	// Those that FHIR cannot write as they are: all in a field of their own, in their places.
	for i := 0; !plain && i < len(ts); i++ {
		w.fieldTime(name, &ts[i])
	}
}

// timing writes a Timing. What FHIR's Timing cannot say, or its invariants
// forbid, stands in fields of the record extension.
func (w *writer) timing(name string, t *record.Timing) {
	if t == nil {
		return
	}
	w.obj(name)
	w.timingBody(t)
	w.end()
}

func (w *writer) timingBody(t *record.Timing) {
	w.dateTimes("event", t.Events)
	w.repeat(t)
	w.concept("code", t.Code)
	w.fieldStr("text", t.Text)
	w.fieldPeriod("phase", t.Phase)
	w.fieldBool("institutionSpecified", t.InstitutionSpecified)
	w.fieldStr("alignment", t.Alignment)
	w.fieldStr("operator", t.Operator)
	w.absent(t.Absent)
}

func (w *writer) repeat(t *record.Timing) {
	w.obj("repeat")
	switch {
	case t.Bounds != nil && !t.Bounds.IsZero():
		w.period("boundsPeriod", t.Bounds)
		w.fieldQuantity("boundsDuration", t.BoundsDuration)
		if t.BoundsRange != nil {
			w.fieldAny("boundsRange", t.BoundsRange)
		}
	case t.BoundsDuration != nil:
		w.quantity("boundsDuration", t.BoundsDuration)
		if t.BoundsRange != nil {
			w.fieldAny("boundsRange", t.BoundsRange)
		}
	case t.BoundsRange != nil:
		w.rng("boundsRange", t.BoundsRange)
	}
	w.integer("count", t.Count, 1)
	w.integerIf(isCount(t.Count), "countMax", t.CountMax)  // tim-8
	w.measure("duration", t.Duration, t.DurationUnit)      // tim-1, tim-4
	w.measureMax("durationMax", t.DurationMax, t.Duration) // tim-7
	w.unit("durationUnit", t.DurationUnit)
	w.integer("frequency", t.Frequency, 1)
	w.integer("frequencyMax", t.FrequencyMax, 1)
	w.measure("period", t.Period, t.PeriodUnit)      // tim-2, tim-5
	w.measureMax("periodMax", t.PeriodMax, t.Period) // tim-6
	w.unit("periodUnit", t.PeriodUnit)
	w.codesIn("dayOfWeek", "daysOfWeek", t.DaysOfWeek, days)
	timesOK := len(t.When) == 0 // tim-10
	for _, v := range t.TimesOfDay {
		timesOK = timesOK && len(v) >= 8 && isClock(v)
	}
	if timesOK && len(t.TimesOfDay) > 0 {
		w.strs("timeOfDay", t.TimesOfDay)
	} else {
		w.fieldStrs("timesOfDay", t.TimesOfDay)
	}
	w.codesIn("when", "when", t.When, events)
	if t.Offset != nil {
		// Minutes, and only beside an event that is no meal (tim-9).
		plain :=
			t.Offset.Comparator == "" && len(t.Offset.Alternates) == 0 && t.Offset.Absent == "" && t.Offset.Code == "min" && t.Offset.System == record.SystemUCUM && t.Offset.Unit == ""
		if n, ok := parseInt(t.Offset.Value); ok && n >= 0 && plain && len(t.When) > 0 && !slices.ContainsFunc(t.When, isMeal) {
			w.raw("offset", t.Offset.Value)
		} else {
			w.fieldQuantity("offset", t.Offset)
		}
	}
	if t.OffsetRange != nil {
		w.fieldAny("offsetRange", t.OffsetRange)
	}
	w.end()
}

var days = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// events are FHIR's event-timing codes (R4 value set event-timing, required).
var events = []string{
	"MORN", "MORN.early", "MORN.late", "NOON", "AFT", "AFT.early", "AFT.late", "EVE", "EVE.early", "EVE.late", "NIGHT", "PHS",
	"HS", "WAKE", "C", "CM", "CD", "CV", "AC", "ACM", "ACD", "ACV", "PC", "PCM", "PCD", "PCV",
}

func isMeal(code string) bool { return code == "C" || code == "CM" || code == "CD" || code == "CV" }

// unitsOfTime are the codes that a Timing's units are bound to.
var unitsOfTime = []string{"s", "min", "h", "d", "wk", "mo", "a"}

// codesIn writes an array of codes of a fixed list; where one is not of the list all stand in fields.
func (w *writer) codesIn(name, field string, vs, allowed []string) {
	for _, v := range vs {
		if !slices.Contains(allowed, v) {
			w.fieldStrs(field, vs)
			return
		}
	}
	w.strs(name, vs)
}

func isCount(v string) bool {
	n, ok := parseInt(v)
	return ok && n > 0
}

func (w *writer) integerIf(ok bool, name, v string) {
	if ok {
		w.integer(name, v, 1)
	} else {
		w.fieldStr(name, v)
	}
}

// measure writes a length of time that FHIR wants with its unit and not negative.
func (w *writer) measure(name, v, unit string) {
	if slices.Contains(unitsOfTime, unit) && isNumber(v) && v[0] != '-' {
		w.raw(name, v)
	} else {
		w.fieldStr(name, v)
	}
}

// measureMax writes the upper end of a length of time where the lower one is there.
func (w *writer) measureMax(name, v, low string) {
	if isNumber(v) && isNumber(low) {
		w.raw(name, v)
	} else {
		w.fieldStr(name, v)
	}
}

func (w *writer) unit(name, v string) {
	if slices.Contains(unitsOfTime, v) {
		w.code(name, v)
	} else {
		w.fieldStr(name, v)
	}
}
