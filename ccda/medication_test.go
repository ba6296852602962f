package ccda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func product(code string) string {
	return `<consumable><manufacturedProduct classCode="MANU"><templateId root="2.16.840.1.113883.10.20.22.4.23" extension="2014-06-09"/><manufacturedMaterial>` + code + `</manufacturedMaterial></manufacturedProduct></consumable>`
}

func medicationXML(attrs, times, dosing, code, more string) string {
	return `<substanceAdministration classCode="SBADM"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.16" extension="2014-06-09"/>` +
		`<id root="1.2.826.0.1.99.16" extension="med"/><statusCode code="active"/>` + times + dosing + product(code) + more + `</substanceAdministration>`
}

const (
	lisinopril = `<code code="314076" codeSystem="` + rxnorm + `"><translation code="00071015723" codeSystem="2.16.840.1.113883.6.69"/></code>`
	since      = `<effectiveTime xsi:type="IVL_TS"><low value="20240110"/><high nullFlavor="NI"/></effectiveTime>`
)

// What an activity says of a medicine, by negation, mood and product.
func TestMedicationAssertion(t *testing.T) {
	for _, x := range []struct {
		name, attrs, code string
		want              record.Assertion
		mode              record.Mode
	}{
		{"taken", ` moodCode="EVN"`, lisinopril, record.Affirmed, record.ModeEvent},
		{"ordered", ` moodCode="INT"`, lisinopril, record.Affirmed, record.ModeIntent},
		{"requested", ` moodCode="RQO"`, lisinopril, record.Affirmed, record.ModeRequest},
		{"not taken", ` moodCode="EVN" negationInd="true"`, lisinopril, record.Negated, record.ModeEvent},
		{"no known medications", ` moodCode="EVN" negationInd="true"`, `<code nullFlavor="OTH">` + snomed("translation", "410942007") + `</code>`, record.NoneKnown, record.ModeEvent},
		{"negated nothing", ` moodCode="EVN" negationInd="true"`, `<code nullFlavor="NA"/>`, record.NoneKnown, record.ModeEvent},
		{"a code that says none", ` moodCode="EVN"`, snomed("code", "787481004"), record.NoneKnown, record.ModeEvent},
		{"a code that says unknown", ` moodCode="EVN"`, snomed("code", "182904002"), record.NotKnown, record.ModeEvent},
		{"not known at all", ` moodCode="EVN" nullFlavor="NI"`, `<code nullFlavor="NI"/>`, record.NotKnown, record.ModeEvent},
		{"named in words", ` moodCode="EVN"`, `<code nullFlavor="UNK"/><name>grandmother's drops</name>`, record.Affirmed, record.ModeEvent},
		{"not taken, in words", ` moodCode="EVN" negationInd="true"`, `<code nullFlavor="UNK"/><name>grandmother's drops</name>`, "", ""},
		{"defined", ` moodCode="DEF"`, lisinopril, "", ""},
		{"a criterion", ` moodCode="EVN.CRT"`, lisinopril, "", ""},
		{"none of none", ` moodCode="EVN" negationInd="true"`, snomed("code", "787481004"), "", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, rep := importSection(t, "10160-0", `<entry>`+medicationXML(x.attrs, since, ``, x.code, ``)+`</entry>`)
			if x.want == "" {
				carriedWhole(t, rec, rep, record.IssueNegationUnclear)
				return
			}
			require.Len(t, rec.Medications, 1)
			m := rec.Medications[0]
			require.Equal(t, x.want, m.Assertion)
			require.Equal(t, x.mode, m.Mode)
			require.Equal(t, "2024-01-10", m.Taken.Start.Value)
			require.Equal(t, record.AbsentNoInformation, m.Taken.End.Absent)
		})
	}
}

func TestMedicationDosage(t *testing.T) {
	times := since +
		`<effectiveTime xsi:type="PIVL_TS" institutionSpecified="true" operator="A"><period xsi:type="IVL_PQ"><low value="4" unit="h"/><high value="6" unit="h"/></period></effectiveTime>` +
		`<effectiveTime xsi:type="EIVL_TS" operator="A"><event code="AC"/><offset><low value="-30" unit="min"/></offset></effectiveTime>`
	dosing := `<priorityCode code="R" codeSystem="2.16.840.1.113883.5.7"/><repeatNumber value="3"/><routeCode code="C38288" codeSystem="2.16.840.1.113883.3.26.1.1"><originalText>by mouth</originalText></routeCode>` +
		snomed("approachSiteCode", "181220002") + `<doseQuantity><low value="1.0" unit="mg"/><high value="2.50" unit="mg"/></doseQuantity><rateQuantity value="90" unit="mL/min"/>` +
		`<maxDoseQuantity><numerator value="4" unit="{tbl}"/><denominator value="1" unit="d"/></maxDoseQuantity>` +
		`<administrationUnitCode code="C42998" codeSystem="2.16.840.1.113883.3.26.1.1" displayName="Tablet"/>`
	rec, _ := importSection(t, "10160-0", `<entry>`+medicationXML(` moodCode="INT"`, times, dosing, lisinopril, ``)+`</entry>`)
	typed(t, rec)
	m := rec.Medications[0]
	require.Equal(t, "3", m.Repeats)
	require.Equal(t, "R", m.Priority.Codings[0].Code)
	require.Len(t, m.Product.Code.Codings, 2)
	require.Len(t, m.Dosages, 1)
	d := m.Dosages[0]
	require.Equal(t, "1.0", d.Dose.Range.Low.Value)
	require.Equal(t, "2.50", d.Dose.Range.High.Value)
	require.Equal(t, "90", d.Rate.Quantity.Value)
	require.Equal(t, "{tbl}", d.MaxPerPeriod.Numerator.Unit)
	require.Equal(t, "by mouth", d.Route.Text)
	require.Equal(t, "181220002", d.Site[0].Codings[0].Code)
	require.Equal(t, "C42998", d.AdminUnit.Codings[0].Code)
	require.Len(t, d.Timings, 2)
	yes := true
	require.Equal(t, record.Timing{Period: "4", PeriodMax: "6", PeriodUnit: "h", InstitutionSpecified: &yes, Operator: "A"}, d.Timings[0])
	require.Equal(t, []string{"AC"}, d.Timings[1].When)
	require.Equal(t, "-30", d.Timings[1].OffsetRange.Low.Value)
}

func TestMedicationTimes(t *testing.T) {
	for _, x := range []struct {
		name, times string
		taken       record.Period
		timings     []record.Timing
		carried     int
	}{
		{"once", `<effectiveTime value="202401101530-0500"/>`, record.Period{At: record.Time{Value: "2024-01-10T15:30-05:00"}}, nil, 0},
		{"not known", `<effectiveTime nullFlavor="UNK"/>`, record.Period{Absent: record.AbsentUnknown}, nil, 0},
		{"period not known", since + `<effectiveTime xsi:type="PIVL_TS" operator="A"><period nullFlavor="UNK"/></effectiveTime>`, record.Period{Start: record.Time{Value: "2024-01-10"}, End: record.Time{Absent: "no-information"}},
			[]record.Timing{{Operator: "A", Absent: record.AbsentUnknown}}, 0},
		{"no type", `<effectiveTime><low value="2024"/></effectiveTime><effectiveTime><period value="12" unit="h"/></effectiveTime>`, record.Period{Start: record.Time{Value: "2024"}},
			[]record.Timing{{Period: "12", PeriodUnit: "h"}}, 0},
		{"two intervals", `<effectiveTime><low value="2024"/></effectiveTime><effectiveTime xsi:type="IVL_TS" operator="E"><low value="202403"/></effectiveTime>`, record.Period{Start: record.Time{Value: "2024"}},
			[]record.Timing{{Bounds: &record.Period{Start: record.Time{Value: "2024-03"}}, Operator: "E"}}, 0},
		{"compound", since + `<effectiveTime xsi:type="SXPR_TS" operator="A"><comp xsi:type="EIVL_TS"><event code="CM"/></comp><comp xsi:type="EIVL_TS" operator="I"><event code="HS"/></comp></effectiveTime>`,
			record.Period{Start: record.Time{Value: "2024-01-10"}, End: record.Time{Absent: "no-information"}},
			[]record.Timing{{When: []string{"CM"}, Operator: "A"}, {When: []string{"HS"}, Operator: "I"}}, 0},
		{"a period in two units", since + `<effectiveTime xsi:type="PIVL_TS" operator="A"><period xsi:type="IVL_PQ"><low value="1" unit="h"/><high value="1" unit="d"/></period></effectiveTime>`,
			record.Period{Start: record.Time{Value: "2024-01-10"}, End: record.Time{Absent: "no-information"}}, []record.Timing{{Operator: "A"}}, 1},
		{"no known type", since + `<effectiveTime xsi:type="PIVL_PPD_TS" operator="A"><period value="1" unit="d"/></effectiveTime>`,
			record.Period{Start: record.Time{Value: "2024-01-10"}, End: record.Time{Absent: "no-information"}}, nil, 1},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, _ := importSection(t, "10160-0", `<entry>`+medicationXML(` moodCode="EVN"`, x.times, ``, lisinopril, ``)+`</entry>`)
			require.Equal(t, x.taken, rec.Medications[0].Taken)
			var timings []record.Timing
			for _, d := range rec.Medications[0].Dosages {
				timings = append(timings, d.Timings...)
			}
			require.Equal(t, x.timings, timings)
			require.Len(t, rec.Carried, x.carried)
		})
	}
}

// Tapered dosing: subordinate administrations are further dosages in their order.
func TestMedicationTapered(t *testing.T) {
	step := func(n, dose, code string) string {
		return `<entryRelationship typeCode="COMP"><sequenceNumber value="` + n + `"/><substanceAdministration classCode="SBADM" moodCode="INT"><id root="1.2.826.0.1.99.17" extension="` + n + `"/>` +
			`<effectiveTime xsi:type="IVL_TS"><low value="2024011` + n + `"/></effectiveTime><doseQuantity value="` + dose + `" unit="mg"/>` + product(code)[:12] +
			`<manufacturedProduct classCode="MANU"><manufacturedMaterial>` + code + `</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration></entryRelationship>`
	}
	other := `<code code="8640" codeSystem="` + rxnorm + `"/>`
	rec, _ := importSection(t, "10160-0", `<entry>`+medicationXML(` moodCode="INT"`, since, `<doseQuantity value="40" unit="mg"/>`, lisinopril,
		step("1", "20", `<code nullFlavor="NA"/>`)+step("2", "10", `<code code="314076" codeSystem="`+rxnorm+`"/>`)+step("3", "5", other))+`</entry>`)
	m := rec.Medications[0]
	require.Len(t, m.Dosages, 3, "another product is no step of this one's dosing")
	require.Equal(t, "40", m.Dosages[0].Dose.Quantity.Value)
	require.Equal(t, "1", m.Dosages[1].Sequence)
	require.Equal(t, "20", m.Dosages[1].Dose.Quantity.Value)
	require.Equal(t, "2024-01-11", m.Dosages[1].When.Start.Value)
	require.Equal(t, "10", m.Dosages[2].Dose.Quantity.Value)
}

func TestMedicationParts(t *testing.T) {
	vehicle := `<participant typeCode="CSM"><participantRole classCode="MANU"><templateId root="2.16.840.1.113883.10.20.22.4.24"/>` + snomed("code", "412307009") +
		`<playingEntity classCode="MMAT">` + cd("code", "9863", rxnorm, "") + `<name>saline</name></playingEntity></participantRole></participant>`
	sig := part("COMP", `<substanceAdministration classCode="SBADM" moodCode="INT"><templateId root="2.16.840.1.113883.10.20.22.4.147"/>`+cd("code", "76662-6", oidLOINC, "")+
		`<text><reference value="#a1"/></text><consumable><manufacturedProduct><manufacturedLabeledDrug nullFlavor="NA"/></manufacturedProduct></consumable></substanceAdministration>`)
	instruction := part("SUBJ i", `<act classCode="ACT" moodCode="INT"><templateId root="2.16.840.1.113883.10.20.22.4.20"/>`+snomed("code", "409073007")+`<text>with food</text><statusCode code="completed"/></act>`)
	order := part("REFR", `<supply classCode="SPLY" moodCode="INT"><templateId root="2.16.840.1.113883.10.20.22.4.17"/><id root="1.2.826.0.1.99.18" extension="o"/><statusCode code="completed"/>`+
		`<effectiveTime xsi:type="IVL_TS"><low value="20240110"/><high value="20240710"/></effectiveTime><repeatNumber value="3"/><quantity value="90"/>`+
		`<product><manufacturedProduct classCode="MANU"><manufacturedMaterial>`+lisinopril+`</manufacturedMaterial></manufacturedProduct></product>`+instruction+`</supply>`)
	dispense := part("REFR", `<supply classCode="SPLY" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.18"/><id root="1.2.826.0.1.99.18" extension="d"/><statusCode code="completed"/>`+
		`<effectiveTime value="20240111"/><repeatNumber value="1"/><quantity value="30.0" unit="{tbl}"/></supply>`)
	indication := part("RSON", `<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.19"/><id root="1.2.826.0.1.99.19" extension="i"/>`+snomed("code", "404684003")+
		`<statusCode code="completed"/><effectiveTime><low value="2023"/></effectiveTime>`+snomedValue("38341003")+`</observation>`)
	reaction := part("CAUS", `<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.9"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/>`+snomedValue("49727002")+`</observation>`)
	adhered := part("COMP", `<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.508" extension="2023-05-01"/><id root="1.2.826.0.1.99.20" extension="a"/>`+
		cd("code", "71799-1", oidLOINC, "")+`<statusCode code="completed"/><effectiveTime value="20240201"/>`+snomedValue("1156699004")+`</observation>`)
	reason := part("RSON", questionXML("2.16.840.1.113883.10.20.24.3.88", cd("code", "77301-0", oidLOINC, ""), snomedValue("105480006")))
	comment := part("SUBJ i", `<act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.64"/>`+cd("code", "48767-8", oidLOINC, "")+`<text><reference value="#a2"/></text></act>`)
	precondition := `<precondition typeCode="PRCN"><criterion><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/>` + snomedValue("57676002") + `</criterion></precondition>`
	rec, _ := importSection(t, "10160-0", `<entry>`+medicationXML(` moodCode="EVN"`, since, ``,
		`<code nullFlavor="OTH"/><name>blend</name><lotNumberText>L-7</lotNumberText><pharm:formCode code="385023001" codeSystem="`+oidSNOMED+`"/>`+
			`<pharm:ingredient classCode="ACTI"><pharm:quantity><pharm:numerator xsi:type="PQ" value="0.2" unit="mL"/><pharm:denominator xsi:type="PQ" value="1" unit="mL"/></pharm:quantity>`+
			`<pharm:ingredientSubstance classCode="MMAT"><pharm:code code="6387" codeSystem="`+rxnorm+`"/></pharm:ingredientSubstance></pharm:ingredient>`,
		vehicle+sig+instruction+order+dispense+indication+reaction+adhered+reason+comment+precondition)+`</entry>`, "one each morning", "said so herself")
	typed(t, rec)
	m := rec.Medications[0]
	require.Equal(t, "one each morning", m.Sig)
	require.Equal(t, "a1", m.SigRef)
	require.Equal(t, "with food", m.Instructions[0].Text)
	require.Equal(t, "409073007", m.Instructions[0].Code.Codings[0].Code)
	require.Equal(t, "blend", m.Product.Name)
	require.Equal(t, "L-7", m.Product.Lot)
	require.Equal(t, record.AbsentOther, m.Product.Code.Absent)
	require.Equal(t, "385023001", m.Product.Form.Codings[0].Code)
	require.True(t, *m.Product.Ingredients[0].Active)
	require.Equal(t, "0.2", m.Product.Ingredients[0].Strength.Numerator.Value)
	require.Equal(t, "6387", m.Product.Ingredients[0].Code.Codings[0].Code)
	require.Equal(t, "saline", m.Product.Vehicles[0].Text)
	require.Equal(t, record.ModeIntent, m.Orders[0].Mode)
	require.Equal(t, "3", m.Orders[0].RepeatNumber)
	require.Equal(t, "2024-07-10", m.Orders[0].Valid.End.Value)
	require.Equal(t, "314076", m.Orders[0].Product.Code.Codings[0].Code)
	require.Equal(t, "with food", m.Orders[0].Instructions[0].Text)
	require.Equal(t, record.ModeEvent, m.Dispenses[0].Mode)
	require.Equal(t, "30.0", m.Dispenses[0].Quantity.Value)
	require.Equal(t, "1", m.Dispenses[0].RepeatNumber)
	require.Equal(t, "38341003", m.Indications[0].Code.Codings[0].Code)
	require.Equal(t, "404684003", m.Indications[0].Kind.Codings[0].Code)
	require.Equal(t, "49727002", m.Reactions[0].Manifestations[0].Codings[0].Code)
	require.Equal(t, "1156699004", m.Adherence.Code.Codings[0].Code)
	require.Equal(t, "2024-02-01", m.Adherence.When.Value)
	require.Equal(t, "105480006", m.Status.Reasons[0].Codings[0].Code)
	require.Equal(t, "said so herself", m.Notes[0].Text)
	require.Equal(t, "57676002", m.Preconditions[0].Value.Concept.Codings[0].Code)
}

// Lists at admission and discharge hold activities in an act; several may stand in a cluster.
func TestMedicationContainers(t *testing.T) {
	m := medicationXML(` moodCode="EVN"`, since, ``, lisinopril, ``)
	rec, _ := importSection(t, "10183-2", `<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.35"/>`+cd("code", "10183-2", oidLOINC, "")+
		`<statusCode code="completed"/><entryRelationship typeCode="SUBJ">`+m+`</entryRelationship></act></entry>`)
	typed(t, rec)
	require.Equal(t, "10183-2", rec.Medications[0].Categories[0].Codings[0].Code)

	second := medicationXML(` moodCode="EVN"`, ``, ``, `<code code="8640" codeSystem="`+rxnorm+`"/>`, ``)
	rec, _ = importSection(t, "10160-0", `<entry><organizer classCode="CLUSTER" moodCode="EVN"><statusCode code="active"/><component>`+m+`</component><component>`+
		second[:len(`<substanceAdministration classCode="SBADM" moodCode="EVN">`)]+`<templateId root="2.16.840.1.113883.10.20.22.4.16"/>`+second[len(`<substanceAdministration classCode="SBADM" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.16" extension="2014-06-09"/><id root="1.2.826.0.1.99.16" extension="med"/>`):]+`</component></organizer></entry>`)
	typed(t, rec)
	require.Len(t, rec.Medications, 2)
	require.Len(t, rec.Documents[0].Sections[0].Entries, 2)
}
