package ccda

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// How far the making of an appointment is comes back, though C-CDA has one status for all that are planned.
func TestBookingAgain(t *testing.T) {
	for _, status := range []record.StatusCode{record.StatusActive, record.StatusBooked, record.StatusWaitlist, record.StatusCheckedIn} {
		for mode, x := range modes {
			for _, kind := range []string{"appointment", "order"} {
				t.Run(fmt.Sprint(status, mode, kind), func(t *testing.T) {
					e := entryOf(record.Affirmed, status)
					e.Mode = record.ModeAppointment
					rec := &record.Record{Appointments: []record.Appointment{{Entry: e}}}
					if kind == "order" {
						rec = &record.Record{Orders: []record.Order{{Entry: e, Class: "encounter"}}}
					}
					out, back, _ := passed(t, x, rec)
					require.Contains(t, out, `<encounter classCode="ENC" moodCode="APT">`)
					require.Contains(t, out, `<statusCode code="active"/>`)
					require.Empty(t, back.Orders) // what is an appointment comes back as one, whatever it was called
					require.Len(t, back.Appointments, 1)
					require.Equal(t, record.Status{Code: status}, back.Appointments[0].Status)
					require.Equal(t, record.ModeAppointment, back.Appointments[0].Mode)
					again, _, _ := passed(t, x, back)
					require.Contains(t, again, `<statusCode code="active"/>`)
				})
			}
		}
	}
}

// What else a status says of a planned encounter is no booking.
func TestBookingRead(t *testing.T) {
	const encounter = `<entry><encounter classCode="ENC" moodCode="APT"><templateId root="2.16.840.1.113883.10.20.22.4.40" extension="2014-06-09"/><id root="1.2.3" extension="E"/>` +
		`<statusCode code="%s"/><entryRelationship typeCode="REFR"%s><observation classCode="OBS" moodCode="EVN"%s><code code="33999-4" codeSystem="2.16.840.1.113883.6.1" displayName="Status"/>` +
		`<statusCode code="completed"/><value xsi:type="CD" %s/></observation></entryRelationship></encounter></entry>`
	const booked = `code="Booked" codeSystem="2.16.840.1.113883.12.278"`
	for _, c := range []struct {
		name, status, rel, obs, value string
		want                          record.StatusCode
		carried                       bool
	}{
		{"booked", "active", "", "", booked, record.StatusBooked, false},
		{"another status", "cancelled", "", "", booked, record.StatusCancelled, true},
		{"not booked", "active", "", ` negationInd="true"`, booked, record.StatusActive, true},
		{"another word", "active", "", "", `code="Overbook" codeSystem="2.16.840.1.113883.12.278"`, record.StatusActive, true},
		{"another system", "active", "", "", `code="Booked" codeSystem="1.2.3"`, record.StatusActive, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec, _ := importSection(t, "18776-5", fmt.Sprintf(encounter, c.status, c.rel, c.obs, c.value))
			require.Len(t, rec.Appointments, 1)
			require.Equal(t, c.want, rec.Appointments[0].Status.Code)
			if !c.carried {
				typed(t, rec)
			}
		})
	}
}
