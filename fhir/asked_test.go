package fhir

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A resource that refers to one which cannot claim what its own profile asks of
// it claims none either, and what refers to that one in turn.
func TestAskedClaims(t *testing.T) {
	report := func(o record.Observation) *record.Record {
		p := record.Panel{Entry: entryOf(record.Affirmed, record.StatusFinal), Code: coded(record.SystemLOINC, "24331-1", "Lipid panel"),
			Categories: []record.Concept{coded(sysDiagnosticService, "LAB", "Laboratory")}, When: record.Period{At: utcDay("2024-02-03")},
			Issued: &record.Time{Value: "2024-02-03T10:00:00Z"}, Members: []record.Ref{{ID: o.ID}}}
		return &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "99999999-1111-4111-8111-111111111111", Assertion: record.Affirmed, Identifiers: []record.Identifier{{System: "urn:oid:1.2.3", Value: "V-1"}}},
			AdministrativeSex: coded(record.SystemAdministrativeSex, "F", "Female"), Names: []record.Name{{Family: []record.NamePart{{Value: "Vex"}}}}},
			ResultPanels: []record.Panel{p}, Results: []record.Observation{o}}
	}
	value := &record.Value{Quantity: &record.Quantity{Value: "4.1", Unit: "mmol/L", Code: "mmol/L", System: record.SystemUCUM}}
	o := record.Observation{Entry: record.Entry{ID: "7d44b88c-4199-8bad-97dc-d78268e01399", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusFinal}},
		Code: coded(record.SystemLOINC, "2093-3", "Cholesterol"), Categories: []record.Concept{coded(sysObservationCategory, "laboratory", "Laboratory")}, When: record.Period{At: utcDay("2024-02-03")}, Values: []record.Value{*value}}

	// What claims nothing from the start has no claim to take back, whatever stands in its meta.
	masked := record.Record{Patient: report(o).Patient, Practitioners: []record.Practitioner{{Entry: record.Entry{ID: "6a0d3c55-7b0e-8c1f-9a6d-000000000002", Assertion: record.Affirmed}, Telecoms: []record.Telecom{{Value: "555-0142"}}}},
		Allergies: []record.Allergy{{Entry: record.Entry{ID: "6a0d3c55-7b0e-8c1f-9a6d-000000000004", Assertion: record.Affirmed, Updated: &record.Time{Absent: record.AbsentMasked},
			Participants: []record.Participation{{Role: "author", Who: &record.Ref{ID: "6a0d3c55-7b0e-8c1f-9a6d-000000000002"}}}}, Substance: record.Concept{Text: "x"}}}}
	text, _ := export(t, Exporter{}, &masked)
	require.True(t, json.Valid(text))

	by, _ := sent(t, report(o))
	require.Equal(t, profileLab, at(by["Observation"][0], "meta.profile[0]"))
	require.Equal(t, profileBase+"diagnosticreport-lab", at(by["DiagnosticReport"][0], "meta.profile[0]"))

	other := o
	other.Categories = []record.Concept{coded(sysObservationCategory, "exam", "Exam")}
	by, issues := sent(t, report(other))
	require.NotEqual(t, profileLab, at(by["Observation"][0], "meta.profile[0]"))
	require.Empty(t, at(by["DiagnosticReport"][0], "meta.profile[0]"))
	require.NotZero(t, issues[record.IssueProfileNotClaimed.Code])
}
