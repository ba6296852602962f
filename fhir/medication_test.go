package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

var albuterol = coded(record.SystemRxNorm, "252298", "albuterol 0.1 MG Inhalation Powder")

func TestMedication(t *testing.T) {
	product := record.Product{Code: albuterol}
	for _, tc := range []struct {
		name  string
		med   record.Medication
		kind  string
		want  map[string]string
		issue string
	}{
		{"an activity that happened", record.Medication{Entry: entryOf(record.Affirmed, record.StatusActive), Product: product,
			Taken: record.Period{Start: utcDay("2012-08-06"), End: utcDay("2012-09")}, Sig: "one puff as needed", Repeats: "1",
			Dosages: []record.Dosage{{Timings: []record.Timing{{Period: "8", PeriodUnit: "h", Operator: "A"}}, Dose: &record.Amount{Quantity: &record.Quantity{Value: "1.0"}}}}},
			"MedicationRequest", map[string]string{"meta.profile[0]": profileBase + "medicationrequest", "status": "active", "intent": "plan",
				"medicationCodeableConcept.coding[0].code": "252298", "contained": "", "doNotPerform": "", "reportedBoolean": "",
				"dosageInstruction[0].text": "one puff as needed", "dosageInstruction[0].timing.repeat.boundsPeriod.start": "2012-08-06",
				"dosageInstruction[0].timing.repeat.frequency": "1", "dosageInstruction[0].timing.repeat.period": "8", "dosageInstruction[1]": ""}, ""},
		{"an intent is an order", record.Medication{Entry: withMode(record.ModeIntent), Product: product, Taken: record.Period{At: utcDay("2020-01-02")}},
			"MedicationRequest", map[string]string{"intent": "order", "requester.extension[0].valueCode": "unknown", "dosageInstruction[0].timing.event[0]": "2020-01-02", "status": "unknown"}, "data-absent"},
		{"a plan of FHIR's stays one", record.Medication{Entry: withMode(record.ModeIntent), Kind: "request", Product: product}, "MedicationRequest", map[string]string{"intent": "plan"}, ""},
		{"an order of FHIR's", record.Medication{Entry: withMode(record.ModeRequest), Kind: "request", Product: product}, "MedicationRequest", map[string]string{"intent": "order"}, ""},
		{"a stopped one, and why", record.Medication{Entry: record.Entry{ID: "7d44b88c-4199-8bad-97dc-d78268e01398", Assertion: record.Affirmed,
			Status: record.Status{Code: record.StatusAborted, Reasons: []record.Concept{coded(record.SystemSNOMED, "62014003", "Adverse reaction")}}}, Product: product},
			"MedicationRequest", map[string]string{"status": "stopped", "statusReason.coding[0].code": "62014003"}, ""},
		{"not to be taken", record.Medication{Entry: entryOf(record.Negated, record.StatusActive), Product: product},
			"MedicationRequest", map[string]string{"doNotPerform": "true", "medicationCodeableConcept.coding[0].code": "252298"}, ""},
		{"a statement that it is not taken", record.Medication{Entry: entryOf(record.Negated, record.StatusActive), Kind: "statement", Product: product},
			"MedicationStatement", map[string]string{"status": "not-taken"}, ""},
		{"an administration that did not happen", record.Medication{Entry: entryOf(record.Negated, record.StatusCompleted), Kind: "administration", Product: product},
			"MedicationAdministration", map[string]string{"status": "not-done", "_effectiveDateTime.extension[0].valueCode": "unknown"}, ""},
		{"a dispense that was refused", record.Medication{Entry: entryOf(record.Affirmed, record.StatusRefused), Kind: "dispense", Product: product},
			"MedicationDispense", map[string]string{"status": "declined"}, ""},
		{"none known", record.Medication{Entry: entryOf(record.NoneKnown, record.StatusCompleted),
			Product: record.Product{Code: record.Concept{Text: "No known medications", Codings: coded(record.SystemSNOMED, "410942007", "Drug or medicament").Codings}}},
			"MedicationStatement", map[string]string{"status": "completed", "medicationCodeableConcept.coding[0].code": "787481004", "medicationCodeableConcept.coding[1]": "",
				"medicationCodeableConcept.text": "No known medications"}, ""},
		{"not known", record.Medication{Entry: entryOf(record.NotKnown, ""), Product: product}, "Basic", nil, "not-stated"},
		{"a goal is no medicine", record.Medication{Entry: withMode(record.ModeGoal), Product: product}, "Basic", nil, "not-stated"},
		{"more of the product than its code", record.Medication{Entry: entryOf(record.Affirmed, record.StatusActive), Product: record.Product{Code: albuterol, Lot: "L7", Vehicles: []record.Concept{coded(record.SystemSNOMED, "387390002", "Sodium chloride")}},
			Dosages: []record.Dosage{{AdminUnit: codedPtr("http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "C42944", "Inhalant")}}},
			"MedicationRequest", map[string]string{"medicationReference.reference": "#product", "medicationCodeableConcept": "", "contained[0].code.coding[0].code": "252298",
				"contained[0].batch.lotNumber": "L7", "contained[0].form.coding[0].code": "C42944", "contained[0].ingredient[0].isActive": "false"}, ""},
		{"as needed, for a reason", record.Medication{Entry: entryOf(record.Affirmed, record.StatusActive), Product: product,
			Preconditions: []record.Precondition{{Code: codedPtr(record.SystemActCode, "ASSERTION", ""), Value: &record.Value{Concept: codedPtr(record.SystemSNOMED, "56018004", "Wheezing")}}}},
			"MedicationRequest", map[string]string{"dosageInstruction[0].asNeededCodeableConcept.coding[0].code": "56018004", "dosageInstruction[0].asNeededBoolean": ""}, ""},
		{"what it is for, and when that was seen", record.Medication{Entry: entryOf(record.Affirmed, record.StatusActive), Product: product,
			Indications: []record.Indication{{Code: codedPtr(record.SystemSNOMED, "195967001", "Asthma"), When: &record.Period{Start: utcDay("2019-04")}},
				{Code: codedPtr(record.SystemSNOMED, "22253000", "Pain"), Assertion: record.Negated}}},
			"MedicationRequest", map[string]string{"reasonCode[0].coding[0].code": "195967001", "reasonCode[1]": "",
				"reasonCode[0].extension[0].extension[0].valuePeriod.start": "2019-04"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			by, issues := sent(t, &record.Record{Medications: []record.Medication{tc.med}})
			require.Len(t, by[tc.kind], 1)
			says(t, by[tc.kind][0], tc.want)
			if tc.issue != "" {
				require.Positive(t, issues[tc.issue])
			}
		})
	}
}

func withMode(m record.Mode) record.Entry {
	return record.Entry{ID: "7d44b88c-4199-8bad-97dc-d78268e01398", Assertion: record.Affirmed, Mode: m}
}

// A schedule of several times is never told in part.
func TestDosageTimes(t *testing.T) {
	dose := &record.Amount{Quantity: &record.Quantity{Value: "10", Unit: "mg", Code: "mg", System: record.SystemUCUM}}
	twice := func(op string) map[string][]any {
		by, _ := sent(t, &record.Record{Medications: []record.Medication{{Entry: entryOf(record.Affirmed, record.StatusActive), Product: record.Product{Code: albuterol},
			Dosages: []record.Dosage{{Dose: dose, Timings: []record.Timing{{When: []string{"ACM"}}, {When: []string{"HS"}, Operator: op}}}}}}})
		return by
	}
	m := twice("I")["MedicationRequest"][0]
	says(t, m, map[string]string{"dosageInstruction[0].timing.repeat.when[0]": "ACM", "dosageInstruction[1].timing.repeat.when[0]": "HS",
		"dosageInstruction[0].doseAndRate[0].doseQuantity.value": "10", "dosageInstruction[1].doseAndRate[0].doseQuantity.value": "10"})
	m = twice("A")["MedicationRequest"][0]
	says(t, m, map[string]string{"dosageInstruction[0].timing": "", "dosageInstruction[1]": "", "dosageInstruction[0].doseAndRate[0].doseQuantity.value": "10"})
}

func TestSupply(t *testing.T) {
	other := coded(record.SystemRxNorm, "745679", "albuterol inhaler")
	by, _ := sent(t, &record.Record{Medications: []record.Medication{{Entry: entryOf(record.Affirmed, record.StatusActive), Product: record.Product{Code: albuterol},
		Orders: []record.SupplyOrder{
			{Mode: record.ModeIntent, RepeatNumber: "3", Quantity: &record.Quantity{Value: "75"}, Valid: &record.Period{End: utcDay("2013-08-16")},
				DaysSupply: &record.Quantity{Value: "30", Code: "d", System: record.SystemUCUM}, Status: record.Status{Code: record.StatusCompleted}},
			{Mode: record.ModeIntent, Refills: "0", Product: &record.Product{Code: other}},
		},
		Dispenses: []record.Dispense{{Status: record.Status{Code: record.StatusCompleted}, Quantity: &record.Quantity{Value: "75"}, RepeatNumber: "1"}},
	}}})
	require.Len(t, by["MedicationRequest"], 2)
	says(t, by["MedicationRequest"][0], map[string]string{"dispenseRequest.numberOfRepeatsAllowed": "2", "dispenseRequest.quantity.value": "75",
		"dispenseRequest.validityPeriod.end": "2013-08-16", "dispenseRequest.expectedSupplyDuration.value": "30", "intent": "plan"})
	says(t, by["MedicationRequest"][1], map[string]string{"dispenseRequest.numberOfRepeatsAllowed": "0", "intent": "order", "medicationCodeableConcept.coding[0].code": "745679",
		"basedOn[0].reference": "urn:uuid:7d44b88c-4199-8bad-97dc-d78268e01398"})
	says(t, by["MedicationDispense"][0], map[string]string{"status": "completed", "medicationCodeableConcept.coding[0].code": "252298",
		"authorizingPrescription[0].reference": "urn:uuid:7d44b88c-4199-8bad-97dc-d78268e01398", "_whenHandedOver.extension[0].valueCode": "unknown"})
}
