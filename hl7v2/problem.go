package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// diagnosis reads DG1 (DG1[Condition]): a diagnosis of the visit.
func (r *reader) diagnosis(s Segment) {
	var ids []record.Identifier
	ids = add(ids, one(s, 20, r.entity))
	v := record.Problem{Entry: r.entry(record.KindProblem, s, ids...), Use: "encounter-diagnosis", Encounter: r.encounter}
	v.Code = r.conceptAt(s, 3)
	if d := first(s, 4); v.Code.Text == "" {
		v.Code.Text = r.words(d)
	}
	v.Onset.Start = r.timeOf(s, 5)
	v.DiagnosisType = r.codedAt(s, 6, "52")
	v.Rank = r.textAt(s, 15)
	r.participants(&v.Participants, s, 16, "verifier", nil)
	v.Recorded = r.timePtr(s, 19)
	if action := first(s, 21); action.peek() == "D" {
		r.text(action)
		v.Verification = record.EnteredInError
	}
	if c := r.codedAt(s, 17, "228"); c != nil {
		v.Categories = append(v.Categories, *c)
	}
	if p := one(s, 22, r.entity); p != nil {
		v.Relations = append(v.Relations, record.Relation{Type: "cause", TypeAsSent: "DG1-22", Target: record.Ref{Identifier: p}})
	}
	v.PresentOnAdmission = r.codedAt(s, 26, "895")
	if r.encounter != nil && v.Verification != record.EnteredInError {
		e := &r.rec.Encounters[r.visitAt]
		e.Diagnoses = append(e.Diagnoses, record.EncounterDiagnosis{Problem: record.Ref{ID: v.ID, Kind: record.KindProblem}})
	}
	r.rec.Problems = append(r.rec.Problems, v)
}

// problem reads PRB (chapter 12): a problem of the list.
func (r *reader) problem(b *block) {
	s := b.head()
	var ids []record.Identifier
	ids = add(ids, one(s, 4, r.entity))
	v := record.Problem{Entry: r.entry(record.KindProblem, s, ids...), Use: "problem-list", Encounter: r.encounter}
	v.Code = r.conceptAt(s, 3)
	switch action := first(s, 1); action.peek() {
	case "DE":
		r.text(action)
		v.Verification = record.EnteredInError
	default:
		r.fixed(action, actions...)
	}
	v.Updated = r.timePtr(s, 2)
	v.DiagnosisDate = r.point(s, 7)
	v.Onset.Start = r.timeOf(s, 16)
	if v.Onset.Start.IsZero() {
		v.Onset.Text = r.words(first(s, 17))
	}
	v.Onset.End = r.timeOf(s, 9)
	if ranking := r.codedAt(s, 18, ""); ranking != nil {
		v.Priority = ranking
	}
	r.verification(first(s, 13), &v)
	if c := r.codedAt(s, 14, ""); c != nil {
		v.Clinical.AsSent = c
		if len(c.Codings) > 0 {
			switch code := strings.ToLower(c.Codings[0].Code); code {
			case "active", "recurrence", "relapse", "inactive", "remission", "resolved":
				v.Clinical.Code = code
			}
		}
	}
	if c := r.codedAt(s, 12, ""); c != nil {
		v.Categories = append(v.Categories, *c)
	}
	if c := r.codedAt(s, 23, ""); c != nil {
		v.Prognoses = append(v.Prognoses, *c)
	}
	v.Severity = r.codedAt(s, 26, "")
	v.Notes = r.comments(b)
	r.rec.Problems = append(r.rec.Problems, v)
	r.rest(b)
}

// verification reads how sure a problem is.
func (r *reader) verification(d datum, v *record.Problem) {
	if !d.says() {
		return
	}
	c, ok := r.concept(d)
	if !ok {
		return
	}
	v.VerificationAsSent = &c
	if len(c.Codings) == 0 || v.Verification != "" {
		return
	}
	switch code := strings.ToLower(c.Codings[0].Code); code {
	case "confirmed", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error":
		v.Verification = record.Verification(code)
	}
}

// point reads one time as when something was.
func (r *reader) point(s Segment, field int) *record.Period {
	if t := r.timePtr(s, field); t != nil {
		return &record.Period{At: *t}
	}
	return nil
}

// comments reads all NTEs of a block whose head they comment: those before anything else does.
func (r *reader) comments(b *block) []record.Note { return r.notes(b.notesAfter(0)) }

// goal reads GOL (chapter 12).
func (r *reader) goal(b *block) {
	s := b.head()
	var ids []record.Identifier
	ids = add(ids, one(s, 4, r.entity))
	v := record.Goal{Entry: r.entry(record.KindGoal, s, ids...)}
	switch action := first(s, 1); action.peek() {
	case "DE": // table 0287
		r.text(action)
		v.Status.Code = record.StatusEnteredInError
	default:
		r.fixed(action, actions...)
	}
	v.Code = r.conceptAt(s, 3)
	v.Updated = r.timePtr(s, 2)
	v.Start.Start = r.timeOf(s, 7)
	v.Due = r.timePtr(s, 8)
	v.Categories = add(v.Categories, r.codedAt(s, 11, ""))
	v.Achievement = r.codedAt(s, 18, "")
	v.StatusDate = r.timePtr(s, 19)
	v.Notes = r.comments(b)
	r.rec.Goals = append(r.rec.Goals, v)
	r.rest(b)
}

// rest reads the observations of a block whose head is no order.
func (r *reader) rest(b *block) {
	obx, notes := b.commented("OBX")
	for i, s := range obx {
		v := r.observation(s, notes[i], record.KindObservation)
		v.Encounter = r.encounter
		r.rec.Observations = append(r.rec.Observations, v)
	}
}
