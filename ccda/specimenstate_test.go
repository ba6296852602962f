package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// Whether a specimen is there and fit comes back, whether something was found in it or not.
func TestSpecimenState(t *testing.T) {
	const alone, ofPanel, ofResult = "5d2f7c30-18aa-4b0e-9a55-000000000001", "5d2f7c30-18aa-4b0e-9a55-000000000002", "5d2f7c30-18aa-4b0e-9a55-000000000003"
	of := func(id, kind string, s record.StatusCode) record.Specimen {
		return record.Specimen{Entry: record.Entry{ID: id, Assertion: record.Affirmed, Status: record.Status{Code: s}}, Type: codedIn(record.SystemSNOMED, kind, "")}
	}
	final := func(id string) record.Entry {
		return record.Entry{ID: id, Assertion: record.Affirmed, Status: record.Status{Code: record.StatusFinal}}
	}
	rec := &record.Record{
		Specimens: []record.Specimen{of(alone, "119364003", statusUnsatisfactory), of(ofPanel, "122555007", record.StatusAvailable), of(ofResult, "119339001", record.StatusUnavailable)},
		ResultPanels: []record.Panel{{Entry: final("7a1c4e10-52f0-4d3c-9e11-000000000002"), Code: codedIn(record.SystemLOINC, "24323-8", ""),
			Specimens: []record.Ref{{ID: ofPanel, Kind: record.KindSpecimen}}, Members: []record.Ref{{ID: "7a1c4e10-52f0-4d3c-9e11-000000000003", Kind: record.KindResult}}}},
		Results: []record.Observation{{Entry: final("7a1c4e10-52f0-4d3c-9e11-000000000003"), Code: codedIn(record.SystemLOINC, "1751-7", ""), Values: []record.Value{{Quantity: measured("42", "g/L")}},
			Specimens: []record.Ref{{ID: ofResult, Kind: record.KindSpecimen}}}},
	}
	for name, x := range modes {
		t.Run(name, func(t *testing.T) {
			text, back, rep := passed(t, x, rec)
			got := map[string]record.Status{}
			for _, s := range back.Specimens {
				got[s.Type.Code(record.SystemSNOMED)] = s.Status
			}
			require.Equal(t, map[string]record.Status{"119364003": {Code: statusUnsatisfactory}, "122555007": {Code: record.StatusAvailable}, "119339001": {}}, got)
			var lostHere []string
			for _, i := range rep.Issues {
				if i.Code == record.IssueLost.Code && strings.HasPrefix(i.Path, "specimens") {
					lostHere = append(lostHere, i.Path)
				}
			}
			require.Equal(t, []string{"specimens[2].status.code"}, lostHere, "within a result nothing tells of the taking")
			tell(t, name, perturb(t, []byte(text), 1))
		})
	}
	// A status of another list is none of the specimen's.
	text, _, _ := passed(t, Exporter{}, rec)
	require.Contains(t, text, `code="available"`)
	for _, odd := range [][2]string{{`code="available"`, `code="ready"`}, {`<observation classCode="OBS" moodCode="EVN"><code code="33999-4"`, `<observation classCode="OBS" moodCode="EVN" negationInd="true"><code code="33999-4"`}} {
		require.Contains(t, text, odd[0])
		back, _, err := Import(t.Context(), []byte(strings.ReplaceAll(text, odd[0], odd[1])), record.ImportOptions{})
		require.NoError(t, err)
		for _, s := range back.Specimens {
			if s.Type.Code(record.SystemSNOMED) == "122555007" {
				require.Empty(t, s.Status.Code)
			}
		}
	}
}
