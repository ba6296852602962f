package fhir

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func vital(n int, code, value, unit, when string) record.Observation {
	return record.Observation{
		Entry: record.Entry{ID: fmt.Sprintf("00000000-0000-8000-8000-%012d", n), Assertion: record.Affirmed, Status: record.Status{Code: record.StatusCompleted},
			Identifiers: []record.Identifier{{System: "urn:oid:1.2.3", Value: fmt.Sprint("V", n)}}},
		Code:   coded(record.SystemLOINC, code, ""),
		When:   record.Period{At: utcDay(when)},
		Values: []record.Value{{Quantity: &record.Quantity{Value: value, Unit: unit, Code: unit, System: record.SystemUCUM}}},
	}
}

func vitals(os ...record.Observation) *record.Record {
	p := record.Panel{Entry: entryOf(record.Affirmed, record.StatusCompleted), When: record.Period{At: utcDay("2020-01-02")}, Code: coded(record.SystemSNOMED, "46680005", "Vital signs")}
	for i := range os {
		p.Members = append(p.Members, record.Ref{ID: os[i].ID, Kind: record.KindVital})
	}
	return &record.Record{Vitals: os, VitalPanels: []record.Panel{p}}
}

func TestBloodPressure(t *testing.T) {
	by, _ := sent(t, vitals(vital(1, loincSystolic, "145", "mm[Hg]", "2020-01-02"), vital(2, loincDiastolic, "88", "mm[Hg]", "2020-01-02"), vital(3, "8867-4", "80", "/min", "2020-01-02")))
	require.Len(t, by["Observation"], 3)
	panel, pressure, pulse := by["Observation"][0], by["Observation"][1], by["Observation"][2]
	says(t, panel, map[string]string{"code.coding[0].code": loincVitalPanel, "category[0].coding[0].code": "vital-signs", "hasMember[0].reference": "urn:uuid:00000000-0000-8000-8000-000000000001",
		"hasMember[1].reference": "urn:uuid:00000000-0000-8000-8000-000000000001", "hasMember[2].reference": "urn:uuid:00000000-0000-8000-8000-000000000003"})
	says(t, pressure, map[string]string{"meta.profile[0]": profileBase + "blood-pressure", "code.coding[0].code": loincBloodPressure, "valueQuantity": "", "effectiveDateTime": "2020-01-02",
		"component[0].code.coding[0].code": loincSystolic, "component[0].valueQuantity.value": "145", "component[1].code.coding[0].code": loincDiastolic, "component[1].valueQuantity.value": "88",
		"identifier[0].value": "V1", "component[1].extension[0].extension[1].valueIdentifier.value": "V2"})
	says(t, pulse, map[string]string{"meta.profile[0]": profileBase + "heart-rate", "valueQuantity.value": "80"})
}

func TestBloodPressuresStayApart(t *testing.T) {
	other := vital(2, loincDiastolic, "88", "mm[Hg]", "2020-01-02")
	other.Methods = []record.Concept{coded(record.SystemSNOMED, "37931006", "Auscultation")}
	for name, rec := range map[string]*record.Record{
		"another time":   vitals(vital(1, loincSystolic, "145", "mm[Hg]", "2020-01-02"), vital(2, loincDiastolic, "88", "mm[Hg]", "2020-01-03")),
		"another method": vitals(vital(1, loincSystolic, "145", "mm[Hg]", "2020-01-02"), other),
		"two of a kind": vitals(vital(1, loincSystolic, "145", "mm[Hg]", "2020-01-02"), vital(2, loincSystolic, "141", "mm[Hg]", "2020-01-02"),
			vital(3, loincDiastolic, "88", "mm[Hg]", "2020-01-02")),
		"no set": {Vitals: []record.Observation{vital(1, loincSystolic, "145", "mm[Hg]", "2020-01-02"), vital(2, loincDiastolic, "88", "mm[Hg]", "2020-01-02")}},
	} {
		t.Run(name, func(t *testing.T) {
			by, _ := sent(t, rec)
			require.Len(t, by["Observation"], len(rec.Vitals)+len(rec.VitalPanels))
			for _, o := range by["Observation"] {
				require.NotEqual(t, loincBloodPressure, at(o, "code.coding[0].code"))
			}
		})
	}
}

func TestPulseOximetry(t *testing.T) {
	by, _ := sent(t, vitals(vital(1, loincPulseOximetry, "98", "%", "2020-01-02"), vital(2, loincOxygenFlow, "2", "L/min", "2020-01-02")))
	says(t, by["Observation"][1], map[string]string{"meta.profile[0]": profileBase + "pulse-oximetry", "code.coding[0].code": loincPulseOximetry, "code.coding[1].code": loincOxygenSat,
		"valueQuantity.value": "98", "component[0].code.coding[0].code": loincOxygenFlow, "component[0].valueQuantity.value": "2"})
	// An arterial saturation need not have been measured at the finger.
	by, _ = sent(t, vitals(vital(1, loincOxygenSat, "98", "%", "2020-01-02")))
	says(t, by["Observation"][1], map[string]string{"meta.profile[0]": profileBase + "vital-signs", "code.coding[0].code": loincOxygenSat, "code.coding[1]": ""})
}

func TestVitalProfiles(t *testing.T) {
	for _, tc := range []struct{ name, code, unit, when, profile string }{
		{"weight", "29463-7", "kg", "2020-01-02", profileBase + "body-weight"},
		{"weight in stone", "29463-7", "[stone_av]", "2020-01-02", profileBase + "vital-signs"},
		{"height", "8302-2", "[in_i]", "2020-01-02", profileBase + "body-height"},
		{"to the month", "8302-2", "cm", "2020-01", ""},
		{"a sign without a profile of its own", "8287-5", "cm", "2020-01-02", profileBase + "vital-signs"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			by, _ := sent(t, &record.Record{Vitals: []record.Observation{vital(1, tc.code, "70", tc.unit, tc.when)}})
			says(t, by["Observation"][0], map[string]string{"meta.profile[0]": tc.profile, "category[0].coding[0].code": "vital-signs"})
		})
	}
}

func TestSocialHistory(t *testing.T) {
	smoker := record.Observation{Entry: entryOf(record.Affirmed, record.StatusCompleted), Kind: "smoking-status", Code: coded(record.SystemLOINC, "72166-2", "Tobacco smoking status"),
		Values: []record.Value{{Concept: codedPtr(record.SystemSNOMED, "449868002", "Smokes tobacco daily")}}, When: record.Period{At: utcDay("2020-01-02")}}
	by, _ := sent(t, &record.Record{Social: []record.Observation{smoker}})
	says(t, by["Observation"][0], map[string]string{"meta.profile[0]": profileBase + "smokingstatus", "category[0].coding[0].code": "social-history"})
	smoker.When = record.Period{Start: utcDay("2005"), End: utcDay("2011")}
	by, _ = sent(t, &record.Record{Social: []record.Observation{smoker}})
	says(t, by["Observation"][0], map[string]string{"meta.profile[0]": profileBase + "simple-observation", "effectivePeriod.end": "2011"})
}
