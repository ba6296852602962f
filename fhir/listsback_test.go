package fhir

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// listsBack are lists of the record that come back whole from FHIR.
var listsBack = []string{
	"careTeams", "carePlans", "coverages", "devices", "notes", "familyHistory", "healthConcerns", "supplies", "lists", "consents", "directives",
	"imagingStudies", "provenances", "documents",
}

// knownDifferences are what a record that went through FHIR says otherwise, though nothing is lost.
var knownDifferences = []*regexp.Regexp{
	regexp.MustCompile(`^removed .*labels\[\d+\]\.kind$`),                                         // bookkeeping
	regexp.MustCompile(`\.(textBeside|textPlain|textRef)$|services\[\d+\]\.section$`),             // how C-CDA wrote the words: no fact
	regexp.MustCompile(`\.stated$`),                                                               // likewise
	regexp.MustCompile(`\.(systemAsSent|systemName)$`),                                            // a local system that FHIR has as a urn
	regexp.MustCompile(`\.narrative\.`),                                                           // the words of an entry stand in its own narrative
	regexp.MustCompile(`^changed .*\.uses\[\d+\]$`),                                               // names of guarantors: uses by FHIR's codes
	regexp.MustCompile(`^added notes\[\d+\]\.contents\[\d+\]$`),                                   // the words of a note are a content of it
	regexp.MustCompile(`^(added|removed) .*\.(reasons|uses\[\d+\]\.indications)\[\d+\](\.ref)?$`), // a reason that is a code and an entry is two in FHIR
	regexp.MustCompile(`^moved devices\[\d+\]\.uses$`),                                            // those without a status stand with the device and are read first
	regexp.MustCompile(`^removed coverages\[\d+\]\.beneficiary$`),                                 // nil is the patient
	regexp.MustCompile(`^removed .*\.addresses\[\d+\]\.parts\[\d+\]\.absent$`),                    // a part of an address without a value
	regexp.MustCompile(`^(added|removed) provenances\[1\]\.when\.(at|absent)$`),                   // an absent point in time is an absent time
}

// TestListsComeBack: what FHIR's writer does not name lost is in the record again.
func TestListsComeBack(t *testing.T) {
	for _, list := range listsBack {
		t.Run(list, func(t *testing.T) {
			rec := recordtest.Focus(recordtest.Full(), list, "practitioners", "organizations", "relatedPersons", "locations")
			rec.Sources, rec.Carried = nil, nil
			rec.State()
			got, rep := back(t, rec)
			lost := map[string]bool{}
			for _, i := range rep.Issues {
				if i.Code == record.IssueLost.Code {
					lost[i.Path] = true
				}
			}
			for _, d := range record.Diff(rec, got, record.IgnoreOrigins, record.IgnoreCarried) {
				if !strings.HasPrefix(d.Path, list) || lost[d.Path] {
					continue
				}
				known := false
				for _, k := range knownDifferences {
					known = known || k.MatchString(d.String())
				}
				require.True(t, known, d.String())
			}
		})
	}
}
