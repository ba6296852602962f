package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func TestFamilyMember(t *testing.T) {
	father := func(cs ...record.FamilyCondition) record.FamilyMember {
		return record.FamilyMember{Entry: entryOf(record.Affirmed, record.StatusCompleted), Relationship: coded("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "FTH", "father"), Conditions: cs}
	}
	heart := record.FamilyCondition{Code: coded(record.SystemSNOMED, "22298006", "Heart attack"), Assertion: record.Affirmed, When: record.Period{At: record.Time{Value: "1994"}}}
	young := heart
	young.OnsetAge = &record.Quantity{Value: "57", Unit: "a", Code: "a", System: record.SystemUCUM}
	young.Fatal, young.CauseOfDeath = ptr(true), codedPtr(record.SystemSNOMED, "419099009", "Dead")
	denied := heart
	denied.Assertion = record.Negated
	unknown := father(heart)
	unknown.Assertion, unknown.Absent, unknown.Status = record.NotKnown, record.AbsentUnknown, record.Status{}
	none := father(heart)
	none.Assertion = record.NoneKnown
	born := father()
	born.BirthTime.At = record.Time{Value: "1937-02-03"}
	born.Age, born.EstimatedAge = &record.Value{Quantity: young.OnsetAge}, ptr(true)
	born.Deceased, born.DeceasedWhen = ptr(true), &record.Value{Time: &record.Time{Value: "1994"}}
	alive := father()
	alive.Age, alive.EstimatedAge, alive.Deceased = born.Age, ptr(false), ptr(false)
	for _, tc := range []struct {
		name, kind string
		m          record.FamilyMember
		want       map[string]string
		issue      string
	}{
		{"a condition", "FamilyMemberHistory", father(heart), map[string]string{"status": "completed", "relationship.coding[0].code": "FTH", "condition[0].code.coding[0].code": "22298006",
			"condition[0].onsetPeriod.start": "1994"}, ""},
		{"at an age, of which he died", "FamilyMemberHistory", father(young), map[string]string{"condition[0].onsetAge.value": "57", "condition[0].onsetPeriod": "",
			"condition[0].contributedToDeath": "true", "condition[0].outcome.coding[0].code": "419099009"}, ""},
		{"one that he had not", "FamilyMemberHistory", father(denied, heart), map[string]string{"condition[0].code.coding[0].code": "22298006", "condition[1]": ""}, "not-stated"},
		{"nothing known", "FamilyMemberHistory", unknown, map[string]string{"status": "health-unknown", "condition": "", "dataAbsentReason.extension[0].valueCode": "unknown"}, "not-stated"},
		{"none of all", "Basic", none, map[string]string{"code.coding[0].code": "not-stated"}, "not-stated"},
		{"born and died", "FamilyMemberHistory", born, map[string]string{"bornDate": "1937-02-03", "ageAge": "", "estimatedAge": "", "deceasedDate": "1994", "deceasedBoolean": ""}, ""},
		{"alive", "FamilyMemberHistory", alive, map[string]string{"ageAge.value": "57", "estimatedAge": "false", "deceasedBoolean": "false"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			by, issues := sent(t, &record.Record{FamilyHistory: []record.FamilyMember{tc.m}})
			require.NotEmpty(t, by[tc.kind])
			if tc.kind == "FamilyMemberHistory" {
				require.Len(t, by["Basic"], len(tc.m.Conditions)-len(list(by[tc.kind][0], "condition")), "a Basic for each that he had not")
			}
			for path, want := range tc.want {
				require.Equal(t, want, at(by[tc.kind][0], path), path)
			}
			if tc.issue != "" {
				require.NotZero(t, issues[tc.issue])
			}
		})
	}
	require.NoError(t, familyStatuses.Check())
}

func list(resource any, name string) []any {
	l, _ := resource.(map[string]any)[name].([]any)
	return l
}
