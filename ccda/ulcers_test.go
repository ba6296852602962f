package ccda

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// How many pressure ulcers there are is said of a stage, and comes back with it.
func TestPressureUlcers(t *testing.T) {
	wound := func(parts string) string {
		return `<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.3" extension="2015-08-01"/><id root="1.2.3" extension="C"/>` + cd("code", "CONC", oidActClass, "") +
			`<statusCode code="active"/><effectiveTime><low value="20240102"/></effectiveTime><entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">` +
			`<templateId root="2.16.840.1.113883.10.20.22.4.4" extension="2015-08-01"/><templateId root="2.16.840.1.113883.10.20.22.4.114" extension="2015-08-01"/><id root="1.2.3" extension="W"/>` +
			cd("code", "ASSERTION", oidActCode, "") + `<statusCode code="completed"/><effectiveTime><low value="20240102"/></effectiveTime>` + snomedValue("399912005") +
			parts + `</observation></entryRelationship></act></entry>`
	}
	const counted = `<entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.76" extension="2015-08-01"/><id root="1.2.3" extension="N"/>` +
		`<code code="2264892003" codeSystem="2.16.840.1.113883.6.96"><translation code="75277-4" codeSystem="2.16.840.1.113883.6.1"/></code><statusCode code="completed"/><effectiveTime value="20240105"/><value xsi:type="INT" value="3"/>` +
		`<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/>`
	const ended = `</observation></entryRelationship></observation></entryRelationship>`
	for name, status := range map[string]string{"with status": `<statusCode code="completed"/>`, "without": ""} {
		t.Run(name, func(t *testing.T) {
			rec, _ := importSection(t, "11450-4", wound(counted+status+snomedValue("421927004")+ended))
			typed(t, rec)
			require.Len(t, rec.Observations, 1)
			o := rec.Observations[0]
			require.Equal(t, "3", *o.Values[0].Integer)
			require.Equal(t, "421927004", o.Components[0].Values[0].Concept.Codings[0].Code)
			for mode, x := range modes {
				out, back, _ := passed(t, x, rec)
				require.Contains(t, out, `root="2.16.840.1.113883.10.20.22.4.76"`, mode)
				require.Len(t, back.Observations, 1)
				require.Equal(t, o.Values, back.Observations[0].Values)
				require.Len(t, back.Observations[0].Components, 1)
				require.Equal(t, o.Components[0].Code, back.Observations[0].Components[0].Code)
				require.Equal(t, o.Components[0].Values, back.Observations[0].Components[0].Values)
				require.Equal(t, o.Kind, back.Observations[0].Kind)
			}
		})
	}
	// A count of which it is not known of what stage claims no template that demands one.
	rec, _ := importSection(t, "11450-4", wound(counted+snomedValue("421927004")+ended))
	rec.Observations[0].Components = nil
	out, _, rep := passed(t, Exporter{Mode: Conformant}, rec)
	require.NotContains(t, out, `root="2.16.840.1.113883.10.20.22.4.76"`)
	require.True(t, hasIssue(rep, record.IssueProfileNotClaimed))
}

// A status that hangs on a result is no Problem Status where its value is none of those.
func TestStatusOfResult(t *testing.T) {
	for code, claimed := range map[string]bool{"413322009": true, "final": false} {
		system := record.SystemSNOMED
		if !claimed {
			system = "http://terminology.hl7.org/CodeSystem/v3-ActStatus"
		}
		value := codedIn(system, code, "")
		x := record.Observation{Entry: entryOf(record.Affirmed, record.StatusCompleted), Code: codedIn(record.SystemLOINC, "718-7", "Hemoglobin"), Values: []record.Value{{Quantity: measured("13.2", "g/dL")}},
			Components: []record.Component{{Code: codedIn(record.SystemLOINC, "33999-4", "Status"), Values: []record.Value{{Concept: &value}}}}}
		out, back, rep := passed(t, Exporter{Mode: Conformant}, &record.Record{Results: []record.Observation{x}})
		require.Equal(t, claimed, strings.Contains(out, `"2.16.840.1.113883.10.20.22.4.6"`))
		require.Equal(t, !claimed, slices.ContainsFunc(rep.Issues, func(i record.Issue) bool {
			return i.Code == record.IssueProfileNotClaimed.Code && i.Path == "results[0].components[0]"
		}))
		require.Len(t, back.Results[0].Components, 1)
		require.Equal(t, code, back.Results[0].Components[0].Values[0].Concept.Codings[0].Code)
	}
}
