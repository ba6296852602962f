package ccda

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// Of one of whom each of very many entries tells another telecom all telecoms stand at the first mention: a document does not grow with the square of what it tells.
func TestManyMentions(t *testing.T) {
	const n = 600
	for name, c := range map[string]struct {
		part string
		of   func(*record.Record) [][]record.Telecom
	}{
		"practitioner": {`<author><time value="20240101"/><assignedAuthor><id root="1.2.840.99999.5" extension="A"/><telecom value="tel:%d"/><assignedPerson><name>Ann Author</name></assignedPerson></assignedAuthor></author>`,
			func(r *record.Record) (out [][]record.Telecom) {
				for i := range r.Practitioners {
					out = append(out, r.Practitioners[i].Telecoms)
				}
				return out
			}},
		"organization": {`<author><time value="20240101"/><assignedAuthor><id root="1.2.840.99999.5" extension="A"/><representedOrganization><id root="1.2.840.99999.6"/><name>Clinic</name><telecom value="tel:%d"/></representedOrganization></assignedAuthor></author>`,
			func(r *record.Record) (out [][]record.Telecom) {
				for i := range r.Organizations {
					out = append(out, r.Organizations[i].Telecoms)
				}
				return out
			}},
		"device": {`<author><time value="20240101"/><assignedAuthor><id root="1.2.840.99999.7"/><telecom value="tel:%d"/><assignedAuthoringDevice><manufacturerModelName>M</manufacturerModelName><softwareName>S</softwareName></assignedAuthoringDevice></assignedAuthor></author>`,
			func(r *record.Record) (out [][]record.Telecom) {
				for i := range r.Devices {
					out = append(out, r.Devices[i].Contacts)
				}
				return out
			}},
		"location": {`<participant typeCode="LOC"><participantRole classCode="SDLOC"><templateId root="2.16.840.1.113883.10.20.22.4.32"/><id root="1.2.840.99999.8"/><code code="1160-1" codeSystem="2.16.840.1.113883.6.259"/><telecom value="tel:%d"/><playingEntity classCode="PLC"><name>Ward</name></playingEntity></participantRole></participant>`,
			func(r *record.Record) (out [][]record.Telecom) {
				for i := range r.Locations {
					out = append(out, r.Locations[i].Telecoms)
				}
				return out
			}},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, `<entry><encounter classCode="ENC" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.49"/><id root="1.2.840.99999.4" extension="%d"/><code code="99213" codeSystem="2.16.840.1.113883.6.12"/><effectiveTime value="20240101"/>`+c.part+`</encounter></entry>`, i, i)
			}
			rec, _, err := Import(t.Context(), []byte(section("46240-8", b.String(), "")), record.ImportOptions{})
			require.NoError(t, err)
			most := func(lists [][]record.Telecom) (n int) {
				for _, l := range lists {
					n = max(n, len(l))
				}
				return n
			}
			require.Len(t, c.of(rec), 1)
			require.Equal(t, n, most(c.of(rec)))
			for mode, x := range modes {
				text, back, _ := passed(t, x, rec)
				require.Less(t, len(text), 8*b.Len(), mode)
				require.Equal(t, n, most(c.of(back)), mode)
				require.LessOrEqual(t, len(c.of(back)), 2, "the header of a conformant document may demand one more")
			}
		})
	}
}
