package consent

import (
	"time"

	"github.com/portage-health/portage/record"
)

// span gives the time that a record.Time covers: from its first instant to the first after it. A time without an offset is taken in loc.
func span(t record.Time, loc *time.Location) (from, to time.Time, ok bool) {
	return spanOf(t.Value, loc)
}

// spanOf is span of a Time.Value. It takes what Time.Precision knows, and no more.
func spanOf(v string, loc *time.Location) (from, to time.Time, ok bool) {
	digits := func(from, n int) int {
		if from+n > len(v) {
			return -1
		}
		x := 0
		for _, c := range []byte(v[from : from+n]) {
			if c < '0' || c > '9' {
				return -1
			}
			x = x*10 + int(c-'0')
		}
		return x
	}
	year, month, day := digits(0, 4), 1, 1
	if year < 0 {
		return from, to, false
	}
	date := func() time.Time { return time.Date(year, time.Month(month), day, 0, 0, 0, 0, loc) }
	if len(v) == 4 {
		return date(), time.Date(year+1, 1, 1, 0, 0, 0, 0, loc), true
	}
	if month = digits(5, 2); v[4] != '-' || month < 1 || month > 12 {
		return from, to, false
	}
	if len(v) == 7 {
		return date(), time.Date(year, time.Month(month)+1, 1, 0, 0, 0, 0, loc), true
	}
	if day = digits(8, 2); v[7] != '-' || day < 1 || day > 28 && day > daysIn(year, month) {
		return from, to, false
	}
	if len(v) == 10 {
		return date(), time.Date(year, time.Month(month), day+1, 0, 0, 0, 0, loc), true
	}
	if v[10] != 'T' {
		return from, to, false
	}
	end := len(v)
	for i := 11; i < len(v); i++ {
		if c := v[i]; c == 'Z' || c == '+' || c == '-' {
			end = i
			break
		}
	}
	if zone := v[end:]; zone != "" {
		if loc, ok = zoneOf(zone); !ok {
			return from, to, false
		}
	}
	var hour, minute, second, nanos int
	step := time.Hour
	hour = digits(11, 2)
	if end >= 16 {
		minute, step = digits(14, 2), time.Minute
	}
	if end >= 19 {
		second, step = digits(17, 2), time.Second
	}
	switch {
	case end != 13 && end != 16 && end != 19 && end < 21 || end >= 16 && v[13] != ':' || end >= 19 && v[16] != ':':
		return from, to, false
	case end > 19:
		if nanos, ok = fraction(v[19:end]); !ok {
			return from, to, false
		}
		step = 1
	}
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return from, to, false
	}
	from = time.Date(year, time.Month(month), day, hour, minute, second, nanos, loc)
	return from, from.Add(step), true
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// zoneOf reads Z or ±hh:mm.
func zoneOf(s string) (*time.Location, bool) {
	if s == "Z" {
		return time.UTC, true
	}
	t, err := time.Parse("Z07:00", s)
	if err != nil {
		return nil, false
	}
	return t.Location(), true
}

// fraction reads what follows the second: a point and digits, of which nine count.
func fraction(s string) (nanos int, ok bool) {
	unit := 1_000_000_000
	for i := 1; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		unit /= 10
		nanos += int(s[i]-'0') * unit
	}
	return nanos, s[0] == '.'
}

// years gives the age in whole years at a time; ok is false where the birth is not known to the day.
func years(birth record.Time, at time.Time) (n int, ok bool) {
	from, _, ok := span(record.Time{Value: birth.Date()}, at.Location())
	if !ok || len(birth.Date()) < 10 {
		return 0, false
	}
	n = at.Year() - from.Year()
	if at.Month() < from.Month() || at.Month() == from.Month() && at.Day() < from.Day() {
		n--
	}
	return n, true
}
