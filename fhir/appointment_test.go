package fhir

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// An appointment that only stands has the status that its mood says, and comes back as it was.
func TestAppointmentByMood(t *testing.T) {
	for _, c := range []struct {
		mode record.Mode
		want string
	}{
		{record.ModeAppointment, "booked"}, {record.ModeAppRequest, "proposed"},
	} {
		rec := &record.Record{Appointments: []record.Appointment{{Entry: record.Entry{ID: "11111111-1111-4111-8111-111111111111", Assertion: record.Affirmed, Mode: c.mode,
			Status: record.Status{Code: record.StatusActive}}, Requested: []record.Period{{Start: record.Time{Value: "2030-04-01"}}}}}}
		var b bytes.Buffer
		rep, err := Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{})
		require.NoError(t, err)
		require.Contains(t, b.String(), `"resourceType":"Appointment"`)
		require.Contains(t, b.String(), `"status":"`+c.want+`"`)
		n := 0
		for _, i := range rep.Issues {
			if i.Code == record.IssueStatusByRule.Code && i.Path == "appointments[0].status" {
				n++
			}
		}
		require.Equal(t, 1, n)
		back := importedOne(t, b.Bytes())
		require.Len(t, back.Appointments, 1)
		require.Equal(t, c.mode, back.Appointments[0].Mode)
		require.Equal(t, record.Status{Code: record.StatusActive}, back.Appointments[0].Status)
		require.Equal(t, rec.Appointments[0].Requested, back.Appointments[0].Requested)
		for _, x := range back.Carried {
			require.NotContains(t, x.Path, "status")
		}
	}
}

// FHIR's criticality is read in HL7 v3's codes, which say the same; a word that is none of them stays as it is.
func TestCriticality(t *testing.T) {
	for word, want := range map[string]record.Coding{
		"high": {System: sysObservationValue, Code: "CRITH"}, "low": {System: sysObservationValue, Code: "CRITL"}, "unable-to-assess": {System: sysObservationValue, Code: "CRITU"},
		"dire": {System: "http://hl7.org/fhir/allergy-intolerance-criticality", Code: "dire"},
	} {
		rec := importedOne(t, []byte(`{"resourceType":"AllergyIntolerance","id":"a","criticality":"`+word+`","code":{"text":"nuts"},"patient":{"reference":"Patient/p"}}`))
		require.Equal(t, []record.Coding{want}, rec.Allergies[0].Criticality.Codings)
		var b bytes.Buffer
		_, err := Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{TypedOnly: true})
		require.NoError(t, err)
		if word != "dire" {
			require.Contains(t, b.String(), `"criticality":"`+word+`"`)
		}
	}
}
