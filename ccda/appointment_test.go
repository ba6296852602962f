package ccda

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A Planned Encounter is an appointment where its mood says so, and an order or an intention in any other.
func TestAppointmentRead(t *testing.T) {
	const encounter = `<entry><encounter classCode="ENC" moodCode="%s"><templateId root="2.16.840.1.113883.10.20.22.4.40" extension="2014-06-09"/><id root="1.2.3" extension="E"/>` +
		`<code code="%s" codeSystem="%s" displayName="Visit"/><text>Bring your glasses</text><statusCode code="active"/><effectiveTime value="20300401"/><priorityCode><originalText>2</originalText></priorityCode>` +
		`<participant typeCode="LOC"><participantRole classCode="SDLOC"><templateId root="2.16.840.1.113883.10.20.22.4.32"/><code code="1160-1" codeSystem="2.16.840.1.113883.6.259"/></participantRole></participant>` +
		`<entryRelationship typeCode="SUBJ" inversionInd="true"><act classCode="ACT" moodCode="INT"><templateId root="2.16.840.1.113883.10.20.22.4.20" extension="2014-06-09"/><code nullFlavor="NI"/><text>Come early</text><statusCode code="completed"/></act></entryRelationship>` +
		`</encounter></entry>`
	for _, c := range []struct {
		mood, code, system string
		appointment        bool
	}{
		{"APT", "99213", "2.16.840.1.113883.6.12", true},
		{"ARQ", "FOLLOWUP", "2.16.840.1.113883.12.276", true},
		{"INT", "99213", "2.16.840.1.113883.6.12", false},
		{"RQO", "99213", "2.16.840.1.113883.6.12", false},
		{"PRMS", "99213", "2.16.840.1.113883.6.12", false},
		{"PRP", "99213", "2.16.840.1.113883.6.12", false},
	} {
		t.Run(c.mood, func(t *testing.T) {
			rec, rep := importSection(t, "18776-5", fmt.Sprintf(encounter, c.mood, c.code, c.system))
			require.Zero(t, rep.Counts.Unaccounted())
			if !c.appointment {
				require.Empty(t, rec.Appointments)
				require.Len(t, rec.Orders, 1)
				return
			}
			typed(t, rec)
			require.Empty(t, rec.Orders)
			require.Len(t, rec.Appointments, 1)
			a := rec.Appointments[0]
			require.Equal(t, record.StatusActive, a.Status.Code)
			require.Equal(t, "Bring your glasses", a.Description)
			require.Equal(t, "Come early", a.PatientNote)
			require.Equal(t, "2", a.Priority)
			require.Len(t, a.Locations, 1)
			if c.mood == "APT" {
				require.Equal(t, record.ModeAppointment, a.Mode)
				require.Equal(t, "2030-04-01", a.When.At.Value)
				require.Equal(t, "99213", a.Service[0].Codings[0].Code)
			} else {
				require.Equal(t, record.ModeAppRequest, a.Mode)
				require.Equal(t, "2030-04-01", a.Requested[0].At.Value, "when it is asked for is not when it is")
				require.Equal(t, "FOLLOWUP", a.Type.Codings[0].Code)
			}
		})
	}
}

// An appointment comes back as it was, in either mode.
func TestAppointmentAgain(t *testing.T) {
	code := record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "390906007", Display: "Follow-up encounter"}}}
	start := record.Time{Value: "2030-04-01T09:30:00-05:00"}
	for name, x := range modes {
		for _, a := range []record.Appointment{
			{Entry: record.Entry{Mode: record.ModeAppointment, Status: record.Status{Code: record.StatusBooked}}, Service: []record.Concept{code}, When: record.Period{Start: start},
				Duration: &record.Quantity{Value: "20", Unit: "min", Code: "min", System: record.SystemUCUM}, Description: "About the knee", Comment: "Needs a lift", PatientNote: "Eat nothing before"},
			{Entry: record.Entry{Mode: record.ModeAppRequest, Status: record.Status{Code: record.StatusActive}}, Type: &record.Concept{Codings: []record.Coding{{System: systemAppointmentReason, Code: "ROUTINE"}}},
				Requested: []record.Period{{Start: start}}},
		} {
			t.Run(name+" "+string(a.Mode), func(t *testing.T) {
				a.ID, a.Assertion = "11111111-1111-4111-8111-111111111111", record.Affirmed
				_, back, _ := passed(t, x, &record.Record{Appointments: []record.Appointment{a}})
				require.Len(t, back.Appointments, 1)
				b := back.Appointments[0]
				require.Equal(t, a.Mode, b.Mode)
				require.Equal(t, a.Status, b.Status)
				require.Equal(t, a.When, b.When)
				require.Equal(t, a.Requested, b.Requested)
				require.Equal(t, a.Duration != nil, b.Duration != nil)
				require.Equal(t, a.Description, b.Description)
				if len(b.Notes) == 1 { // in a conformant document it points to its words in the narrative
					b.Comment = b.Notes[0].Text
				}
				require.Equal(t, a.Comment, b.Comment)
				require.Equal(t, a.PatientNote, b.PatientNote)
				require.Equal(t, a.Type != nil, b.Type != nil)
				require.Equal(t, len(a.Service), len(b.Service))
			})
		}
	}
}
