package ccda

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// What was not given or not done reads so, in entry and narrative, and is read again as it was.
func TestImmunizationSense(t *testing.T) {
	for _, x := range []struct {
		name      string
		i         record.Immunization
		want      record.Assertion
		status    record.StatusCode
		has, told string
	}{
		{"given", record.Immunization{Entry: entryOf(record.Affirmed, record.StatusCompleted), Product: fluShot}, record.Affirmed, record.StatusCompleted, `negationInd="false"`, "influenza"},
		{"refused", record.Immunization{Entry: entryOf(record.Affirmed, record.StatusRefused, objection), Product: fluShot}, record.Affirmed, record.StatusRefused, `negationInd="true"`, "Refused, not given: influenza"},
		{"refused, no reason", record.Immunization{Entry: entryOf(record.Affirmed, record.StatusRefused), Product: fluShot}, record.Affirmed, record.StatusRefused, `code="PATOBJ"`, "Refused"},
		{"not done", record.Immunization{Entry: entryOf(record.Affirmed, record.StatusNotDone, codedIn(record.SystemActReason, "IMMUNE", "immunity")), Product: fluShot},
			record.Affirmed, record.StatusNotDone, `code="IMMUNE"`, "Not given: influenza"},
		{"nothing done", record.Immunization{Entry: entryOf(record.Affirmed, record.StatusNotDone)}, record.Affirmed, record.StatusNotDone, "22.4.53", "Not given"},
		{"none known", record.Immunization{Entry: entryOf(record.NoneKnown, "")}, record.NoneKnown, "", `negationInd="true"`, "No known immunizations"},
		{"not known", record.Immunization{Entry: entryOf(record.NotKnown, "")}, record.NotKnown, "", `nullFlavor="UNK"`, "not known"},
		{"entered in error", record.Immunization{Entry: entryOf(record.Affirmed, record.StatusEnteredInError), Product: fluShot}, record.Affirmed, record.StatusEnteredInError, `code="nullified"`, "entered-in-error"},
	} {
		for mode, exporter := range modes {
			t.Run(x.name+", "+mode, func(t *testing.T) {
				out, again, _ := passed(t, exporter, &record.Record{Immunizations: []record.Immunization{x.i}})
				require.Len(t, again.Immunizations, 1, out)
				require.Equal(t, x.want, again.Immunizations[0].Assertion)
				if x.status != "" {
					require.Equal(t, x.status, again.Immunizations[0].Status.Code)
				}
				require.Contains(t, out[strings.Index(out, "<entry"):], x.has)
				require.Contains(t, out[strings.Index(out, "<tbody"):], x.told)
			})
		}
	}
	wrong := record.Immunization{Entry: entryOf(record.Negated, ""), Product: fluShot}
	_, again, rep := passed(t, Exporter{}, &record.Record{Immunizations: []record.Immunization{wrong}})
	require.Empty(t, again.Immunizations)
	require.True(t, hasIssue(rep, record.IssueLost))
}

func TestProcedureSense(t *testing.T) {
	scope := codedIn(record.SystemSNOMED, "73761001", "Colonoscopy")
	for _, x := range []struct {
		name      string
		p         record.Procedure
		want      record.Assertion
		status    record.StatusCode
		has, told string
	}{
		{"done", record.Procedure{Entry: entryOf(record.Affirmed, record.StatusCompleted), Code: scope}, record.Affirmed, record.StatusCompleted, "<procedure", "Colonoscopy"},
		{"an observation", record.Procedure{Entry: entryOf(record.Affirmed, record.StatusCompleted), Class: "observation", Code: scope}, record.Affirmed, record.StatusCompleted, "<observation", "Colonoscopy"},
		{"an act", record.Procedure{Entry: entryOf(record.Affirmed, record.StatusAborted), Class: "act", Code: scope}, record.Affirmed, record.StatusAborted, "<act", "Colonoscopy"},
		{"not done", record.Procedure{Entry: entryOf(record.Affirmed, record.StatusNotDone, noReason), Code: scope}, record.Affirmed, record.StatusNotDone, `negationInd="true"`, "Not done: Colonoscopy"},
		{"refused", record.Procedure{Entry: entryOf(record.Affirmed, record.StatusRefused), Code: scope}, record.Affirmed, record.StatusRefused, `code="105480006"`, "Refused, not done: Colonoscopy"},
		{"none known", record.Procedure{Entry: entryOf(record.NoneKnown, "")}, record.NoneKnown, "", `negationInd="true"`, "No known procedures"},
		{"not known", record.Procedure{Entry: entryOf(record.NotKnown, "")}, record.NotKnown, "", `nullFlavor="UNK"`, "not known"},
	} {
		for mode, exporter := range modes {
			t.Run(x.name+", "+mode, func(t *testing.T) {
				out, again, _ := passed(t, exporter, &record.Record{Procedures: []record.Procedure{x.p}})
				require.Len(t, again.Procedures, 1, out)
				require.Equal(t, x.want, again.Procedures[0].Assertion)
				if x.status != "" {
					require.Equal(t, x.status, again.Procedures[0].Status.Code)
				}
				require.Contains(t, out[strings.Index(out, "<entry"):], x.has)
				require.Contains(t, out[strings.Index(out, "<tbody"):], x.told)
			})
		}
	}
}

// What is not to be done, and what is only asked for, stays so.
func TestOrderSense(t *testing.T) {
	yes := true
	o := record.Order{Entry: entryOf(record.Affirmed, record.StatusActive), Code: codedIn(record.SystemSNOMED, "89666000", "Cardiopulmonary resuscitation"), DoNotPerform: &yes}
	o.Mode = record.ModeRequest
	a := record.Appointment{Entry: entryOf(record.Affirmed, record.StatusProposed), Description: "check-up"}
	a.ID = "99999999-3b0e-4d6b-8a52-0c7d7f1e9b11"
	for mode, exporter := range modes {
		t.Run(mode, func(t *testing.T) {
			out, again, _ := passed(t, exporter, &record.Record{Orders: []record.Order{o}, Appointments: []record.Appointment{a}})
			require.Contains(t, out, "Not to be done: Cardiopulmonary resuscitation")
			require.Len(t, again.Orders, 1)
			require.True(t, *again.Orders[0].DoNotPerform)
			require.Len(t, again.Appointments, 1)
			require.Equal(t, record.ModeAppRequest, again.Appointments[0].Mode)
			require.Contains(t, out, `moodCode="ARQ"`)
		})
	}
}

// The header's encounter and the entry are one encounter, however they share what it says.
func TestEncounterForms(t *testing.T) {
	visit := func() record.Encounter {
		return record.Encounter{Entry: record.Entry{ID: "5c0e4ad2-3b0e-4d6b-8a52-0c7d7f1e9b11", Assertion: record.Affirmed,
			Identifiers: []record.Identifier{{System: "urn:oid:1.2.840.99999.7", Value: "E-1"}}},
			Class: codedIn(record.SystemActCode, "AMB", "ambulatory"), Types: []record.Concept{codedIn("http://www.ama-assn.org/go/cpt", "99213", "Office visit")},
			When: record.Period{Start: record.Time{Value: "2024-03-01"}, End: record.Time{Value: "2024-03-01"}}}
	}
	doc := record.Document{Entry: record.Entry{ID: "8c0e4ad2-3b0e-4d6b-8a52-0c7d7f1e9b11", Assertion: record.Affirmed}, Encounter: &record.Ref{ID: visit().ID}}
	for mode, exporter := range modes {
		t.Run(mode, func(t *testing.T) {
			rec := &record.Record{Encounters: []record.Encounter{visit()}, Documents: []record.Document{doc}}
			out, again, _ := passed(t, exporter, rec)
			require.Contains(t, out, "<encompassingEncounter>")
			require.NotContains(t, out, "<encounter ") // the header says it all
			require.Len(t, again.Encounters, 1)
			require.Equal(t, visit().Class.Codings[0].Code, again.Encounters[0].Class.Codings[0].Code)
			require.Equal(t, visit().When, again.Encounters[0].When)

			rec.Encounters[0].Priority = &record.Concept{Codings: []record.Coding{{System: "http://terminology.hl7.org/CodeSystem/v3-ActPriority", Code: "R"}}}
			out, again, _ = passed(t, exporter, rec)
			require.Contains(t, out, "<encounter ")
			require.Len(t, again.Encounters, 1)
			require.Equal(t, "AMB", again.Encounters[0].Class.Codings[0].Code)
			require.Len(t, again.Encounters[0].Types, 1)
			require.Equal(t, "99213", again.Encounters[0].Types[0].Codings[0].Code)
			require.NotNil(t, again.Encounters[0].Priority)
		})
	}
}

const taperedMedication = `<entry typeCode="DRIV"><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.35"/><id root="1.2.840.77777.1" extension="D-1"/>
<code code="10183-2" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><entryRelationship typeCode="SUBJ">
<substanceAdministration classCode="SBADM" moodCode="INT"><templateId root="2.16.840.1.113883.10.20.22.4.16"/><id root="1.2.840.77777.1" extension="M-1"/>
<text><reference value="#p1"/></text><statusCode code="active"/><effectiveTime xsi:type="IVL_TS"><low value="20240301"/><high nullFlavor="UNK"/></effectiveTime>
<effectiveTime xsi:type="PIVL_TS" operator="A" institutionSpecified="true"><period value="12" unit="h"/></effectiveTime><priorityCode code="R" codeSystem="2.16.840.1.113883.5.7"/>
<repeatNumber value="2"/><routeCode code="C38288" codeSystem="2.16.840.1.113883.3.26.1.1"/><approachSiteCode code="181220002" codeSystem="2.16.840.1.113883.6.96"/>
<doseQuantity value="2.50" unit="mg"/><rateQuantity value="10" unit="mL/h"/><maxDoseQuantity xsi:type="RTO_PQ_PQ"><numerator xsi:type="PQ" value="10" unit="mg"/><denominator xsi:type="PQ" value="24" unit="h"/></maxDoseQuantity>
<administrationUnitCode code="C48542" codeSystem="2.16.840.1.113883.3.26.1.1"/><consumable><manufacturedProduct classCode="MANU"><templateId root="2.16.840.1.113883.10.20.22.4.23"/><id root="1.2.840.77777.1" extension="PR-1"/>
<manufacturedMaterial><code code="312617" codeSystem="2.16.840.1.113883.6.88" displayName="prednisone 5 MG Oral Tablet"><translation code="0054-4728" codeSystem="2.16.840.1.113883.6.69"/></code><lotNumberText>L-9</lotNumberText></manufacturedMaterial>
<manufacturerOrganization><name>Brackish Works</name></manufacturerOrganization></manufacturedProduct></consumable>
<participant typeCode="CSM"><participantRole classCode="MANU"><templateId root="2.16.840.1.113883.10.20.22.4.24"/><code code="412307009" codeSystem="2.16.840.1.113883.6.96"/><playingEntity classCode="MMAT"><code code="324049" codeSystem="2.16.840.1.113883.6.88"/></playingEntity></participantRole></participant>
<participant typeCode="LOC"><participantRole classCode="SDLOC"><templateId root="2.16.840.1.113883.10.20.22.4.32"/><code code="1160-1" codeSystem="2.16.840.1.113883.6.259"/><playingEntity classCode="PLC"><name>Tidewater Ward</name></playingEntity></participantRole></participant>
<entryRelationship typeCode="COMP"><substanceAdministration classCode="SBADM" moodCode="INT"><templateId root="2.16.840.1.113883.10.20.22.4.147"/><code code="76662-6" codeSystem="2.16.840.1.113883.6.1"/><text><reference value="#p1"/></text>
<consumable><manufacturedProduct><manufacturedLabeledDrug nullFlavor="NA"/></manufacturedProduct></consumable></substanceAdministration></entryRelationship>
<entryRelationship typeCode="COMP"><sequenceNumber value="1"/><substanceAdministration classCode="SBADM" moodCode="INT"><id root="1.2.840.77777.1" extension="S-1"/><statusCode code="active"/><effectiveTime xsi:type="IVL_TS"><low value="20240301"/><high value="20240307"/></effectiveTime><doseQuantity value="5" unit="mg"/><consumable><manufacturedProduct><manufacturedMaterial/></manufacturedProduct></consumable></substanceAdministration></entryRelationship>
<entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.19"/><id root="1.2.840.77777.1" extension="I-1"/><code code="404684003" codeSystem="2.16.840.1.113883.6.96"/><statusCode code="completed"/><effectiveTime value="2024"/><value xsi:type="CD" code="195967001" codeSystem="2.16.840.1.113883.6.96"/></observation></entryRelationship>
<entryRelationship typeCode="SUBJ" inversionInd="true"><act classCode="ACT" moodCode="INT"><templateId root="2.16.840.1.113883.10.20.22.4.20"/><code code="311401005" codeSystem="2.16.840.1.113883.6.96"/><text>with food</text><statusCode code="completed"/></act></entryRelationship>
<entryRelationship typeCode="REFR"><supply classCode="SPLY" moodCode="INT"><templateId root="2.16.840.1.113883.10.20.22.4.17"/><id root="1.2.840.77777.1" extension="O-1"/><statusCode code="active"/><effectiveTime xsi:type="IVL_TS"><high value="20240401"/></effectiveTime><repeatNumber value="3"/><quantity value="30"/></supply></entryRelationship>
<entryRelationship typeCode="REFR"><supply classCode="SPLY" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.18"/><id root="1.2.840.77777.1" extension="F-1"/><statusCode code="completed"/><effectiveTime value="20240302"/><quantity value="30"/></supply></entryRelationship>
<entryRelationship typeCode="CAUS"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.9"/><id root="1.2.840.77777.1" extension="R-1"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/><effectiveTime><low value="20240303"/></effectiveTime><value xsi:type="CD" code="422587007" codeSystem="2.16.840.1.113883.6.96"/></observation></entryRelationship>
<entryRelationship typeCode="COMP"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.508" extension="2023-05-01"/><id root="1.2.840.77777.1" extension="A-1"/><code code="71799-1" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/><effectiveTime value="20240305"/><value xsi:type="CD" code="1148584003" codeSystem="2.16.840.1.113883.6.96"/></observation></entryRelationship>
<precondition typeCode="PRCN"><criterion><templateId root="2.16.840.1.113883.10.20.22.4.25"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><value xsi:type="CD" code="56018004" codeSystem="2.16.840.1.113883.6.96"/></criterion></precondition>
</substanceAdministration></entryRelationship></act></entry>`

// Every part of a medication comes back; what is carried for it too, and the second pass gives the same bytes.
func TestMedicationRoundTrip(t *testing.T) {
	data := []byte(section("10183-2", taperedMedication, "Prednisone, as told"))
	for _, typedOnly := range []bool{false, true} {
		rec, _, err := Import(context.Background(), data, record.ImportOptions{})
		require.NoError(t, err)
		require.Len(t, rec.Medications, 1)
		o := record.ExportOptions{TypedOnly: typedOnly}
		var first, second bytes.Buffer
		_, err = Export(context.Background(), rec, &first, o)
		require.NoError(t, err)
		again, _, err := Import(context.Background(), first.Bytes(), record.ImportOptions{})
		require.NoError(t, err)
		_, err = Export(context.Background(), again, &second, o)
		require.NoError(t, err)
		require.Equal(t, first.String(), second.String())
		require.Equal(t, !typedOnly, strings.Contains(first.String(), "D-1"), "the act around it has its id back")

		a, b := rec.Medications[0], again.Medications[0]
		require.Len(t, a.Dosages, 2)
		for _, m := range []*record.Medication{&a, &b} {
			m.ID, m.Origins, m.Section, m.Location, m.Product.Manufacturer = "", nil, "", nil, nil
		}
		require.Equal(t, a, b)
		require.Equal(t, len(rec.Locations), len(again.Locations))
		require.Equal(t, len(rec.Organizations), len(again.Organizations))
	}
}
