package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// isReading recognises an organizer that is one vital sign of several parts, such
// as a blood pressure: the code of the whole is that sign's and not that of a set,
// and the parts have nothing of their own beside what they measure. It marks nothing.
func (r *reader) isReading(org tree.Node) bool {
	if org.Name() != "organizer" || !r.hasAny(org, vitals.templates[:1]) || org.Attr("classCode").Value() != "CLUSTER" {
		return false
	}
	code := org.Child("code")
	if code.Attr("code").Value() == "" || isSetOfVitals(code) {
		return false
	}
	for t := code.Child("translation"); t.OK(); t = t.NextNamed() {
		if isSetOfVitals(t) {
			return false
		}
	}
	parts := 0
	for rel, sub := range r.relations(org) {
		if r.isIssued(sub) {
			continue
		}
		if !isPartOf(org, rel, sub) || !r.bare(sub, vitals.observations) {
			return false
		}
		parts++
	}
	return parts > 0
}

func isSetOfVitals(code tree.Node) bool {
	switch code.Attr("code").Value() {
	case snomedVitalSigns, loincVitalSigns, loincMeanPressure, "85353-1":
		return true
	}
	return false
}

// isPartOf reports whether an observation says nothing that the organizer around it
// does not say, but what was measured.
func isPartOf(org, rel, obs tree.Node) bool {
	if obs.Name() != "observation" || obs.Attr("nullFlavor").OK() || obs.Attr("negationInd").OK() || rel.Attr("nullFlavor").OK() || rel.Attr("negationInd").OK() {
		return false
	}
	status := org.Child("statusCode").Attr("code").Value()
	for c := range obs.Elements("") {
		switch c.Name() {
		case "templateId", "code", "value", "interpretationCode", "referenceRange":
		case "statusCode":
			if v := c.Attr("code").Value(); v != status {
				return false
			}
		case "effectiveTime":
			if !sameTime(c, org.Child("effectiveTime")) {
				return false
			}
		default:
			return false
		}
	}
	return obs.Attr("moodCode").Value() == "EVN" && obs.Child("code").Attr("code").OK() && obs.Child("statusCode").OK() &&
		obs.Child("effectiveTime").OK() == org.Child("effectiveTime").OK()
}

// sameTime reports whether two times say the same, leaf by leaf.
func sameTime(a, b tree.Node) bool {
	return b.OK() && slices.Equal(timeLeaves(a, nil), timeLeaves(b, nil))
}

func timeLeaves(n tree.Node, out []string) []string {
	for a := range n.Attrs() {
		out = append(out, n.Name(), a.Name(), a.Value())
	}
	for c := range n.Elements("") {
		out = timeLeaves(c, out)
	}
	return out
}

// reading reads such an organizer as one vital sign with components, as FHIR has it.
func (r *reader) reading(org tree.Node) (record.Ref, bool) {
	if !r.legiblePanel(org) {
		return record.Ref{}, false
	}
	o := record.Observation{Entry: r.entry(kindVital, org)}
	o.Assertion = record.Affirmed
	if o.Absent = r.nullFlavor(org); o.Absent != "" {
		o.Assertion = record.NotKnown
	}
	r.notNegated(org.Attr("negationInd"))
	r.templates(org, vitals.templates...)
	r.shape(org, "CLUSTER", "EVN")
	o.Status, o.Code, o.Categories = r.status(org), r.concept(org.Child("code")), r.categories(org)
	o.When, o.Specimens = r.period(org.Child("effectiveTime")), r.specimens(org)
	for rel, sub := range r.relations(org) {
		if o.Issued == nil && r.isIssued(sub) {
			o.Issued = r.issued(rel, sub)
			continue
		}
		if !r.relates(rel, false, "COMP") {
			continue
		}
		r.slot(rel, "components", len(o.Components))
		r.templates(sub, vitals.observations...)
		r.shape(sub, "OBS", "EVN")
		r.repeated(sub.Child("statusCode"))
		r.repeated(sub.Child("effectiveTime"))
		o.Components = append(o.Components, record.Component{
			Code: r.concept(sub.Child("code")), Values: r.values(sub), Interpretations: r.concepts(sub, "interpretationCode"), ReferenceRanges: r.referenceRanges(sub),
		})
	}
	r.rec.Vitals = add(r.rec.Vitals, &o, r.expected.members)
	return record.Ref{ID: o.ID, Kind: kindVital}, true
}

// repeated marks what is said a second time, and was compared with the first.
func (r *reader) repeated(n tree.Node) {
	for a := range n.Attrs() {
		r.scaffold(a)
	}
	for c := range n.Elements("") {
		r.repeated(c)
	}
}
