package ccda

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A result that is preliminary, corrected or amended never comes back as one that is final, or the other way round.
func TestLaboratoryStatus(t *testing.T) {
	const panel, member = "7a1c4e10-52f0-4d3c-9e11-000000000002", "7a1c4e10-52f0-4d3c-9e11-000000000003"
	same := map[record.StatusCode]bool{record.StatusPreliminary: true, record.StatusCorrected: true, record.StatusAmended: true, record.StatusPartial: true}
	back := map[record.StatusCode]record.StatusCode{record.StatusFinal: record.StatusCompleted, record.StatusRegistered: record.StatusActive, record.StatusAppended: record.StatusCompleted}
	for _, of := range []struct {
		panel, result record.StatusCode
	}{
		{record.StatusPreliminary, record.StatusPreliminary}, {record.StatusCorrected, record.StatusFinal}, {record.StatusPartial, record.StatusCorrected},
		{record.StatusFinal, record.StatusAmended}, {record.StatusAppended, record.StatusRegistered},
	} {
		for mode, x := range modes {
			t.Run(fmt.Sprint(of.panel, of.result, mode), func(t *testing.T) {
				entry := func(id string, s record.StatusCode) record.Entry {
					return record.Entry{ID: id, Assertion: record.Affirmed, Status: record.Status{Code: s}}
				}
				at := record.Period{At: record.Time{Value: "2024-02-03"}}
				rec := &record.Record{
					ResultPanels: []record.Panel{{Entry: entry(panel, of.panel), Code: codedIn(record.SystemLOINC, "24323-8", ""), When: at, Members: []record.Ref{{ID: member, Kind: record.KindResult}}}},
					Results:      []record.Observation{{Entry: entry(member, of.result), Code: codedIn(record.SystemLOINC, "1751-7", ""), When: at, Values: []record.Value{{Quantity: measured("42", "g/L")}}}},
				}
				text, again, rep := passed(t, x, rec)
				require.Len(t, again.ResultPanels, 1)
				require.Len(t, again.Results, 1, "a status is no result")
				want := func(s record.StatusCode, all map[record.StatusCode]bool) record.Status {
					if !all[s] && back[s] != "" {
						s = back[s]
					}
					return record.Status{Code: s}
				}
				require.Equal(t, want(of.panel, same), again.ResultPanels[0].Status)
				require.Equal(t, want(of.result, same), again.Results[0].Status)
				if of.panel == record.StatusPreliminary {
					for _, i := range rep.Issues {
						require.False(t, i.Code == record.IssueAltered.Code && strings.HasSuffix(i.Path, "status.code"), i.Path)
					}
				}
				if strings.Contains(mode, "faithful") {
					tell(t, "status", perturb(t, []byte(text), 1))
				}
			})
		}
	}
}

// A status that contradicts statusCode, says no more than it or is denied is not taken for one.
func TestNoLaboratoryStatus(t *testing.T) {
	result := func(status, obs string) string {
		return `<entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.2"/>` + cd("code", "1751-7", oidLOINC, "") +
			`<statusCode code="` + status + `"/><value xsi:type="PQ" value="42" unit="g/L"/><entryRelationship typeCode="COMP">` + obs + `</entryRelationship></observation></entry>`
	}
	said := func(attrs, code string) string {
		return `<observation classCode="OBS" moodCode="EVN"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.419" extension="2018-09-01"/>` + cd("code", "92236-9", oidLOINC, "") +
			cd("value", code, "2.16.840.1.113883.18.34", ` xsi:type="CD"`) + `</observation>`
	}
	rec, _ := importSection(t, "30954-2", result("completed", said("", "C")))
	require.Equal(t, record.StatusCorrected, rec.Results[0].Status.Code)
	for _, x := range []string{
		result("completed", said("", "P")), result("active", said("", "C")), result("completed", said("", "F")), result("aborted", said("", "P")),
		result("completed", said(` negationInd="true"`, "C")), result("completed", strings.Replace(said("", "C"), "18.34", "18.35", 1)),
	} {
		rec, _ := importSection(t, "30954-2", x)
		require.Contains(t, []record.StatusCode{record.StatusCompleted, record.StatusActive, record.StatusAborted}, rec.Results[0].Status.Code, x)
	}
}
