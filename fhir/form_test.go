package fhir

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// inventedForm is a Questionnaire of an invented publisher, with every element that the record has a place for.
const inventedForm = `{"resourceType": "Questionnaire", "id": "sleep", "identifier": [{"system": "http://f.example", "value": "F1"}], "url": "http://f.example/Questionnaire/sleep", "version": "2", "name": "Sleep",
"title": "How do you sleep?", "derivedFrom": ["http://f.example/Questionnaire/night"], "status": "retired", "experimental": false, "subjectType": ["Patient", "RelatedPerson"], "date": "2024-02-03T04:05:06Z",
"publisher": "Night Forms", "contact": [{"name": "Desk", "telecom": [{"system": "email", "value": "desk@f.example"}]}], "description": "On *sleep*", "jurisdiction": [{"text": "Nowhere"}],
"useContext": [{"code": {"system": "http://u.example", "code": "age"}, "valueRange": {"low": {"value": 18, "unit": "a"}}}, {"code": {"code": "x"}, "valueReference": {"display": "the ward"}}],
"purpose": "To ask", "copyright": "Nobody's", "approvalDate": "2024-01-02", "lastReviewDate": "2024-01-03", "effectivePeriod": {"start": "2024", "end": "2025"}, "code": [{"system": "http://c.example", "code": "sleep"}],
"item": [{"linkId": "a", "definition": "http://f.example/d#a", "code": [{"system": "http://c.example", "code": "q1", "display": "Hours"}], "prefix": "1.", "text": "How many hours?", "type": "integer",
 "required": true, "repeats": false, "readOnly": false, "maxLength": 2, "initial": [{"valueInteger": 8}],
 "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl", "valueCodeableConcept": {"text": "slider"}}]},
{"linkId": "b", "text": "Bad nights", "type": "group", "enableBehavior": "any", "enableWhen": [{"question": "a", "operator": "<", "answerInteger": 6}, {"question": "a", "operator": "exists", "answerBoolean": false},
 {"question": "a", "operator": "!=", "answerQuantity": {"value": 7.50}}, {"question": "a", "operator": "=", "answerDecimal": 7.0}, {"question": "a", "operator": ">", "answerDateTime": "2024-01-01T01:02:03Z"}],
 "item": [{"linkId": "b1", "text": "Why?", "type": "open-choice", "repeats": true, "answerOption": [{"valueCoding": {"system": "http://c.example", "code": "noise"}, "initialSelected": true,
 "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-optionPrefix", "valueString": "i"}, {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 1.50}]},
 {"valueString": "pain"}, {"valueInteger": 4}, {"valueDate": "2024-05"}, {"valueTime": "04:05:06"}, {"valueReference": {"display": "the child"}}]},
 {"linkId": "b2", "text": "Which drug?", "type": "choice", "answerValueSet": "http://f.example/ValueSet/drugs"},
 {"linkId": "b3", "text": "Write freely", "type": "display"}]}]}`

// Typed fields alone bring a form back, and the ledger does not lie about it.
func TestFormComesBack(t *testing.T) {
	by, missing := map[string]*tallyOf{}, map[string]int{}
	compare(t, "form", []byte(inventedForm), true, by, missing)
	require.Empty(t, missing)
	require.Greater(t, perturb(t, "form", []byte(inventedForm)), 90)

	recs, reps := imported(t, []byte(inventedForm))
	require.Len(t, recs, 1)
	require.Nil(t, recs[0].Patient)
	require.Empty(t, recs[0].Carried)
	require.Empty(t, reps[0].Issues)
	f := recs[0].Forms[0]
	require.Equal(t, record.StatusInactive, f.Status.Code)
	require.Equal(t, "http://f.example/Questionnaire/sleep|2", f.Canonical())
	require.False(t, *f.Items[0].Repeats)
	require.Equal(t, "1.50", f.Items[1].Items[0].AnswerOptions[0].Score)
	require.Equal(t, "7.50", f.Items[1].EnableWhen[2].Answer.Quantity.Value)
}

// What FHIR has no word for is carried, and a modifier that nobody knows leaves the form whole.
func TestFormOfOtherWords(t *testing.T) {
	odd := strings.Replace(inventedForm, `"type": "integer"`, `"type": "hours"`, 1)
	odd = strings.Replace(odd, `"operator": "<"`, `"operator": "less"`, 1)
	recs, _ := imported(t, []byte(odd))
	require.Empty(t, recs[0].Forms[0].Items[0].Type)
	require.Empty(t, recs[0].Forms[0].Items[1].EnableWhen[0].Operator)
	require.Len(t, recs[0].Carried, 2)

	unknown := strings.Replace(inventedForm, `"linkId": "b2",`, `"linkId": "b2", "modifierExtension": [{"url": "http://f.example/not", "valueBoolean": true}],`, 1)
	recs, reps := imported(t, []byte(unknown))
	require.Empty(t, recs[0].Forms)
	require.True(t, slices.ContainsFunc(reps[0].Issues, func(i record.Issue) bool { return i.Code == record.IssueUnknownModifier.Code }))
}

const formsOfTwo = `{"resourceType": "Bundle", "type": "collection", "entry": [
{"resource": {"resourceType": "Patient", "id": "p"}}, {"resource": {"resourceType": "Patient", "id": "q"}},
{"resource": {"resourceType": "Questionnaire", "id": "one", "url": "http://f.example/one", "version": "1", "status": "active"}},
{"resource": {"resourceType": "Questionnaire", "id": "two", "url": "http://f.example/two", "status": "active"}},
{"resource": {"resourceType": "Questionnaire", "id": "three", "url": "http://f.example/three", "status": "active"}},
{"resource": {"resourceType": "QuestionnaireResponse", "id": "a", "questionnaire": "http://f.example/one|1", "status": "completed", "subject": {"reference": "Patient/p"}}},
{"resource": {"resourceType": "QuestionnaireResponse", "id": "b", "questionnaire": "http://f.example/one", "status": "completed", "subject": {"reference": "Patient/q"}}},
{"resource": {"resourceType": "QuestionnaireResponse", "id": "c", "questionnaire": "http://f.example/two", "status": "completed", "subject": {"reference": "Patient/q"}}},
{"resource": {"resourceType": "QuestionnaireResponse", "id": "d", "questionnaire": "http://f.example/one|2", "status": "completed", "subject": {"reference": "Patient/q"}}}]}`

// A form is of no patient: it stands in the record of each who answered it, and what nobody answered in one of no patient.
func TestFormsOfSeveralPatients(t *testing.T) {
	recs, _ := imported(t, []byte(formsOfTwo))
	require.Len(t, recs, 3)
	urls := func(rec *record.Record) (out []string) {
		for i := range rec.Forms {
			out = append(out, rec.Forms[i].URL)
		}
		return out
	}
	require.Equal(t, []string{"http://f.example/one"}, urls(recs[0]))
	require.Equal(t, []string{"http://f.example/one", "http://f.example/two"}, urls(recs[1]))
	require.Equal(t, []string{"http://f.example/three"}, urls(recs[2]))
	require.Nil(t, recs[2].Patient)
	require.Equal(t, recs[0].Forms[0].EntryRef(record.KindForm), recs[0].Questionnaires[0].Form)
	require.Equal(t, recs[1].Forms[1].EntryRef(record.KindForm), recs[1].Questionnaires[1].Form)
	require.Nil(t, recs[1].Questionnaires[2].Form, "another version of the form")
}

// A response says which form it answers, by the URL of that where it has none of its own.
func TestResponseNamesItsForm(t *testing.T) {
	rec := &record.Record{
		Forms: []record.Form{{Entry: record.Entry{ID: "11111111-1111-4111-8111-111111111111", Assertion: record.Affirmed}, URL: "http://f.example/one", Version: "1"}},
		Questionnaires: []record.QuestionnaireResponse{{Entry: record.Entry{ID: "22222222-2222-4222-8222-222222222222", Assertion: record.Affirmed,
			Status: record.Status{Code: record.StatusCompleted}}}},
	}
	rec.Questionnaires[0].Form = rec.Forms[0].EntryRef(record.KindForm)
	for want, change := range map[string]func(){
		"http://f.example/one|1": func() {},
		"http://f.example/two":   func() { rec.Questionnaires[0].Questionnaire = "http://f.example/two" },
	} {
		rec.Questionnaires[0].Questionnaire = ""
		change()
		var b bytes.Buffer
		_, err := Export(t.Context(), rec, &b, record.ExportOptions{})
		require.NoError(t, err)
		var v struct {
			Entry []struct {
				Resource struct{ Questionnaire string }
			}
		}
		require.NoError(t, json.Unmarshal(b.Bytes(), &v))
		require.Equal(t, want, v.Entry[1].Resource.Questionnaire)
		recs, _ := imported(t, b.Bytes())
		require.Equal(t, rec.Questionnaires[0].Form, recs[0].Questionnaires[0].Form, want)
	}
}

// An item that is asked only under a condition is never written without it.
func TestConditionsStay(t *testing.T) {
	n := "7"
	rec := &record.Record{Forms: []record.Form{{Entry: record.Entry{ID: "11111111-1111-4111-8111-111111111111", Assertion: record.Affirmed}, Items: []record.FormItem{
		{LinkID: "1", Type: "string", EnableWhen: []record.FormCondition{{Question: "2", Operator: "roughly", Answer: record.Value{Integer: &n}}, {Operator: "exists", Answer: record.Value{Integer: &n}}, {}}}}}}}
	var b bytes.Buffer
	_, err := Exporter{Check: true}.Export(t.Context(), rec, &b, record.ExportOptions{})
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(b.String(), `"enableWhen"`))
	recs, _ := imported(t, b.Bytes())
	require.Equal(t, rec.Forms[0].Items, recs[0].Forms[0].Items)
	require.Empty(t, conform(t, b.Bytes(), ConformOptions{}))
}
