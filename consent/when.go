package consent

import (
	"time"

	"github.com/portage-health/portage/record"
)

// span gives the time that a record.Time covers: from its first instant to the first after it. A time without an offset is taken in loc.
func span(t record.Time, loc *time.Location) (from, to time.Time, ok bool) {
	v := t.Value
	zone := loc
	text := v
	if off := t.Offset(); off != "" {
		text = v[:len(v)-len(off)]
		z, err := time.Parse("Z07:00", off)
		if err != nil {
			return from, to, false
		}
		zone = z.Location()
	}
	var layout string
	var step func(time.Time) time.Time
	switch t.Precision() {
	case record.Year:
		layout, step = "2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }
	case record.Month:
		layout, step = "2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }
	case record.Day:
		layout, step = "2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
	case record.Hour:
		layout, step = "2006-01-02T15", func(t time.Time) time.Time { return t.Add(time.Hour) }
	case record.Minute:
		layout, step = "2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }
	case record.Second:
		layout, step = "2006-01-02T15:04:05", func(t time.Time) time.Time { return t.Add(time.Second) }
	case record.Fraction:
		layout, step = "2006-01-02T15:04:05", func(t time.Time) time.Time { return t.Add(time.Nanosecond) }
	default:
		return from, to, false
	}
	from, err := time.ParseInLocation(layout, text, zone)
	if err != nil {
		return from, to, false
	}
	return from, step(from), true
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
