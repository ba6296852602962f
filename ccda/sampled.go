package ccda

import (
	"strconv"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// A series of measurements is an SLIST_PQ: an origin, a scale and digits (HL7 V3
// Data Types, 2.36). The time from one to the next is that of the list of times that
// stands beside it, a GLIST_PQ, as the annotated ECG of HL7 has it (sequences TIME_RELATIVE and of leads).

const unitOfPeriod = "ms" // FHIR SampledData.period is in milliseconds

// sampled reads an SLIST_PQ; nil, and nothing is taken, where its digits are none or its scale has another unit than its origin.
func (r *reader) sampled(n tree.Node) *record.SampledData {
	origin, scale, digits := n.Child("origin"), n.Child("scale"), n.Child("digits")
	unit := origin.Attr("unit")
	if !origin.OK() || !isDigits(strings.Trim(digits.Text(), " \t\r\n")) || scale.Attr("unit").Value() != unit.Value() || n.Attr("nullFlavor").OK() {
		return nil
	}
	factor := scale.Attr("value")
	if factor.OK() && !isDecimal(factor.Value()) || !factor.OK() && scale.Attr("nullFlavor").Value() != "NA" {
		return nil
	}
	s := &record.SampledData{Dimensions: "1", Data: r.text(digits)}
	if q := r.quantity(origin); q != nil {
		s.Origin = *q
	}
	s.Factor = r.attr(scale, "value")
	r.fixed(scale, "nullFlavor", "NA")
	r.fixed(scale, "unit", unit.Value())
	return s
}

// sampledEvery reads the times of a series of measurements. It reports false, and takes nothing, where they are not even or not in milliseconds.
func (r *reader) sampledEvery(n tree.Node, s *record.SampledData) bool {
	head, step := n.Child("head"), n.Child("increment")
	if localType(n.AttrNS(spaceXSI, "type")) != "GLIST_PQ" || n.Attr("nullFlavor").OK() || n.Attr("period").OK() || n.Attr("denominator").OK() ||
		head.Attr("value").Value() != "0" || head.Attr("unit").Value() != unitOfPeriod || !isDecimal(step.Attr("value").Value()) || step.Attr("unit").Value() != unitOfPeriod {
		return false
	}
	r.scaffold(n.AttrNS(spaceXSI, "type"))
	r.fixed(head, "value", "0")
	r.fixed(head, "unit", unitOfPeriod)
	r.fixed(step, "unit", unitOfPeriod)
	s.Period = r.attr(step, "value")
	return true
}

// isDigits reports whether a text is a list of integers apart by single blanks (XML Schema list of int).
func isDigits(s string) bool {
	for d := range strings.SplitSeq(s, " ") {
		if _, err := strconv.ParseInt(d, 10, 32); err != nil || d[0] == '+' {
			return false
		}
	}
	return true
}
