package ccda

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func procedureEntry(attrs, code, more string) string {
	return `<entry><procedure classCode="PROC"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.14"/><id root="1.2.826.0.1.99.7" extension="p"/>` +
		code + `<statusCode code="completed"/><effectiveTime value="2021"/>` + more + `</procedure></entry>`
}

// What an activity says of a procedure, by mood, negation, code and reason.
func TestProcedureAssertion(t *testing.T) {
	reason := func(code string) string {
		return `<entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.24.3.88"/>` +
			cd("code", "77301-0", oidLOINC, "") + `<statusCode code="completed"/>` + snomedValue(code) + `</observation></entryRelationship>`
	}
	indication := `<entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.19"/>` +
		cd("code", "404684003", oidSNOMED, "") + snomedValue("183945002") + `</observation></entryRelationship>`
	one, all := cd("code", "80146002", oidSNOMED, ""), cd("code", "71388002", oidSNOMED, "")
	for _, x := range []struct {
		name, attrs, code, more string
		want                    record.Assertion
		status                  record.StatusCode
	}{
		{"done", ` moodCode="EVN"`, one, "", record.Affirmed, record.StatusCompleted},
		{"not negated", ` moodCode="EVN" negationInd="false"`, one, "", record.Affirmed, record.StatusCompleted},
		{"not done", ` moodCode="EVN" negationInd="true"`, one, "", record.Affirmed, record.StatusNotDone},
		{"not done, with a reason", ` moodCode="EVN" negationInd="true"`, one, reason("416064006"), record.Affirmed, record.StatusNotDone},
		{"refused", ` moodCode="EVN" negationInd="true"`, one, reason("105480006"), record.Affirmed, record.StatusRefused},
		{"refused, by an indication", ` moodCode="EVN" negationInd="true"`, one, indication, record.Affirmed, record.StatusRefused},
		{"none known", ` moodCode="EVN" negationInd="true"`, all, "", record.NoneKnown, record.StatusCompleted},
		{"any refused", ` moodCode="EVN" negationInd="true"`, all, reason("105480006"), record.Affirmed, record.StatusRefused},
		{"none in words", ` moodCode="EVN"`, `<code nullFlavor="NI"><originalText>No known procedures</originalText></code>`, "", record.NoneKnown, record.StatusCompleted},
		{"not known", ` moodCode="EVN" nullFlavor="UNK"`, one, "", record.NotKnown, record.StatusCompleted},
		{"neither", ` moodCode="EVN" nullFlavor="UNK" negationInd="true"`, one, "", "", ""},
		{"no boolean", ` moodCode="EVN" negationInd="perhaps"`, one, "", "", ""},
		{"defined", ` moodCode="DEF"`, one, "", "", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, rep := importSection(t, "47519-4", procedureEntry(x.attrs, x.code, x.more), "Procedures")
			if x.want == "" {
				carriedWhole(t, rec, rep, record.IssueNegationUnclear)
				return
			}
			require.Len(t, rec.Procedures, 1)
			require.Equal(t, x.want, rec.Procedures[0].Assertion)
			require.Equal(t, x.status, rec.Procedures[0].Status.Code)
		})
	}
}

// The entry that repeats the header's encounter is that encounter; what both say is checked.
func TestEncounterOfHeader(t *testing.T) {
	rec, _, err := Import(context.Background(), read(t, "procedures.xml"), record.ImportOptions{})
	require.NoError(t, err)
	require.Len(t, rec.Encounters, 2)
	e := rec.Encounters[0]
	require.Len(t, e.Identifiers, 2)
	require.Equal(t, rec.Documents[0].Encounter.ID, e.ID)
	require.Equal(t, e.ID, rec.Procedures[0].Encounter.ID)
	require.Equal(t, "AMB", e.Class.Code(record.SystemActCode))
	require.Len(t, e.Types, 1)
	require.Len(t, e.Participants, 2)
	require.Len(t, e.Diagnoses, 1)
	require.Equal(t, "encounter-diagnosis", rec.Problems[0].Use)
	require.Equal(t, "2024-05-08T10:30-05:00", e.When.End.Value)
}

// The reason of a procedure that was done is what it was for; of one that was not, why not.
func TestProcedureReason(t *testing.T) {
	reason := `<entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.24.3.88"/><id root="1.2.826.0.1.99.7" extension="r"/>` +
		cd("code", "77301-0", oidLOINC, "") + `<statusCode code="completed"/><effectiveTime value="2020"/>` + snomedValue("57054005") + `</observation></entryRelationship>`
	rec, _ := importSection(t, "47519-4", procedureEntry(` moodCode="EVN"`, cd("code", "80146002", oidSNOMED, ""), reason))
	p := rec.Procedures[0]
	require.Empty(t, p.Status.Reasons)
	require.Equal(t, "57054005", p.Indications[0].Code.Codings[0].Code)
	require.Equal(t, "2020", p.Indications[0].When.At.Value)
	typed(t, rec)

	rec, _ = importSection(t, "47519-4", procedureEntry(` moodCode="EVN" negationInd="true"`, cd("code", "80146002", oidSNOMED, ""), reason))
	require.Empty(t, rec.Procedures[0].Indications)
	require.Equal(t, "57054005", rec.Procedures[0].Status.Reasons[0].Codings[0].Code)
}
