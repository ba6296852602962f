package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func lead(s record.SampledData) *record.Record {
	final := record.Entry{ID: "7a1c4e10-52f0-4d3c-9e11-000000000003", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusCompleted}}
	return &record.Record{Results: []record.Observation{{Entry: final, Code: codedIn(record.SystemLOINC, "11524-6", "EKG study"), When: record.Period{At: record.Time{Value: "2024-02-03"}},
		Components: []record.Component{{Code: codedIn("urn:oid:2.16.840.1.113883.6.24", "131329", "MDC_ECG_ELEC_POTL_I"), Values: []record.Value{{Sampled: &s}}}}}}}
}

// A series of measurements comes back number by number, with the time between them.
func TestSampled(t *testing.T) {
	whole := record.SampledData{Origin: record.Quantity{Value: "2048", Unit: "mV", Code: "mV", System: record.SystemUCUM}, Period: "10", Factor: "1.612", Dimensions: "1", Data: "2041 2043 -2037 0 +7"}
	whole.Data = strings.TrimSuffix(whole.Data, " +7")
	bare := record.SampledData{Origin: record.Quantity{Value: "0"}, Dimensions: "1", Data: "1"}
	for name, s := range map[string]record.SampledData{"whole": whole, "bare": bare} {
		for mode, x := range modes {
			t.Run(name+" "+mode, func(t *testing.T) {
				text, back, _ := passed(t, x, lead(s))
				require.Len(t, back.Results, 1)
				require.Equal(t, []record.Value{{Sampled: &s}}, back.Results[0].Components[0].Values)
				tell(t, name, perturb(t, []byte(text), 1))
			})
		}
	}
	whole.LowerLimit, whole.UpperLimit = "-3300", "3300"
	_, back, rep := passed(t, Exporter{}, lead(whole))
	require.Empty(t, back.Results[0].Components[0].Values[0].Sampled.UpperLimit)
	var lostHere []string
	for _, i := range rep.Issues {
		if i.Code == record.IssueLost.Code && strings.Contains(i.Path, "sampled") {
			lostHere = append(lostHere, i.Path)
		}
	}
	require.Equal(t, []string{"results[0].components[0].values[0].sampled.lowerLimit", "results[0].components[0].values[0].sampled.upperLimit"}, lostHere)
}

// What a list of digits cannot say goes out as nothing, and is named.
func TestNotSampled(t *testing.T) {
	good := record.SampledData{Origin: record.Quantity{Value: "0", Unit: "mV"}, Period: "10", Dimensions: "1", Data: "1 2 3"}
	for name, change := range map[string]func(*record.SampledData){
		"a number is missing":  func(s *record.SampledData) { s.Data = "1 E 3" },
		"one is too high":      func(s *record.SampledData) { s.Data = "1 U 3" },
		"decimals":             func(s *record.SampledData) { s.Data = "1.5 2" },
		"more than a schema's": func(s *record.SampledData) { s.Data = "9999999999" },
		"two blanks":           func(s *record.SampledData) { s.Data = "1  2" },
		"nothing":              func(s *record.SampledData) { s.Data = "" },
		"two dimensions":       func(s *record.SampledData) { s.Dimensions = "2" },
		"no origin":            func(s *record.SampledData) { s.Origin = record.Quantity{} },
		"a unit of others":     func(s *record.SampledData) { s.Origin.System, s.Origin.Code = record.SystemSNOMED, "258813002" },
	} {
		t.Run(name, func(t *testing.T) {
			s := good
			change(&s)
			text, _, rep := passed(t, Exporter{}, lead(s))
			require.NotContains(t, text, "SLIST_PQ")
			require.True(t, strings.Contains(text, "131329"))
			found := false
			for _, i := range rep.Issues {
				found = found || i.Code == record.IssueLost.Code && strings.Contains(i.Path, "values[0].sampled")
			}
			require.True(t, found)
		})
	}
	text, _, _ := passed(t, Exporter{}, lead(good))
	for _, odd := range [][2]string{{"1 2 3", "1 two 3"}, {`<scale nullFlavor="NA" unit="mV"`, `<scale nullFlavor="NA" unit="V"`}, {`<scale nullFlavor="NA"`, `<scale nullFlavor="UNK"`}} {
		require.Contains(t, text, odd[0])
		rec, rep, err := Import(t.Context(), []byte(strings.Replace(text, odd[0], odd[1], 1)), record.ImportOptions{})
		require.NoError(t, err)
		require.Zero(t, rep.Counts.Unaccounted())
		for _, c := range rec.Results[0].Components {
			for _, v := range c.Values {
				require.Nil(t, v.Sampled)
			}
		}
	}
}
