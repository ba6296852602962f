package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// dateOfReport asks when a result was given out. CDA has no attribute for that
// beside the time of the result (FHIR Observation.issued); SNOMED CT has an
// observable, and so it is an observation that hangs on the result.
var dateOfReport = question{system: oidSNOMED, codes: []string{"399651003"}, displays: []string{"Date of report"}}

// isIssued reports whether an observation says when that on which it hangs was
// given out, and nothing else.
func (r *reader) isIssued(obs tree.Node) bool {
	if obs.Name() != "observation" || !r.asks(obs, &dateOfReport) || !isBarePart(obs) {
		return false
	}
	v := obs.Child("value")
	return localType(v.AttrNS(spaceXSI, "type")) == "TS" && !v.NextNamed().OK()
}

// issued reads it; nil where it is not said plainly.
func (r *reader) issued(rel, obs tree.Node) *record.Time {
	if !r.plain(obs, "EVN") || !r.relates(rel, false, "REFR", "COMP") {
		return nil
	}
	t := r.timePtr(obs.Child("value"))
	if t == nil {
		return nil
	}
	r.slot(rel, "issued", -1)
	r.frame(obs, &dateOfReport)
	return t
}

// issuedOut writes it.
func (w *writer) issuedOut(t **record.Time, wrapper string) {
	if *t == nil {
		return
	}
	x := **t
	*t = nil
	w.el(wrapper)
	w.slot("issued", -1)
	if wrapper == "entryRelationship" {
		w.at("typeCode", "REFR")
	}
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	if w.strict {
		w.leaf("id", "root", w.derive("issued", w.Path("")))
	}
	w.questionHead(&dateOfReport)
	w.completed()
	w.el("value")
	w.at("xsi:type", "TS")
	w.timeAttrs("issued", &x)
	w.end()
	w.end()
	w.end()
}
