package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const kindHealthConcern = "health-concern"

const (
	templateHealthConcern = "2.16.840.1.113883.10.20.22.4.132"
	templateRiskConcern   = "2.16.840.1.113883.10.20.22.4.136"
	templateHealthStatus  = "2.16.840.1.113883.10.20.22.4.5"
	loincHealthConcern    = "75310-3"
	snomedAtRisk          = "281694009"
)

var healthStatus = question{templates: []string{templateHealthStatus}, system: oidLOINC, codes: []string{"11323-3"}}

// readConcernEntry reads an entry that holds a Health or Risk Concern Act, or a
// Health Status Observation; without a template an act by its code, an observation as what it found.
func (r *reader) readConcernEntry(entry tree.Node) []record.Ref {
	n := r.statement(entry)
	switch {
	case r.isHealthConcern(n):
		if assertion, ok := r.healthConcernAssertion(n); ok {
			return []record.Ref{r.healthConcern(n, assertion)}
		}
		return nil
	case n.Name() == "observation" && (r.asks(n, &healthStatus) || r.bare(n, nil) && n.Child("value").OK() && !r.isProblem(n)):
		if !r.legibleObservation(n) {
			return nil
		}
		o := r.observation(kindObservation, n, further)
		r.rec.Observations = append(r.rec.Observations, o)
		return []record.Ref{{ID: o.ID, Kind: kindObservation}}
	}
	return r.readProblemEntry(entry)
}

// isHealthConcern recognises a concern by its template, or by its code.
func (r *reader) isHealthConcern(n tree.Node) bool {
	if n.Name() != "act" {
		return false
	}
	if r.has(n, templateHealthConcern) || r.has(n, templateRiskConcern) {
		return true
	}
	code := n.Child("code").Attr("code").Value()
	return r.bare(n, nil) && (code == loincHealthConcern || code == snomedAtRisk)
}

// healthConcernAssertion decides what a concern says before anything is read.
// Negated, without anything that it is about and without words that say
// otherwise, it means that none are known (C-CDA R2.1 vol. 1 §3.6). ok is false,
// and an issue says so, where it cannot be told.
func (r *reader) healthConcernAssertion(n tree.Node) (a record.Assertion, ok bool) {
	if !r.legible(n, "EVN") {
		return "", false
	}
	negated := isTrue(n.Attr("negationInd").Value())
	switch {
	case n.Attr("nullFlavor").OK():
		if !negated && !r.relatesAny(n) {
			return record.NotKnown, true
		}
	case !negated:
		return record.Affirmed, true
	case r.saysNoConcern(n):
		return record.NoneKnown, true
	}
	r.issue(record.IssueNegationUnclear, n)
	return "", false
}

// saysNoConcern reports whether a negated concern is about nothing, and its words, if any, say that there is none.
func (r *reader) saysNoConcern(n tree.Node) bool {
	if r.has(n, templateRiskConcern) || n.Child("code").Attr("code").Value() != loincHealthConcern {
		return false
	}
	if r.relatesAny(n) {
		return false
	}
	words, dangling := r.wordsOf(n.Child("text"))
	w := strings.ToLower(words)
	return !dangling && (w == "" || strings.HasPrefix(w, "no known ") || strings.HasPrefix(w, "no health concern") || strings.HasPrefix(w, "no current ") || saysNone(words))
}

// relatesAny reports whether any statement but a comment hangs on n.
func (r *reader) relatesAny(n tree.Node) bool {
	for _, sub := range r.relations(n) {
		if !r.isComment(sub) {
			return true
		}
	}
	return false
}

// healthConcern reads a Health Concern Act or a Risk Concern Act (C-CDA R2.1
// 3.44, 3.94). What hangs on it and is an entry of its own, of whatever kind, it
// is about; but a problem that it is only a risk of is none.
func (r *reader) healthConcern(n tree.Node, assertion record.Assertion) record.Ref {
	c := record.HealthConcern{Entry: r.entry(kindHealthConcern, n)}
	r.assert(&c.Entry, n, assertion)
	c.Status = r.status(n)
	r.templates(n, templateHealthConcern, templateRiskConcern)
	r.shape(n, "ACT", "EVN")
	c.Code = r.concept(n.Child("code"))
	if r.has(n, templateRiskConcern) || !r.has(n, templateHealthConcern) && c.Code.Has(record.SystemSNOMED, snomedAtRisk) {
		c.Risk = ptr(true)
	}
	c.When = r.period(n.Child("effectiveTime"))
	c.Priority = r.conceptPtr(n.Child("priorityCode"))
	c.Relations = r.sort(c.Relations, func(x *record.Relation) (string, int) {
		switch n := r.namedBy(x); {
		case x.Type != "refers-to" || !n.OK():
			return "", 0
		case r.isGoal(n):
			c.Goals = append(c.Goals, x.Target)
			return "goals", len(c.Goals) - 1
		}
		c.About = append(c.About, x.Target)
		return "about", len(c.About) - 1
	})
	for rel, sub := range r.relations(n) {
		switch {
		case sub.Name() == "encounter" && isMention(sub):
			r.statedIn(rel, sub, &c.Relations)
		case c.Risk != nil && rel.Attr("typeCode").Value() != "SPRT" && r.namesProblem(sub):
			if i, ok := r.riskOf(rel, sub); ok {
				r.slot(rel, "riskOf", len(c.RiskOf))
				c.RiskOf = append(c.RiskOf, i)
			}
		case rel.Attr("typeCode").Value() == "REFR":
			refs := r.nested(rel, sub)
			switch {
			case refs == nil:
			case !r.sameAs(rel, "REFR"):
				r.slot(rel, "relations", len(c.Relations))
				for _, ref := range refs {
					c.Relations = append(c.Relations, r.relation(rel, ref))
				}
			case r.isGoal(sub):
				r.slot(rel, "goals", len(c.Goals))
				c.Goals = append(c.Goals, refs...)
			default:
				r.slot(rel, "about", len(c.About))
				c.About = append(c.About, refs...)
			}
		default:
			r.within(rel, sub, &c.Relations)
		}
	}
	r.rec.HealthConcerns = append(r.rec.HealthConcerns, c)
	return record.Ref{ID: c.ID, Kind: kindHealthConcern}
}

// namesProblem reports whether a statement is a problem or an act around problems.
func (r *reader) namesProblem(n tree.Node) bool {
	return r.isProblem(n) || n.Name() == "act" && r.hasAny(n, problemTracker.templates)
}

// riskOf reads the condition that a risk concern is a risk of. The patient does
// not have it now (C-CDA R2.1 3.94): it is no problem of the record. One that is
// denied, or stands in an act of its own, is left to be carried.
func (r *reader) riskOf(rel, obs tree.Node) (record.Indication, bool) {
	if !r.isProblem(obs) || !r.plain(obs, "EVN") || !r.relates(rel, false, "REFR") {
		r.issue(issueRisk, obs)
		return record.Indication{}, false
	}
	r.templates(obs, templatesProblem...)
	r.shape(obs, "OBS", "EVN")
	return record.Indication{
		Identifiers: r.ids(obs), Status: r.status(obs), Kind: r.conceptPtr(obs.Child("code")), When: r.periodPtr(obs.Child("effectiveTime")), Code: r.answer(obs),
	}, true
}

var issueRisk = record.IssueNegationUnclear.Because("what a risk concern holds here is not said to be so of the patient; it is carried and not read as a statement")

// isConcern reports whether a statement is one that a goal or a concern may be
// about: a concern, or a problem or allergy with or without the act around it.
func (r *reader) isConcern(n tree.Node) bool {
	return n.OK() && (r.isHealthConcern(n) || r.isProblem(n) || r.hasAny(n, problemTracker.templates) || r.hasAny(n, templatesAllergy[:2]) ||
		r.has(n, "2.16.840.1.113883.10.20.22.4.30"))
}
