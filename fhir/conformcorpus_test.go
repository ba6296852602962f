package fhir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// faultyExamples are the faults of HL7's own examples, by file.
var faultyExamples = map[string]string{
	// An entry's address is not that of the resource beside it.
	"Bundle-10bb101f-a121-4264-a920-67be9cb82c74.json": "fhir-full-url Bundle.entry.fullUrl",
	"Bundle-3a0707d3-549e-4467-b8b8-5a2ab3800efe.json": "fhir-full-url Bundle.entry.fullUrl",
	"Bundle-66c8856b-ba11-4876-8aa8-467aad8c11a2.json": "fhir-full-url Bundle.entry.fullUrl",
	"Bundle-docref-example-2.json":                     "fhir-full-url Bundle.entry.fullUrl",
	"Bundle-lri-example.json":                          "fhir-full-url Bundle.entry.fullUrl",
	// A reference is to a type that R4 does not have there: DeviceDefinition, Procedure, Practitioner, Encounter.
	"DeviceMetric-example.json":        "fhir-target DeviceMetric.parent",
	"devicemetric-example.json":        "fhir-target DeviceMetric.parent",
	"DeviceUseStatement-example.json":  "fhir-target DeviceUseStatement.reasonReference",
	"deviceusestatement-example.json":  "fhir-target DeviceUseStatement.reasonReference",
	"MedicationRequest-medrx0301.json": "fhir-target MedicationRequest.dispenseRequest.performer",
	"medicationrequest0301.json":       "fhir-target MedicationRequest.dispenseRequest.performer",
	"Observation-clinical-gender.json": "fhir-target Observation.performer",
	// The narrative is blank.
	"ActivityDefinition-blood-tubes-supply.json":        "fhir-narrative txt-2",
	"ActivityDefinition-heart-valve-replacement.json":   "fhir-narrative txt-2",
	"EventDefinition-example.json":                      "fhir-narrative txt-2",
	"Questionnaire-zika-virus-exposure-assessment.json": "fhir-narrative txt-2",
	// An address says that it is an OID or a UUID, and is none: X.Y.Z, capital letters.
	"Library-zika-virus-intervention-logic.json": "fhir-format DataRequirement.codeFilter.valueSet",
	"TerminologyCapabilities-example.json":       "fhir-format TerminologyCapabilities.url",
	"capabilitystatement-example.json":           "fhir-format CapabilityStatement.url",
	// Items without the linkId that each must have.
	"Questionnaire-qs1.json":    "fhir-required Questionnaire.item.linkId",
	"bundle-questionnaire.json": "fhir-required Questionnaire.item.linkId",
	// US Core's extension for ethnicity as an earlier release had it.
	"Observation-example-genetics-brcapat.json": "fhir-profile-most us-core-ethnicity.value, fhir-profile-required us-core-ethnicity.extension, fhir-profile-required us-core-ethnicity.extension:text",
}

// HL7's examples of R4 and US Core have no error but those that are listed; the rest of the corpora have none.
func TestConformCorpora(t *testing.T) {
	for _, dir := range roundTripCorpora {
		files, clean := 0, 0
		for _, f := range corpus(t, dir) {
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			d, err := Parse(data, record.Limits{})
			if errors.Is(err, ErrNotFHIR) {
				continue // a manifest
			}
			require.NoError(t, err)
			files++
			faults := map[string]bool{}
			for _, i := range d.Conform(ConformOptions{RequiredOnly: true}) {
				faults[i.Code+" "+i.Rule] = true
			}
			var all []string
			for k := range faults {
				all = append(all, k)
			}
			slices.Sort(all)
			if len(all) == 0 {
				clean++
			}
			name := filepath.Base(f)
			if got := strings.Join(all, ", "); got != faultyExamples[name] {
				t.Errorf("%q: %q,", name, got)
			}
		}
		t.Logf("%s: %d files, %d without an error", dir, files, clean)
	}
}

// What is written from a record has no error, in every kind of Bundle and in every form.
func TestConformOwn(t *testing.T) {
	check := func(x Exporter, rec *record.Record) {
		out, _ := export(t, x, rec)
		for _, i := range conform(t, out, ConformOptions{RequiredOnly: true}) {
			t.Errorf("%v %v: %s %s %s", x.Bundle, x.Form, i.Path, i.Code, i.Rule)
		}
	}
	for _, b := range []BundleType{BundleAsSent, BundleCollection, BundleTransaction, BundleDocument} {
		for _, f := range []Form{JSON, XML, NDJSON} {
			check(Exporter{Bundle: b, Form: f}, recordtest.Full())
		}
	}
	seeds := uint64(200)
	if testing.Short() {
		seeds = 20
	}
	for seed := range seeds {
		check(Exporter{}, recordtest.Generate(seed, recordtest.Medium))
		check(Exporter{Bundle: BundleDocument}, recordtest.Generate(seed, recordtest.Small))
	}
}

// TestConformPage: docs/fhir-conform.md lists every kind, with what it means. -update writes it.
func TestConformPage(t *testing.T) {
	const begin, end = "<!-- generated: kinds -->\n", "<!-- end generated -->\n"
	name := filepath.Join("..", "docs", "fhir-conform.md")
	page, err := os.ReadFile(name)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(page), begin)
	require.True(t, ok)
	table, tail, ok := strings.Cut(rest, end)
	require.True(t, ok)
	var b strings.Builder
	b.WriteString("| Code | Severity | What it means | What to do |\n|---|---|---|---|\n")
	for _, k := range conformKinds() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", k.Code, k.Severity, k.Message, k.Advice)
	}
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(head+begin+b.String()+end+tail), 0o644))
		return
	}
	require.Equal(t, b.String(), table, "go test ./fhir -run TestConformPage -update")
}
