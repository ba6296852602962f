package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// status writes a status that FHIR demands, by the pairs of the resource (left:
// FHIR's code, right: ours). Where the pair does not come back, the record's own
// term stands beside it in a field of the record extension. Where the source says
// nothing, or what FHIR has no code for, unknown is written (the code of the
// value set that says so), or, where that is "", the reason why there is none; both with an issue.
func (w *writer) status(name string, s *record.Status, t *codes.Table[string, record.StatusCode], unknown string) {
	code, ok := t.From(s.Code)
	if s.Code != "" && ok {
		w.code(name, code)
		if s.Absent != "" || !t.TwoWay(code, s.Code) {
			w.fieldStatus("status", s)
		}
		return
	}
	w.Note(&record.IssueDataAbsent, "status")
	if unknown != "" {
		w.code(name, unknown)
	} else {
		a := s.Absent
		if a == "" {
			a = notStated
		}
		w.absentPrimitive(name, a)
	}
	if s.Code == "" && s.Absent == "" && s.AsSent == "" {
		if unknown == "" {
			return // the reason says so
		}
		w.fieldStatus("status", &record.Status{Absent: notStated})
		return
	}
	w.fieldStatus("status", s)
}

// fieldStatus keeps a status in the record's terms in a field of the record extension.
func (w *writer) fieldStatus(name string, s *record.Status) {
	w.field(name)
	if s.AsSent == "" && s.Absent == "" {
		w.fieldValueCode(string(s.Code))
	} else {
		w.fieldCode("code", string(s.Code))
		w.fieldStr("asSent", s.AsSent)
		w.fieldCode("absent", string(s.Absent))
	}
	w.endField()
}

func (w *writer) fieldValueCode(v string) {
	if isCode(v) {
		w.code("valueCode", v)
	} else {
		w.str("valueString", v)
	}
}

// optionalStatus writes a status that FHIR does not demand: nothing where the source says nothing.
func (w *writer) optionalStatus(name string, s *record.Status, t *codes.Table[string, record.StatusCode]) {
	if code, ok := t.From(s.Code); ok && s.Code != "" {
		w.code(name, code)
		if s.Absent == "" && t.TwoWay(code, s.Code) {
			return
		}
	}
	if s.Code != "" || s.AsSent != "" || s.Absent != "" {
		w.fieldStatus("status", s)
	}
}
