package ccda

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// specimenState asks whether a specimen is there and fit for use (FHIR
// Specimen.status; of HL7 v2: SPM-20). CDA's specimen has no status, and that of its
// collection is of the taking: it is a status observation of the collection, with FHIR's code as its value.
var specimenState = question{system: oidLOINC, codes: []string{"33999-4"}, displays: []string{"Status"}}

const systemSpecimenStatus = "http://hl7.org/fhir/specimen-status"

// statusUnsatisfactory is FHIR's word for a specimen that cannot be used.
const statusUnsatisfactory record.StatusCode = "unsatisfactory"

// specimenStates are the words that can be said of a specimen that was taken: one entered in error was not.
var specimenStates = map[record.StatusCode]string{record.StatusAvailable: "Available", record.StatusUnavailable: "Unavailable", statusUnsatisfactory: "Unsatisfactory"}

// saysState reports whether a status is one of them, and nothing else.
func saysState(s *record.Status) bool {
	_, ok := specimenStates[s.Code]
	return ok && s.AsSent == "" && s.Absent == ""
}

// specimenState reads it. It reports false, and takes nothing, where it is something else or the specimen has a status.
func (r *reader) specimenState(rel, obs tree.Node, s *record.Status) bool {
	v := obs.Child("value")
	code := record.StatusCode(v.Attr("code").Value())
	display, ok := specimenStates[code]
	if obs.Name() != "observation" || !ok || s.Code != "" || !r.asks(obs, &specimenState) || !isBarePart(obs) || v.NextNamed().OK() || v.Attr("nullFlavor").OK() ||
		codes.FromCDA(v.Attr("codeSystem").Value()) != systemSpecimenStatus || !r.plain(obs, "EVN") || !r.relates(rel, false, "COMP") {
		return false
	}
	r.frame(obs, &specimenState)
	r.codedType(v)
	r.take(v.Attr("code"))
	r.take(v.Attr("codeSystem"))
	r.fixed(v, "displayName", display)
	r.slot(rel, "status", -1)
	s.Code = code
	return true
}

// specimenStateOut writes it, and takes it.
func (w *writer) specimenStateOut(s *record.Status) {
	if !saysState(s) {
		return
	}
	oid, _ := codes.ToCDA(systemSpecimenStatus)
	w.relate("COMP", false, "status", -1)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.questionHead(&specimenState)
	w.completed()
	w.leaf("value", "xsi:type", "CD", "code", string(s.Code), "codeSystem", oid, "displayName", specimenStates[s.Code])
	w.end()
	w.end()
	s.Code = ""
}
