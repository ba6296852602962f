package ccda

import "github.com/portage-health/portage/record"

var (
	healthConcernCode = question{templates: []string{templateHealthConcern}, system: oidLOINC, codes: []string{loincHealthConcern}, displays: []string{"Health Concern"}}
	riskConcernCode   = question{templates: []string{templateRiskConcern}, system: oidSNOMED, codes: []string{snomedAtRisk}, displays: []string{"At risk"}}
)

// concernSense reports whether a concern can be written so that it is read again as
// the record says it (see healthConcernAssertion).
func concernSense(x *record.HealthConcern) bool {
	related := len(x.About)+len(x.Goals)+len(x.RiskOf)+len(x.Relations)+len(x.Preferences) > 0
	switch x.Assertion {
	case record.Affirmed:
		return true
	case record.NoneKnown:
		return !related && !isRisk(x) && (x.Code.IsZero() || x.Code.Has(record.SystemLOINC, loincHealthConcern))
	case record.NotKnown:
		return !related
	}
	return false
}

func isRisk(x *record.HealthConcern) bool { return x.Risk != nil && *x.Risk }

// healthConcernEntry writes a Health Concern Act or a Risk Concern Act (C-CDA R2.1 3.44, 3.94).
func (w *writer) healthConcernEntry(i int) bool {
	if w.unsayable(place{record.KindHealthConcern, i}) {
		return false
	}
	x := w.rec.HealthConcerns[i]
	w.wrote[x.ID] = true
	w.tellHealthConcern(&x)
	risk := isRisk(&x)
	if risk {
		x.Risk = nil
	}
	q := &healthConcernCode
	if risk {
		q = &riskConcernCode
	}
	w.notKnown(&x.Entry)
	none := x.Assertion == record.NoneKnown
	w.begin("act", "ACT", "EVN", &x.Entry)
	x.Assertion = record.Affirmed
	if none {
		w.at("negationInd", "true")
	}
	w.template(q.templates[0])
	w.entryIDs(&x.Entry)
	if none && x.Code.IsZero() {
		w.fixedCode(q.system, q.codes[0], q.displays[0]) // without it the denial would not be read
	} else {
		w.headCode(&form{head: q}, &x.Code)
	}
	w.linkOf(&x.Entry)
	w.statusRequired(&x.Status)
	w.period("effectiveTime", "when", &x.When)
	w.conceptPtr("priorityCode", "priority", &x.Priority)
	w.languageOf(&x.Entry)
	w.participants(&x.Participants)
	w.aboutOut(&x, risk)
	w.refsOut("REFR", false, "goals", &x.Goals, true)
	if risk {
		w.riskOfOut(&x.RiskOf)
	}
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
	return true
}

// aboutOut writes what a concern is about. A problem that stood whole in a risk
// concern would be read as one that the patient may get: it is named.
func (w *writer) aboutOut(x *record.HealthConcern, risk bool) {
	w.refsOut("REFR", false, "about", &x.About, !risk)
}

// riskOfOut writes the conditions that a risk concern is a risk of (see riskOf).
func (w *writer) riskOfOut(list *[]record.Indication) {
	for i := range *list {
		x := (*list)[i]
		w.In("riskOf", i)
		if x.Assertion != record.Negated && (x.Ref == nil || x.Code != nil) {
			w.relate("REFR", false, "riskOf", i)
			w.el("observation")
			w.at("classCode", "OBS")
			w.at("moodCode", "EVN")
			w.template(templatesProblem[0])
			if len(x.Identifiers) == 0 && w.strict {
				w.leaf("id", "root", w.derive("risk", w.Path("")))
			}
			w.identifiers("id", "identifiers", &x.Identifiers)
			var kind record.Concept
			if x.Kind != nil {
				kind, x.Kind = *x.Kind, nil
			}
			w.problemKind("kind", &kind, false)
			w.wordsBesidePtr("code", &x.Code)
			w.statusAs(&x.Status, "completed")
			var when record.Period
			if x.When != nil {
				when, x.When = *x.When, nil
			}
			w.bounds("effectiveTime", "when", &when, needLow)
			if x.Code != nil {
				c := *x.Code
				x.Code = nil
				w.codedValue("value", "code", &c)
			} else if w.strict {
				w.Note(&issueRequired, "code")
				w.nullValue("CD")
			}
			w.end()
			w.end()
		}
		w.rest(&x)
		w.Leave()
	}
	*list = nil
}

// tellHealthConcern tells of a concern in the narrative. That there is none must
// read so, first of all: the narrative is what the denial is understood by.
func (w *writer) tellHealthConcern(x *record.HealthConcern) {
	if w.row == nil {
		return
	}
	var told string
	switch {
	case x.Assertion == record.NoneKnown:
		told = "No known health concerns"
	case x.Assertion == record.NotKnown:
		told = "Health concerns: not known"
	default:
		if told = w.wordsOfRefs(x.About); told == "" && !x.Code.Has(record.SystemLOINC, loincHealthConcern) {
			told = wordsOf(&x.Code)
		}
		if x.Narrative != nil && x.Narrative.Text != "" {
			told = x.Narrative.Text
		}
		if told == "" {
			told = wordsOf(&x.Code)
		}
	}
	w.tell("Concern", told)
	for i := range x.RiskOf {
		w.tell("Risk of", wordsOf(x.RiskOf[i].Code))
	}
	w.tell("Goal", w.wordsOfRefs(x.Goals))
	w.tell("Priority", wordsOf(x.Priority))
	w.tellStatus(&x.Status)
	w.tell("When", wordsOfPeriod(&x.When))
}

// wordsOfRefs gives what the entries are that a list names, as far as it says so in words.
func (w *writer) wordsOfRefs(list []record.Ref) string {
	words := ""
	for i := range list {
		at, ok := w.place(&list[i])
		if !ok {
			continue
		}
		var s string
		switch at.kind {
		case record.KindProblem:
			if p := &w.rec.Problems[at.i]; p.Assertion == record.Affirmed && p.Verification != record.Refuted {
				s = wordsOf(&p.Code)
			}
		case record.KindAllergy:
			if a := &w.rec.Allergies[at.i]; a.Assertion == record.Affirmed && a.Verification != record.Refuted {
				s = wordsOf(&a.Substance)
			}
		case record.KindGoal:
			s = wordsOf(&w.rec.Goals[at.i].Code)
		}
		if s != "" && words != "" {
			words += "; "
		}
		words += s
	}
	return words
}
