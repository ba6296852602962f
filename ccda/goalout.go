package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// goalEntry writes a Goal Observation (C-CDA R2.1 3.42). A goal that is denied has
// no form: real documents mean by it that no goals are known as well.
func (w *writer) goalEntry(i int) bool {
	if w.unsayable(place{record.KindGoal, i}) {
		return false
	}
	x := w.rec.Goals[i]
	w.wrote[x.ID] = true
	w.tellGoal(&x)
	switch x.Mode {
	case record.ModeEvent:
		w.Note(&fixed, "mode")
	case record.ModeGoal:
		x.Mode = record.ModeEvent
	}
	w.begin("observation", "OBS", "GOL", &x.Entry)
	x.Assertion = record.Affirmed
	w.template(templatesGoal[0])
	w.entryIDs(&x.Entry)
	w.concepts("sdtc:category", "categories", &x.Categories)
	if x.Code.IsZero() {
		w.require("code", "code", "NI")
	}
	w.concept("code", "code", &x.Code)
	w.linkOf(&x.Entry)
	w.statusRequired(&x.Status)
	w.goalTimeOut(&x)
	w.conceptPtr("priorityCode", "priority", &x.Priority)
	w.languageOf(&x.Entry)
	w.values(&x.Values)
	w.participants(&x.Participants)
	w.refsOut("REFR", false, "addresses", &x.Addresses, true)
	for k := range x.Targets {
		t := x.Targets[k]
		w.In("targets", k)
		w.goalTargetOut(k, &t)
		w.rest(&t)
		w.Leave()
	}
	x.Targets = nil
	w.refsOut("COMP", false, "milestones", &x.Milestones, true)
	w.refsOut("GEVL", true, "outcomes", &x.Outcomes, true)
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
	return true
}

// statusRequired writes a status that the template demands and does not fix.
func (w *writer) statusRequired(s *record.Status) {
	n := len(w.b)
	w.status(s)
	if len(w.b) == n {
		w.require("statusCode", "status", "NI")
	}
}

// goalTimeOut writes when work on a goal starts and when it should be met. A point
// in time says when it should be met: a start alone is a low (see goalTime).
func (w *writer) goalTimeOut(x *record.Goal) {
	p := x.Start
	x.Start = record.Period{}
	if !p.At.IsZero() && p.Start.IsZero() {
		p.Start, p.At = p.At, record.Time{}
	}
	if !p.End.IsZero() || !p.At.IsZero() {
		x.Start.End, x.Start.At = p.End, p.At // rest names what would be read as when it is due
		p.End, p.At = record.Time{}, record.Time{}
	}
	if x.Due != nil {
		if p.IsZero() {
			p.At = *x.Due
		} else {
			if w.strict && (!p.Center.IsZero() || p.Width != nil) {
				w.Drop("start", &record.Period{Center: p.Center, Width: p.Width}, &withheld) // beside an end there is a beginning and no more (CDA R2 IVL_TS)
				p.Center, p.Width = record.Time{}, nil
			}
			p.End = *x.Due
		}
		x.Due = nil
	}
	w.period("effectiveTime", "start", &p)
}

// goalTargetOut writes a measure with the value wanted as a goal within the goal that
// has no id of its own (see goalTarget).
func (w *writer) goalTargetOut(i int, t *record.GoalTarget) {
	if t.Measure == nil && t.Value == nil && t.Due == nil && t.DueIn == nil {
		return
	}
	w.relate("COMP", false, "targets", i)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "GOL")
	if t.Measure == nil {
		w.leaf("code", "nullFlavor", "NI") // what it measures; without it this would be no target
	}
	w.conceptPtr("code", "measure", &t.Measure)
	if t.Due != nil {
		w.timePtr("effectiveTime", "due", &t.Due)
	} else if t.DueIn != nil {
		w.period("effectiveTime", "dueIn", &record.Period{Width: t.DueIn})
		t.DueIn = nil
	}
	if t.Value != nil {
		v := *t.Value
		w.In("value", -1)
		w.value("value", &v)
		w.rest(&v)
		w.Leave()
		t.Value = nil
	}
	w.end()
	w.end()
}

// refsOut writes the entries that a field names, each within or as a reference; one
// of which the record has only an identifier is named by it. whole says that an entry
// may stand there whole.
func (w *writer) refsOut(typeCode string, inverted bool, field string, list *[]record.Ref, whole bool) {
	for i := 0; i < len(*list); i++ {
		ref := (*list)[i]
		at, ok := w.place(&ref)
		w.In(field, i)
		if ok = ok && w.entryAt(at) != nil; ok && w.unsayable(at) {
			w.Drop("", &ref, &lostHere)
			w.Leave()
			continue
		}
		n, from := 0, len(w.mates)
		for whole && i+n+1 < len(*list) && w.sameAct(&ref, &(*list)[i+n+1]) {
			n++
		}
		if ok || ref.Identifier != nil {
			w.relate(typeCode, inverted, field, i)
			switch {
			case !ok:
				w.referenceTo(&ref)
				ref.Kind = ""
			case whole:
				w.nest(at, &ref)
			default:
				w.entryReference(at, &ref)
			}
			w.end()
		}
		w.rest(&ref)
		w.Leave()
		w.unnamed(from, field, func(id string) bool { return slices.ContainsFunc(*list, func(r record.Ref) bool { return r.ID == id }) })
		for ; n > 0 && w.wrote[(*list)[i+1].ID]; n-- {
			i++ // it stands in the act that was written
		}
	}
	*list = nil
}

// senseOfPlan is senseOf for goals, health concerns and care teams.
func (w *writer) senseOfPlan(at place) (list string, v any, why *record.IssueKind) {
	switch at.kind {
	case record.KindGoal:
		x := &w.rec.Goals[at.i]
		if list, v = "goals", x; x.Assertion != record.Affirmed {
			why = &unsaid
		}
	case record.KindHealthConcern:
		x := &w.rec.HealthConcerns[at.i]
		if list, v = "healthConcerns", x; !concernSense(x) {
			why = &unsaid
		}
	case record.KindCareTeam:
		x := &w.rec.CareTeams[at.i]
		if list, v = "careTeams", x; x.Assertion != record.Affirmed {
			why = &unsaid
		}
	}
	return list, v, why
}

// pointAtPlans notes which entries goals, concerns and plans name.
func (w *writer) pointAtPlans() {
	points := func(lists ...[]record.Ref) {
		for _, l := range lists {
			for i := range l {
				w.point(&l[i])
			}
		}
	}
	r := w.rec
	for i := range r.Goals {
		points(r.Goals[i].Addresses, r.Goals[i].Milestones, r.Goals[i].Outcomes)
	}
	for i := range r.HealthConcerns {
		points(r.HealthConcerns[i].About, r.HealthConcerns[i].Goals)
	}
	for i := range r.CareTeams {
		t := &r.CareTeams[i]
		w.point(t.Encounter)
		for k := range t.Members {
			w.point(t.Members[k].Encounter)
			for j := range t.Members[k].Relations {
				w.point(&t.Members[k].Relations[j].Target)
			}
		}
	}
}

// tellGoal tells of a goal in the narrative.
func (w *writer) tellGoal(x *record.Goal) {
	if w.row == nil {
		return
	}
	w.tell("Goal", wordsOf(&x.Code))
	for i := range x.Values {
		w.tell("Target", wordsOfValue(&x.Values[i]))
	}
	for i := range x.Targets {
		t := &x.Targets[i]
		words := wordsOf(t.Measure)
		if t.Value != nil {
			words += ": " + wordsOfValue(t.Value)
		}
		if t.Due != nil {
			words += ", by " + wordsOfTime(t.Due)
		} else if t.DueIn != nil {
			words += ", within " + quantityWords(t.DueIn)
		}
		w.tell("Target", words)
	}
	w.tell("Priority", wordsOf(x.Priority))
	w.tellStatus(&x.Status)
	w.tell("Achievement", wordsOf(x.Achievement))
	w.tell("Start", wordsOfPeriod(&x.Start))
	w.tell("Due", wordsOfTime(x.Due))
}
