package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func TestProcedureStatus(t *testing.T) {
	code := record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "80146002"}}}
	for _, x := range []struct {
		name      string
		assertion record.Assertion
		status    record.StatusCode
		kind      string
		want      string
	}{
		{"completed", record.Affirmed, record.StatusCompleted, "Procedure", "completed"},
		{"active", record.Affirmed, record.StatusActive, "Procedure", "in-progress"},
		{"aborted", record.Affirmed, record.StatusAborted, "Procedure", "stopped"},
		{"cancelled", record.Affirmed, record.StatusCancelled, "Procedure", "not-done"},
		{"not done", record.Affirmed, record.StatusNotDone, "Procedure", "not-done"},
		{"refused", record.Affirmed, record.StatusRefused, "Procedure", "not-done"},
		{"no status", record.Affirmed, "", "Procedure", "unknown"},
		{"no code in FHIR", record.Affirmed, record.StatusNew, "Procedure", "unknown"},
		{"denied", record.Negated, record.StatusCompleted, "Procedure", "not-done"},
		{"denied in error", record.Negated, record.StatusEnteredInError, "Procedure", "entered-in-error"},
		{"none known", record.NoneKnown, record.StatusCompleted, "Basic", ""},
		{"not known", record.NotKnown, record.StatusCompleted, "Basic", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			p := record.Procedure{Entry: record.Entry{ID: "2b4e28ba-2fa1-81d2-883f-0016d3cca427", Assertion: x.assertion}, Code: code}
			p.Status.Code = x.status
			by, _ := sent(t, &record.Record{Procedures: []record.Procedure{p}})
			require.Len(t, by[x.kind], 1)
			if x.kind == "Procedure" {
				require.Equal(t, x.want, at(by[x.kind][0], "status"))
				require.Equal(t, "80146002", at(by[x.kind][0], "code.coding[0].code"))
				require.Equal(t, "…", at(by[x.kind][0], "_performedDateTime"))
			}
		})
	}
}

func TestEncounterStatus(t *testing.T) {
	ended := record.Period{Start: record.Time{Value: "2020-01-01"}, End: record.Time{Value: "2020-01-03"}}
	for _, x := range []struct {
		status record.StatusCode
		when   record.Period
		want   string
	}{
		{"", ended, "finished"},
		{record.StatusActive, ended, "finished"},
		{record.StatusActive, record.Period{Start: ended.Start}, "in-progress"},
		{record.StatusCompleted, record.Period{}, "finished"},
		{record.StatusPending, ended, "planned"},
		{record.StatusOnHold, ended, "onleave"},
		{record.StatusCancelled, ended, "cancelled"},
		{record.StatusAborted, ended, "unknown"},
	} {
		e := record.Encounter{Entry: record.Entry{ID: "2b4e28ba-2fa1-81d2-883f-0016d3cca427", Assertion: record.Affirmed, Status: record.Status{Code: x.status}}, When: x.when}
		by, _ := sent(t, &record.Record{Encounters: []record.Encounter{e}})
		require.Equal(t, x.want, at(by["Encounter"][0], "status"), x.status)
	}
}
