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
		p.Categories = []record.Concept{s.Code}
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
	if !r.has(n, "2.16.840.1.113883.10.20.22.1.15") && !d.Type.Has(record.SystemLOINC, "52521-2") {
		return
	}
	p := record.CarePlan{Entry: r.newEntry(r.placeID(kindCarePlan, n), nil, n), Title: d.Title}
	p.Mode = record.ModeIntent
	if !d.Type.IsZero() {
		p.Categories = []record.Concept{d.Type}
	}
	p.Encounter = d.Encounter
	for i := range d.Services {
		if d.Services[i].Class == "PCPR" {
			p.When = d.Services[i].When
			break
		}
	}
	for i := range d.Sections {
		s := &d.Sections[i]
		for k := range s.Entries {
			ref := &s.Entries[k]
			switch ref.Kind {
			case kindHealthConcern:
				if r.affirmedConcern(ref.ID) {
					p.Addresses = append(p.Addresses, *ref)
				}
			case kindCareTeam:
				p.CareTeams = append(p.CareTeams, *ref)
			case kindAssessment:
				if s.Code.Has(record.SystemLOINC, "11383-7") {
					p.Support = append(p.Support, *ref)
				}
			case kindGoal:
				planned(&p, ref)
			default:
				if slices.ContainsFunc(planSections, func(code string) bool { return s.Code.Has(record.SystemLOINC, code) }) {
					planned(&p, ref)
				}
			}
		}
	}
	r.rec.CarePlans = append(r.rec.CarePlans, p)
}

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
	case kindOrder, kindMedication, kindImmunization, kindProcedure:
		own := *ref
		p.Activities = append(p.Activities, record.PlanActivity{Ref: &own})
	}
}
