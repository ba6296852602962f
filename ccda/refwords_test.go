package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// The words of a reference to what the record does not have are said; those of one to what it has are named where they are not.
func TestWordsOfReferences(t *testing.T) {
	const here = "41f3a5c0-2b7d-4e0b-9b60-000000000001"
	for name, x := range map[string]struct {
		ref  record.Ref
		said string
	}{
		"to a place of the record":  {record.Ref{ID: here, Kind: "location", Display: "North wing"}, ""},
		"to a place elsewhere":      {record.Ref{AsSent: "Location/9", Display: "North wing"}, "North wing"},
		"to a place without a name": {record.Ref{AsSent: "Location/9"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			reason := record.Indication{Ref: &record.Ref{AsSent: "Condition/7", Display: "Torn meniscus"}}
			rec := &record.Record{
				Locations: []record.Location{{Entry: record.Entry{ID: here, Assertion: record.Affirmed}, Names: []string{"Ward 3"}}},
				Procedures: []record.Procedure{{Entry: record.Entry{ID: "41f3a5c0-2b7d-4e0b-9b60-000000000002", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusCompleted}},
					Code: codedIn(record.SystemSNOMED, "80146002", "Appendectomy"), Locations: []record.Ref{x.ref}, Indications: []record.Indication{reason}}},
			}
			text, back, rep := passed(t, Exporter{}, rec)
			named := func(path string) bool {
				for _, i := range rep.Issues {
					if strings.HasSuffix(i.Path, path) {
						return true
					}
				}
				return false
			}
			p := back.Procedures[0]
			require.Equal(t, "Torn meniscus", p.Indications[0].Code.Text)
			require.True(t, named("indications[0].ref.display"))
			if x.said != "" {
				require.Contains(t, text, "<name>"+x.said+"</name>")
				require.Len(t, p.Locations, 1)
				require.True(t, named("locations[0].display"), "that it stands as a place of its own")
			} else if x.ref.Display != "" {
				require.NotContains(t, text, x.ref.Display)
				require.True(t, named("locations[0].display"))
			}
		})
	}
}
