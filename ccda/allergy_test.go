package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func allergyObs(attrs, value, substance, more string) string {
	participant := ""
	if substance != "" {
		participant = `<participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT">` + substance + `</playingEntity></participantRole></participant>`
	}
	return `<observation classCode="OBS" moodCode="EVN"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.7" extension="2014-06-09"/>` +
		`<id root="1.2.826.0.1.99.7" extension="al"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/>` +
		`<effectiveTime><low value="20190304"/></effectiveTime>` + value + participant + more + `</observation>`
}

func allergyAct(status string, observations ...string) string {
	s := `<entry typeCode="DRIV"><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.30" extension="2015-08-01"/>` +
		`<id root="1.2.826.0.1.99.8" extension="con"/><code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="` + status + `"/>` +
		`<effectiveTime><low value="20190401"/></effectiveTime>`
	for _, o := range observations {
		s += `<entryRelationship typeCode="SUBJ">` + o + `</entryRelationship>`
	}
	return s + `</act></entry>`
}

// What an observation says of an allergy, by negation, substance and kind.
func TestAllergyAssertion(t *testing.T) {
	drug, food := snomedValue("416098002"), snomedValue("414285001")
	penicillin := cd("code", "7980", rxnorm, "")
	for _, x := range []struct {
		name, attrs, value, substance string
		want                          record.Assertion
		unclear                       bool
	}{
		{"affirmed", ``, drug, penicillin, record.Affirmed, false},
		{"affirmed in so many words", ` negationInd="false"`, drug, penicillin, record.Affirmed, false},
		{"not allergic to one thing", ` negationInd="true"`, food, snomed("code", "762952008"), record.Negated, false},
		{"not allergic to a thing without a code", ` negationInd="true"`, food, `<code nullFlavor="OTH"><originalText>quandong</originalText></code>`, record.Negated, false},
		{"no known drug allergies", ` negationInd="true"`, drug, `<code nullFlavor="NA"/>`, record.NoneKnown, false},
		{"no participant", ` negationInd="true"`, snomedValue("419199007"), ``, record.NoneKnown, false},
		{"general substance", ` negationInd="true"`, snomedValue("419199007"), snomed("code", "105590001"), record.NoneKnown, false},
		{"general substance as translation", ` negationInd="true"`, drug, `<code nullFlavor="OTH">` + snomed("translation", "410942007") + `</code>`, record.NoneKnown, false},
		{"code that says none, as substance", ``, drug, snomed("code", "409137002"), record.NoneKnown, false},
		{"code that says none, as value", ``, snomedValue("716186003"), ``, record.NoneKnown, false},
		{"words that say none", ` negationInd="true"`, drug, `<code nullFlavor="NI"><originalText><reference value="#a1"/></originalText></code>`, record.NoneKnown, false},
		{"not known at all", ` nullFlavor="NI"`, drug, `<code nullFlavor="NA"/>`, record.NotKnown, false},
		{"none of none", ` negationInd="true"`, drug, snomed("code", "716186003"), "", true},
		{"negated words", ` negationInd="true"`, drug, `<code nullFlavor="NI"><originalText>eggs, perhaps</originalText></code>`, "", true},
		{"one and all at once", ` negationInd="true"`, drug, snomed("code", "105590001")[:len(snomed("code", "105590001"))-2] + `>` + cd("translation", "7980", rxnorm, "") + `</code>`, "", true},
		{"one allergy as value and no substance", ` negationInd="true"`, snomedValue("91936005"), ``, "", true},
		{"negated and null", ` negationInd="true" nullFlavor="UNK"`, drug, penicillin, "", true},
		{"no boolean", ` negationInd="maybe"`, drug, penicillin, "", true},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, rep := importSection(t, "48765-2", allergyAct("active", allergyObs(x.attrs, x.value, x.substance, "")), "No known allergies.")
			if x.unclear {
				carriedWhole(t, rec, rep, record.IssueNegationUnclear)
				return
			}
			require.Len(t, rec.Allergies, 1)
			require.Equal(t, x.want, rec.Allergies[0].Assertion)
			require.False(t, hasIssue(rep, record.IssueNegationUnclear))
		})
	}
}

func TestAllergyNotAStatement(t *testing.T) {
	plain := allergyObs("", snomedValue("416098002"), cd("code", "7980", rxnorm, ""), "")
	for name, x := range map[string]struct {
		entry string
		issue record.IssueKind
	}{
		"criterion":        {`<entry>` + `<observation classCode="OBS" moodCode="EVN.CRT">` + plain[len(`<observation classCode="OBS" moodCode="EVN">`):] + `</entry>`, record.IssueNegationUnclear},
		"of somebody else": {`<entry>` + allergyObs("", snomedValue("416098002"), cd("code", "7980", rxnorm, ""), `<subject><relatedSubject classCode="PRS"/></subject>`) + `</entry>`, record.IssueOtherSubject},
		"negated concern":  {`<entry><act classCode="ACT" moodCode="EVN" negationInd="true"><entryRelationship typeCode="SUBJ">` + plain + `</entryRelationship></act></entry>`, record.IssueNegationUnclear},
		"negated relation": {`<entry><act classCode="ACT" moodCode="EVN"><entryRelationship typeCode="SUBJ" negationInd="true">` + plain + `</entryRelationship></act></entry>`, record.IssueNegationUnclear},
	} {
		t.Run(name, func(t *testing.T) {
			rec, rep := importSection(t, "48765-2", x.entry)
			carriedWhole(t, rec, rep, x.issue)
		})
	}
}

func reactionXML(attrs, code, severity string) string {
	s := `<entryRelationship typeCode="MFST" inversionInd="true"><observation classCode="OBS" moodCode="EVN"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.9" extension="2014-06-09"/>` +
		`<id root="1.2.826.0.1.99.9" extension="` + code + `"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><text><reference value="#a2"/></text><statusCode code="completed"/>` +
		`<effectiveTime><low value="201903"/></effectiveTime>` + snomedValue(code)
	if severity != "" {
		s += severityXML(severity)
	}
	return s + `</observation></entryRelationship>`
}

func severityXML(code string) string {
	return `<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.8"/>` +
		`<code code="SEV" codeSystem="2.16.840.1.113883.5.4"/><text><reference value="#a3"/></text><statusCode code="completed"/>` + snomedValue(code) + `</observation></entryRelationship>`
}

// Several observations of one concern, several reactions, severity at both levels, criticality, status.
func TestAllergyParts(t *testing.T) {
	status := `<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.28"/>` +
		`<code code="33999-4" codeSystem="2.16.840.1.113883.6.1" displayName="Status"/><statusCode code="completed"/>` + cd("value", "73425007", oidSNOMED, ` xsi:type="CD"`) + `</observation></entryRelationship>`
	criticality := `<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.145"/>` +
		`<code code="82606-5" codeSystem="2.16.840.1.113883.6.1"/><statusCode code="completed"/>` + cd("value", "CRITH", "2.16.840.1.113883.5.1063", ` xsi:type="CD"`) + `</observation></entryRelationship>`
	author := `<author><time value="201904021530-0500"/><assignedAuthor><id root="2.16.840.1.113883.4.6" extension="1000000001"/></assignedAuthor></author>`
	first := allergyObs("", snomedValue("419511003"), `<code code="7980" codeSystem="`+rxnorm+`"><originalText><reference value="#a1"/></originalText>`+snomed("translation", "764146007")+`</code>`,
		author+author[:len(`<author><time value="20190402`)]+`1600-0500"/><assignedAuthor><id root="2.16.840.1.113883.4.6" extension="1000000002"/></assignedAuthor></author>`+
			reactionXML("", "247472004", "6736007")+reactionXML(` negationInd="true"`, "39579001", "")+severityXML("255604002")+criticality+status)
	second := allergyObs("", snomedValue("414285001"), `<name>quandong</name>`, "")
	second = `<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.7"/><id root="1.2.826.0.1.99.7" extension="al2"/>` + second[len(`<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.7" extension="2014-06-09"/><id root="1.2.826.0.1.99.7" extension="al"/>`):]
	rec, _ := importSection(t, "48765-2", allergyAct("suspended", first, second), "penicillins", "wheals", "middling")
	typed(t, rec)
	require.Len(t, rec.Allergies, 2)
	a, b := rec.Allergies[0], rec.Allergies[1]
	require.Equal(t, "penicillins", a.Substance.Text)
	require.Equal(t, "a1", a.Substance.TextRef)
	require.Equal(t, "7980", a.Substance.Code(record.SystemRxNorm))
	require.Equal(t, "764146007", a.Substance.Code(record.SystemSNOMED))
	require.True(t, a.Kind.Has(record.SystemSNOMED, "419511003"))
	require.Equal(t, "2019-03-04", a.Onset.Start.Value)
	require.Len(t, a.Participants, 2)
	require.Equal(t, "2019-04-02T15:30-05:00", a.Participants[0].When.At.Value)

	require.Equal(t, record.ClinicalStatus{Code: "inactive", AsSent: a.Clinical.AsSent}, a.Clinical)
	require.True(t, a.Clinical.AsSent.Has(record.SystemSNOMED, "73425007"))
	require.Equal(t, "255604002", a.Severity.Codings[0].Code)
	require.Equal(t, "CRITH", a.Criticality.Codings[0].Code)

	require.Len(t, a.Reactions, 2)
	require.Equal(t, "247472004", a.Reactions[0].Manifestations[0].Codings[0].Code)
	require.Equal(t, "6736007", a.Reactions[0].Severity.Codings[0].Code)
	require.Equal(t, "middling", a.Reactions[0].Severity.Text)
	require.Equal(t, "a2", a.Reactions[0].Narrative.Anchor)
	require.Empty(t, a.Reactions[0].Assertion)
	require.Equal(t, record.Negated, a.Reactions[1].Assertion, "it did not happen")
	require.Nil(t, a.Reactions[1].Severity)

	require.Equal(t, record.StatusOnHold, a.Concern.Status.Code)
	require.Equal(t, "2019-04-01", a.Concern.When.Start.Value)
	require.Equal(t, a.Concern, b.Concern)
	require.NotEqual(t, a.ID, b.ID)
	require.Equal(t, "quandong", b.Substance.Text)
	require.Empty(t, b.Reactions)
	require.Empty(t, b.Clinical)
}

// An unknown status code shows as sent; a severity that is negated is not read.
func TestAllergyUnreadParts(t *testing.T) {
	status := `<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN"><code code="33999-4" codeSystem="2.16.840.1.113883.6.1"/>` +
		`<statusCode code="completed"/><value xsi:type="CD" code="Q1" codeSystem="1.2.826.0.1.5"/></observation></entryRelationship>`
	negated := `<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN" negationInd="true"><code code="SEV" codeSystem="2.16.840.1.113883.5.4"/>` +
		snomedValue("24484000") + `</observation></entryRelationship>`
	rec, rep := importSection(t, "48765-2", allergyAct("active", allergyObs("", snomedValue("416098002"), cd("code", "7980", rxnorm, ""), status+negated)))
	a := rec.Allergies[0]
	require.Empty(t, a.Clinical.Code)
	require.Equal(t, "Q1", a.Clinical.AsSent.Codings[0].Code)
	require.Nil(t, a.Severity)
	require.Len(t, rec.Carried, 1)
	require.Equal(t, a.ID, rec.Carried[0].Owner)
	require.True(t, hasIssue(rep, record.IssueNegationUnclear))
}

// R1.1 and earlier: template ids without extension, an observation without an act, none at all.
func TestAllergyForms(t *testing.T) {
	body := `<id root="1.2.826.0.1.99.7" extension="x"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/>` + snomedValue("416098002") +
		`<participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT">` + cd("code", "1191", rxnorm, "") + `</playingEntity></participantRole></participant>` +
		reactionXML("", "422587007", "24484000")
	for name, entry := range map[string]string{
		"R1.1 alone":    `<entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.7"/>` + body + `</observation></entry>`,
		"CCD":           `<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.1.27"/><entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.1.18"/>` + body + `</observation></entryRelationship></act></entry>`,
		"no template":   `<entry><act classCode="ACT" moodCode="EVN"><entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">` + body + `</observation></entryRelationship></act></entry>`,
		"other section": `<entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.7"/>` + body + `</observation></entry>`,
	} {
		t.Run(name, func(t *testing.T) {
			code := "48765-2"
			if name == "other section" {
				code = "10164-2"
			}
			rec, _ := importSection(t, code, entry, "a", "b", "c")
			require.Len(t, rec.Allergies, 1)
			require.Equal(t, "1191", rec.Allergies[0].Substance.Code(record.SystemRxNorm))
			require.Len(t, rec.Allergies[0].Reactions, 1)
		})
	}
}

// The encounter a concern was noted in, and the medicine that treated a reaction, are what the concern and the reaction point to.
func TestAllergyPointers(t *testing.T) {
	treated := part("RSON i", medicationXML(` moodCode="EVN"`, `<effectiveTime value="20190304"/>`, ``, `<code code="3498" codeSystem="`+rxnorm+`"/>`, ``))
	reaction := reactionXML("", "247472004", "")
	reaction = reaction[:len(reaction)-len(`</observation></entryRelationship>`)] + treated + `</observation></entryRelationship>`
	encounter := `<encounter classCode="ENC" moodCode="EVN"><id root="1.2.826.0.1.99.5" extension="enc"/></encounter>`
	rec, _ := importSection(t, "48765-2", allergyAct("active", allergyObs("", snomedValue("416098002"), cd("code", "7980", rxnorm, ""), reaction), encounter), "a", "b", "c")
	typed(t, rec)
	a := rec.Allergies[0]
	require.Equal(t, []record.Ref{{ID: rec.Medications[0].ID, Kind: "medication"}}, a.Reactions[0].Treatments)
	require.Equal(t, "enc", a.Concern.Relations[0].Target.Identifier.Value)
	require.Nil(t, a.Encounter)
}

// An act that is null as a whole states nothing, whatever stands in it.
func TestAllergyNullConcern(t *testing.T) {
	obs := allergyObs("", snomedValue("416098002"), cd("code", "7980", rxnorm, ""), "")
	rec, rep := importSection(t, "48765-2", `<entry><act classCode="ACT" moodCode="EVN" nullFlavor="NI"><entryRelationship typeCode="SUBJ">`+obs+`</entryRelationship></act></entry>`)
	carriedWhole(t, rec, rep, record.IssueNegationUnclear)
}

// A severity that hangs on the act around one allergy is of it, and is written where it belongs; around two it is carried.
func TestSeverityOnTheConcern(t *testing.T) {
	one := func(n string) string {
		return `<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.7"/><id root="1.2.8" extension="` + n + `"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/>` +
			`<statusCode code="completed"/><value xsi:type="CD" code="419199007" codeSystem="2.16.840.1.113883.6.96"/><participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT">` +
			`<code code="7980" codeSystem="2.16.840.1.113883.6.88"/></playingEntity></participantRole></participant></observation></entryRelationship>`
	}
	const severity = `<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.8"/>` +
		`<code code="SEV" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/><value xsi:type="CD" code="24484000" codeSystem="2.16.840.1.113883.6.96"/></observation></entryRelationship>`
	const doctor = `<participant typeCode="VRF"><participantRole><id root="1.2.8.9" extension="V"/></participantRole></participant>`
	for name, x := range map[string]struct {
		entries []string
		want    string
	}{
		"around one": {[]string{one("1")}, "24484000"},
		"around two": {[]string{one("1"), one("2")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			rec, _ := importSection(t, "48765-2", `<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.30"/><id root="1.2.8" extension="C"/><code code="CONC" codeSystem="2.16.840.1.113883.5.6"/>`+
				`<statusCode code="active"/>`+doctor+strings.Join(x.entries, "")+severity+`</act></entry>`)
			require.Len(t, rec.Allergies, len(x.entries))
			got := ""
			if s := rec.Allergies[0].Severity; s != nil {
				got = s.Code(record.SystemSNOMED)
			}
			require.Equal(t, x.want, got)
			require.Len(t, rec.Allergies[0].Concern.Participants, 1)
			require.Equal(t, "verifier", rec.Allergies[0].Concern.Participants[0].Role)
			text, back, _ := passed(t, Exporter{}, rec)
			require.Equal(t, x.want != "", strings.Contains(text, "24484000"), "what is carried goes back to C-CDA, but not with the typed part alone")
			require.Equal(t, rec.Allergies[0].Severity, back.Allergies[0].Severity)
			require.Equal(t, "verifier", back.Allergies[0].Concern.Participants[0].Role)
		})
	}
}
