package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// isConcern reports whether a Condition is what our exporter makes of a concern that is a thing of its own.
func isConcern(n tree.Node) bool {
	return extension(own(n), "healthConcern").Child("valueBoolean").Value() == "true"
}

// concernOf reads a Condition that stands for a health concern.
func (r *reader) concernOf(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	r.marked(n, "healthConcern")
	c := record.HealthConcern{Entry: r.entry(n)}
	c.Identifiers = r.identifiers(n, "identifier")
	c.Notes = r.notes(n, "note")
	for _, k := range objects(n, "category") {
		v := r.concept(k)
		r.compared(k, bareCode(&v, sysUSCoreCondition, "health-concern"))
	}
	if r.field(n, "code").OK() || r.marked(n, "valueIsCode") {
		c.Value = r.conceptPtr(n, "code")
	} else {
		c.Code = one(n, "code", r.concept)
	}
	c.When = r.onset(n)
	if n.Child("abatementDateTime").OK() || n.Child("_abatementDateTime").OK() {
		c.When.End = r.time(n, "abatementDateTime")
	}
	if e := r.field(n, "whenEnd"); e.OK() {
		c.When.End = r.time(e, "valueDateTime")
	}
	c.Recorded = r.timePtr(n, "recordedDate")
	r.part(&c.Entry, n, "recorder", "author")
	for i, e := range objects(n, "evidence") {
		if i == 0 {
			c.About = r.refs(e, "detail")
			addFields(r, e, &c)
		}
	}
	add(r, &r.rec.HealthConcerns, n, &c)
	if s := object(n, "clinicalStatus"); s.OK() {
		// It is derived from the status of the concern, which stands in our extension, and from its end.
		c := &r.rec.HealthConcerns[len(r.rec.HealthConcerns)-1]
		v := r.concept(s)
		want, _ := codes.ConcernStatus().To(actStatus(c.Status.Code))
		r.compared(s, want != "" && (bareCode(&v, sysConditionClinical, want) || isEnd(&c.When.End) && bareCode(&v, sysConditionClinical, "inactive")))
	}
	return true
}

// riskAssessment reads a RiskAssessment (R4 9.11): a concern that something may
// come to be. What is predicted is not said to be there.
func (r *reader) riskAssessment(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	t := true
	c := record.HealthConcern{Entry: r.entry(n), Risk: &t}
	c.Identifiers = r.identifiers(n, "identifier")
	c.Notes = r.notes(n, "note")
	c.Status = r.status(n, &observationStatuses)
	r.mappedStatus(n, &c.Status)
	c.Code = one(n, "code", r.concept)
	c.When = r.when(n, choice{dateTime: "occurrenceDateTime", period: "occurrencePeriod"}, "when")
	r.part(&c.Entry, n, "performer", "performer")
	c.About = r.refs(n, "basis")
	for _, p := range objects(n, "prediction") {
		o := r.conceptPtr(p, "outcome")
		if r.marked(p, "value") {
			c.Value = o
			continue
		}
		if x := r.prediction(p, o); x != (record.RiskPrediction{Outcome: o}) || r.marked(p, "prediction") {
			c.Predictions = append(c.Predictions, x)
			continue
		}
		v := record.Indication{Code: o, Assertion: record.Affirmed}
		if e := r.field(p, "riskOf"); e.OK() {
			r.fieldsOf(e, &v)
		}
		if o != nil || v.Ref != nil {
			c.RiskOf = append(c.RiskOf, v)
		}
	}
	add(r, &r.rec.HealthConcerns, n, &c)
	return true
}

// prediction reads how likely an outcome is. One of which nothing is said is just a risk.
func (r *reader) prediction(n tree.Node, outcome *record.Concept) record.RiskPrediction {
	p := record.RiskPrediction{
		Outcome: outcome, Probability: r.number(n, "probabilityDecimal"), ProbabilityRange: maybe(n, "probabilityRange", r.rng),
		Likelihood: r.conceptPtr(n, "qualitativeRisk"), RelativeRisk: r.number(n, "relativeRisk"),
		When: r.whenPtr(n, choice{period: "whenPeriod", rng: "whenRange"}, "when"), Rationale: r.str(n, "rationale"),
	}
	addFields(r, n, &p)
	return p
}
