package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

const claimBundle = `{"resourceType":"Bundle","type":"collection","entry":[
{"fullUrl":"http://ward.example/fhir/Patient/p","resource":{"resourceType":"Patient","id":"p"}},
{"fullUrl":"http://ward.example/fhir/Coverage/v","resource":{"resourceType":"Coverage","id":"v","status":"active","beneficiary":{"reference":"Patient/p"},"payor":[{"display":"Granite"}]}},
{"fullUrl":"http://ward.example/fhir/Claim/c","resource":{"resourceType":"Claim","id":"c","status":"active","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/claim-type","code":"professional"}]},"use":"claim",
 "patient":{"reference":"Patient/p"},"created":"2024-02-03","provider":{"display":"Ward 7"},"priority":{"text":"normal"},"insurance":[{"sequence":1,"focal":true,"coverage":{"reference":"Coverage/v"}}],
 "diagnosis":[{"sequence":1,"diagnosisCodeableConcept":{"text":"Cough"}}],"item":[{"sequence":1,"productOrService":{"text":"Visit"},"servicedDate":"2024-02-02","net":{"value":80.25,"currency":"USD"}}],"total":{"value":80.25,"currency":"USD"}}},
{"fullUrl":"http://ward.example/fhir/ExplanationOfBenefit/e","resource":{"resourceType":"ExplanationOfBenefit","id":"e","status":"active","type":{"text":"professional"},"use":"claim","patient":{"reference":"Patient/p"},
 "created":"2024-02-09","insurer":{"display":"Granite"},"provider":{"display":"Ward 7"},"claim":{"reference":"Claim/c"},"outcome":"partial","disposition":"half","insurance":[{"focal":true,"coverage":{"reference":"Coverage/v"}}],
 "total":[{"category":{"coding":[{"code":"benefit"}]},"amount":{"value":40.25,"currency":"USD"}}],"payment":{"date":"2024-02-10","amount":{"value":40.25,"currency":"USD"}}}}]}`

// Claims, and what came of them, are read as far as the record identifies and totals them, and go out as what they were.
func TestClaimBack(t *testing.T) {
	recs, reps := imported(t, []byte(claimBundle))
	require.Len(t, recs, 1)
	require.Zero(t, reps[0].Counts.Unaccounted())
	cs := recs[0].Claims
	require.Len(t, cs, 2)
	require.Equal(t, "claim", cs[0].Kind)
	require.Equal(t, "80.25", cs[0].Totals[0].Amount.Value)
	require.Equal(t, "Visit", cs[0].Items[0].Code.Text)
	require.Equal(t, "2024-02-02", cs[0].Items[0].When.At.Value)
	require.Equal(t, "Cough", cs[0].Diagnoses[0].Text)
	require.Equal(t, recs[0].Coverages[0].ID, cs[0].Coverages[0].ID)
	require.Equal(t, benefit, cs[1].Kind)
	require.Equal(t, "partial", cs[1].Outcome)
	require.Equal(t, cs[0].ID, cs[1].Related[0].ID)
	require.Equal(t, "40.25", cs[1].Paid.Value)
	require.Equal(t, "2024-02-10", cs[1].PaidOn.Value)

	by, _ := sent(t, &record.Record{Patient: recs[0].Patient, Coverages: recs[0].Coverages, Claims: cs})
	require.Equal(t, "80.25", at(by["Claim"][0], "total.value"))
	require.Equal(t, "2024-02-02", at(by["Claim"][0], "item[0].servicedDate"))
	e := by["ExplanationOfBenefit"][0]
	require.Equal(t, "partial", at(e, "outcome"))
	require.Equal(t, "urn:uuid:"+cs[0].ID, at(e, "claim.reference"))
	require.Equal(t, "40.25", at(e, "payment.amount.value"))
	require.Equal(t, "benefit", at(e, "total[0].category.coding[0].code"))

	// Its list of outcomes has no word for none: nobody may take it for one.
	cs[1].Outcome = ""
	by, issues := sent(t, &record.Record{Patient: recs[0].Patient, Claims: cs[1:]})
	require.Empty(t, by["ExplanationOfBenefit"])
	require.Equal(t, 1, issues[record.IssueNotStated.Code])
}
