package ccda

import "github.com/portage-health/portage/record"

// outside leaves out the entries that ended before From or began after To. One
// whose time is not known stays, and so does one that merely touches the range at
// the precision that both have.
func (w *writer) outside() {
	from, to := w.x.From.Value, w.x.To.Value
	if from == "" && to == "" {
		return
	}
	for kind, e := range w.rec.Entries() {
		if at, ok := w.index[e.ID]; ok && at.kind == kind {
			if start, end := w.span(at); end != "" && from != "" && before(end, from) || start != "" && to != "" && before(to, start) {
				w.leftOut[e.ID] = true
			}
		}
	}
}

// before reports whether a time is surely before another: texts of one form order as their times do as far as both go.
// Times of day are compared where both have one and the same offset; else the day alone decides.
func before(a, b string) bool {
	n := min(len(a), len(b))
	if n > 10 && offset(a) != offset(b) {
		n = 10
	}
	if n > 19 {
		n = 19
	}
	return a[:n] < b[:n]
}

// offset gives the offset from UTC of a time; "" for none.
func offset(v string) string {
	for i := len(v) - 1; i > 10; i-- {
		switch v[i] {
		case 'Z', '+', '-':
			return v[i:]
		}
	}
	return ""
}

// span gives when an entry began and when it ended, as far as it says: "" where
// it does not. What happened at a point in time began and ended there; a problem or an
// allergy with one time began then, and has not ended for that.
func (w *writer) span(at place) (start, end string) {
	r := w.rec
	lasts := false
	var p *record.Period
	var t *record.Time
	switch at.kind {
	case record.KindAllergy:
		p, lasts = &r.Allergies[at.i].Onset, true
	case record.KindProblem:
		p, lasts = &r.Problems[at.i].Onset, true
	case record.KindMedication:
		p = &r.Medications[at.i].Taken
	case record.KindImmunization:
		p = &r.Immunizations[at.i].When
	case record.KindProcedure:
		p = &r.Procedures[at.i].When
	case record.KindResult:
		p = &r.Results[at.i].When
	case record.KindResultPanel:
		p = &r.ResultPanels[at.i].When
	case record.KindVital:
		p = &r.Vitals[at.i].When
	case record.KindVitalPanel:
		p = &r.VitalPanels[at.i].When
	case record.KindSocial:
		p, lasts = &r.Social[at.i].When, true
	case record.KindAssessment:
		p = &r.Assessments[at.i].When
	case record.KindAssessmentPanel:
		p = &r.AssessmentPanels[at.i].When
	case record.KindObservation:
		p = &r.Observations[at.i].When
	case record.KindQuestionnaire:
		t = r.Questionnaires[at.i].When
	case record.KindEncounter:
		p = &r.Encounters[at.i].When
	case record.KindGoal:
		p, lasts = &r.Goals[at.i].Start, true
	case record.KindHealthConcern:
		p, lasts = &r.HealthConcerns[at.i].When, true
	case record.KindCarePlan:
		p, lasts = &r.CarePlans[at.i].When, true
	case record.KindCareTeam:
		p, lasts = &r.CareTeams[at.i].When, true
	case record.KindDevice:
		p, lasts = &r.Devices[at.i].Used, true
	case record.KindSpecimen:
		p = &r.Specimens[at.i].Collected
	case record.KindNote:
		if p = &r.Notes[at.i].When; p.IsZero() {
			p, t = nil, r.Notes[at.i].Written
		}
	case record.KindCoverage:
		p, lasts = &r.Coverages[at.i].When, true
	case record.KindDirective:
		p, lasts = &r.Directives[at.i].When, true
	case record.KindAppointment:
		p = &r.Appointments[at.i].When
	case record.KindOrder:
		p = &r.Orders[at.i].When
	case record.KindImagingStudy:
		t = r.ImagingStudies[at.i].Started
	}
	switch {
	case t != nil:
		return t.Value, t.Value
	case p == nil:
		return "", ""
	case p.At.Value != "" && lasts:
		return p.At.Value, ""
	case p.At.Value != "":
		return p.At.Value, p.At.Value
	}
	return p.Start.Value, p.End.Value
}
