package ccda

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
	judgeDir     = flag.String("judge", "", "write conformant documents of invented records into this folder, for judges outside")
	judgeRelease = flag.Int("judge-release", int(R21), "the release whose templates the documents of -judge claim, as Release counts them")
	judgeSeeds   = flag.Int("judge-seeds", 20, "how many generated patients -judge writes")
)

// TestForJudges writes, where it is asked to, documents of all twelve types that
// validators outside this project judge.
func TestForJudges(t *testing.T) {
	if *judgeDir == "" {
		t.Skip("no -judge folder")
	}
	write := func(name string, rec *record.Record, x Exporter) {
		var b bytes.Buffer
		x.Release = Release(*judgeRelease)
		_, err := x.Export(context.Background(), rec, &b, record.ExportOptions{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(*judgeDir, name+".xml"), b.Bytes(), 0o644))
	}
	types := []DocumentType{CCD, HistoryAndPhysical, ConsultationNote, DiagnosticImagingReport, ProcedureNote, OperativeNote, DischargeSummary,
		ProgressNote, UnstructuredDocument, TransferSummary, ReferralNote, CarePlan}
	full := recordtest.Full()
	for _, typ := range types {
		write(fmt.Sprintf("full-%02d", typ), full, Exporter{Mode: Conformant, Type: typ})
	}
	write("empty", &record.Record{Patient: &record.Patient{}}, Exporter{Mode: Conformant})
	for seed := range *judgeSeeds {
		rec := recordtest.Generate(uint64(seed), recordtest.Small)
		write(fmt.Sprintf("generated-%03d", seed), rec, Exporter{Mode: Conformant, Type: types[seed%len(types)]})
	}
}
