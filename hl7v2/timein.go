package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// time reads TS and DTM (2A.3.22): as precise as sent, with the offset sent or none. The offset of MSH-7 is not applied to times that have none.
func (r *reader) time(d datum) (t record.Time, ok bool) {
	ok = r.timeInto(&t, d)
	return t, ok
}

// timeInto is time into a place that is empty.
func (r *reader) timeInto(t *record.Time, d datum) bool {
	d = d.at(1)
	v := r.text(d)
	if v == "" {
		if !d.isNull() {
			return false
		}
		r.take(d)
		t.Absent = record.AbsentExplicitNull
		return true
	}
	if v == r.lastTime { // as most observations of a report have it
		t.Value = r.lastISO
		return true
	}
	var buf [40]byte
	if iso, ok := appendISO(buf[:0], v); ok {
		r.lastTime, r.lastISO = v, r.mem.texts.Keep(iso)
		t.Value = r.lastISO
		return true
	}
	r.issue(&record.IssueInvalidTime, d.leaf())
	t.AsSent = v
	return true
}

// isoTime writes a time of HL7 v2 as ISO 8601. A date with an offset has no such form.
func isoTime(v string) (string, bool) {
	b, ok := appendISO(nil, v)
	return string(b), ok
}

func appendISO(b []byte, v string) ([]byte, bool) {
	if !isTime(v) {
		return b, false
	}
	zone := ""
	if i := strings.IndexAny(v, "+-"); i >= 0 {
		v, zone = v[:i], v[i:]
	}
	if zone != "" && len(v) <= 8 {
		return b, false
	}
	from := len(b)
	for i, sep := range []struct {
		from, to int
		before   string
	}{{0, 4, ""}, {4, 6, "-"}, {6, 8, "-"}, {8, 10, "T"}, {10, 12, ":"}, {12, len(v), ":"}} {
		if len(v) < sep.to || sep.from >= len(v) {
			break
		}
		if i == 5 && v[12:14] == "60" {
			return b, false // a leap second: ISO 8601 has it, calendars of programs do not
		}
		b = append(append(b, sep.before...), v[sep.from:sep.to]...)
	}
	ok := inCalendar(b[from:])
	if zone != "" {
		b = append(append(append(b, zone[:3]...), ':'), zone[3:]...)
	}
	return b, ok
}

// inCalendar reports whether a date has such a day.
func inCalendar(v []byte) bool {
	if len(v) < 10 {
		return true
	}
	days := [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	year := int(v[0]-'0')*1000 + int(v[1]-'0')*100 + int(v[2]-'0')*10 + int(v[3]-'0')
	month, day := int(v[5]-'0')*10+int(v[6]-'0'), int(v[8]-'0')*10+int(v[9]-'0')
	if month == 2 && (year%4 != 0 || year%100 == 0 && year%400 != 0) {
		return day <= 28
	}
	return day <= days[month-1]
}

func (r *reader) timePtr(s Segment, field int) *record.Time { return one(s, field, r.time) }

func (r *reader) timeOf(s Segment, field int) (t record.Time) {
	if d := first(s, field); d.says() {
		t, _ = r.time(d)
	}
	return t
}

// clock reads TM (2A.3.75) as hh:mm[:ss[.s]]. One with an offset has no such form.
func (r *reader) clock(d datum) (string, bool) {
	v := d.at(1).peek()
	if !isTime("20000101"+v) || len(v) < 4 || strings.ContainsAny(v, "+-") {
		return "", false
	}
	r.take(d.at(1))
	out := v[:2] + ":" + v[2:4]
	if len(v) > 4 {
		out += ":" + v[4:]
	}
	return out, true
}

// span of time: DR (2A.3.20), a start and an end.
func (r *reader) dateRange(d datum) (p record.Period, ok bool) {
	start, ok1 := r.time(d.at(1))
	end, ok2 := r.time(d.at(2))
	return record.Period{Start: start, End: end}, ok1 || ok2
}

// validity reads when something holds: a range, or its start and its end.
func (r *reader) validity(d datum, rng, start, end int) *record.Period {
	var p record.Period
	if rng > 0 {
		p, _ = r.dateRange(d.at(rng))
	}
	if t, ok := r.time(d.at(start)); ok && p.Start.IsZero() {
		p.Start = t
	} else if ok {
		r.giveBack(d.at(start))
	}
	if t, ok := r.time(d.at(end)); ok && p.End.IsZero() {
		p.End = t
	} else if ok {
		r.giveBack(d.at(end))
	}
	if p.IsZero() {
		return nil
	}
	return &p
}
