package fhir

import (
	"github.com/portage-health/portage/internal/room"
	"github.com/portage-health/portage/record"
)

// rooms are for what a record has very many of.
type rooms struct {
	texts   room.Texts
	ids     room.Of[string]
	origins room.Of[record.Origin]
	codings room.Of[record.Coding]
	coded   room.Of[record.Concept]
	refs    room.Of[record.Ref]
	times   room.Of[record.Time]
	periods room.Of[record.Period]

	participants room.Of[record.Participation]
	indications  room.Of[record.Indication]
	identifiers  room.Of[record.Identifier]
	visited      room.Of[record.EncounterLocation]
}

// The lists of a record that get their room at once, for what the plan has of their kinds.
const (
	roomAllergies = iota
	roomProblems
	roomMedications
	roomImmunizations
	roomProcedures
	roomEncounters
	roomResults
	roomVitals
	roomSocial
	roomAssessments
	roomObservations
	roomResultPanels
	roomOrders
	roomyLists
)

// roomyFields are their names in record.Record.
var roomyFields = [roomyLists]string{"Allergies", "Problems", "Medications", "Immunizations", "Procedures", "Encounters", "Results", "Vitals", "Social",
	"Assessments", "Observations", "ResultPanels", "Orders"}

// roomyList gives the list that entries of a kind stand in; -1 for none of these.
func roomyList(kind string) int {
	switch kind {
	case record.KindAllergy:
		return roomAllergies
	case record.KindProblem:
		return roomProblems
	case record.KindMedication:
		return roomMedications
	case record.KindImmunization:
		return roomImmunizations
	case record.KindProcedure:
		return roomProcedures
	case record.KindEncounter:
		return roomEncounters
	case record.KindResult:
		return roomResults
	case record.KindVital:
		return roomVitals
	case record.KindSocial:
		return roomSocial
	case record.KindAssessment:
		return roomAssessments
	case record.KindObservation:
		return roomObservations
	case record.KindResultPanel:
		return roomResultPanels
	case record.KindOrder:
		return roomOrders
	}
	return -1
}

// makeRoom gives the lists of the record room for what the plan has of their kinds.
func (r *reader) makeRoom() {
	var n [roomyLists]int
	of := r.plan.of[r.group]
	for _, i := range of {
		if list := roomyList(r.plan.all[i].entryKind()); list >= 0 {
			n[list]++
		}
	}
	all := len(of) + len(of)/4 // most are carried in one piece, some in two
	rec := r.rec
	rec.Allergies = make([]record.Allergy, 0, n[roomAllergies])
	rec.Problems = make([]record.Problem, 0, n[roomProblems])
	rec.Medications = make([]record.Medication, 0, n[roomMedications])
	rec.Immunizations = make([]record.Immunization, 0, n[roomImmunizations])
	rec.Procedures = make([]record.Procedure, 0, n[roomProcedures])
	rec.Encounters = make([]record.Encounter, 0, n[roomEncounters])
	rec.Results = make([]record.Observation, 0, n[roomResults])
	rec.Vitals = make([]record.Observation, 0, n[roomVitals])
	rec.Social = make([]record.Observation, 0, n[roomSocial])
	rec.Assessments = make([]record.Observation, 0, n[roomAssessments])
	rec.Observations = make([]record.Observation, 0, n[roomObservations])
	rec.ResultPanels = make([]record.Panel, 0, n[roomResultPanels])
	rec.Orders = make([]record.Order, 0, n[roomOrders])
	rec.Carried = make([]record.Carried, 0, all)
	r.rep.Issues = make([]record.Issue, 0, all)
}

// tidy leaves nothing behind of room that was not needed.
func (r *reader) tidy() {
	rec := r.rec
	tidy(&rec.Allergies)
	tidy(&rec.Problems)
	tidy(&rec.Medications)
	tidy(&rec.Immunizations)
	tidy(&rec.Procedures)
	tidy(&rec.Encounters)
	tidy(&rec.Results)
	tidy(&rec.Vitals)
	tidy(&rec.Social)
	tidy(&rec.Assessments)
	tidy(&rec.Observations)
	tidy(&rec.ResultPanels)
	tidy(&rec.Orders)
	tidy(&rec.Carried)
	tidy(&r.rep.Issues)
}

// tidy makes an empty list no list.
func tidy[T any](list *[]T) {
	if len(*list) == 0 {
		*list = nil
	}
}
