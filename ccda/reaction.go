package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

var templatesReaction = []string{"2.16.840.1.113883.10.20.22.4.9", "2.16.840.1.113883.10.20.1.54"}

// isReaction recognises a Reaction Observation by its template, or by how it hangs: as the manifestation.
func (r *reader) isReaction(rel, obs tree.Node) bool {
	return obs.Name() == "observation" && (r.hasAny(obs, templatesReaction) ||
		rel.Attr("typeCode").Value() == "MFST" && r.bare(obs, nil))
}

// reaction reads a Reaction Observation (C-CDA R2.1 3.92). One that is negated did not happen, and is kept as such.
func (r *reader) reaction(rel, obs tree.Node, types ...string) (record.Reaction, bool) {
	how := rel.Attr("typeCode").Value()
	if obs.Attr("nullFlavor").OK() || !r.legible(obs, "EVN") || !r.relates(rel, how == "MFST" || how == "COMP", types...) {
		return record.Reaction{}, false
	}
	x := record.Reaction{Identifiers: r.ids(obs), Status: r.status(obs), When: r.period(obs.Child("effectiveTime")), Narrative: r.link(obs), Notes: r.comments(obs)}
	if negated, _ := r.negation(obs); negated {
		x.Assertion = record.Negated
	}
	r.templates(obs, templatesReaction...)
	r.shape(obs, "OBS", "EVN")
	r.fixes(obs.Child("code"), oidActCode, "ASSERTION", "Assertion")
	x.Manifestations = r.concepts(obs, "value")
	for rel, sub := range r.relations(obs) {
		switch {
		case x.Severity == nil && r.asks(sub, &severity):
			if x.Severity = r.answered(rel, sub, &severity, true, "SUBJ"); x.Severity != nil {
				r.slot(rel, "severity", -1)
			}
		case sub.Name() == "substanceAdministration" && rel.Attr("typeCode").Value() == "RSON":
			if ref, ok := r.treatment(rel, sub); ok {
				r.slot(rel, "treatments", len(x.Treatments))
				x.Treatments = append(x.Treatments, ref)
			}
		}
	}
	return x, true
}

// treatment reads a medication that treated a reaction.
func (r *reader) treatment(rel, sa tree.Node) (record.Ref, bool) {
	if !r.isMedication(sa) {
		return record.Ref{}, false
	}
	assertion, ok := r.medicationAssertion(sa)
	if !ok || !r.relates(rel, true, "RSON") {
		return record.Ref{}, false
	}
	return r.medication(sa, assertion), true
}
