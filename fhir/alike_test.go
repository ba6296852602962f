package fhir

import (
	"testing"

	"github.com/portage-health/portage/record/recordtest"
)

// alike is how many leaves are given other values: all with -thorough, few with -short.
func alike(usually, shortly int) int {
	switch {
	case *thorough:
		return 1
	case testing.Short():
		return shortly
	}
	return usually
}

// No two values of a leaf go out as one, unless the report names it: see
// recordtest.CheckExport.
func TestNoTwoAlike(t *testing.T) {
	recordtest.CheckExport(t, Exporter{}, recordtest.Full(), recordtest.ExportCheck{Options: testOptions, Every: alike(17, 101), Apart: true, Alter: true})
}

// The same of records as a generator makes them.
func TestNoTwoAlikeOfOthers(t *testing.T) {
	seeds := uint64(3)
	if *thorough {
		seeds = 30
	}
	for seed := range seeds {
		every := alike(23, 97)
		recordtest.CheckExport(t, Exporter{}, recordtest.Generate(seed, recordtest.Small), recordtest.ExportCheck{Options: testOptions, Every: every, First: int(seed) % every, Alter: true})
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}
}
