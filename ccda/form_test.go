package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// formedSection is a section of problems in forms that the writer would not choose.
var formedSection = section("11450-4", `<entry><act classCode="ACT" moodCode="EVN" negationInd="false"><templateId root="2.16.840.1.113883.10.20.22.4.3"/>`+
	`<id root="1.2.840.77777.5" extension="C-1"/>`+cd("code", "CONC", oidActClass, "")+`<statusCode code="active"/><effectiveTime><low value="2011"/></effectiveTime>`+
	`<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN" negationInd="false"><templateId root="2.16.840.1.113883.10.20.22.4.4"/>`+
	`<id root="1.2.840.77777.5" extension="P-1"/>`+snomed("code", "55607006")+`<statusCode code="completed"/><effectiveTime><low value="2011"/><high/></effectiveTime>`+
	`<value xsi:type="CE" code="195967001" codeSystem="`+oidSNOMED+`"><originalText/><translation code="J45" codeSystem="2.16.840.1.113883.6.90"><originalText><reference value="#w1"/></originalText></translation></value>`+
	`<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.31"/>`+
	cd("code", "397659008", oidSNOMED, "")+`<statusCode code="completed"/><value xsi:type="PQ" value="31" unit="a"/></observation></entryRelationship>`+
	`<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.8"/>`+
	cd("code", "SEV", oidActCode, "")+`<text><reference value="w2"/></text>`+snomedValue("6736007")+`</observation></entryRelationship>`+
	`<entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.6"/>`+
	`<code nullFlavor="NI"/><text>as ever</text><statusCode code="completed"/>`+snomedValue("55561003")+`</observation></entryRelationship>`+
	`</observation></entryRelationship></act></entry>`, `<content ID="w1">Asthma</content> <content ID="w2">moderate</content>`)

func TestForm(t *testing.T) {
	data := []byte(formedSection)
	tell(t, t.Name(), perturb(t, data, 1))
	rec, _, err := Import(t.Context(), data, record.ImportOptions{})
	require.NoError(t, err)
	p := &rec.Problems[0]
	require.Equal(t, record.Affirmed, p.Assertion)
	require.Equal(t, "moderate", p.Severity.Text)
	require.Equal(t, "Asthma", p.Code.Codings[1].Text)
	for _, typedOnly := range []bool{false, true} {
		o := exportOptions
		o.TypedOnly = typedOnly
		out, rep := write(t, Exporter{}, rec, o)
		require.ElementsMatch(t, exactStatements(t, data), exactStatements(t, out))
		for _, s := range []string{`<text><reference value="w2">`, `<text>as ever</text>`, `<originalText/>`, `<high/>`, `<originalText><reference value="#w1"/></originalText>`, `<code nullFlavor="NI"/>`} {
			require.Contains(t, string(out), s)
		}
		require.Equal(t, 2, strings.Count(string(out), `negationInd="false"`))
		require.False(t, hasIssue(rep, record.IssueExportCarried))
		again, _, err := Import(t.Context(), out, record.ImportOptions{})
		require.NoError(t, err)
		twice, _ := write(t, Exporter{}, again, o)
		require.Equal(t, string(out), string(twice))
	}
	rec.Patient = &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}}
	_, rep := write(t, Exporter{Mode: Conformant}, rec, exportOptions)
	require.False(t, hasIssue(rep, record.IssueExportCarried), "nothing is lost without a form")
}

// The form of what the record no longer says does not go out.
func TestFormOutlived(t *testing.T) {
	rec, _, err := Import(t.Context(), []byte(formedSection), record.ImportOptions{})
	require.NoError(t, err)
	p := &rec.Problems[0]
	p.Assertion = record.Negated
	p.Onset.End = record.Time{Value: "2013"}
	p.Code.Text = "Asthma of childhood"
	out, _ := write(t, Exporter{}, rec, exportOptions)
	require.Equal(t, 1, strings.Count(string(out), `negationInd="true"`))
	require.Equal(t, 1, strings.Count(string(out), `negationInd="false"`), "that of the act around it")
	require.Contains(t, string(out), `<high value="2013"/>`)
	require.NotContains(t, string(out), `<high/>`)
	require.Contains(t, string(out), `<originalText>Asthma of childhood</originalText>`)
	require.NotContains(t, string(out), `<originalText/>`)

	negated := strings.Replace(formedSection, `moodCode="EVN" negationInd="false"><templateId root="2.16.840.1.113883.10.20.22.4.4"/>`, `moodCode="EVN" negationInd="1"><templateId root="2.16.840.1.113883.10.20.22.4.4"/>`, 1)
	rec, _, err = Import(t.Context(), []byte(negated), record.ImportOptions{})
	require.NoError(t, err)
	out, _ = write(t, Exporter{}, rec, exportOptions)
	require.Contains(t, string(out), `negationInd="1"`)
	rec.Problems[0].Assertion = record.Affirmed
	out, _ = write(t, Exporter{}, rec, exportOptions)
	require.NotContains(t, string(out), `negationInd="1"`)
	require.NotContains(t, string(out), `negationInd="true"`)
}
