package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A planned act is an order in the mood that it is sent in; a goal is none. One that is negated is not to be done.
func TestOrderMode(t *testing.T) {
	for _, x := range []struct {
		section, name, template, attrs string
		want                           record.Mode
	}{
		{"18776-5", "observation", "44", ` moodCode="RQO"`, record.ModeRequest},
		{"18776-5", "observation", "44", ` moodCode="INT"`, record.ModeIntent},
		{"18776-5", "procedure", "41", ` moodCode="INT" negationInd="false"`, record.ModeIntent},
		{"18776-5", "encounter", "40", ` moodCode="ARQ"`, record.ModeAppRequest},
		{"18776-5", "encounter", "40", ` moodCode="APT"`, record.ModeAppointment},
		{"18776-5", "act", "39", ` moodCode="PRP"`, record.ModeProposal},
		{"18776-5", "act", "39", ` moodCode="PRMS"`, record.ModePromise},
		{"18776-5", "supply", "43", ` moodCode="RQO"`, record.ModeRequest},
		{"47519-4", "procedure", "14", ` moodCode="INT"`, record.ModeIntent},
		{"46240-8", "encounter", "49", ` moodCode="INT"`, record.ModeIntent},
		{"18776-5", "observation", "44", ` moodCode="GOL"`, ""}, // a goal
		{"18776-5", "observation", "44", ` moodCode="EVN"`, ""},
		{"18776-5", "procedure", "41", ` moodCode="RQO" negationInd="true"`, record.ModeRequest},
		{"18776-5", "supply", "43", ` moodCode="RQO" negationInd="true"`, ""},
		{"18776-5", "observation", "44", ` moodCode="RQO" negationInd="maybe"`, ""},
		{"18776-5", "procedure", "41", ` moodCode="RQO" nullFlavor="UNK"`, ""},
		{"18776-5", "observation", "2", ` moodCode="INT"`, ""},
	} {
		t.Run(x.name+x.attrs, func(t *testing.T) {
			rec, _ := importSection(t, x.section, `<entry><`+x.name+x.attrs+`><templateId root="2.16.840.1.113883.10.20.22.4.`+x.template+`"/>`+
				cd("code", "306237005", oidSNOMED, "")+`<statusCode code="active"/></`+x.name+`></entry>`, "Plan")
			if x.want == "" {
				require.Empty(t, rec.Orders)
				require.Empty(t, rec.Procedures)
				require.True(t, len(rec.Carried) > 0 || len(rec.Goals) == 1)
				return
			}
			if x.want == record.ModeAppointment || x.want == record.ModeAppRequest {
				require.Empty(t, rec.Orders)
				require.Len(t, rec.Appointments, 1)
				require.Equal(t, x.want, rec.Appointments[0].Mode)
				require.Equal(t, record.StatusActive, rec.Appointments[0].Status.Code)
				return
			}
			require.Len(t, rec.Orders, 1)
			require.Equal(t, x.want, rec.Orders[0].Mode)
			require.Equal(t, strings.Contains(x.attrs, `"true"`), rec.Orders[0].DoNotPerform != nil)
			require.Equal(t, x.name, rec.Orders[0].Class)
			require.Equal(t, record.StatusActive, rec.Orders[0].Status.Code)
		})
	}
}
