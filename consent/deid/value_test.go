package deid_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record"
)

// A number is out where the question asks for one that identifies, or where nobody knows what was asked.
func TestAnswersThatIdentify(t *testing.T) {
	loinc := func(code string) record.Concept {
		return record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: code}}}
	}
	rec := &record.Record{
		Results: []record.Observation{
			{Entry: record.Entry{ID: "a", Assertion: record.Affirmed}, Code: loinc("45396-9"), Values: []record.Value{{Integer: ptr("4711")}}},
			{Entry: record.Entry{ID: "b", Assertion: record.Affirmed}, Code: loinc("718-7"), Values: []record.Value{{Integer: ptr("4711")}}, Components: []record.Component{{Code: loinc("45401-7"), Values: []record.Value{{Integer: ptr("98052")}}}}},
			{Entry: record.Entry{ID: "c", Assertion: record.Affirmed}, Code: loinc("30525-0"), Values: []record.Value{{Integer: ptr("94")}, {Decimal: ptr("89.9")}, {Quantity: &record.Quantity{Value: "1092", Unit: "mo", Code: "mo"}}}},
		},
		Questionnaires: []record.QuestionnaireResponse{{Entry: record.Entry{ID: "q", Assertion: record.Affirmed}, Items: []record.QuestionnaireItem{{LinkID: "1", Answers: []record.QuestionnaireAnswer{{Value: record.Value{Integer: ptr("98052")}}, {Value: record.Value{Integer: ptr("7")}}}}}}},
	}
	masked := record.Value{Absent: record.AbsentMasked}
	out, _ := deidentify(t, options(deid.SafeHarbor), rec)
	require.Equal(t, masked, out.Results[0].Values[0])
	require.Equal(t, "4711", *out.Results[1].Values[0].Integer)
	require.Equal(t, masked, out.Results[1].Components[0].Values[0])
	group := &record.Quantity{Value: "90", Comparator: ">=", Unit: "a", Code: "a", System: record.SystemUCUM}
	require.Equal(t, []record.Value{{Quantity: group}, {Decimal: ptr("89.9")}, {Quantity: group}}, out.Results[2].Values)
	require.Equal(t, masked, out.Questionnaires[0].Items[0].Answers[0].Value)
	require.Equal(t, "7", *out.Questionnaires[0].Items[0].Answers[1].Value.Integer)
	out, _ = deidentify(t, options(deid.LimitedDataSet), rec)
	require.Equal(t, masked, out.Results[0].Values[0])
	require.Equal(t, "98052", *out.Results[1].Components[0].Values[0].Integer)
	require.Equal(t, "94", *out.Results[2].Values[0].Integer)
}

// An age over 89 is told by dates and ages together, and never by those of somebody who died younger.
func TestAgesOver89(t *testing.T) {
	rec := func(born, died string) *record.Record {
		return &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}, BirthTime: record.Time{Value: born}, DeceasedTime: record.Time{Value: died}},
			Problems:      []record.Problem{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed}, OnsetAge: &record.Quantity{Value: "45", Unit: "a"}, Onset: record.Period{Start: record.Time{Value: "1934-05"}, Age: &record.Quantity{Value: "45", Unit: "a"}}}},
			FamilyHistory: []record.FamilyMember{{Entry: record.Entry{ID: "f", Assertion: record.Affirmed}, BirthTime: record.Period{At: record.Time{Value: "1934"}}, Age: &record.Value{Quantity: &record.Quantity{Value: "91", Unit: "a", Code: "a"}}}}}
	}
	masked := record.Time{Absent: record.AbsentMasked}
	out, _ := deidentify(t, options(deid.SafeHarbor), rec("1930-01-01", ""))
	require.Equal(t, masked, out.Patient.BirthTime)
	require.Len(t, out.Observations, 1)
	require.Equal(t, masked, out.Problems[0].Onset.Start)
	require.Nil(t, out.Problems[0].OnsetAge)
	require.Nil(t, out.Problems[0].Onset.Age)
	// The same who died at 60: nothing of theirs tells of more, but a relative's birth does.
	out, _ = deidentify(t, options(deid.SafeHarbor), rec("1930-01-01", "1990-06-01"))
	require.Equal(t, "1930", out.Patient.BirthTime.Value)
	require.Empty(t, out.Observations)
	require.Equal(t, "1934", out.Problems[0].Onset.Start.Value)
	require.Equal(t, "45", out.Problems[0].OnsetAge.Value)
	require.Equal(t, masked, out.FamilyHistory[0].BirthTime.At)
	require.Equal(t, ">=", out.FamilyHistory[0].Age.Quantity.Comparator)
	// A year alone may be that of somebody who is 90 already.
	out, _ = deidentify(t, options(deid.SafeHarbor), rec("1936", ""))
	require.Equal(t, masked, out.Patient.BirthTime)
}

// A section or a list that held something does not say that it is empty.
func TestNothingIsSaidToBeEmpty(t *testing.T) {
	rec := &record.Record{
		Consents: []record.Consent{{Entry: record.Entry{ID: "c", Assertion: record.Affirmed}}},
		Documents: []record.Document{{Entry: record.Entry{ID: "d", Assertion: record.Affirmed}, Sections: []record.Section{
			{ID: "a", Narrative: &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "text", Text: "words"}}}}, {ID: "b", Entries: []record.Ref{{ID: "c", Kind: record.KindConsent}}}, {ID: "e"}}}},
		Results: []record.Observation{{Entry: record.Entry{ID: "r", Assertion: record.Affirmed}, Values: []record.Value{{Ref: &record.Ref{Display: "Anna"}}}}},
	}
	out, _ := deidentify(t, options(deid.SafeHarbor), rec)
	s := out.Documents[0].Sections
	require.Equal(t, []record.AbsentReason{record.AbsentMasked, record.AbsentMasked, ""}, []record.AbsentReason{s[0].Absent, s[1].Absent, s[2].Absent})
	require.Equal(t, []record.Value{{Absent: record.AbsentMasked}}, out.Results[0].Values)
}

type terminology struct{ record.Terminology }

func (terminology) Lookup(_ context.Context, _, code string) (record.CodeInfo, bool, error) {
	if code == "1" {
		panic(code)
	}
	return record.CodeInfo{Display: "Glucose [Mass/volume] in Blood"}, code == "2339-0", nil
}

func TestDisplaysOfTheTerminologyStay(t *testing.T) {
	code := record.Concept{Text: "glucose [Mass/volume] in Blood", Codings: []record.Coding{{System: record.SystemLOINC, Code: "2339-0", Display: "Glucose [Mass/volume] in Blood"}, {System: record.SystemLOINC, Code: "2339-0", Display: "Anna's glucose"}, {Code: "1", Display: "Anna"}}}
	rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "r", Assertion: record.Affirmed}, Code: code}}}
	opt := options(deid.SafeHarbor)
	opt.Terminology = terminology{}
	out, _ := deidentify(t, opt, rec)
	require.Equal(t, record.Concept{Text: code.Text, Codings: []record.Coding{code.Codings[0], {System: record.SystemLOINC, Code: "2339-0"}, {Code: "1"}}}, out.Results[0].Code)
}
