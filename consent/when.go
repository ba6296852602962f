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
	var d timeParts
	if !d.read(v, loc) {
		return from, to, false
	}
	from, to = d.times()
	return from, to, true
}

// timeParts are the parts of a Time.Value.
type timeParts struct {
	year, month, day, hour, minute, second, nanos int

	step time.Duration  // how long it is, where it says an hour
	unit uint8          // what it is no more precise than
	loc  *time.Location // nil where offset tells
	// offset is in seconds east of UTC.
	offset int
}

const (
	unitYear = iota
	unitMonth
	unitDay
	unitClock
)

// two reads two digits, -1 where there are not as many.
func two(v string, from int) int {
	if from+1 >= len(v) {
		return -1
	}
	a, b := v[from]-'0', v[from+1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int(a)*10 + int(b)
}

// read takes a Time.Value apart. d is zero.
func (d *timeParts) read(v string, loc *time.Location) bool {
	d.loc, d.month, d.day = loc, 1, 1
	century, year := two(v, 0), two(v, 2)
	if century < 0 || year < 0 {
		return false
	}
	d.year = century*100 + year
	if len(v) == 4 {
		return true
	}
	if d.month = two(v, 5); v[4] != '-' || d.month < 1 || d.month > 12 {
		return false
	}
	if d.unit = unitMonth; len(v) == 7 {
		return true
	}
	if d.day = two(v, 8); v[7] != '-' || d.day < 1 || d.day > 28 && d.day > daysIn(d.year, d.month) {
		return false
	}
	if d.unit = unitDay; len(v) == 10 {
		return true
	}
	d.unit = unitClock
	return v[10] == 'T' && d.clock(v)
}

// clock reads what follows the date.
func (d *timeParts) clock(v string) (ok bool) {
	end := len(v)
	for i := 11; i < len(v); i++ {
		if c := v[i]; c == 'Z' || c == '+' || c == '-' {
			end = i
			break
		}
	}
	if zone := v[end:]; zone != "" {
		d.loc = nil
		if d.offset, ok = offsetOf(zone); !ok {
			return false
		}
	}
	d.hour, d.step = two(v, 11), time.Hour
	if end >= 16 {
		d.minute, d.step = two(v, 14), time.Minute
	}
	if end >= 19 {
		d.second, d.step = two(v, 17), time.Second
	}
	switch {
	case end != 13 && end != 16 && end != 19 && end < 21 || end >= 16 && v[13] != ':' || end >= 19 && v[16] != ':':
		return false
	case end > 19:
		if d.nanos, ok = fraction(v[19:end]); !ok {
			return false
		}
		d.step = 1
	}
	return d.hour >= 0 && d.hour <= 23 && d.minute >= 0 && d.minute <= 59 && d.second >= 0 && d.second <= 59
}

// times gives the first instant, and the first after the last.
func (d *timeParts) times() (from, to time.Time) {
	loc := d.loc
	switch {
	case loc != nil:
	case d.offset == 0:
		loc = time.UTC
	default:
		loc = time.FixedZone("", d.offset)
	}
	year, month, day := d.year, d.month, d.day
	from = time.Date(year, time.Month(month), day, d.hour, d.minute, d.second, d.nanos, loc)
	switch d.unit {
	case unitYear:
		year++
	case unitMonth:
		month++
	case unitDay:
		day++
	default:
		return from, from.Add(d.step)
	}
	return from, time.Date(year, time.Month(month), day, 0, 0, 0, 0, loc)
}

// instants gives the same as times do. Where no clock is ever put forward it needs no calendar of a place.
func (d *timeParts) instants() (from, to instant) {
	if d.loc != nil && d.loc != time.UTC {
		a, b := d.times()
		return instantOf(a), instantOf(b)
	}
	year, month := d.year, d.month
	days := daysTo(year, month) + int64(d.day)
	from = instant{days*86400 + int64(d.hour*3600+d.minute*60+d.second-d.offset), int64(d.nanos)}
	switch d.unit {
	case unitYear:
		return from, instant{daysTo(year+1, 1)*86400 + 86400, 0}
	case unitMonth:
		if month++; month > 12 {
			year, month = year+1, 1
		}
		return from, instant{daysTo(year, month)*86400 + 86400, 0}
	case unitDay:
		return from, instant{from.sec + 86400, 0}
	}
	to = instant{from.sec, from.nano + int64(d.step)}
	if to.nano >= 1e9 {
		to.sec, to.nano = to.sec+to.nano/1e9, to.nano%1e9
	}
	return from, to
}

// beforeMonth are the days of a common year before each month.
var beforeMonth = [...]int64{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}

// daysTo gives the days from 1970-01-01 to the day before the first of a month, in the calendar of ISO 8601. The year is 0 or later.
func daysTo(year, month int) int64 {
	y := uint(year)
	leaps := (y + 3) / 4
	if y-1901 < 200 {
		leaps -= 15
	} else {
		leaps += (y+399)/400 - (y+99)/100
	}
	n := int64(y*365+leaps) + beforeMonth[month-1] - 719529
	if month > 2 && leap(year) {
		n++
	}
	return n
}

func leap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysIn(year, month int) int {
	switch month {
	case 2:
		if leap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// instant is a point in time: seconds since 1970 in UTC, and nanoseconds.
type instant struct{ sec, nano int64 }

func instantOf(t time.Time) instant { return instant{t.Unix(), int64(t.Nanosecond())} }

func (a instant) before(b instant) bool { return a.sec < b.sec || a.sec == b.sec && a.nano < b.nano }

// clock is the time of a request, and where dates without an offset are taken to be.
type clock struct {
	instant
	loc *time.Location
}

func clockOf(at time.Time) clock { return clock{instantOf(at), at.Location()} }

// daysOf gives the days that a Time.Value without a clock covers, counted as daysTo does: the first, and the first after. ok is
// false where it is anything else. The digits are looked at together, eight in a number.
func daysOf(v string) (first, next int64, year int, ok bool) {
	const (
		zeros = 0x2d30302d30303030 // 0000-00-
		digit = 0x7f76767f76767676 // what lifts a byte above 0x7f where it is no digit, or no hyphen
		high  = 0x8080808080808080
	)
	var d uint64
	switch len(v) {
	case 10:
		d = uint64(v[0]) | uint64(v[1])<<8 | uint64(v[2])<<16 | uint64(v[3])<<24 | uint64(v[4])<<32 | uint64(v[5])<<40 | uint64(v[6])<<48 | uint64(v[7])<<56
	case 4:
		d = zeros&^0xffffffff | uint64(v[0]) | uint64(v[1])<<8 | uint64(v[2])<<16 | uint64(v[3])<<24
	default:
		return 0, 0, 0, false
	}
	d ^= zeros
	if (d|(d+digit))&high != 0 {
		return 0, 0, 0, false
	}
	pairs := d*10 + d>>8 // each byte with the one after it: no sum passes 99
	year = int(pairs&0xff)*100 + int(pairs>>16&0xff)
	if len(v) == 4 {
		return daysTo(year, 1) + 1, daysTo(year+1, 1) + 1, year, true
	}
	month, day := int(pairs>>40&0xff), two(v, 8)
	if month < 1 || month > 12 || day < 1 || day > 28 && day > daysIn(year, month) {
		return 0, 0, 0, false
	}
	first = daysTo(year, month) + int64(day)
	return first, first + 1, year, true
}

// span gives the instants that a Time.Value covers. Where no clock is ever put forward, a day is a number.
func (c *clock) span(v string) (from, to instant, ok bool) {
	if c.loc == time.UTC {
		if first, next, _, ok := daysOf(v); ok {
			return instant{first * 86400, 0}, instant{next * 86400, 0}, true
		}
	}
	var d timeParts
	if !d.read(v, c.loc) {
		return from, to, false
	}
	from, to = d.instants()
	return from, to, true
}

// in tells whether it is within a period, bounds included: an end given as a date covers the whole day.
func (c *clock) in(p *record.Period) answer {
	best := yes
	if t := &p.Start; t.Value != "" || t.AsSent != "" {
		switch from, _, ok := c.span(t.Value); {
		case !ok:
			best = unknown
		case c.before(from):
			return no
		}
	}
	if t := &p.End; t.Value != "" || t.AsSent != "" {
		from, to, ok := c.span(t.Value)
		if p.EndOpen != nil && *p.EndOpen {
			to = from // the end itself is not included
		}
		switch {
		case !ok:
			best = unknown
		case !c.before(to):
			return no
		}
	}
	if !p.At.IsZero() {
		switch from, to, ok := c.span(p.At.Value); {
		case !ok:
			best = min(best, unknown)
		case c.before(from) || !c.before(to):
			return no
		}
	}
	return best
}

// offsetOf reads Z or ±hh:mm, in seconds east of UTC.
func offsetOf(s string) (seconds int, ok bool) {
	if s == "Z" {
		return 0, true
	}
	if len(s) != 6 || s[3] != ':' {
		return 0, false
	}
	hours, minutes := two(s, 1), two(s, 4)
	if hours < 0 || hours > 24 || minutes < 0 || minutes > 60 {
		return 0, false
	}
	if seconds = hours*3600 + minutes*60; s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
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

// years gives the age in whole years at a time: the least and the most that it can be, where the birth is not known to the day.
func years(birth record.Time, at time.Time) (least, most int, ok bool) {
	from, to, ok := span(record.Time{Value: birth.Date()}, at.Location())
	if !ok {
		return 0, 0, false
	}
	age := func(born time.Time) int {
		n := at.Year() - born.Year()
		if at.Month() < born.Month() || at.Month() == born.Month() && at.Day() < born.Day() {
			n--
		}
		return n
	}
	return age(to.AddDate(0, 0, -1)), age(from), true
}
