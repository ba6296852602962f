package ccda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func TestFamilyHistory(t *testing.T) {
	rec := importSocial(t)
	require.Len(t, rec.FamilyHistory, 3)
	father := rec.FamilyHistory[0]
	require.Equal(t, "FTH", father.Relationship.Codings[0].Code)
	require.Equal(t, "Old Father", father.Name)
	require.Equal(t, "M", father.Sex.Codings[0].Code)
	require.Equal(t, "1937", father.BirthTime.At.Value)
	require.True(t, *father.Deceased)
	require.Equal(t, "1994", father.DeceasedWhen.Time.Value)
	require.Len(t, father.RelatedID, 1)
	require.Len(t, father.Conditions, 2)
	heart, diabetes := father.Conditions[0], father.Conditions[1]
	require.Equal(t, record.Affirmed, heart.Assertion)
	require.Equal(t, "57", heart.OnsetAge.Value)
	require.True(t, *heart.Fatal)
	require.Equal(t, snomedDead, heart.CauseOfDeath.Codings[0].Code)
	require.Equal(t, record.Negated, diabetes.Assertion)
	require.Equal(t, record.NoneKnown, rec.FamilyHistory[1].Conditions[0].Assertion)
	require.Empty(t, rec.FamilyHistory[2].Conditions, "a negation of words alone, and a condition that is null, are carried")
}

// An organizer that does not say whose history it is, or denies itself, is carried whole.
func TestFamilyUnclear(t *testing.T) {
	relative := `<subject><relatedSubject classCode="PRS">` + cd("code", "FTH", "2.16.840.1.113883.5.111", "") + `</relatedSubject></subject>`
	organizer := func(attrs, subject string) string {
		return `<entry><organizer classCode="CLUSTER" moodCode="EVN"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.45"/><statusCode code="completed"/>` + subject +
			`<component><observation classCode="OBS" moodCode="EVN">` + snomed("code", "64572001") + snomedValue("22298006") + `</observation></component></organizer></entry>`
	}
	rec, _ := importSection(t, "10157-6", organizer("", relative))
	typed(t, rec)
	require.Len(t, rec.FamilyHistory[0].Conditions, 1)
	for name, x := range map[string]struct {
		entry string
		kind  record.IssueKind
	}{
		"no subject": {organizer("", ""), record.IssueOtherSubject},
		"two":        {organizer("", relative+relative), record.IssueOtherSubject},
		"another":    {organizer("", `<subject><relatedSubject classCode="PAT"/></subject>`), record.IssueOtherSubject},
		"denied":     {organizer(` negationInd="true"`, relative), record.IssueNegationUnclear},
	} {
		t.Run(name, func(t *testing.T) {
			rec, rep := importSection(t, "10157-6", x.entry)
			carriedWhole(t, rec, rep, x.kind)
			require.Empty(t, rec.FamilyHistory)
		})
	}
}
