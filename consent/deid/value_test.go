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

// A month of a year is no result in numbers (45 CFR 164.514(b)(2)(i)(C)).
func TestMonthsAreNoBounds(t *testing.T) {
	for text, stays := range map[string]bool{
		"12-2015": false, "2015-12": false, "2015 - 7": false, "7-1936": false,
		"70-110": true, "13-2015": true, "5-10": true, "12-2015 mg/dL": true, "0-3000": true, "150": true,
	} {
		rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "r", Assertion: record.Affirmed}, Values: []record.Value{{Text: &text}}}}}
		out, _ := deidentify(t, options(deid.SafeHarbor), rec)
		require.Equal(t, stays, out.Results[0].Values[0].Text != nil, text)
	}
}

// What a form asked is told by the number of its question where that is a code of LOINC; of all others an answer of five digits may
// be a ZIP code, in whatever type it came.
func TestAnswersOfForms(t *testing.T) {
	group := record.Value{Quantity: &record.Quantity{Value: "90", Comparator: ">=", Unit: "a", Code: "a", System: record.SystemUCUM}}
	masked := record.Value{Absent: record.AbsentMasked}
	for name, tt := range map[string]struct {
		link         string
		answer, want record.Value
	}{
		"a text of five digits":            {"12", record.Value{Text: ptr("98052")}, masked},
		"a number of five digits":          {"12", record.Value{Integer: ptr("98052")}, masked},
		"a text of two digits":             {"12", record.Value{Text: ptr("93")}, record.Value{Text: ptr("93")}},
		"an age, by LOINC":                 {"30525-0", record.Value{Integer: ptr("93")}, group},
		"an age, by the way to it":         {"/44250-9/30525-0", record.Value{Decimal: ptr("93")}, group},
		"an age under 90":                  {"30525-0", record.Value{Integer: ptr("45")}, record.Value{Integer: ptr("45")}},
		"three digits of a ZIP code":       {"45401-7", record.Value{Integer: ptr("980")}, masked},
		"something else, by another LOINC": {"44250-9", record.Value{Integer: ptr("93")}, record.Value{Integer: ptr("93")}},
	} {
		rec := &record.Record{Questionnaires: []record.QuestionnaireResponse{{Entry: record.Entry{ID: "q", Assertion: record.Affirmed},
			Items: []record.QuestionnaireItem{{LinkID: tt.link, Answers: []record.QuestionnaireAnswer{{Value: tt.answer}}}}}}}
		out, _ := deidentify(t, options(deid.SafeHarbor), rec)
		require.Equal(t, tt.want, out.Questionnaires[0].Items[0].Answers[0].Value, name)
	}
}

// Who holds or pays for the insurance lives on when the patient has died: their age is that of now.
func TestAgesOfThoseInsured(t *testing.T) {
	party := func() record.CoverageParty {
		return record.CoverageParty{Class: "POLHOLD", BirthTime: &record.Time{Value: "1930-05-05"}}
	}
	holder := party()
	rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}, BirthTime: record.Time{Value: "1960-01-01"}, DeceasedTime: record.Time{Value: "1990-06-01"}},
		Coverages: []record.Coverage{{Entry: record.Entry{ID: "c", Assertion: record.Affirmed}, HolderParty: &holder, Guarantors: []record.CoverageParty{party()}}},
		Problems:  []record.Problem{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed}, Onset: record.Period{Start: record.Time{Value: "1934"}}}}}
	out, _ := deidentify(t, options(deid.SafeHarbor), rec)
	masked := &record.Time{Absent: record.AbsentMasked}
	require.Equal(t, masked, out.Coverages[0].HolderParty.BirthTime)
	require.Equal(t, masked, out.Coverages[0].Guarantors[0].BirthTime)
	require.Equal(t, "1934", out.Problems[0].Onset.Start.Value, "what is the patient's is reckoned by the patient's death")
}

// An age over 89 may be told by an observation or by the age at which something began, where there is no date of birth: ages at other
// times would give the year of birth all the same.
func TestAgeOver89WithoutABirth(t *testing.T) {
	age := func(v string) *record.Quantity { return &record.Quantity{Value: v, Unit: "a", Code: "a"} }
	entry := func(id string) record.Entry { return record.Entry{ID: id, Assertion: record.Affirmed} }
	observed := func(v record.Value) record.Record {
		return record.Record{Observations: []record.Observation{{Entry: entry("o"), Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "30525-0"}}}, Values: []record.Value{v}}}}
	}
	for name, tt := range map[string]struct {
		rec  record.Record
		over bool
	}{
		"an age of 93":           {observed(record.Value{Quantity: age("93")}), true},
		"an age of 93 in months": {observed(record.Value{Quantity: &record.Quantity{Value: "1116", Unit: "mo", Code: "mo"}}), true},
		"an age of 93, a number": {observed(record.Value{Integer: ptr("93")}), true},
		"an age of 89":           {observed(record.Value{Quantity: age("89")}), false},
		"a problem since 92":     {record.Record{Problems: []record.Problem{{Entry: entry("y"), OnsetAge: age("92")}}}, true},
		"nothing":                {record.Record{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			rec := tt.rec
			rec.Patient = &record.Patient{Entry: entry("p")}
			rec.Problems = append([]record.Problem{{Entry: entry("x"), OnsetAge: age("50"), Onset: record.Period{Start: record.Time{Value: "1983-05-05"}}}}, rec.Problems...)
			out, _ := deidentify(t, options(deid.SafeHarbor), &rec)
			require.Equal(t, tt.over, out.Problems[0].OnsetAge == nil)
			require.Len(t, out.Observations, len(rec.Observations), "no second age")
			again, _ := deidentify(t, options(deid.SafeHarbor), out)
			require.Equal(t, out.Problems, again.Problems)
			require.Equal(t, out.Observations, again.Observations)
		})
	}
}

// Ages over 89 are one group however they are written: in units of any letters, as a text with its unit. Less than 92 years is no age
// over 89, and does not become one.
func TestAgesHoweverWritten(t *testing.T) {
	group := record.Value{Quantity: &record.Quantity{Value: "90", Comparator: ">=", Unit: "a", Code: "a", System: record.SystemUCUM}}
	masked := record.Value{Absent: record.AbsentMasked}
	years := func(v, unit string) record.Value {
		return record.Value{Quantity: &record.Quantity{Value: v, Unit: unit}}
	}
	text := func(s string) record.Value { return record.Value{Text: &s} }
	local := record.Coding{System: "urn:uuid:x", Code: "AGE"}
	loinc := func(c string) record.Coding { return record.Coding{System: record.SystemLOINC, Code: c} }
	for name, tt := range map[string]struct {
		code     record.Coding
		in, want record.Value
	}{
		"YR":                       {local, years("92", "YR"), group},
		"YEARS":                    {local, years("92", "YEARS"), group},
		"year(s)":                  {local, years("92", "year(s)"), group},
		"in braces":                {local, years("92", "{years}"), group},
		"months in capitals":       {local, years("1104", "MONTHS"), group},
		"89 in capitals":           {local, years("89", "YR"), years("89", "YR")},
		"ampere":                   {local, years("92", "A"), years("92", "A")},
		"days in a week":           {local, years("92", "d/wk"), years("92", "d/wk")},
		"less than 92":             {local, record.Value{Quantity: &record.Quantity{Value: "92", Comparator: "<", Unit: "a"}}, record.Value{Quantity: &record.Quantity{Absent: record.AbsentMasked}}},
		"a text":                   {local, text("92 years"), group},
		"a text, at least":         {local, text(">=92 a"), group},
		"a text, over 89":          {local, text("> 89 years"), group},
		"a text, less than 92":     {local, text("<92 years"), masked},
		"a text, from 85 to 95":    {local, text("85-95 years"), masked},
		"a text in months":         {local, text("1104 months"), group},
		"a text, 89":               {local, text("89 years"), text("89 years")},
		"a text, a concentration":  {local, text("92 mg/dL"), text("92 mg/dL")},
		"a number":                 {local, text("92"), text("92")},
		"an age, from 90 to 95":    {loinc("30525-0"), text("90-95"), group},
		"an age, from 85 to 95":    {loinc("30525-0"), text("85-95"), masked},
		"an age, estimated":        {loinc("21611-9"), text("92"), group},
		"a year of birth":          {loinc("80904-6"), record.Value{Integer: ptr("1934")}, masked},
		"a year of birth, a text":  {loinc("80904-6"), text("1934"), masked},
		"a later year of birth":    {loinc("80904-6"), record.Value{Integer: ptr("1964")}, record.Value{Integer: ptr("1964")}},
		"a year of birth, a value": {loinc("80904-6"), record.Value{Quantity: &record.Quantity{Value: "1934"}}, masked},
	} {
		entry := record.Entry{ID: "r", Assertion: record.Affirmed}
		rec := &record.Record{Results: []record.Observation{{Entry: entry, Code: record.Concept{Codings: []record.Coding{tt.code}}, Values: []record.Value{tt.in}}}}
		out, _ := deidentify(t, options(deid.SafeHarbor), rec)
		require.Equal(t, []record.Value{tt.want}, out.Results[0].Values, name)
		again, _ := deidentify(t, options(deid.SafeHarbor), out)
		require.Equal(t, out.Results[0].Values, again.Results[0].Values, name)
	}
}
