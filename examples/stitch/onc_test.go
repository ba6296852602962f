package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/match"
)

// ONC's test data for 45 CFR 170.315(b)(2) are pairs of documents: one that a chart
// holds, and one of the same patient to be reconciled with it (recon in its name). Neither
// they nor the test procedure say which list a clinician is to come to: the procedure
// has a user make one list of both and look it through. What is expected here is
// therefore what the two lists say: each thing once, whatever only one of them
// has, and nothing chosen but between statements of one thing.
func TestReconcileONC(t *testing.T) {
	root := beside.Shared(t, "corpus", "ccda", "onc-cures-update", "Cures Update Receiver SUT Test Data")
	summary := map[string][]string{
		"allergy":    {"16047007", "733", "7980"},                                                               // benzodiazepines, ampicillin, penicillin G
		"problem":    {"236578006", "238131007", "386661006", "386661006", "386661006", "59621000", "83986005"}, // fever once on the problem list, and as the diagnosis of each of two visits
		"medication": {"209459", "309090", "731241"},                                                            // Tylenol, ceftriaxone, Aranesp
	}
	discharge := map[string][]string{
		"allergy":    {"16047007", "733", "7980"},
		"problem":    {"236578006", "238131007", "59621000", "64667001", "83986005", "87522002", "D63.1"},
		"medication": {"209459", "731241"},
	}
	old := map[string][]string{
		"allergy":    {"1191", "2670"},                        // aspirin, codeine
		"problem":    {"195967001", "233604007", "233604007"}, // asthma, pneumonia on the list and of the visit
		"medication": {"1649560", "1649560", "896001"},        // albuterol twice, of two weeks; fluticasone
	}
	for set, want := range map[string]map[string][]string{
		"170.315_b2_CIRI_Amb/170.315_b2_ciri__r11_sample1_v10.xml":     old,
		"170.315_b2_CIRI_Amb/170.315_b2_ciri__r21_sample1_ccd_v12.xml": summary,
		"170.315_b2_CIRI_Amb/170.315_b2_ciri__r21_sample1_rn_v12.xml":  summary,
		"170.315_b2_CIRI_Inp/170.315_b2_ciri__r11_sample1_v10.xml":     old,
		"170.315_b2_CIRI_Inp/170.315_b2_ciri__r21_sample1_ccd_v12.xml": summary,
		"170.315_b2_CIRI_Inp/170.315_b2_ciri__r21_sample1_rn_v12.xml":  summary,
		"170.315_b2_CIRI_Inp/170.315_b2_ciri__r21_sample1_ds_v12.xml":  discharge,
	} {
		t.Run(set, func(t *testing.T) {
			at := strings.LastIndex(set, "_v1")
			held, came := readOne(t, filepath.Join(root, set)), readOne(t, filepath.Join(root, set[:at]+"_recon"+set[at:]))
			found, err := match.Matcher{}.Match(t.Context(), held.Patient, came.Patient)
			require.NoError(t, err)
			require.NotEqual(t, record.DifferentPatient, found.Answer, "(b)(2)(ii): the correct patient")
			m, _, err := record.Merge(record.MergeOptions{}, held, came)
			require.NoError(t, err)
			rows, err := record.Reconcile(record.MergeOptions{}, m, record.KindProblem, record.KindAllergy, record.KindMedication)
			require.NoError(t, err)
			var decisions []record.Decision
			seen := map[string]int{}
			for _, r := range rows {
				for _, s := range r.Sides {
					require.NotNil(t, s.Source, "(b)(2)(iii)(A): the source")
					require.NotEmpty(t, s.Modified.Value, "(b)(2)(iii)(A): the last modification date")
					seen[r.Kind]++
				}
				d := r.Proposal
				d.When = record.Time{Value: "2024-03-01"}
				decisions = append(decisions, d)
			}
			require.Equal(t, len(held.Allergies)+len(came.Allergies), seen["allergy"], "whatever either says is seen")
			require.Equal(t, len(held.Problems)+len(came.Problems), seen["problem"])
			require.Equal(t, len(held.Medications)+len(came.Medications), seen["medication"])
			done, report, err := record.Decide(record.MergeOptions{}, m, decisions...)
			require.NoError(t, err)
			for _, i := range report.Issues {
				require.NotEqual(t, record.IssueDecision.Code, i.Code)
			}
			got := map[string][]string{}
			for _, x := range done.Allergies {
				got["allergy"] = append(got["allergy"], x.Substance.Codings[0].Code)
			}
			for _, x := range done.Problems {
				got["problem"] = append(got["problem"], x.Code.Codings[0].Code)
			}
			for _, x := range done.Medications {
				got["medication"] = append(got["medication"], x.Product.Code.Codings[0].Code)
			}
			for _, list := range got {
				slices.Sort(list)
			}
			require.Equal(t, want, got, "(b)(2)(iii)(B): one reconciled list of each")
		})
	}
}

func readOne(t *testing.T, name string) *record.Record {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	for x, err := range (ccda.Importer{}).Import(t.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
		require.NoError(t, err)
		return x.Record
	}
	return nil
}
