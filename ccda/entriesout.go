package ccda

import "github.com/portage-health/portage/record"

// statementAt writes the statement of an entry, with what hangs on it. It
// reports false where C-CDA has no statement for such an entry: then nothing was written.
func (w *writer) statementAt(at place) (ok bool) {
	in := func(list string, write func(int) bool) { w.At(list, at.i, func() { ok = write(at.i) }) }
	switch at.kind {
	case record.KindAllergy:
		in("allergies", w.allergyEntry)
	case record.KindProblem:
		in("problems", w.problemEntry)
	case record.KindMedication:
		in("medications", w.medicationEntry)
	case record.KindImmunization:
		in("immunizations", w.immunizationEntry)
	case record.KindProcedure:
		in("procedures", w.procedureEntry)
	case record.KindResult:
		in("results", w.resultEntry)
	case record.KindResultPanel:
		in("resultPanels", w.resultPanelEntry)
	case record.KindVital:
		in("vitals", w.vitalEntry)
	case record.KindVitalPanel:
		in("vitalPanels", w.vitalPanelEntry)
	case record.KindSocial:
		in("social", w.socialEntry)
	case record.KindAssessment:
		in("assessments", w.assessmentEntry)
	case record.KindAssessmentPanel:
		in("assessmentPanels", w.assessmentPanelEntry)
	case record.KindQuestionnaire:
		in("questionnaires", w.questionnaireEntry)
	case record.KindObservation:
		in("observations", w.observationEntry)
	case record.KindEncounter:
		in("encounters", w.encounterEntry)
	case record.KindGoal:
		in("goals", w.goalEntry)
	case record.KindHealthConcern:
		in("healthConcerns", w.healthConcernEntry)
	case record.KindCarePlan:
		in("carePlans", w.carePlanEntry)
	case record.KindCareTeam:
		in("careTeams", w.careTeamEntry)
	case record.KindDevice:
		in("devices", w.deviceEntry)
	case record.KindSupply:
		in("supplies", w.supplyEntry)
	case record.KindList:
		in("lists", w.listEntry)
	case record.KindSpecimen:
		in("specimens", w.specimenEntry)
	case record.KindNote:
		in("notes", w.noteEntry)
	case record.KindCoverage:
		in("coverages", w.coverageEntry)
	case record.KindFamilyMember:
		in("familyHistory", w.familyEntry)
	case record.KindDirective:
		in("directives", w.directiveEntry)
	case record.KindAppointment:
		in("appointments", w.appointmentEntry)
	case record.KindOrder:
		in("orders", w.orderEntry)
	case record.KindImagingStudy:
		in("imagingStudies", w.imagingEntry)
	}
	return ok
}

// entryAt gives the entry at a place; nil for kinds that are no statements of their own.
func (w *writer) entryAt(at place) *record.Entry {
	r := w.rec
	switch at.kind {
	case record.KindAllergy:
		return &r.Allergies[at.i].Entry
	case record.KindProblem:
		return &r.Problems[at.i].Entry
	case record.KindMedication:
		return &r.Medications[at.i].Entry
	case record.KindImmunization:
		return &r.Immunizations[at.i].Entry
	case record.KindProcedure:
		return &r.Procedures[at.i].Entry
	case record.KindResult:
		return &r.Results[at.i].Entry
	case record.KindResultPanel:
		return &r.ResultPanels[at.i].Entry
	case record.KindVital:
		return &r.Vitals[at.i].Entry
	case record.KindVitalPanel:
		return &r.VitalPanels[at.i].Entry
	case record.KindSocial:
		return &r.Social[at.i].Entry
	case record.KindAssessment:
		return &r.Assessments[at.i].Entry
	case record.KindAssessmentPanel:
		return &r.AssessmentPanels[at.i].Entry
	case record.KindQuestionnaire:
		return &r.Questionnaires[at.i].Entry
	case record.KindForm:
		return &r.Forms[at.i].Entry
	case record.KindObservation:
		return &r.Observations[at.i].Entry
	case record.KindEncounter:
		return &r.Encounters[at.i].Entry
	case record.KindGoal:
		return &r.Goals[at.i].Entry
	case record.KindHealthConcern:
		return &r.HealthConcerns[at.i].Entry
	case record.KindCarePlan:
		return &r.CarePlans[at.i].Entry
	case record.KindCareTeam:
		return &r.CareTeams[at.i].Entry
	case record.KindDevice:
		return &r.Devices[at.i].Entry
	case record.KindSupply:
		return &r.Supplies[at.i].Entry
	case record.KindList:
		return &r.Lists[at.i].Entry
	case record.KindSpecimen:
		return &r.Specimens[at.i].Entry
	case record.KindNote:
		return &r.Notes[at.i].Entry
	case record.KindCoverage:
		return &r.Coverages[at.i].Entry
	case record.KindFamilyMember:
		return &r.FamilyHistory[at.i].Entry
	case record.KindDirective:
		return &r.Directives[at.i].Entry
	case record.KindAppointment:
		return &r.Appointments[at.i].Entry
	case record.KindOrder:
		return &r.Orders[at.i].Entry
	case record.KindImagingStudy:
		return &r.ImagingStudies[at.i].Entry
	}
	return nil
}

// unlisted writes the entries that no section lists into the sections where
// C-CDA has them. What groups others comes before what it groups.
func (w *writer) unlisted() {
	w.unlistedBut(w.grouped)
	w.factsOfPatient()
	if len(w.grouped) > 0 {
		w.unlistedBut(nil) // a group that was not written, or a circle
	}
}

func (w *writer) unlistedBut(grouped map[string]bool) {
	each := func(kind string, n int, loinc func(i int) string) {
		for i := range n {
			at := place{kind, i}
			if e := w.entryAt(at); e == nil || w.wrote[e.ID] || w.listed[e.ID] || w.leftOut[e.ID] || grouped[e.ID] || kind == record.KindEncounter && w.headerOnly(i) {
				continue
			}
			if code := loinc(i); code != "" {
				w.entry(w.sectionFor(code), at)
			}
		}
	}
	always := func(loinc string) func(int) string { return func(int) string { return loinc } }
	r := w.rec
	each(record.KindEncounter, len(r.Encounters), w.encounterSection)
	each(record.KindAllergy, len(r.Allergies), always("48765-2"))
	each(record.KindHealthConcern, len(r.HealthConcerns), always("75310-3"))
	each(record.KindProblem, len(r.Problems), w.problemSection)
	each(record.KindMedication, len(r.Medications), w.medicationSection)
	each(record.KindImmunization, len(r.Immunizations), w.immunizationSection)
	each(record.KindList, len(r.Lists), always("46264-8"))
	each(record.KindSupply, len(r.Supplies), always("46264-8"))
	each(record.KindProcedure, len(r.Procedures), always("47519-4"))
	each(record.KindResultPanel, len(r.ResultPanels), always("30954-2"))
	each(record.KindResult, len(r.Results), w.resultSection)
	each(record.KindVitalPanel, len(r.VitalPanels), always("8716-3"))
	each(record.KindVital, len(r.Vitals), always("8716-3"))
	each(record.KindSocial, len(r.Social), always("29762-2"))
	each(record.KindAssessmentPanel, len(r.AssessmentPanels), w.assessmentPanelSection)
	each(record.KindAssessment, len(r.Assessments), w.assessmentSection)
	each(record.KindQuestionnaire, len(r.Questionnaires), always("47420-5"))
	each(record.KindFamilyMember, len(r.FamilyHistory), always("10157-6"))
	each(record.KindGoal, len(r.Goals), always("61146-7"))
	each(record.KindCarePlan, len(r.CarePlans), always("18776-5"))
	each(record.KindOrder, len(r.Orders), always("18776-5"))
	each(record.KindAppointment, len(r.Appointments), always("18776-5"))
	each(record.KindCareTeam, len(r.CareTeams), always("85847-2"))
	each(record.KindDevice, len(r.Devices), w.deviceSection)
	each(record.KindCoverage, len(r.Coverages), always("48768-6"))
	each(record.KindDirective, len(r.Directives), always("42348-3"))
	each(record.KindNote, len(r.Notes), w.noteSection)
	each(record.KindImagingStudy, len(r.ImagingStudies), always("121181"))
	each(record.KindObservation, len(r.Observations), w.observationSection)
	each(record.KindSpecimen, len(r.Specimens), always("47519-4"))
}

// unwritten names the entries that are nowhere in the document.
func (w *writer) unwritten() {
	r := w.rec
	dropEach(w, "allergies", r.Allergies, func(x *record.Allergy) string { return x.ID })
	dropEach(w, "problems", r.Problems, func(x *record.Problem) string { return x.ID })
	dropEach(w, "medications", r.Medications, func(x *record.Medication) string { return x.ID })
	dropEach(w, "immunizations", r.Immunizations, func(x *record.Immunization) string { return x.ID })
	dropEach(w, "procedures", r.Procedures, func(x *record.Procedure) string { return x.ID })
	dropEach(w, "results", r.Results, observationID)
	dropEach(w, "resultPanels", r.ResultPanels, panelID)
	dropEach(w, "vitals", r.Vitals, observationID)
	dropEach(w, "vitalPanels", r.VitalPanels, panelID)
	dropEach(w, "social", r.Social, observationID)
	dropEach(w, "assessments", r.Assessments, observationID)
	dropEach(w, "assessmentPanels", r.AssessmentPanels, panelID)
	dropEach(w, "questionnaires", r.Questionnaires, func(x *record.QuestionnaireResponse) string { return x.ID })
	dropEach(w, "forms", r.Forms, func(x *record.Form) string { return x.ID })
	dropEach(w, "observations", r.Observations, observationID)
	dropEach(w, "encounters", r.Encounters, func(x *record.Encounter) string { return x.ID })
	dropEach(w, "goals", r.Goals, func(x *record.Goal) string { return x.ID })
	dropEach(w, "healthConcerns", r.HealthConcerns, func(x *record.HealthConcern) string { return x.ID })
	dropEach(w, "carePlans", r.CarePlans, func(x *record.CarePlan) string { return x.ID })
	dropEach(w, "careTeams", r.CareTeams, func(x *record.CareTeam) string { return x.ID })
	dropEach(w, "supplies", r.Supplies, func(x *record.Supply) string { return x.ID })
	dropEach(w, "specimens", r.Specimens, func(x *record.Specimen) string { return x.ID })
	w.uncollected()
	dropEach(w, "notes", r.Notes, func(x *record.ClinicalNote) string { return x.ID })
	dropEach(w, "coverages", r.Coverages, func(x *record.Coverage) string { return x.ID })
	dropEach(w, "accounts", r.Accounts, func(x *record.Account) string { return x.ID })
	dropEach(w, "charges", r.Charges, func(x *record.Charge) string { return x.ID })
	dropEach(w, "claims", r.Claims, func(x *record.Claim) string { return x.ID })
	dropEach(w, "familyHistory", r.FamilyHistory, func(x *record.FamilyMember) string { return x.ID })
	dropEach(w, "directives", r.Directives, func(x *record.Directive) string { return x.ID })
	dropEach(w, "appointments", r.Appointments, func(x *record.Appointment) string { return x.ID })
	dropEach(w, "orders", r.Orders, func(x *record.Order) string { return x.ID })
	dropEach(w, "imagingStudies", r.ImagingStudies, func(x *record.ImagingStudy) string { return x.ID })
	dropEach(w, "adverseEvents", r.AdverseEvents, func(x *record.AdverseEvent) string { return x.ID })
	dropEach(w, "consents", r.Consents, func(x *record.Consent) string { return x.ID })
	dropEach(w, "lists", r.Lists, func(x *record.List) string { return x.ID })
	dropEach(w, "provenances", r.Provenances, func(x *record.Provenance) string { return x.ID })
	for i := 1; i < len(r.Documents); i++ {
		w.At("documents", i, func() { w.Drop("", &r.Documents[i], &lostHere) })
	}
	w.unmentioned()
}

func observationID(x *record.Observation) string { return x.ID }
func panelID(x *record.Panel) string             { return x.ID }

func dropEach[T any](w *writer, list string, s []T, id func(*T) string) {
	for i := range s {
		if k := id(&s[i]); !w.wrote[k] {
			why := &lostHere
			if w.leftOut[k] {
				why = &lostFilter
			}
			w.At(list, i, func() { w.Drop("", &s[i], why) })
		}
	}
}
