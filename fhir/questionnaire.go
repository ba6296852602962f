package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// formStatuses pairs FHIR's questionnaire-answers-status with the record's.
var formStatuses = codes.NewTable(
	codes.Both("in-progress", record.StatusActive), codes.Both("completed", record.StatusCompleted), codes.Both("amended", record.StatusAmended),
	codes.Both("entered-in-error", record.StatusEnteredInError), codes.Both("stopped", record.StatusAborted),
)

const extQuestionnaireName = "http://hl7.org/fhir/StructureDefinition/display"

// formKind says what a form filled in becomes: a Basic where it is denied or not known.
func formKind(q *record.QuestionnaireResponse) kind {
	if q.Assertion != record.Affirmed || q.Mode != record.ModeEvent {
		return kindBasic
	}
	return kindQuestionnaireResponse
}

// formFilled writes a QuestionnaireResponse (US Core QuestionnaireResponse 6.1.0).
func (w *writer) formFilled(i int, q *record.QuestionnaireResponse) {
	if formKind(q) == kindBasic {
		w.unstated("questionnaires", i, &q.Entry, q)
		return
	}
	_, told := formStatuses.From(q.Status.Code)
	profile := profileBase + "questionnaireresponse"
	canonical, other := w.canonicalOf(q)
	if q.Status.Code == "" || !told || canonical == "" || q.When == nil || !answeredOnce(q.Items) {
		profile = "" // status is bound as required; questionnaire and authored are demanded, and one answer to a question (sdcqr-2)
	}
	w.resource("questionnaires", i, &q.Entry, kindQuestionnaireResponse, profile)
	if profile == "" {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	w.common(&q.Entry, hasOneIdentifier|hasStatus|hasAssertion|hasMode)
	w.references("basedOn", "basedOn", q.BasedOn, only(kindCarePlan, kindServiceRequest))
	w.references("partOf", "partOf", q.PartOf, only(kindObservation, kindProcedure))
	w.uri("questionnaire", canonical)
	if other {
		w.fieldRef("form", q.Form)
	}
	if q.Title != "" && canonical != "" {
		w.sibling("questionnaire")
		w.ext(extQuestionnaireName)
		w.str("valueString", q.Title)
		w.endExt()
		w.end()
	} else {
		w.fieldStr("title", q.Title)
	}
	w.status("status", &q.Status, &formStatuses, "")
	if q.Subject != nil {
		w.referenceField("subject", "subject", q.Subject, 0)
	} else {
		w.subject("subject")
	}
	w.referenceField("encounter", "encounter", q.Encounter, only(kindEncounter))
	if q.When != nil {
		w.dateTime("authored", *q.When)
	}
	w.authorOf("author", q.Participants, only(kindDevice, kindPractitioner, kindPractitionerRole, kindPatient, kindRelatedPerson, kindOrganization))
	w.firstOf("source", q.Participants, only(kindPatient, kindPractitioner, kindPractitionerRole, kindRelatedPerson), "informant")
	w.formItems(q.Items)
	w.endResource()
}

// canonicalOf gives what a response calls the form that it answers: what it says
// itself, else the canonical URL of the form that it refers to. It reports whether it refers to yet another.
func (w *writer) canonicalOf(q *record.QuestionnaireResponse) (string, bool) {
	if q.Form == nil {
		return q.Questionnaire, false
	}
	for i := range w.rec.Forms {
		f := &w.rec.Forms[i]
		if f.ID != q.Form.ID {
			continue
		}
		if q.Questionnaire == "" {
			return f.Canonical(), f.URL == ""
		}
		return q.Questionnaire, q.Questionnaire != f.URL && q.Questionnaire != f.Canonical()
	}
	return q.Questionnaire, true
}

// formItems writes the questions with their answers.
func (w *writer) formItems(items []record.QuestionnaireItem) {
	w.arr("item")
	for i := range items {
		x := &items[i]
		w.In("items", i)
		w.obj("")
		if x.LinkID != "" {
			w.str("linkId", x.LinkID)
		} else {
			w.required("linkId", "", "linkId")
		}
		w.uri("definition", x.Definition)
		w.str("text", x.Text)
		w.arr("answer")
		for k := range x.Answers {
			a := &x.Answers[k]
			w.In("answers", k)
			w.obj("")
			w.typed("value", "value", &a.Value, initialTypes)
			w.formItems(a.Items)
			w.end()
			w.Leave()
		}
		w.endArr()
		if len(x.Answers) == 0 {
			w.formItems(x.Items)
		} else {
			w.fieldAny("items", x.Items) // an item has answers or items (qrs-1)
		}
		w.end()
		w.Leave()
	}
	w.endArr()
}

// answeredOnce reports whether no two of the questions that stand together and have an answer have one link id.
func answeredOnce(items []record.QuestionnaireItem) bool {
	seen := map[string]bool{}
	for i := range items {
		x := &items[i]
		if x.LinkID != "" && len(x.Answers) > 0 {
			if seen[x.LinkID] {
				return false
			}
			seen[x.LinkID] = true
		}
		if !answeredOnce(x.Items) {
			return false
		}
		for k := range x.Answers {
			if !answeredOnce(x.Answers[k].Items) {
				return false
			}
		}
	}
	return true
}

// typed writes value[x], as which name begins, of one of the types that FHIR has
// there; a value of another type stands in a field of the record extension, and
// the element says that there is none.
func (w *writer) typed(name, field string, v *record.Value, types string) {
	rest := *v
	typ := ""
	is := func(t string, there bool) bool {
		if there && inList(types, t) {
			typ = t
		}
		return typ != ""
	}
	switch {
	case is("Coding", v.Concept != nil && isOneCoding(v.Concept)):
		w.coding(name+typ, &v.Concept.Codings[0])
		rest.Concept = nil
	case is("Quantity", v.Quantity != nil):
		w.quantity(name+typ, v.Quantity)
		rest.Quantity = nil
	case is("String", v.Text != nil && clean(*v.Text)):
		w.str(name+typ, *v.Text)
		rest.Text = nil
	case is("Boolean", v.Bool != nil):
		w.boolean(name+typ, *v.Bool)
		rest.Bool = nil
	case is("Integer", v.Integer != nil && isWhole(*v.Integer)):
		w.raw(name+typ, *v.Integer)
		rest.Integer = nil
	case is("Decimal", v.Decimal != nil && isNumber(*v.Decimal)):
		w.raw(name+typ, *v.Decimal)
		rest.Decimal = nil
	case is("Date", v.Time != nil && v.Time.Precision() > record.NoPrecision && v.Time.Precision() <= record.Day),
		is("DateTime", v.Time != nil):
		w.dateTime(name+typ, *v.Time)
		rest.Time = nil
	case is("Time", v.TimeOfDay != nil && len(*v.TimeOfDay) >= 8 && isClock(*v.TimeOfDay)):
		w.code(name+typ, *v.TimeOfDay)
		rest.TimeOfDay = nil
	case is("Uri", v.URI != nil && isURI(*v.URI)):
		w.code(name+typ, *v.URI)
		rest.URI = nil
	case is("Attachment", v.Attachment != nil):
		w.attachment(name+typ, v.Attachment)
		rest.Attachment = nil
	case is("Reference", v.Ref != nil):
		w.reference(name+typ, v.Ref)
		rest.Ref = nil
	default:
		w.required(name+"String", "", field)
	}
	fieldRest(w, field, rest)
}

func isWhole(v string) bool {
	_, ok := parseInt(v)
	return ok
}

// formOf reads a QuestionnaireResponse (R4 3.7).
func (r *reader) formOf(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	q := record.QuestionnaireResponse{Entry: r.entry(n)}
	if d := object(n, "identifier"); d.OK() {
		q.Identifiers = []record.Identifier{r.identifier(d)}
	}
	q.BasedOn, q.PartOf = r.refs(n, "basedOn"), r.refs(n, "partOf")
	q.Questionnaire = r.str(n, "questionnaire")
	q.Form = r.formAnswered(q.Questionnaire)
	if e := extension(object(n, "_questionnaire"), extQuestionnaireName); e.OK() && e.Child("valueString").Kind() == tree.String {
		q.Title = r.str(r.known(e), "valueString")
	}
	q.Status = r.status(n, &formStatuses)
	q.Encounter = r.refPtr(n, "encounter")
	q.When = r.timePtr(n, "authored")
	r.part(&q.Entry, n, "author", "author")
	r.part(&q.Entry, n, "source", "informant")
	q.Items = all(n, "item", r.formItem)
	add(r, &r.rec.Questionnaires, n, &q)
	return true
}

func (r *reader) formItem(n tree.Node) record.QuestionnaireItem {
	x := record.QuestionnaireItem{
		LinkID: r.str(n, "linkId"), Definition: r.str(n, "definition"), Text: r.str(n, "text"), Items: all(n, "item", r.formItem),
		Answers: all(n, "answer", func(a tree.Node) record.QuestionnaireAnswer {
			v := record.QuestionnaireAnswer{Items: all(a, "item", r.formItem)}
			r.typed(a, "value", &v.Value)
			r.fields(a, &v)
			return v
		}),
	}
	r.fields(n, &x)
	return x
}
