package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// time takes a TS: the point as precise as sent, with the offset as sent or with none.
func (r *reader) time(n tree.Node) record.Time {
	var t record.Time
	if !n.OK() || !r.xsiType(n, "TS") {
		return t
	}
	return r.ts(n)
}

// timePtr is time, nil where nothing was said.
func (r *reader) timePtr(n tree.Node) *record.Time {
	if t := r.time(n); !t.IsZero() {
		return r.room.times.One(&t)
	}
	return nil
}

func (r *reader) ts(n tree.Node) record.Time {
	var t record.Time
	t.Absent = r.nullFlavor(n)
	a := n.Attr("value")
	if !a.OK() || a.Value() == "" {
		return t
	}
	r.led.Take(a.Index())
	v := a.Value()
	exact := true
	if v == r.lastTime.sent { // as where one thing was told by several at once
		t.Value = r.lastTime.iso
	} else {
		var room [timeRoom]byte
		if iso, ok := appendTS(room[:0], v); ok {
			t.Value = r.room.paths.Keep(iso)
			r.lastTime.sent, r.lastTime.iso = v, t.Value
		} else {
			t.Value, exact = lenientTime(v)
		}
	}
	if !exact {
		t.AsSent = v
		r.issue(record.IssueInvalidTime, a)
	}
	return t
}

// period takes a TS or an IVL_TS: a point, or bounds. Anything else that a GTS
// may be (PIVL_TS, EIVL_TS, a set of times) is left as it is.
func (r *reader) period(n tree.Node) record.Period {
	var p record.Period
	if !n.OK() || !r.xsiType(n, "IVL_TS", "TS", "SXCM_TS") {
		return p
	}
	if !n.First().OK() && saysNothing(n) {
		r.form(n)
	} else if a := n.Attr("value"); a.OK() {
		p.At = r.ts(n)
		if p.At.Absent != "" {
			p.Absent, p.At.Absent = p.At.Absent, ""
		}
	} else {
		p.Absent = r.nullFlavor(n)
	}
	if c := n.Child("low"); c.OK() {
		p.Start, p.StartOpen = r.bound(c), r.open(c)
	}
	if c := n.Child("high"); c.OK() {
		p.End, p.EndOpen = r.bound(c), r.open(c)
	}
	if c := n.Child("center"); c.OK() {
		p.Center = r.time(c)
	}
	if c := n.Child("width"); c.OK() {
		p.Width = r.quantity(c)
	}
	return p
}

// bound is time for a bound of a period, which may be empty.
func (r *reader) bound(n tree.Node) record.Time {
	if saysNothing(n) {
		r.form(n)
	}
	return r.time(n)
}

// periodPtr is period, nil where nothing was said.
func (r *reader) periodPtr(n tree.Node) *record.Period {
	if p := r.period(n); !p.IsZero() {
		return r.room.periods.One(&p)
	}
	return nil
}

// open takes IVXB.inclusive and says the contrary.
func (r *reader) open(n tree.Node) *bool {
	if b := r.boolean(n, "inclusive"); b != nil {
		return ptr(!*b)
	}
	return nil
}

// isoTime writes a TS in ISO 8601 extended form, exactly as precise as sent.
// exact is false where the text does not follow HL7's form for a TS
// (YYYYMMDDHHMMSS.UUUU[+|-ZZzz], CDA R2 TS): value may then be the time that it
// plainly means, or "" where it means none.
func isoTime(v string) (value string, exact bool) {
	if i, ok := hl7Time(v); ok {
		return i, true
	}
	return lenientTime(v)
}

// timeRoom is room for any time but one with a very long fraction.
const timeRoom = 48

// hl7Time converts a well-formed TS.
func hl7Time(v string) (string, bool) {
	var room [timeRoom]byte
	b, ok := appendTS(room[:0], v)
	return string(b), ok
}

// appendTS is hl7Time onto the end of b, which is given back as it was where v is no such time.
func appendTS(b []byte, v string) ([]byte, bool) {
	n := 0
	for n < len(v) && v[n] >= '0' && v[n] <= '9' {
		n++
	}
	switch n {
	case 4, 6, 8, 10, 12, 14:
	default:
		return b, false
	}
	if !validDate(v, n) {
		return b, false
	}
	f := n // end of the fraction
	if n == 14 && f < len(v) && v[f] == '.' {
		f++
		for f < len(v) && v[f] >= '0' && v[f] <= '9' {
			f++
		}
		if f == n+1 {
			return b, false
		}
	}
	zone := v[f:]
	if zone != "" && (n < 10 || !validZone(zone)) {
		return b, false
	}
	b = append(b, v[:4]...)
	if n >= 6 {
		b = append(append(b, '-'), v[4:6]...)
	}
	if n >= 8 {
		b = append(append(b, '-'), v[6:8]...)
	}
	if n >= 10 {
		b = append(append(b, 'T'), v[8:10]...)
	}
	if n >= 12 {
		b = append(append(b, ':'), v[10:12]...)
	}
	if n >= 14 {
		b = append(append(b, ':'), v[12:14]...)
	}
	b = append(b, v[n:f]...)
	if zone != "" {
		b = append(append(append(b, zone[:3]...), ':'), zone[3:]...)
	}
	return b, true
}

func two(s string) int { return int(s[0]-'0')*10 + int(s[1]-'0') }

// validDate checks the first n digits against the calendar and the clock.
func validDate(v string, n int) bool {
	year := two(v)*100 + two(v[2:])
	if year == 0 {
		return false
	}
	if n >= 6 {
		if m := two(v[4:]); m < 1 || m > 12 {
			return false
		}
	}
	if n >= 8 {
		if d := two(v[6:]); d < 1 || d > daysIn(year, two(v[4:])) {
			return false
		}
	}
	return (n < 10 || two(v[8:]) <= 23) && (n < 12 || two(v[10:]) <= 59) && (n < 14 || two(v[12:]) <= 60)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// validZone checks ±ZZzz.
func validZone(z string) bool {
	if len(z) != 5 || z[0] != '+' && z[0] != '-' {
		return false
	}
	for i := 1; i < 5; i++ {
		if z[i] < '0' || z[i] > '9' {
			return false
		}
	}
	h, m := two(z[1:]), two(z[3:])
	return h < 14 && m <= 59 || h == 14 && m == 0
}
