package portage_test

import (
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
