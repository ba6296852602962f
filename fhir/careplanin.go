package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// planIntents pairs CarePlan.intent with the record's modes.
var planIntents = codes.NewTable(
	codes.Both("plan", record.ModeIntent), codes.Both("order", record.ModeRequest), codes.Both("proposal", record.ModeProposal), codes.Both("option", record.ModeOption),
)

// carePlan reads a CarePlan (R4 12.2).
func (r *reader) carePlan(n tree.Node) bool {
	mode, ok := planIntents.To(peek(n, "intent"))
	if n.Child("intent").OK() && !ok || !r.subject(n, "subject") {
		return false
	}
	p := record.CarePlan{Entry: r.entry(n)}
	p.Mode = mode
	r.take(n.Child("intent"))
	p.Identifiers = r.identifiers(n, "identifier")
	p.Notes = r.notes(n, "note")
	p.Status = r.status(n, &orderStatuses)
	r.mappedStatus(n, &p.Status)
	p.BasedOn, p.Replaces, p.PartOf = r.refs(n, "basedOn"), r.refs(n, "replaces"), r.refs(n, "partOf")
	p.Categories = r.planCategories(n)
	p.Title, p.Description = r.str(n, "title"), r.str(n, "description")
	p.Encounter = r.refPtr(n, "encounter")
	p.When = one(n, "period", r.period)
	p.Created = r.timePtr(n, "created")
	r.part(&p.Entry, n, "author", "author")
	p.CareTeams, p.Addresses, p.Support, p.Goals = r.refs(n, "careTeam"), r.refs(n, "addresses"), r.refs(n, "supportingInfo"), r.refs(n, "goal")
	p.Activities = all(n, "activity", func(a tree.Node) record.PlanActivity { return r.planActivity(a, p.ID) })
	add(r, &r.rec.CarePlans, n, &p)
	return true
}

// planCategories reads category. That a plan with the code of a section for
// assessment and plan is one of those is a rule of US Core's, which our exporter follows.
func (r *reader) planCategories(n tree.Node) []record.Concept {
	cs := r.concepts(n, "category")
	if len(cs) > 1 && bareCode(&cs[0], sysPlanCategory, "assess-plan") && isAssessPlan(&record.CarePlan{Categories: cs[1:]}) && !hasConcept(cs[1:], sysPlanCategory, "assess-plan") {
		return cs[1:]
	}
	return cs
}

// planActivity reads an activity: another entry, or what is said of it here.
func (r *reader) planActivity(n tree.Node, owner string) record.PlanActivity {
	a := record.PlanActivity{}
	if d := object(n, "detail"); d.OK() {
		a = record.PlanActivity{
			Kind: r.str(d, "kind"), Code: r.conceptPtr(d, "code"), Reasons: r.concepts(d, "reasonCode"), ReasonRefs: r.refs(d, "reasonReference"),
			Goals: r.refs(d, "goal"), Status: r.status(d, &activityStatus), DoNotPerform: r.boolean(d, "doNotPerform"), Timing: maybe(d, "scheduledTiming", r.timing),
			When: r.whenPtr(d, choice{period: "scheduledPeriod", str: "scheduledString"}, "when"), Location: r.refPtr(d, "location"),
			Performers: r.refs(d, "performer"), DailyAmount: maybe(d, "dailyAmount", r.quantity), Quantity: maybe(d, "quantity", r.quantity),
			Description: r.str(d, "description"),
		}
		if c := object(d, "statusReason"); c.OK() {
			a.Status.Reasons = []record.Concept{r.concept(c)}
		}
		if c := object(d, "productCodeableConcept"); c.OK() {
			a.Product = &record.Product{Code: r.concept(c)}
		} else if p, ok := r.productAt(object(d, "productReference"), owner); ok {
			a.Product = &p
		}
		if e := r.field(d, "product"); e.OK() {
			if a.Product == nil {
				a.Product = &record.Product{}
			}
			r.fieldsOf(e, a.Product)
		}
		addFields(r, d, &a)
	}
	a.Outcomes = r.concepts(n, "outcomeCodeableConcept")
	a.OutcomeRefs = r.refs(n, "outcomeReference")
	a.Progress = r.notes(n, "progress")
	if e := r.field(n, "detail"); e.OK() {
		r.fieldsOf(e, &a)
	}
	a.Ref = r.refPtr(n, "reference")
	if len(a.OutcomeRefs) > 0 && r.marked(n, "done") {
		a.Ref, a.OutcomeRefs = &a.OutcomeRefs[0], a.OutcomeRefs[1:]
		if len(a.OutcomeRefs) == 0 {
			a.OutcomeRefs = nil
		}
	}
	addFields(r, n, &a)
	return a
}
