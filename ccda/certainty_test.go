package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// How sure a problem or an allergy is comes back; what is denied has no doubt beside it.
func TestDoubtsComeBack(t *testing.T) {
	gout := codedIn(record.SystemSNOMED, "90560007", "Gout")
	problem := func(n string, a record.Assertion, v record.Verification) record.Problem {
		return record.Problem{Entry: record.Entry{ID: "3c1d5a20-6a0e-4f51-8f0c-0000000000" + n, Assertion: a}, Code: gout, Verification: v}
	}
	sent := codedIn("http://terminology.hl7.org/CodeSystem/condition-ver-status", "provisional", "Provisional")
	sent.Text = "waits for the crystals"
	worded := problem("04", record.Affirmed, record.Provisional)
	worded.VerificationAsSent = &sent
	rec := &record.Record{
		Problems: []record.Problem{
			problem("01", record.Affirmed, record.Differential), problem("02", record.Affirmed, record.Unconfirmed), problem("03", record.Affirmed, ""), worded,
			problem("05", record.Negated, record.Provisional),
		},
		Allergies: []record.Allergy{
			{Entry: record.Entry{ID: "3c1d5a20-6a0e-4f51-8f0c-000000000011", Assertion: record.Affirmed}, Substance: codedIn(record.SystemRxNorm, "7980", "Penicillin G"), Verification: record.Unconfirmed},
			{Entry: record.Entry{ID: "3c1d5a20-6a0e-4f51-8f0c-000000000012", Assertion: record.Affirmed}, Substance: codedIn(record.SystemRxNorm, "1191", "Aspirin"), Verification: record.Presumed},
		},
	}
	for name, x := range map[string]Exporter{"faithful": {}, "conformant": {Mode: Conformant}} {
		t.Run(name, func(t *testing.T) {
			text, back, rep := passed(t, x, rec)
			var doubts []string
			for _, p := range back.Problems {
				doubts = append(doubts, string(p.Assertion)+" "+string(p.Verification))
			}
			require.Equal(t, []string{"affirmed differential", "affirmed unconfirmed", "affirmed ", "affirmed provisional", "negated "}, doubts)
			require.Equal(t, "waits for the crystals", back.Problems[3].VerificationAsSent.Text)
			require.Nil(t, back.Problems[0].VerificationAsSent)
			require.Equal(t, record.Unconfirmed, back.Allergies[0].Verification)
			require.Equal(t, record.Presumed, back.Allergies[1].Verification)
			require.Equal(t, 5, strings.Count(text, `code="408729009"`))
			lost := 0
			for _, i := range rep.Issues {
				if strings.HasSuffix(i.Path, "verification") {
					lost++
				}
			}
			require.Equal(t, 1, lost, "the doubt of what is denied is named")
		})
	}
}

// An observation of the same code in other words, or negated, is no doubt: it is carried.
func TestDoubtsInOtherWords(t *testing.T) {
	for name, obs := range map[string]string{
		"SNOMED CT":     `<observation classCode="OBS" moodCode="EVN"><code code="408729009" codeSystem="2.16.840.1.113883.6.96"/><value xsi:type="CD" code="410592001" codeSystem="2.16.840.1.113883.6.96"/></observation>`,
		"confirmed":     `<observation classCode="OBS" moodCode="EVN"><code code="408729009" codeSystem="2.16.840.1.113883.6.96"/><value xsi:type="CD" code="confirmed" codeSystem="2.16.840.1.113883.4.642.4.1075"/></observation>`,
		"of an allergy": `<observation classCode="OBS" moodCode="EVN"><code code="408729009" codeSystem="2.16.840.1.113883.6.96"/><value xsi:type="CD" code="unconfirmed" codeSystem="2.16.840.1.113883.4.642.4.1371"/></observation>`,
		"negated":       `<observation classCode="OBS" moodCode="EVN" negationInd="true"><code code="408729009" codeSystem="2.16.840.1.113883.6.96"/><value xsi:type="CD" code="provisional" codeSystem="2.16.840.1.113883.4.642.4.1075"/></observation>`,
	} {
		t.Run(name, func(t *testing.T) {
			rec, rep := importSection(t, "11450-4", `<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.3"/><code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="active"/>`+
				`<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4"/><code code="55607006" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/>`+
				`<value xsi:type="CD" code="90560007" codeSystem="2.16.840.1.113883.6.96"/><entryRelationship typeCode="SUBJ" inversionInd="true">`+obs+`</entryRelationship></observation></entryRelationship></act></entry>`)
			require.Len(t, rec.Problems, 1)
			require.Empty(t, rec.Problems[0].Verification)
			require.Zero(t, rep.Counts.Unaccounted())
			require.NotEmpty(t, rec.Carried)
		})
	}
}
