package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

const (
	systemDICOM        = "urn:dicom:uid"
	sysIdentifierTypes = "http://terminology.hl7.org/CodeSystem/v2-0203"
)

var (
	imagingOrder   = only(kindCarePlan, kindServiceRequest, kindAppointment)
	imagingActors  = only(kindPractitioner, kindPractitionerRole, kindOrganization, kindCareTeam, kindPatient, kindDevice, kindRelatedPerson)
	imagingReasons = only(kindCondition, kindObservation, kindDiagnosticReport, kindDocumentReference)

	// imagingStatus pairs FHIR's imagingstudy-status with the record's.
	imagingStatus = codes.NewTable(
		codes.Both("registered", record.StatusRegistered),
		codes.Both("available", record.StatusAvailable),
		codes.Both("cancelled", record.StatusCancelled),
		codes.Both("entered-in-error", record.StatusEnteredInError),
		codes.Both("unknown", record.StatusUnknown),
	)
)

// imagingKind says what a study becomes.
func imagingKind(s *record.ImagingStudy) kind {
	if s.Assertion != record.Affirmed || s.Mode != record.ModeEvent {
		return kindBasic
	}
	return kindImagingStudy
}

// imagingStudy writes an ImagingStudy (R4; US Core has no profile of it).
func (w *writer) imagingStudy(i int, s *record.ImagingStudy) {
	if imagingKind(s) == kindBasic {
		w.unstated("imagingStudies", i, &s.Entry, s)
		return
	}
	w.resource("imagingStudies", i, &s.Entry, kindImagingStudy)
	w.common(&s.Entry, ownIdentifiers|hasNotes|hasStatus|hasAssertion|hasMode)
	w.arr("identifier")
	if s.StudyUID != "" {
		w.identifier("", &record.Identifier{System: systemDICOM, Value: urnOf(s.StudyUID)})
	}
	if s.Accession != nil {
		x := *s.Accession
		if x.Type == nil {
			x.Type = &record.Concept{Codings: []record.Coding{{System: sysIdentifierTypes, Code: "ACSN"}}} // R4 ImagingStudy.identifier
		}
		w.identifier("", &x)
	}
	for k := range s.Identifiers {
		w.identifier("", &s.Identifiers[k])
	}
	w.endArr()
	w.status("status", &s.Status, &imagingStatus, "unknown")
	w.modalities(s.Modalities)
	w.subject("subject")
	w.referenceField("encounter", "encounter", s.Encounter, only(kindEncounter))
	if s.Started != nil {
		w.dateTime("started", *s.Started)
	}
	w.references("basedOn", "basedOn", s.BasedOn, imagingOrder)
	w.firstOf("referrer", s.Participants, only(kindPractitioner, kindPractitionerRole), "referrer")
	w.arr("interpreter")
	for k := range s.Participants {
		if s.Participants[k].Role == "interpreter" {
			w.participant("", &s.Participants[k], only(kindPractitioner, kindPractitionerRole))
		}
	}
	w.endArr()
	w.fieldStrs("endpoints", s.Endpoints)
	w.integer("numberOfSeries", s.SeriesCount, 0)
	w.integer("numberOfInstances", s.InstanceCount, 0)
	w.concepts("procedureCode", s.Codes)
	w.referenceField("location", "location", s.Location, only(kindLocation))
	w.indicationsOf("reasons", s.Reasons, imagingReasons)
	w.str("description", s.Description)
	w.arr("series")
	for k := range s.Series {
		w.In("series", k)
		w.series(&s.Series[k])
		w.Leave()
	}
	w.endArr()
	w.endResource()
}

// urnOf writes a DICOM UID as FHIR writes OIDs.
func urnOf(uid string) string {
	if codes.IsOID(uid) {
		return "urn:oid:" + uid
	}
	return uid
}

// modalities writes each coding; FHIR takes Codings where the record has concepts.
func (w *writer) modalities(cs []record.Concept) {
	w.arr("modality")
	for k := range cs {
		for j := range cs[k].Codings {
			w.coding("", &cs[k].Codings[j])
		}
	}
	w.endArr()
	if slices.ContainsFunc(cs, func(c record.Concept) bool { return !isOneCoding(&c) }) {
		w.fieldConcepts("modalities", cs)
	}
}

// firstCoding writes an element that is a Coding in FHIR from a coded value of
// the record; where that says more, it stands whole in the record extension.
func (w *writer) firstCoding(name, field string, c *record.Concept) {
	if c == nil || len(c.Codings) == 0 {
		w.fieldConcept(field, c)
		return
	}
	w.coding(name, &c.Codings[0])
	if !isOneCoding(c) {
		w.fieldConcept(field, c)
	}
}

func (w *writer) series(s *record.ImagingSeries) {
	w.obj("")
	w.dicomID("uid", s.UID)
	w.integer("number", s.Number, 0)
	if s.Modality == nil || len(s.Modality.Codings) == 0 {
		w.requiredObject("modality", "modality")
	}
	w.firstCoding("modality", "modality", s.Modality)
	w.str("description", s.Description)
	w.integer("numberOfInstances", s.Count, 0)
	w.fieldStrs("endpoints", s.Endpoints)
	if b := s.BodySite; b != nil {
		w.firstCoding("bodySite", "bodySite", &b.Code)
		w.firstCoding("laterality", "laterality", b.Laterality)
	}
	if s.Started != nil {
		w.dateTime("started", *s.Started)
	}
	w.arr("performer")
	for k := range s.Performers {
		p := &s.Performers[k]
		w.obj("")
		w.concept("function", p.Function)
		if w.participant("actor", p, imagingActors) {
			w.participantField("performers", p)
			w.end()
			continue
		}
		w.requiredObject("actor", "performers")
		w.participantField("performers", p)
		w.end()
	}
	w.endArr()
	w.arr("instance")
	for k := range s.Instances {
		w.In("instances", k)
		w.instance(&s.Instances[k])
		w.Leave()
	}
	w.endArr()
	w.end()
}

// dicomID writes a UID that FHIR demands (type id: no more than 64 letters, digits, - and .).
func (w *writer) dicomID(name, v string) {
	if isID(v) {
		w.code(name, v)
		return
	}
	w.required(name, "", name)
	w.fieldStr(name, v)
}

// isID reports whether v may be a FHIR id (R4 2.24.0.1).
func isID(v string) bool {
	for i := range len(v) {
		if c := v[i]; !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') && c != '-' && c != '.' {
			return false
		}
	}
	return v != "" && len(v) <= 64
}

func (w *writer) instance(x *record.ImagingInstance) {
	w.obj("")
	w.dicomID("uid", x.UID)
	if x.Class == nil || len(x.Class.Codings) == 0 {
		w.requiredObject("sopClass", "class")
		w.fieldConcept("class", x.Class)
	} else {
		c := asSOPClass(x.Class.Codings[0])
		w.coding("sopClass", &c)
		if c.System != x.Class.Codings[0].System || !isOneCoding(x.Class) {
			w.fieldConcept("class", x.Class)
		}
	}
	w.integer("number", x.Number, 0)
	w.str("title", x.Title)
	w.fieldTime("taken", x.Taken)
	w.fieldAny("content", x.Content)
	w.fieldStrs("frames", x.Frames)
	w.fieldConcept("purpose", x.Purpose)
	w.end()
}

const systemDCMUID = "http://dicom.nema.org/resources/ontology/DCMUID"

// asSOPClass gives a code of DICOM's as a URI by its OID (R4 ImagingStudy.series.instance.sopClass).
func asSOPClass(c record.Coding) record.Coding {
	if c.System == systemDCMUID {
		c.System, c.SystemAsSent, c.SystemName, c.Code = record.SystemURI, "", "", urnOf(c.Code)
	}
	return c
}
