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

// makeRoom gives the lists of the record room for what the plan has of their kinds.
func (r *reader) makeRoom() {
	n := map[string]int{}
	all := 0
	for _, i := range r.plan.of[r.group] {
		n[r.plan.all[i].entryKind()]++
		all++
	}
	all += all / 4 // most are carried in one piece, some in two
	rec := r.rec
	rec.Allergies = make([]record.Allergy, 0, n[record.KindAllergy])
	rec.Problems = make([]record.Problem, 0, n[record.KindProblem])
	rec.Medications = make([]record.Medication, 0, n[record.KindMedication])
	rec.Immunizations = make([]record.Immunization, 0, n[record.KindImmunization])
	rec.Procedures = make([]record.Procedure, 0, n[record.KindProcedure])
	rec.Encounters = make([]record.Encounter, 0, n[record.KindEncounter])
	rec.Results = make([]record.Observation, 0, n[record.KindResult])
	rec.Vitals = make([]record.Observation, 0, n[record.KindVital])
	rec.Social = make([]record.Observation, 0, n[record.KindSocial])
	rec.Assessments = make([]record.Observation, 0, n[record.KindAssessment])
	rec.Observations = make([]record.Observation, 0, n[record.KindObservation])
	rec.ResultPanels = make([]record.Panel, 0, n[record.KindResultPanel])
	rec.Orders = make([]record.Order, 0, n[record.KindOrder])
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
