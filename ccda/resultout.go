package ccda

import "github.com/portage-health/portage/record"

var resultForm = form{templates: results.observations[:1], when: needTime, value: oneValue, result: true}

// resultEntry writes a Result Observation (C-CDA R2.1 3.93). One that no panel
// groups has a Result Organizer of its own in a conformant document.
func (w *writer) resultEntry(i int) bool {
	if w.unsayable(place{record.KindResult, i}) {
		return false
	}
	x := w.rec.Results[i]
	w.resultIn("result-alone", &x)
	return true
}

func (w *writer) resultIn(kind string, x *record.Observation) {
	if f := w.imagingForm(x); f != nil {
		w.observed(x, f)
		return
	}
	if !w.strict || !w.atEntry() {
		w.observed(x, &resultForm)
		return
	}
	claimed := w.canClaim(&resultForm, x)
	code := x.Code
	w.ownOrganizer(kind, x, &resultPanelForm, claimed, func() {
		w.quietly(func() {
			if code.IsZero() {
				w.leaf("code", "nullFlavor", "NI")
			}
			w.concept("code", "code", &code)
		})
	}, func() { w.observed(x, &resultForm) })
}

// resultPanelEntry writes a Result Organizer (C-CDA R2.1 3.94).
func (w *writer) resultPanelEntry(i int) bool {
	x := w.rec.ResultPanels[i]
	if w.unsayable(place{record.KindResultPanel, i}) {
		return false
	}
	claimed := !w.strict || isResultStatus(observationStatusCode(&x.Status)) && w.anyMember(&x, &resultForm)
	w.panelOut(&x, &resultPanelForm, claimed)
	return true
}

// anyMember reports whether one of the observations in a panel will be written within it as the form has it.
func (w *writer) anyMember(x *record.Panel, f *form) bool {
	for k := range x.Members {
		at, ok := w.place(&x.Members[k])
		if !ok || w.listed[x.Members[k].ID] || w.wrote[x.Members[k].ID] || w.unsayable(at) {
			continue
		}
		if list, _ := w.observationsOf(at.kind); list != nil && at.kind != record.KindObservation && w.canClaim(w.formOf(at.kind, &list[at.i]), &list[at.i]) &&
			w.formOf(at.kind, &list[at.i]).templates[len(w.formOf(at.kind, &list[at.i]).templates)-1] == f.templates[len(f.templates)-1] {
			return true
		}
	}
	return false
}

// formOf gives the form of an observation of a kind of entry.
func (w *writer) formOf(kind string, x *record.Observation) *form {
	switch kind {
	case record.KindResult:
		if f := w.imagingForm(x); f != nil {
			return f
		}
		return &resultForm
	case record.KindVital:
		return &vitalForm
	}
	return findingForm(kind, x)
}
