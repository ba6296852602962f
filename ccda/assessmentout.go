package ccda

import "github.com/portage-health/portage/record"

// assessmentEntry writes an observation of what the patient can do, or an Assessment Scale Observation.
func (w *writer) assessmentEntry(i int) bool {
	if w.unsayable(place{record.KindAssessment, i}) {
		return false
	}
	x := w.rec.Assessments[i]
	w.observed(&x, findingForm(record.KindAssessment, &x))
	return true
}

// assessmentSection gives the section of an assessment that none lists.
func (w *writer) assessmentSection(i int) string {
	return sectionOfKind(w.rec.Assessments[i].Kind)
}

func sectionOfKind(kind string) string {
	switch kind {
	case "mental-status":
		return "10190-7"
	case "nutrition-status", "nutrition-assessment":
		return "61144-2"
	case "outcome":
		return "11383-7"
	}
	return "47420-5"
}

// assessmentPanelEntry writes a Functional or Mental Status Organizer.
func (w *writer) assessmentPanelEntry(i int) bool {
	x := w.rec.AssessmentPanels[i]
	if w.unsayable(place{record.KindAssessmentPanel, i}) {
		return false
	}
	f, claimed := &functionalPanel, true
	if w.panelKind(&x) == "mental-status" {
		f = &mentalPanel
		claimed = !w.strict || len(x.Code.Codings) > 0 && x.Code.Codings[0].Code != "" && w.anyMember(&x, findingForm("", &record.Observation{Kind: "mental-status"}))
	} else if w.strict {
		// Both are demanded (CONF:1098-31585, 1098-31432).
		claimed = w.anyMember(&x, findingForm("", &record.Observation{Kind: "functional-status"})) &&
			w.anyMember(&x, findingForm("", &record.Observation{Kind: "self-care"}))
	}
	w.panelOut(&x, f, claimed)
	return true
}

// panelKind tells what kind of status a panel is about: by what is in it.
func (w *writer) panelKind(x *record.Panel) string {
	for k := range x.Members {
		if at, ok := w.place(&x.Members[k]); ok && at.kind == record.KindAssessment {
			if kind := w.rec.Assessments[at.i].Kind; kind == "mental-status" {
				return kind
			}
		}
	}
	return ""
}

func (w *writer) assessmentPanelSection(i int) string {
	return sectionOfKind(w.panelKind(&w.rec.AssessmentPanels[i]))
}

var scaleForm = form{templates: []string{findingRoot + "69"}, when: needTime, value: oneValue}

// questionnaireEntry writes a form that was filled in as an Assessment Scale
// Observation, whose questions are Supporting Observations (C-CDA R2.1 3.14, 3.15).
func (w *writer) questionnaireEntry(i int) bool {
	x := w.rec.Questionnaires[i]
	if x.Assertion != record.Affirmed {
		return false // answers that were denied would read as given
	}
	w.wrote[x.ID] = true
	w.tell("Observation", x.Title)
	for k := range x.Items {
		w.tellItem(&x.Items[k])
	}
	w.begin("observation", "OBS", moodCode(&x.Mode), &x.Entry)
	w.template(scaleForm.templates[0])
	w.entryIDs(&x.Entry)
	code := record.Concept{Text: take(&x.Title)}
	if w.strict {
		code.Absent = record.AbsentOther // the form has words and no code
		w.Note(&issueRequired, "title")
	}
	w.concept("code", "title", &code)
	w.linkOf(&x.Entry)
	w.observationStatus(&x.Status, true)
	when := record.Period{}
	if x.When != nil {
		when.At = *x.When
		x.When = nil
	}
	w.bounds("effectiveTime", "when", &when, scaleForm.when)
	w.languageOf(&x.Entry)
	if w.strict {
		w.Note(&issueRequired, "items")
		w.nullValue("CD")
	}
	w.participants(&x.Participants)
	w.items("items", &x.Items, 0)
	w.inEncounter("entryRelationship", &x.Encounter)
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
	return true
}

func (w *writer) tellItem(x *record.QuestionnaireItem) {
	words := x.Text
	for i := range x.Answers {
		words += ": " + wordsOfValue(&x.Answers[i].Value)
	}
	w.tell("Value", words)
	for i := range x.Items {
		w.tellItem(&x.Items[i])
	}
}

// items writes the questions of a form with their answers. What was asked
// because of an answer hangs on the question, which is as near as CDA comes.
func (w *writer) items(leaf string, list *[]record.QuestionnaireItem, depth int) {
	for i := range *list {
		x := (*list)[i]
		w.In(leaf, i)
		if depth < maxNesting {
			w.item(&x, depth)
		}
		w.rest(&x)
		w.Leave()
	}
	*list = nil
}

func (w *writer) item(x *record.QuestionnaireItem, depth int) {
	w.el("entryRelationship")
	w.at("typeCode", "COMP")
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	if !w.strict { // the template demands a code, which a form's question need not have
		w.template(findingRoot + "86")
	}
	if w.strict {
		w.leaf("id", "root", w.derive("item", w.Path("")))
	}
	code := record.Concept{Text: take(&x.Text)}
	if w.strict {
		code.Absent = record.AbsentOther
	}
	w.concept("code", "text", &code)
	w.completed()
	answers := append([]record.QuestionnaireAnswer(nil), x.Answers...)
	for k := range answers {
		w.In("answers", k)
		v := answers[k].Value
		w.In("value", -1)
		w.value("value", &v)
		w.Leave()
		answers[k].Value = record.Value{}
		w.Leave()
	}
	for k := range answers {
		w.In("answers", k)
		w.items("items", &answers[k].Items, depth+1)
		w.Leave()
	}
	x.Answers = nil
	w.items("items", &x.Items, depth+1)
	w.end()
	w.end()
}

// functionalProblem is the Functional Status Problem Observation that hangs on a statement (C-CDA R1.1; see further).
var functionalProblem = form{templates: further[1:2], when: needTime, value: codedOnly}

// pressureUlcers is how many there are of a stage (C-CDA R2.1 Number of Pressure Ulcers Observation).
var pressureUlcers = form{templates: further[5:], when: needTime, value: anyValues, fits: countsUlcers}

// countsUlcers: the template has its two codes, one whole number, and one stage (CONF:1198-14768, 1198-32850, 1198-14771, 1198-14718).
func countsUlcers(w *writer, x *record.Observation) bool {
	return w.release == R21 && len(x.Code.Codings) == 2 && x.Code.Codings[0].Code == "2264892003" && x.Code.Codings[0].System == record.SystemSNOMED &&
		x.Code.Has(record.SystemLOINC, "75277-4") && len(x.Values) == 1 && x.Values[0].Integer != nil &&
		len(x.Components) == 1 && isAssertion(&x.Components[0].Code) && len(x.Relations)+len(x.Members)+len(x.Notes)+len(x.Indications) == 0
}

// observationEntry writes an observation that is of no list of its own: what
// hangs on another statement, or else a result in the widest sense.
func (w *writer) observationEntry(i int) bool {
	if w.unsayable(place{record.KindObservation, i}) {
		return false
	}
	x := w.rec.Observations[i]
	if x.Kind == "" && x.Code.Has(record.SystemLOINC, healthStatusCode.codes[0]) {
		x.Kind = "health-status"
	}
	switch {
	case x.Kind == "instruction":
		w.observed(&x, &instructionForm)
	case x.Kind == "functional-status":
		w.observed(&x, &functionalProblem)
	case x.Kind == "pressure-ulcers":
		w.observed(&x, &pressureUlcers)
	case x.Kind != "" && len(findingForm("", &x).templates) > 0 || !w.atEntry():
		w.observed(&x, findingForm("", &x))
	default:
		w.resultIn("observation-alone", &x)
	}
	return true
}

// instructionForm is that of what somebody was told (C-CDA 5.0 Instruction Observation).
var instructionForm = form{kind: "instruction", templates: []string{templateInstructionObservation}}

func (w *writer) observationSection(i int) string {
	x := &w.rec.Observations[i]
	if x.Kind == "instruction" {
		return "69730-0"
	}
	for k := range findings {
		if f := &findings[k]; f.kind == x.Kind && f.kind != "" {
			if f.section == socialSection {
				return "29762-2"
			}
			return sectionOfKind(x.Kind)
		}
	}
	if x.Kind == "health-status" {
		return "11450-4"
	}
	return "30954-2"
}
