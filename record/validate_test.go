package record_test

import (
	"testing"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
	"github.com/stretchr/testify/require"
)

func TestValidateFindsNothing(t *testing.T) {
	require.Empty(t, record.Validate(nil))
	require.Empty(t, record.Validate(&record.Record{}))
	require.Empty(t, record.Validate(recordtest.Full()))
	for seed := range uint64(8) {
		require.Empty(t, record.Validate(recordtest.Generate(seed, recordtest.Medium)), seed)
	}
}

func TestValidateFinds(t *testing.T) {
	kinds := map[string]string{}
	for name, c := range map[string]struct {
		spoil func(*record.Record)
		kind  record.IssueKind
		path  string
	}{
		"no assertion":         {func(r *record.Record) { r.Problems[0].Assertion = "" }, record.IssueMissingAssertion, "problems[0].assertion"},
		"unknown assertion":    {func(r *record.Record) { r.Problems[0].Assertion = "perhaps" }, record.IssueUnknownTerm, "problems[0].assertion"},
		"absent yet affirmed":  {func(r *record.Record) { r.Problems[0].Absent = record.AbsentUnknown }, record.IssueAbsentButAsserted, "problems[0].assertion"},
		"no id":                {func(r *record.Record) { r.Goals[1].ID = "" }, record.IssueMissingID, "goals[1].id"},
		"id twice":             {func(r *record.Record) { r.Accounts[1].ID = r.Accounts[0].ID }, record.IssueDuplicateID, "accounts[1].id"},
		"id in two kinds":      {func(r *record.Record) { r.Lists[1].ID = r.Accounts[1].ID }, record.IssueDuplicateID, "lists[1].id"},
		"dangling reference":   {func(r *record.Record) { r.Claims[0].Insurer = &record.Ref{ID: "nowhere"} }, record.IssueDanglingReference, "claims[0].insurer"},
		"dangling owner":       {func(r *record.Record) { r.Carried[1].Owner = "nowhere" }, record.IssueDanglingReference, "carried[1].owner"},
		"dangling section":     {func(r *record.Record) { r.Lists[1].Section = "nowhere" }, record.IssueDanglingReference, "lists[1].section"},
		"dangling anchor":      {func(r *record.Record) { r.Lists[1].Narrative = &record.NarrativeLink{Anchor: "x"} }, record.IssueNarrativeReference, "lists[1].narrative.anchor"},
		"dangling text":        {func(r *record.Record) { r.Lists[1].Code = &record.Concept{TextRef: "x"} }, record.IssueNarrativeReference, "lists[1].code.textRef"},
		"source not listed":    {func(r *record.Record) { r.Lists[1].Origins[0].Source = "x" }, record.IssueUnknownSource, "lists[1].origins[0].source"},
		"carried from nowhere": {func(r *record.Record) { r.Carried[0].Source = "x" }, record.IssueUnknownSource, "carried[0].source"},
		"no time":              {func(r *record.Record) { r.Patient.BirthTime.Value = "31.1.1960" }, record.IssueMalformedTime, "patient.birthTime.value"},
		"no decimal":           {func(r *record.Record) { r.Claims[0].Paid.Value = "1,5" }, record.IssueMalformedNumber, "claims[0].paid.value"},
		"no integer": {func(r *record.Record) { s := "1.5"; r.Results[1].Values = []record.Value{{Integer: &s}} },
			record.IssueMalformedNumber, "results[1].values[0].integer"},
		"unknown status":       {func(r *record.Record) { r.Orders[0].Status.Code = "done" }, record.IssueUnknownTerm, "orders[0].status.code"},
		"unknown category":     {func(r *record.Record) { r.Allergies[0].Categories = []string{"food", "soup"} }, record.IssueUnknownTerm, "allergies[0].categories[1]"},
		"unknown absence":      {func(r *record.Record) { r.Lists[1].Code = &record.Concept{Absent: "UNK"} }, record.IssueUnknownTerm, "lists[1].code.absent"},
		"end before start":     {func(r *record.Record) { r.Goals[1].Start = period("2022-02", "2022-01-31") }, record.IssuePeriodReversed, "goals[1].start"},
		"two values":           {func(r *record.Record) { r.Results[2].Values[0].Text = new(string) }, record.IssueSeveralValues, "results[2].values[0]"},
		"narrative too deep":   {func(r *record.Record) { nodes(r)[2].Depth = 9 }, record.IssueMalformedNarrative, "documents[0].sections[0].narrative.nodes[2]"},
		"narrative not rooted": {func(r *record.Record) { nodes(r)[0].Depth = 1 }, record.IssueMalformedNarrative, "documents[0].sections[0].narrative.nodes[0]"},
		"text that holds":      {func(r *record.Record) { nodes(r)[0].Kind = "text" }, record.IssueMalformedNarrative, "documents[0].sections[0].narrative.nodes[1]"},
		"element with text":    {func(r *record.Record) { nodes(r)[0].Text = "x" }, record.IssueMalformedNarrative, "documents[0].sections[0].narrative.nodes[0]"},
		"not UTF-8":            {func(r *record.Record) { r.Lists[1].Title = "\xff" }, record.IssueNotUTF8, "lists[1].title"},
	} {
		t.Run(name, func(t *testing.T) {
			rec := recordtest.Full()
			c.spoil(rec)
			issues := record.Validate(rec)
			require.NotEmpty(t, issues)
			require.Contains(t, issues, c.kind.At(c.path, 0, 0))
		})
		kinds[c.kind.Code] = name
	}
	require.Len(t, kinds, 14, "every kind has its case")
}

func nodes(r *record.Record) []record.NarrativeNode {
	return r.Documents[0].Sections[0].Narrative.Nodes
}

func period(start, end string) record.Period {
	return record.Period{Start: record.Time{Value: start}, End: record.Time{Value: end}}
}

func TestValidateTimes(t *testing.T) {
	check := func(value string) []record.Issue {
		return record.Validate(&record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}, BirthTime: record.Time{Value: value}}})
	}
	for _, good := range []string{"2024", "2024-02", "2024-02-29", "2024-02-29T23", "2024-02-29T23:59", "2024-02-29T23:59:60", "2024-02-29T23:59:59.1", "0001-01-01",
		"2024-02-29T23Z", "2024-02-29T23:59-05:00", "2024-02-29T23:59:59.123456+14:00", "2024-01-01T00:00:00+05:45"} {
		require.Empty(t, check(good), good)
	}
	for _, bad := range []string{"24", "2024-13", "2023-02-29", "2024-2-1", "20240229", "2024-02-29T", "2024-02-29T24", "2024-02-29T23:60", "2024-02-29T23:59.5", "2024-02-29T23:59:59.",
		"2024-02-29T23:59:61", "2024-02T10", "2024-02-29Z", "2024-02-29T10:00+5", "2024-02-29T10:00+05:60", "2024-02-29T10:00+25:00", "2024-02-29 10:00", " 2024", "2024-02-29T1٣"} {
		require.Len(t, check(bad), 1, bad)
	}
}

func TestValidatePeriods(t *testing.T) {
	reversed := func(start, end string) bool {
		r := &record.Record{Encounters: []record.Encounter{{Entry: record.Entry{ID: "e", Assertion: record.Affirmed}, When: period(start, end)}}}
		return len(record.Validate(r)) > 0
	}
	for _, fine := range [][2]string{{"2024", "2024"}, {"2024-03", "2024"}, {"2024", "2024-01-01"}, {"2024-01-01T10", "2024-01-01"}, {"2024-01-01T12:30Z", "2024-01-01T12Z"},
		{"2024-01-01T23:00-05:00", "2024-01-02T04:30+01:00"}, {"2024-01-02", "2024-01-01T23:00-05:00"}, {"2024-01-01T10:00:00.5Z", "2024-01-01T10:00:00Z"}, {"", "2020"}, {"2024-01-01T12:50+05:30", "2024-01-01T12+05:30"}} {
		if fine == [2]string{"2024-01-01T23:00-05:00", "2024-01-02T04:30+01:00"} {
			require.True(t, reversed(fine[0], fine[1]), "an offset counts: 04:00Z is after 03:30Z")
			continue
		}
		require.False(t, reversed(fine[0], fine[1]), fine)
	}
	for _, bad := range [][2]string{{"2024", "2023"}, {"2024-03", "2024-02"}, {"2024-01-02", "2024-01-01"}, {"2024-01-01T11:00", "2024-01-01T10"}, {"2024-01-01T10:00Z", "2024-01-01T10:00+01:00"},
		{"2024-01-03", "2024-01-01T23:00-05:00"}} {
		require.True(t, reversed(bad[0], bad[1]), bad)
	}
}
