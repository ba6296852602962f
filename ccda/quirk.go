package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// What real documents do against the rules, and how it is read. Each of these
// is reported where it is met.

var issueRepaired = record.IssueRepaired

// issueNumberCarried is IssueInvalidNumber where there is no place for a text.
var issueNumberCarried = func() record.IssueKind {
	k := record.IssueInvalidNumber.Because("this is not a decimal number; it is carried as it was sent")
	k.Action = record.ActionCarried
	return k
}()

// nullFlavorQuirk reads nullFlavor="UNK ", "unk".
func nullFlavorQuirk(v string) (record.AbsentReason, bool) {
	return codes.NullFlavor().To(strings.ToUpper(strings.TrimSpace(v)))
}

// comparatorQuirk reads value="<5", value=">= 300": a bound that CDA would write as an IVL_PQ.
func comparatorQuirk(v string) (comparator, number string, ok bool) {
	for _, c := range [...]string{"<=", ">=", "<", ">"} {
		if rest, found := strings.CutPrefix(v, c); found {
			rest = strings.TrimSpace(rest)
			return c, rest, isDecimal(rest)
		}
	}
	return "", "", false
}

// lenientTime reads what is no TS but plainly a time: ISO 8601 extended form,
// white space at the ends, an offset of hours alone, an offset on a date (which
// a date has no use for, and which stays in AsSent). exact is always false.
func lenientTime(v string) (value string, exact bool) {
	s := strings.TrimSpace(v)
	if i, ok := hl7Time(s); ok {
		return i, false
	}
	if i, ok := hl7Time(s + "00"); ok && len(s) > 3 && strings.ContainsAny(s[len(s)-3:len(s)-2], "+-") {
		return i, false
	}
	if len(s) == 13 && (s[8] == '+' || s[8] == '-') && validZone(s[8:]) {
		if i, ok := hl7Time(s[:8]); ok {
			return i, false
		}
	}
	return isoQuirk(s), false
}

// isoQuirk reads YYYY-MM[-DD[Thh:mm[:ss[.f]][Z|±hh:mm]]].
func isoQuirk(s string) string {
	if len(s) < 7 || s[4] != '-' || len(s) > 7 && (len(s) < 10 || s[7] != '-') {
		return ""
	}
	var b strings.Builder
	b.Grow(len(s))
	date, clock, timed := strings.Cut(s, "T")
	if !timed {
		date, clock, timed = strings.Cut(s, " ")
	}
	b.WriteString(strings.ReplaceAll(date, "-", ""))
	utc := false
	if timed {
		if c, z := strings.CutSuffix(clock, "Z"); z {
			clock, utc = c, true
		}
		b.WriteString(strings.ReplaceAll(clock, ":", ""))
		if utc {
			b.WriteString("+0000")
		}
	}
	v, ok := hl7Time(b.String())
	if !ok || timed && len(date) != 10 {
		return ""
	}
	if utc {
		v = strings.TrimSuffix(v, "+00:00") + "Z"
	}
	return v
}
