package ccda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// What was observed of somebody else does not go out as the patient's, as whatever kind of observation and in whatever panel.
func TestObservationsOfOthers(t *testing.T) {
	entry := func(id string) record.Entry { return record.Entry{ID: id, Assertion: record.Affirmed} }
	seen := func(id string, focus ...record.Ref) record.Observation {
		return record.Observation{Entry: entry(id), Code: record.Concept{Text: "rate"}, Values: []record.Value{{Quantity: &record.Quantity{Value: "77777", Unit: "/min"}}}, Focus: focus}
	}
	for name, c := range map[string]struct {
		focus record.Ref
		other bool
	}{
		"a relative":                 {record.Ref{ID: "r", Kind: record.KindRelatedPerson}, true},
		"a relative who is not here": {record.Ref{AsSent: "RelatedPerson/7"}, true},
		"another patient":            {record.Ref{AsSent: "http://example.org/fhir/Patient/7/_history/2"}, true},
		"nobody knows":               {record.Ref{AsSent: "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}, true},
		"words":                      {record.Ref{Display: "the unborn child"}, true},
		"the patient":                {record.Ref{ID: "p", Kind: record.KindPatient}, false},
		"a device":                   {record.Ref{ID: "d", Kind: record.KindDevice}, false},
		"a condition":                {record.Ref{AsSent: "Condition/7"}, false},
	} {
		rec := &record.Record{Patient: &record.Patient{Entry: entry("p")}, RelatedPersons: []record.RelatedPerson{{Entry: entry("r")}}, Devices: []record.Device{{Entry: entry("d")}},
			Results: []record.Observation{seen("a", c.focus)}, Vitals: []record.Observation{seen("b", c.focus)}, Social: []record.Observation{seen("c", c.focus)},
			Assessments: []record.Observation{seen("e", c.focus)}, Observations: []record.Observation{seen("f", c.focus)}, ResultPanels: []record.Panel{{Entry: entry("g"), Members: []record.Ref{{ID: "a", Kind: record.KindResult}}}}}
		for mode, x := range modes {
			t.Run(name+", "+mode, func(t *testing.T) {
				recordtest.CheckExport(t, x, rec, recordtest.ExportCheck{})
				out, rep := exported(t, x, rec)
				if !c.other {
					require.Contains(t, out, "77777")
					return
				}
				require.NotContains(t, out, "77777")
				var named []string
				for _, i := range rep.Issues {
					named = append(named, i.Path)
				}
				require.Subset(t, named, []string{"results[0].values[0].quantity.value", "vitals[0].values[0].quantity.value", "social[0].values[0].quantity.value",
					"assessments[0].values[0].quantity.value", "observations[0].values[0].quantity.value"})
			})
		}
	}
}
