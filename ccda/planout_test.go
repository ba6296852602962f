package ccda

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// A document of everything about plans is the same at its second writing.
func TestPlansTwice(t *testing.T) {
	b, err := os.ReadFile("testdata/careplan.xml")
	require.NoError(t, err)
	for _, typedOnly := range []bool{false, true} {
		first := again(t, string(b))
		one, rep := exportedAs(t, first, Faithful, typedOnly)
		second := again(t, one)
		two, _ := exportedAs(t, second, Faithful, typedOnly)
		os.WriteFile("/tmp/one_plans.xml", []byte(one), 0o600)
		os.WriteFile("/tmp/two_plans.xml", []byte(two), 0o600)
		if one != two {
			t.Error("differ")
		}
		for _, i := range rep.Issues {
			t.Log(typedOnly, i.Path, i.Code, i.Message)
		}
		for _, d := range record.Diff(first, second) {
			if strings.Contains(d.Path, "origins") || strings.HasPrefix(d.Path, "sources") {
				continue
			}
			t.Log(typedOnly, d.Path, d.Kind)
		}
	}
}

func ref(kind, id string) record.Ref { return record.Ref{ID: id, Kind: kind} }

var _ = strings.Contains
var _ = recordtest.Full
