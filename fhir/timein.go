package fhir

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// time takes a date, dateTime or instant with what stands beside it: the text as
// our own exporter found it, and why there is none.
func (r *reader) time(n tree.Node, name string) record.Time {
	c := n.Child(name)
	t := r.timeAt(c)
	if !r.marks.beside {
		return t
	}
	if side := object(n, "_"+name); side.OK() {
		was := t
		r.besideTime(side, &t)
		if c.Kind() == tree.String && t.Value != was.Value {
			r.compared(c, isShortened(c.Value(), t))
		}
	}
	return t
}

// timeAt takes a date, dateTime or instant without what stands beside it.
func (r *reader) timeAt(c tree.Node) (t record.Time) {
	if c.Kind() == tree.String {
		r.led.Take(c.Index())
		t = timeOf(c.Value())
	}
	return t
}

// isShortened reports whether an element is what a time goes out as: cut, or filled with seconds or a zone.
func isShortened(v string, t record.Time) bool {
	return strings.HasPrefix(t.Value, v) || strings.HasPrefix(v, strings.TrimSuffix(t.Value, t.Offset()))
}

// timeOf reads the text of a FHIR date, dateTime or instant. What is none is kept as sent.
func timeOf(v string) record.Time {
	if f, _ := formOf(v); f == timeBad || f == timeCut {
		return record.Time{AsSent: v}
	}
	return record.Time{Value: v}
}

func (r *reader) besideTime(side tree.Node, t *record.Time) {
	if e := extension(side, extTime); e.OK() && e.Child("valueString").Kind() == tree.String {
		t.Value = r.str(r.known(e), "valueString") // the element is that time cut or filled
	}
	if e := r.field(side, "asSent"); e.OK() {
		t.AsSent = r.str(e, "valueString")
	}
	t.Absent = r.absentOf(side)
}

func (r *reader) timePtr(n tree.Node, name string) *record.Time {
	t := r.time(n, name)
	if t.IsZero() {
		return nil
	}
	return r.room.times.One(&t)
}

// times reads an array of dateTimes.
// Where our exporter could not write one of them, all stand in its extension too, in their places.
func (r *reader) times(n tree.Node, name string) []record.Time {
	var out []record.Time
	for _, v := range objects(own(n), "extension") {
		if peek(v, "url") == name && (v.Child("valueDateTime").OK() || v.Child("_valueDateTime").OK()) {
			r.known(own(n))
			out = append(out, r.time(r.known(v), "valueDateTime"))
		}
	}
	for _, v := range r.strs(n, name) {
		if t := timeOf(v); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// period reads a Period. Our own exporter marks a point in time as such.
func (r *reader) period(n tree.Node) (p record.Period) {
	extended := false
	for in := n.Within(); in.Next(); {
		m := in.Node()
		switch r.marks.member(m) {
		case memberStart:
			p.Start = r.timeAt(m)
		case memberEnd:
			p.End = r.timeAt(m)
		case memberExtension:
			extended = true
		}
	}
	if r.marks.beside {
		p.Start, p.End = r.time(n, "start"), r.time(n, "end")
	}
	if !extended {
		return p
	}
	if e := r.field(n, "at"); e.OK() {
		if b := e.Child("valueBoolean"); b.Kind() == tree.Bool && b.Value() == "true" {
			r.take(b)
			p.At, p.Start = p.Start, record.Time{}
		} else {
			p.At = r.time(e, "valueDateTime")
		}
	}
	addFields(r, n, &p)
	if a := r.absentOf(n); a != "" {
		p.Absent = a
	}
	return p
}

// periodPtr reads a member that is a Period; nil where there is none.
func (r *reader) periodPtr(n tree.Node, name string) *record.Period {
	c := n.Child(name)
	if c.Kind() != tree.Object {
		return nil
	}
	p := r.period(c)
	return r.room.periods.One(&p)
}

// when reads a choice of types that says when: the elements that c names, and
// what the field of our extension on n adds.
func (r *reader) when(n tree.Node, c choice, field string) record.Period {
	var p record.Period
	switch {
	case c.dateTime != "" && (n.Child(c.dateTime).OK() || n.Child("_"+c.dateTime).OK()):
		p.At = r.time(n, c.dateTime)
		if p.At.Value == "" && p.At.AsSent == "" {
			p.Absent, p.At = p.At.Absent, record.Time{}
		}
	case c.period != "" && object(n, c.period).OK():
		p = one(n, c.period, r.period)
	case c.age != "" && object(n, c.age).OK():
		p.Age = maybe(n, c.age, r.quantity)
	case c.rng != "" && object(n, c.rng).OK():
		p.AgeRange = maybe(n, c.rng, r.rng)
	case c.str != "":
		p.Text = r.str(n, c.str)
	}
	if e := r.field(n, field); e.OK() {
		rest := one(e, "valuePeriod", r.period)
		if !p.At.IsZero() && (!rest.End.IsZero() || !rest.Start.IsZero()) {
			p.Start, p.At = p.At, record.Time{} // the element was a period's start
		}
		p = united(p, rest)
	}
	return p
}

// whenPtr is when, nil where nothing is said.
func (r *reader) whenPtr(n tree.Node, c choice, field string) *record.Period {
	p := r.when(n, c, field)
	if p.IsZero() {
		return nil
	}
	return r.room.periods.One(&p)
}

// united gives p with what it lacks from q.
func united(p, q record.Period) record.Period {
	fill := func(a *record.Time, b record.Time) {
		if a.IsZero() {
			*a = b
		}
	}
	fill(&p.At, q.At)
	fill(&p.Start, q.Start)
	fill(&p.End, q.End)
	fill(&p.Center, q.Center)
	if p.Width == nil {
		p.Width = q.Width
	}
	if p.Absent == "" {
		p.Absent = q.Absent
	}
	if p.StartOpen == nil {
		p.StartOpen = q.StartOpen
	}
	if p.EndOpen == nil {
		p.EndOpen = q.EndOpen
	}
	if p.Age == nil {
		p.Age = q.Age
	}
	if p.AgeRange == nil {
		p.AgeRange = q.AgeRange
	}
	if p.Text == "" {
		p.Text = q.Text
	}
	return p
}

// timing reads a Timing.
func (r *reader) timing(n tree.Node) record.Timing {
	t := record.Timing{Events: r.times(n, "event"), Code: r.conceptPtr(n, "code")}
	if p := object(n, "repeat"); p.OK() {
		t.Bounds = maybe(p, "boundsPeriod", r.period)
		t.BoundsDuration = maybe(p, "boundsDuration", r.quantity)
		t.BoundsRange = maybe(p, "boundsRange", r.rng)
		t.Count, t.CountMax = r.number(p, "count"), r.number(p, "countMax")
		t.Duration, t.DurationMax, t.DurationUnit = r.number(p, "duration"), r.number(p, "durationMax"), r.str(p, "durationUnit")
		t.Frequency, t.FrequencyMax = r.number(p, "frequency"), r.number(p, "frequencyMax")
		t.Period, t.PeriodMax, t.PeriodUnit = r.number(p, "period"), r.number(p, "periodMax"), r.str(p, "periodUnit")
		t.DaysOfWeek, t.TimesOfDay, t.When = r.strs(p, "dayOfWeek"), r.strs(p, "timeOfDay"), r.strs(p, "when")
		if v := r.number(p, "offset"); v != "" {
			t.Offset = &record.Quantity{Value: v, Code: "min", System: record.SystemUCUM} // R4 Timing.repeat.offset: minutes
		}
		addFields(r, p, &t)
	}
	addFields(r, n, &t)
	t.Absent = r.absentOf(n)
	return t
}
