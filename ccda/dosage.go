package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// oidTimingEvent is HL7 v3 TimingEvent.
const oidTimingEvent = "2.16.840.1.113883.5.139"

// dosage reads how much, how, where and when of a substance administration, and
// puts the time that it covers as a whole into taken. ok is false where it says none of them.
func (r *reader) dosage(sa tree.Node, taken *record.Period) (d record.Dosage, ok bool) {
	d.Timings = r.timings(sa, taken)
	d.Route = r.conceptPtr(sa.Child("routeCode"))
	d.Site = r.concepts(sa, "approachSiteCode")
	d.Dose = r.amount(sa.Child("doseQuantity"))
	d.Rate = r.amount(sa.Child("rateQuantity"))
	if n := sa.Child("maxDoseQuantity"); r.xsiType(n, "RTO_PQ_PQ", "RTO") {
		d.MaxPerPeriod = r.ratio(n)
	}
	d.AdminUnit = r.conceptPtr(sa.Child("administrationUnitCode"))
	ok = d.Timings != nil || d.Route != nil || d.Site != nil || d.Dose != nil || d.Rate != nil || d.MaxPerPeriod != nil || d.AdminUnit != nil
	return d, ok
}

// partDose reads a step of tapered, split or conditional dosing (C-CDA R2.1
// Medication Activity: subordinate administrations, in the order of sequenceNumber).
func (r *reader) partDose(rel, sa tree.Node) record.Dosage {
	var when record.Period
	r.templates(sa, templatesMedication...)
	r.shape(sa, "SBADM", medicationMoods...)
	d, _ := r.dosage(sa, &when)
	if !when.IsZero() {
		d.When = &when
	}
	d.Identifiers, d.Status = r.ids(sa), r.status(sa)
	if n := rel.Child("sequenceNumber"); isInteger(n.Attr("value").Value()) {
		d.Sequence = r.attr(n, "value")
	}
	d.Text = r.text(sa.Child("text")) // a reference alone is left: a dosage has no place for it
	return d
}

// amount takes a dose or a rate: a quantity, or a range of quantities (CDA R2 IVL_PQ).
func (r *reader) amount(n tree.Node) *record.Amount {
	if !n.OK() {
		return nil
	}
	var a record.Amount
	switch {
	case n.Child("low").OK() || n.Child("high").OK() || n.Child("center").OK() || n.Child("width").OK():
		a.Range = r.rng(n)
	case r.xsiType(n, "PQ", "IVL_PQ"):
		if q := r.pq(n); !q.IsZero() {
			a.Quantity = r.room.measured.One(&q)
		}
	}
	if a == (record.Amount{}) {
		return nil
	}
	kept := a
	return &kept
}

// timings reads each effectiveTime by its type: the first interval or point is
// the time as a whole, periods and events say how often within it (CDA R2 GTS).
func (r *reader) timings(sa tree.Node, taken *record.Period) []record.Timing {
	var out []record.Timing
	for n := sa.Child("effectiveTime"); n.OK(); n = n.NextNamed() {
		out = r.timing(n, taken, out)
	}
	return out
}

func (r *reader) timing(n tree.Node, taken *record.Period, out []record.Timing) []record.Timing {
	var t record.Timing
	switch timingType(n) {
	case "IVL_TS", "TS", "SXCM_TS":
		if taken != nil && taken.IsZero() {
			*taken = r.period(n)
			return out
		}
		t.Bounds = r.periodPtr(n)
	case "PIVL_TS":
		r.scaffold(n.AttrNS(spaceXSI, "type"))
		r.periodic(n, &t)
	case "EIVL_TS":
		r.scaffold(n.AttrNS(spaceXSI, "type"))
		r.eventBound(n, &t)
	case "SXPR_TS":
		return r.compound(n, out)
	default:
		return out
	}
	if op := n.Attr("operator"); isSetOperator(op.Value()) {
		t.Operator = r.attr(n, "operator")
	}
	if t.Absent == "" && t.Bounds == nil {
		t.Absent = r.nullFlavor(n)
	}
	return append(out, t)
}

// timingType is xsi:type, or the type that the shape leaves no doubt of.
func timingType(n tree.Node) string {
	if a := n.AttrNS(spaceXSI, "type"); a.OK() {
		return localType(a)
	}
	switch {
	case n.Child("comp").OK():
		return "SXPR_TS"
	case n.Child("period").OK():
		return "PIVL_TS"
	case n.Child("event").OK():
		return "EIVL_TS"
	}
	return "IVL_TS"
}

func isSetOperator(v string) bool { return len(v) == 1 && strings.Contains("IEAHP", v) }

// periodic takes a PIVL_TS: again and again, once every period.
func (r *reader) periodic(n tree.Node, t *record.Timing) {
	t.InstitutionSpecified = r.boolean(n, "institutionSpecified")
	t.Alignment = r.attr(n, "alignment")
	t.Phase = r.periodPtr(n.Child("phase"))
	p := n.Child("period")
	low, high := p.Child("low"), p.Child("high")
	if !low.OK() && !high.OK() {
		if !r.xsiType(p, "PQ", "PPD_PQ") {
			return
		}
		if v := p.Attr("value"); isDecimal(v.Value()) {
			t.Period = r.attr(p, "value")
		} else if v.OK() {
			r.issue(issueNumberCarried, v)
		}
		t.PeriodUnit = r.attr(p, "unit")
		t.Absent = r.nullFlavor(p)
		return
	}
	// "every 4 to 6 hours": both bounds in one unit, or it is no such period.
	if low.Attr("unit").Value() != high.Attr("unit").Value() || !isDecimal(low.Attr("value").Value()) || !isDecimal(high.Attr("value").Value()) ||
		!r.xsiType(p, "IVL_PQ") {
		return
	}
	t.Period, t.PeriodMax = r.attr(low, "value"), r.attr(high, "value")
	t.PeriodUnit = r.attr(low, "unit")
	r.attr(high, "unit")
}

// eventBound takes an EIVL_TS: with an event of the day, at an offset from it.
func (r *reader) eventBound(n tree.Node, t *record.Timing) {
	if e := n.Child("event"); e.Attr("code").Value() != "" {
		t.When = []string{r.attr(e, "code")}
		if s := e.Attr("codeSystem"); s.Value() == oidTimingEvent {
			r.scaffold(s)
		}
	} else {
		t.Absent = r.nullFlavor(e)
	}
	o := n.Child("offset")
	switch {
	case !o.OK():
	case o.Child("low").OK() || o.Child("high").OK() || o.Child("width").OK() || o.Child("center").OK():
		t.OffsetRange = r.rng(o)
	case r.xsiType(o, "PQ", "IVL_PQ"):
		if q := r.pq(o); !q.IsZero() {
			t.Offset = &q
		}
	}
}

// compound takes a SXPR_TS: its components in order, each with its operator;
// the operator of the whole is the first's, which has none of its own. Where
// that would not say the same it is left to be carried.
func (r *reader) compound(n tree.Node, out []record.Timing) []record.Timing {
	first := n.Child("comp")
	if len(out) > 0 || n.NextNamed().OK() || first.Attr("operator").OK() {
		return out
	}
	for c := first; c.OK(); c = c.NextNamed() {
		switch timingType(c) {
		case "IVL_TS", "TS", "SXCM_TS", "PIVL_TS", "EIVL_TS":
		default:
			return out
		}
	}
	r.scaffold(n.AttrNS(spaceXSI, "type"))
	for c := first; c.OK(); c = c.NextNamed() {
		out = r.timing(c, nil, out)
	}
	if len(out) > 0 && isSetOperator(n.Attr("operator").Value()) {
		out[0].Operator = r.attr(n, "operator")
	}
	return out
}
