package ccda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func vitalObs(id, code, value string) string {
	return `<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.27" extension="2014-06-09"/><id root="1.2.826.0.1.99.27" extension="` + id + `"/>` +
		cd("code", code, oidLOINC, "") + `<statusCode code="completed"/><effectiveTime value="20240203"/>` + value + `</observation>`
}

// Systolic and diastolic pressure stay observations of their own.
func TestVitals(t *testing.T) {
	org := `<entry typeCode="DRIV"><organizer classCode="CLUSTER" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.26" extension="2015-08-01"/><id root="1.2.826.0.1.99.26" extension="v"/>` +
		`<code code="46680005" codeSystem="` + oidSNOMED + `">` + cd("translation", "74728-7", oidLOINC, "") + `</code><statusCode code="completed"/><effectiveTime><low value="20240203"/><high value="20240203"/></effectiveTime>` +
		`<component>` + vitalObs("1", "8480-6", `<value xsi:type="PQ" value="132" unit="mm[Hg]"/>`+cd("interpretationCode", "N", "2.16.840.1.113883.5.83", "")) + `</component>` +
		`<component>` + vitalObs("2", "8462-4", `<value xsi:type="PQ" value="86" unit="mm[Hg]"/>`) + `</component>` +
		`<component>` + vitalObs("3", "8884-9", snomedValue("248651005")) + `</component></organizer></entry>`
	rec, _ := importSection(t, "8716-3", org)
	typed(t, rec)
	require.Len(t, rec.VitalPanels, 1)
	require.Len(t, rec.Vitals, 3)
	require.Equal(t, "CLUSTER", rec.VitalPanels[0].Class)
	require.Len(t, rec.VitalPanels[0].Members, 3)
	require.Equal(t, "2024-02-03", rec.VitalPanels[0].When.Start.Value)
	require.Equal(t, "132", rec.Vitals[0].Values[0].Quantity.Value)
	require.Equal(t, "mm[Hg]", rec.Vitals[0].Values[0].Quantity.Unit)
	require.Equal(t, "8462-4", rec.Vitals[1].Code.Code(record.SystemLOINC))
	require.Equal(t, "248651005", rec.Vitals[2].Values[0].Concept.Codings[0].Code)
	require.Empty(t, rec.Results)
}

func TestVitalForms(t *testing.T) {
	alone := `<entry>` + vitalObs("1", "8867-4", `<value xsi:type="PQ" value="72" unit="/min"/>`) + `</entry>`
	rec, _ := importSection(t, "8716-3", alone)
	typed(t, rec)
	require.Len(t, rec.Vitals, 1)
	require.Empty(t, rec.VitalPanels)

	average := `<entry><organizer classCode="BATTERY" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.512" extension="2024-05-01"/>` + cd("code", "96607-7", oidLOINC, "") +
		`<statusCode code="completed"/><component>` + vitalObs("1", "96608-5", `<value xsi:type="PQ" value="128" unit="mm[Hg]"/>`) + `</component></organizer></entry>`
	rec, _ = importSection(t, "8716-3", average)
	require.Equal(t, "96607-7", rec.VitalPanels[0].Code.Codings[0].Code)
	require.Equal(t, "BATTERY", rec.VitalPanels[0].Class)
	require.Len(t, rec.Vitals, 1)
}
