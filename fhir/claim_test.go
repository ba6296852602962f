package fhir

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A profile is claimed only where what the resource refers to meets its own.
func TestClaims(t *testing.T) {
	phone := record.Telecom{System: "phone", Value: "+1-555-0142"}
	bare := record.Telecom{Value: "555-0142"}
	for _, c := range []struct {
		name                    string
		patient, doctor         []record.Telecom
		behalf                  bool
		wantPatient, wantDoctor bool
		wantRole, wantOrder     bool
	}{
		{name: "all reachable", patient: []record.Telecom{phone}, doctor: []record.Telecom{phone}, behalf: true, wantPatient: true, wantDoctor: true, wantRole: true, wantOrder: true},
		{name: "a role without a way to reach it", doctor: nil, behalf: true, wantPatient: true, wantDoctor: true},
		{name: "a practitioner alone needs none", doctor: nil, wantPatient: true, wantDoctor: true, wantOrder: true},
		{name: "a number of nobody knows what", doctor: []record.Telecom{bare}, wantPatient: true},
		{name: "the patient's number of nobody knows what", patient: []record.Telecom{bare}, doctor: []record.Telecom{phone}, wantDoctor: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			who := record.Participation{Role: "author", Who: &record.Ref{ID: "6a0d3c55-7b0e-8c1f-9a6d-000000000002"}}
			if c.behalf {
				who.OnBehalfOf = &record.Ref{ID: "6a0d3c55-7b0e-8c1f-9a6d-000000000003"}
			}
			entry := func(id string) record.Entry {
				return record.Entry{ID: "6a0d3c55-7b0e-8c1f-9a6d-00000000000" + id, Assertion: record.Affirmed}
			}
			rec := &record.Record{
				Patient:       &record.Patient{Entry: entry("1"), Telecoms: c.patient},
				Practitioners: []record.Practitioner{{Entry: entry("2"), Telecoms: c.doctor}},
				Organizations: []record.Organization{{Entry: entry("3"), Names: []string{"Invented Clinic"}}},
				Orders:        []record.Order{{Entry: entry("4"), Code: record.Concept{Text: "a walk"}}},
			}
			rec.Orders[0].Mode, rec.Orders[0].Participants = "order", []record.Participation{who}
			out, _ := export(t, Exporter{}, rec)
			var b struct {
				Entry []struct {
					Resource struct {
						ResourceType string
						Meta         struct{ Profile []string }
					}
				}
			}
			require.NoError(t, json.Unmarshal(out, &b))
			claims := map[string]bool{}
			for _, e := range b.Entry {
				claims[e.Resource.ResourceType] = len(e.Resource.Meta.Profile) == 1
			}
			require.Equal(t, c.wantPatient, claims["Patient"], "Patient")
			require.Equal(t, c.wantDoctor, claims["Practitioner"], "Practitioner")
			require.Equal(t, c.wantRole, claims["PractitionerRole"], "PractitionerRole")
			require.Equal(t, c.wantOrder, claims["ServiceRequest"], "ServiceRequest")
		})
	}
}
