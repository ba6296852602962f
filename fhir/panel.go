package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

const sysDiagnosticService = "http://terminology.hl7.org/CodeSystem/v2-0074"

// panelKind says what a panel of one of the record's lists becomes.
func panelKind(list string, p *record.Panel) kind {
	switch {
	case p.Assertion != record.Affirmed || p.Mode != record.ModeEvent:
		return kindBasic
	case list == "resultPanels":
		return kindDiagnosticReport
	}
	return kindObservation
}

// panel writes a panel of results as a DiagnosticReport, one of vital signs or
// assessments as an Observation with members (C-CDA on FHIR, CF-results, CF-vitals).
func (w *writer) panel(list string, i int, p *record.Panel) {
	switch panelKind(list, p) {
	case kindBasic:
		w.unstated(list, i, &p.Entry, p)
		return
	case kindDiagnosticReport:
		w.diagnosticReport(i, p)
	default:
		w.panelObservation(list, i, p)
	}
	w.In(list, i)
	for k := range p.Media {
		if p.Media[k].Attachment != nil {
			w.part(&p.Entry, "media", k, kindMedia)
			w.code("status", "unknown")
			w.subject("subject")
			w.attachment("content", p.Media[k].Attachment)
			w.endResource()
		}
	}
	w.Leave()
}

func reportStatus(s record.StatusCode) string {
	switch s {
	case record.StatusFinal, record.StatusPreliminary, record.StatusPartial, record.StatusRegistered, record.StatusAmended, record.StatusCorrected,
		record.StatusAppended, record.StatusCancelled, record.StatusEnteredInError, record.StatusUnknown:
		return string(s)
	}
	k, _ := codes.ReportStatus().To(actStatus(s))
	return k
}

var reporters = only(kindPractitioner, kindPractitionerRole, kindOrganization, kindCareTeam)

func (w *writer) diagnosticReport(i int, p *record.Panel) {
	status := reportStatus(p.Status.Code)
	lab := hasConcept(p.Categories, sysDiagnosticService, "LAB")
	class := ""
	if len(p.Categories) == 0 {
		class = w.loincClass(&p.Code)
	}
	profile := ""
	switch {
	case lab || class == "laboratory":
		profile = profileBase + "diagnosticreport-lab"
	case len(p.Categories) > 0:
		profile = profileBase + "diagnosticreport-note"
	}
	w.resource("resultPanels", i, &p.Entry, kindDiagnosticReport, profile)
	if profile == "" {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	w.common(&p.Entry, hasIdentifiers|hasStatus|hasAssertion|hasMode)
	w.mapped("status", &p.Status, status, "unknown")
	w.arr("category")
	if class == "laboratory" {
		w.codeable("", sysDiagnosticService, "LAB")
	}
	for k := range p.Categories {
		w.concept("", &p.Categories[k])
	}
	if class != "laboratory" && len(p.Categories) == 0 {
		w.requiredObject("", "categories")
	}
	w.endArr()
	w.requiredConcept("code", &p.Code, "code")
	w.subject("subject")
	w.references("basedOn", "basedOn", p.BasedOn, observationOrder)
	w.referenceField("encounter", "encounter", p.Encounter, only(kindEncounter))
	told := isTold(status)
	if p.When.IsZero() && told {
		w.required("effectiveDateTime", "", "when") // us-core-8, us-core-10
	}
	w.effective("panel", &p.When)
	if p.Issued != nil {
		w.instant("issued", *p.Issued)
	} else if told && (lab || class == "laboratory") {
		w.required("issued", "", "issued") // us-core-9
	}
	w.arr("performer")
	for k := range p.Participants {
		if p.Participants[k].Role == "performer" {
			w.participant("", &p.Participants[k], reporters)
		}
	}
	w.endArr()
	w.references("specimen", "specimens", p.Specimens, only(kindSpecimen))
	w.references("result", "members", p.Members, only(kindObservation))
	if lab || class == "laboratory" {
		w.asks(only(kindObservation), p.Members...)
	}
	w.references("imagingStudy", "imaging", p.Imaging, only(kindImagingStudy))
	w.reportMedia(p)
	w.str("conclusion", p.Conclusion)
	w.concepts("conclusionCode", p.ConclusionCodes)
	w.arr("presentedForm")
	for k := range p.Attachments {
		w.attachment("", &p.Attachments[k])
	}
	w.reportNotes(p)
	w.endArr()
	w.panelRest(p)
	w.endResource()
}

// isTold reports whether a report with this status has been given out.
func isTold(status string) bool {
	switch status {
	case "partial", "preliminary", "final", "amended", "corrected", "appended":
		return true
	}
	return false
}

// reportMedia writes media: the key pictures of a report, each a Media of its own.
func (w *writer) reportMedia(p *record.Panel) {
	w.arr("media")
	for k := range p.Media {
		m := &p.Media[k]
		w.In("media", k)
		w.obj("")
		w.str("comment", m.Comment)
		switch {
		case m.Attachment != nil:
			w.obj("link")
			w.urn(w.partID(&p.Entry, "media", k))
			w.end()
			w.fieldRef("ref", m.Ref)
		case m.Ref != nil && w.referenceTo("link", m.Ref, only(kindMedia)):
		default:
			w.requiredObject("link", "ref")
			w.fieldRef("ref", m.Ref)
		}
		w.end()
		w.Leave()
	}
	w.endArr()
}

// panelRest keeps what neither form of a panel has a place for.
func (w *writer) panelRest(p *record.Panel) {
	w.fieldCode("class", p.Class)
	w.fieldRef("parent", p.Parent)
	w.fieldStr("relevantInfo", p.RelevantInfo)
	w.fieldAny("indications", p.Indications)
	w.fieldConcept("priority", p.Priority)
	for k := range p.Accession {
		w.fieldKnown("accession", &p.Accession[k])
	}
}

// panelObservation writes a panel as an Observation with members.
func (w *writer) panelObservation(list string, i int, p *record.Panel) {
	profile := ""
	if list == "vitalPanels" && isVitalTime(&p.When) {
		profile = profileBase + "vital-signs"
	}
	w.resource(list, i, &p.Entry, kindObservation, profile)
	w.common(&p.Entry, hasIdentifiers|hasNotes|hasStatus|hasAssertion|hasMode)
	w.mapped("status", &p.Status, observationStatus(p.Status.Code), "unknown")
	w.observationCategory(list, "", p.Categories, &p.Code)
	code := p.Code
	if list == "vitalPanels" && !code.Has(record.SystemLOINC, loincVitalPanel) {
		// CF-vitals, organizer code.
		code.Codings = append([]record.Coding{{System: record.SystemLOINC, Code: loincVitalPanel}}, code.Codings...)
		w.fieldCode("addedCode", loincVitalPanel)
	}
	w.requiredConcept("code", &code, "code")
	w.subject("subject")
	w.references("basedOn", "basedOn", p.BasedOn, observationOrder)
	w.referenceField("encounter", "encounter", p.Encounter, only(kindEncounter))
	w.effective("panel", &p.When)
	if p.Issued != nil {
		w.instant("issued", *p.Issued)
	}
	w.observers("vitals", p.Participants)
	if len(p.Members) == 0 && profile != "" {
		w.absentReason(record.AbsentUnknown) // vs-2
		w.Note(&record.IssueDataAbsent, "members")
	}
	if len(p.Specimens) > 0 {
		w.referenceField("specimen", "specimens", &p.Specimens[0], only(kindSpecimen))
		w.fieldRefs("specimens", p.Specimens[1:])
	}
	w.references("hasMember", "members", p.Members, only(kindObservation, kindQuestionnaireResponse))
	w.arr("derivedFrom")
	for k := range p.Media {
		if p.Media[k].Attachment != nil {
			w.obj("")
			w.urn(w.partID(&p.Entry, "media", k))
			w.end()
		}
	}
	w.endArr()
	for k := range p.Media {
		w.fieldAny("media", &record.Media{Comment: p.Media[k].Comment, Ref: p.Media[k].Ref})
	}
	w.fieldRefs("imaging", p.Imaging)
	w.fieldStr("conclusion", p.Conclusion)
	w.fieldConcepts("conclusionCodes", p.ConclusionCodes)
	w.fieldAny("attachments", p.Attachments)
	w.panelRest(p)
	w.endResource()
}
