package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// repeated is a document that says one thing in several places: an encounter in its header and in a
// section, a problem by reference, an act that points at another, markings on the document, a section and an entry.
const repeated = `<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc"><realmCode code="US"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>` +
	`<templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/><templateId root="2.16.840.1.113883.10.20.22.1.2" extension="2015-08-01"/><id root="2.999.5" extension="D"/>` +
	`<code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>Chart</title><effectiveTime value="20240301"/><confidentialityCode code="R" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="en-US"/>` +
	`<recordTarget><patientRole><id root="2.999.5" extension="P"/><patient><name><given>Wren</given><family>Alder</family></name></patient></patientRole></recordTarget>` +
	`<componentOf><encompassingEncounter><id root="2.999.5" extension="E1"/><code code="IMP" codeSystem="2.16.840.1.113883.5.4"/><effectiveTime><low value="20240220"/><high value="20240229"/></effectiveTime>` +
	`<dischargeDispositionCode code="01" codeSystem="2.16.840.1.113883.12.112"/>` +
	`<encounterParticipant typeCode="ATND"><assignedEntity><id root="2.999.5" extension="D1"/><assignedPerson><name><family>Sorrel</family></name></assignedPerson></assignedEntity></encounterParticipant>` +
	`<location><healthCareFacility><id root="2.999.5" extension="F"/><location><name>Lark Hospital</name></location></healthCareFacility></location></encompassingEncounter></componentOf><component><structuredBody>` +
	// An encounter that the header has too, with a diagnosis that another section tells of.
	`<component><section><templateId root="2.16.840.1.113883.10.20.22.2.22.1" extension="2015-08-01"/><code code="46240-8" codeSystem="2.16.840.1.113883.6.1"/><title>Encounters</title><text><content ID="e1">Stay</content></text>` +
	`<entry><encounter classCode="ENC" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.49" extension="2015-08-01"/><id root="2.999.5" extension="E1"/><code code="99223" codeSystem="2.16.840.1.113883.6.12"/>` +
	`<text><reference value="#e1"/></text><effectiveTime><low value="20240220"/><high value="20240229"/></effectiveTime><sdtc:dischargeDispositionCode code="01" codeSystem="2.16.840.1.113883.12.112"/><priorityCode code="EM" codeSystem="2.16.840.1.113883.5.7"/>` +
	`<performer><assignedEntity><id root="2.999.5" extension="D1"/><assignedPerson><name><family>Sorrel</family></name></assignedPerson></assignedEntity></performer>` +
	`<author><time value="20240221"/><assignedAuthor><id root="2.999.5" extension="D2"/><assignedPerson><name><family>Tansy</family></name></assignedPerson></assignedAuthor></author>` +
	`<informant><assignedEntity><id root="2.999.5" extension="D3"/><assignedPerson><name><family>Yarrow</family></name></assignedPerson></assignedEntity></informant>` +
	`<participant typeCode="LOC"><participantRole classCode="SDLOC"><templateId root="2.16.840.1.113883.10.20.22.4.32"/><code code="1160-1" codeSystem="2.16.840.1.113883.6.259"/><playingEntity classCode="PLC"><name>Ward 3</name></playingEntity></participantRole></participant>` +
	`<entryRelationship typeCode="REFR"><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.122"/><id root="2.999.5" extension="PR"/><code nullFlavor="NP"/><statusCode code="completed"/></act></entryRelationship>` +
	`<entryRelationship typeCode="SUBJ" inversionInd="true"><act classCode="ACT" moodCode="INT"><templateId root="2.16.840.1.113883.10.20.22.4.20" extension="2014-06-09"/><code code="409073007" codeSystem="2.16.840.1.113883.6.96"/><text>Rest</text><statusCode code="completed"/></act></entryRelationship>` +
	`<entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.19" extension="2014-06-09"/><id root="2.999.5" extension="I"/><code code="29308-4" codeSystem="2.16.840.1.113883.6.1"/>` +
	`<statusCode code="completed"/><effectiveTime value="20240219"/><value xsi:type="CD" code="267036007" codeSystem="2.16.840.1.113883.6.96"/></observation></entryRelationship>` +
	`<entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.143"/><id root="2.999.5" extension="PP"/><code code="225773000" codeSystem="2.16.840.1.113883.6.96"/>` +
	`<effectiveTime value="20240219"/><value xsi:type="CD" code="394849002" codeSystem="2.16.840.1.113883.6.96"/></observation></entryRelationship>` +
	`<entryRelationship typeCode="SUBJ" inversionInd="true"><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.64"/><code code="48767-8" codeSystem="2.16.840.1.113883.6.1"/><text>Slept badly</text></act></entryRelationship>` +
	`<entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.5" extension="2014-06-09"/><code code="11323-3" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>` +
	`<value xsi:type="CD" code="81323004" codeSystem="2.16.840.1.113883.6.96"/></observation></entryRelationship>` +
	`</encounter></entry>` +
	`<entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.201" extension="2016-06-01"/><code code="82607-3" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>` +
	`<value xsi:type="IVL_TS"><low value="20230101"/><high value="20240301"/></value></observation></entry></section></component>` +
	// A section and an entry that fewer may see than the document.
	`<component><section><templateId root="2.16.840.1.113883.10.20.22.2.5.1" extension="2015-08-01"/><code code="11450-4" codeSystem="2.16.840.1.113883.6.1"/><title>Problems</title><text><content ID="p1">Asthma</content></text>` +
	`<confidentialityCode code="V" codeSystem="2.16.840.1.113883.5.25"/>` +
	`<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.3" extension="2015-08-01"/><id root="2.999.5" extension="C"/><code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="active"/>` +
	`<effectiveTime><low value="2019"/></effectiveTime><entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4" extension="2015-08-01"/><id root="2.999.5" extension="PR"/>` +
	`<code code="64572001" codeSystem="2.16.840.1.113883.6.96"/><text><reference value="#p1"/></text><statusCode code="completed"/><effectiveTime><low value="2019"/></effectiveTime><value xsi:type="CD" code="195967001" codeSystem="2.16.840.1.113883.6.96"/>` +
	`<entryRelationship typeCode="COMP"><organizer classCode="CLUSTER" moodCode="EVN"><templateId root="2.16.840.1.113883.3.3251.1.4"/><statusCode code="active"/><component typeCode="COMP"><observation classCode="OBS" moodCode="EVN">` +
	`<templateId root="2.16.840.1.113883.3.445.21"/><templateId root="2.16.840.1.113883.3.445.12"/><code code="SECCLASSOBS" codeSystem="2.16.840.1.113883.1.11.20457"/><value xsi:type="CE" code="N" codeSystem="2.16.840.1.113883.5.25"/></observation></component></organizer></entryRelationship>` +
	`</observation></entryRelationship></act></entry></section></component></structuredBody></component></ClinicalDocument>`

func TestOneThingInSeveralPlaces(t *testing.T) {
	rec := readBack(t, repeated)
	require.Empty(t, record.Validate(rec))
	check := func(t *testing.T, rec *record.Record) {
		require.Len(t, rec.Encounters, 1, "the header's is the section's")
		e := rec.Encounters[0]
		require.True(t, e.Types[0].Has("http://www.ama-assn.org/go/cpt", "99223"))
		require.Equal(t, "IMP", e.Class.Codings[0].Code)
		require.NotNil(t, e.Disposition)
		require.Equal(t, e.ID, rec.Documents[0].Encounter.ID)
		require.Len(t, rec.Problems, 1)
		require.NotEmpty(t, e.Relations, "what the act points at is the problem")
		require.Equal(t, rec.Problems[0].ID, e.Relations[0].Target.ID)
		require.Len(t, e.Reasons, 1)
		require.Len(t, e.Instructions, 1)
		require.Len(t, e.Preferences, 1)
		require.Equal(t, "Slept badly", e.Notes[0].Text)
		require.Len(t, e.Locations, 2)
		sections := rec.Documents[0].Sections
		require.Equal(t, "2023-01-01", sections[0].Period.Start.Value)
		require.Equal(t, "2024-03-01", sections[0].Period.End.Value)
		require.Equal(t, "R", rec.Documents[0].Labels[0].Coding.Code)
		require.Equal(t, "V", sections[1].Labels[0].Coding.Code)
		require.Equal(t, "N", rec.Problems[0].Labels[0].Coding.Code)
	}
	check(t, rec)
	tell(t, t.Name(), perturb(t, []byte(repeated), 1))
	for mode, x := range modes {
		t.Run(mode, func(t *testing.T) {
			out, again, _ := passed(t, x, rec)
			check(t, again)
			require.Equal(t, 1, strings.Count(out, `code="195967001"`), "the problem stands once")
		})
	}
}

// A file in place of a body comes back to the byte: embedded, or by its address.
func TestUnstructuredAgain(t *testing.T) {
	for name, body := range map[string]string{
		"embedded": `<text mediaType="application/pdf" representation="B64">JVBERi0xLjQKJcOkw7zDtgo=</text>`,
		"address":  `<text mediaType="application/pdf"><reference value="https://example.org/scan.pdf"/></text>`,
		"words":    `<text mediaType="text/plain">He said: "5 &lt; 6 &amp; so on"</text>`,
	} {
		t.Run(name, func(t *testing.T) {
			head, _, _ := strings.Cut(repeated, "<componentOf>")
			doc := strings.ReplaceAll(head, "22.1.2\"", "22.1.10\"") + `<component><nonXMLBody>` + body + `</nonXMLBody></component></ClinicalDocument>`
			rec := readBack(t, doc)
			for mode, x := range modes {
				out, again, _ := passed(t, x, rec)
				require.Contains(t, out, strings.TrimSuffix(strings.Split(body, ">")[0], `"`), mode)
				require.Len(t, rec.Documents[0].Body, 1)
				require.Equal(t, rec.Documents[0].Body, again.Documents[0].Body)
			}
		})
	}
}

// What a second mention of somebody says otherwise is kept too: since when, and for whom.
func TestRelativeMentionedTwice(t *testing.T) {
	mention := func(from, org string) string {
		return `<participant typeCode="IND"><associatedEntity classCode="NOK"><id root="2.999.5" extension="R"/><code code="SIS" codeSystem="2.16.840.1.113883.5.111"/>` +
			`<associatedPerson><name><given>Rue</given><family>Alder</family></name></associatedPerson><scopingOrganization><id root="2.999.5" extension="` + org + `"/><name>Home ` + org + `</name></scopingOrganization></associatedEntity></participant>` +
			`<informant><relatedEntity classCode="PRS"><sdtc:id root="2.999.5" extension="R"/><id root="2.999.5" extension="R"/><code code="SIS" codeSystem="2.16.840.1.113883.5.111"/><effectiveTime><low value="` + from + `"/></effectiveTime><relatedPerson><name><given>Rue</given><family>Alder</family></name></relatedPerson></relatedEntity></informant>`
	}
	head, body, _ := strings.Cut(repeated, "<componentOf>")
	for name, second := range map[string]string{"the same": mention("2001", "O1"), "another": mention("2002", "O2")} {
		t.Run(name, func(t *testing.T) {
			doc := []byte(head + mention("2001", "O1") + second + "<componentOf>" + body)
			tell(t, t.Name(), perturb(t, doc, 1))
			rec := readBack(t, string(doc))
			if name == "another" { // either is on behalf of somebody: both are told
				var homes []string
				for _, p := range rec.RelatedPersons {
					if p.Organization != nil {
						homes = append(homes, p.Organization.ID)
					}
				}
				for _, p := range rec.Documents[0].Participants {
					if p.OnBehalfOf != nil {
						homes = append(homes, p.OnBehalfOf.ID)
					}
				}
				for _, o := range rec.Organizations {
					require.Contains(t, homes, o.ID)
				}
			}
		})
	}
}
