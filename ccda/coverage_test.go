package ccda

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// Whether a policy says that there is a coverage.
func TestCoverageAssertion(t *testing.T) {
	payer := `<performer typeCode="PRF"><templateId root="2.16.840.1.113883.10.20.22.4.87"/><assignedEntity><id root="1.2.9.3" extension="PAY"/></assignedEntity></performer>`
	for _, x := range []struct {
		name, activity, policy, body string
		want                         record.Assertion
	}{
		{"a policy", ` moodCode="EVN"`, ` moodCode="EVN"`, payer, record.Affirmed},
		{"CCD's mood", ` moodCode="DEF"`, ` moodCode="EVN"`, payer, record.Affirmed},
		{"a number of the member", ` moodCode="EVN"`, ` moodCode="EVN"`, `<participant typeCode="COV"><participantRole><id root="1.2.9.4" extension="M"/></participantRole></participant>`, record.Affirmed},
		{"nothing at all", ` moodCode="EVN"`, ` moodCode="EVN"`, `<performer typeCode="PRF"><templateId root="2.16.840.1.113883.10.20.22.4.87"/><assignedEntity><id nullFlavor="NI"/></assignedEntity></performer>`, record.NotKnown},
		{"null", ` moodCode="EVN"`, ` moodCode="EVN" nullFlavor="NI"`, payer, record.NotKnown},
		{"denied", ` moodCode="EVN"`, ` moodCode="EVN" negationInd="true"`, payer, record.Negated},
		{"denied and null", ` moodCode="EVN"`, ` moodCode="EVN" negationInd="true" nullFlavor="NI"`, payer, ""},
		{"intended", ` moodCode="EVN"`, ` moodCode="INT"`, payer, ""},
		{"the activity denied", ` moodCode="EVN" negationInd="true"`, ` moodCode="EVN"`, payer, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, _ := importSection(t, "48768-6", `<entry><act classCode="ACT"`+x.activity+`><templateId root="2.16.840.1.113883.10.20.22.4.60"/>`+cd("code", "48768-6", oidLOINC, "")+
				`<entryRelationship typeCode="COMP"><act classCode="ACT"`+x.policy+`><templateId root="2.16.840.1.113883.10.20.22.4.61"/><statusCode code="completed"/>`+x.body+`</act></entryRelationship></act></entry>`)
			if x.want == "" {
				require.Empty(t, rec.Coverages)
				require.NotEmpty(t, rec.Carried)
				return
			}
			require.Len(t, rec.Coverages, 1)
			require.Equal(t, x.want, rec.Coverages[0].Assertion)
			require.Empty(t, record.Validate(rec))
		})
	}
}

func TestCoverageParts(t *testing.T) {
	rec, _, err := Import(context.Background(), read(t, "equipment.xml"), record.ImportOptions{})
	require.NoError(t, err)
	require.Len(t, rec.Coverages, 5)
	c := rec.Coverages[0]
	require.Equal(t, "MEM-7", c.MemberID.Value)
	require.Equal(t, "MEM-8", c.MemberParty.Identifiers[0].Value)
	require.Equal(t, "FAMDEP", c.Relationship.Codings[0].Code)
	require.Equal(t, "2025-12-31", c.When.End.Value)
	require.Equal(t, "SUB-7", c.HolderParty.Identifiers[0].Value)
	require.Equal(t, "Granite Gold", c.PlanName)
	require.Equal(t, "PLAN-3", c.PlanIdentifiers[0].Value)
	require.Len(t, c.Guarantors, 2)
	require.Equal(t, "1", c.Order)
	require.Len(t, c.Authorizations[0].Services, 1)
	require.Equal(t, record.ModePromise, rec.Orders[2].Mode)
	require.Equal(t, c.Payors, rec.Coverages[1].Payors, "one payer")
	require.Equal(t, c.Activity.ID, rec.Coverages[1].Activity.ID)
}
