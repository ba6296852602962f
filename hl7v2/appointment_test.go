package hl7v2

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A comment behind something booked stays there when the message is written anew.
func TestCommentsOnWhatIsBooked(t *testing.T) {
	in := segmentsOf(`MSH|^~\&|A|B|C|D|20260301100000||SIU^S12^SIU_S12|X1|P|2.5.1`, "SCH|P1^EHR|F1^BOOK|||||||||^^^20260401090000^20260401093000",
		"NTE|1||bring the letter", "PID|1||77^^^B^MR||Doe^Ann||19700101", "RGS|1", "AIS|1||MRI^Imaging^L|20260401090000", "NTE|1||contrast",
		"AIL|1||ROOM^2", "NTE|1||second floor", "NTE|2||left wing", "AIP|1||9^Roe^Rae")
	rec, out := typedAgain(t, in)
	require.Len(t, rec.Appointments[0].Notes, 4)
	require.NotContains(t, out, "SCH|F1^BOOK")
	rec.Appointments[0].Priority = "urgent" // so that the message is written anew
	anew, _ := written(t, Exporter{}, rec)
	var names []string
	for _, s := range strings.Split(strings.TrimSpace(string(anew)), "\r") {
		names = append(names, s[:3])
	}
	require.Equal(t, "MSH SCH NTE PID RGS AIS NTE AIL NTE NTE AIP", strings.Join(names, " "), string(anew))
	require.Regexp(t, `AIS\|[^\r]*\rNTE\|1\|\|contrast\r`, string(anew))
	require.Regexp(t, `AIL\|[^\r]*\rNTE\|1\|\|second floor\rNTE\|2\|\|left wing\r`, string(anew))
	require.Equal(t, 4, strings.Count(out, "\rNTE|"), "without forms they stand behind the appointment")
}
