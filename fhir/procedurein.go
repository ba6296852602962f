package fhir

import (
	"reflect"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

var procedureStatuses = codes.NewTable(
	codes.Both("preparation", record.StatusPlanned), codes.Both("in-progress", record.StatusActive), codes.Both("not-done", record.StatusNotDone),
	codes.Both("on-hold", record.StatusOnHold), codes.Both("stopped", record.StatusAborted), codes.Both("completed", record.StatusCompleted),
	codes.Both("entered-in-error", record.StatusEnteredInError), codes.Both("unknown", record.StatusUnknown),
)

// procedure reads a Procedure (R4 9.3; C-CDA on FHIR, FC-procedures).
func (r *reader) procedure(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	p := record.Procedure{Entry: r.entry(n)}
	p.Identifiers = r.identifiers(n, "identifier")
	p.Notes = r.notes(n, "note")
	p.Status = r.status(n, &procedureStatuses)
	r.mappedStatus(n, &p.Status)
	if c := object(n, "statusReason"); c.OK() {
		p.Status.Reasons = []record.Concept{r.concept(c)}
	}
	if c := object(n, "category"); c.OK() {
		p.Categories = []record.Concept{r.concept(c)}
	}
	p.Code = one(n, "code", r.concept)
	p.Encounter = r.refPtr(n, "encounter")
	p.When = r.when(n, choice{"performedDateTime", "performedPeriod", "performedAge", "performedRange", "performedString"}, "when")
	r.part(&p.Entry, n, "recorder", "author")
	r.part(&p.Entry, n, "asserter", "informant")
	r.performersOf(n, &p.Entry)
	if l := object(n, "location"); l.OK() {
		p.Locations = append(r.room.refs.List(1), r.ref(l))
	}
	p.Indications = r.indications(n, "indications")
	p.BodySites = all(n, "bodySite", r.bodySite)
	p.Outcome = r.conceptPtr(n, "outcome")
	p.Reports = r.refs(n, "report")
	p.Complications = r.concepts(n, "complication")
	p.FollowUps = r.concepts(n, "followUp")
	p.BasedOn, p.PartOf = r.refs(n, "basedOn"), r.refs(n, "partOf")
	for i, d := range objects(n, "focalDevice") {
		if a := object(d, "action"); a.OK() && i == 0 {
			c := r.concept(a)
			p.DeviceAction = &c
		}
		if m := object(d, "manipulated"); m.OK() {
			p.Devices = append(p.Devices, r.ref(m))
		}
	}
	for _, e := range objects(n, "extension") {
		if peek(e, "url") == extProcedureMethod && object(e, "valueCodeableConcept").OK() {
			p.Methods = append(p.Methods, one(r.known(e), "valueCodeableConcept", r.concept))
		}
	}
	add(r, &r.rec.Procedures, n, &p)
	return true
}

var orderStatuses = codes.NewTable(
	codes.Both("draft", record.StatusDraft), codes.Both("active", record.StatusActive), codes.Both("on-hold", record.StatusOnHold),
	codes.Both("revoked", record.StatusCancelled), codes.Both("completed", record.StatusCompleted), codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.Both("unknown", record.StatusUnknown),
)

// order reads a ServiceRequest (R4 12.15).
func (r *reader) order(n tree.Node) bool {
	mode, ok := intents.To(peek(n, "intent"))
	if peek(n, "intent") != "" && !ok || !r.subject(n, "subject") {
		return false
	}
	o := record.Order{Entry: r.entry(n)}
	o.Mode = mode
	r.take(n.Child("intent"))
	o.Identifiers = r.identifiers(n, "identifier")
	o.Notes = r.notes(n, "note")
	o.Status = r.status(n, &orderStatuses)
	r.mappedStatus(n, &o.Status)
	o.Group = maybe(n, "requisition", r.identifier)
	o.BasedOn, o.Replaces = r.refs(n, "basedOn"), r.refs(n, "replaces")
	o.Categories = r.concepts(n, "category")
	if !r.field(n, "priority").OK() {
		o.Priority = r.priority(n)
	} else {
		r.scaffold(n.Child("priority")) // the concept beside it says it
	}
	o.DoNotPerform = r.boolean(n, "doNotPerform")
	o.Code = one(n, "code", r.concept)
	o.Details = r.concepts(n, "orderDetail")
	if q, t, g := maybe(n, "quantityQuantity", r.quantity), maybe(n, "quantityRatio", r.ratio), maybe(n, "quantityRange", r.rng); q != nil || t != nil || g != nil {
		o.Quantity = &record.Amount{Quantity: q, Ratio: t, Range: g}
	}
	o.Encounter = r.refPtr(n, "encounter")
	if t := object(n, "occurrenceTiming"); t.OK() {
		o.Timings = []record.Timing{r.timing(t)}
	}
	o.When = r.when(n, choice{dateTime: "occurrenceDateTime", period: "occurrencePeriod"}, "when")
	o.AsNeeded = r.boolean(n, "asNeededBoolean")
	o.AsNeededFor = r.conceptPtr(n, "asNeededCodeableConcept")
	o.AuthoredOn = r.timePtr(n, "authoredOn")
	r.part(&o.Entry, n, "requester", "author")
	r.eachPart(&o.Entry, n, "performer", "performer")
	o.LocationCodes, o.Locations = r.concepts(n, "locationCode"), r.refs(n, "locationReference")
	o.Indications = r.indications(n, "indications")
	o.Insurance, o.Support, o.Specimens = r.refs(n, "insurance"), r.refs(n, "supportingInfo"), r.refs(n, "specimen")
	o.BodySites = all(n, "bodySite", r.bodySite)
	if p := r.str(n, "patientInstruction"); p != "" {
		o.Instructions = []record.Instruction{{Audience: "patient", Text: p}}
	}
	add(r, &r.rec.Orders, n, &o)
	return true
}

// goal reads a Goal (R4 9.6).
func (r *reader) goal(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	g := record.Goal{Entry: r.entry(n)}
	g.Mode = record.ModeGoal
	g.Identifiers = r.identifiers(n, "identifier")
	g.Notes = r.notes(n, "note")
	g.Status = r.statusAt(n, "lifecycleStatus", &goalStatus)
	g.Achievement = r.conceptPtr(n, "achievementStatus")
	g.Categories = r.concepts(n, "category")
	g.Priority = r.conceptPtr(n, "priority")
	g.Code = one(n, "description", r.concept)
	if n.Child("startDate").OK() {
		g.Start.Start = r.time(n, "startDate")
	}
	g.StartEvent = r.conceptPtr(n, "startCodeableConcept")
	for _, t := range objects(n, "target") {
		v := record.GoalTarget{Measure: r.conceptPtr(t, "measure"), Due: r.timePtr(t, "dueDate"), DueIn: maybe(t, "dueDuration", r.quantity)}
		if m := choiceOf(t, "detail"); m.OK() {
			var d record.Value
			r.detail(m, &d)
			if !d.IsZero() {
				v.Value = &d
			}
		}
		addFields(r, t, &v)
		// A target whose measure is the goal's own code is a value of the goal itself.
		own := v.Measure == nil && v.Value == nil || v.Measure != nil && isOwnMeasure(v.Measure, &g.Code)
		if own && v.DueIn == nil && (v.Due == nil || g.Due == nil && len(g.Values) == 0) && len(g.Targets) == 0 && (v.Value != nil || v.Due != nil) {
			if v.Value != nil {
				g.Values = append(g.Values, *v.Value)
			}
			if v.Due != nil {
				g.Due = v.Due
			}
			continue
		}
		g.Targets = append(g.Targets, v)
	}
	g.StatusDate = r.timePtr(n, "statusDate")
	g.StatusReason = r.str(n, "statusReason")
	r.part(&g.Entry, n, "expressedBy", "author")
	g.Addresses = r.refs(n, "addresses")
	g.OutcomeCodes, g.Outcomes = r.concepts(n, "outcomeCode"), r.refs(n, "outcomeReference")
	for _, e := range objects(n, "extension") {
		if peek(e, "url") != extGoalRelation {
			continue
		}
		typ, target := extension(e, "type"), extension(e, "target")
		c := one(typ, "valueCodeableConcept", r.concept)
		if c.Has(sysGoalRelation, "milestone") && bare(&c) && object(target, "valueReference").OK() {
			r.known(e)
			r.known(typ)
			g.Milestones = append(g.Milestones, one(r.known(target), "valueReference", r.ref))
		} else {
			r.giveBack(e)
		}
	}
	add(r, &r.rec.Goals, n, &g)
	return true
}

// isOwnMeasure reports whether the measure of a target is the goal's own code, whatever words the description has.
func isOwnMeasure(m, code *record.Concept) bool {
	return reflect.DeepEqual(*m, *code) || m.Text == "" && len(m.Codings) > 0 && reflect.DeepEqual(m.Codings, code.Codings)
}

// detail reads detail[x] of a goal's target.
func (r *reader) detail(m tree.Node, v *record.Value) {
	up, name := m.Parent(), m.Name()
	switch name {
	case "detailQuantity":
		v.Quantity = maybe(up, name, r.quantity)
	case "detailRange":
		v.Range = maybe(up, name, r.rng)
	case "detailCodeableConcept":
		v.Concept = maybe(up, name, r.concept)
	case "detailString":
		v.Text = r.strPtr(up, name)
	case "detailBoolean":
		v.Bool = r.boolean(up, name)
	case "detailInteger":
		if s := r.number(up, name); s != "" {
			v.Integer = &s
		}
	case "detailRatio":
		v.Ratio = maybe(up, name, r.ratio)
	}
}
