package ccda

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// statePart asks how something stands of which CDA knows no status: a status
// observation (LOINC 33999-4) of the act that tells of it, with a code of FHIR's as its value.
type statePart struct {
	question
	system string                       // of the codes
	words  map[record.StatusCode]string // the codes, with their displays
}

var statusObservation = question{system: oidLOINC, codes: []string{"33999-4"}, displays: []string{"Status"}}

// says reports whether a status is one of the codes, and nothing else.
func (q *statePart) says(s *record.Status) bool {
	_, ok := q.words[s.Code]
	return ok && s.AsSent == "" && s.Absent == ""
}

// state reads it. It reports false, and takes nothing, where it is something else or there is a status already.
func (r *reader) state(q *statePart, rel, obs tree.Node, s *record.Status) bool {
	v := obs.Child("value")
	code := record.StatusCode(v.Attr("code").Value())
	display, ok := q.words[code]
	if obs.Name() != "observation" || !ok || s.Code != "" || !r.asks(obs, &q.question) || !isBarePart(obs) || v.NextNamed().OK() || v.Attr("nullFlavor").OK() ||
		codes.FromCDA(v.Attr("codeSystem").Value()) != q.system || !r.plain(obs, "EVN") || !r.relates(rel, false, "COMP") {
		return false
	}
	r.frame(obs, &q.question)
	r.codedType(v)
	r.take(v.Attr("code"))
	r.take(v.Attr("codeSystem"))
	r.fixed(v, "displayName", display)
	r.slot(rel, "status", -1)
	s.Code = code
	return true
}

// stateOut writes it, and takes it.
func (w *writer) stateOut(q *statePart, s *record.Status) {
	if !q.says(s) {
		return
	}
	oid, _ := codes.ToCDA(q.system)
	w.relate("COMP", false, "status", -1)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.questionHead(&q.question)
	w.completed()
	w.leaf("value", "xsi:type", "CD", "code", string(s.Code), "codeSystem", oid, "displayName", q.words[s.Code])
	w.end()
	w.end()
	s.Code = ""
}
