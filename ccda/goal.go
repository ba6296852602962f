package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const kindGoal = "goal"

// Templates of goals: C-CDA, and those that before R2.1 held all that is planned.
var templatesGoal = []string{
	"2.16.840.1.113883.10.20.22.4.121", // Goal Observation
	"2.16.840.1.113883.10.20.22.4.44",  // Planned Observation
	"2.16.840.1.113883.10.20.1.25", "2.16.840.1.113883.3.88.11.83.22", "1.3.6.1.4.1.19376.1.5.3.1.1.20.3.1",
}

// isGoal recognises a goal by its mood: no other statement has it (CDA R2, x_ActMoodDocumentObservation).
func (r *reader) isGoal(n tree.Node) bool {
	return n.Attr("moodCode").Value() == "GOL" && n.Name() == "observation" && (r.hasAny(n, templatesGoal[:2]) || r.bare(n, nil))
}

// readGoalEntry reads an entry that holds a goal.
func (r *reader) readGoalEntry(entry tree.Node) []record.Ref {
	n := r.statement(entry)
	if !r.isGoal(n) || !r.plain(n, "GOL") {
		return nil
	}
	return []record.Ref{r.goal(n)}
}

// goal reads a Goal Observation (C-CDA R2.1 3.42).
func (r *reader) goal(n tree.Node) record.Ref {
	g := record.Goal{Entry: r.entry(kindGoal, n)}
	g.Assertion, g.Mode = record.Affirmed, record.ModeGoal
	r.take(n.Attr("moodCode"))
	g.Status = r.status(n)
	r.templates(n, templatesGoal...)
	r.shape(n, "OBS")
	g.Code = r.concept(n.Child("code"))
	g.Categories = r.categories(n)
	g.Priority = r.conceptPtr(n.Child("priorityCode"))
	g.Values = r.values(n)
	r.goalTime(&g, n.Child("effectiveTime"))
	g.Relations = r.sort(g.Relations, func(x *record.Relation) (string, int) {
		switch n := r.namedBy(x); {
		case x.Type == "refers-to" && r.isConcern(n):
			g.Addresses = append(g.Addresses, x.Target)
			return "addresses", len(g.Addresses) - 1
		case x.Type == "component" && r.isGoal(n):
			g.Milestones = append(g.Milestones, x.Target)
			return "milestones", len(g.Milestones) - 1
		case x.Type == "evaluates" && x.Inverted != nil && *x.Inverted && x.Sequence == "" && isReference(x):
			g.Outcomes = append(g.Outcomes, x.Target)
			return "outcomes", len(g.Outcomes) - 1
		}
		return "", 0
	})
	for rel, sub := range r.relations(n) {
		r.goalPart(&g, rel, sub)
	}
	r.rec.Goals = append(r.rec.Goals, g)
	return record.Ref{ID: g.ID, Kind: kindGoal}
}

// goalPart reads what hangs on a goal: concerns that it addresses, goals on the
// way to it, what it is measured by, what was found of it.
func (r *reader) goalPart(g *record.Goal, rel, sub tree.Node) {
	into := func(field string, list *[]record.Ref, typeCode string) {
		refs := r.nested(rel, sub)
		switch {
		case refs == nil:
		case r.sameAs(rel, typeCode):
			r.slot(rel, field, len(*list))
			*list = append(*list, refs...)
		default:
			r.slot(rel, "relations", len(g.Relations))
			for _, ref := range refs {
				g.Relations = append(g.Relations, r.relation(rel, ref))
			}
		}
	}
	switch typeCode := rel.Attr("typeCode").Value(); {
	case r.isGoal(sub) && typeCode == "COMP":
		if t, ok := r.goalTarget(rel, sub); ok {
			r.slot(rel, "targets", len(g.Targets))
			g.Targets = append(g.Targets, t)
			return
		}
		into("milestones", &g.Milestones, "COMP")
	case r.isConcern(sub) && typeCode == "REFR":
		into("addresses", &g.Addresses, "REFR")
	case typeCode == "GEVL" && isTrue(rel.Attr("inversionInd").Value()) && !rel.Child("sequenceNumber").OK() && !r.isEntryReference(sub):
		if refs := r.nested(rel, sub); refs != nil {
			r.relates(rel, true, "GEVL")
			r.slot(rel, "outcomes", len(g.Outcomes))
			g.Outcomes = append(g.Outcomes, refs...)
		}
	default:
		r.statedIn(rel, sub, &g.Relations)
	}
}

// goalTarget reads a goal within another that is a measure with the value wanted and
// by when, and no goal of its own: it has no id, and nothing else to say.
func (r *reader) goalTarget(rel, n tree.Node) (t record.GoalTarget, ok bool) {
	code := n.Child("code")
	if n.Attr("negationInd").OK() || n.Attr("nullFlavor").OK() {
		return t, false
	}
	for c := range n.Elements("") {
		switch c.Name() {
		case "code", "effectiveTime", "value":
			if c.NextNamed().OK() {
				return t, false
			}
		default:
			return t, false
		}
	}
	time := n.Child("effectiveTime")
	if !code.OK() || time.Child("low").OK() || time.Child("center").OK() || time.Child("high").OK() || time.Attr("nullFlavor").OK() ||
		time.Attr("value").OK() == time.Child("width").OK() && time.OK() || !r.sameAs(rel, "COMP") {
		return t, false
	}
	r.take(n.Attr("moodCode"))
	r.shape(n, "OBS")
	t.Measure = r.conceptPtr(code)
	if v := n.Child("value"); v.OK() {
		if x := r.value(v); !x.IsZero() {
			t.Value = &x
		}
	}
	if p := r.period(time); p.Width != nil {
		t.DueIn = p.Width
	} else if !p.At.IsZero() {
		t.Due = ptr(p.At)
	}
	return t, true
}

// isReference reports whether a relation is to something that it names by an identifier.
func isReference(x *record.Relation) bool {
	return x.Target.Identifier != nil && x.Target.ID == "" && x.Target.Kind == ""
}

// goalTime takes when work on a goal starts and when it should be met: low and
// high; a point in time is when it should be met (C-CDA 5.0, Goal Observation, effectiveTime).
func (r *reader) goalTime(g *record.Goal, n tree.Node) {
	p := r.period(n)
	switch {
	case !p.End.IsZero():
		g.Due = &record.Time{}
		*g.Due, p.End = p.End, *g.Due
	case !p.At.IsZero():
		g.Due = &record.Time{}
		*g.Due, p.At = p.At, *g.Due
	}
	g.Start = p
}

// statedIn reads a statement that hangs on another: an encounter that it was
// made in, or an entry of its own.
func (r *reader) statedIn(rel, sub tree.Node, into *[]record.Relation) {
	if sub.Name() == "encounter" && isMention(sub) {
		if ref := r.encounterRef(rel, sub); ref != nil {
			r.slot(rel, "relations", len(*into))
			*into = append(*into, r.relation(rel, *ref))
			return
		}
	}
	r.within(rel, sub, into)
}
