package fhir

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// No value of the record's may stand in a report, an error or an id.
func TestMarkersStayInTheOutput(t *testing.T) {
	for _, form := range []BundleType{BundleCollection, BundleTransaction, BundleDocument} {
		t.Run(form.String(), func(t *testing.T) {
			rec, _ := recordtest.Markers()
			var out bytes.Buffer
			rep, err := Exporter{Bundle: form}.Export(t.Context(), rec, &out, record.ExportOptions{Now: time.Unix(0, 0).UTC(), Zone: "-05:00"})
			require.NoError(t, err)
			require.NotEmpty(t, rep.Issues)
			issues, err := json.Marshal(rep)
			require.NoError(t, err)
			recordtest.NoMarkers(t, string(issues))
			var b struct {
				ID    string
				Entry []struct {
					FullURL  string `json:"fullUrl"`
					Resource struct{ ID string }
				}
			}
			require.NoError(t, json.Unmarshal(out.Bytes(), &b))
			require.NotEmpty(t, b.Entry)
			recordtest.NoMarkers(t, b.ID)
			for _, e := range b.Entry {
				recordtest.NoMarkers(t, e.FullURL+" "+e.Resource.ID)
			}
		})
	}
}
