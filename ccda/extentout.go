package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// extentOfConcept is extentOf for a coded value of the record, with the name
// beside it: a writer must know what its negation would be read as.
func extentOfConcept(c *record.Concept, x *extents, name string) extent {
	main := extentNothing
	for i := range c.Codings {
		e := extentOfCoding(&c.Codings[i], x)
		if i == 0 {
			main = e
		} else {
			main = main.beside(e)
		}
	}
	if main != extentNothing {
		return main
	}
	words := strings.TrimSpace(c.Text)
	if words == "" {
		words = strings.TrimSpace(name)
	}
	switch {
	case saysNone(words):
		return extentNoneInWords
	case c.Absent == record.AbsentMasked || c.Absent == record.AbsentOther || c.Absent == record.AbsentUnencoded:
		return extentOne
	case words == "" && c.TextRef == "":
		return extentNothing
	}
	return extentUnclear
}

func extentOfCoding(c *record.Coding, x *extents) extent {
	if c.Code == "" {
		return extentNothing
	}
	switch c.System {
	case "", record.SystemSNOMED, record.SystemLOINC, record.SystemCVX:
		switch {
		case slices.Contains(x.all, c.Code):
			return extentAll
		case slices.Contains(x.none, c.Code):
			return extentNone
		case slices.Contains(x.unknown, c.Code):
			return extentUnknown
		}
	}
	return extentOne
}

// negation is how a statement says that something is not so.
type negation struct {
	ind  bool // negationInd="true"
	drop bool // what it is about would make another statement of it
	okay bool // it can be said at all
}

// negationOf decides how the statement of an entry about c is negated, so that
// it is read again as the entry says it. notDone says that the act did not happen,
// and reasoned that the statement gives a reason for it.
func negationOf(e *record.Entry, c *record.Concept, name string, x *extents, notDone, reasoned bool) negation {
	what := extentOfConcept(c, x, name)
	switch e.Assertion {
	case record.NoneKnown:
		switch what {
		case extentNone, extentNoneInWords:
			return negation{okay: true}
		case extentAll, extentNothing:
			return negation{ind: true, okay: true}
		}
		return negation{ind: true, drop: true, okay: true}
	case record.NotKnown:
		if e.Absent == "" && what != extentUnknown {
			e.Absent = record.AbsentUnknown // without it the statement would be affirmed
		}
		return negation{okay: true}
	case record.Negated:
		notDone = true
	}
	if !notDone {
		return negation{okay: what != extentNone}
	}
	if what == extentUnclear && len(c.Codings) == 0 {
		// Words alone: that there is one thing, which has no code, must be plain before it is negated.
		if c.Absent == "" {
			c.Absent = record.AbsentOther
		}
		what = extentOfConcept(c, x, name)
	}
	okay := what == extentOne || reasoned && (what == extentAll || what == extentNothing)
	return negation{ind: true, okay: okay}
}

// didNotHappen reports whether a status says that an act did not take place.
func didNotHappen(s *record.Status) bool {
	return s.Code == record.StatusNotDone || s.Code == record.StatusRefused
}

// statusNegated writes statusCode of an act that negationInd says did not
// happen: the code as sent, and where the template demands one, completed (ConceptMap FC-ImmunizationStatus).
func (w *writer) statusNegated(s *record.Status) {
	s.Code = ""
	if s.AsSent == "" && s.Absent == "" {
		if w.strict {
			w.completed()
		}
		return
	}
	w.status(s)
}

// statusDemanded writes statusCode where the template demands one and fixes none.
// What ActStatus has no code for is a nullFlavor (ConceptMap FC-ProcedureStatus).
func (w *writer) statusDemanded(s *record.Status) {
	if s.AsSent == "" && s.Absent == "" && s.Code == record.StatusUnknown {
		s.Code, s.Absent = "", record.AbsentUnknown
	}
	from := len(w.b)
	unsaid := s.Code == "" && s.AsSent == ""
	if _, ok := actStatus.To(s.AsSent); w.strict && s.AsSent != "" && !ok && s.Absent == "" {
		w.DropString("status.asSent", s.AsSent, &withheld) // no code of ActStatus
		s.AsSent = ""
	}
	w.status(s)
	if w.strict && len(w.b) == from {
		if unsaid {
			w.require("statusCode", "status", "NI")
		} else {
			w.leaf("statusCode", "nullFlavor", "OTH")
		}
	}
}

// statusCodeOf gives the code that a status is written with; "" for none.
func statusCodeOf(s *record.Status) string {
	if s.AsSent != "" {
		return s.AsSent
	}
	code, _ := actStatus.From(s.Code)
	return code
}

// plannedFits reports whether an act of a status can claim a template of what is
// planned, which fixes its status as active (CONF:1098-32019 and the like).
func (w *writer) plannedFits(s *record.Status) bool { return fitsStatus(s, "active") }

// fitsStatus reports whether a status is the one that a template fixes, or says nothing.
func fitsStatus(s *record.Status, fixed string) bool {
	return s.Code == "" && s.AsSent == "" && s.Absent == "" || statusCodeOf(s) == fixed
}

// statusPlanned writes the status of what is planned.
func (w *writer) statusPlanned(s *record.Status) { w.statusPlannedAs(s, "active") }

func (w *writer) statusPlannedAs(s *record.Status, fixed string) {
	if !fitsStatus(s, fixed) {
		if w.strict {
			w.Note(&unclaimed, "status")
		}
		w.statusDemanded(s)
		return
	}
	if w.strict && s.Code == "" {
		w.Note(&issueRequired, "status")
	}
	w.statusAs(s, fixed)
}

// unclaimed is for an entry whose status the template does not allow: the status matters more than the claim.
var unclaimed = record.IssueAltered.Because("the template fixes another status, so that the entry goes out without the template")
