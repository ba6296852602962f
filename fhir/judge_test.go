package fhir

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

var (
	judgeDir   = flag.String("judge", "", "write Bundles for validators outside this project into this folder")
	judgeSeeds = flag.Int("judge-seeds", 200, "how many generated patients to write there")
)

// TestForJudges writes, where it is asked to, the full record as each type of
// Bundle and generated patients that validators outside this project judge.
func TestForJudges(t *testing.T) {
	if *judgeDir == "" {
		t.Skip("no -judge folder")
	}
	write := func(name string, rec *record.Record, x Exporter) {
		var b bytes.Buffer
		_, err := x.Export(context.Background(), rec, &b, record.ExportOptions{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(*judgeDir, name+".json"), b.Bytes(), 0o644))
	}
	full := recordtest.Full()
	for _, typ := range []BundleType{BundleCollection, BundleTransaction, BundleDocument} {
		write("full-"+typ.String(), full, Exporter{Bundle: typ})
	}
	write("empty", &record.Record{Patient: &record.Patient{}}, Exporter{})
	for seed := range *judgeSeeds {
		write(fmt.Sprintf("generated-%03d", seed), recordtest.Generate(uint64(seed), recordtest.Small), Exporter{})
	}
}
