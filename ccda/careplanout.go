package ccda

import (
	"reflect"
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// snomedCarePlan is care plan (SNOMED CT, record artifact): the code of an act that is a plan as a whole.
const snomedCarePlan = "734163000"

// plansInPlace takes the plans that sections and the document itself are: what
// these say is not written twice.
func (w *writer) plansInPlace() {
	for i := range w.rec.CarePlans {
		p := &w.rec.CarePlans[i]
		if len(w.rec.Documents) > 0 && !w.listed[p.ID] && p.Assertion == record.Affirmed {
			w.planInPlace(i)
		}
		if w.wrote[p.ID] || w.leftOut[p.ID] {
			continue
		}
		w.point(p.Encounter)
		for _, list := range [...][]record.Ref{p.Addresses, p.Goals, p.CareTeams, p.Support} {
			for k := range list {
				w.point(&list[k])
			}
		}
		for k := range p.Activities {
			w.point(p.Activities[k].Ref)
		}
	}
}

func (w *writer) planInPlace(i int) {
	d, p := &w.rec.Documents[0], &w.rec.CarePlans[i]
	x := *p
	if p.Section == "" {
		if isPlanOf(p, d.Title, &d.Type) && (w.typ.typ == CarePlan && isCarePlanDocument(d) || w.claimsPlan(d)) {
			w.wrote[p.ID] = true
			w.At("carePlans", i, func() { w.planOfDocument(&x, d) })
		}
		return
	}
	s := sectionOf(d.Sections, p.Section)
	switch {
	case s == nil || !slices.ContainsFunc(s.Code.Codings, func(c record.Coding) bool { return c.Code == "18776-5" || c.Code == "51847-2" }):
	case !w.hasSection(w.out, s):
		w.leftOut[p.ID] = true
	case isPlanOf(p, s.Title, &s.Code):
		w.wrote[p.ID] = true
		w.At("carePlans", i, func() { w.planOfSection(&x, s) })
	}
}

// isPlanOf reports whether a plan says of itself what its place in the document does.
func isPlanOf(p *record.CarePlan, title string, code *record.Concept) bool {
	if code.IsZero() {
		return p.Title == title && len(p.Categories) == 0
	}
	return p.Title == title && len(p.Categories) == 1 && reflect.DeepEqual(&p.Categories[0], code)
}

func isCarePlanDocument(d *record.Document) bool { return d.Type.Has(record.SystemLOINC, "52521-2") }

// claimsPlan reports whether a document of another type claims to be a Care Plan, and goes on claiming it.
func (w *writer) claimsPlan(d *record.Document) bool {
	return slices.ContainsFunc(w.carried[d.ID], func(p piece) bool {
		return strings.HasPrefix(p.Data, "<templateId") && strings.Contains(p.Data, `"`+templateCarePlan+`"`)
	})
}

func sectionOf(list []record.Section, id string) *record.Section {
	for i := range list {
		if list[i].ID == id {
			return &list[i]
		}
		if s := sectionOf(list[i].Sections, id); s != nil {
			return s
		}
	}
	return nil
}

func (w *writer) hasSection(list []*sectionOut, s *record.Section) bool {
	return slices.ContainsFunc(list, func(o *sectionOut) bool { return o.src == s || w.hasSection(o.subs, s) })
}

// planOfSection names what a plan says beyond its section (see sectionPlan).
func (w *writer) planOfSection(x *record.CarePlan, s *record.Section) {
	x.Title, x.Categories = "", nil
	w.intended(x)
	var here record.CarePlan
	for i := range s.Entries {
		planned(&here, &s.Entries[i])
	}
	in := func(r *record.Ref) bool {
		return slices.ContainsFunc(s.Entries, func(e record.Ref) bool { return e.ID == r.ID })
	}
	w.settlePlan(x, &here, in)
	w.rest(x)
}

// planOfDocument names what a plan says beyond its document (see documentPlan).
func (w *writer) planOfDocument(x *record.CarePlan, d *record.Document) {
	x.Title, x.Categories = "", nil
	w.intended(x)
	if d.Encounter != nil {
		if reflect.DeepEqual(x.Encounter, d.Encounter) {
			x.Encounter = nil
		} else {
			w.Note(&inPlace, "encounter")
		}
	}
	for i := range d.Services {
		if d.Services[i].Class == "PCPR" {
			if reflect.DeepEqual(&d.Services[i].When, &x.When) {
				x.When = record.Period{}
			} else {
				w.Note(&inPlace, "when")
			}
			break
		}
	}
	var here record.CarePlan
	listedBy(&here, d, func(id string) bool {
		at, ok := w.index[id]
		return ok && at.kind == kindHealthConcern && w.rec.HealthConcerns[at.i].Assertion == record.Affirmed
	})
	in := func(r *record.Ref) bool { return w.listed[r.ID] }
	x.Addresses = w.placed("addresses", x.Addresses, here.Addresses, in)
	x.CareTeams = w.placed("careTeams", x.CareTeams, here.CareTeams, in)
	x.Support = w.placed("support", x.Support, here.Support, in)
	w.settlePlan(x, &here, in)
	w.rest(x)
}

// inPlace is for what the document or the section that is a plan says besides.
var inPlace = record.IssueAltered.Because("the document or section that is the plan says more of it than the plan does")

// intended takes the mode of a plan, which is what its place says.
func (w *writer) intended(x *record.CarePlan) {
	switch x.Mode {
	case record.ModeEvent:
		w.Note(&inPlace, "mode")
	case record.ModeIntent:
		x.Mode = record.ModeEvent
	}
}

// settlePlan takes the goals and activities that stand where the plan is; here are those that stand there.
func (w *writer) settlePlan(x, here *record.CarePlan, in func(*record.Ref) bool) {
	x.Goals = w.placed("goals", x.Goals, here.Goals, in)
	list := slices.Clone(x.Activities)
	known := make(map[string]bool, len(list))
	for i := range list {
		if a := &list[i]; a.Ref != nil {
			known[a.Ref.ID] = true
			if in(a.Ref) {
				ref := *a.Ref
				ref.ID, ref.Kind = "", ""
				a.Ref = &ref
			}
		}
	}
	x.Activities = list
	for i := range here.Activities {
		if !known[here.Activities[i].Ref.ID] {
			w.Note(&inPlace, "activities")
		}
	}
}

// placed takes the references to what stands where the plan is, and notes what
// stands there and the plan does not name.
func (w *writer) placed(leaf string, list, here []record.Ref, in func(*record.Ref) bool) []record.Ref {
	known := make(map[string]bool, len(list))
	left := slices.Clone(list)
	for i := range left {
		known[left[i].ID] = true
		if in(&left[i]) {
			left[i].ID, left[i].Kind = "", ""
		}
	}
	for i := range here {
		if !known[here[i].ID] {
			w.Note(&inPlace, leaf)
		}
	}
	return left
}

// carePlanEntry writes a plan that is neither a section nor the document: as a
// planned act whose code says that it is a plan, with what it wants done within it
// or named by it. C-CDA has no template for it.
func (w *writer) carePlanEntry(i int) bool {
	x := w.rec.CarePlans[i]
	if x.Assertion != record.Affirmed {
		return false
	}
	w.wrote[x.ID] = true
	w.tellCarePlan(&x)
	if x.Mode == record.ModeEvent {
		w.Note(&fixed, "mode")
	}
	mood := "INT" // what a plan is; rest names a mode that no plan has
	if m, ok := moods.From(x.Mode); ok && m != "EVN" && m != "GOL" {
		mood = moodCode(&x.Mode)
	}
	w.begin("act", "ACT", mood, &x.Entry)
	w.entryIDs(&x.Entry)
	w.planCode(&x)
	if x.Description != "" {
		l := record.NarrativeLink{}
		if x.Narrative != nil {
			l = *x.Narrative
		}
		w.DropString("narrative.text", l.Text, &lost)
		l.Text = take(&x.Description)
		x.Narrative = &l
	}
	w.linkOf(&x.Entry)
	w.status(&x.Status)
	w.period("effectiveTime", "when", &x.When)
	w.languageOf(&x.Entry)
	w.participants(&x.Participants)
	w.inEncounter("entryRelationship", &x.Encounter)
	w.refsOut("RSON", false, "addresses", &x.Addresses, false)
	w.refsOut("REFR", false, "goals", &x.Goals, false)
	w.refsOut("REFR", false, "careTeams", &x.CareTeams, false)
	w.refsOut("SPRT", false, "support", &x.Support, false)
	for k := range x.Activities {
		a := x.Activities[k]
		w.In("activities", k)
		w.activityOut(k, &a)
		w.rest(&a)
		w.Leave()
	}
	x.Activities = nil
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
	return true
}

// planCode writes the code of a plan: its title is the words, its categories are the translations.
func (w *writer) planCode(x *record.CarePlan) {
	c := record.Concept{Text: take(&x.Title), Codings: []record.Coding{{System: record.SystemSNOMED, Code: snomedCarePlan, Display: "Care plan"}}}
	for i := range x.Categories {
		g := &x.Categories[i]
		w.In("categories", i)
		w.DropString("text", g.Text, &lost)
		w.DropString("absent", string(g.Absent), &lost)
		w.Leave()
		c.Codings = append(c.Codings, g.Codings...)
	}
	x.Categories = nil
	w.concept("code", "categories", &c)
}

// activityOut writes something that a plan wants done: the entry that it names,
// or an act without an id, which says it within the plan.
func (w *writer) activityOut(i int, a *record.PlanActivity) {
	if a.Ref != nil {
		at, ok := w.place(a.Ref)
		ok = ok && w.entryAt(at) != nil && !w.unsayable(at)
		if ok || a.Ref.Identifier != nil {
			ref := *a.Ref
			w.relate("COMP", false, "activities", i)
			w.In("ref", -1)
			if ok {
				w.entryReference(at, &ref)
			} else {
				w.referenceTo(&ref)
				ref.Kind = ""
			}
			w.Leave()
			w.end()
			if a.Ref = nil; !ref.IsZero() {
				a.Ref = &ref
			}
		}
	}
	if a.Code == nil && a.Description == "" {
		return
	}
	w.relate("COMP", false, "activities", i)
	w.el("act")
	w.at("classCode", "ACT")
	w.at("moodCode", "INT")
	w.flag("negationInd", &a.DoNotPerform)
	if a.Code == nil {
		w.leaf("code", "nullFlavor", "NI")
	}
	w.conceptPtr("code", "code", &a.Code)
	w.words("text", take(&a.Description))
	w.status(&a.Status)
	w.periodPtr("effectiveTime", "when", &a.When)
	w.end()
	w.end()
}

// tellCarePlan tells of a plan in the narrative, with its own words.
func (w *writer) tellCarePlan(x *record.CarePlan) {
	if w.row == nil {
		return
	}
	title := x.Title
	if title == "" && len(x.Categories) > 0 {
		title = wordsOf(&x.Categories[0])
	}
	w.tell("Plan", title)
	w.tell("Description", x.Description)
	if l := x.Narrative; l != nil && l.Body != nil {
		w.tell("Description", l.Body.PlainText(0, len(l.Body.Nodes)))
	}
	for i := range x.Activities {
		a := &x.Activities[i]
		words := wordsOf(a.Code)
		if a.Description != "" {
			if words != "" {
				words += ": "
			}
			words += a.Description
		}
		if words != "" && a.DoNotPerform != nil && *a.DoNotPerform {
			words = "Not to be done: " + words
		}
		if c := a.Status.Code; words != "" && c != "" {
			words += " (" + string(c) + ")"
		}
		w.tell("Activity", words)
	}
	w.tell("Goal", w.wordsOfRefs(x.Goals))
	w.tellStatus(&x.Status)
	w.tell("When", wordsOfPeriod(&x.When))
}
