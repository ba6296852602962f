package fhir

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// meaningsHere are the kinds whose meanings are walked through FHIR and back here.
var meaningsHere = []string{
	record.KindCareTeam, record.KindCarePlan, record.KindCoverage, record.KindDevice, record.KindSupply, record.KindNote, record.KindFamilyMember,
	record.KindHealthConcern, record.KindDirective, record.KindConsent, record.KindList, record.KindImagingStudy,
}

// TestMeaningsComeBack: what is denied, refused, not known, planned or in error is still so after FHIR.
func TestMeaningsComeBack(t *testing.T) {
	for _, m := range recordtest.Meanings() {
		if !slices.Contains(meaningsHere, m.Kind) {
			continue
		}
		t.Run(m.Kind+" "+m.Statement, func(t *testing.T) {
			rec := m.Build()
			got, _ := back(t, rec)
			require.Equal(t, m.Said(rec), m.Said(got))
			for kind, e := range rec.Entries() {
				for kind2, e2 := range got.Entries() {
					if kind == kind2 && e.ID == e2.ID {
						require.Equal(t, e.Mode, e2.Mode)
						require.Equal(t, e.Absent, e2.Absent)
					}
				}
			}
		})
	}
}
