package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const templatePlannedCoverage = "2.16.840.1.113883.10.20.22.4.129"

// plannedCoverage reads who is meant to pay for what is planned (C-CDA R2.1
// 3.75 Planned Coverage): each policy in it is a coverage that is intended.
func (r *reader) plannedCoverage(o *record.Order, rel, act tree.Node) {
	if !r.plain(act, plannedMoods...) || rel.Attr("negationInd").OK() || rel.Attr("nullFlavor").OK() {
		return
	}
	var activity *record.CoverageActivity
	var code *record.Concept
	for sub, policy := range r.relations(act) {
		if policy.Name() != "act" || !r.bare(policy, nil) || !isPlanned(policy) || !r.plain(policy, plannedMoods...) || !r.relates(sub, false, "COMP") {
			continue
		}
		if activity == nil {
			r.templates(act, templatePlannedCoverage)
			r.shape(act, "ACT", plannedMoods...)
			code = r.conceptPtr(act.Child("code"))
			e := r.entry(kindCoverageActivity, act)
			r.release(act.Child("languageCode"))
			activity = &record.CoverageActivity{
				ID: e.ID, Identifiers: e.Identifiers, Narrative: e.Narrative, Participants: e.Participants, Labels: e.Labels, Notes: e.Notes,
				Relations: e.Relations, Preferences: e.Preferences, Status: r.status(act), When: r.period(act.Child("effectiveTime")),
			}
		}
		c := record.Coverage{Entry: r.entry(kindCoverage, policy), Activity: activity, Type: r.concept(policy.Child("code"))}
		c.Assertion = record.Affirmed
		c.Status, c.Mode = r.status(policy), r.mode(policy)
		r.shape(policy, "ACT")
		r.rec.Coverages = append(r.rec.Coverages, c)
		x := r.relation(rel, record.Ref{ID: c.ID, Kind: kindCoverage})
		x.Code = code
		o.Relations = append(o.Relations, x)
	}
}
