package fhir

import (
	"reflect"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// status reads a status by the pairs of its resource (left: FHIR's code). A code
// that is none of them is kept as sent.
func (r *reader) status(n tree.Node, t *codes.Table[string, record.StatusCode]) record.Status {
	return r.statusAt(n, "status", t)
}

func (r *reader) statusAt(n tree.Node, name string, t *codes.Table[string, record.StatusCode]) (s record.Status) {
	if e := r.field(n, "status"); e.OK() {
		var own record.Status
		said := r.member(e, reflect.ValueOf(&own).Elem())
		if s = own; !said {
			return r.statusElement(n, name, t, s)
		}
		// The record's own words; the element is the nearest that FHIR has, or says that FHIR demands one.
		if s.Code == "" && s.AsSent == "" && s.Absent == notStated {
			r.scaffoldAll(e)
			s = record.Status{}
		}
		v := n.Child(name)
		if code, ok := t.From(s.Code); v.Value() == "unknown" || v.OK() && v.Value() == standsForNone(n) || ok && v.Value() == code {
			r.scaffold(v)
		}
		if side := object(n, "_"+name); side.OK() && r.absentOf(side) != s.Absent {
			r.giveBack(side)
		}
		return s
	}
	return r.statusElement(n, name, t, s)
}

// statusElement adds what the element itself says.
func (r *reader) statusElement(n tree.Node, name string, t *codes.Table[string, record.StatusCode], s record.Status) record.Status {
	if r.marks.beside {
		if side := object(n, "_"+name); side.OK() {
			s.Absent = r.absentOf(side)
		}
	}
	v := r.str(n, name)
	if v == "" {
		return s
	}
	if code, ok := t.To(v); ok {
		s.Code = code
		if back, ok := t.From(code); !ok || back != v {
			s.AsSent = v
		}
		return s
	}
	s.AsSent = v
	return s
}

// mappedStatus undoes the exporter's mapped: the record's own words stand beside a coarser code.
func (r *reader) mappedStatus(n tree.Node, s *record.Status) {
	if e := r.field(n, "statusAbsent"); e.OK() {
		s.Absent = record.AbsentReason(r.str(e, "valueCode"))
	}
}

// standsForNone gives the code that our exporter writes where FHIR demands a
// status and the source has none, of the types whose list has no word for that.
func standsForNone(n tree.Node) string {
	switch stringOf(n, "resourceType") {
	case "Composition":
		return statusUnsigned
	case "Coverage":
		return statusOfCoverage
	}
	return ""
}
