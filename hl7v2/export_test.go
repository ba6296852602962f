package hl7v2

import (
	"testing"

	"github.com/portage-health/portage/record/recordtest"
)

// TestEveryLeaf clears each leaf of a record in which every field says something: the messages change, or the report names the leaf as lost.
func TestEveryLeaf(t *testing.T) {
	o := recordtest.ExportCheck{Apart: true, Alter: true, Every: 17, Most: 4000}
	if *thorough {
		o.Every = 1
	}
	recordtest.CheckExport(t, Exporter{}, recordtest.Full(), o)
}
