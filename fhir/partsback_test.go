package fhir

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// shared is an invented Bundle in which two requests share a Medication, and a
// third has one of its own within it; a performer is named by a role.
const shared = `{"resourceType": "Bundle", "type": "collection", "entry": [
{"fullUrl": "http://ehr.example/fhir/Patient/p1", "resource": {"resourceType": "Patient", "id": "p1", "name": [{"family": "Vane", "given": ["Ilse"]}]}},
{"fullUrl": "http://ehr.example/fhir/Practitioner/d1", "resource": {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Brook"}]}},
{"fullUrl": "http://ehr.example/fhir/Organization/o1", "resource": {"resourceType": "Organization", "id": "o1", "active": true, "name": "Brook Surgery"}},
{"fullUrl": "http://ehr.example/fhir/PractitionerRole/r1", "resource": {"resourceType": "PractitionerRole", "id": "r1", "practitioner": {"reference": "Practitioner/d1"},
  "organization": {"reference": "Organization/o1"}, "code": [{"text": "Family doctor"}]}},
{"fullUrl": "http://ehr.example/fhir/Medication/m1", "resource": {"resourceType": "Medication", "id": "m1", "code": {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1049621"}], "text": "Oxycodone"},
  "batch": {"lotNumber": "L-77"}}},
{"fullUrl": "http://ehr.example/fhir/MedicationRequest/a", "resource": {"resourceType": "MedicationRequest", "id": "a", "status": "active", "intent": "order", "medicationReference": {"reference": "Medication/m1"},
  "subject": {"reference": "Patient/p1"}, "requester": {"reference": "PractitionerRole/r1"}}},
{"fullUrl": "http://ehr.example/fhir/MedicationRequest/b", "resource": {"resourceType": "MedicationRequest", "id": "b", "status": "completed", "intent": "order", "medicationReference": {"reference": "Medication/m1"},
  "subject": {"reference": "Patient/p1"}, "requester": {"reference": "PractitionerRole/r1"}}},
{"fullUrl": "http://ehr.example/fhir/MedicationRequest/c", "resource": {"resourceType": "MedicationRequest", "id": "c", "status": "active", "intent": "order", "medicationReference": {"reference": "#med"},
  "contained": [{"resourceType": "Medication", "id": "med", "code": {"text": "Paracetamol"}}], "subject": {"reference": "Patient/p1"}}}
]}`

// resources gives what an export holds by type and id, and proves that each reference leads somewhere.
func resources(t *testing.T, rec *record.Record, typedOnly bool) map[string]map[string]any {
	var b bytes.Buffer
	_, err := Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{TypedOnly: typedOnly, Now: testOptions.Now})
	require.NoError(t, err)
	out := map[string]map[string]any{}
	for _, r := range resourcesOf(t, b.Bytes()) {
		key := fmt.Sprint(r["resourceType"], "/", r["id"])
		require.NotContains(t, out, key, "twice")
		out[key] = r
	}
	for key, r := range out {
		for at, v := range leafPaths(r, "", map[string]string{}) {
			if strings.HasSuffix(at, ".reference") && strings.HasPrefix(v, "string ") && !strings.Contains(v, "#") {
				parts := strings.Split(strings.TrimPrefix(v, "string "), "/")
				require.Contains(t, out, strings.Join(parts[max(0, len(parts)-2):], "/"), key+at)
			}
		}
	}
	return out
}

// TestPartsBack: a Medication and a PractitionerRole go back as the resources they were, whatever changed beside them.
func TestPartsBack(t *testing.T) {
	changes := map[string]func(rec *record.Record){
		"nothing":     func(*record.Record) {},
		"status of a": func(rec *record.Record) { rec.Medications[0].Status.Code = record.StatusAborted },
		"both product": func(rec *record.Record) {
			rec.Medications[0].Product.Lot, rec.Medications[1].Product.Lot = "L-78", "L-78"
		},
		"role":         func(rec *record.Record) { rec.Practitioners[0].Roles[0].Codes[0].Text = "Country doctor" },
		"name":         func(rec *record.Record) { rec.Practitioners[0].Names[0].Family[0].Value = "Brooke" },
		"a is gone":    func(rec *record.Record) { rec.Medications = rec.Medications[1:] },
		"a has no one": func(rec *record.Record) { rec.Medications[0].Participants = nil },
	}
	for name, change := range changes {
		for _, typedOnly := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " ", typedOnly), func(t *testing.T) {
				recs, _ := imported(t, []byte(shared))
				require.Len(t, recs, 1)
				change(recs[0])
				out := resources(t, recs[0], typedOnly)
				require.Contains(t, out, "Medication/m1")
				require.Contains(t, out, "PractitionerRole/r1")
				require.NotContains(t, out, "Medication/med")
				for _, id := range []string{"a", "b"} {
					m, ok := out["MedicationRequest/"+id]
					if !ok && name == "a is gone" {
						continue
					}
					require.Equal(t, "Medication/m1", m["medicationReference"].(map[string]any)["reference"])
					if _, named := m["requester"].(map[string]any)["reference"]; named {
						require.Equal(t, "PractitionerRole/r1", m["requester"].(map[string]any)["reference"])
					}
				}
				c := out["MedicationRequest/c"]
				require.Equal(t, "#med", c["medicationReference"].(map[string]any)["reference"])
				require.Equal(t, "med", c["contained"].([]any)[0].(map[string]any)["id"])
			})
		}
	}
}

// TestSharedProductParted: where one of two that share a medicine says something
// else of it now, that is not said of the other.
func TestSharedProductParted(t *testing.T) {
	recs, _ := imported(t, []byte(shared))
	recs[0].Medications[0].Product.Code.Text = "Morphine"
	out := resources(t, recs[0], false)
	text := func(id string) string {
		m := out["MedicationRequest/"+id]
		ref := m["medicationReference"].(map[string]any)["reference"].(string)
		med, ok := out[ref]
		if strings.HasPrefix(ref, "#") {
			med, ok = m["contained"].([]any)[0].(map[string]any), true
		}
		require.True(t, ok)
		b, _ := json.Marshal(med["code"])
		return string(b)
	}
	require.Contains(t, text("a"), "Morphine")
	require.Contains(t, text("b"), "Oxycodone")
}
