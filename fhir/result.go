package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

const (
	sysObservationCategory = "http://terminology.hl7.org/CodeSystem/observation-category"
	extV2SubID             = "http://hl7.org/fhir/StructureDefinition/observation-v2-subid"
)

var (
	observers        = only(kindPractitioner, kindPractitionerRole, kindOrganization, kindCareTeam, kindPatient, kindRelatedPerson)
	observationOrder = only(kindCarePlan, kindMedicationRequest, kindServiceRequest)
	observationPart  = only(kindMedicationAdministration, kindMedicationDispense, kindMedicationStatement, kindProcedure, kindImmunization, kindImagingStudy)
	observationFrom  = only(kindDocumentReference, kindImagingStudy, kindMedia, kindQuestionnaireResponse, kindObservation)
)

// observationKind says what an observation becomes. FHIR has no negation of an
// Observation: what was not found, or is planned, is none.
func observationKind(o *record.Observation) kind {
	if o.Assertion != record.Affirmed || o.Mode != record.ModeEvent && o.Kind != "pregnancy-intent" {
		return kindBasic
	}
	return kindObservation
}

// observationStatus gives Observation.status: FHIR's own, else by HL7's map. What was not done was cancelled.
func observationStatus(s record.StatusCode) string {
	switch s {
	case record.StatusFinal, record.StatusPreliminary, record.StatusRegistered, record.StatusAmended, record.StatusCorrected, record.StatusCancelled,
		record.StatusEnteredInError, record.StatusUnknown:
		return string(s)
	case record.StatusNotDone, record.StatusRefused:
		return "cancelled"
	}
	k, _ := codes.ResultStatus().To(actStatus(s))
	return k
}

// observation writes an Observation of any of the record's lists by the US Core
// profile that it meets (C-CDA on FHIR, CF-results, CF-vitals, CF-social).
func (w *writer) observation(list string, i int, o *record.Observation) {
	if observationKind(o) == kindBasic {
		w.unstated(list, i, &o.Entry, o)
		return
	}
	j := w.joined[o]
	if j != nil && j.base != o {
		return // a component of another
	}
	profile := w.observationProfile(list, o, j)
	w.resource(list, i, &o.Entry, kindObservation, profile)
	if profile == "" {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	w.observed(list, o, j, profile != "")
	w.endResource()
	w.In(list, i)
	w.pictures(&o.Entry, o.Attachments)
	w.Leave()
}

func (w *writer) observed(list string, o *record.Observation, j *joint, claimed bool) {
	w.common(&o.Entry, hasIdentifiers|hasNotes|hasStatus|hasAssertion)
	w.mapped("status", &o.Status, observationStatus(o.Status.Code), "unknown")
	w.observationCategory(list, o.Kind, o.Categories, &o.Code)
	if list == "results" && (!claimed || w.uscore != USCore610) && !saysList(o.Categories) {
		w.fieldCode("list", list) // no category and no profile says that it is a result
	}
	w.jointCode(o, j)
	w.subject("subject")
	w.references("focus", "focus", o.Focus, 0)
	w.referenceField("encounter", "encounter", o.Encounter, only(kindEncounter))
	if t := firstPoint(&o.When); list == "social" && isPregnancy(o) && o.When.At.IsZero() && t.Value != "" {
		w.dateTime("effectiveDateTime", t)
		w.fieldPeriod("when", &o.When)
	} else {
		w.effective(list, &o.When)
	}
	if o.Issued != nil {
		w.instant("issued", *o.Issued)
	}
	w.observers(list, o.Participants)
	w.observationValues(o, j, claimed)
	w.oneConcept("method", "methods", o.Methods)
	w.bodySite(o.BodySites)
	if len(o.Specimens) > 0 {
		w.referenceField("specimen", "specimens", &o.Specimens[0], only(kindSpecimen))
		w.fieldRefs("specimens", o.Specimens[1:])
		if w.profile == profileLab {
			w.asks(only(kindSpecimen), o.Specimens[0])
		}
	}
	w.referenceField("device", "device", o.Device, only(kindDevice))
	w.references("hasMember", "members", o.Members, only(kindObservation, kindQuestionnaireResponse))
	w.derivedFrom(o)
	switch w.profile {
	case profileBase + "observation-screening-assessment":
		w.asks(only(kindObservation, kindQuestionnaireResponse, kindDocumentReference), o.DerivedFrom...)
		w.asks(only(kindObservation), o.Members...)
	case profileBase + "simple-observation":
		w.asks(only(kindQuestionnaireResponse, kindDocumentReference), o.DerivedFrom...)
	}
	w.references("basedOn", "basedOn", o.BasedOn, observationOrder)
	w.references("partOf", "partOf", o.PartOf, observationPart)
	if o.SubID != "" {
		w.ext(extV2SubID)
		w.ext("original-sub-identifier")
		w.str("valueString", o.SubID)
		w.endExt()
		w.endExt()
	}
	w.fieldConcept("priority", o.Priority)
	w.fieldStr("repeats", o.Repeats)
	w.fieldAny("indications", o.Indications)
	w.fieldAny("images", o.Images)
}

// observationCategory writes category: those of the source, that of the list
// where its template has one (CF-vitals, CF-social), and for a LOINC code what
// the host's terminology says of its class (CF-results). None is guessed: where
// there is none, the element that US Core demands says so.
func (w *writer) observationCategory(list, kind string, cs []record.Concept, code *record.Concept) {
	system, own := sysObservationCategory, ""
	switch list {
	case "vitals", "vitalPanels":
		own = "vital-signs"
	case "social":
		own = "social-history"
	case "assessments":
		system, own = categoryOf(kind)
	case "results", "resultPanels":
		switch {
		case kind == "imaging":
			own = "imaging" // by the templates of an imaging report
		case len(cs) == 0:
			own = w.loincClass(code)
		}
	}
	w.arr("category")
	if own != "" && !hasConcept(cs, system, own) {
		w.codeable("", system, own)
	}
	for i := range cs {
		w.concept("", &cs[i])
	}
	if own == "" && len(cs) == 0 {
		w.requiredObject("", "categories")
	}
	w.endArr()
}

func hasConcept(cs []record.Concept, system, code string) bool {
	return slices.ContainsFunc(cs, func(c record.Concept) bool { return c.Has(system, code) })
}

// loincClass gives the category of a LOINC code by its CLASSTYPE, "" where no terminology of the host's knows it.
func (w *writer) loincClass(c *record.Concept) string {
	code := c.Code(record.SystemLOINC)
	if w.opts.Terminology == nil || code == "" {
		return ""
	}
	info, ok, err := w.opts.Terminology.Lookup(w.ctx, record.SystemLOINC, code)
	if err != nil || !ok {
		return ""
	}
	for _, p := range info.Properties {
		if p.Name == "CLASSTYPE" {
			switch p.Value {
			case "1":
				return "laboratory"
			case "2":
				return "clinical-test"
			case "4":
				return "survey"
			}
		}
	}
	return ""
}

// effective writes effective[x]. An interval of one point, and for results and
// vital signs one that says no end, goes out as that point (CF-results and CF-vitals,
// effectiveTime); that it was an interval stands beside it.
func (w *writer) effective(list string, p *record.Period) {
	c := choice{dateTime: "effectiveDateTime", period: "effectivePeriod"}
	point := p.Start.Value != "" && p.At.IsZero() && (p.End == p.Start || p.End.Value == "" && p.End.AsSent == "" && list != "social" && list != "assessments")
	if !point {
		w.when(c, "when", p)
		return
	}
	w.dateTime(c.dateTime, p.Start)
	w.fieldPeriod("when", p)
}

// observers writes performer: who carried it out, for a vital sign the author too (CF-vitals, author).
func (w *writer) observers(list string, ps []record.Participation) {
	w.arr("performer")
	for i := range ps {
		if p := &ps[i]; p.Role == "performer" || p.Role == "author" && list == "vitals" {
			w.participant("", p, observers)
		}
	}
	w.endArr()
}

// observationValues writes the value. FHIR takes one; several become components of the same code.
func (w *writer) observationValues(o *record.Observation, j *joint, claimed bool) {
	several := len(o.Values) > 1 || len(o.Values) == 1 && sharesCode(o)
	asParts := j != nil && j.panel
	switch {
	case asParts || several:
	case len(o.Values) == 1:
		w.In("values", 0)
		if !w.value(unknownPregnancy(o)) && claimed && o.Values[0].Absent == "" {
			w.absentReason(record.AbsentUnsupported) // us-core-2
		}
		w.Leave()
	case claimed && len(o.Components) == 0 && len(o.Members) == 0 && j == nil:
		w.absentReason(record.AbsentUnknown)
		w.Note(&record.IssueDataAbsent, "values")
	}
	if !asParts {
		w.concepts("interpretation", o.Interpretations)
		w.referenceRanges(o.ReferenceRanges)
	}
	w.arr("component")
	for k := 0; several && k < len(o.Values); k++ {
		w.In("values", k)
		w.obj("")
		w.requiredConcept("code", &o.Code, "")
		w.componentValue(&o.Values[k])
		w.end()
		w.Leave()
	}
	w.components(o.Components)
	w.jointComponents(j)
	w.endArr()
	for k := range o.Components {
		if c := &o.Components[k]; !isFound(c) {
			w.In("components", k)
			w.Note(&record.IssueNotStated, "")
			w.Leave()
			w.fieldAny("components", c)
		}
	}
}

// unknownPregnancy gives the value: of a pregnancy one that is not known is a value of its own (CF-social, nullFlavor UNK).
func unknownPregnancy(o *record.Observation) *record.Value {
	v := &o.Values[0]
	if !isPregnancy(o) || v.Concept == nil || v.Concept.Absent != record.AbsentUnknown || len(v.Concept.Codings) > 0 {
		return v
	}
	told, c := *v, *v.Concept
	c.Absent, c.Codings = "", []record.Coding{{System: record.SystemNullFlavor, Code: "UNK"}}
	told.Concept = &c
	return &told
}

// sharesCode reports whether a component has the code of the observation: then no value may stand beside it (obs-7).
func sharesCode(o *record.Observation) bool {
	for i := range o.Components {
		for _, c := range o.Components[i].Code.Codings {
			if o.Code.Has(c.System, c.Code) {
				return true
			}
		}
	}
	return false
}

// isFound reports whether a component can stand as one: what was not found cannot.
func isFound(c *record.Component) bool {
	return c.Assertion == "" || c.Assertion == record.Affirmed
}

func (w *writer) components(cs []record.Component) {
	for i := range cs {
		c := &cs[i]
		if !isFound(c) {
			continue
		}
		w.In("components", i)
		for k := range max(len(c.Values), 1) {
			w.obj("")
			w.requiredConcept("code", &c.Code, "code")
			if k < len(c.Values) {
				w.componentValue(&c.Values[k])
			} else {
				w.absentReason(record.AbsentUnknown) // vs-3
			}
			if k == 0 {
				w.concepts("interpretation", c.Interpretations)
				w.referenceRanges(c.ReferenceRanges)
				for n := range c.Identifiers {
					w.fieldKnown("identifiers", &c.Identifiers[n])
				}
			}
			w.end()
		}
		w.Leave()
	}
}

func (w *writer) componentValue(v *record.Value) {
	if c := v.Concept; c != nil && c.Absent != "" && *v == (record.Value{Concept: c}) && c.Text == "" && c.TextRef == "" && len(c.Codings) == 0 {
		w.absentReason(c.Absent) // a code that is not there is a value that is not there
		return
	}
	if !w.value(v) && v.Absent == "" {
		w.absentReason(record.AbsentUnsupported)
	}
}

// bodySite writes the first site; FHIR has no side of the body beside it.
func (w *writer) bodySite(sites []record.BodySite) {
	if len(sites) == 0 {
		return
	}
	w.obj("bodySite")
	w.conceptBody(&sites[0].Code)
	w.fieldConcept("laterality", sites[0].Laterality)
	w.end()
	w.fieldAny("bodySites", sites[1:])
}

// derivedFrom writes what it was derived from, and the pictures that come with it.
func (w *writer) derivedFrom(o *record.Observation) {
	w.arr("derivedFrom")
	for i := range o.DerivedFrom {
		if t, ok := w.resolve(&o.DerivedFrom[i]); !ok || observationFrom.has(t.typ) {
			w.reference("", &o.DerivedFrom[i])
		}
	}
	for k := range o.Attachments {
		w.obj("")
		w.urn(w.partID(&o.Entry, "attachments", k))
		w.end()
	}
	w.endArr()
	for i := range o.DerivedFrom {
		if t, ok := w.resolve(&o.DerivedFrom[i]); ok && !observationFrom.has(t.typ) {
			w.fieldRef("derivedFrom", &o.DerivedFrom[i])
		}
	}
}

// pictures writes a Media for each file that comes with an observation (CDA observationMedia).
func (w *writer) pictures(e *record.Entry, as []record.Attachment) {
	for k := range as {
		w.part(e, "attachments", k, kindMedia)
		w.code("status", "unknown")
		w.subject("subject")
		w.attachment("content", &as[k])
		w.endResource()
	}
}
