package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// time checks a time as it is written.
func (c *checker) time(n tree.Node) {
	if v := n.Attr("value"); v.OK() && v.Value() != "" && isTimed(n) {
		if _, ok := hl7Time(v.Value()); !ok {
			c.find(&conformTime, v, "")
			return
		}
		if d := digits(v.Value()); len(d) > 8 && !strings.ContainsAny(v.Value(), "+-") {
			c.find(&conformZone, v, "")
		}
	}
	low, high := n.Child("low").Attr("value"), n.Child("high").Attr("value")
	if n.Name() != "low" && n.Name() != "high" && low.OK() && high.OK() && isTimed(n.Child("low")) && later(low.Value(), high.Value()) {
		c.find(&conformReversed, n, "")
	}
}

// isTimed reports whether an element, or the interval that it bounds, is a time.
func isTimed(n tree.Node) bool {
	switch n.Name() {
	case "low", "high", "center":
		n = n.Parent()
	}
	switch n.Name() {
	case "effectiveTime", "time", "birthTime", "deceasedTime", "useablePeriod":
		return true
	}
	switch n.AttrNS(spaceXSI, "type").Value() {
	case "TS", "IVL_TS":
		return true
	}
	return false
}

// later reports whether the point a is after b, as far as both are known. Times
// with different offsets are compared by their days alone, with a day between.
func later(a, b string) bool {
	x, y := digits(a), digits(b)
	n := min(len(x), len(y))
	if n < 4 {
		return false
	}
	if n > 8 && a[len(x):] != b[len(y):] {
		n = 8
		return x[:n] > y[:n] && !nextDay(y[:n], x[:n])
	}
	return x[:n] > y[:n]
}

// nextDay reports whether b may be the day after a; it is generous at the ends of months.
func nextDay(a, b string) bool {
	return b[:6] == a[:6] && b[6:] == addOne(a[6:]) || b[:6] != a[:6] && b[6:] == "01" && a[6:] >= "28"
}

func addOne(d string) string {
	n := int(d[0]-'0')*10 + int(d[1]-'0') + 1
	return string([]byte{'0' + byte(n/10%10), '0' + byte(n%10)})
}

// bounds are the first and the last point of a time, "" where there is none.
func bounds(n tree.Node) (from, to string) {
	if v := n.Attr("value").Value(); v != "" {
		return v, v
	}
	return n.Child("low").Attr("value").Value(), n.Child("high").Attr("value").Value()
}

// life checks that what happened lies within the patient's life (ONC's scorecard, E2 and its like).
func (c *checker) life(n tree.Node) {
	if n.Attr("moodCode").Value() != "EVN" {
		return
	}
	for t := n.Child("effectiveTime"); t.OK(); t = t.NextNamed() {
		from, to := bounds(t)
		if to == "" {
			to = from
		}
		if c.born != "" && from != "" && later(c.born, from) || c.died != "" && len(c.died) >= 4 && to != "" && later(to, c.died) && n.Name() != "act" {
			c.find(&conformLife, t, "")
		}
	}
}

// organizer checks that it encloses its members (ONC's scorecard, L6 and V6).
func (c *checker) organizer(n tree.Node) {
	own := n.Child("effectiveTime")
	from, to := bounds(own)
	if from == "" && to == "" {
		return
	}
	for k := n.Child("component"); k.OK(); k = k.NextNamed() {
		t := k.Child("observation").Child("effectiveTime")
		first, last := bounds(t)
		if first != "" && from != "" && later(from, first) || last != "" && to != "" && later(last, to) {
			c.find(&conformEncloses, t, "")
		}
	}
}
