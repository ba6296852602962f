package fhir

import "github.com/portage-health/portage/record"

// A profile of US Core 6.1.0 may ask that what a resource refers to meets a
// profile too. Of people and places that is known beforehand (indexMisfits); of
// the others when all is written.

// askedOf are the kinds of which a profile may ask that.
var askedOf = only(kindObservation, kindServiceRequest, kindCarePlan, kindMedicationRequest, kindCondition, kindProcedure, kindSpecimen, kindQuestionnaireResponse, kindDocumentReference)

// askedTarget is a reference from a resource that claims a profile to one that has to claim its own.
type askedTarget struct {
	from, to string
	lab      bool // that of laboratory results
}

const profileLab = profileBase + "observation-lab"

// asks remembers that the profile of the resource being written asks that what
// rs point to meets its own, where it is of one of those kinds.
func (w *writer) asks(of kindSet, rs ...record.Ref) {
	if w.claim.to == 0 || w.uscore != USCore610 {
		return
	}
	for i := range rs {
		if t, ok := w.resolve(&rs[i]); ok && of.has(t.typ) {
			w.asked = append(w.asked, askedTarget{w.id, t.id, w.typ == kindDiagnosticReport})
		}
	}
}

// answered remembers what the resource that was written claims, as far as it is less than somebody may ask.
func (w *writer) answered() {
	switch {
	case !askedOf.has(w.typ):
	case w.claim.to == 0:
		w.claimNone = append(w.claimNone, w.id)
	case w.typ == kindObservation && w.profile != profileLab:
		w.claimOther = append(w.claimOther, w.id)
	}
}

// unanswered gives the resources that claim a profile which what they refer to does not allow; nil where there are none.
func (w *writer) unanswered() map[string]bool {
	if len(w.asked) == 0 || len(w.claimNone) == 0 && len(w.claimOther) == 0 {
		return nil
	}
	none, other := make(map[string]bool, len(w.claimNone)), make(map[string]bool, len(w.claimOther))
	for _, id := range w.claimNone {
		none[id] = true
	}
	for _, id := range w.claimOther {
		other[id] = true
	}
	var found map[string]bool
	for again := true; again; {
		again = false
		for _, a := range w.asked {
			if found[a.from] || !none[a.to] && !found[a.to] && !(a.lab && other[a.to]) {
				continue
			}
			if found == nil {
				found = map[string]bool{}
			}
			found[a.from], again = true, true
		}
	}
	return found
}
