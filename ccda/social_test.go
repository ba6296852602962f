package ccda

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func importSocial(t *testing.T) *record.Record {
	t.Helper()
	rec, rep, err := Import(context.Background(), read(t, "social.xml"), record.ImportOptions{})
	require.NoError(t, err)
	require.Zero(t, rep.Counts.Unaccounted())
	return rec
}

// Each template by its kind, in the order sent; the patient's own facts are the patient's.
func TestSocialKinds(t *testing.T) {
	rec := importSocial(t)
	var kinds []string
	for _, o := range rec.Social {
		kinds = append(kinds, o.Kind)
	}
	require.Equal(t, []string{"smoking-status", "tobacco-use", "tobacco-use", "smoking-status", "", "", "sex", "sexual-orientation", "occupation",
		"pregnancy-status", "pregnancy-intent", "caregiver-characteristics", "home-environment", "cultural-religious", ""}, kinds)
	p := rec.Patient
	require.Equal(t, "F", p.BirthSex.Codings[0].Code)
	require.Nil(t, p.Sex, "by whom and when it was said has no place in the patient")
	require.Equal(t, "2001", p.GenderIdentities[0].When.Start.Value)
	require.Len(t, p.GenderIdentities[0].Identifiers, 1)
	require.Equal(t, "91", p.TribalAffiliations[0].Tribe.Codings[0].Code)

	require.Equal(t, record.Negated, rec.Social[2].Assertion)
	require.Equal(t, record.AbsentUnknown, rec.Social[3].Values[0].Concept.Absent)
	require.Equal(t, record.ModeIntent, rec.Social[10].Mode)
	require.Equal(t, "86188-0", rec.Social[8].Components[0].Code.Codings[0].Code)
	require.Equal(t, "2024-10-04", rec.Social[9].Components[0].Values[0].Time.Value)
	require.Equal(t, "55561003", rec.Social[14].Components[0].Values[0].Concept.Codings[0].Code)
	require.Equal(t, "smoke", rec.Social[0].Narrative.Anchor)
}

func TestAssessments(t *testing.T) {
	rec := importSocial(t)
	require.Len(t, rec.AssessmentPanels, 2)
	require.Len(t, rec.AssessmentPanels[0].Members, 2)
	byID := map[string]*record.Observation{}
	kinds := map[string]int{}
	for i := range rec.Assessments {
		byID[rec.Assessments[i].ID] = &rec.Assessments[i]
		kinds[rec.Assessments[i].Kind]++
	}
	require.Equal(t, map[string]int{"functional-status": 2, "self-care": 1, "disability": 1, "mental-status": 3, "assessment-scale": 1, "assessment-scale-item": 2, "outcome": 1}, kinds)
	quick := byID[rec.AssessmentPanels[1].Members[0].ID]
	scale := byID[quick.Members[0].ID]
	require.Equal(t, "9", *scale.Values[0].Integer)
	require.Len(t, scale.Members, 2)
	require.Equal(t, "1", *byID[scale.Members[1].ID].Values[0].Integer)
}

// What cannot be told is carried whole; what is denied is denied.
func TestFindingAssertion(t *testing.T) {
	for _, x := range []struct {
		name, attrs string
		want        record.Assertion
	}{
		{"affirmed", ``, record.Affirmed},
		{"denied", ` negationInd="true"`, record.Negated},
		{"not known", ` nullFlavor="UNK"`, record.NotKnown},
		{"denied and not known", ` negationInd="true" nullFlavor="UNK"`, ""},
		{"no boolean", ` negationInd="no"`, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			obs := `<entry><observation classCode="OBS" moodCode="EVN"` + x.attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.78"/>` + cd("code", "72166-2", oidLOINC, "") + snomedValue("449868002") + `</observation></entry>`
			rec, rep := importSection(t, "29762-2", obs)
			if x.want == "" {
				carriedWhole(t, rec, rep, record.IssueNegationUnclear)
				require.Empty(t, rec.Social)
				return
			}
			require.Equal(t, x.want, rec.Social[0].Assertion)
		})
	}
}

// Where the document names no patient, what would be the patient's stays an observation.
func TestFactsWithoutPatient(t *testing.T) {
	fact := func(attrs, code string) string {
		return `<entry><observation classCode="OBS" moodCode="EVN"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.200"/>` + cd("code", "76689-9", oidLOINC, "") + `<statusCode code="completed"/>` + cd("value", code, "2.16.840.1.113883.5.1", ` xsi:type="CD"`) + `</observation></entry>`
	}
	rec, _ := importSection(t, "29762-2", fact("", "F")+fact("", "M")+fact(` negationInd="true"`, "M"))
	require.Nil(t, rec.Patient, "no patient, no field")
	require.Len(t, rec.Social, 3)
	require.Equal(t, record.Negated, rec.Social[2].Assertion)
}
