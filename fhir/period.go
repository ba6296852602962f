package fhir

import (
	"github.com/portage-health/portage/record"
)

// period writes a Period. A point in time goes out as its start, marked as
// both (C-CDA on FHIR, CDA ↔ FHIR Time/Dates, structured types).
func (w *writer) period(name string, p *record.Period) {
	if p == nil {
		return
	}
	w.obj(name)
	w.periodBody(p)
	w.end()
}

func (w *writer) periodBody(p *record.Period) {
	n := max(len(p.Start.Value), len(p.End.Value))
	if p.At.IsZero() && !p.End.IsZero() {
		n = w.comparable(p.Start.Value, p.End.Value)
	}
	switch {
	case p.At.IsZero():
		w.dateTimeOf("start", p.Start, n)
	case p.Start.IsZero():
		w.dateTime("start", p.At)
		t := true
		w.fieldBool("at", &t)
	default:
		w.dateTime("start", p.Start)
		w.fieldTime("at", &p.At)
	}
	if !p.End.IsZero() {
		if after(p.Start.Value, p.End.Value) || after(p.At.Value, p.End.Value) {
			w.fieldTime("end", &p.End) // FHIR forbids an end before the start (per-1)
		} else {
			w.dateTimeOf("end", p.End, n)
		}
	}
	w.periodRest(p)
}

// comparable gives how much of both bounds of a period can be written: of a date
// and a time within it FHIR cannot say which is earlier, and wants to (per-1).
// Then the finer goes out as far as both are precise, as it was sent beside it.
func (w *writer) comparable(start, end string) int {
	exact := func(f timeForm) bool { return f == timeFull || f == timeMinute || f == timeCut && w.opts.Zone != "" }
	fs, cs := formOf(start)
	fe, ce := formOf(end)
	n := min(cs, ce)
	if n < len("2006") || fs == timeBad || fe == timeBad || exact(fs) && exact(fe) || !exact(fs) && !exact(fe) && cs == ce || start[:n] != end[:n] {
		return max(len(start), len(end))
	}
	return n
}

// dateTimeOf is dateTime for no more than n letters of a time.
func (w *writer) dateTimeOf(name string, t record.Time, n int) {
	if len(t.Value) <= n {
		w.dateTime(name, t)
		return
	}
	w.key(name)
	w.quote(t.Value[:n])
	w.sibling(name)
	w.asSent(t.Value)
	w.timeRest(&t)
	w.end()
}

// periodRest writes what a FHIR Period has no element for.
func (w *writer) periodRest(p *record.Period) {
	if !p.Center.IsZero() {
		w.fieldTime("center", &p.Center)
	}
	w.fieldQuantity("width", p.Width)
	w.absent(p.Absent)
	w.fieldBool("startOpen", p.StartOpen)
	w.fieldBool("endOpen", p.EndOpen)
	w.fieldQuantity("age", p.Age)
	if p.AgeRange != nil {
		w.field("ageRange")
		w.rng("valueRange", p.AgeRange)
		w.endField()
	}
	w.fieldStr("text", p.Text)
}

// after reports whether time a is surely later than b: by their dates, and
// within one day and one offset by the clock.
func after(a, b string) bool {
	fa, ca := formOf(a)
	fb, cb := formOf(b)
	if fa == timeBad || fb == timeBad {
		return false
	}
	n := min(ca, cb)
	if a[:n] != b[:n] {
		return a[:n] > b[:n]
	}
	if ca != cb || fa <= timeDate || fb <= timeDate || fa == timeCut || fb == timeCut {
		return false
	}
	return utc(a, ca) > utc(b, cb)
}

// utc writes a full time as minutes and the rest after its date, in text that sorts.
func utc(v string, clock int) string {
	t := record.Time{Value: v}
	off := t.Offset()
	c := v[clock+1 : len(v)-len(off)]
	m := 60*(10*int(c[0]-'0')+int(c[1]-'0')) + 10*int(c[3]-'0') + int(c[4]-'0')
	if off != "Z" {
		o := 60*(10*int(off[1]-'0')+int(off[2]-'0')) + 10*int(off[4]-'0') + int(off[5]-'0')
		if off[0] == '+' {
			o = -o
		}
		m += o
	}
	m += 2000 // never below nought
	return string([]byte{byte('0' + m/1000%10), byte('0' + m/100%10), byte('0' + m/10%10), byte('0' + m%10)}) + c[5:]
}

// choice names the elements that a choice of types has; one that is "" is not allowed there.
type choice struct{ dateTime, period, age, rng, str string }

// when writes a period as one of a choice of types (onset[x], effective[x] …).
// FHIR takes one of them alone: what else the period says stands in a field of
// the record extension, named field.
func (w *writer) when(c choice, field string, p *record.Period) {
	if p == nil || p.IsZero() {
		return
	}
	rest := *p
	switch {
	case !p.At.IsZero() && c.dateTime != "" && p.Start.IsZero() && p.End.IsZero():
		w.dateTime(c.dateTime, p.At)
		rest.At = record.Time{}
	case (!p.Start.IsZero() || !p.End.IsZero() || !p.At.IsZero()) && c.period != "":
		w.period(c.period, p)
		return
	case !p.Start.IsZero() && c.dateTime != "":
		w.dateTime(c.dateTime, p.Start)
	case p.Age != nil && c.age != "":
		w.quantity(c.age, p.Age)
		rest.Age = nil
	case p.AgeRange != nil && c.rng != "":
		w.rng(c.rng, p.AgeRange)
		rest.AgeRange = nil
	case p.Text != "" && c.str != "":
		w.str(c.str, p.Text)
		rest.Text = ""
	case p.Absent != "" && c.dateTime != "":
		w.absentPrimitive(c.dateTime, p.Absent)
		rest.Absent = ""
	case c.period != "":
		w.period(c.period, p)
		return
	}
	if !rest.IsZero() {
		w.fieldPeriod(field, &rest)
	}
}
