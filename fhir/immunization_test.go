package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func TestImmunization(t *testing.T) {
	flu := record.Product{Code: coded(record.SystemCVX, "88", "influenza virus vaccine, unspecified formulation"), Lot: "1"}
	given := record.Period{At: utcDay("2010-08-15")}
	reason := func(s record.StatusCode, rs ...record.Concept) record.Entry {
		e := entryOf(record.Affirmed, s)
		e.Status.Reasons = rs
		return e
	}
	for _, tc := range []struct {
		name    string
		vaccine record.Immunization
		kind    string
		want    map[string]string
		issue   string
	}{
		{"given", record.Immunization{Entry: entryOf(record.Affirmed, record.StatusCompleted), Product: flu, When: given, DoseNumber: "2"},
			"Immunization", map[string]string{"meta.profile[0]": profileBase + "immunization", "status": "completed", "vaccineCode.coding[0].code": "88", "lotNumber": "1",
				"occurrenceDateTime": "2010-08-15", "protocolApplied[0].doseNumberPositiveInt": "2", "_primarySource.extension[0].valueCode": "unknown", "statusReason": ""}, ""},
		{"refused, for a reason", record.Immunization{Entry: reason(record.StatusRefused, coded(record.SystemActReason, "RELIG", "religious objection")), Product: flu, When: given},
			"Immunization", map[string]string{"status": "not-done", "statusReason.coding[0].code": "RELIG"}, ""},
		{"refused", record.Immunization{Entry: reason(record.StatusRefused), Product: flu, When: given},
			"Immunization", map[string]string{"status": "not-done", "statusReason.coding[0].code": "PATOBJ"}, ""},
		{"not done", record.Immunization{Entry: reason(record.StatusNotDone, coded(record.SystemActReason, "IMMUNE", "immunity")), Product: flu},
			"Immunization", map[string]string{"status": "not-done", "statusReason.coding[0].code": "IMMUNE", "_occurrenceDateTime.extension[0].valueCode": "unknown"}, "data-absent"},
		{"denied", record.Immunization{Entry: entryOf(record.Negated, record.StatusCompleted), Product: flu, When: given}, "Immunization", map[string]string{"status": "not-done"}, ""},
		{"cancelled is not done by HL7's map", record.Immunization{Entry: entryOf(record.Affirmed, record.StatusCancelled), Product: flu, When: given},
			"Immunization", map[string]string{"status": "not-done", "statusReason": ""}, ""},
		{"by the completion of v2", record.Immunization{Entry: entryOf(record.Affirmed, ""), Completion: "RE", Product: flu, When: given}, "Immunization", map[string]string{"status": "not-done"}, ""},
		{"a status that FHIR does not have", record.Immunization{Entry: entryOf(record.Affirmed, record.StatusActive), Product: flu, When: given},
			"Immunization", map[string]string{"meta": "", "status": "", "_status.extension[0].valueCode": "unknown"}, "profile-not-claimed"},
		{"none known", record.Immunization{Entry: entryOf(record.NoneKnown, record.StatusNotDone), Product: record.Product{Code: coded(record.SystemSNOMED, "71181003", "Vaccine")}, When: given},
			"Immunization", map[string]string{"status": "not-done", "vaccineCode.coding[0].code": "787482006", "vaccineCode.coding[1]": ""}, ""},
		{"not known", record.Immunization{Entry: entryOf(record.NotKnown, ""), Product: flu}, "Basic", nil, "not-stated"},
		{"planned", record.Immunization{Entry: withMode(record.ModeIntent), Product: flu, When: record.Period{At: utcDay("2030-01-02")}, Dose: &record.Quantity{Value: "0.5"}},
			"MedicationRequest", map[string]string{"intent": "order", "dosageInstruction[0].timing.event[0]": "2030-01-02", "dosageInstruction[0].doseAndRate[0].doseQuantity.value": "0.5"}, ""},
		{"planned not to be given", record.Immunization{Entry: record.Entry{ID: "7d44b88c-4199-8bad-97dc-d78268e01398", Assertion: record.Negated, Mode: record.ModeIntent}, Product: flu}, "Basic", nil, "not-stated"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			by, issues := sent(t, &record.Record{Immunizations: []record.Immunization{tc.vaccine}})
			require.Len(t, by[tc.kind], 1)
			says(t, by[tc.kind][0], tc.want)
			if tc.kind != "Immunization" {
				require.Empty(t, by["Immunization"])
			}
			if tc.issue != "" {
				require.Positive(t, issues[tc.issue])
			}
		})
	}
}

func TestImmunizationReaction(t *testing.T) {
	by, issues := sent(t, &record.Record{Immunizations: []record.Immunization{{Entry: entryOf(record.Affirmed, record.StatusCompleted),
		Product: record.Product{Code: coded(record.SystemCVX, "88", "")}, When: record.Period{At: utcDay("2010-08-15")},
		Reactions: []record.Reaction{
			{Manifestations: []record.Concept{coded(record.SystemSNOMED, "247472004", "Wheal")}, When: record.Period{Start: utcDay("2010-08-16")}, Severity: codedPtr(record.SystemSNOMED, "255604002", "Mild")},
			{Manifestations: []record.Concept{coded(record.SystemSNOMED, "39579001", "Anaphylaxis")}, Assertion: record.Negated},
		}}}})
	require.Len(t, by["Observation"], 1)
	says(t, by["Observation"][0], map[string]string{"valueCodeableConcept.coding[0].code": "247472004", "code.coding[0].code": "ASSERTION",
		"component[0].valueCodeableConcept.coding[0].code": "255604002"})
	says(t, by["Immunization"][0], map[string]string{"reaction[0].date": "2010-08-16", "reaction[1]": ""})
	require.Positive(t, issues["not-stated"])
}
