package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// laboratoryStatus is an observation that says of a result, or of an organizer of
// results, what HL7 v3 ActStatus has no words for: that it is preliminary, partial,
// corrected or amended (C-CDA R2.1 Supplemental Templates for Infectious Disease,
// Laboratory Observation Result Status and Laboratory Result Status). Who does not
// know it has what statusCode says (ConceptMap FC-ObservationStatus).
type laboratoryStatus struct {
	question
	table string // the code system of the value, a table of HL7 v2
	said  []statusWord
}

// statusWord is a code of the table with the status that it stands for and the one that statusCode has.
type statusWord struct {
	code, display string
	status, act   record.StatusCode
}

var (
	ofObservation = laboratoryStatus{
		question{templates: []string{"2.16.840.1.113883.10.20.22.4.419"}, system: oidLOINC, codes: []string{"92236-9"}, displays: []string{"Laboratory Observation Result Status", "Lab observation result status"}},
		"2.16.840.1.113883.18.34", []statusWord{ // table 0085
			{"P", "Preliminary results", record.StatusPreliminary, record.StatusActive},
			{"C", "Record coming over is a correction and thus replaces a final result", record.StatusCorrected, record.StatusCompleted},
			{"A", "Amended based on updated information", record.StatusAmended, record.StatusCompleted},
		},
	}
	ofReport = laboratoryStatus{
		question{templates: []string{"2.16.840.1.113883.10.20.22.4.418"}, system: oidLOINC, codes: []string{"92235-1"}, displays: []string{"Laboratory Result Status", "Lab order result status"}},
		"2.16.840.1.113883.18.51", []statusWord{ // table 0123
			{"P", "Preliminary: A verified early result is available, final results not yet obtained", record.StatusPreliminary, record.StatusActive},
			{"A", "Some, but not all, results available", record.StatusPartial, record.StatusActive},
			{"C", "Correction to results", record.StatusCorrected, record.StatusCompleted},
		},
	}
)

// laboratoryStatus reads it; s is what statusCode says, which it must agree with. It
// reports false, and takes nothing, where it is another observation or says nothing more.
func (r *reader) laboratoryStatus(rel, obs tree.Node, q *laboratoryStatus, s *record.Status) bool {
	if obs.Name() != "observation" || s.AsSent != "" || s.Absent != "" || !r.asks(obs, &q.question) {
		return false
	}
	for c := range obs.Children() {
		switch c.Name() {
		case "", "templateId", "code", "statusCode", "value":
		default:
			return false
		}
	}
	v := obs.Child("value")
	if v.NextNamed().OK() || v.Attr("nullFlavor").OK() || v.Attr("codeSystem").Value() != q.table {
		return false
	}
	for i := range q.said {
		word := &q.said[i]
		if v.Attr("code").Value() != word.code || s.Code != word.act {
			continue
		}
		if !r.plain(obs, "EVN") || !r.relates(rel, false, "COMP") {
			return false
		}
		r.frame(obs, &q.question)
		r.codedType(v)
		r.take(v.Attr("code"))
		r.take(v.Attr("codeSystem"))
		r.fixed(v, "displayName", word.display)
		r.slot(rel, "status", -1)
		s.Code = word.status
		return true
	}
	return false
}
