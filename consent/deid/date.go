package deid

import (
	"strconv"
	"strings"
	"time"

	"github.com/portage-health/portage/record"
)

// elderly is the first age that is over 89 (45 CFR 164.514(b)(2)(i)(C)).
const elderly = 90

// Age gives the age in completed years that a birth or an event has at a time: the greatest that it can be where the
// date is not a whole one. It is false for a text that is no date, and for one after the time.
func Age(t record.Time, at time.Time) (int, bool) {
	y, m, d, ok := dateOf(t.Value)
	if !ok {
		return 0, false
	}
	years := at.Year() - y
	if at.Month() < time.Month(m) || at.Month() == time.Month(m) && at.Day() < d {
		years--
	}
	return years, years >= 0
}

// AgeGroup gives an age as Safe Harbor lets it stand: the number up to 89, and 90+ for all above.
func AgeGroup(years int) string {
	if years >= elderly {
		return "90+"
	}
	return strconv.Itoa(years)
}

// dateOf reads the date of a Time.Value; a month or day that is not given is the first.
func dateOf(v string) (y, m, d int, ok bool) {
	if len(v) < 4 || !isDigits(v[:4]) {
		return 0, 0, 0, false
	}
	y, m, d = number(v[:4]), 1, 1
	date, rest := v, ""
	for i := range len(v) {
		if v[i] == 'T' {
			date, rest = v[:i], v[i:]
			break
		}
	}
	switch {
	case len(date) == 4 && rest == "":
		return y, m, d, true
	case len(date) >= 7 && date[4] == '-' && isDigits(date[5:7]):
		m = number(date[5:7])
	default:
		return 0, 0, 0, false
	}
	switch {
	case len(date) == 7 && rest == "":
	case len(date) == 10 && date[7] == '-' && isDigits(date[8:]):
		d = number(date[8:])
	default:
		return 0, 0, 0, false
	}
	return y, m, d, m >= 1 && m <= 12 && d >= 1 && d <= 31
}

func number(s string) int { n, _ := strconv.Atoi(s); return n }

// over reports whether a date is indicative of an age over 89: it lies that far before the time of reference.
func (r *run) over(v string) bool {
	years, ok := Age(record.Time{Value: v}, r.at)
	return ok && years >= elderly
}

// date gives what is left of a date.
func (r *run) date(v string) string {
	if _, _, _, ok := dateOf(v); !ok {
		r.count(Dates, 1)
		return ""
	}
	switch {
	case r.method == LimitedDataSet:
		if !cleanTime(v) {
			r.count(Dates, 1)
			return ""
		}
		return v
	case r.sealed && cleanTime(v):
		return v
	case r.over(v):
		r.count(Dates, 1)
		return ""
	case r.days != 0:
		if moved, ok := shift(v, r.days); ok {
			r.shifted++
			return moved
		}
	}
	if len(v) > 4 {
		r.count(Dates, 1)
	}
	return v[:4]
}

// shift moves a whole date by days; its hour, precision and offset stay. A date that is not whole cannot be moved.
func shift(v string, days int) (string, bool) {
	if len(v) < 10 || !cleanTime(v) {
		return "", false
	}
	day, err := time.Parse(time.DateOnly, v[:10])
	if err != nil {
		return "", false
	}
	moved := day.AddDate(0, 0, days)
	if moved.Year() < 1 || moved.Year() > 9999 {
		return "", false
	}
	return moved.Format(time.DateOnly) + v[10:], true
}

// cleanTime reports whether there is nothing in a time but what belongs there.
func cleanTime(v string) bool {
	if len(v) > 40 {
		return false
	}
	for i := range len(v) {
		switch c := v[i]; {
		case c >= '0' && c <= '9', c == '-', c == ':', c == '.', c == '+', i == 10 && c == 'T', i == len(v)-1 && c == 'Z':
		default:
			return false
		}
	}
	return true
}

// yearsOf gives how many years a unit of time is, and whether it is one: in whatever letters, and in words as people write them
// (YR, Years, year(s), {years}).
func yearsOf(unit string) (float64, bool) {
	if per, ok := timeUnits[unit]; ok {
		return per, true
	}
	if strings.Contains(unit, "/") {
		return 0, false
	}
	word := ""
	for _, w := range strings.FieldsFunc(strings.ToLower(unit), func(c rune) bool { return c < 'a' || c > 'z' }) {
		if w == "s" {
			continue
		}
		if word != "" {
			return 0, false
		}
		word = w
	}
	if len(word) < 2 {
		return 0, false // A, D and H are no times
	}
	per, ok := timeUnits[word]
	return per, ok
}

var timeUnits = map[string]float64{
	"a": 1, "yr": 1, "yrs": 1, "y": 1, "Y": 1, "year": 1, "years": 1, "a_j": 1, "a_g": 1, "a_t": 1,
	"mo": 1. / 12, "mos": 1. / 12, "month": 1. / 12, "months": 1. / 12, "wk": 7 / 365.25, "wks": 7 / 365.25, "week": 7 / 365.25, "weeks": 7 / 365.25,
	"d": 1 / 365.25, "day": 1 / 365.25, "days": 1 / 365.25, "h": 1 / 365.25 / 24, "hr": 1 / 365.25 / 24, "hrs": 1 / 365.25 / 24, "hour": 1 / 365.25 / 24, "hours": 1 / 365.25 / 24,
	"min": 1 / 365.25 / 24 / 60, "minute": 1 / 365.25 / 24 / 60, "minutes": 1 / 365.25 / 24 / 60, "s": 1 / 365.25 / 24 / 3600, "sec": 1 / 365.25 / 24 / 3600,
}

// elderlyInWords reads a length of time that is written as a text: 92 years, >89 a, 90 - 95; bare says that it is one without a unit,
// too. over reports whether it may be over 89 years, and group whether it is so surely.
func elderlyInWords(s string, bare bool) (group, over bool) {
	t := strings.TrimSpace(s)
	value := strings.TrimLeft(t, "<>=")
	comparator := t[:len(t)-len(value)]
	number := func() (n float64, ok bool) {
		value = strings.TrimSpace(value)
		rest := strings.TrimLeft(value, "0123456789.")
		n, err := strconv.ParseFloat(value[:len(value)-len(rest)], 64)
		value = strings.TrimSpace(rest)
		return n, err == nil
	}
	low, ok := number()
	high := low
	if ok && strings.HasPrefix(value, "-") {
		value = value[1:]
		high, ok = number()
	}
	per, unit := yearsOf(value)
	if bare && value == "" {
		per, unit = 1, true
	}
	if !ok || !unit {
		return false, false
	}
	over = high*per >= elderly || strings.HasPrefix(comparator, ">") && high*per >= elderly-1
	return over && !strings.HasPrefix(comparator, "<") && (low*per >= elderly || comparator != ""), over
}

// spansElderly reports whether a length of time is over 89 years.
func spansElderly(q *record.Quantity) (years float64, over bool) {
	per, ok := yearsOf(q.Code)
	if !ok {
		per, ok = yearsOf(q.Unit)
	}
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseFloat(q.Value, 64)
	return n * per, err == nil && (n*per >= elderly || q.Comparator == ">" && n*per >= elderly-1)
}

// ninetyPlus is the one group of all ages over 89.
func ninetyPlus() record.Quantity {
	return record.Quantity{Value: "90", Comparator: ">=", Unit: "a", Code: "a", System: record.SystemUCUM}
}
