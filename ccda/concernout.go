package ccda

import (
	"reflect"

	"github.com/portage-health/portage/record"
)

// actAround is an act that holds observations: one that follows them, or that
// says in which list a diagnosis stands.
type actAround struct {
	template, system, code, display string
	followed                        bool // a concern: it has a status and a time
}

// concernAct writes the act around problems or allergies, and what f writes within
// it (C-CDA R2.1 Allergy Concern Act, Problem Concern Act, Hospital Discharge Diagnosis …).
func (w *writer) concernAct(c *record.Concern, a *actAround, f func(), e *record.Entry) {
	w.In("concern", -1)
	w.el("act")
	if c.ID != "" {
		w.own(c.ID)
	}
	w.at("classCode", "ACT")
	w.at("moodCode", "EVN")
	c.Assertion = ""
	w.template(a.template)
	if len(c.Identifiers) == 0 && w.strict {
		w.leaf("id", "root", w.derive("concern", c.ID+e.ID))
	}
	w.identifiers("id", "identifiers", &c.Identifiers)
	w.fixedCode(a.system, a.code, a.display)
	w.linkPart(&c.Narrative)
	w.concernStatus(c, a)
	if !w.strict {
		w.labels(&c.Labels)
	}
	w.participants(&c.Participants)
	w.Leave()
	f()
	w.In("concern", -1)
	w.answer(&priorityPreference, "REFR", false, "priority", &c.Priority)
	w.comments(&c.Notes, "entryRelationship")
	w.preferences(&c.Preferences)
	w.relations(&c.Relations)
	w.end()
	w.rest(c)
	w.Leave()
}

// foundConcern gives status and time to the act around what FHIR tells without one,
// by the clinical status (C-CDA on FHIR, FC-problems and FC-allergies, clinicalStatus).
// One that is completed has an end (CONF:1198-10085).
func (w *writer) foundConcern(c *record.Concern, s *record.ClinicalStatus, onset *record.Period) {
	switch s.Code {
	case "active", "recurrence", "relapse":
		c.Status.Code = record.StatusActive
	case "inactive", "remission", "resolved":
		c.Status.Code = record.StatusCompleted
		if c.When.End = onset.End; c.When.End.IsZero() && w.strict {
			c.When.End.Absent = record.AbsentUnknown
		}
	}
}

// isForeign reports whether nothing of the record came from C-CDA, whose
// documents may have had no act around an entry.
func (w *writer) isForeign() bool {
	for i := range w.rec.Sources {
		if w.rec.Sources[i].Format == formatName {
			return false
		}
	}
	return len(w.rec.Sources) > 0
}

// sameConcern names what an entry says of its concern where the first entry of
// the concern, with which the act is written, says otherwise.
func (w *writer) sameConcern(c, written *record.Concern) {
	if c != written && !reflect.DeepEqual(c, written) {
		w.Note(&inOneConcern, "concern")
		w.Drop("concern", c, &lostInConcern)
	}
}

var (
	inOneConcern  = record.IssueAltered.Because("the entries of one concern stand in one act, which says what the first of them says of it")
	lostInConcern = record.IssueLost.Because("the entries of one concern stand in one act, which says what the first of them says of it")
)

// concernStatus writes status and time of a concern; the template demands both,
// and a status that agrees with the time (CONF:1198-7485, 1198-7498, 1198-10085).
func (w *writer) concernStatus(c *record.Concern, a *actAround) {
	none := c.Status.Code == "" && c.Status.AsSent == "" && c.Status.Absent == ""
	if w.strict && none && a.followed {
		w.Note(&issueRequired, "status")
		c.Status.Code = record.StatusActive
		if !c.When.End.IsZero() {
			c.Status.Code = record.StatusCompleted
		}
	}
	if w.strict && a.followed {
		w.concernCode(&c.Status)
	}
	if w.strict && w.release >= R30 && a == encounterDiagnosisAct {
		w.statusAs(&c.Status, "completed") // C-CDA 3.0 Encounter Diagnosis
	} else {
		w.status(&c.Status)
	}
	if a.followed {
		w.bounds("effectiveTime", "when", &c.When, needLow)
	} else {
		w.period("effectiveTime", "when", &c.When)
	}
}

// concernCode makes the status one of those that a concern may have: active,
// suspended, aborted or completed (CONF:1198-19086, 1198-31525).
func (w *writer) concernCode(s *record.Status) {
	code := s.AsSent
	if code == "" {
		code, _ = actStatus.From(s.Code)
	}
	switch code {
	case "active", "suspended", "aborted", "completed":
		return
	case "held":
		s.Code = record.StatusOnHold
	case "cancelled", "obsolete", "nullified":
		s.Code = record.StatusAborted
	default:
		s.Code = record.StatusActive
	}
	w.Note(&altered, "status")
	s.AsSent, s.Absent = "", ""
}
