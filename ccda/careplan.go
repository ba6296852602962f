package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const kindCarePlan = "care-plan"

// sectionPlan makes the plan that a Plan of Treatment or an Assessment and Plan
// Section is: its words are the section's, its activities and goals the entries of the section
// (US Core, Assessment and Plan of Treatment). A section without words and entries is none.
func (r *reader) sectionPlan(n tree.Node, s *record.Section) {
	if s.Absent != "" || len(s.Entries) == 0 && strings.TrimSpace(n.Child("text").DeepText()) == "" {
		return
	}
	p := record.CarePlan{Entry: r.newEntry(r.placeID(kindCarePlan, n), nil, n), Title: s.Title}
	p.Mode, p.Section = record.ModeIntent, s.ID
	if !s.Code.IsZero() {
		p.Categories = []record.Concept{ownConcept(s.Code)}
	}
	for i := range s.Entries {
		planned(&p, &s.Entries[i])
	}
	r.rec.CarePlans = append(r.rec.CarePlans, p)
}

// documentPlan makes the plan that a Care Plan document is (C-CDA R2.1 1.1.4 Care Plan):
// the concerns of the document are what it addresses, with its goals, its
// care teams and what it plans; what was found of the outcome supports it.
func (r *reader) documentPlan(n tree.Node, d *record.Document) {
	if !r.has(n, templateCarePlan) && !d.Type.Has(record.SystemLOINC, "52521-2") {
		return
	}
	p := record.CarePlan{Entry: r.newEntry(r.placeID(kindCarePlan, n), nil, n), Title: d.Title}
	p.Mode = record.ModeIntent
	if !d.Type.IsZero() {
		p.Categories = []record.Concept{ownConcept(d.Type)}
	}
	if d.Encounter != nil {
		own := *d.Encounter
		p.Encounter = &own
	}
	for i := range d.Services {
		if d.Services[i].Class == "PCPR" {
			p.When = d.Services[i].When
			break
		}
	}
	listedBy(&p, d, r.affirmedConcern)
	r.rec.CarePlans = append(r.rec.CarePlans, p)
}

// listedBy gives a plan what the sections of its document list.
func listedBy(p *record.CarePlan, d *record.Document, affirmed func(id string) bool) {
	for i := range d.Sections {
		s := &d.Sections[i]
		for k := range s.Entries {
			ref := &s.Entries[k]
			switch ref.Kind {
			case kindHealthConcern:
				if affirmed(ref.ID) {
					p.Addresses = append(p.Addresses, *ref)
				}
			case kindCareTeam:
				p.CareTeams = append(p.CareTeams, *ref)
			case kindAssessment:
				if s.Code.Has(record.SystemLOINC, "11383-7") {
					p.Support = append(p.Support, *ref)
				}
			case kindGoal:
				planned(p, ref)
			default:
				if slices.ContainsFunc(planSections, func(code string) bool { return s.Code.Has(record.SystemLOINC, code) }) {
					planned(p, ref)
				}
			}
		}
	}
}

// ownConcept gives a concept whose codings are its own: what changes one of two entries changes no other.
func ownConcept(c record.Concept) record.Concept {
	c.Codings = slices.Clone(c.Codings)
	return c
}

const templateCarePlan = "2.16.840.1.113883.10.20.22.1.15"

// affirmedConcern reports whether there is such a concern: that none is known is none that a plan could address.
func (r *reader) affirmedConcern(id string) bool {
	return slices.ContainsFunc(r.rec.HealthConcerns, func(c record.HealthConcern) bool { return c.ID == id && c.Assertion == record.Affirmed })
}

// planSections are the sections of a Care Plan that hold what is done and to be done.
var planSections = []string{"62387-6", "18776-5", "51847-2", "69730-0"}

// planned adds an entry to a plan where that is one to reach or to do.
func planned(p *record.CarePlan, ref *record.Ref) {
	switch ref.Kind {
	case kindGoal:
		p.Goals = append(p.Goals, *ref)
	case kindOrder, kindMedication, kindImmunization, kindProcedure, record.KindAppointment:
		own := *ref
		p.Activities = append(p.Activities, record.PlanActivity{Ref: &own})
	}
}

// isPlanAct recognises the act that is a plan as a whole: by its code, for C-CDA has no template for it.
func (r *reader) isPlanAct(n tree.Node) bool {
	code := n.Child("code")
	return n.Name() == "act" && isPlanned(n) && code.Attr("code").Value() == snomedCarePlan && code.Attr("codeSystem").Value() == oidSNOMED && r.bare(n, nil) &&
		!code.Attr("nullFlavor").OK() && !code.Child("qualifier").OK()
}

// plan reads an act that is a plan (see carePlanEntry): the words of its code are
// its title, the translations its categories.
func (r *reader) plan(n tree.Node) record.Ref {
	p := record.CarePlan{Entry: r.entry(kindCarePlan, n)}
	p.Assertion = record.Affirmed
	p.Status, p.Mode = r.status(n), r.mode(n)
	r.shape(n, "ACT")
	code := n.Child("code")
	c := r.concept(code)
	for a := range code.Attrs() {
		r.led.Release(a.Index()) // the code says only that it is a plan
	}
	r.fixes(code, oidSNOMED, snomedCarePlan, "Care plan", "Care plan (record artifact)")
	if p.Title = c.Text; c.TextRef != "" {
		p.Title = ""
		r.release(code.Child("originalText"))
	}
	for i := 1; i < len(c.Codings); i++ {
		p.Categories = append(p.Categories, record.Concept{Codings: c.Codings[i : i+1 : i+1]})
	}
	p.When = r.period(n.Child("effectiveTime"))
	p.Relations = r.sort(p.Relations, func(x *record.Relation) (string, int) {
		if !isReference(x) || x.Inverted != nil || x.Sequence != "" {
			return "", 0
		}
		into := func(field string, list *[]record.Ref) (string, int) {
			*list = append(*list, x.Target)
			return field, len(*list) - 1
		}
		switch to := r.namedBy(x); x.Type {
		case "reason":
			return into("addresses", &p.Addresses)
		case "support":
			return into("support", &p.Support)
		case "component":
			ref := x.Target
			p.Activities = append(p.Activities, record.PlanActivity{Ref: &ref})
			return "activities", len(p.Activities) - 1
		case "refers-to":
			if r.isGoal(to) {
				return into("goals", &p.Goals)
			}
			if to.Name() == "organizer" && r.has(to, templateCareTeam) {
				return into("careTeams", &p.CareTeams)
			}
		}
		return "", 0
	})
	for rel, sub := range r.relations(n) {
		if sub.Name() == "encounter" && isMention(sub) && p.Encounter == nil {
			if p.Encounter = r.encounterRef(rel, sub); p.Encounter != nil {
				r.slot(rel, "encounter", -1)
			}
		} else if a, ok := r.planActivity(rel, sub); ok {
			r.slot(rel, "activities", len(p.Activities))
			p.Activities = append(p.Activities, a)
		} else {
			r.within(rel, sub, &p.Relations)
		}
	}
	if l := p.Narrative; l != nil && l.Text != "" {
		p.Description = l.Text
		if p.Narrative = nil; l.Anchor != "" {
			p.Narrative = &record.NarrativeLink{Anchor: l.Anchor}
		}
	}
	r.rec.CarePlans = append(r.rec.CarePlans, p)
	return record.Ref{ID: p.ID, Kind: kindCarePlan}
}

// planActivity reads an act within a plan that has no id of its own, and says no more than what is to be done.
func (r *reader) planActivity(rel, n tree.Node) (a record.PlanActivity, ok bool) {
	if n.Name() != "act" || n.Attr("moodCode").Value() != "INT" || n.Attr("nullFlavor").OK() {
		return a, false
	}
	for c := range n.Elements("") {
		switch c.Name() {
		case "code", "text", "statusCode", "effectiveTime":
		default:
			return a, false
		}
	}
	if !r.legible(n, "INT") || !r.sameAs(rel, "COMP") {
		return a, false
	}
	r.fixed(n, "moodCode", "INT")
	r.shape(n, "ACT")
	a.DoNotPerform = r.boolean(n, "negationInd")
	if code := n.Child("code"); code.Attr("nullFlavor").Value() != "NI" {
		a.Code = r.conceptPtr(code)
	} else {
		r.fixed(code, "nullFlavor", "NI")
	}
	a.Description = r.text(n.Child("text"))
	a.Status, a.When = r.status(n), r.periodPtr(n.Child("effectiveTime"))
	return a, true
}
