package fhir

import (
	"bytes"
	"os"
	"regexp"
	"sort"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

var places = regexp.MustCompile(`\[[^\]]*\]`)

// back gives what a record is after it went through FHIR.
func back(t testing.TB, rec *record.Record) (*record.Record, *record.Report) {
	var b bytes.Buffer
	rep, err := Exporter{}.Export(t.Context(), rec, &b, testOptions)
	require.NoError(t, err)
	recs, _ := imported(t, b.Bytes())
	require.Len(t, recs, 1)
	return recs[0], rep
}

// TestBackFromFHIR shows what does not come back of a record that went through FHIR.
func TestBackFromFHIR(t *testing.T) {
	for seed := range uint64(3) {
		rec := recordtest.Generate(seed, recordtest.Small)
		got, _ := back(t, rec)
		count := map[string]int{}
		for _, d := range record.Diff(rec, got, record.IgnoreOrigins) {
			count[places.ReplaceAllString(d.Path, "[]")]++
		}
		if os.Getenv("PORTAGE_SHOW") != "" {
			var keys []string
			for k := range count {
				keys = append(keys, k)
			}
			sort.Slice(keys, func(i, j int) bool { return count[keys[i]] > count[keys[j]] })
			for _, k := range keys[:min(60, len(keys))] {
				t.Log(count[k], k)
			}
		}
		t.Log(seed, len(count))
	}
}
