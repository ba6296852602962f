package ccda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// That there is no device must not become a device, nor "no procedures".
func TestNoDevices(t *testing.T) {
	entry := func(attrs, code, device string) string {
		return `<entry><procedure classCode="PROC" moodCode="EVN"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.14"/><id root="1.2.826.0.1.99.8" extension="d"/>` +
			cd("code", code, oidSNOMED, "") + `<statusCode code="completed"/><participant typeCode="DEV"><participantRole classCode="MANU"><templateId root="2.16.840.1.113883.10.20.22.4.37"/>` +
			`<id root="1.2.826.0.1.99.9" extension="u"/><playingDevice>` + device + `</playingDevice></participantRole></participant></procedure></entry>`
	}
	implant, pacemaker, none := snomed("code", "40388003"), snomed("code", "14106009"), `<code nullFlavor="NA"/>`
	for _, x := range []struct {
		name, entry       string
		devices           []record.Assertion
		procedures        int
		assertion, status string
	}{
		{"none known", entry(` negationInd="true"`, "71388002", implant), []record.Assertion{record.NoneKnown}, 0, "", ""},
		{"none known, the device null", entry(` negationInd="true"`, "71388002", none), []record.Assertion{record.NoneKnown}, 0, "", ""},
		{"one was put in", entry("", "307280005", pacemaker), []record.Assertion{record.Affirmed}, 1, "affirmed", "completed"},
		{"one was not put in", entry(` negationInd="true"`, "307280005", pacemaker), []record.Assertion{record.Negated}, 1, "affirmed", "not-done"},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, _ := importSection(t, "46264-8", x.entry)
			var got []record.Assertion
			for _, d := range rec.Devices {
				got = append(got, d.Assertion)
			}
			require.Equal(t, x.devices, got)
			require.Len(t, rec.Procedures, x.procedures)
			if x.procedures > 0 {
				require.Equal(t, x.assertion, string(rec.Procedures[0].Assertion))
				require.Equal(t, x.status, string(rec.Procedures[0].Status.Code))
			}
		})
	}
}
