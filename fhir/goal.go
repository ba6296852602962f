package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

const (
	extGoalRelation = "http://hl7.org/fhir/StructureDefinition/goal-relationship"
	sysGoalRelation = "http://terminology.hl7.org/CodeSystem/goal-relationship-type"
)

var goalAddresses = only(kindCondition, kindObservation, kindMedicationStatement, kindServiceRequest, kindRiskAssessment)

// goalStatus pairs FHIR's goal-status with the record's.
var goalStatus = codes.NewTable(
	codes.Both("proposed", record.StatusProposed),
	codes.Both("planned", record.StatusPlanned),
	codes.Both("accepted", record.StatusAccepted),
	codes.Both("active", record.StatusActive),
	codes.Both("on-hold", record.StatusOnHold),
	codes.Both("completed", record.StatusCompleted),
	codes.Both("cancelled", record.StatusCancelled),
	codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.Both("rejected", record.StatusRejected),
	codes.OnlyFrom("cancelled", record.StatusAborted),
	codes.OnlyFrom("proposed", record.StatusNew), // HL7 v3 ActStatus new: prepared, and not acted upon yet
)

var newIsProposed = record.IssueStatusByRule.Because("the source says that the goal is new, which HL7 v3 defines as prepared and not acted upon yet; FHIR's code for that is proposed")

// goalKind says what a goal becomes: a Basic where it is denied or not known, and where
// it has no status that FHIR, which demands one, has a code for.
func goalKind(g *record.Goal) kind {
	if g.Assertion != record.Affirmed || !hasCodeFor(&goalStatus, &g.Status) {
		return kindBasic
	}
	return kindGoal
}

// goal writes a Goal (US Core Goal 6.1.0).
func (w *writer) goal(i int, g *record.Goal) {
	if goalKind(g) == kindBasic {
		why := &record.IssueNotStated
		if g.Assertion == record.Affirmed {
			why = &noStatus
		}
		w.keptWhole("goals", i, &g.Entry, g, why)
		return
	}
	w.resource("goals", i, &g.Entry, kindGoal, profileBase+"goal")
	w.common(&g.Entry, hasIdentifiers|hasNotes|hasStatus|hasAssertion)
	w.status("lifecycleStatus", &g.Status, &goalStatus, "")
	if g.Status.Code == record.StatusNew {
		w.Note(&newIsProposed, "status")
	}
	w.concept("achievementStatus", g.Achievement)
	w.concepts("category", g.Categories)
	w.goalPriority(g)
	w.goalDescription(g)
	w.subject("subject")
	w.goalStart(g)
	w.goalTargets(g)
	if g.StatusDate != nil {
		w.date("statusDate", *g.StatusDate)
	}
	w.str("statusReason", g.StatusReason)
	w.authorOf("expressedBy", g.Participants, recorders)
	w.references("addresses", "addresses", g.Addresses, goalAddresses)
	w.concepts("outcomeCode", g.OutcomeCodes)
	w.outcomes(g)
	for k := range g.Milestones {
		w.milestone(&g.Milestones[k])
	}
	w.endResource()
}

// goalPriority writes priority: the goal's own, else the one preference that somebody has.
func (w *writer) goalPriority(g *record.Goal) {
	switch {
	case g.Priority != nil:
		w.concept("priority", g.Priority)
	case len(g.Preferences) == 1 && g.Preferences[0].Value != nil:
		c := *g.Preferences[0].Value
		w.concept("priority", &c)
	}
}

// goalDescription writes description: the code, and where that has no words of
// its own those of a value in words, else of the narrative.
func (w *writer) goalDescription(g *record.Goal) {
	words := ""
	for k := range g.Values {
		if t := g.Values[k].Text; t != nil && clean(*t) {
			words = *t
			break
		}
	}
	if words == "" {
		words = w.toldWords(&g.Entry)
	}
	w.described("description", &g.Code, words)
}

// described writes a CodeableConcept that FHIR demands, with words for its text where it has none.
func (w *writer) described(name string, c *record.Concept, words string) {
	if c.Text == "" && c.TextRef == "" && words != "" {
		told := *c
		told.Text = words
		w.concept(name, &told)
		return
	}
	w.requiredConcept(name, c, "code")
}

// goalStart writes start[x]; a date before an event.
func (w *writer) goalStart(g *record.Goal) {
	rest := g.Start
	dated := true
	switch {
	case !rest.Start.IsZero():
		w.date("startDate", rest.Start)
		rest.Start = record.Time{}
	case !rest.At.IsZero():
		w.date("startDate", rest.At)
	default:
		dated = false
	}
	if !rest.IsZero() {
		w.fieldPeriod("start", &rest)
	}
	if dated {
		w.fieldConcept("startEvent", g.StartEvent)
	} else {
		w.concept("startCodeableConcept", g.StartEvent)
	}
}

// goalTargets writes target: a target for each measure, and for each value of
// the goal itself, of which its code is the measure (gol-1). When the goal is due stands on the first.
func (w *writer) goalTargets(g *record.Goal) {
	due := g.Due
	w.arr("target")
	for k := range g.Values {
		w.In("values", k)
		w.obj("")
		if g.Code.IsZero() {
			w.requiredObject("measure", "")
		} else {
			c := g.Code
			w.concept("measure", &c)
		}
		w.targetDetail("values", &g.Values[k])
		if due != nil {
			w.date("dueDate", *due)
			due = nil
		}
		w.end()
		w.Leave()
	}
	for k := range g.Targets {
		t := &g.Targets[k]
		w.In("targets", k)
		w.obj("")
		if t.Measure != nil {
			w.concept("measure", t.Measure)
		} else if t.Value != nil {
			w.requiredObject("measure", "measure")
		}
		if t.Value != nil {
			w.targetDetail("value", t.Value)
		}
		if t.Due != nil {
			w.date("dueDate", *t.Due)
			w.fieldQuantity("dueIn", t.DueIn)
		} else {
			w.duration("dueDuration", t.DueIn)
		}
		w.end()
		w.Leave()
	}
	if due != nil {
		w.obj("")
		w.date("dueDate", *due)
		w.end()
	}
	w.endArr()
}

// targetDetail writes detail[x]; a value of a type that FHIR has not there stands in the record extension.
func (w *writer) targetDetail(field string, v *record.Value) {
	rest := *v
	switch {
	case v.Quantity != nil:
		w.quantity("detailQuantity", v.Quantity)
		rest.Quantity = nil
	case v.Range != nil:
		w.rng("detailRange", v.Range)
		rest.Range = nil
	case v.Concept != nil:
		w.concept("detailCodeableConcept", v.Concept)
		rest.Concept = nil
	case v.Text != nil && clean(*v.Text):
		w.str("detailString", *v.Text)
		rest.Text = nil
	case v.Bool != nil:
		w.boolean("detailBoolean", *v.Bool)
		rest.Bool = nil
	case v.Integer != nil:
		if _, ok := parseInt(*v.Integer); ok {
			w.raw("detailInteger", *v.Integer)
			rest.Integer = nil
		}
	case v.Ratio != nil:
		w.ratio("detailRatio", v.Ratio)
		rest.Ratio = nil
	}
	fieldRest(w, field, rest)
}

// outcomes writes outcomeReference: the goal's own, and the observations that
// say that they evaluate it (C-CDA Outcome Observation).
func (w *writer) outcomes(g *record.Goal) {
	w.arr("outcomeReference")
	other := false
	for k := range g.Outcomes {
		if !w.referenceTo("", &g.Outcomes[k], only(kindObservation)) {
			other = true
		}
	}
	for _, id := range w.evaluations()[g.ID] {
		w.obj("")
		w.urn(id)
		w.end()
	}
	w.endArr()
	for k := 0; other && k < len(g.Outcomes); k++ {
		if t, ok := w.resolve(&g.Outcomes[k]); ok && t.typ != kindObservation {
			w.fieldRef("outcomes", &g.Outcomes[k])
		}
	}
}

// evaluations gives the ids of the Observations that evaluate each goal.
func (w *writer) evaluations() map[string][]string {
	if w.evaluated != nil {
		return w.evaluated
	}
	w.evaluated = map[string][]string{}
	for _, os := range w.observations() {
		for i := range os {
			o := &os[i]
			for k := range o.Relations {
				x := &o.Relations[k]
				if x.Type != "evaluates" || x.Inverted != nil && *x.Inverted || x.Negated != nil && *x.Negated {
					continue
				}
				if t, ok := w.refs[o.ID]; ok && t.typ == kindObservation && x.Target.ID != "" {
					w.evaluated[x.Target.ID] = append(w.evaluated[x.Target.ID], t.id)
				}
			}
		}
	}
	return w.evaluated
}

// milestone writes a goal that is a step on the way, by HL7's extension.
func (w *writer) milestone(r *record.Ref) {
	if t, ok := w.resolve(r); !ok || t.typ != kindGoal {
		w.fieldRef("milestones", r)
		return
	}
	w.ext(extGoalRelation)
	w.ext("type")
	w.codeable("valueCodeableConcept", sysGoalRelation, "milestone")
	w.endExt()
	w.ext("target")
	w.reference("valueReference", r)
	w.endExt()
	w.endExt()
}
