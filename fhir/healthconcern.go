package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// healthConcernKind says what a concern becomes. That a risk is there does not say that the disease is.
func healthConcernKind(c *record.HealthConcern) kind {
	switch {
	case !isStated(&c.Entry) || c.Assertion != record.Affirmed:
		return kindBasic
	case c.Risk != nil && *c.Risk:
		return kindRiskAssessment
	}
	return kindCondition
}

// healthConcern writes a Condition of the category health-concern (US Core
// Condition Problems and Health Concerns), or a RiskAssessment.
func (w *writer) healthConcern(i int, c *record.HealthConcern) {
	switch healthConcernKind(c) {
	case kindBasic:
		w.unstated("healthConcerns", i, &c.Entry, c)
	case kindRiskAssessment:
		w.riskConcern(i, c)
	default:
		w.concernCondition(i, c)
	}
}

func (w *writer) concernCondition(i int, c *record.HealthConcern) {
	w.resource("healthConcerns", i, &c.Entry, kindCondition, profileBase+"condition-problems-health-concerns")
	clinical, _ := codes.ConcernStatus().To(actStatus(c.Status.Code))
	ended := isEnd(&c.When.End)
	if ended && clinical != "" && !slices.Contains(endedStatuses, clinical) {
		clinical = "inactive"
		w.Note(&record.IssueStatusByRule, "status")
	}
	w.common(&c.Entry, hasIdentifiers|hasNotes|hasAssertion|hasRecorded|hasMode)
	w.mark("healthConcern")
	if clinical != "" {
		w.codeable("clinicalStatus", sysConditionClinical, clinical)
	}
	w.arr("category")
	w.codeable("", sysUSCoreCondition, "health-concern")
	w.endArr()
	if c.Value != nil {
		w.concept("code", c.Value)
		if !c.Code.IsZero() {
			w.fieldConcept("code", &c.Code)
		} else {
			w.mark("valueIsCode")
		}
	} else {
		w.described("code", &c.Code, w.toldWords(&c.Entry))
	}
	w.subject("subject")
	when := c.When
	if clinical != "" && slices.Contains(endedStatuses, clinical) && ended {
		when.End = record.Time{}
		w.dateTime("abatementDateTime", c.When.End)
	}
	onset := when
	onset.End = record.Time{}
	w.onset(&onset)
	if !when.End.IsZero() {
		w.fieldTime("whenEnd", &when.End)
	}
	w.recorded("recordedDate", c.Recorded, c.Participants)
	w.authorOf("recorder", c.Participants, recorders)
	w.arr("evidence")
	w.obj("")
	w.references("detail", "about", c.About, 0)
	w.end()
	w.endArr()
	w.fieldBool("risk", c.Risk)
	w.fieldAny("riskOf", c.RiskOf)
	w.fieldAny("predictions", c.Predictions)
	w.fieldConcept("priority", c.Priority)
	w.fieldRefs("goals", c.Goals)
	w.endResource()
}

// riskConcern writes a RiskAssessment (C-CDA Risk Concern Act).
func (w *writer) riskConcern(i int, c *record.HealthConcern) {
	w.resource("healthConcerns", i, &c.Entry, kindRiskAssessment)
	w.common(&c.Entry, hasIdentifiers|hasNotes|hasAssertion|hasMode|hasStatus)
	w.mapped("status", &c.Status, observationStatus(c.Status.Code), "unknown")
	w.concept("code", &c.Code)
	w.subject("subject")
	w.when(choice{dateTime: "occurrenceDateTime", period: "occurrencePeriod"}, "when", &c.When)
	w.firstOf("performer", c.Participants, only(kindPractitioner, kindPractitionerRole, kindDevice), "performer")
	w.references("basis", "about", c.About, 0)
	w.arr("prediction")
	w.obj("")
	if c.Value != nil {
		w.concept("outcome", c.Value)
		w.mark("value")
	}
	w.end()
	for k := range c.RiskOf {
		if x := &c.RiskOf[k]; mayBe(x) {
			w.obj("")
			rest := *x
			rest.Code = nil
			w.concept("outcome", x.Code)
			w.fieldAny("riskOf", &rest)
			w.end()
		}
	}
	for k := range c.Predictions {
		w.prediction(&c.Predictions[k])
	}
	w.endArr()
	for k := range c.RiskOf {
		if x := &c.RiskOf[k]; !mayBe(x) {
			w.In("riskOf", k)
			w.Note(&record.IssueNotStated, "")
			w.Leave()
			w.fieldAny("riskOf", x)
		}
	}
	w.fieldConcept("priority", c.Priority)
	w.fieldRefs("goals", c.Goals)
	w.endResource()
}

// prediction writes what may come to be with how likely it is.
func (w *writer) prediction(p *record.RiskPrediction) {
	w.obj("")
	w.concept("outcome", p.Outcome)
	switch {
	case isNumber(p.Probability):
		w.raw("probabilityDecimal", p.Probability)
		if p.ProbabilityRange != nil {
			w.fieldKnown("probabilityRange", p.ProbabilityRange)
		}
	default:
		w.fieldStr("probability", p.Probability)
		w.rng("probabilityRange", p.ProbabilityRange)
	}
	w.concept("qualitativeRisk", p.Likelihood)
	if isNumber(p.RelativeRisk) {
		w.raw("relativeRisk", p.RelativeRisk)
	} else {
		w.fieldStr("relativeRisk", p.RelativeRisk)
	}
	if p.When != nil {
		w.when(choice{period: "whenPeriod", rng: "whenRange"}, "when", p.When)
	}
	w.str("rationale", p.Rationale)
	w.mark("prediction")
	w.end()
}

// mayBe reports whether a condition can stand as one that may come to be: one that is denied cannot.
func mayBe(i *record.Indication) bool { return i.Assertion == "" || i.Assertion == record.Affirmed }
