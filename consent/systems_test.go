package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// A denial holds by whatever name of its system a code comes: as an OID, as SAML assertions have it, or by the address of an
// earlier FHIR.
func TestSystemsByOtherNames(t *testing.T) {
	const v3 = "http://hl7.org/fhir/v3/"
	deny := func(p record.Provision) record.Consent {
		p.Type = "deny"
		return record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Provision: &record.Provision{Provisions: []record.Provision{p}}}
	}
	label := func(system, code string) []record.Label {
		return []record.Label{{Coding: record.Coding{System: system, Code: code}}}
	}
	rec := &record.Record{Results: []record.Observation{
		{Entry: record.Entry{ID: "r", Labels: label(record.SystemConfidentiality, "R")}},
		{Entry: record.Entry{ID: "v", Labels: label(record.SystemConfidentiality, "V")}},
		{Entry: record.Entry{ID: "n", Labels: append(label(record.SystemConfidentiality, "N"), label(record.SystemActCode, "ETHUD")...)}, Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "2339-0"}}}},
	}}
	for name, tt := range map[string]struct {
		p    record.Provision
		bits uint
	}{
		"a purpose by its OID":              {record.Provision{Purposes: []record.Coding{{System: "urn:oid:2.16.840.1.113883.5.8", Code: "TREAT"}}}, 0},
		"a purpose of an earlier FHIR":      {record.Provision{Purposes: []record.Coding{{System: v3 + "ActReason", Code: "TREAT"}}}, 0},
		"another purpose by its OID":        {record.Provision{Purposes: []record.Coding{{System: "urn:oid:2.16.840.1.113883.5.8", Code: "HMARKT"}}}, 7},
		"a code of a system nobody knows":   {record.Provision{Purposes: []record.Coding{{System: "urn:oid:1.2.3.4", Code: "TREAT"}}}, 7},
		"a confidentiality by its OID":      {record.Provision{SecurityLabels: []record.Coding{{System: "urn:oid:2.16.840.1.113883.5.25", Code: "R"}}}, 4},
		"a confidentiality of an old FHIR":  {record.Provision{SecurityLabels: []record.Coding{{System: v3 + "Confidentiality", Code: "R"}}}, 4},
		"a sensitivity by its OID":          {record.Provision{SecurityLabels: []record.Coding{{System: "urn:oid:2.16.840.1.113883.5.4", Code: "ETHUD"}}}, 3},
		"a sensitivity above it by its OID": {record.Provision{SecurityLabels: []record.Coding{{System: "urn:oid:2.16.840.1.113883.5.4", Code: "SUD"}}}, 3},
		"a code of LOINC by its OID":        {record.Provision{Codes: []record.Concept{{Codings: []record.Coding{{System: "urn:oid:2.16.840.1.113883.6.1", Code: "2339-0"}}}}}, 3},
	} {
		got, d := shown(t, &consent.Evaluator{}, []record.Consent{deny(tt.p)}, asked(), rec)
		if !d.Permits() {
			got = 0
		}
		require.Equal(t, tt.bits, got, name)
	}
	// What is asked for may come so as well.
	req := asked()
	req.Purposes[0].System = "urn:oid:2.16.840.1.113883.5.8"
	d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{deny(record.Provision{Purposes: []record.Coding{{System: record.SystemActReason, Code: "TREAT"}}})}}, req)
	require.False(t, d.Permits())
}
