package ccda

import (
	"slices"

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
	g.Relations = slices.DeleteFunc(g.Relations, func(x record.Relation) bool {
		switch n := r.namedBy(&x); {
		case x.Type == "refers-to" && r.isConcern(n):
			g.Addresses = append(g.Addresses, x.Target)
		case x.Type == "component" && r.isGoal(n):
			g.Milestones = append(g.Milestones, x.Target)
		default:
			return false
		}
		return true
	})
	for rel, sub := range r.relations(n) {
		if r.isGoal(sub) && rel.Attr("typeCode").Value() == "COMP" {
			if refs := r.nested(rel, sub); refs != nil && r.sameAs(rel, "COMP") {
				g.Milestones = append(g.Milestones, refs...)
			} else if refs != nil {
				g.Relations = append(g.Relations, r.relation(rel, refs[0]))
			}
			continue
		}
		r.statedIn(rel, sub, &g.Relations)
	}
	r.rec.Goals = append(r.rec.Goals, g)
	return record.Ref{ID: g.ID, Kind: kindGoal}
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
			*into = append(*into, r.relation(rel, *ref))
			return
		}
	}
	r.within(rel, sub, into)
}
