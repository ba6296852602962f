package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// TestNullTimeOfDeath holds that HL7 v2's null in PID-29, which deletes a time of death, makes nobody dead.
func TestNullTimeOfDeath(t *testing.T) {
	no, yes := false, true
	for _, c := range []struct {
		deceased *bool
		time     record.Time
		want     string
	}{
		{nil, record.Time{Absent: record.AbsentExplicitNull}, ""},
		{&no, record.Time{Absent: record.AbsentExplicitNull}, `"deceasedBoolean":false`},
		{&yes, record.Time{Absent: record.AbsentExplicitNull}, `"deceasedBoolean":true`},
		{nil, record.Time{Absent: record.AbsentUnknown}, `"_deceasedDateTime"`},
		{nil, record.Time{AsSent: "spring"}, `"_deceasedDateTime"`},
	} {
		p := &record.Patient{Deceased: c.deceased, DeceasedTime: c.time}
		p.ID, p.Assertion = "p", record.Affirmed
		out, rep := export(t, Exporter{}, &record.Record{Patient: p})
		require.Zero(t, rep.Counts.Lost)
		if c.want == "" {
			require.NotContains(t, string(out), `eceasedDateTime"`)
			require.NotContains(t, string(out), `deceasedBoolean"`)
		} else {
			require.Contains(t, string(out), c.want)
		}
		back := importedOne(t, out).Patient
		require.Equal(t, c.deceased, back.Deceased)
		require.Equal(t, c.time, back.DeceasedTime)
	}
}
