package ccda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// What an observation says of an advance directive. "No" as the answer to whether
// there is one is a denial; as the answer to what is to be done it is the directive.
func TestDirectiveAssertion(t *testing.T) {
	no, yes, dnr := snomedValue("373067005"), snomedValue("373066001"), snomedValue("304253006")
	for _, x := range []struct {
		name, template, attrs, value string
		want                         record.Assertion
	}{
		{"directive", "48", "", dnr, record.Affirmed},
		{"no resuscitation", "48", "", no, record.Affirmed},
		{"directive denied", "48", ` negationInd="true"`, dnr, record.Negated},
		{"denied and no", "48", ` negationInd="true"`, no, ""},
		{"not known", "48", ` nullFlavor="UNK"`, dnr, record.NotKnown},
		{"there is one", "513", "", yes, record.Affirmed},
		{"there is none", "513", "", no, record.Negated},
		{"whether is not known", "513", "", `<value xsi:type="CD" nullFlavor="UNK"/>`, record.NotKnown},
		{"there is not none", "513", ` negationInd="true"`, no, ""},
		{"false", "513", "", `<value xsi:type="BL" value="false"/>`, record.Negated},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, _ := importSection(t, "42348-3", `<entry><observation classCode="OBS" moodCode="EVN"`+x.attrs+`><templateId root="2.16.840.1.113883.10.20.22.4.`+x.template+`"/>`+
				cd("code", "304251008", oidSNOMED, "")+`<statusCode code="completed"/>`+x.value+`</observation></entry>`)
			if x.want == "" {
				require.Empty(t, rec.Directives)
				require.NotEmpty(t, rec.Carried)
				return
			}
			typed(t, rec)
			require.Len(t, rec.Directives, 1)
			require.Equal(t, x.want, rec.Directives[0].Assertion)
			require.Empty(t, record.Validate(rec))
		})
	}
}
