package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const kindImagingStudy = "imaging-study"

// Templates of C-CDA's Diagnostic Imaging Report.
const (
	templateStudy               = "2.16.840.1.113883.10.20.6.2.6"
	templateSeries              = "2.16.840.1.113883.10.20.22.4.63"
	templateInstance            = "2.16.840.1.113883.10.20.6.2.8" // SOP Instance Observation
	templateTextObservation     = "2.16.840.1.113883.10.20.6.2.12"
	templateCodeObservation     = "2.16.840.1.113883.10.20.6.2.13"
	templateQuantityMeasurement = "2.16.840.1.113883.10.20.6.2.14"
	templateFrames              = "2.16.840.1.113883.10.20.6.2.10" // Referenced Frames Observation
	templateBoundary            = "2.16.840.1.113883.10.20.6.2.11"
	templatePurposeOfReference  = "2.16.840.1.113883.10.20.6.2.9"

	oidDICOM    = "1.2.840.10008.2.16.4" // DICOM Controlled Terminology
	dcmStudy    = "113014"
	dcmSeries   = "113015"
	dcmModality = "121139"
	dcmFrames   = "121190"
	dcmDisplay  = "113036" // Group of Frames for Display
)

var templatesImagingFinding = []string{templateTextObservation, templateCodeObservation, templateQuantityMeasurement}

// readImagingEntry reads an entry of a Diagnostic Imaging Report: a study of the
// DICOM Object Catalog, or a finding in words, as a code or measured.
func (r *reader) readImagingEntry(entry tree.Node) []record.Ref {
	st := r.statement(entry)
	switch {
	case r.isStudy(st):
		if r.plain(st, "EVN") {
			return []record.Ref{r.study(st)}
		}
	case r.isImagingFinding(st) && r.legibleObservation(st):
		return []record.Ref{r.imagingFinding(st)}
	}
	return nil
}

func (r *reader) isStudy(n tree.Node) bool {
	return n.Name() == "act" && (r.has(n, templateStudy) || isDICOM(n.Child("code"), dcmStudy))
}

func isDICOM(code tree.Node, want string) bool {
	return code.Attr("code").Value() == want && code.Attr("codeSystem").Value() == oidDICOM
}

func (r *reader) isImagingFinding(n tree.Node) bool {
	return n.Name() == "observation" && (r.hasAny(n, templatesImagingFinding) || r.bare(n, nil) && n.Child("value").OK() && n.Attr("classCode").Value() != "DGIMG")
}

// study reads a Study Act with its series (C-CDA R2.1 3.104).
func (r *reader) study(act tree.Node) record.Ref {
	idents := r.ids(act)
	s := record.ImagingStudy{Entry: r.entryAs(kindImagingStudy, r.entryID(kindImagingStudy, idents, act), idents, act)}
	s.Assertion = record.Affirmed
	s.Status = r.status(act)
	r.templates(act, templateStudy)
	r.shape(act, "ACT", "EVN")
	r.fixes(act.Child("code"), oidDICOM, dcmStudy, "Study")
	if len(idents) > 0 && isDICOMID(act.Child("id")) {
		// The first id is the study's own, all by itself.
		s.StudyUID, s.Identifiers = act.Child("id").Attr(attrRoot).Value(), idents[1:]
	}
	s.Started = r.timePtr(act.Child("effectiveTime"))
	for rel, sub := range r.relations(act) {
		switch {
		case sub.Name() == "act" && (r.has(sub, templateSeries) || isDICOM(sub.Child("code"), dcmSeries)):
			if r.plain(sub, "EVN") && r.relates(rel, false, "COMP") {
				r.slot(rel, "series", len(s.Series))
				s.Series = append(s.Series, r.series(sub))
			}
		case sub.Name() == "encounter" && s.Encounter == nil:
			if s.Encounter = r.encounterRef(rel, sub); s.Encounter != nil {
				r.slot(rel, "encounter", -1)
			}
		}
	}
	r.rec.ImagingStudies = append(r.rec.ImagingStudies, s)
	return record.Ref{ID: s.ID, Kind: kindImagingStudy}
}

// isDICOMID reports whether an id is a DICOM UID: a root, and nothing else.
func isDICOMID(id tree.Node) bool {
	return id.Attr(attrRoot).Value() != "" && !id.Attr("extension").OK() && !id.Attr("nullFlavor").OK() && !id.Attr("assigningAuthorityName").OK() && !id.Attr("displayable").OK()
}

// uid takes the one id of a series or picture.
func (r *reader) uid(n tree.Node) string {
	id := n.Child("id")
	if !isDICOMID(id) || id.NextNamed().OK() {
		return ""
	}
	return r.attr(id, attrRoot)
}

// series reads a Series Act (C-CDA R2.1 3.97).
func (r *reader) series(act tree.Node) record.ImagingSeries {
	s := record.ImagingSeries{UID: r.uid(act), Started: r.timePtr(act.Child("effectiveTime")), Performers: r.participants(act, otherParticipant)}
	r.templates(act, templateSeries)
	r.shape(act, "ACT", "EVN")
	r.fixed(act.Child("statusCode"), "code", "completed")
	code := act.Child("code")
	r.fixes(code, oidDICOM, dcmSeries, "Series")
	for q := code.Child("qualifier"); q.OK() && s.Modality == nil; q = q.NextNamed() {
		if isDICOM(q.Child("name"), dcmModality) && r.fixes(q.Child("name"), oidDICOM, dcmModality, "Modality") {
			s.Modality = r.conceptPtr(q.Child("value"))
		}
	}
	s.Description = r.text(act.Child("text"))
	for rel, sub := range r.relations(act) {
		if x := r.instance(rel, sub, "COMP"); x != nil {
			r.slot(rel, "instances", len(s.Instances))
			s.Instances = append(s.Instances, *x)
		}
	}
	return s
}

// instance reads a SOP Instance Observation: a picture, where it is, and the
// frames meant (C-CDA R2.1 3.105).
func (r *reader) instance(rel, obs tree.Node, types ...string) *record.ImagingInstance {
	if obs.Name() != "observation" || !r.has(obs, templateInstance) && obs.Attr("classCode").Value() != "DGIMG" ||
		!r.plain(obs, "EVN") || !r.relates(rel, false, types...) {
		return nil
	}
	r.templates(obs, templateInstance)
	r.shape(obs, "DGIMG", "EVN")
	x := &record.ImagingInstance{
		UID: r.uid(obs), Class: r.conceptPtr(obs.Child("code")), Content: r.attachment(obs.Child("text")), Taken: r.timePtr(obs.Child("effectiveTime")),
	}
	for rel, sub := range r.relations(obs) {
		switch {
		case sub.Name() != "observation":
		case r.has(sub, templateFrames) || isDICOM(sub.Child("code"), dcmFrames):
			if r.plain(sub, "EVN") && r.relates(rel, false, "COMP") {
				r.slot(rel, "frames", -1)
				r.templates(sub, templateFrames)
				r.shape(sub, "ROIBND", "EVN")
				r.fixes(sub.Child("code"), oidDICOM, dcmFrames, "Referenced Frames")
				r.frames(x, sub)
			}
		case r.has(sub, templatePurposeOfReference) && x.Purpose == nil:
			if r.plain(sub, "EVN") && r.relates(rel, false, "RSON") {
				r.slot(rel, "purpose", -1)
				r.templates(sub, templatePurposeOfReference)
				r.shape(sub, "OBS", "EVN")
				r.fixes(sub.Child("code"), oidActCode, "ASSERTION", "Assertion")
				x.Purpose = r.conceptPtr(sub.Child("value"))
			}
		}
	}
	return x
}

// frames reads the Boundary Observations of Referenced Frames.
func (r *reader) frames(x *record.ImagingInstance, frames tree.Node) {
	for rel, sub := range r.relations(frames) {
		if !r.has(sub, templateBoundary) && !isDICOM(sub.Child("code"), dcmDisplay) || !r.plain(sub, "EVN") || !r.relates(rel, false, "COMP") {
			continue
		}
		r.templates(sub, templateBoundary)
		r.shape(sub, "OBS", "EVN")
		r.fixes(sub.Child("code"), oidDICOM, dcmDisplay, "Group of Frames for Display", "Frames for Display")
		for v := sub.Child("value"); v.OK(); v = v.NextNamed() {
			if isInteger(v.Attr("value").Value()) && localType(v.AttrNS(spaceXSI, "type")) == "INT" {
				r.scaffold(v.AttrNS(spaceXSI, "type"))
				x.Frames = append(x.Frames, r.attr(v, "value"))
			}
		}
	}
}

// imagingFinding reads a Text, Code or Quantity Measurement Observation of an
// imaging report, with what it was inferred from (C-CDA R2.1 3.112, 3.20, 3.87).
func (r *reader) imagingFinding(obs tree.Node) record.Ref {
	o := r.observation(kindResult, obs, templatesImagingFinding)
	o.Kind = "imaging"
	r.rec.Results = append(r.rec.Results, record.Observation{})
	at := len(r.rec.Results) - 1 // before what it was inferred from
	for rel, sub := range r.relations(obs) {
		switch {
		case sub.Name() != "observation" || r.isSecurity(sub):
		case r.hasAny(sub, templatesImagingFinding):
			if r.legibleObservation(sub) && r.relates(rel, false, "SPRT") {
				r.slot(rel, "derivedFrom", len(o.DerivedFrom))
				o.DerivedFrom = append(o.DerivedFrom, r.imagingFinding(sub))
			}
		default:
			if x := r.instance(rel, sub, "SUBJ", "SPRT", "COMP", "REFR"); x != nil {
				r.slot(rel, "images", len(o.Images))
				o.Images = append(o.Images, *x)
			}
		}
	}
	r.rec.Results[at] = o
	return record.Ref{ID: o.ID, Kind: kindResult}
}

// meetImages makes the observations that were made on a picture point to its
// study, where the record has one and no other has that picture.
func (r *reader) meetImages() {
	if len(r.rec.ImagingStudies) == 0 {
		return
	}
	const several = -1
	studies := map[string]int{}
	for i := range r.rec.ImagingStudies {
		for _, s := range r.rec.ImagingStudies[i].Series {
			for _, x := range s.Instances {
				if at, seen := studies[x.UID]; seen && at != i {
					studies[x.UID] = several
				} else {
					studies[x.UID] = i
				}
			}
		}
	}
	for i := range r.rec.Results {
		o := &r.rec.Results[i]
		last := several
		for _, x := range o.Images {
			if at, ok := studies[x.UID]; ok && x.UID != "" && at != several && at != last {
				o.DerivedFrom = append(o.DerivedFrom, record.Ref{ID: r.rec.ImagingStudies[at].ID, Kind: kindImagingStudy})
				last = at
			}
		}
	}
}
