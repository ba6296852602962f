package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func TestProblem(t *testing.T) {
	asthma := coded(record.SystemSNOMED, "195967001", "Asthma")
	concern := func(s record.StatusCode) *record.Concern { return &record.Concern{Status: record.Status{Code: s}} }
	for _, tc := range []struct {
		name    string
		problem record.Problem
		kind    string
		want    map[string]string
		issue   string
	}{
		{"on the problem list", record.Problem{Entry: entryOf(record.Affirmed, record.StatusCompleted), Code: asthma, Use: "problem-list",
			Kind: coded(record.SystemSNOMED, "55607006", "Problem"), Concern: concern(record.StatusActive), Onset: record.Period{Start: utcDay("2012-08-06")},
			DiagnosisDate: &record.Period{At: utcDay("2012-08-07")}},
			"Condition", map[string]string{"meta.profile[0]": profileBase + "condition-problems-health-concerns", "clinicalStatus.coding[0].code": "active",
				"category[0].coding[0].code": "problem-list-item", "category[1]": "", "onsetDateTime": "2012-08-06", "verificationStatus": "",
				"extension[0].url": extAssertedDate, "extension[0].valueDateTime": "2012-08-07"}, ""},
		{"the status observed stands before the concern's", record.Problem{Entry: entryOf(record.Affirmed, ""), Code: asthma, Use: "encounter-diagnosis",
			Clinical: record.ClinicalStatus{Code: "remission"}, Concern: concern(record.StatusActive), Kind: coded(record.SystemSNOMED, "282291009", "Diagnosis")},
			"Condition", map[string]string{"meta.profile[0]": profileBase + "condition-encounter-diagnosis", "clinicalStatus.coding[0].code": "remission",
				"category[0].coding[0].code": "encounter-diagnosis", "category[1].coding[0].code": "282291009"}, ""},
		{"of another section", record.Problem{Entry: entryOf(record.Affirmed, ""), Code: asthma, Use: "past-history"},
			"Condition", map[string]string{"meta": "", "category[0].coding[0].system": record.SystemLOINC, "category[0].coding[0].code": "11348-0", "clinicalStatus": ""}, "profile-not-claimed"},
		{"denied", record.Problem{Entry: entryOf(record.Negated, record.StatusCompleted), Code: asthma, Use: "problem-list", Concern: concern(record.StatusActive)},
			"Condition", map[string]string{"verificationStatus.coding[0].code": "refuted", "code.coding[0].code": "195967001", "clinicalStatus": ""}, ""},
		{"denied, and once confirmed", record.Problem{Entry: entryOf(record.Negated, ""), Code: asthma, Use: "problem-list", Verification: record.Confirmed},
			"Condition", map[string]string{"verificationStatus.coding[0].code": "refuted", "verificationStatus.coding[1]": ""}, ""},
		{"none known", record.Problem{Entry: entryOf(record.NoneKnown, record.StatusCompleted), Use: "problem-list",
			Code: record.Concept{Text: "No known problems", Codings: coded(record.SystemSNOMED, "55607006", "Problem").Codings}},
			"Condition", map[string]string{"code.coding[0].code": "160245001", "code.coding[1]": "", "code.text": "No known problems", "verificationStatus": ""}, ""},
		{"not known", record.Problem{Entry: entryOf(record.NotKnown, ""), Code: asthma}, "Basic", nil, "not-stated"},
		{"denied without a code", record.Problem{Entry: entryOf(record.Negated, "")}, "Basic", nil, "not-stated"},
		{"over, at a time not known", record.Problem{Entry: entryOf(record.Affirmed, ""), Code: asthma, Use: "problem-list", Concern: concern(record.StatusActive),
			Onset: record.Period{Start: utcDay("2001"), End: record.Time{Absent: record.AbsentUnknown}}},
			"Condition", map[string]string{"clinicalStatus.coding[0].code": "inactive", "_abatementDateTime.extension[0].valueCode": "unknown"}, "status-by-rule"},
		{"no information on an end says nothing", record.Problem{Entry: entryOf(record.Affirmed, ""), Code: asthma, Use: "problem-list", Concern: concern(record.StatusActive),
			Onset: record.Period{Start: utcDay("2001"), End: record.Time{Absent: record.AbsentNoInformation}}},
			"Condition", map[string]string{"clinicalStatus.coding[0].code": "active", "_abatementDateTime": ""}, ""},
		{"the source says active and gives an end", record.Problem{Entry: entryOf(record.Affirmed, ""), Code: asthma, Use: "problem-list",
			Clinical: record.ClinicalStatus{Code: "active"}, Onset: record.Period{Start: utcDay("2001"), End: utcDay("2002")}},
			"Condition", map[string]string{"clinicalStatus.coding[0].code": "active", "abatementDateTime": "", "onsetDateTime": "2001"}, "status-disagrees-with-end"},
		{"resolved", record.Problem{Entry: entryOf(record.Affirmed, ""), Code: asthma, Use: "problem-list", Clinical: record.ClinicalStatus{AsSent: codedPtr(record.SystemSNOMED, "413322009", "Resolved")},
			Onset: record.Period{Start: utcDay("2001"), End: utcDay("2002")}},
			"Condition", map[string]string{"clinicalStatus.coding[0].code": "resolved", "clinicalStatus.coding[1].code": "413322009", "abatementDateTime": "2002"}, ""},
		{"entered in error", record.Problem{Entry: entryOf(record.Affirmed, record.StatusEnteredInError), Code: asthma, Use: "problem-list", Clinical: record.ClinicalStatus{Code: "active"}},
			"Condition", map[string]string{"clinicalStatus": "", "verificationStatus.coding[0].code": "entered-in-error"}, ""},
		{"age at onset", record.Problem{Entry: entryOf(record.Affirmed, ""), Code: asthma, OnsetAge: &record.Quantity{Value: "57", Unit: "a", Code: "a", System: record.SystemUCUM}},
			"Condition", map[string]string{"onsetAge.value": "57", "onsetDateTime": ""}, ""},
		{"one onset only", record.Problem{Entry: entryOf(record.Affirmed, ""), Code: asthma, OnsetAge: &record.Quantity{Value: "57", Unit: "a", Code: "a", System: record.SystemUCUM},
			Onset: record.Period{Start: utcDay("1999")}},
			"Condition", map[string]string{"onsetAge": "", "onsetDateTime": "1999"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			by, issues := sent(t, &record.Record{Problems: []record.Problem{tc.problem}})
			require.Len(t, by[tc.kind], 1)
			says(t, by[tc.kind][0], tc.want)
			if tc.issue != "" {
				require.Positive(t, issues[tc.issue])
			}
		})
	}
}

func TestHealthConcern(t *testing.T) {
	insecurity := codedPtr(record.SystemSNOMED, "733423003", "Food insecurity")
	by, _ := sent(t, &record.Record{HealthConcerns: []record.HealthConcern{{Entry: entryOf(record.Affirmed, record.StatusActive), Value: insecurity,
		Code: coded(record.SystemLOINC, "75310-3", "Health concerns"), When: record.Period{Start: utcDay("2023-01-02")}}}})
	says(t, by["Condition"][0], map[string]string{"category[0].coding[0].code": "health-concern", "clinicalStatus.coding[0].code": "active",
		"code.coding[0].code": "733423003", "onsetDateTime": "2023-01-02"})
	// That somebody may come to be so does not say that they are.
	by, _ = sent(t, &record.Record{HealthConcerns: []record.HealthConcern{{Entry: entryOf(record.Affirmed, record.StatusActive), Value: insecurity, Risk: ptr(true)}}})
	require.Empty(t, by["Condition"])
	says(t, by["RiskAssessment"][0], map[string]string{"prediction[0].outcome.coding[0].code": "733423003", "status": "registered"})
	by, _ = sent(t, &record.Record{HealthConcerns: []record.HealthConcern{{Entry: entryOf(record.Negated, record.StatusActive), Value: insecurity}}})
	require.Len(t, by["Basic"], 1)
}
