package fhir

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// timeForm is how a time can go out.
type timeForm uint8

const (
	timeBad    timeForm = iota // no time at all
	timeDate                   // a date, as it is
	timeFull                   // to the second, with an offset, as it is
	timeMinute                 // to the minute, with an offset: seconds are zero-filled (R4 2.24.0.1, dateTime)
	timeCut                    // an hour without an offset, or without minutes: cut to its date
)

// formOf reads Time.Value; clock is the index of T.
func formOf(v string) (f timeForm, clock int) {
	d := len(v)
	if d > 10 && v[10] == 'T' { // one before it is in no date
		d = 10
	} else if t := strings.IndexByte(v, 'T'); t >= 0 {
		d = t
	}
	if !isDate(v[:d]) {
		return timeBad, d
	}
	if d == len(v) {
		return timeDate, d
	}
	if d != 10 {
		return timeBad, d
	}
	c := v[d+1:]
	i, read := 0, len(c) > 8 && isClock(c[:8])
	if read {
		i = 8 // no offset begins before
	}
	for i < len(c) && c[i] != 'Z' && c[i] != '+' && c[i] != '-' {
		i++
	}
	c, off := c[:i], c[i:]
	if !(read && i == 8 || isClock(c)) || off != "" && !isOffset(off) {
		return timeBad, d
	}
	switch {
	case off == "" || len(c) < 5:
		return timeCut, d
	case len(c) == 5:
		return timeMinute, d
	}
	return timeFull, d
}

func two(v string, i, low, high int) bool {
	n := 10*int(v[i]-'0') + int(v[i+1]-'0')
	return isDigit(v[i]) && isDigit(v[i+1]) && n >= low && n <= high
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isDate reports whether v is YYYY, YYYY-MM or YYYY-MM-DD.
func isDate(v string) bool {
	switch len(v) {
	case 10:
		if v[7] != '-' || !two(v, 8, 1, 31) {
			return false
		}
		if day := 10*int(v[8]-'0') + int(v[9]-'0'); day > 28 && two(v, 0, 0, 99) && two(v, 2, 0, 99) && two(v, 5, 1, 12) && day > daysIn(v) {
			return false
		}
		fallthrough
	case 7:
		if v[4] != '-' || !two(v, 5, 1, 12) {
			return false
		}
		fallthrough
	case 4:
		return two(v, 0, 0, 99) && two(v, 2, 0, 99) && v[:4] != "0000"
	}
	return false
}

// daysIn gives the days of the month that YYYY-MM- begins with.
func daysIn(v string) int {
	year := 1000*int(v[0]-'0') + 100*int(v[1]-'0') + 10*int(v[2]-'0') + int(v[3]-'0')
	switch 10*int(v[5]-'0') + int(v[6]-'0') {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// isClock reports whether c is hh, hh:mm, hh:mm:ss or hh:mm:ss.f….
func isClock(c string) bool {
	if len(c) < 2 || !two(c, 0, 0, 23) {
		return false
	}
	if len(c) == 2 {
		return true
	}
	if len(c) < 5 || c[2] != ':' || !two(c, 3, 0, 59) {
		return false
	}
	if len(c) == 5 {
		return true
	}
	if len(c) < 8 || c[5] != ':' || !two(c, 6, 0, 60) {
		return false
	}
	return len(c) == 8 || len(c) > 9 && c[8] == '.' && digits(c, 9) == len(c)
}

// isOffset reports whether o is Z or ±hh:mm within FHIR's bounds.
func isOffset(o string) bool {
	if o == "Z" {
		return true
	}
	return len(o) == 6 && (o[0] == '+' || o[0] == '-') && o[3] == ':' && (two(o, 1, 0, 13) && two(o, 4, 0, 59) || o[1:] == "14:00")
}

// dateTime writes a dateTime. What FHIR cannot say as it was said stands in the
// time-as-sent extension beside it.
func (w *writer) dateTime(name string, t record.Time) {
	if t.Value != "" {
		f, clock := formOf(t.Value)
		switch f {
		case timeDate, timeFull:
			w.key(name)
			w.quote(t.Value)
			if t.AsSent == "" && t.Absent == "" {
				return
			}
			w.sibling(name)
			w.timeRest(&t)
			w.end()
			return
		case timeMinute:
			w.filled(name, t.Value, clock)
		case timeCut:
			if len(t.Value)-clock > 3 && w.zoned(name, t.Value, clock) {
				w.Note(&record.IssueZoneAssumed, "")
				break
			}
			w.key(name)
			w.quote(t.Value[:clock])
			w.Note(&record.IssueTimeCut, "")
		case timeBad:
			w.Note(&record.IssueInvalidTime, "")
		}
		w.sibling(name)
		w.asSent(t.Value)
		w.timeRest(&t)
		w.end()
		return
	}
	if t.AsSent != "" || t.Absent != "" {
		w.sibling(name)
		w.timeRest(&t)
		w.end()
	}
}

// timeRest keeps the text of a source that is no time, and why a time is absent.
func (w *writer) timeRest(t *record.Time) {
	w.fieldStr("asSent", t.AsSent)
	w.absent(t.Absent)
}

func (w *writer) asSent(v string) {
	w.ext(extTime)
	w.str("valueString", v)
	w.endExt()
}

// filled writes a time that has minutes and an offset with zero seconds.
func (w *writer) filled(name, v string, clock int) {
	w.key(name)
	w.b = append(w.b, '"')
	w.put(v[:clock+6])
	w.put(":00")
	w.put(v[clock+6:])
	w.b = append(w.b, '"')
}

// zoned writes a time of day without an offset in the zone that the host named.
func (w *writer) zoned(name, v string, clock int) bool {
	if !isOffset(w.opts.Zone) {
		return false
	}
	for i := clock; i < len(v); i++ {
		if v[i] == 'Z' || v[i] == '+' || v[i] == '-' {
			return false // it has an offset and no minutes
		}
	}
	w.key(name)
	w.b = append(w.b, '"')
	w.put(v)
	if len(v)-clock == 6 {
		w.put(":00")
	}
	w.put(w.opts.Zone)
	w.b = append(w.b, '"')
	return true
}

// date writes a date: an hour, where there is one, stands in the time-as-sent extension.
func (w *writer) date(name string, t record.Time) {
	f, clock := formOf(t.Value)
	if f <= timeDate {
		w.dateTime(name, t)
		return
	}
	w.key(name)
	w.quote(t.Value[:clock])
	w.sibling(name)
	w.asSent(t.Value)
	w.timeRest(&t)
	w.end()
}

// isInstant reports whether t can be an instant as it is, or with its seconds filled.
func isInstant(t *record.Time) bool {
	f, _ := formOf(t.Value)
	return f == timeFull || f == timeMinute
}

// instant writes an instant. A time that is less than one stands in the
// time-as-sent extension alone.
func (w *writer) instant(name string, t record.Time) {
	if t.Value == "" || isInstant(&t) {
		w.dateTime(name, t)
		return
	}
	f, clock := formOf(t.Value)
	if f == timeCut && len(t.Value)-clock > 3 && w.zoned(name, t.Value, clock) {
		w.Note(&record.IssueZoneAssumed, "")
	} else {
		w.Note(&record.IssueTimeCut, "")
	}
	w.sibling(name)
	w.asSent(t.Value)
	w.timeRest(&t)
	w.end()
}
