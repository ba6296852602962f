package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// imagingEntry writes a Study Act of the DICOM Object Catalog (C-CDA R2.1 3.104).
func (w *writer) imagingEntry(i int) bool {
	x := w.rec.ImagingStudies[i]
	if x.Assertion == record.Negated || x.Assertion == record.NoneKnown || x.Mode != record.ModeEvent {
		return false
	}
	w.wrote[x.ID] = true
	if !w.strict && w.sec != nil && w.sec.def != nil && w.sec.def.loinc == "121181" {
		w.dropRow(w.sec) // the catalog is for machines, and has no narrative (C-CDA R2.1 2.13)
	}
	w.tellStudy(&x)
	w.notKnown(&x.Entry)
	w.begin("act", "ACT", "EVN", &x.Entry)
	x.Assertion = record.Affirmed
	if w.strict && !studyFits(&x) {
		w.Note(&record.IssueProfileNotClaimed, "")
	} else {
		w.template(templateStudy)
	}
	if uid := take(&x.StudyUID); uid != "" {
		w.leaf("id", "root", uid)
		w.identifiers("id", "identifiers", &x.Identifiers)
	} else {
		w.entryIDs(&x.Entry)
	}
	if x.Accession != nil {
		id := *x.Accession
		x.Accession = nil
		w.identifier("id", "accession", &id)
	}
	w.leaf("code", "code", dcmStudy, "codeSystem", oidDICOM, "codeSystemName", "DCM", "displayName", "Study")
	w.studyText(&x)
	w.status(&x.Status)
	w.timePtr("effectiveTime", "started", &x.Started)
	w.leafCode("languageCode", &x.Language)
	w.participants(&x.Participants)
	w.locationOut("location", &x.Location)
	for k := range x.Series {
		s := x.Series[k]
		w.In("series", k)
		w.seriesOut(k, &s)
		w.rest(&s)
		w.Leave()
	}
	x.Series = nil
	w.indicationsOut("reasons", &x.Reasons)
	w.inEncounter("entryRelationship", &x.Encounter)
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
	return true
}

// studyFits reports whether the study can have what its template demands: ids
// without an extension, and series, each with a kind of device and pictures.
func studyFits(x *record.ImagingStudy) bool {
	if len(x.Identifiers) > 0 || x.Accession != nil || len(x.Series) == 0 {
		return false
	}
	for i := range x.Series {
		if seriesFits(&x.Series[i]) {
			return true
		}
	}
	return false
}

func seriesFits(s *record.ImagingSeries) bool {
	if s.Modality == nil {
		return false
	}
	for i := range s.Instances {
		if instanceFits(&s.Instances[i]) {
			return true
		}
	}
	return false
}

const oidSOPClass = "1.2.840.10008.2.6.1" // DICOM UIDs (CONF:81-9246)

// instanceFits reports whether a picture has the class that its template demands, and is where it can be fetched.
func instanceFits(x *record.ImagingInstance) bool {
	c := x.Class
	if c == nil || len(c.Codings) == 0 || c.Codings[0].Code == "" || c.Absent != "" {
		return false
	}
	root := c.Codings[0].SystemAsSent
	if root == "" {
		root, _ = codes.ToCDA(c.Codings[0].System)
	}
	if a := x.Content; a != nil && (a.ContentType != "application/dicom" || a.URL == "") {
		return false
	}
	return root == oidSOPClass && (x.Taken == nil || x.Taken.Value != "")
}

// studyText writes where the study is told of. The template has references into the narrative alone.
func (w *writer) studyText(x *record.ImagingStudy) {
	if x.Description != "" && x.Narrative == nil && w.row == nil {
		x.Narrative = &record.NarrativeLink{Text: take(&x.Description)}
	}
	w.linkOf(&x.Entry)
}

// seriesOut writes a Series Act (C-CDA R2.1 3.97).
func (w *writer) seriesOut(i int, s *record.ImagingSeries) {
	w.relate("COMP", false, "series", i)
	w.el("act")
	w.at("classCode", "ACT")
	w.at("moodCode", "EVN")
	if !w.strict || seriesFits(s) {
		w.template(templateSeries)
	} else {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	if uid := take(&s.UID); uid != "" {
		w.leaf("id", "root", uid)
	} else {
		w.require("id", "uid", "NI")
	}
	w.el("code")
	w.at("code", dcmSeries)
	w.at("codeSystem", oidDICOM)
	w.at("codeSystemName", "DCM")
	w.at("displayName", "Series")
	if s.Modality != nil {
		w.el("qualifier")
		w.leaf("name", "code", dcmModality, "codeSystem", oidDICOM, "codeSystemName", "DCM", "displayName", "Modality")
		w.conceptPtr("value", "modality", &s.Modality)
		w.end()
	}
	w.end()
	w.words("text", take(&s.Description))
	w.timePtr("effectiveTime", "started", &s.Started)
	for _, name := range [...]string{"performer", "author", "informant", "participant"} {
		for k := range s.Performers {
			if elementFor(s.Performers[k].Role) == name {
				w.In("performers", k)
				w.participation(name, s.Performers[k])
				w.Leave()
			}
		}
	}
	s.Performers = nil
	for k := range s.Instances {
		x := s.Instances[k]
		w.In("instances", k)
		w.instanceOut("COMP", "instances", k, &x)
		w.rest(&x)
		w.Leave()
	}
	s.Instances = nil
	w.end()
	w.end()
}

// instanceOut writes a SOP Instance Observation: a picture, where it is, and the
// frames meant (C-CDA R2.1 3.105).
func (w *writer) instanceOut(typeCode, field string, i int, x *record.ImagingInstance) {
	w.relate(typeCode, false, field, i)
	w.el("observation")
	w.at("classCode", "DGIMG")
	w.at("moodCode", "EVN")
	if !w.strict || instanceFits(x) {
		w.template(templateInstance)
	} else {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	if uid := take(&x.UID); uid != "" {
		w.leaf("id", "root", uid)
	} else {
		w.require("id", "uid", "NI")
	}
	if x.Class == nil {
		w.require("code", "class", "NI")
	}
	w.conceptPtr("code", "class", &x.Class)
	if x.Content != nil {
		a := *x.Content
		x.Content = nil
		w.attachment("text", "content", "", &a)
	}
	w.timePtr("effectiveTime", "taken", &x.Taken)
	if x.Purpose != nil {
		c := *x.Purpose
		x.Purpose = nil
		w.relate("RSON", false, "purpose", -1)
		w.el("observation")
		w.at("classCode", "OBS")
		w.at("moodCode", "EVN")
		w.template(templatePurposeOfReference)
		w.fixedCode(oidActCode, "ASSERTION", "Assertion")
		w.codedValue("value", "purpose", &c)
		w.end()
		w.end()
	}
	w.framesOut(x)
	w.end()
	w.end()
}

// framesOut writes the numbers of the frames meant (C-CDA R2.1 Referenced Frames
// Observation, Boundary Observation).
func (w *writer) framesOut(x *record.ImagingInstance) {
	if len(x.Frames) == 0 {
		return
	}
	for _, f := range x.Frames {
		if !isInteger(f) {
			return // rest names them
		}
	}
	w.relate("COMP", false, "frames", -1)
	w.el("observation")
	w.at("classCode", "ROIBND")
	w.at("moodCode", "EVN")
	w.template(templateFrames)
	w.leaf("code", "code", dcmFrames, "codeSystem", oidDICOM, "codeSystemName", "DCM", "displayName", "Referenced Frames")
	w.el("entryRelationship")
	w.at("typeCode", "COMP")
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.template(templateBoundary)
	w.leaf("code", "code", dcmDisplay, "codeSystem", oidDICOM, "codeSystemName", "DCM", "displayName", "Frames for Display")
	for _, f := range x.Frames {
		w.el("value")
		w.attr("xsi:type", "INT")
		w.attr("value", f)
		w.end()
	}
	x.Frames = nil
	w.end()
	w.end()
	w.end()
	w.end()
}

// imagesOut writes the pictures that a finding was made on, and what it was
// inferred from; a study that has the picture is known by it (see meetImages).
func (w *writer) imagesOut(x *record.Observation) {
	seen := map[string]bool{}
	for i := range x.Images {
		m := x.Images[i]
		seen[m.UID] = m.UID != ""
		w.In("images", i)
		w.instanceOut("SUBJ", "images", i, &m)
		w.rest(&m)
		w.Leave()
	}
	x.Images = nil
	from := x.DerivedFrom
	x.DerivedFrom = nil
	for i := range w.rec.ImagingStudies {
		id := w.rec.ImagingStudies[i].ID
		if len(seen) > 0 && w.hasPicture(i, seen) && !slices.ContainsFunc(from, func(r record.Ref) bool { return r.ID == id }) {
			w.Note(&fixed, "derivedFrom") // a picture says of which study it is
		}
	}
	for i := range from {
		r := from[i]
		w.In("derivedFrom", i)
		at, ok := w.place(&r)
		switch {
		case !ok:
		case at.kind == kindResult:
			w.relate("SPRT", false, "derivedFrom", i)
			w.nest(at, &r)
			w.end()
			r.ID, r.Kind = "", ""
		case at.kind == kindImagingStudy && w.hasPicture(at.i, seen):
			r.ID, r.Kind = "", ""
		}
		w.rest(&r)
		w.Leave()
	}
}

func (w *writer) hasPicture(study int, seen map[string]bool) bool {
	for _, s := range w.rec.ImagingStudies[study].Series {
		for _, x := range s.Instances {
			if seen[x.UID] {
				return true
			}
		}
	}
	return false
}

// The findings of an imaging report: in words, coded or measured (C-CDA R2.1 3.112, 3.20, 3.87).
var (
	imagingText     = form{kind: "imaging", templates: []string{templateTextObservation}}
	imagingCode     = form{kind: "imaging", templates: []string{templateCodeObservation}}
	imagingQuantity = form{kind: "imaging", templates: []string{templateQuantityMeasurement}}
	imagingOther    = form{kind: "imaging"}
)

// imagingForm gives the form of a finding of an imaging report by its value; nil
// for a result that stands among other results.
func (w *writer) imagingForm(x *record.Observation) *form {
	if x.Kind != "imaging" || w.sec != nil && w.sec.def != nil && w.sec.def.loinc == "30954-2" {
		return nil
	}
	if len(x.Values) == 1 {
		switch v := &x.Values[0]; {
		case v.Quantity != nil:
			return &imagingQuantity
		case v.Concept != nil:
			return &imagingCode
		case v.Attachment != nil:
			return &imagingText
		}
	}
	return &imagingOther
}

// resultSection gives the section of a result that no section lists: findings on
// pictures stand apart from other results (C-CDA R2.1 Findings Section).
func (w *writer) resultSection(i int) string {
	if x := &w.rec.Results[i]; x.Kind == "imaging" && len(x.Images) > 0 {
		return "18782-3"
	}
	return "30954-2"
}

// tellStudy tells of a study in the narrative.
func (w *writer) tellStudy(x *record.ImagingStudy) {
	if w.row == nil {
		return
	}
	name := x.Description
	if len(x.Codes) > 0 {
		name = wordsOf(&x.Codes[0])
	}
	w.tell("Study", name)
	w.tell("Date", wordsOfTime(x.Started))
	for i := range x.Series {
		s := &x.Series[i]
		line := []string{wordsOf(s.Modality), s.Description}
		w.tell("Series", strings.TrimSpace(strings.Join(line, " ")))
	}
	w.tellStatus(&x.Status)
}
