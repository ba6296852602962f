package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// TestOrderOfAThing: what FHIR called a DeviceRequest or a SupplyRequest is a Planned Supply that says so; what C-CDA
// called a supply says nothing more, and what is not to be done is an act, which has a negation.
func TestOrderOfAThing(t *testing.T) {
	no := true
	for name, x := range map[string]struct {
		o            record.Order
		element, own string
	}{
		"device":           {record.Order{Kind: "device"}, "<supply", "7a05"},
		"supply":           {record.Order{Kind: "supply"}, "<supply", "7a06"},
		"supply of C-CDA":  {record.Order{Class: "supply"}, "<supply", ""},
		"device, not done": {record.Order{Kind: "device", DoNotPerform: &no}, "<act", ""},
	} {
		for _, mode := range []Mode{Faithful, Conformant} {
			x.o.Entry = record.Entry{ID: "2b4e28ba-2fa1-81d2-883f-0016d3cca427", Assertion: record.Affirmed, Mode: record.ModeRequest, Status: record.Status{Code: record.StatusActive}}
			x.o.Code = record.Concept{Text: "a chair"}
			text, _ := exportedAs(t, &record.Record{Orders: []record.Order{x.o}}, mode, false)
			require.Contains(t, text, x.element, name)
			require.Equal(t, x.own != "", strings.Contains(text, "1b0e2c1e-"), name)
			require.Contains(t, text, x.own, name)
			got := again(t, text)
			require.Len(t, got.Orders, 1, name)
			if x.own != "" || x.o.Class != "" {
				require.Equal(t, []string{x.o.Kind, x.o.Class}, []string{got.Orders[0].Kind, got.Orders[0].Class}, name)
			}
			require.Equal(t, x.o.DoNotPerform, got.Orders[0].DoNotPerform, name)
		}
	}
}
