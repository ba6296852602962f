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
			require.Equal(t, "hl7v2", to.Name)
			continue
		}
		require.NotEqual(t, "hl7v2", to.Name)
		text := s.dest.files[s.dest.names[0]].String()
		require.True(t, strings.Contains(text, "ETHUD"), to.Name)
	}
}

// Facts of the patient are judged by the labeller as entries are: they bear no labels that could leave with them.
func TestFactsOfThePatientAreLabelled(t *testing.T) {
	code := record.Coding{System: record.SystemSNOMED, Code: "407377005"}
	set, err := consent.ReadRules(strings.NewReader(`{"rules":[{"id":"gender","labels":[{"system":"` + record.SystemActCode + `","code":"GDIS"}],"codeSets":[{"codes":[{"system":"` + code.System + `","code":"` + code.Code + `"}]}]}]}`))
	require.NoError(t, err)
	s := newScene(t)
	s.out.Record.Patient.GenderIdentities = []record.DatedConcept{{Concept: record.Concept{Codings: []record.Coding{code}}}}
	s.x.Labeller = consent.NewRules(0, false, set)
	d := permits()
	d.Residual = []consent.Stage{{Name: "consent", Rules: []consent.Rule{{Effect: consent.Deny, If: consent.Condition{Labels: []record.Coding{{System: record.SystemActCode, Code: "GDIS"}}}}, {Effect: consent.Permit}}}}
	s.x.Decider, s.x.Unlabelled = decides(d), []record.Label{{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: "N"}}}
	_, err = s.x.Disclose(s.ctx, s.out, fhir.Format(), s.dest)
	require.NoError(t, err)
	require.False(t, strings.Contains(s.dest.files[s.dest.names[0]].String(), code.Code))
}

// A label of what a document has no place to mark (a specimen within a result) is named, and nothing leaves; one of what is not in the
// document at all keeps nothing back.
func TestWhichLabelCannotTravel(t *testing.T) {
	label := []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: "ETHUD"}}}
	for name, tt := range map[string]struct {
		mark func(*record.Record)
		lost string
	}{
		"the patient": {func(r *record.Record) { r.Patient.Labels = label }, ""},
		"a place nobody refers to": {func(r *record.Record) {
			r.Locations = append(r.Locations, record.Location{Entry: record.Entry{ID: "far", Assertion: record.Affirmed, Labels: label}, Names: []string{"Elsewhere"}})
		}, ""},
		"a specimen": {func(r *record.Record) {
			r.Specimens = append(r.Specimens, record.Specimen{Entry: record.Entry{ID: "drawn", Assertion: record.Affirmed, Labels: label}, Type: record.Concept{Text: "blood"}})
			r.Results[0].Specimens = []record.Ref{{ID: "drawn", Kind: record.KindSpecimen}}
		}, "specimens["},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.out.Record = recordtest.Generate(3, recordtest.Small)
			tt.mark(s.out.Record)
			s.x.Decider = decides(permits(consent.ObligeKeepLabels))
			_, err := s.x.Disclose(s.ctx, s.out, ccda.Format(), s.dest)
			if tt.lost == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, portage.ErrObligation)
			require.ErrorContains(t, err, tt.lost)
			require.Empty(t, s.dest.files)
		})
	}
}

// How a message is to be processed (HL7 v2 MSH-11) marks nothing as private, and keeps no document back.
func TestProcessingIsNoMarking(t *testing.T) {
	const message = "MSH|^~\\&|LAB|HILL|EHR|DALE|20240102||ADT^A04|42|T|2.5.1\rPID|1||P-7^^^HILL||Hollis^Wren\rPV1|1|O\rAL1|1|DA|70618^Penicillin^RXNORM\r"
	for got, err := range (hl7v2.Importer{}).Import(t.Context(), record.Input{Bytes: []byte(message)}, record.ImportOptions{}) {
		require.NoError(t, err)
		require.Equal(t, "http://terminology.hl7.org/CodeSystem/v2-0103", got.Record.Provenances[0].Labels[0].Coding.System)
		s := newScene(t)
		s.out.Record = got.Record
		s.x.Decider = decides(permits(consent.ObligeKeepLabels))
		_, err := s.x.Disclose(s.ctx, s.out, ccda.Format(), s.dest)
		require.NoError(t, err)
	}
}

// In an export, forms that lose labels that must travel, originals, attachments and tables stay; record.json, FHIR and C-CDA have them.
func TestLabelsTravelInExports(t *testing.T) {
	s := newScene(t)
	s.x.Decider = decides(permits(consent.ObligeKeepLabels))
	export := ehiExport()
	export.Forms = append(export.Forms, portage.EHIForm{Name: "v2", Extension: ".hl7", MediaType: "x-application/hl7-v2+er7", Exporter: hl7v2.Exporter{}})
	source := &invented{n: 1, record: func(i int) *record.Record {
		rec := recordtest.Generate(3, recordtest.Small)
		rec.Results[0].Labels = []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: "ETHUD"}}}
		rec.Practitioners[0].Labels = []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: "CEL"}}}
		return rec
	}}
	dir := filepath.Join(t.TempDir(), "export")
	_, err := s.x.ExportEHI(s.ctx, export, dir, source, askFor)
	require.NoError(t, err)
	files, err := os.ReadDir(filepath.Join(dir, "parts/000001/0001"))
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, f.Name())
	}
	require.Equal(t, []string{"ccda.xml", "fhir.ndjson", "record.json", "report.ndjson"}, names)
	for _, name := range names[:3] {
		text, err := os.ReadFile(filepath.Join(dir, "parts/000001/0001", name))
		require.NoError(t, err)
		require.Contains(t, string(text), "ETHUD", name)
	}
	report, err := os.ReadFile(filepath.Join(dir, "parts/000001/0001/report.ndjson"))
	require.NoError(t, err)
	require.Contains(t, string(report), `{"form":"v2","notWritten":"labels","at":"`)
}
