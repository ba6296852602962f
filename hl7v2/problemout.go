package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// problem writes PRB for a problem of the list and DG1 for a diagnosis of a visit.
func (w *sender) problem(v *record.Problem) {
	if w.isDiagnosis(v) {
		w.diagnosis(v)
		return
	}
	s := w.segment("PRB", v.ID, w.lineOf(&v.Entry, "PRB"))
	if v.Verification == record.EnteredInError {
		w.put(s.at(1), "DE")
		v.Verification = ""
	} else if !w.carries(v.ID, "PRB", 1) {
		w.put(s.at(1), "AD") // table 0287
	}
	w.use(v, "problem-list")
	w.timePtr(s.at(2), &v.Updated)
	if w.m.source == "" && !s.has(2) {
		w.put(s.at(2), messageTime(w.opts.Now)) // required: when the action was
	}
	w.concept(s.at(3), &v.Code)
	if x := takeAny(v.Identifiers); x != nil {
		w.entity(s.at(4), x)
	}
	if v.DiagnosisDate != nil {
		w.time(s.at(7), &v.DiagnosisDate.At)
	}
	w.time(s.at(9), &v.Onset.End)
	if len(v.Categories) > 0 {
		w.concept(s.at(12), &v.Categories[0])
	}
	if v.VerificationAsSent != nil {
		same := readsVerification(v.VerificationAsSent) == v.Verification
		if v.Verification == "" && !same {
			w.Note(&codeSays, "verification")
		}
		if w.concept(s.at(13), v.VerificationAsSent); same && s.has(13) {
			v.Verification = ""
		}
	} else if v.Verification != "" && w.put(s.at(13), string(v.Verification)) {
		v.Verification = ""
	}
	if v.Clinical.AsSent != nil {
		same := readsClinical(v.Clinical.AsSent) == v.Clinical.Code
		if v.Clinical.Code == "" && !same {
			w.In("clinicalStatus", -1)
			w.Note(&codeSays, "code")
			w.Leave()
		}
		if w.concept(s.at(14), v.Clinical.AsSent); same && s.has(14) {
			v.Clinical.Code = ""
		}
	} else if v.Clinical.Code != "" && w.put(s.at(14), v.Clinical.Code) {
		v.Clinical.Code = ""
	}
	w.time(s.at(16), &v.Onset.Start)
	w.str(s.at(17), &v.Onset.Text)
	w.conceptPtr(s.at(18), &v.Priority, "")
	if len(v.Prognoses) > 0 {
		w.concept(s.at(23), &v.Prognoses[0])
	}
	w.conceptPtr(s.at(26), &v.Severity, "")
	w.inVisit(&v.Encounter)
	w.notes(v.Notes, s)
}

// use clears what a problem is used for, which its segment says.
func (w *sender) use(v *record.Problem, use string) {
	switch v.Use {
	case use:
		v.Use = ""
	case "":
		w.Note(&useByKind, "use")
	}
}

var (
	// useByKind is for problems that do not say whether they are of the list or of a visit.
	useByKind = record.IssueAltered.Because("the segment is that of the problem list, or of the diagnoses of a visit")
	// codeSays is for what a code as sent says, and the record does not say beside it.
	codeSays = record.IssueAltered.Because("a reader takes this from the code that was sent")
)

// isDiagnosis reports whether a problem is one of a visit.
func (w *sender) isDiagnosis(v *record.Problem) bool {
	if w.m.source != "" {
		return isPath(&v.Entry, w.m.source, "DG1")
	}
	return w.m.kind != "PPR"
}

// diagnosis writes DG1.
func (w *sender) diagnosis(v *record.Problem) {
	s := w.segment("DG1", v.ID, w.lineOf(&v.Entry, "DG1"))
	w.use(v, "encounter-diagnosis")
	w.str(s.at(4), &v.Code.Text)
	w.concept(s.at(3), &v.Code)
	w.time(s.at(5), &v.Onset.Start)
	w.conceptPtr(s.at(6), &v.DiagnosisType, "52")
	w.str(s.at(15), &v.Rank)
	w.participants(v.Participants, s, 16, role("verifier"), nil)
	if len(v.Categories) > 0 {
		w.coded(s.at(17), &v.Categories[0], "228")
	}
	w.timePtr(s.at(19), &v.Recorded)
	if x := takeAny(v.Identifiers); x != nil {
		w.entity(s.at(20), x)
	}
	if v.Verification == record.EnteredInError && w.put(s.at(21), "D") {
		v.Verification = ""
	}
	for i := range v.Relations {
		if r := &v.Relations[i]; r.TypeAsSent == "DG1-22" && r.Type == "cause" && r.Target.Identifier != nil {
			w.entity(s.at(22), r.Target.Identifier)
			r.Type, r.TypeAsSent = "", ""
		}
	}
	w.conceptPtr(s.at(26), &v.PresentOnAdmission, "895")
	w.inVisit(&v.Encounter)
	w.notes(v.Notes, s)
}

// inVisit clears a reference to the visit that the message tells of.
func (w *sender) inVisit(ref **record.Ref) {
	if *ref != nil && (*ref).ID == w.m.encounter && w.m.encounter != "" {
		(*ref).ID, (*ref).AsSent, (*ref).Kind = "", "", ""
	}
}

// readsVerification gives how sure a reader takes a problem to be by a code as sent.
func readsVerification(c *record.Concept) record.Verification {
	if len(c.Codings) == 0 {
		return ""
	}
	switch code := strings.ToLower(c.Codings[0].Code); code {
	case "confirmed", "unconfirmed", "provisional", "differential", "refuted", "entered-in-error":
		return record.Verification(code)
	}
	return ""
}

// readsClinical gives the clinical status that a reader takes from a code as sent.
func readsClinical(c *record.Concept) string {
	if len(c.Codings) == 0 {
		return ""
	}
	switch code := strings.ToLower(c.Codings[0].Code); code {
	case "active", "recurrence", "relapse", "inactive", "remission", "resolved":
		return code
	}
	return ""
}

// goal writes GOL.
func (w *sender) goal(v *record.Goal) {
	s := w.segment("GOL", v.ID, w.lineOf(&v.Entry, "GOL"))
	if v.Status.Code == record.StatusEnteredInError && w.put(s.at(1), "DE") {
		v.Status.Code = ""
	} else if !w.carries(v.ID, "GOL", 1) {
		w.put(s.at(1), "AD") // table 0287
	}
	w.timePtr(s.at(2), &v.Updated)
	if w.m.source == "" && !s.has(2) {
		w.put(s.at(2), messageTime(w.opts.Now))
	}
	w.concept(s.at(3), &v.Code)
	if x := takeAny(v.Identifiers); x != nil {
		w.entity(s.at(4), x)
	}
	w.time(s.at(7), &v.Start.Start)
	w.timePtr(s.at(8), &v.Due)
	if len(v.Categories) > 0 {
		w.concept(s.at(11), &v.Categories[0])
	}
	w.conceptPtr(s.at(18), &v.Achievement, "")
	w.timePtr(s.at(19), &v.StatusDate)
	w.notes(v.Notes, s)
}
