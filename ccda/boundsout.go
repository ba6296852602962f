package ccda

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// What a template demands of a time.
type timeNeed uint8

const (
	needNothing timeNeed = iota
	needTime             // the element
	needLow              // its low
	needBoth             // low and high
)

// bounds writes a period with the bounds that the template demands, in a
// conformant document: a point is a period that begins then (CDA R2 IVL_TS:
// value and low exclude one another), and a bound that is not known is null.
func (w *writer) bounds(name, leaf string, p *record.Period, need timeNeed) {
	w.typedBounds(name, leaf, "", p, need)
}

// typedBounds is bounds with an xsi:type where one is needed.
func (w *writer) typedBounds(name, leaf, typ string, p *record.Period, need timeNeed) {
	if !w.strict || need == needNothing {
		w.periodTyped(name, leaf, typ, p)
		return
	}
	x := *p
	x.Age, x.AgeRange, x.Text = nil, nil, ""
	if x.IsZero() && need == needTime {
		w.require(name, leaf, "UNK")
		w.periodTyped(name, leaf, typ, p)
		return
	}
	if need >= needLow {
		if !p.At.IsZero() && p.Start.IsZero() {
			w.Note(&altered, leaf)
			p.Start = p.At
			if need == needBoth && p.End.IsZero() {
				p.End = p.At
			}
			p.At = record.Time{}
		}
		if p.Absent != "" && p.Start.IsZero() {
			w.Note(&altered, leaf)
			p.Start.Absent, p.Absent = p.Absent, ""
		}
		w.unknownBound(leaf, &p.Start)
		if need == needBoth {
			w.unknownBound(leaf, &p.End)
		}
		if !p.Center.IsZero() {
			w.Drop(leaf+".center", &p.Center, &withheld)
			p.Center = record.Time{}
		}
	}
	w.periodTyped(name, leaf, typ, p)
}

func (w *writer) unknownBound(leaf string, t *record.Time) {
	if t.IsZero() {
		w.Note(&issueRequired, leaf)
		t.Absent = record.AbsentUnknown
	}
}

// languageOf writes the language of a statement.
func (w *writer) languageOf(e *record.Entry) {
	if l := take(&e.Language); l != "" {
		w.leaf("languageCode", "code", l)
	}
}

// errorStatus makes the status of what should never have been written down
// nullified (HL7 v3 ActStatus), which is how CDA says it.
func (w *writer) errorStatus(s *record.Status, v *record.Verification) {
	if *v != record.EnteredInError {
		return
	}
	switch {
	case s.Code == record.StatusEnteredInError:
		w.DropString("verification", string(*v), &saidTwice)
	default:
		w.Note(&altered, "status")
		old := record.Status{Code: s.Code, AsSent: s.AsSent, Absent: s.Absent}
		w.Drop("status", &old, &saidByError)
		s.Code, s.AsSent, s.Absent = record.StatusEnteredInError, "", ""
	}
	*v = ""
}

// saidTwice is for what another field of the same statement says.
var saidTwice = record.IssueLost.Because("another field of the same statement says this too, and C-CDA says it once")

// saidByError is for a status beside the statement that the entry should never have been written down.
var saidByError = record.IssueLost.Because("what was entered in error has the status that says so, and no other")

// clinicalStatusOut writes Problem Status or Allergy Status: the code as
// sent, else that which HL7's map has for the record's term.
func (w *writer) clinicalStatusOut(s *record.ClinicalStatus, q *question, typ string, table *codes.Table[string, string], typeCode string) {
	if s.IsZero() {
		return
	}
	value := record.Concept{Absent: s.Absent}
	if s.AsSent != nil && !isFHIRStatus(s) {
		value = *s.AsSent
	} else if s.Code != "" {
		code, ok := table.From(s.Code)
		if !ok {
			return // named by rest
		}
		value.Codings = []record.Coding{{System: record.SystemSNOMED, Code: code, Display: statusDisplays[code]}}
		if s.AsSent != nil {
			value.Text = s.AsSent.Text
		}
	}
	w.relate(typeCode, typeCode == "SUBJ", "clinicalStatus", -1)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.questionHead(q)
	w.wordsBeside("clinicalStatus", &value)
	w.completed()
	w.In("clinicalStatus", -1)
	w.periodPtr("effectiveTime", "when", &s.When)
	w.Leave()
	if w.strict {
		w.el("value")
		w.attr("xsi:type", typ)
		w.conceptContent("clinicalStatus", &value)
		w.end()
	} else {
		w.codedValue("value", "clinicalStatus", &value)
	}
	w.end()
	w.end()
	*s = record.ClinicalStatus{}
}

// isFHIRStatus reports whether a clinical status was sent in FHIR's own codes alone,
// for which C-CDA has those of SNOMED CT (ConceptMaps FC-ProblemStatus and FC-AllergyStatus).
func isFHIRStatus(s *record.ClinicalStatus) bool {
	if s.Code == "" || len(s.AsSent.Codings) == 0 {
		return false
	}
	for i := range s.AsSent.Codings {
		switch s.AsSent.Codings[i].System {
		case "http://terminology.hl7.org/CodeSystem/condition-clinical", "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical":
		default:
			return false
		}
	}
	return true
}

// statusDisplays are the words of SNOMED CT for the codes of Problem Status and Allergy Status.
var statusDisplays = map[string]string{
	"55561003": "Active", "73425007": "Inactive", "413322009": "Resolved",
	"246455001": "Recurrence", "263855007": "Relapse phase", "277022003": "Remission phase",
}

// unsaid is for what C-CDA could say only in a form that means something else.
var unsaid = record.IssueLost.Because("C-CDA has no form for this that would not be read as something else")

// withheldError is for what should never have been written down: a template that fixes its status as completed would make it valid again.
var withheldError = record.IssueLost.Because("entered in error; the template has no status that says so, and the entry is left out of a conformant document")

// unsayable reports whether an entry cannot be stated in this document without
// being read as something else, and names it as lost.
func (w *writer) unsayable(at place) bool {
	list, v, why := w.senseOf(at)
	if why == nil {
		return false
	}
	if id := w.entryAt(at).ID; !w.wrote[id] {
		w.wrote[id] = true
		w.At(list, at.i, func() { w.Drop("", v, why) })
	}
	return true
}

func (w *writer) senseOf(at place) (list string, v any, why *record.IssueKind) {
	r := w.rec
	mistaken := func(e *record.Entry) *record.IssueKind {
		if w.strict && e.Status.Code == record.StatusEnteredInError {
			return &withheldError
		}
		return nil
	}
	switch at.kind {
	case record.KindAllergy:
		x := r.Allergies[at.i]
		list, v, why = "allergies", &r.Allergies[at.i], mistaken(&x.Entry)
		if w.strict && x.Verification == record.EnteredInError {
			why = &withheldError
		} else if w.quietly(func() { w.noneByCode(&x) }); why == nil && !allergySense(&x).okay {
			why = &unsaid
		}
	case record.KindProblem:
		x := r.Problems[at.i]
		list, v, why = "problems", &r.Problems[at.i], mistaken(&x.Entry)
		if w.strict && x.Verification == record.EnteredInError {
			why = &withheldError
		} else if why == nil && !problemSense(&x).okay {
			why = &unsaid
		}
	case record.KindGoal, record.KindHealthConcern, record.KindCareTeam:
		return w.senseOfPlan(at)
	case record.KindFamilyMember:
		list, v, why = "familyHistory", &r.FamilyHistory[at.i], mistaken(&r.FamilyHistory[at.i].Entry)
	default:
		if s, name := w.observationsOf(at.kind); s != nil {
			if why = mistaken(&s[at.i].Entry); why == nil && s[at.i].OfOther(r.Patient) {
				why = &unsaid // a reader takes it for the patient's
			}
			return name, &s[at.i], why
		}
		if s, name := w.panelsOf(at.kind); s != nil {
			return name, &s[at.i], mistaken(&s[at.i].Entry)
		}
	}
	return list, v, why
}

func (w *writer) quietly(f func()) {
	quiet := w.Quiet
	w.Quiet = true
	f()
	w.Quiet = quiet
}

// observationsOf gives the list of observations of a kind, with its name in the record.
func (w *writer) observationsOf(kind string) ([]record.Observation, string) {
	switch kind {
	case record.KindResult:
		return w.rec.Results, "results"
	case record.KindVital:
		return w.rec.Vitals, "vitals"
	case record.KindSocial:
		return w.rec.Social, "social"
	case record.KindAssessment:
		return w.rec.Assessments, "assessments"
	case record.KindObservation:
		return w.rec.Observations, "observations"
	}
	return nil, ""
}

func (w *writer) panelsOf(kind string) ([]record.Panel, string) {
	switch kind {
	case record.KindResultPanel:
		return w.rec.ResultPanels, "resultPanels"
	case record.KindVitalPanel:
		return w.rec.VitalPanels, "vitalPanels"
	case record.KindAssessmentPanel:
		return w.rec.AssessmentPanels, "assessmentPanels"
	}
	return nil, ""
}
