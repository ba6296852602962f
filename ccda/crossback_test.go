package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// What FHIR has and C-CDA knows by no attribute comes back from a document that was written from it.
func crossing() *record.Record {
	day := func(v string) *record.Time { return &record.Time{Value: v} }
	entry := func(n string) record.Entry {
		return record.Entry{ID: "7a1c4e10-52f0-4d3c-9e11-00000000" + n, Assertion: record.Affirmed, Status: record.Status{Code: record.StatusCompleted}}
	}
	loinc := func(code string) record.Concept { return codedIn(record.SystemLOINC, code, "") }
	parts := entry("0001")
	of := func(kind string, e record.Entry, p record.Product) record.Medication {
		return record.Medication{Entry: e, Kind: kind, Product: p, Taken: record.Period{At: record.Time{Value: "2024-03-01"}}}
	}
	tablets := aspirin
	tablets.ID = "9b1f6a52-7b51-4f4e-8a4e-0d7a5c3f1101"
	order := of("request", entry("0011"), aspirin)
	order.Mode = record.ModeIntent
	filled := record.Medication{Entry: entry("0012"), Kind: "dispense", Product: aspirin,
		BasedOn:   []record.Ref{{ID: order.ID, Kind: record.KindMedication}},
		Dispenses: []record.Dispense{{Mode: record.ModeEvent, Quantity: measured("30", "1"), When: record.Period{At: record.Time{Value: "2024-03-02"}}}}}
	alone := record.Medication{Entry: entry("0013"), Kind: "dispense", Product: aspirin,
		Dispenses: []record.Dispense{{Mode: record.ModeEvent, Type: ptr(codedIn(record.SystemActCode, "EM", "Emergency Supply")),
			Quantity: &record.Quantity{Value: "30", Code: "TAB", System: "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm"}}}}
	return &record.Record{
		Vitals: []record.Observation{{Entry: parts, Code: loinc("85354-9"), When: record.Period{At: record.Time{Value: "2024-02-03"}}, Issued: day("2024-02-04"),
			Components: []record.Component{{Code: loinc("8480-6"), Values: []record.Value{{Quantity: measured("109", "mm[Hg]")}}},
				{Code: loinc("8462-4"), Values: []record.Value{{Absent: record.AbsentUnknown}}}}}},
		ResultPanels: []record.Panel{{Entry: entry("0002"), Code: loinc("24323-8"), Issued: day("2024-02-06"),
			Members: []record.Ref{{ID: "7a1c4e10-52f0-4d3c-9e11-000000000003", Kind: record.KindResult}}}},
		Results: []record.Observation{
			{Entry: entry("0003"), Code: loinc("24325-3"), Issued: day("2024-02-05"), Members: []record.Ref{{ID: "7a1c4e10-52f0-4d3c-9e11-000000000004", Kind: record.KindResult}}},
			{Entry: entry("0004"), Code: loinc("1751-7"), Values: []record.Value{{Quantity: measured("42", "g/L")}}},
		},
		Medications: []record.Medication{of("statement", entry("0014"), aspirin), of("administration", entry("0015"), tablets), order, filled, alone},
	}
}

func TestCrossBack(t *testing.T) {
	for name, x := range map[string]Exporter{"faithful": {}, "conformant": {Mode: Conformant}} {
		t.Run(name, func(t *testing.T) {
			text, rec, _ := passed(t, x, crossing())
			require.Equal(t, "2024-02-06", rec.ResultPanels[0].Issued.Value)
			byCode := map[string]*record.Observation{}
			for i := range rec.Results {
				byCode[rec.Results[i].Code.Code(record.SystemLOINC)] = &rec.Results[i]
			}
			require.Len(t, byCode, 2, "the date of a report is no result")
			require.Equal(t, "2024-02-05", byCode["24325-3"].Issued.Value)
			require.Equal(t, "42", byCode["1751-7"].Values[0].Quantity.Value)
			require.Equal(t, byCode["1751-7"].ID, byCode["24325-3"].Members[0].ID)

			kinds := map[string]record.Medication{}
			for _, m := range rec.Medications {
				kinds[m.Kind] = m
			}
			require.Len(t, rec.Medications, 4, "a dispense stands with what it fills")
			require.Equal(t, "9b1f6a52-7b51-4f4e-8a4e-0d7a5c3f1101", kinds["administration"].Product.ID)
			require.Equal(t, "aspirin 81 MG Oral Tablet", kinds["statement"].Product.Code.Codings[0].Display)
			require.Equal(t, record.ModeIntent, kinds[""].Mode)
			require.Len(t, kinds[""].Dispenses, 1)
			require.Equal(t, "2024-03-02", kinds[""].Dispenses[0].When.At.Value)
			require.Equal(t, "243670", kinds[""].Dispenses[0].Product.Code.Codings[0].Code)
			d := kinds["dispense"].Dispenses[0]
			require.Equal(t, "EM", d.Type.Codings[0].Code)
			require.Equal(t, record.Quantity{Value: "30", Code: "TAB", System: "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm"}, *d.Quantity)

			if name == "conformant" {
				return // the set of vital signs has a code that the template fixes
			}
			require.Len(t, rec.Vitals, 1)
			v := rec.Vitals[0]
			require.Equal(t, "2024-02-04", v.Issued.Value)
			require.Equal(t, "109", v.Components[0].Values[0].Quantity.Value)
			require.Equal(t, record.Value{Concept: &record.Concept{Absent: record.AbsentUnknown}}, v.Components[1].Values[0])
			tell(t, "crossing", perturb(t, []byte(text), 1))
		})
	}
}

// A set of vital signs, and parts that say something of their own, are read one by one.
func TestNoReading(t *testing.T) {
	part := func(more string) string {
		return `<component><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.27"/>` + cd("code", "8480-6", oidLOINC, "") +
			`<statusCode code="completed"/><effectiveTime value="20240203"/><value xsi:type="PQ" value="120" unit="mm[Hg]"/>` + more + `</observation></component>`
	}
	set := func(code, parts string) string {
		return `<entry><organizer classCode="CLUSTER" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.26"/>` + code +
			`<statusCode code="completed"/><effectiveTime value="20240203"/>` + parts + `</organizer></entry>`
	}
	pressure := cd("code", "85354-9", oidLOINC, "")
	rec, _ := importSection(t, "8716-3", set(pressure, part("")), "Vitals")
	require.Empty(t, rec.VitalPanels)
	require.Len(t, rec.Vitals[0].Components, 1)
	for _, x := range []string{
		set(cd("code", "46680005", oidSNOMED, ""), part("")),
		set(pressure, strings.Replace(part(""), "20240203", "20240204", 1)),
		set(pressure, strings.Replace(part(""), `moodCode="EVN"`, `moodCode="EVN" negationInd="true"`, 1)),
		set(pressure, strings.Replace(part(""), `<statusCode code="completed"/>`, `<statusCode code="aborted"/>`, 1)),
		set(pressure, part(`<methodCode code="1"/>`)),
	} {
		rec, _ := importSection(t, "8716-3", x, "Vitals")
		require.Len(t, rec.VitalPanels, 1)
		require.Empty(t, rec.Vitals[0].Components)
	}
}

// An encounter that is to come never reads as one that was.
func TestEncounterToCome(t *testing.T) {
	for name, x := range modes {
		t.Run(name, func(t *testing.T) {
			text, rec, _ := passed(t, x, &record.Record{Encounters: []record.Encounter{{
				Entry: record.Entry{ID: "7a1c4e10-52f0-4d3c-9e11-000000000021", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusPlanned}},
				Types: []record.Concept{codedIn(record.SystemSNOMED, "308335008", "Patient encounter procedure")}, When: record.Period{Start: record.Time{Value: "2026-05-02"}}}}})
			require.Contains(t, text, `<encounter classCode="ENC" moodCode="INT">`)
			require.NotContains(t, text, `<encounter classCode="ENC" moodCode="EVN">`)
			require.Empty(t, rec.Encounters)
			require.Len(t, rec.Orders, 1)
			require.Equal(t, record.ModeIntent, rec.Orders[0].Mode)
			require.Equal(t, "308335008", rec.Orders[0].Code.Codings[0].Code)
		})
	}
}
