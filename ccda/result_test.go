package ccda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func resultObs(attrs, id, more string) string {
	return `<observation classCode="OBS" moodCode="EVN"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.2" extension="2015-08-01"/><id root="1.2.826.0.1.99.2" extension="` + id + `"/>` +
		cd("code", "2345-7", oidLOINC, ` displayName="Glucose"`) + `<text><reference value="#a1"/></text><statusCode code="completed"/><effectiveTime value="202402031015-0500"/>` + more + `</observation>`
}

func resultPanel(more string, components ...string) string {
	s := `<organizer classCode="BATTERY" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.1" extension="2015-08-01"/><id root="1.2.826.0.1.99.1" extension="p"/>` +
		cd("code", "24323-8", oidLOINC, "") + `<statusCode code="active"/>` + more
	for _, c := range components {
		s += `<component>` + c + `</component>`
	}
	return s + `</organizer>`
}

func TestResultValues(t *testing.T) {
	for _, x := range []struct {
		name, value string
		check       func(*testing.T, record.Value)
	}{
		{"PQ", `<value xsi:type="PQ" value="1.80" unit="mmol/L"/>`, func(t *testing.T, v record.Value) { require.Equal(t, "1.80", v.Quantity.Value) }},
		{"PQ of none", `<value xsi:type="PQ" nullFlavor="NA"/>`, func(t *testing.T, v record.Value) { require.Equal(t, record.AbsentNotApplicable, v.Quantity.Absent) }},
		{"IVL_PQ", `<value xsi:type="IVL_PQ"><high value="5" unit="pg/mL" inclusive="false"/></value>`, func(t *testing.T, v record.Value) {
			require.Equal(t, record.Quantity{Value: "5", Comparator: "<", Unit: "pg/mL", Code: v.Quantity.Code, System: v.Quantity.System}, *v.Quantity)
		}},
		{"CD", snomedValue("260373001"), func(t *testing.T, v record.Value) { require.Equal(t, "260373001", v.Concept.Codings[0].Code) }},
		{"ST", `<value xsi:type="ST">pale yellow</value>`, func(t *testing.T, v record.Value) { require.Equal(t, "pale yellow", *v.Text) }},
		{"INT", `<value xsi:type="INT" value="7"/>`, func(t *testing.T, v record.Value) { require.Equal(t, "7", *v.Integer) }},
		{"ED", `<value xsi:type="ED"><reference value="#a1"/></value>`, func(t *testing.T, v record.Value) { require.Equal(t, "what was seen", v.Attachment.Text) }},
		{"TS", `<value xsi:type="TS" value="20240203"/>`, func(t *testing.T, v record.Value) { require.Equal(t, "2024-02-03", v.Time.Value) }},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, _ := importSection(t, "30954-2", `<entry>`+resultObs("", "1", x.value)+`</entry>`, "what was seen")
			typed(t, rec)
			require.Empty(t, rec.ResultPanels)
			require.Len(t, rec.Results, 1)
			require.Len(t, rec.Results[0].Values, 1)
			require.Equal(t, record.Affirmed, rec.Results[0].Assertion)
			x.check(t, rec.Results[0].Values[0])
		})
	}
}

func TestResultPanel(t *testing.T) {
	rangeXML := `<referenceRange><observationRange><text>usual</text><value xsi:type="IVL_PQ"><low value="3.9" unit="mmol/L"/><high value="5.6" unit="mmol/L"/></value>` +
		`<interpretationCode code="N" codeSystem="2.16.840.1.113883.5.83"/></observationRange></referenceRange>` +
		`<referenceRange typeCode="REFV"><observationRange classCode="OBS" moodCode="EVN.CRT"><text><reference value="#a1"/></text></observationRange></referenceRange>`
	specimen := `<specimen typeCode="SPC"><specimenRole classCode="SPEC"><id root="1.2.826.0.1.99.60" extension="s1"/><specimenPlayingEntity>` + snomed("code", "119297000") + `<quantity value="5" unit="mL"/><desc>cloudy</desc></specimenPlayingEntity></specimenRole></specimen>`
	taken := `<procedure classCode="PROC" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.415" extension="2018-09-01"/>` + snomed("code", "17636008") + `<effectiveTime value="20240203"/>` +
		snomed("targetSiteCode", "368208006") + specimen +
		part("COMP", `<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.421" extension="2018-06-12"/>`+cd("code", "93047-7", oidLOINC, "")+snomedValue("118128002")+`</observation>`) + `</procedure>`
	full := resultObs("", "1", `<value xsi:type="PQ" value="6.1" unit="mmol/L"/>`+cd("interpretationCode", "H", "2.16.840.1.113883.5.83", "")+cd("interpretationCode", "A", "2.16.840.1.113883.5.83", "")+
		snomed("methodCode", "702873001")+snomed("targetSiteCode", "368208006")+specimen+rangeXML)
	negated := resultObs(` negationInd="true"`, "2", snomedValue("260373001"))
	inner := `<organizer classCode="CLUSTER" moodCode="EVN"><id root="1.2.826.0.1.99.1" extension="q"/>` + cd("code", "24320-4", oidLOINC, "") + `<statusCode code="completed"/><component>` + resultObs("", "3", snomedValue("1")) + `</component></organizer>`
	rec, _ := importSection(t, "30954-2", `<entry>`+resultPanel(specimen, full, negated, taken, inner)+`</entry>`, "words")
	typed(t, rec)
	require.Len(t, rec.ResultPanels, 2)
	require.Len(t, rec.Results, 3)
	p := rec.ResultPanels[0]
	require.Equal(t, "BATTERY", p.Class)
	require.Equal(t, record.StatusActive, p.Status.Code)
	require.Equal(t, []record.Ref{{ID: rec.Results[0].ID, Kind: "result"}, {ID: rec.Results[1].ID, Kind: "result"}, {ID: rec.ResultPanels[1].ID, Kind: "result-panel"}}, p.Members)
	require.Equal(t, p.ID, rec.ResultPanels[1].Parent.ID)
	require.Equal(t, rec.Results[2].ID, rec.ResultPanels[1].Members[0].ID)
	require.Len(t, rec.Documents[0].Sections[0].Entries, 1)

	o := rec.Results[0]
	require.Len(t, o.Interpretations, 2)
	require.Equal(t, "702873001", o.Methods[0].Codings[0].Code)
	require.Equal(t, "368208006", o.BodySites[0].Code.Codings[0].Code)
	require.Len(t, o.ReferenceRanges, 2)
	require.Equal(t, "3.9", o.ReferenceRanges[0].Value.Range.Low.Value)
	require.Equal(t, "usual", o.ReferenceRanges[0].Text)
	require.Equal(t, "N", o.ReferenceRanges[0].Type.Codings[0].Code)
	require.Equal(t, "words", o.ReferenceRanges[1].Text)
	require.Equal(t, record.Negated, rec.Results[1].Assertion)

	require.Len(t, rec.Specimens, 1, "one specimen, named three times")
	s := rec.Specimens[0]
	require.Equal(t, s.ID, p.Specimens[0].ID)
	require.Equal(t, s.ID, o.Specimens[0].ID)
	require.Equal(t, "119297000", s.Type.Codings[0].Code)
	require.Equal(t, "cloudy", s.Description)
	require.Equal(t, "5", s.Quantity.Value)
	require.Equal(t, "2024-02-03", s.Collected.At.Value)
	require.Equal(t, "368208006", s.Site.Code.Codings[0].Code)
	require.Equal(t, "118128002", s.Conditions[0].Codings[0].Code)
}

func TestResultForms(t *testing.T) {
	bare := `<entry><organizer classCode="CLUSTER" moodCode="EVN">` + cd("code", "24323-8", oidLOINC, "") + `<component><observation classCode="OBS" moodCode="EVN">` + cd("code", "2345-7", oidLOINC, "") +
		`<value xsi:type="PQ" value="6.1" unit="mmol/L"/></observation></component></organizer></entry>`
	rec, _ := importSection(t, "30954-2", bare)
	require.Len(t, rec.Results, 1)
	rec, _ = importSection(t, "8716-3", bare)
	require.Len(t, rec.Vitals, 1)
	rec, _ = importSection(t, "10164-2", bare)
	require.Empty(t, rec.Results)

	rec, rep := importSection(t, "30954-2", `<entry>`+resultObs(` negationInd="true" nullFlavor="NI"`, "1", snomedValue("1"))+`</entry>`, "a")
	carriedWhole(t, rec, rep, record.IssueNegationUnclear)
}

// A picture with a result, and an observation that hangs on it with a meaning of its own.
func TestResultAttached(t *testing.T) {
	media := part("SPRT", `<observationMedia classCode="OBS" moodCode="EVN" ID="m1"><value xsi:type="ED" mediaType="image/png" representation="B64">iVBORw0KGgo=</value></observationMedia>`)
	unit := part("COMP", `<observation classCode="OBS" moodCode="EVN">`+snomed("code", "246514001")+snomedValue("258796002")+`</observation>`)
	rec, _ := importSection(t, "30954-2", `<entry>`+resultObs("", "1", `<value xsi:type="ST">unable to calculate</value>`+media+unit)+`</entry>`, "a")
	o := rec.Results[0]
	require.Len(t, o.Attachments, 1)
	require.Equal(t, "image/png", o.Attachments[0].ContentType)
	for _, c := range rec.Carried {
		require.Equal(t, o.ID, c.Owner)
	}
}

// A test that was not made, for a reason, is none that found nothing.
func TestObservationNotMade(t *testing.T) {
	why := func(code string) string {
		return part("RSON", `<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.24.3.88"/>`+cd("code", "77301-0", oidLOINC, "")+
			`<statusCode code="completed"/>`+snomedValue(code)+`</observation>`)
	}
	const null = `<value xsi:type="CD" nullFlavor="NA"/>`
	for name, x := range map[string]struct {
		attrs, more string
		assertion   record.Assertion
		status      record.StatusCode
		reasons     int
		told        string
	}{
		"refused":             {` negationInd="true"`, null + why("105480006"), record.Affirmed, record.StatusRefused, 1, "Refused, not done: Glucose"},
		"no material":         {` negationInd="true"`, null + why("281268007"), record.Affirmed, record.StatusNotDone, 1, "Not done: Glucose"},
		"without a value":     {` negationInd="true"`, why("281268007"), record.Affirmed, record.StatusNotDone, 1, "Not done: Glucose"},
		"without a reason":    {` negationInd="true"`, null, record.Negated, record.StatusCompleted, 0, "Not found: Glucose"},
		"of what it may find": {` negationInd="true"`, snomedValue("3092008") + why("281268007"), record.Negated, record.StatusCompleted, 0, "Not found: Glucose"},
		"made":                {"", null + why("281268007"), record.Affirmed, record.StatusCompleted, 0, "Glucose"},
	} {
		t.Run(name, func(t *testing.T) {
			rec, _ := importSection(t, "30954-2", `<entry>`+resultPanel("", resultObs(x.attrs, "r1", x.more))+`</entry>`)
			says := func(rec *record.Record, mode string) {
				o := &rec.Results[0]
				require.Equal(t, x.assertion, o.Assertion, mode)
				require.Equal(t, x.status, o.Status.Code, mode)
				require.Len(t, o.Status.Reasons, x.reasons, mode)
			}
			says(rec, "read")
			for mode, exporter := range modes {
				text, back, _ := passed(t, exporter, rec)
				says(back, mode)
				if mode == "conformant" {
					require.Contains(t, text, "<td>"+x.told+"</td>")
				}
			}
		})
	}
}
