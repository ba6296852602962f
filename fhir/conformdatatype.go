package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// datatypeInvariants are the rules of R4's datatypes.
func datatypeInvariants() []invariant {
	return []invariant{
		{"Attachment", "att-1", needs("data", "contentType")},
		{"ContactPoint", "cpt-2", needs("value", "system")},
		{"Extension", "ext-1", func(_ *checker, n tree.Node) bool { return hasAny(n, "extension") != hasChoice(n, "value") }},
		{"Period", "per-1", func(_ *checker, n tree.Node) bool {
			return !isAfter(stringOf(n, "start"), stringOf(n, "end"))
		}},
		{"Quantity", "qty-3", needs("code", "system")},
		{"Age", "age-1", func(_ *checker, n tree.Node) bool {
			return (hasAny(n, "code") || !hasAny(n, "value")) && ucumOrNone(n) && (!hasValue(n, "value") || sign(n.Child("value").Value()) > 0)
		}},
		{"Count", "cnt-3", func(_ *checker, n tree.Node) bool {
			return (hasAny(n, "code") || !hasAny(n, "value")) && ucumOrNone(n) && (!hasValue(n, "code") || stringOf(n, "code") == "1") &&
				!strings.Contains(n.Child("value").Value(), ".")
		}},
		{"Distance", "dis-1", func(_ *checker, n tree.Node) bool { return (hasAny(n, "code") || !hasAny(n, "value")) && ucumOrNone(n) }},
		{"Duration", "drt-1", func(_ *checker, n tree.Node) bool {
			return !hasAny(n, "code") || stringOf(n, "system") == record.SystemUCUM && hasAny(n, "value")
		}},
		{"Range", "rng-2", func(_ *checker, n tree.Node) bool {
			low, high := n.Child("low"), n.Child("high")
			if stringOf(low, "code") != stringOf(high, "code") || stringOf(low, "unit") != stringOf(high, "unit") {
				return true // of different units: they cannot be compared here
			}
			return compareNumbers(low.Child("value").Value(), high.Child("value").Value()) <= 0
		}},
		{"Ratio", "rat-1", func(_ *checker, n tree.Node) bool {
			a, b := hasAny(n, "numerator"), hasAny(n, "denominator")
			return a == b && (a || hasAny(n, "extension"))
		}},
		{"Timing.repeat", "tim-1", needs("duration", "durationUnit")},
		{"Timing.repeat", "tim-2", needs("period", "periodUnit")},
		{"Timing.repeat", "tim-4", func(_ *checker, n tree.Node) bool { return sign(n.Child("duration").Value()) >= 0 }},
		{"Timing.repeat", "tim-5", func(_ *checker, n tree.Node) bool { return sign(n.Child("period").Value()) >= 0 }},
		{"Timing.repeat", "tim-6", needs("periodMax", "period")},
		{"Timing.repeat", "tim-7", needs("durationMax", "duration")},
		{"Timing.repeat", "tim-8", needs("countMax", "count")},
		{"Timing.repeat", "tim-9", func(_ *checker, n tree.Node) bool {
			if !hasAny(n, "offset") {
				return true
			}
			for w := n.Child("when").First(); w.OK(); w = w.Next() {
				switch w.Value() {
				case "C", "CM", "CD", "CV":
					return false
				}
			}
			return hasAny(n, "when")
		}},
		{"Timing.repeat", "tim-10", notBoth("timeOfDay", "when")},
		{"Expression", "exp-1", oneAtLeast("expression", "reference")},
		{"TriggerDefinition", "trd-1", func(_ *checker, n tree.Node) bool { return !hasAny(n, "data") || !hasChoice(n, "timing") }},
		{"TriggerDefinition", "trd-2", needs("condition", "data")},
		{"DataRequirement.codeFilter", "drq-1", func(_ *checker, n tree.Node) bool { return hasAny(n, "path") != hasAny(n, "searchParam") }},
		{"DataRequirement.dateFilter", "drq-2", func(_ *checker, n tree.Node) bool { return hasAny(n, "path") != hasAny(n, "searchParam") }},
	}
}

// ucumOrNone reports whether a quantity has no system but UCUM.
func ucumOrNone(n tree.Node) bool {
	return !hasAny(n, "system") || stringOf(n, "system") == record.SystemUCUM
}

// sign tells whether a number is below, at or above zero; what is no number is at zero.
func sign(v string) int {
	rest, neg := strings.CutPrefix(v, "-")
	mantissa, _, _ := strings.Cut(strings.ToLower(rest), "e")
	if !strings.ContainsAny(mantissa, "123456789") {
		return 0
	}
	if neg {
		return -1
	}
	return 1
}

// compareNumbers compares two decimals by their digits. What cannot be compared so (an exponent, no number) is equal.
func compareNumbers(a, b string) int {
	if !isNumber(a) || !isNumber(b) || strings.ContainsAny(a+b, "eE") {
		return 0
	}
	sa, sb := sign(a), sign(b)
	if sa != sb {
		return sa - sb
	}
	ai, af, _ := strings.Cut(strings.TrimPrefix(a, "-"), ".")
	bi, bf, _ := strings.Cut(strings.TrimPrefix(b, "-"), ".")
	if len(ai) != len(bi) {
		return sa * (len(ai) - len(bi))
	}
	af, bf = strings.TrimRight(af, "0"), strings.TrimRight(bf, "0")
	return sa * strings.Compare(ai+"."+af, bi+"."+bf)
}

// isAfter reports whether a lies after b for certain: as far as both are precise.
func isAfter(a, b string) bool {
	fa, _ := formOf(a)
	fb, _ := formOf(b)
	if fa == timeFull && fb == timeFull {
		x, errA := parseInstant(a)
		y, errB := parseInstant(b)
		return errA == nil && errB == nil && x.After(y)
	}
	if fa != timeFull && fa != timeDate || fb != timeFull && fb != timeDate {
		return false
	}
	n := min(len(a), len(b), 10)
	return a[:n] > b[:n]
}
