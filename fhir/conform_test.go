package fhir

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

func conform(t testing.TB, data []byte, o ConformOptions) []record.Issue {
	t.Helper()
	d, err := Parse(data, record.Limits{})
	require.NoError(t, err)
	return d.Conform(o)
}

// A fault is put into the document that has none: old, where it first stands after the text before, becomes new.
type conformFault struct{ code, rule, before, old, new string }

const stem = "http://terminology.hl7.org/CodeSystem/"

// conformFaults are faults of every kind, one for each rule.
var conformFaults = []conformFault{
	// The structure.
	{"fhir-resource", "", "", `"resourceType":"Appointment"`, `"resourceType":"Appointmnt"`},
	{"fhir-element", "Patient", "", `"active":true`, `"active":true,"race":"white"`},
	{"fhir-element", "HumanName", "", `"use":"official"`, `"use":"official","middle":"R."`},
	{"fhir-element", "Observation", "/bp", `"effectiveDateTime":`, `"_effectivePeriod":{"id":"x"},"effectiveDate":`},
	{"fhir-json-type", "Patient.active", "", `"active":true`, `"active":"true"`},
	{"fhir-json-type", "ContactPoint.rank", "", `"rank":1`, `"rank":"1"`},
	{"fhir-json-type", "Quantity.value", "/lab", `"value":5.10`, `"value":"5.10"`},
	{"fhir-json-type", "Condition.code", "/c1", `"code":{"coding":[{"system":"http://snomed.info/sct","code":"90560007"}]}`, `"code":"90560007"`},
	{"fhir-array", "Patient.gender", "", `"gender":"female"`, `"gender":["female"]`},
	{"fhir-array", "Patient.name", "", `"name":[{"use":"official","family":"Vex","given":["Ottilie","R."],"_given":[null,{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier","valueCode":"IN"}]}],"period":{"start":"1951-06-07","end":"2020"}}]`, `"name":{"family":"Vex"}`},
	{"fhir-array", "AllergyIntolerance.category", "", `["medication"]`, `"medication"`},
	{"fhir-empty", "HumanName.family", "", `"family":"Vex"`, `"family":""`},
	{"fhir-empty", "ele-1", "/c1", `{"summary":{"text":"late"}}`, `{"summary":{}}`},
	{"fhir-empty", "Patient.telecom", "", `"telecom":[{"system":"phone","value":"555-0117","rank":1}]`, `"telecom":[]`},
	{"fhir-empty", "Patient.birthDate", "", `"birthDate":"1951-06-07"`, `"birthDate":null`},
	{"fhir-empty", "HumanName.given", "", `["Ottilie","R."]`, `[null,"R."]`},
	{"fhir-two-choices", "Observation.value", "/lab", `"valueQuantity"`, `"valueString":"5.1","valueQuantity"`},
	{"fhir-two-choices", "Patient.deceased", "", `"deceasedBoolean":false`, `"deceasedBoolean":false,"deceasedDateTime":"2020"`},
	{"fhir-two-choices", "Condition.onset", "/c1", `"abatementDateTime"`, `"onsetString":"young","abatementDateTime"`},
	{"fhir-required", "Observation.status", "/lab", `"status":"final",`, ""},
	{"fhir-required", "AllergyIntolerance.patient", "/a1", `,"patient":{"reference":"Patient/vex"}`, ""},
	{"fhir-required", "AllergyIntolerance.reaction.manifestation", "/a1", `"manifestation":[{"coding":[{"system":"http://snomed.info/sct","code":"247472004"}]}],`, ""},
	{"fhir-required", "Immunization.occurrence", "/i1", `"occurrenceDateTime":"2023-10-10",`, ""},
	{"fhir-required", "Composition.title", "/co1", `"title":"Summary",`, ""},

	// Formats.
	{"fhir-format", "Patient.birthDate", "", `"birthDate":"1951-06-07"`, `"birthDate":"1951-02-30"`},
	{"fhir-format", "Patient.birthDate", "", `"birthDate":"1951-06-07"`, `"birthDate":"06/07/1951"`},
	{"fhir-format", "Observation.effective", "/lab", `09:10:00Z`, `09:10:00`},
	{"fhir-format", "Observation.effective", "/lab", `09:10:00Z`, `25:10:00Z`},
	{"fhir-format", "Observation.issued", "/lab", `"2024-02-01T11:00:00.000Z"`, `"2024-02-01"`},
	{"fhir-format", "Patient.gender", "", `"gender":"female"`, `"gender":"female "`},
	{"fhir-format", "Patient.id", "", `"id":"vex"`, `"id":"vex_1"`},
	{"fhir-format", "Identifier.system", "", `http://ehr.example.org/mrn`, `http://ehr.example.org/our mrn`},
	{"fhir-format", "Identifier.system", "", `http://ehr.example.org/mrn`, `urn:oid:1.02.3`},
	{"fhir-format", "Attachment.data", "", `iVBORw0KGgo=`, `iVBORw0KGg`},
	{"fhir-format", "ContactPoint.rank", "", `"rank":1`, `"rank":0`},
	{"fhir-format", "ContactPoint.value", "", `555-0117`, `555\u00010117`},
	{"fhir-format", "Coding.system", "/c1", `"http://snomed.info/sct"`, `"SNOMED"`},
	{"fhir-format", "Extension.url", "", `"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex"`, `"url":"birthsex"`},

	// Codes.
	{"fhir-code", "Patient.gender", "", `"gender":"female"`, `"gender":"F"`},
	{"fhir-code", "Observation.status", "/lab", `"status":"final"`, `"status":"done"`},
	{"fhir-code", "us-core-birthsex.value", "", `"valueCode":"F"`, `"valueCode":"female"`},
	{"fhir-code", "us-core-race.extension:ombCategory.value", "", `"2106-3","display":"White"`, `"2108-9"`},
	{"fhir-code", "us-core-ethnicity.extension:ombCategory.value", "", `"2186-5"`, `"2137-8"`},
	{"fhir-code", "AllergyIntolerance.clinicalStatus", "/a1", `"code":"active"`, `"code":"current"`},
	{"fhir-code", "AllergyIntolerance.clinicalStatus", "/a1", stem + `allergyintolerance-clinical`, stem + `condition-clinical`},
	{"fhir-code", "Condition.verificationStatus", "/c1", `"code":"confirmed"`, `"code":"sure"`},
	{"fhir-code", "MedicationRequest.intent", "/m1", `"intent":"order"`, `"intent":"prescription"`},
	{"fhir-code", "Timing.repeat.periodUnit", "/m1", `"periodUnit":"d"`, `"periodUnit":"day"`},
	{"fhir-code", "us-core-smokingstatus.status", "/smoking", `"status":"final"`, `"status":"preliminary"`},
	{"fhir-code", "us-core-smokingstatus.value", "/smoking", `{"system":"http://snomed.info/sct","code":"266919005"}`, `{"system":"http://loinc.org","code":"LA18978-9"}`},
	{"fhir-code", "us-core-careplan.text.status", "/cp1", `"status":"generated"`, `"status":"empty"`},
	{"fhir-code", "us-core-documentreference.type", "/n1", `"http://loinc.org","code":"11506-3"`, `"http://snomed.info/sct","code":"371525003"`},
	{"fhir-code", "data-absent-reason.value", "", `"_given":[null,{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier","valueCode":"IN"}`, `"_given":[null,{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"none"}`},
	{"fhir-no-such-code", "Coding.code", "/e1", `"code":"AMB"`, `"code":"AMBU"`},
	{"fhir-recommended-code", "us-core-provenance.agent.type", "/pv1", `"coding":[{"system":"` + stem + `provenance-participant-type","code":"author"}`, `"coding":[{"system":"` + stem + `v3-ParticipationType","code":"AUT"}`},
	{"fhir-unit", "Quantity.code", "/lab", `"code":"mmol/L"`, `"code":"mmol per L"`},

	// References and ids.
	{"fhir-target", "Observation.subject", "/lab\"", `"subject":{"reference":"Patient/vex"},"effective`, `"subject":{"reference":"Practitioner/quill"},"effective`},
	{"fhir-target", "Patient.generalPractitioner", "", `"reference":"Practitioner/quill"`, `"reference":"Patient/vex"`},
	{"fhir-target", "us-core-procedure.subject", "/p1", `Patient/vex`, `Group/all`},
	{"fhir-target", "Reference.type", "/c1", `{"reference":"Patient/vex"}`, `{"reference":"Patient/vex","type":"Group"}`},
	{"fhir-reference", "MedicationRequest.requester", "/m1", `Practitioner/quill`, `urn:uuid:00000000-0000-4000-8000-000000000077`},
	{"fhir-reference-elsewhere", "MedicationRequest.requester", "/m1", `Practitioner/quill`, `Practitioner/nobody`},
	{"fhir-reference-form", "MedicationRequest.requester", "/m1", `Practitioner/quill`, `quill`},
	{"fhir-reference-form", "MedicationRequest.requester", "/m1", `Practitioner/quill`, `Doctor/quill`},
	{"fhir-invariant", "ref-1", "/lab", `"reference":"#blood"`, `"reference":"#urine"`},
	{"fhir-contained", "dom-2", "/lab", `"type":{"text":"blood"}`, `"contained":[{"resourceType":"Basic","id":"b","code":{"text":"x"}}],"type":{"text":"blood"}`},
	{"fhir-contained", "dom-3", "/lab", `"specimen":{"reference":"#blood"}`, `"specimen":{"display":"blood"}`},
	{"fhir-contained", "dom-4", "/lab", `"id":"blood","meta":{`, `"id":"blood","meta":{"versionId":"1",`},
	{"fhir-contained", "dom-5", "/lab", `"id":"blood","meta":{`, `"id":"blood","meta":{"security":[{"code":"R"}],`},
	{"fhir-full-url", "Bundle.entry.fullUrl", "", `fhir/Practitioner/quill"`, `fhir/Practitioner/ink"`},
	{"fhir-full-url", "Bundle.entry.fullUrl", "", `http://ehr.example.org/fhir/Practitioner/quill"`, `Practitioner/quill"`},
	{"fhir-duplicate-id", "Resource.id", "", `fhir/Observation/pulse","resource":{"resourceType":"Observation","id":"pulse"`, `fhir/Observation/bp","resource":{"resourceType":"Observation","id":"bp"`},
	{"fhir-duplicate-id", "Element.id", "", `{"use":"official"`, `{"id":"n","extension":[{"id":"n","url":"http://ehr.example.org/x","valueCode":"y"}],"use":"official"`},

	// Invariants of R4.
	{"fhir-invariant", "ait-1", "/a1", `"clinicalStatus":{"coding":[{"system":"` + stem + `allergyintolerance-clinical","code":"active"}]},`, ""},
	{"fhir-invariant", "ait-2", "/a1", `"code":"confirmed"`, `"code":"entered-in-error"`},
	{"fhir-invariant", "con-1", "/c1", `{"summary":{"text":"late"}}`, `{"type":{"text":"late"}}`},
	{"fhir-invariant", "con-2", "/c1", `"evidence":[{"code":[{"text":"swelling"}]}]`, `"evidence":[{"id":"x","extension":[{"url":"http://ehr.example.org/x","valueCode":"y"}]}]`},
	{"fhir-invariant-advice", "con-3", "/c1", `"clinicalStatus":{"coding":[{"system":"` + stem + `condition-clinical","code":"resolved"}]},`, ""},
	{"fhir-invariant", "con-4", "/c1", `"code":"resolved"`, `"code":"active"`},
	{"fhir-invariant", "con-5", "/c1", `"code":"confirmed"`, `"code":"entered-in-error"`},
	{"fhir-invariant", "obs-3", "/lab", `{"low":{"value":3.9,"unit":"mmol/L"},"high":{"value":5.6,"unit":"mmol/L"}}`, `{"type":{"text":"normal"}}`},
	{"fhir-invariant", "obs-6", "/lab", `"valueQuantity"`, `"dataAbsentReason":{"text":"lost"},"valueQuantity"`},
	{"fhir-invariant", "obs-7", "/lab", `"valueQuantity"`, `"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"2345-7"}]},"valueString":"x"}],"valueQuantity"`},
	{"fhir-invariant", "pat-1", "", `{"relationship":[{"text":"neighbour"}],"name":{"text":"Jory Pell"}}`, `{"relationship":[{"text":"neighbour"}]}`},
	{"fhir-invariant", "ext-1", "", `"valueCode":"F"`, `"valueCode":"F","extension":[{"url":"http://ehr.example.org/x","valueCode":"y"}]`},
	{"fhir-invariant", "per-1", "/e1", `"end":"2024-02-01T09:30:00Z"`, `"end":"2024-01-31"`},
	{"fhir-invariant", "att-1", "", `"contentType":"image/png",`, ""},
	{"fhir-invariant", "cpt-2", "", `"system":"phone","value":"555-0117"`, `"value":"555-0117"`},
	{"fhir-invariant", "qty-3", "/lab", `"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"`, `"unit":"mmol/L","code":"mmol/L"`},
	{"fhir-invariant", "age-1", "/c1", `"value":61,`, `"value":-61,`},
	{"fhir-invariant", "rng-2", "/g1", `"value":2.5`, `"value":0.5`},
	{"fhir-invariant", "rat-1", "/m1", `"maxDosePerPeriod":{"numerator":{"value":4},`, `"maxDosePerPeriod":{`},
	{"fhir-invariant", "sqty-1", "/md1", `"quantity":{`, `"quantity":{"comparator":"<",`},
	{"fhir-invariant", "tim-2", "/m1", `"period":1,"periodUnit":"d"`, `"period":1`},
	{"fhir-invariant", "tim-5", "/m1", `"period":1`, `"period":-1`},
	{"fhir-invariant", "tim-6", "/m1", `"period":1`, `"periodMax":1`},
	{"fhir-invariant", "tim-8", "/m1", `"frequency":1`, `"countMax":2`},
	{"fhir-invariant", "tim-9", "/m1", `"when":["PC"],`, ""},
	{"fhir-invariant", "tim-10", "/m1", `"when":["PC"],`, `"timeOfDay":["08:00:00"],"when":["PC"],`},
	{"fhir-invariant", "org-1", "/dale", `"identifier":[{"system":"urn:oid:2.16.840.1.113883.4.7","value":"05D1234567"}],"active":true,"name":"Dale Clinic"`, `"active":true`},
	{"fhir-invariant", "org-2", "/dale", `"address":[{"use":"work"`, `"address":[{"use":"home"`},
	{"fhir-invariant", "org-3", "/dale", `"value":"555-0100","use":"work"`, `"value":"555-0100","use":"home"`},
	{"fhir-invariant", "imm-1", "/i1", `{"documentType":"253088698300010311120702"}`, `{"publicationDate":"2020"}`},
	{"fhir-invariant", "mad-1", "/ma1", `"dosage":{"dose":{"value":500,"unit":"mL","system":"http://unitsofmeasure.org","code":"mL"}}`, `"dosage":{"text":"a bag"}`},
	{"fhir-invariant", "mdd-1", "/md1", `"whenPrepared":"2024-02-01"`, `"whenPrepared":"2024-02-03"`},
	{"fhir-invariant", "cpl-3", "/cp1", `"activity":[{`, `"activity":[{"reference":{"reference":"ServiceRequest/s1"},`},
	{"fhir-invariant", "ctm-1", "/ct1", `"member":{"reference":"Practitioner/quill"}`, `"member":{"reference":"Patient/vex"}`},
	{"fhir-invariant", "gol-1", "/g1", `"measure":{"text":"distance"},`, ""},
	{"fhir-invariant", "prr-1", "/s1", `"code":{"text":"dressing"},`, ""},
	{"fhir-invariant", "fhs-1", "/f1", `"ageAge"`, `"bornString":"1930","ageAge"`},
	{"fhir-invariant", "fhs-2", "/f1", `,"ageAge":{"value":80,"unit":"a","system":"http://unitsofmeasure.org","code":"a"}`, ""},
	{"fhir-invariant", "qrs-1", "/qr1", `"answer":[{"valueBoolean":true}]`, `"answer":[{"valueBoolean":true}],"item":[{"linkId":"1.1"}]`},
	{"fhir-invariant", "cmp-1", "/co1", `,"entry":[{"reference":"Condition/c1"}]`, ""},
	{"fhir-invariant", "cmp-2", "/co1", `"title":"Problems"`, `"emptyReason":{"text":"none"},"title":"Problems"`},
	{"fhir-invariant", "lst-1", "/l1", `"mode":"working"`, `"mode":"working","emptyReason":{"text":"none"}`},
	{"fhir-invariant", "lst-2", "/l1", `{"date":"2024-02-01"`, `{"deleted":true,"date":"2024-02-01"`},
	{"fhir-invariant", "lst-3", "/l1", `"mode":"working"`, `"mode":"snapshot"`},
	{"fhir-invariant", "ppc-1", "/cs1", `,"policyRule":{"text":"state law"}`, ""},
	{"fhir-invariant", "app-1", "/ap1", `"actor":{"reference":"Patient/vex"},`, ""},
	{"fhir-invariant", "app-2", "/ap1", `,"end":"2024-03-01T09:20:00Z"`, ""},
	{"fhir-invariant", "app-3", "/ap1", `,"start":"2024-03-01T09:00:00Z","end":"2024-03-01T09:20:00Z"`, ""},
	{"fhir-invariant", "app-4", "/ap1", `"status":"booked"`, `"cancelationReason":{"text":"rain"},"status":"booked"`},
	{"fhir-invariant", "bdl-1", "", `"type":"collection"`, `"type":"collection","total":3`},
	{"fhir-invariant", "bdl-2", "/quill", `"resource":`, `"search":{"mode":"match"},"resource":`},
	{"fhir-invariant", "bdl-3", "", `"type":"collection"`, `"type":"transaction"`},
	{"fhir-invariant", "bdl-4", "/quill", `"resource":`, `"response":{"status":"200"},"resource":`},
	{"fhir-invariant", "bdl-5", "", `"entry":[`, `"entry":[{"fullUrl":"http://ehr.example.org/fhir/Patient/none"},`},
	{"fhir-invariant", "bdl-7", "", `http://ehr.example.org/fhir/Practitioner/quill"`, `http://ehr.example.org/fhir/Patient/vex"`},
	{"fhir-invariant", "bdl-8", "", `fhir/Practitioner/quill"`, `fhir/Practitioner/quill/_history/2"`},
	{"fhir-invariant", "bdl-9", "", `"type":"collection"`, `"type":"document"`},
	{"fhir-invariant", "bdl-10", "", `"type":"collection"`, `"type":"document"`},
	{"fhir-invariant", "bdl-11", "", `"type":"collection"`, `"type":"document"`},
	{"fhir-invariant", "bdl-12", "", `"type":"collection"`, `"type":"message"`},
	{"fhir-narrative", "xhtml", "", `<p>Ottilie Vex</p>`, `<p>Ottilie Vex</div>`},
	{"fhir-narrative", "xhtml", "", `div xmlns=\"http://www.w3.org/1999/xhtml\"`, `div`},
	{"fhir-narrative", "txt-1", "", `<p>Ottilie Vex</p>`, `<p onclick=\"x()\">Ottilie Vex</p>`},
	{"fhir-narrative", "txt-1", "", `<p>Ottilie Vex</p>`, `<script>x()</script><p>Ottilie Vex</p>`},
	{"fhir-narrative", "txt-2", "", `<p>Ottilie Vex</p>`, `<p> </p>`},

	// The profiles of US Core.
	{"fhir-profile-unknown", "", "/c1", `us-core-condition-problems-health-concerns`, `us-core-condition`},
	{"fhir-profile-unknown", "", "/c1", `us-core-condition-problems-health-concerns`, `us-core-condition-problems-health-concerns|5.0.1`},
	{"fhir-profile-type", "us-core-procedure", "/c1", `us-core-condition-problems-health-concerns`, `us-core-procedure`},
	{"fhir-profile-required", "us-core-race.extension:text", "", `,{"url":"text","valueString":"White"}`, ""},
	{"fhir-profile-required", "us-core-ethnicity.extension:text", "", `,{"url":"text","valueString":"Not Hispanic or Latino"}`, ""},
	{"fhir-profile-required", "us-core-patient.gender", "", `"gender":"female",`, ""},
	{"fhir-profile-required", "us-core-patient.identifier", "", `"identifier":[{"system":"http://ehr.example.org/mrn","value":"V-17"}],`, ""},
	{"fhir-profile-required", "us-core-patient.identifier.system", "", `"system":"http://ehr.example.org/mrn",`, ""},
	{"fhir-profile-required", "us-core-allergyintolerance.code", "/a1", `"code":{"coding":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"7980"}]},`, ""},
	{"fhir-profile-required", "us-core-condition-problems-health-concerns.category:us-core", "/c1", `"code":"problem-list-item"`, `"code":"encounter-diagnosis"`},
	{"fhir-profile-required", "us-core-observation-lab.category:us-core", "/lab", `"code":"laboratory"`, `"code":"imaging"`},
	{"fhir-profile-required", "us-core-vital-signs.category:VSCat", "/pulse", `"code":"vital-signs"`, `"code":"exam"`},
	{"fhir-profile-required", "us-core-blood-pressure.component:diastolic", "/bp", `"8462-4"`, `"8478-0"`},
	{"fhir-profile-required", "us-core-heart-rate.value:valueQuantity.unit", "/pulse", `"unit":"/min",`, ""},
	{"fhir-profile-required", "us-core-vital-signs.effective", "/pulse", `"effectiveDateTime":"2024-02-01",`, ""},
	{"fhir-profile-required", "us-core-careplan.category:AssessPlan", "/cp1", `us/core/CodeSystem/careplan-category","code":"assess-plan"`, `us/core/CodeSystem/careplan-categories","code":"assess-plan"`},
	{"fhir-profile-required", "us-core-careteam.participant.role", "/ct1", `"role":[{"text":"physician"}],`, ""},
	{"fhir-profile-required", "us-core-practitioner.name.family", "/quill", `"family":"Quill",`, ""},
	{"fhir-profile-required", "us-core-relatedperson.active", "/rp1", `"active":true,`, ""},
	{"fhir-profile-required", "us-core-specimen.type", "/lab", `"type":{"text":"blood"},`, ""},
	{"fhir-profile-most", "us-core-race.extension:text", "", `,{"url":"text","valueString":"White"}`, `,{"url":"text","valueString":"White"},{"url":"text","valueString":"Bohemian"}`},
	{"fhir-profile-most", "us-core-patient.extension:birthsex", "", `{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"}`, `{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"F"},{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"M"}`},
	{"fhir-profile-most", "us-core-coverage.payor", "/cv1", `"payor":[`, `"payor":[{"reference":"Patient/vex"},`},
	{"fhir-profile-value", "us-core-heart-rate.code", "/pulse", `"8867-4"`, `"9279-1"`},
	{"fhir-profile-value", "us-core-heart-rate.value:valueQuantity.code", "/pulse", `"code":"/min"`, `"code":"/h"`},
	{"fhir-profile-value", "us-core-blood-pressure.component:systolic.value.code", "/bp", `"code":"mm[Hg]"`, `"code":"kPa"`},
	{"fhir-profile-choice", "us-core-smokingstatus.effective", "/smoking", `"effectiveDateTime":"2024-02-01"`, `"effectivePeriod":{"start":"2024-02-01"}`},
	{"fhir-profile-choice", "us-core-race.extension:text.value", "", `"valueString":"White"`, `"valueCode":"White"`},
	{"fhir-profile-choice", "us-core-birthsex.value", "", `"valueCode":"F"`, `"valueString":"F"`},
	{"fhir-invariant", "us-core-1", "/lab", `"effectiveDateTime":"2024-02-01T09:10:00Z"`, `"effectiveDateTime":"2024-02"`},
	{"fhir-invariant", "us-core-2", "/lab", `"valueQuantity":{"value":5.10,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},`, ""},
	{"fhir-invariant", "us-core-3", "/lab", `"http://unitsofmeasure.org"`, `"http://ehr.example.org/units"`},
	{"fhir-invariant-advice", "us-core-5", "/i1", `{"system":"http://hl7.org/fhir/sid/cvx","code":"140"}`, `{"system":"http://hl7.org/fhir/sid/ndc","code":"49281-0400-10"}`},
	{"fhir-invariant", "us-core-6", "", `"family":"Vex","given":["Ottilie","R."],"_given":[null,{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier","valueCode":"IN"}]}],`, `"text":"Vex",`},
	{"fhir-invariant", "us-core-6", "/n1", `,"url":"Binary/n1"`, ""},
	{"fhir-invariant", "us-core-7", "/p1", `,"performedDateTime":"2003"`, ""},
	{"fhir-invariant", "us-core-8", "/d1", `"effectiveDateTime":"2024-02-01",`, ""},
	{"fhir-invariant", "us-core-9", "/d1", `"issued":"2024-02-01T12:00:00Z",`, ""},
	{"fhir-invariant", "us-core-13", "/quill-dale", `"practitioner":{"reference":"Practitioner/quill"},"organization":{"reference":"Organization/dale"},`, ""},
	{"fhir-invariant", "us-core-14", "/rp1", `,"relationship":[{"text":"niece"}]`, ""},
	{"fhir-invariant", "us-core-15", "/cv1", `"subscriberId":"S-9",`, ""},
	{"fhir-invariant", "us-core-16", "/quill", `"1234567893"`, `"123456789"`},
	{"fhir-invariant", "us-core-17", "/quill", `"1234567893"`, `"1234567890"`},
	{"fhir-invariant", "us-core-18", "/dale", `"05D1234567"`, `"05E1234567"`},
	{"fhir-invariant", "us-core-19", "/dale", `"urn:oid:2.16.840.1.113883.4.7","value":"05D1234567"`, `"urn:oid:2.16.840.1.113883.6.300","value":"123"`},
	{"fhir-invariant", "us-core-20", "/md1", `,"whenHandedOver":"2024-02-02"`, ""},
	{"fhir-invariant", "us-core-21", "/m1", `"requester":{"reference":"Practitioner/quill"},`, ""},
	{"fhir-invariant", "pd-1", "/quill-dale", `,"telecom":[{"system":"phone","value":"555-0101"}]`, ""},
	{"fhir-invariant", "provenance-1", "/pv1", `,"onBehalfOf":{"reference":"Organization/dale"}`, ""},
	{"fhir-invariant", "sdcqr-2", "/qr1", `"linkId":"2"`, `"linkId":"1"`},
	{"fhir-invariant", "vs-1", "/pulse", `"effectiveDateTime":"2024-02-01"`, `"effectiveDateTime":"2024-02"`},
	{"fhir-invariant", "vs-2", "/pulse", `,"valueQuantity":{"value":72,"unit":"/min","system":"http://unitsofmeasure.org","code":"/min"}`, ""},
	{"fhir-invariant", "vs-3", "/bp", `,"dataAbsentReason":{"coding":[{"system":"` + stem + `data-absent-reason","code":"not-performed"}]}`, ""},
}

func conformDocument(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "conform.json"))
	require.NoError(t, err)
	return string(data)
}

// mutated puts a fault into a document.
func (f conformFault) mutated(t testing.TB, text string) string {
	t.Helper()
	from := strings.Index(text, f.before)
	require.GreaterOrEqual(t, from, 0, "%v", f)
	at := strings.Index(text[from:], f.old)
	require.GreaterOrEqual(t, at, 0, "%v", f)
	return text[:from+at] + f.new + text[from+at+len(f.old):]
}

// Every fault is found in a document that has none.
func TestConform(t *testing.T) {
	text := conformDocument(t)
	require.Empty(t, conform(t, []byte(text), ConformOptions{}), "the document has no fault")
	seen := map[string]bool{conformTooMany.Code: true}
	for _, tt := range conformFaults {
		t.Run(tt.code+" "+tt.rule, func(t *testing.T) {
			changed := []byte(tt.mutated(t, text))
			issues := conform(t, changed, ConformOptions{})
			i := slices.IndexFunc(issues, func(i record.Issue) bool { return i.Code == tt.code && i.Rule == tt.rule })
			require.GreaterOrEqual(t, i, 0, "%v", issues)
			require.True(t, strings.HasPrefix(issues[i].Path, "Bundle"))
			require.Positive(t, issues[i].Line)
			if issues[i].Severity != record.SeverityError {
				for _, i := range conform(t, changed, ConformOptions{RequiredOnly: true}) {
					require.Equal(t, record.SeverityError, i.Severity)
				}
			}
		})
		seen[tt.code] = true
	}
	for _, k := range conformKinds() {
		require.True(t, seen[k.Code], "no fault of kind %s is tried", k.Code)
	}
}

// Exporter.Check puts what Conform finds into the report, in every form, and withholds nothing.
func TestExporterCheck(t *testing.T) {
	for _, form := range []Form{JSON, XML, NDJSON} {
		plain, without := export(t, Exporter{Form: form}, recordtest.Full())
		out, with := export(t, Exporter{Form: form, Check: true}, recordtest.Full())
		require.Equal(t, string(plain), string(out))
		require.Greater(t, len(with.Issues), len(without.Issues))
		require.Equal(t, with.Issues[len(without.Issues):], conform(t, out, ConformOptions{}))
	}
}
