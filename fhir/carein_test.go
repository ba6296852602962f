package fhir

import (
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// TestBackOf shows what of the record's lists does not come back from FHIR.
func TestBackOf(t *testing.T) {
	for _, list := range []string{"careTeams", "carePlans", "coverages", "devices", "notes", "familyHistory", "healthConcerns", "supplies", "lists", "consents", "directives", "imagingStudies"} {
		t.Run(list, func(t *testing.T) {
			rec := recordtest.Focus(recordtest.Full(), list, "practitioners", "organizations", "relatedPersons", "locations")
			rec.Sources, rec.Carried = nil, nil
			got, rep := back(t, rec)
			lost := map[string]bool{}
			for _, i := range rep.Issues {
				if i.Code == record.IssueLost.Code {
					lost[i.Path] = true
				}
			}
			count := map[string]int{}
			for _, d := range record.Diff(rec, got, record.IgnoreOrigins, record.IgnoreCarried) {
				if !lost[d.Path] && strings.HasPrefix(d.Path, list) {
					if os.Getenv("PORTAGE_SHOW") == "paths" {
						t.Log(d)
					}
					count[string(d.Kind)+" "+places.ReplaceAllString(d.Path, "[]")]++
				}
			}
			var keys []string
			for k := range count {
				keys = append(keys, k)
			}
			sort.Strings(keys)
			for _, k := range keys {
				t.Log(count[k], k)
			}
			if os.Getenv("PORTAGE_SHOW") != "" {
				for _, c := range got.Carried {
					t.Log("carried", c.Path, c.Data[:min(200, len(c.Data))])
				}
			}
		})
	}
	require.True(t, true)
}
