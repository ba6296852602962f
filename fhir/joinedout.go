package fhir

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// A document is what its Composition leads to (R4, documents: what a document Bundle holds is linked from it). An entry of another
// document of a merged record, or one that the host added and no section lists, would be in the Bundle, and no reader of the document
// would see it: beside "no known allergies", say. It is listed in a section of its kind, behind those of the document.

// joinedSection is a section that lists what joined a document.
type joinedSection struct {
	kinds       []string
	code, title string // code of LOINC; "" where there is none for what it lists
}

var joinedSections = []joinedSection{
	{[]string{record.KindAllergy}, "48765-2", "Allergies"},
	{[]string{record.KindProblem}, "11450-4", "Problems"},
	{[]string{record.KindMedication}, "10160-0", "Medications"},
	{[]string{record.KindImmunization}, "11369-6", "Immunizations"},
	{[]string{record.KindProcedure}, "47519-4", "Procedures"},
	{[]string{record.KindResult, record.KindResultPanel, record.KindImagingStudy}, "30954-2", "Results"},
	{[]string{record.KindVital, record.KindVitalPanel}, "8716-3", "Vital Signs"},
	{[]string{record.KindSocial}, "29762-2", "Social History"},
	{[]string{record.KindAssessment, record.KindAssessmentPanel, record.KindObservation, record.KindQuestionnaire, record.KindForm}, "", "Observations and Assessments"},
	{[]string{record.KindFamilyMember}, "10157-6", "Family History"},
	{[]string{record.KindEncounter}, "46240-8", "Encounters"},
	{[]string{record.KindHealthConcern}, "75310-3", "Health Concerns"},
	{[]string{record.KindGoal}, "61146-7", "Goals"},
	{[]string{record.KindCarePlan, record.KindOrder, record.KindAppointment}, "18776-5", "Plan"},
	{[]string{record.KindCareTeam}, "85847-2", "Care Teams"},
	{[]string{record.KindDevice, record.KindSupply}, "46264-8", "Devices and Supplies"},
	{[]string{record.KindAdverseEvent}, "", "Adverse Events"},
	{[]string{record.KindCoverage}, "48768-6", "Coverage"},
	{[]string{record.KindAccount, record.KindCharge, record.KindClaim}, "", "Accounts and Claims"},
	{[]string{record.KindDirective}, "42348-3", "Advance Directives"},
	{[]string{record.KindConsent}, "", "Consents"},
	{[]string{record.KindNote, record.KindDocument}, "", "Notes and Documents"},
	{[]string{record.KindList}, "", "Lists"},
}

// joined are the entries of one such section.
type joined struct {
	*joinedSection
	ids []string // of entries
}

var listedInOwn = record.IssueAltered.Because("a FHIR document holds what its sections lead to: what none of them lists is listed in one more section of its kind")

// isDocument reports whether the Bundle that is written is a document.
func (w *writer) isDocument() bool {
	if len(w.rec.Documents) == 0 || w.form != BundleAsSent {
		return w.form == BundleDocument
	}
	return !w.opts.TypedOnly && len(w.rec.Sources) == 1 && slices.ContainsFunc(w.rec.Carried, func(c record.Carried) bool {
		return c.Format == formatName && c.Path == "Bundle.type" && c.Data == `"document"`
	})
}

// findJoiners finds what joined the document that is written.
func (w *writer) findJoiners() {
	if !w.isDocument() {
		return
	}
	d := &w.rec.Documents[0]
	listed := map[string]bool{d.ID: true}
	listSections(d.Sections, listed)
	for _, panels := range w.panels() {
		for i := range panels {
			for _, m := range panels[i].Members {
				listed[m.ID] = true // its panel leads to it
			}
		}
	}
	at := make(map[string]int, 2*len(joinedSections))
	for i := range joinedSections {
		for _, k := range joinedSections[i].kinds {
			at[k] = i + 1
		}
	}
	lists := make([]joined, len(joinedSections))
	for kind, e := range w.rec.Entries() {
		i := at[kind]
		if i == 0 || listed[e.ID] || !w.joins(d, e) {
			continue
		}
		if t, ok := w.refs[e.ID]; ok && t.typ != noKind && t.of == nil && t.use == nil {
			lists[i-1].joinedSection = &joinedSections[i-1]
			lists[i-1].ids = append(lists[i-1].ids, e.ID)
		}
	}
	w.joiners = slices.DeleteFunc(lists, func(j joined) bool { return j.joinedSection == nil })
}

func listSections(list []record.Section, listed map[string]bool) {
	for i := range list {
		for _, r := range list[i].Entries {
			listed[r.ID] = true
		}
		listSections(list[i].Sections, listed)
	}
}

// joins reports whether an entry came from no source of a document.
func (w *writer) joins(d *record.Document, e *record.Entry) bool {
	return !slices.ContainsFunc(e.Origins, func(o record.Origin) bool {
		return slices.ContainsFunc(d.Origins, func(of record.Origin) bool { return of.Source == o.Source })
	})
}

// joinedSections writes the sections of what joined the document.
func (w *writer) joinedSections() {
	for _, j := range w.joiners {
		w.Note(&listedInOwn, "sections")
		w.obj("")
		w.str("title", j.title)
		if j.code != "" {
			w.obj("code")
			w.arr("coding")
			w.obj("")
			w.code("system", record.SystemLOINC)
			w.code("code", j.code)
			w.end()
			w.endArr()
			w.end()
		}
		w.arr("entry")
		for _, id := range j.ids {
			w.obj("")
			w.urn(w.refs[id].id)
			w.end()
		}
		w.endArr()
		w.end()
	}
}
