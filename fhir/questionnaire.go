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
	if q.Status.Code == "" || !told || q.Questionnaire == "" || q.When == nil || !answeredOnce(q.Items) {
		profile = "" // status is bound as required; questionnaire and authored are demanded, and one answer to a question (sdcqr-2)
	}
	w.resource("questionnaires", i, &q.Entry, kindQuestionnaireResponse, profile)
	if profile == "" {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	w.common(&q.Entry, hasOneIdentifier|hasStatus|hasAssertion|hasMode)
	w.references("basedOn", "basedOn", q.BasedOn, only(kindCarePlan, kindServiceRequest))
	w.references("partOf", "partOf", q.PartOf, only(kindObservation, kindProcedure))
	w.uri("questionnaire", q.Questionnaire)
	if q.Title != "" && q.Questionnaire != "" {
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
			w.answer(&a.Value)
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

// answer writes answer.value[x]; a value of a type that FHIR has not there stands in the record extension.
func (w *writer) answer(v *record.Value) {
	rest := *v
	switch {
	case v.Concept != nil && isOneCoding(v.Concept):
		w.coding("valueCoding", &v.Concept.Codings[0])
		rest.Concept = nil
	case v.Quantity != nil:
		w.quantity("valueQuantity", v.Quantity)
		rest.Quantity = nil
	case v.Text != nil && clean(*v.Text):
		w.str("valueString", *v.Text)
		rest.Text = nil
	case v.Bool != nil:
		w.boolean("valueBoolean", *v.Bool)
		rest.Bool = nil
	case v.Integer != nil && isWhole(*v.Integer):
		w.raw("valueInteger", *v.Integer)
		rest.Integer = nil
	case v.Decimal != nil && isNumber(*v.Decimal):
		w.raw("valueDecimal", *v.Decimal)
		rest.Decimal = nil
	case v.Time != nil && v.Time.Precision() > record.NoPrecision && v.Time.Precision() <= record.Day:
		w.dateTime("valueDate", *v.Time)
		rest.Time = nil
	case v.Time != nil:
		w.dateTime("valueDateTime", *v.Time)
		rest.Time = nil
	case v.TimeOfDay != nil && len(*v.TimeOfDay) >= 8 && isClock(*v.TimeOfDay):
		w.code("valueTime", *v.TimeOfDay)
		rest.TimeOfDay = nil
	case v.URI != nil && isURI(*v.URI):
		w.code("valueUri", *v.URI)
		rest.URI = nil
	case v.Attachment != nil:
		w.attachment("valueAttachment", v.Attachment)
		rest.Attachment = nil
	case v.Ref != nil:
		w.reference("valueReference", v.Ref)
		rest.Ref = nil
	}
	fieldRest(w, "value", rest)
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
	if e := extension(object(n, "_questionnaire"), extQuestionnaireName); e.OK() && e.Child("valueString").Kind() == tree.String {
		q.Title = r.str(r.known(e), "valueString")
	}
	q.Status = r.status(n, &formStatuses)
	q.Encounter = r.refPtr(n, "encounter")
	q.When = r.timePtr(n, "authored")
	r.part(&q.Entry, n, "author", "author")
	r.part(&q.Entry, n, "source", "informant")
	q.Items = all(n, "item", r.formItem)
	add(r, &r.rec.Questionnaires, n, q)
	return true
}

func (r *reader) formItem(n tree.Node) record.QuestionnaireItem {
	x := record.QuestionnaireItem{
		LinkID: r.str(n, "linkId"), Definition: r.str(n, "definition"), Text: r.str(n, "text"), Items: all(n, "item", r.formItem),
		Answers: all(n, "answer", func(a tree.Node) record.QuestionnaireAnswer {
			v := record.QuestionnaireAnswer{Items: all(a, "item", r.formItem)}
			if m := choiceOf(a, "value"); m.OK() {
				if m.Name() == "valueQuantity" {
					v.Value.Quantity = maybe(a, "valueQuantity", r.quantity)
				} else {
					r.choice(m, &v.Value, a)
				}
			}
			r.fields(a, &v)
			return v
		}),
	}
	r.fields(n, &x)
	return x
}
