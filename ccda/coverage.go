package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const (
	kindCoverage         = "coverage"
	kindCoverageActivity = "coverage-activity"
	oidRoleClass         = "2.16.840.1.113883.5.110"
)

// Templates of C-CDA and, before it, CCD, HITSP C32 and IHE PCC.
var (
	templatesCoverage = []string{
		"2.16.840.1.113883.10.20.22.4.60", // Coverage Activity
		"2.16.840.1.113883.10.20.1.20", "1.3.6.1.4.1.19376.1.5.3.1.4.17",
	}
	templatesPolicy = []string{
		"2.16.840.1.113883.10.20.22.4.61", // Policy Activity
		"2.16.840.1.113883.10.20.1.26", "1.3.6.1.4.1.19376.1.5.3.1.4.18", "2.16.840.1.113883.3.88.11.83.5.1",
	}
	templatesPayer         = []string{"2.16.840.1.113883.10.20.22.4.87"} // Payer Performer
	templatesGuarantor     = []string{"2.16.840.1.113883.10.20.22.4.88"} // Guarantor Performer
	templatesCovered       = []string{"2.16.840.1.113883.10.20.22.4.89"} // Covered Party Participant
	templatesHolder        = []string{"2.16.840.1.113883.10.20.22.4.90"} // Policy Holder Participant
	templatesAuthorization = []string{"2.16.840.1.113883.10.20.1.19"}    // Authorization Activity
	// coverageCodes are what the code of a Coverage Activity may be: R2.1 fixes the first, 3.0 the second.
	coverageCodes = []string{"48768-6", "52556-8"}
	coverageMoods = []string{"EVN", "DEF"} // CCD has DEF
)

// readPayerEntry reads an entry that holds a Coverage Activity with its
// policies, or a Policy Activity alone. Each policy is a coverage.
func (r *reader) readPayerEntry(entry tree.Node) []record.Ref {
	act := r.statement(entry)
	if act.Name() != "act" {
		return nil
	}
	if r.isPolicy(act) && !r.isCoverage(act) {
		if r.legiblePolicy(act) {
			return []record.Ref{r.policy(act, nil)}
		}
		return nil
	}
	if !r.isCoverage(act) || !r.plain(act, coverageMoods...) {
		return nil
	}
	var activity *record.CoverageActivity
	var kind *record.Concept
	var out []record.Ref
	for rel, sub := range r.relations(act) {
		if !r.isPolicy(sub) || !r.legiblePolicy(sub) || !r.relates(rel, false, "COMP") {
			continue
		}
		if activity == nil {
			activity, kind = r.coverageActivity(act)
		}
		ref := r.policy(sub, activity)
		c := &r.rec.Coverages[len(r.rec.Coverages)-1]
		c.Kind = kind
		if n := rel.Child("sequenceNumber"); isInteger(n.Attr("value").Value()) {
			c.Order = r.attr(n, "value")
		}
		out = append(out, ref)
	}
	return out
}

func (r *reader) isCoverage(act tree.Node) bool {
	return r.hasAny(act, templatesCoverage) || r.bare(act, nil) && slices.Contains(coverageCodes, act.Child("code").Attr("code").Value())
}

// isPolicy recognises a Policy Activity by its template, or by a payer or a covered party.
func (r *reader) isPolicy(act tree.Node) bool {
	if act.Name() != "act" {
		return false
	}
	if r.hasAny(act, templatesPolicy) {
		return true
	}
	if !r.bare(act, nil) {
		return false
	}
	for c := act.First(); c.OK(); c = c.Next() {
		if c.Kind() == tree.Element && partOfPolicy(c) && c.Name() != "participant" || isCovered(c) {
			return true
		}
	}
	return false
}

func (r *reader) legiblePolicy(act tree.Node) bool {
	if !r.legible(act, "EVN") {
		return false
	}
	if a := act.Attr("negationInd"); isTrue(a.Value()) && act.Attr("nullFlavor").OK() {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	return true
}

// coverageActivity reads the act around policies (C-CDA R2.1 3.22), and its
// code where that is not the one that is fixed.
func (r *reader) coverageActivity(act tree.Node) (*record.CoverageActivity, *record.Concept) {
	r.notNegated(act.Attr("negationInd"))
	r.templates(act, templatesCoverage...)
	r.shape(act, "ACT", coverageMoods...)
	code := act.Child("code")
	var kind *record.Concept
	if a := act.Attr("moodCode"); a.Value() == coverageMoods[1] {
		r.form(a)
	}
	if !r.oneOf(act, oidLOINC, coverageCodes, "Payment sources", "Payer", "Payers", "Payment sources Document") {
		kind = r.conceptPtr(code)
	}
	e := r.entry(kindCoverageActivity, act)
	r.release(act.Child("languageCode")) // an activity has no language of its own
	return &record.CoverageActivity{
		ID: e.ID, Identifiers: e.Identifiers, Narrative: e.Narrative, Participants: e.Participants, Labels: e.Labels, Notes: e.Notes,
		Relations: e.Relations, Preferences: e.Preferences,
		Status: r.status(act), When: r.period(act.Child("effectiveTime")),
	}, kind
}

// policy reads a Policy Activity (C-CDA R2.1 3.80). One of which nothing is
// given, neither payer nor member nor plan, does not say that there is one.
func (r *reader) policy(act tree.Node, activity *record.CoverageActivity) record.Ref {
	idents := r.ids(act)
	c := record.Coverage{Entry: r.entryBut(kindCoverage, r.entryID(kindCoverage, idents, act), idents, act, partOfPolicy), Activity: activity}
	r.templates(act, templatesPolicy...)
	r.shape(act, "ACT", "EVN")
	c.Type = r.concept(act.Child("code"))
	negated, _ := r.negation(act)
	c.Absent = r.nullFlavor(act)
	c.Status = r.status(act)
	for n := act.First(); n.OK(); n = n.Next() {
		if n.Kind() != tree.Element || n.Attr("nullFlavor").OK() {
			continue
		}
		switch {
		case n.Name() == "performer" && isPayer(n):
			if ref := r.payer(n); ref != nil {
				r.slot(n, "payors", len(c.Payors))
				c.Payors = append(c.Payors, *ref)
			}
		case n.Name() == "performer" && isGuarantor(n):
			if g := r.guarantor(n); g != nil {
				r.slot(n, "guarantors", len(c.Guarantors))
				c.Guarantors = append(c.Guarantors, *g)
			}
		case isCovered(n) && c.MemberParty == nil && c.MemberID == nil && c.Relationship == nil:
			r.covered(&c, n)
		case n.Name() == "participant" && n.Attr("typeCode").Value() == "HLD" && c.HolderParty == nil:
			r.fixed(n, "typeCode", "HLD")
			if c.HolderParty = r.party(n, n.Child("participantRole"), templatesHolder); c.HolderParty != nil {
				r.slot(n, "holderParty", -1)
			}
		}
	}
	for rel, sub := range r.relations(act) {
		switch {
		case sub.Name() != "act":
		case sub.Attr("moodCode").Value() == "DEF":
			r.coveragePlan(&c, rel, sub)
		default:
			r.authorized(&c, rel, sub)
		}
	}
	switch c.Assertion = record.Affirmed; {
	case c.Absent != "" || hollow(&c):
		c.Assertion = record.NotKnown
	case negated:
		c.Assertion = record.Negated
	}
	r.rec.Coverages = append(r.rec.Coverages, c)
	return record.Ref{ID: c.ID, Kind: kindCoverage}
}

// hollow reports whether a policy gives nothing by which there could be one.
func hollow(c *record.Coverage) bool {
	valued := func(is []record.Identifier) bool {
		return slices.ContainsFunc(is, func(i record.Identifier) bool { return i.Value != "" })
	}
	typed := c.Type.Text != "" || slices.ContainsFunc(c.Type.Codings, func(k record.Coding) bool { return k.Code != "" })
	return !typed && c.Payors == nil && c.MemberID == nil && !valued(c.Identifiers) && !valued(c.PlanIdentifiers) && c.PlanName == "" &&
		(c.HolderParty == nil || !valued(c.HolderParty.Identifiers)) && c.Guarantors == nil
}

// coveragePlan takes the plan: its identifiers and its name (C-CDA R2.1 Policy Activity, the act in the mood DEF).
func (r *reader) coveragePlan(c *record.Coverage, rel, act tree.Node) {
	if c.PlanIdentifiers != nil || c.PlanName != "" || c.Plan != nil || !r.plain(act, "DEF") || !r.relates(rel, false, "REFR") {
		return
	}
	c.PlanIdentifiers, c.PlanName, c.Plan = r.ids(act), r.wordsAt(act.Child("text")), r.conceptPtr(act.Child("code"))
	if c.PlanIdentifiers == nil && c.PlanName == "" && c.Plan == nil {
		r.release(rel)
		return
	}
	r.slot(rel, "plan", -1)
	r.shape(act, "ACT", "DEF")
}

// authorized takes what the payer agreed to pay for (C-CDA R2.1 Authorization Activity).
func (r *reader) authorized(c *record.Coverage, rel, act tree.Node) {
	if r.isComment(act) || !r.hasAny(act, templatesAuthorization) && !r.bare(act, nil) || !r.plain(act, "EVN") || !r.relates(rel, false, "REFR") {
		return
	}
	r.slot(rel, "authorizations", len(c.Authorizations))
	r.templates(act, templatesAuthorization...)
	r.shape(act, "ACT", "EVN")
	a := record.CoverageAuthorization{
		Identifiers: r.ids(act), Code: r.conceptPtr(act.Child("code")), Status: r.status(act), When: r.periodPtr(act.Child("effectiveTime")),
		Participants: r.participants(act, otherParticipant), Narrative: r.link(act),
	}
	for srel, s := range r.relations(act) {
		if !isPlanned(s) || s.Name() == "substanceAdministration" || s.Name() == "organizer" || !r.plain(s, plannedMoods...) || !r.relates(srel, false, "SUBJ") {
			continue
		}
		o := r.order(s)
		r.rec.Orders = append(r.rec.Orders, o)
		a.Services = append(a.Services, record.Ref{ID: o.ID, Kind: kindOrder})
	}
	c.Authorizations = append(c.Authorizations, a)
}
