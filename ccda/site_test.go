package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// The table of a section tells where on the body it is, and on which side.
func TestSitesTold(t *testing.T) {
	femur, left := codedIn(record.SystemSNOMED, "71341001", "Femur"), codedIn(record.SystemSNOMED, "7771000", "Left")
	narrowed := codedIn(record.SystemSNOMED, "71341001", "Femur")
	narrowed.Codings[0].Qualifiers = []record.Qualifier{{Name: record.Coding{System: record.SystemSNOMED, Code: "272741003", Display: "Laterality"}, Value: left.Codings[0]}}
	sites := []record.BodySite{{Code: femur, Laterality: &left}}
	e := entryOf(record.Affirmed, record.StatusCompleted)
	for name, rec := range map[string]*record.Record{
		"problem":   {Problems: []record.Problem{{Entry: e, Code: coded("71620000", "Fracture of femur"), BodySites: []record.Concept{narrowed}}}},
		"procedure": {Procedures: []record.Procedure{{Entry: e, Code: coded("179097006", "Fixation of fracture"), BodySites: sites}}},
		"result":    {Results: []record.Observation{{Entry: e, Code: codedIn(record.SystemLOINC, "24762-7", "Femur X-ray"), BodySites: sites}}},
		"order":     {Orders: []record.Order{{Entry: e, Code: coded("179097006", "Fixation of fracture"), BodySites: sites}}},
	} {
		for mode, x := range modes {
			text, _, _ := passed(t, x, rec)
			require.True(t, strings.Contains(text, "<td>Femur, Left</td>"), "%s, %s", name, mode)
		}
	}
}
