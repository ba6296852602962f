package fhir

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
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

// TestConsentOfR5InXML: in XML each element of it stands in the record as it does from JSON, to any depth; lists of one are
// lists, and nothing of it is odd.
func TestConsentOfR5InXML(t *testing.T) {
	xml := mustXML(t, []byte(wholeR5))
	turned, _ := fromXML(t, xml)
	require.JSONEq(t, wholeR5, string(turned.json))
	require.Empty(t, turned.notes)
	want, _ := imported(t, []byte(wholeR5))
	got, reps := imported(t, xml)
	require.Zero(t, reps[0].Counts.Unaccounted())
	require.Equal(t, []string{"R5"}, []string{got[0].Sources[0].Version})
	require.Len(t, got[0].Consents, 1)
	require.Len(t, got[0].Consents[0].Provisions[0].Provisions[0].Provisions[0].SecurityLabels, 1)
	got[0].Consents[0].Origins = want[0].Consents[0].Origins
	require.Equal(t, want[0].Consents, got[0].Consents)
	perturb(t, "consent of R5 in XML", xml)
}

// TestConsentVersionInXML: a Consent is turned by R5's elements where it has one that tells R5, and none that R5 has not and
// R4 has; contained ones by themselves.
func TestConsentVersionInXML(t *testing.T) {
	for _, c := range []struct {
		name, elements string
		r5             bool
	}{
		{"nothing", `<status value="active"/>`, false},
		{"R4", `<status value="active"/><patient/><provision><type value="deny"/><provision><type value="permit"/></provision></provision>`, false},
		{"decision", `<decision value="deny"/><provision><purpose><code value="x"/></purpose></provision>`, true},
		{"subject alone", `<subject><display value="x"/></subject><provision><purpose><code value="x"/></purpose></provision>`, true},
		{"two provisions", `<provision><code><text value="x"/></code></provision><provision><code><text value="y"/></code></provision>`, true},
		{"a document type deep down", `<provision><provision><documentType><code value="x"/></documentType></provision></provision>`, true},
		{"both", `<decision value="deny"/><scope><text value="x"/></scope><provision><purpose><code value="x"/></purpose></provision>`, false},
		{"a name that both have", `<sourceReference><display value="x"/></sourceReference><provision><code><text value="x"/></code></provision>`, false},
		{"STU3", `<consentingParty><display value="x"/></consentingParty><dataPeriod><start value="2010"/></dataPeriod>`, false},
		{"another namespace", `<x:decision xmlns:x="https://emr.example/" value="deny"/><provision><type value="deny"/></provision>`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, form := range []string{
				`<Consent xmlns="http://hl7.org/fhir">%</Consent>`,
				`<Observation xmlns="http://hl7.org/fhir"><contained><Consent>%</Consent></contained></Observation>`,
			} {
				turned, d := fromXML(t, []byte(strings.Replace(form, "%", c.elements, 1)))
				n := d.Root()
				if list := n.Child("contained"); list.OK() {
					n = list.First()
				}
				require.Equal(t, c.r5, n.Child("provision").Kind() == tree.Array)
				if c.r5 {
					require.Empty(t, turned.notes)
				}
			}
		})
	}
}
