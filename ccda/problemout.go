package ccda

import (
	"cmp"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// diagnosisActs are the acts around a problem that say in which list it stands;
// in any other it is a concern (C-CDA R2.1 Problem Concern Act).
var (
	problemConcernAct = actAround{"2.16.840.1.113883.10.20.22.4.3", oidActClass, codeConcern, "Concern", true}
	diagnosisActs     = [...]struct {
		use string
		act actAround
	}{
		{"admission-diagnosis", actAround{"2.16.840.1.113883.10.20.22.4.34", oidLOINC, "46241-6", "Admission diagnosis", false}},
		{"discharge-diagnosis", actAround{"2.16.840.1.113883.10.20.22.4.33", oidLOINC, "11535-2", "Discharge diagnosis", false}},
		{"encounter-diagnosis", actAround{"2.16.840.1.113883.10.20.22.4.80", oidLOINC, "29308-4", "Diagnosis", false}},
		{"preoperative", actAround{"2.16.840.1.113883.10.20.22.4.65", oidLOINC, "10219-4", "Preoperative diagnosis", false}},
		{"postoperative", actAround{"2.16.840.1.113883.10.20.22.4.51", oidLOINC, "59769-0", "Postprocedure diagnosis", false}},
	}
)

// encounterDiagnosisAct is the act around the diagnoses of an encounter.
var encounterDiagnosisAct = actFor("encounter-diagnosis")

// actFor gives the act around a problem of a list.
func actFor(use string) *actAround {
	for i := range diagnosisActs {
		if diagnosisActs[i].use == use {
			return &diagnosisActs[i].act
		}
	}
	return &problemConcernAct
}

// problemSection gives the section of a problem that none lists.
func (w *writer) problemSection(i int) string {
	if code, ok := problemUse.From(w.rec.Problems[i].Use); ok {
		return code
	}
	return "11450-4"
}

// problemEntry writes a problem within the act around it: all problems of one
// concern stand in one act.
func (w *writer) problemEntry(i int) bool {
	p := &w.rec.Problems[i]
	if w.unsayable(place{record.KindProblem, i}) {
		return false
	}
	// A diagnosis of an encounter stands in its act wherever it hangs (C-CDA R2.1 Encounter Diagnosis).
	within := p.Use == "encounter-diagnosis" && len(w.open) > 1
	if p.Concern == nil && !w.strict && !within && !(actFor(p.Use).followed && w.isForeign()) || p.Use == "past-history" && p.Concern == nil || w.isWhyDone(p) {
		w.problem(i, "")
		return true
	}
	var concern record.Concern
	if p.Concern != nil {
		concern = *p.Concern
	} else if actFor(p.Use).followed && p.Assertion == record.Affirmed {
		w.foundConcern(&concern, &p.Clinical, &p.Onset)
	}
	act := actFor(p.Use)
	said := ""
	if !act.followed {
		said = p.Use
	}
	w.concernAct(&concern, act, func() {
		n := 0
		for k := range w.rec.Problems {
			o := &w.rec.Problems[k]
			if k == i || concern.ID != "" && o.Concern != nil && o.Concern.ID == concern.ID && !w.wrote[o.ID] &&
				!w.unsayable(place{record.KindProblem, k}) {
				w.el("entryRelationship")
				w.slot("members", n)
				w.at("typeCode", "SUBJ")
				w.At("problems", k, func() { w.problem(k, said) })
				w.end()
				if k != i {
					w.joins(o.ID)
					w.At("problems", k, func() { w.sameConcern(o.Concern, p.Concern) })
				}
				n++
			}
		}
	}, &p.Entry)
	return true
}

// isWhyDone reports whether a problem is an Indication that stands by itself (see reader.isWhyDone).
func (w *writer) isWhyDone(x *record.Problem) bool {
	return x.Use == "indication" && x.Concern == nil && w.sec != nil && w.sec.code() == loincIndications
}

// lostUse is for a list that a problem stands in and that neither the act around it nor its section is for.
var lostUse = record.IssueLost.Because("the problem stands elsewhere in the document, which says another list or none")

// sayUse takes the list that a problem stands in, which the act around it says, or
// else the section: the contrary of reader.useOf.
func (w *writer) sayUse(x *record.Problem, said string) {
	if said == "" && w.sec != nil {
		said, _ = problemUse.To(w.sec.code())
	}
	switch {
	case x.Use == "" && said != "":
		w.Note(&fixed, "use")
	case x.Use != said:
		w.DropString("use", x.Use, &lostUse)
	}
	x.Use = ""
}

// problem writes a Problem Observation (C-CDA R2.1 3.79). said is the list that the act around it says.
func (w *writer) problem(i int, said string) {
	x := w.rec.Problems[i]
	w.wrote[x.ID] = true
	why := w.isWhyDone(&x)
	x.Concern = nil // written with the act
	w.sayUse(&x, said)
	absent := x.Absent
	say := problemSense(&x)
	if x.Absent != absent {
		w.Note(&unknownAsNull, "absent")
	}
	w.tellProblem(&x, say.ind)
	if say.drop {
		w.Drop("code", &x.Code, &withheld)
		x.Code = record.Concept{}
	}
	none := x.Assertion == record.NoneKnown

	w.begin("observation", "OBS", "EVN", &x.Entry)
	if say.ind {
		w.negated(&x.Verification)
	}
	x.Assertion = record.Affirmed
	if why {
		w.template(templatesIndication[0])
	} else {
		w.template(templatesProblem[0])
	}
	w.entryIDs(&x.Entry)
	if x.Kind.IsZero() && (x.Use == "problem-list" || x.Use == "") && w.isForeign() {
		// What other formats call a problem without saying of what kind (C-CDA on FHIR, FC-problems: "defaulted to problem").
		x.Kind.Codings = []record.Coding{{System: record.SystemSNOMED, Code: "55607006", Display: "Problem"}}
	}
	w.problemKind("kind", &x.Kind, false)
	w.linkOf(&x.Entry)
	w.errorStatus(&x.Status, &x.Verification)
	w.statusOfAct(&x.Status)
	abatement(&x)
	began := takeWords(&x.Onset)
	w.bounds("effectiveTime", "onset", &x.Onset, needLow)
	w.languageOf(&x.Entry)
	if x.Code.IsZero() && w.strict {
		if none {
			// No known problems is the whole kind, denied (C-CDA R2.1 volume 1, 3.6).
			w.leaf("value", "xsi:type", "CD", "code", "55607006", "codeSystem", oidSNOMED, "codeSystemName", "SNOMED CT", "displayName", "Problem")
		} else {
			w.Note(&issueRequired, "code")
			w.nullValue("CD")
		}
	}
	w.codedValue("value", "code", &x.Code)
	w.concepts("targetSiteCode", "bodySites", &x.BodySites)
	w.participants(&x.Participants)
	w.onsetAge(&x.OnsetAge)
	w.timeInWordsOut(whenItBegan, "onset", &began)
	w.abatementInWords(&x.Abatement)
	w.answers(&prognosis, "REFR", "prognoses", &x.Prognoses)
	w.answer(&priorityPreference, "REFR", false, "priority", &x.Priority)
	w.clinicalStatusOut(&x.Clinical, &problemStatus, "CD", codes.ProblemStatus(), "REFR")
	w.answer(&severity, "SUBJ", true, "severity", &x.Severity)
	w.doubtOut(&problemDoubts, say.ind || w.rec.Problems[i].Assertion != record.Affirmed, &x.Verification, &x.VerificationAsSent)
	if x.DiagnosisDate != nil {
		w.relate("COMP", false, "diagnosisDate", -1)
		w.el("act")
		w.at("classCode", "ACT")
		w.at("moodCode", "EVN")
		p := x.DiagnosisDate
		w.questionIf(hasNoBounds(p) && p.At.Value != "", &dateOfDiagnosis, "diagnosisDate") // the template has a point in time
		w.completed()
		w.periodPtr("effectiveTime", "diagnosisDate", &x.DiagnosisDate)
		w.end()
		w.end()
	}
	w.inEncounter("entryRelationship", &x.Encounter)
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
}

// problemSense decides how a problem is negated, so that it is read again as the record says it.
func problemSense(x *record.Problem) negation {
	refuted := x.Verification == record.Refuted
	if x.Assertion != record.Affirmed && refuted {
		return negation{} // a denial that was refuted is no statement
	}
	if x.Assertion == record.Affirmed && !refuted {
		return negation{okay: true}
	}
	return negationOf(&x.Entry, &x.Code, "", &problemExtents, refuted, false)
}

// abatement puts an end that is a date where C-CDA has it: the end of the problem's time.
func abatement(x *record.Problem) {
	if p := x.Abatement; p != nil && x.Onset.End.IsZero() && x.Onset.At.IsZero() && !p.At.IsZero() {
		a := *p
		x.Onset.End, a.At = a.At, record.Time{}
		if x.Abatement = &a; a.IsZero() {
			x.Abatement = nil
		}
	}
}

// abatementInWords writes an end that is told in words or by an age.
func (w *writer) abatementInWords(p **record.Period) {
	if *p == nil {
		return
	}
	rest := **p
	words := takeWords(&rest)
	w.tell(whenItEnded.words, words.Text)
	w.timeInWordsOut(whenItEnded, "abatement", &words)
	if *p = &rest; rest.IsZero() {
		*p = nil
	}
}

// negated says that a statement is not so, which is what its being refuted says (C-CDA on FHIR, CF-problems, negationInd).
func (w *writer) negated(verification *record.Verification) {
	w.at("negationInd", "true")
	if *verification == record.Refuted {
		*verification = ""
	}
}

// tellProblem tells of a problem in the narrative; what is denied reads so.
func (w *writer) tellProblem(x *record.Problem, negated bool) {
	what := wordsOf(&x.Code)
	switch {
	case x.Assertion == record.NoneKnown && (what == "" || negated):
		what = "No known problems"
	case x.Assertion == record.NotKnown:
		what = "Not known: " + what
	case negated:
		what = "Does not have: " + what
	}
	w.tell("Problem", what)
	for i := range x.BodySites {
		w.tellSite(&x.BodySites[i], nil)
	}
	w.tell("Kind", wordsOf(&x.Kind))
	w.tell("Status", statusWords(&x.Clinical))
	w.tell("Status", string(x.Verification))
	w.tell("Severity", wordsOf(x.Severity))
	w.tell("When", wordsOfPeriod(&x.Onset))
	if x.OnsetAge != nil {
		w.tell("Age at onset", quantityWords(x.OnsetAge))
	}
	w.tell("Diagnosed", wordsOfPeriod(x.DiagnosisDate))
}

// problemKind writes what kind of problem it is. A code of SNOMED CT has a
// translation to LOINC beside it (CONF:1198-32950, 1198-32847).
func (w *writer) problemKind(leaf string, c *record.Concept, always bool) {
	if !w.strict {
		w.concept("code", leaf, c)
		return
	}
	if c.IsZero() {
		c.Absent = record.AbsentNoInformation
		w.Note(&issueRequired, leaf)
	}
	w.el("code")
	translate := len(c.Codings) < 2 && (always || len(c.Codings) == 1 && c.Codings[0].System == record.SystemSNOMED)
	code := c.Code(record.SystemSNOMED)
	w.conceptContent(leaf, c)
	if translate {
		w.Note(&altered, leaf)
		if loinc := problemTypes[code]; loinc != "" {
			w.leaf("translation", "code", loinc, "codeSystem", oidLOINC, "codeSystemName", "LOINC")
		} else {
			w.leaf("translation", "nullFlavor", "NI")
		}
	}
	w.end()
}

// problemTypes pairs the codes of Problem Type: SNOMED CT and LOINC (value sets
// 2.16.840.1.113883.3.88.12.3221.7.2 and 2.16.840.1.113762.1.4.1099.28).
var problemTypes = map[string]string{
	"55607006":  "75326-9", // problem
	"64572001":  "75323-6", // condition
	"404684003": "75321-0", // clinical finding
	"282291009": "29308-4", // diagnosis
	"409586006": "75322-8", // complaint
	"418799008": "75325-1", // symptom
}

// onsetAge writes an Age Observation.
func (w *writer) onsetAge(q **record.Quantity) {
	if *q == nil {
		return
	}
	w.relate("SUBJ", true, "onsetAge", -1)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	if q := *q; w.strict && q.Unit == "" && q.Code == "" {
		w.fixedCode(ageAtOnset.system, ageAtOnset.codes[0], first(ageAtOnset.displays)) // the template demands a unit (CONF:81-7618)
	} else {
		w.questionHead(&ageAtOnset)
	}
	w.completed()
	w.quantityPtrTyped("value", "onsetAge", "PQ", q)
	w.end()
	w.end()
}

// answers is answer for a list.
func (w *writer) answers(q *question, typeCode, field string, list *[]record.Concept) {
	for i := range *list {
		c := (*list)[i]
		w.relate(typeCode, false, field, i)
		w.el("observation")
		w.at("classCode", "OBS")
		w.at("moodCode", "EVN")
		w.questionHead(q)
		w.In(field, i)
		w.wordsBeside("", &c)
		w.Leave()
		w.completed()
		if q == &prognosis {
			w.require("effectiveTime", field, "NI")
		}
		w.In(field, i)
		w.codedValue("value", "", &c)
		w.Leave()
		w.end()
		w.end()
	}
	*list = nil
}

// quantityWords gives a quantity as people read it.
func quantityWords(q *record.Quantity) string {
	var room [48]byte
	return string(appendQuantity(room[:0], q))
}

func appendQuantity(b []byte, q *record.Quantity) []byte {
	switch {
	case q == nil:
		return b
	case q.Comparator == "" && q.Value == "":
		return append(b, q.Absent...)
	}
	b = append(append(b, q.Comparator...), q.Value...)
	if unit := cmp.Or(q.Unit, q.Code); unit != "" {
		b = append(append(b, ' '), unit...)
	}
	return b
}
