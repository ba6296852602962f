package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// invented is a Bundle from a system that is not ours, with every element of the
// resources that the record has a place for.
const invented = `{"resourceType": "Bundle", "type": "collection", "entry": [
{"resource": {"resourceType": "Patient", "id": "p"}},
{"resource": {"resourceType": "Practitioner", "id": "d"}},
{"resource": {"resourceType": "Organization", "id": "o"}},
{"resource": {"resourceType": "CareTeam", "id": "team", "identifier": [{"system": "http://a.example", "value": "T1"}], "status": "suspended", "category": [{"text": "home"}], "name": "Home team",
  "subject": {"reference": "Patient/p"}, "period": {"start": "2024-01-02"}, "participant": [{"role": [{"text": "nurse"}], "member": {"reference": "Practitioner/d", "display": "D."},
  "onBehalfOf": {"reference": "Organization/o"}, "period": {"end": "2024-03-01"}}], "reasonCode": [{"text": "wound"}], "managingOrganization": [{"reference": "Organization/o"}],
  "telecom": [{"system": "phone", "value": "555-0100"}], "note": [{"text": "rings twice"}]}},
{"resource": {"resourceType": "CarePlan", "id": "plan", "status": "revoked", "intent": "order", "category": [{"text": "diet"}], "title": "Less salt", "description": "All meals", "subject": {"reference": "Patient/p"},
  "period": {"start": "2024-01-02"}, "created": "2024-01-01", "author": {"reference": "Practitioner/d"}, "careTeam": [{"reference": "CareTeam/team"}],
  "activity": [{"detail": {"kind": "NutritionOrder", "code": {"text": "salt"}, "status": "not-started", "statusReason": {"text": "later"}, "doNotPerform": true, "scheduledString": "at supper",
  "performer": [{"reference": "Practitioner/d"}], "productCodeableConcept": {"text": "salt"}, "dailyAmount": {"value": 2.50, "unit": "g"}, "quantity": {"value": 5, "unit": "g"}, "description": "not from the shaker"},
  "outcomeCodeableConcept": [{"text": "done"}], "progress": [{"time": "2024-01-09", "text": "none yet"}]}]}},
{"resource": {"resourceType": "Coverage", "id": "cov", "identifier": [{"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MB"}]}, "system": "http://i.example", "value": "M-9"}],
  "status": "cancelled", "type": {"text": "EHCPOL"}, "policyHolder": {"reference": "Organization/o"}, "subscriber": {"reference": "Patient/p"}, "subscriberId": "S-1", "beneficiary": {"reference": "Patient/p"}, "dependent": "2",
  "relationship": {"text": "self"}, "period": {"end": "2023-12-31"}, "payor": [{"reference": "Organization/o"}], "class": [{"type": {"text": "group"}, "value": "G1", "name": "Group"}], "order": 2, "network": "N",
  "costToBeneficiary": [{"type": {"text": "visit"}, "valueMoney": {"value": 20.00, "currency": "USD"}}], "subrogation": true}},
{"resource": {"resourceType": "Device", "id": "dev", "udiCarrier": [{"deviceIdentifier": "09504000059118", "issuer": "http://hl7.org/fhir/NamingSystem/gs1", "jurisdiction": "http://j.example", "carrierAIDC": "AAAA", "carrierHRF": "(01)09504000059118", "entryType": "card"}],
  "status": "inactive", "statusReason": [{"text": "off"}], "distinctIdentifier": "D-1", "manufacturer": "M", "manufactureDate": "2020-01-01", "expirationDate": "2030-01-01", "lotNumber": "L", "serialNumber": "S",
  "deviceName": [{"name": "Pump", "type": "model-name"}], "modelNumber": "X", "partNumber": "P", "type": {"text": "pump"}, "version": [{"type": {"text": "sw"}, "value": "1.2"}], "patient": {"reference": "Patient/p"},
  "property": [{"type": {"text": "rate"}, "valueQuantity": [{"value": 1.0, "unit": "mL/h"}], "valueCode": [{"text": "slow"}]}], "url": "http://u.example", "note": [{"text": "old"}]}},
{"resource": {"resourceType": "DocumentReference", "id": "doc", "masterIdentifier": {"system": "http://a.example", "value": "D1"}, "status": "superseded", "docStatus": "amended", "type": {"text": "letter"}, "category": [{"text": "letters"}],
  "subject": {"reference": "Patient/p"}, "date": "2024-01-01T10:00:00Z", "author": [{"reference": "Practitioner/d"}], "authenticator": {"reference": "Organization/o"}, "custodian": {"reference": "Organization/o"},
  "relatesTo": [{"code": "replaces", "target": {"reference": "DocumentReference/before"}}], "description": "A letter", "securityLabel": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}],
  "content": [{"attachment": {"contentType": "text/plain", "data": "SGVsbG8=", "title": "t"}, "format": {"system": "http://f.example", "code": "f"}}],
  "context": {"event": [{"text": "visit"}], "period": {"start": "2023-12-01"}, "facilityType": {"text": "clinic"}, "practiceSetting": {"text": "rural"}}}},
{"resource": {"resourceType": "FamilyMemberHistory", "id": "f1", "status": "health-unknown", "patient": {"reference": "Patient/p"}, "relationship": {"text": "father"}}},
{"resource": {"resourceType": "FamilyMemberHistory", "id": "f2", "status": "partial", "patient": {"reference": "Patient/p"}, "date": "2024-01-01", "name": "Aunt", "relationship": {"text": "aunt"}, "sex": {"text": "female"}, "ageString": "sixties",
  "estimatedAge": true, "deceasedAge": {"value": 66, "unit": "a"}, "reasonCode": [{"text": "asked"}], "condition": [{"code": {"text": "stroke"}, "outcome": {"text": "died"}, "contributedToDeath": true, "onsetString": "old", "note": [{"text": "n"}]}]}},
{"resource": {"resourceType": "RiskAssessment", "id": "risk", "status": "final", "code": {"text": "heart risk"}, "subject": {"reference": "Patient/p"}, "occurrenceDateTime": "2024-01-01", "performer": {"reference": "Practitioner/d"},
  "prediction": [{"outcome": {"text": "stroke"}}, {"outcome": {"text": "infarction"}, "probabilityDecimal": 0.2, "qualitativeRisk": {"text": "negligible"}, "relativeRisk": 0.5, "whenRange": {"high": {"value": 60, "unit": "a"}}, "rationale": "young"}]}},
{"resource": {"resourceType": "SupplyDelivery", "id": "sup", "status": "abandoned", "patient": {"reference": "Patient/p"}, "suppliedItem": {"quantity": {"value": 1}, "itemCodeableConcept": {"text": "crutch"}}, "occurrenceDateTime": "2024-01-01", "supplier": {"reference": "Organization/o"}}},
{"resource": {"resourceType": "List", "id": "list", "status": "current", "mode": "changes", "title": "New", "code": {"text": "c"}, "subject": {"reference": "Patient/p"}, "date": "2024-01-01", "source": {"reference": "Practitioner/d"}, "orderedBy": {"text": "time"},
  "entry": [{"flag": {"text": "gone"}, "deleted": true, "item": {"reference": "Device/dev"}}], "note": [{"text": "n"}]}},
{"resource": {"resourceType": "Consent", "id": "con", "status": "active", "scope": {"text": "privacy"}, "category": [{"text": "c"}], "patient": {"reference": "Patient/p"}, "dateTime": "2024-01-01", "performer": [{"reference": "Patient/p"}],
  "organization": [{"reference": "Organization/o"}], "policy": [{"authority": "http://a.example", "uri": "http://u.example"}], "policyRule": {"text": "opt-in"}, "verification": [{"verified": true, "verificationDate": "2024-01-01"}],
  "provision": {"type": "permit", "period": {"end": "2025-01-01"}, "provision": [{"type": "deny", "actor": [{"role": {"text": "r"}, "reference": {"reference": "Practitioner/d"}}], "action": [{"text": "use"}], "securityLabel": [{"system": "http://s.example", "code": "PSY"}],
  "purpose": [{"system": "http://s.example", "code": "TREAT"}], "class": [{"system": "http://s.example", "code": "X"}], "code": [{"text": "k"}], "dataPeriod": {"start": "2020-01-01"}, "data": [{"meaning": "instance", "reference": {"reference": "Device/dev"}}],
  "provision": [{"type": "permit", "purpose": [{"system": "http://s.example", "code": "ETREAT"}]}]}]}}},
{"resource": {"resourceType": "ImagingStudy", "id": "img", "identifier": [{"system": "urn:dicom:uid", "value": "urn:oid:1.2.3"}], "status": "cancelled", "modality": [{"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT"}], "subject": {"reference": "Patient/p"},
  "started": "2024-01-01", "referrer": {"reference": "Practitioner/d"}, "interpreter": [{"reference": "Practitioner/d"}], "numberOfSeries": 1, "numberOfInstances": 1, "procedureCode": [{"text": "p"}], "reasonCode": [{"text": "r"}], "description": "d",
  "series": [{"uid": "1.2.3.4", "number": 1, "modality": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "CT"}, "description": "s", "bodySite": {"system": "http://snomed.info/sct", "code": "1"}, "laterality": {"system": "http://snomed.info/sct", "code": "2"},
  "performer": [{"function": {"text": "f"}, "actor": {"reference": "Practitioner/d"}}], "instance": [{"uid": "1.2.3.4.5", "sopClass": {"system": "urn:ietf:rfc:3986", "code": "urn:oid:1.2"}, "number": 1, "title": "t"}]}]}},
{"resource": {"resourceType": "Provenance", "id": "prov", "target": [{"reference": "Consent/con"}], "occurredDateTime": "2024-01-01", "recorded": "2024-01-01T10:00:00Z", "policy": ["http://p.example"], "reason": [{"text": "r"}], "activity": {"text": "a"},
  "agent": [{"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "AUT"}]}, "role": [{"text": "doctor"}], "who": {"reference": "Practitioner/d"}, "onBehalfOf": {"reference": "Organization/o"}}],
  "entity": [{"role": "source", "what": {"display": "a letter"}}], "signature": [{"type": [{"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}], "when": "2024-01-01T10:00:00Z", "who": {"reference": "Practitioner/d"}, "targetFormat": "a/b", "sigFormat": "c/d", "data": "AAAA"}]}},
{"resource": {"resourceType": "Composition", "id": "comp", "identifier": {"system": "http://a.example", "value": "C1"}, "status": "amended", "type": {"text": "summary"}, "category": [{"text": "c"}], "subject": {"reference": "Patient/p"}, "date": "2024-01-01", "author": [{"reference": "Practitioner/d"}],
  "title": "Summary", "confidentiality": "R", "attester": [{"mode": "official", "time": "2024-01-02", "party": {"reference": "Organization/o"}}], "custodian": {"reference": "Organization/o"}, "relatesTo": [{"code": "appends", "targetReference": {"reference": "Composition/before"}}],
  "event": [{"code": [{"text": "visit"}], "period": {"start": "2023-12-01"}, "detail": [{"reference": "CarePlan/plan"}]}],
  "section": [{"title": "Plans", "code": {"text": "plans"}, "author": [{"reference": "Practitioner/d"}], "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Less salt</div>"}, "mode": "snapshot", "orderedBy": {"text": "o"}, "entry": [{"reference": "CarePlan/plan"}],
  "section": [{"title": "None", "emptyReason": {"text": "nilknown"}}]}]}}
]}`

// TestInvented: every element is typed, each leaf of it counts in the record, and all comes back from the typed fields alone.
func TestInvented(t *testing.T) {
	recs, reps := imported(t, []byte(invented))
	require.Len(t, recs, 1)
	require.Equal(t, 2, reps[0].Counts.Carried) // resourceType and type of the Bundle
	for _, c := range recs[0].Carried {
		require.Empty(t, c.Owner, c.Path)
	}
	perturb(t, "invented", []byte(invented))
	by, missing := map[string]*tallyOf{}, map[string]int{}
	compare(t, "invented", []byte(invented), true, by, missing)
	require.Empty(t, missing)
}

// TestInventedMeaning: what modifies is read as what it is.
func TestInventedMeaning(t *testing.T) {
	recs, _ := imported(t, []byte(invented))
	rec := recs[0]
	require.True(t, *rec.CarePlans[0].Activities[0].DoNotPerform)
	require.Equal(t, record.StatusCancelled, rec.CarePlans[0].Status.Code)
	require.Equal(t, record.NotKnown, rec.FamilyHistory[0].Assertion)
	require.Equal(t, record.StatusPartial, rec.FamilyHistory[1].Status.Code)
	require.True(t, *rec.HealthConcerns[0].Risk)
	require.Empty(t, rec.Problems)
	require.Equal(t, "negligible", rec.HealthConcerns[0].Predictions[0].Likelihood.Text)
	require.Equal(t, "stroke", rec.HealthConcerns[0].RiskOf[0].Code.Text)
	require.True(t, *rec.Lists[0].Items[0].Deleted)
	require.Equal(t, "permit", rec.Consents[0].Decision)
	require.Equal(t, "deny", rec.Consents[0].Provision.Provisions[0].Type)
	require.Equal(t, "permit", rec.Consents[0].Provision.Provisions[0].Provisions[0].Type)
	require.Equal(t, record.StatusSuperseded, rec.Notes[0].Status.Code)
	require.Equal(t, "R", rec.Notes[0].Labels[0].Coding.Code)
	require.Equal(t, "R", rec.Documents[0].Labels[0].Coding.Code)
	require.Equal(t, "patient", rec.Devices[0].Use)
	require.Equal(t, rec.Documents[0].Sections[0].ID, rec.CarePlans[0].Section)
}
