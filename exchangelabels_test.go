package portage_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// Where labels must travel, the output has them, or nothing leaves.
func TestLabelsTravelOrNothingLeaves(t *testing.T) {
	for _, to := range []record.Format{fhir.Format(), ccda.Format(), hl7v2.Format(), record.JSONFormat()} {
		s := newScene(t)
		s.out.Record = recordtest.Generate(3, recordtest.Small)
		require.NotEmpty(t, s.out.Record.Results)
		s.out.Record.Results[0].Labels = []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: "ETHUD"}}}
		s.x.Decider = decides(permits(consent.ObligeKeepLabels))
		_, err := s.x.Disclose(s.ctx, s.out, to, s.dest)
		if err != nil {
			require.ErrorIs(t, err, portage.ErrObligation)
			require.Empty(t, s.dest.files)
			require.NotContains(t, []string{"fhir", "record"}, to.Name)
			continue
		}
		text := s.dest.files[s.dest.names[0]].String()
		require.True(t, strings.Contains(text, "ETHUD"), to.Name)
	}
}

// In an export, forms without room for labels that must travel, originals, attachments and tables stay; record.json and FHIR have them.
func TestLabelsTravelInExports(t *testing.T) {
	s := newScene(t)
	s.x.Decider = decides(permits(consent.ObligeKeepLabels))
	source := &invented{n: 1, record: func(i int) *record.Record {
		rec := recordtest.Generate(3, recordtest.Small)
		rec.Results[0].Labels = []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: "ETHUD"}}}
		rec.Practitioners[0].Labels = []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: "CEL"}}} // C-CDA has no place for it
		return rec
	}}
	dir := filepath.Join(t.TempDir(), "export")
	_, err := s.x.ExportEHI(s.ctx, ehiExport(), dir, source, askFor)
	require.NoError(t, err)
	files, err := os.ReadDir(filepath.Join(dir, "parts/000001/0001"))
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	require.Equal(t, []string{"fhir.ndjson", "record.json", "report.ndjson"}, names)
	report, err := os.ReadFile(filepath.Join(dir, "parts/000001/0001/report.ndjson"))
	require.NoError(t, err)
	require.Contains(t, string(report), `{"form":"ccda","notWritten":"labels"}`)
}
