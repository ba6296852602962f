package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// isPlannedCoverage reports whether an entry is a coverage that is intended for something planned.
func (w *writer) isPlannedCoverage(at place) bool {
	return at.kind == kindCoverage && w.rec.Coverages[at.i].Mode != record.ModeEvent
}

// plannedCoverageOut writes who is meant to pay for what is planned, with all policies
// of the same activity (C-CDA R2.1 3.75 Planned Coverage). code is that of the activity.
func (w *writer) plannedCoverageOut(i int, code **record.Concept) bool {
	first := &w.rec.Coverages[i]
	mood, _, ok := plannedMood(first.Mode)
	if !ok || mood == "EVN" || first.Assertion != record.Affirmed {
		return false
	}
	var a record.CoverageActivity
	if first.Activity != nil {
		a = *first.Activity
	}
	var policies []int
	for k := i; k < len(w.rec.Coverages); k++ {
		o := &w.rec.Coverages[k]
		if k == i || a.ID != "" && o.Activity != nil && o.Activity.ID == a.ID && o.Mode == first.Mode && !w.wrote[o.ID] {
			policies = append(policies, k)
		}
	}
	w.el("act")
	if a.ID != "" {
		w.own(a.ID)
	}
	w.at("classCode", "ACT")
	w.at("moodCode", mood)
	if w.strict && (mood != "INT" || len(policies) != 1) {
		w.Note(&record.IssueProfileNotClaimed, "")
	} else {
		w.template(templatePlannedCoverage)
	}
	w.partIDs(&a.Identifiers, "coverage-activity")
	if *code == nil {
		w.require("code", "code", "NI")
	}
	w.releaseCode(code)
	w.conceptPtr("code", "code", code)
	if a.Narrative != nil {
		w.link(a.Narrative)
		a.Narrative = nil
	}
	w.statusDemanded(&a.Status)
	w.period("effectiveTime", "when", &a.When)
	w.participants(&a.Participants)
	for _, k := range policies {
		w.At("coverages", k, func() { w.plannedPolicy(k) })
	}
	w.comments(&a.Notes, "entryRelationship")
	w.preferences(&a.Preferences)
	w.markings(&a.Labels, "entryRelationship")
	w.relations(&a.Relations)
	w.end()
	w.At("coverages", i, func() { w.rest(&record.Coverage{Activity: &a}) })
	return true
}

// releaseCode makes the code of the activity, where it is that which one release fixes, the code
// that the release of the document fixes (CONF:1098-31952; C-CDA 3.0 has 52556-8).
func (w *writer) releaseCode(code **record.Concept) {
	fixed, c := w.paymentCode(), *code
	if !w.strict || c == nil || len(c.Codings) == 0 || c.Codings[0].System != record.SystemLOINC ||
		c.Codings[0].Code == fixed || !slices.Contains(coverageCodes, c.Codings[0].Code) {
		return
	}
	w.Note(&altered, "code")
	own := *c
	own.Codings = slices.Clone(c.Codings)
	own.Codings[0].Code, own.Codings[0].Display = fixed, displayPayment
	*code = &own
}

// plannedPolicy writes a policy that is intended.
func (w *writer) plannedPolicy(i int) {
	x := w.rec.Coverages[i]
	w.wrote[x.ID] = true
	x.Activity = nil
	w.tell("Coverage", "Planned: "+wordsOf(&x.Type))
	mood, exact, _ := plannedMood(x.Mode)
	if exact {
		x.Mode = record.ModeEvent
	}
	w.el("entryRelationship")
	w.at("typeCode", "COMP")
	w.begin("act", "ACT", mood, &x.Entry)
	w.entryIDs(&x.Entry)
	if x.Type.IsZero() {
		w.require("code", "type", "NI")
	}
	w.concept("code", "type", &x.Type)
	w.linkOf(&x.Entry)
	w.statusDemanded(&x.Status)
	w.leafCode("languageCode", &x.Language)
	w.participants(&x.Participants)
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.end()
	w.rest(&x)
}
