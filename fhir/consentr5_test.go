package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// wholeR5 is an invented consent with every element of R5's Consent that the record has.
const wholeR5 = `{"resourceType":"Bundle","type":"collection","entry":[
{"fullUrl":"https://emr.example/Patient/p","resource":{"resourceType":"Patient","id":"p","name":[{"family":"Velde"}]}},
{"fullUrl":"https://emr.example/Consent/c","resource":{"resourceType":"Consent","id":"c","language":"nl","identifier":[{"system":"https://emr.example/consents","value":"8"}],"status":"active",
 "category":[{"coding":[{"system":"http://loinc.org","code":"64292-6"}]}],"subject":{"reference":"Patient/p"},"date":"2024-05-06","period":{"start":"2024-05-06","end":"2026-05-06"},
 "grantor":[{"reference":"Patient/p"}],"grantee":[{"display":"a clinic"}],"manager":[{"display":"a registry"}],"controller":[{"display":"a hospital"}],
 "sourceAttachment":[{"contentType":"text/plain","title":"the form","data":"amE="},{"url":"https://emr.example/form/8"}],"sourceReference":[{"display":"a letter"}],
 "regulatoryBasis":[{"text":"GDPR"}],"policyBasis":{"url":"https://emr.example/policy","reference":{"display":"the policy"}},"policyText":[{"display":"in words"}],
 "verification":[{"verified":true,"verificationType":{"text":"by telephone"},"verifiedBy":{"display":"a clerk"},"verifiedWith":{"reference":"Patient/p"},"verificationDate":["2024-05-07","2024-06"]}],
 "decision":"deny","provision":[
  {"id":"x","period":{"start":"2024-05-06"},"actor":[{"role":{"text":"recipient"},"reference":{"display":"a clinic"}}],"action":[{"text":"disclose"}],
   "securityLabel":[{"code":"N"}],"purpose":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT"}],"documentType":[{"code":"34133-9"}],"resourceType":[{"code":"Observation"}],
   "code":[{"text":"weight"}],"dataPeriod":{"start":"2020"},"data":[{"meaning":"related","reference":{"display":"a reading"}}],
   "expression":{"language":"text/cql","expression":"true","description":"always"},
   "provision":[{"purpose":[{"code":"HMARKT"}],"provision":[{"securityLabel":[{"code":"V"}]}]}]}]}}]}`

// TestConsentOfR5: each element of R5's Consent stands in the record, and the ledger tells the truth of it.
func TestConsentOfR5(t *testing.T) {
	recs, reps := imported(t, []byte(wholeR5))
	require.Len(t, recs[0].Consents, 1)
	require.Zero(t, reps[0].Counts.Unaccounted())
	c := recs[0].Consents[0]
	require.Equal(t, []string{"R5", "deny"}, []string{c.Version, c.Decision})
	require.Len(t, c.Provisions, 1)
	require.Nil(t, c.Provision)
	require.Equal(t, "V", c.Provisions[0].Provisions[0].Provisions[0].SecurityLabels[0].Code)
	require.Empty(t, c.Provisions[0].Type, "R5 says no type; the level does")
	var beside []string
	for _, x := range recs[0].Carried {
		if x.Owner == c.ID {
			beside = append(beside, x.At)
		}
	}
	require.ElementsMatch(t, []string{"policyBasis.reference", "policyText", "provision[0].id", "provision[0].expression.description"}, beside)
	perturb(t, "consent of R5", []byte(wholeR5))
}
