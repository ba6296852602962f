package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func problemObs(attrs, value, more string) string {
	return `<observation classCode="OBS" moodCode="EVN"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.4" extension="2015-08-01"/>` +
		`<id root="1.2.826.0.1.99.4" extension="pr"/>` + cd("code", "64572001", oidSNOMED, ` displayName="Condition"`) + `<statusCode code="completed"/>` +
		`<effectiveTime><low value="2018"/><high nullFlavor="UNK"/></effectiveTime>` + value + more + `</observation>`
}

func problemAct(root, code string, observations ...string) string {
	s := `<entry><act classCode="ACT" moodCode="EVN"><templateId root="` + root + `"/><id root="1.2.826.0.1.99.3" extension="con"/>` + code + `<statusCode code="aborted"/>`
	for _, o := range observations {
		s += `<entryRelationship typeCode="SUBJ">` + o + `</entryRelationship>`
	}
	return s + `</act></entry>`
}

const (
	rootConcern = "2.16.840.1.113883.10.20.22.4.3"
	codeCONC    = `<code code="CONC" codeSystem="2.16.840.1.113883.5.6"/>`
)

// What an observation says of a problem, by negation and value.
func TestProblemAssertion(t *testing.T) {
	for _, x := range []struct {
		name, attrs, value string
		want               record.Assertion
	}{
		{"affirmed", ``, snomedValue("44054006"), record.Affirmed},
		{"has not this", ` negationInd="true"`, snomedValue("44054006"), record.Negated},
		{"has not this, by a translation", ` negationInd="true"`, `<value xsi:type="CD" nullFlavor="OTH"><translation code="E11.9" codeSystem="2.16.840.1.113883.6.90"/></value>`, record.Negated},
		{"no known problems", ` negationInd="true"`, snomedValue("55607006"), record.NoneKnown},
		{"no known disease", ` negationInd="true"`, snomedValue("64572001"), record.NoneKnown},
		{"negated nothing", ` negationInd="true"`, `<value xsi:type="CD" nullFlavor="NA"/>`, record.NoneKnown},
		{"a code that says none", ``, snomedValue("160245001"), record.NoneKnown},
		{"words that say none", ``, `<value xsi:type="CD" nullFlavor="NI"><originalText><reference value="#a1"/></originalText></value>`, record.NoneKnown},
		{"an unknown problem", ``, `<value xsi:type="CD" nullFlavor="UNK"/>`, record.Affirmed},
		{"not known at all", ` nullFlavor="UNK"`, `<value xsi:type="CD" nullFlavor="UNK"/>`, record.NotKnown},
		{"none of none", ` negationInd="true"`, snomedValue("160245001"), ""},
		{"negated words", ` negationInd="true"`, `<value xsi:type="ST">weak spells</value>`, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, rep := importSection(t, "11450-4", problemAct(rootConcern, codeCONC, problemObs(x.attrs, x.value, "")), "No Known Problems")
			if x.want == "" {
				carriedWhole(t, rec, rep, record.IssueNegationUnclear)
				return
			}
			require.Len(t, rec.Problems, 1)
			p := rec.Problems[0]
			require.Equal(t, x.want, p.Assertion)
			if x.want == record.NotKnown {
				require.Equal(t, record.AbsentUnknown, p.Absent)
			}
			require.Equal(t, "2018", p.Onset.Start.Value)
			require.Equal(t, record.AbsentUnknown, p.Onset.End.Absent)
			require.Equal(t, record.StatusAborted, p.Concern.Status.Code)
		})
	}
}

func TestProblemUse(t *testing.T) {
	obs := problemObs("", snomedValue("195967001"), "")
	for _, x := range []struct{ section, entry, use string }{
		{"11450-4", problemAct(rootConcern, codeCONC, obs), "problem-list"},
		{"11348-0", `<entry>` + obs + `</entry>`, "past-history"},
		{"46241-6", problemAct("2.16.840.1.113883.10.20.22.4.34", cd("code", "46241-6", oidLOINC, ""), obs), "admission-diagnosis"},
		{"11535-2", problemAct("2.16.840.1.113883.10.20.22.4.33", cd("code", "11535-2", oidLOINC, ""), obs), "discharge-diagnosis"},
		{"10219-4", problemAct("2.16.840.1.113883.10.20.22.4.65", cd("code", "10219-4", oidLOINC, ""), obs), "preoperative"},
		{"46240-8", problemAct(rootConcern, codeCONC, obs), "encounter-diagnosis"},
		{"10164-2", problemAct(rootConcern, codeCONC, obs), ""},
	} {
		t.Run(x.section, func(t *testing.T) {
			rec, _ := importSection(t, x.section, x.entry)
			require.Len(t, rec.Problems, 1)
			require.Equal(t, x.use, rec.Problems[0].Use)
			typed(t, rec)
		})
	}
}

func part(rel, act string) string {
	typeCode, inverted, _ := strings.Cut(rel, " ")
	s := `<entryRelationship typeCode="` + typeCode + `"`
	if inverted != "" {
		s += ` inversionInd="true"`
	}
	return s + `>` + act + `</entryRelationship>`
}

func questionXML(root, code, value string) string {
	return `<observation classCode="OBS" moodCode="EVN"><templateId root="` + root + `"/>` + code + `<statusCode code="completed"/>` + value + `</observation>`
}

func TestProblemParts(t *testing.T) {
	more := `<targetSiteCode code="30021000" codeSystem="` + oidSNOMED + `"><qualifier>` + snomed("name", "272741003") + snomed("value", "7771000") + `</qualifier></targetSiteCode>` +
		part("REFR", questionXML("2.16.840.1.113883.10.20.22.4.6", cd("code", "33999-4", oidLOINC, ""), snomedValue("277022003"))) +
		part("SUBJ i", questionXML("2.16.840.1.113883.10.20.22.4.31", snomed("code", "445518008"), `<value xsi:type="PQ" value="41" unit="a"/>`)) +
		part("REFR", questionXML("2.16.840.1.113883.10.20.22.4.143", snomed("code", "225773000"), snomedValue("394849002"))) +
		part("REFR", questionXML("2.16.840.1.113883.10.20.22.4.113", cd("code", "75328-5", oidLOINC, ""), `<value xsi:type="ST">guarded</value>`)) +
		part("COMP", `<act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.502" extension="2022-06-01"/>`+cd("code", "77975-1", oidLOINC, "")+`<statusCode code="completed"/><effectiveTime value="20180612"/></act>`) +
		part("SUBJ i", questionXML("2.16.840.1.113883.10.20.22.4.8", cd("code", "SEV", oidActCode, ""), snomedValue("24484000"))) +
		part("REFR", questionXML("2.16.840.1.113883.10.20.22.4.5", cd("code", "11323-3", oidLOINC, ""), snomedValue("81323004"))) +
		part("REFR", `<encounter classCode="ENC" moodCode="EVN"><id root="1.2.826.0.1.99.5" extension="enc"/></encounter>`)
	value := `<value xsi:type="CD" code="8801005" codeSystem="` + oidSNOMED + `"><originalText><reference value="#a1"/></originalText>` +
		`<translation code="E08.22" codeSystem="2.16.840.1.113883.6.90"/><translation code="own1" codeSystem="1.2.826.0.1.5"/></value>`
	rec, _ := importSection(t, "11450-4", problemAct(rootConcern, codeCONC, problemObs("", value, more)), "sugar trouble")
	typed(t, rec)
	p := rec.Problems[0]
	require.Equal(t, "sugar trouble", p.Code.Text)
	require.Len(t, p.Code.Codings, 3)
	require.Equal(t, "64572001", p.Kind.Codings[0].Code)
	require.Equal(t, "7771000", p.BodySites[0].Codings[0].Qualifiers[0].Value.Code)
	require.Equal(t, "remission", p.Clinical.Code)
	require.Equal(t, record.Quantity{Value: "41", Unit: "a", Code: "a", System: record.SystemUCUM}, *p.OnsetAge)
	require.Equal(t, "394849002", p.Preferences[0].Value.Codings[0].Code)
	require.Equal(t, "guarded", p.Prognoses[0].Text)
	require.Equal(t, "2018-06-12", p.DiagnosisDate.At.Value)
	require.Equal(t, "24484000", p.Severity.Codings[0].Code)
	require.Equal(t, "enc", p.Encounter.Identifier.Value)
	require.Len(t, rec.Observations, 1)
	require.Equal(t, []record.Relation{{Type: "refers-to", Target: record.Ref{ID: rec.Observations[0].ID, Kind: "observation"}}}, p.Relations)
}

// A status for which HL7's map has no term still shows as sent.
func TestProblemUnknownStatus(t *testing.T) {
	more := part("REFR", questionXML("2.16.840.1.113883.10.20.22.4.6", cd("code", "33999-4", oidLOINC, ""), snomedValue("90734009")))
	rec, _ := importSection(t, "11450-4", problemAct(rootConcern, codeCONC, problemObs("", snomedValue("195967001"), more)))
	require.Empty(t, rec.Problems[0].Clinical.Code)
	require.Equal(t, "90734009", rec.Problems[0].Clinical.AsSent.Codings[0].Code)
}

// Several observations of one concern share it; one that cannot be read leaves the others alone.
func TestProblemConcern(t *testing.T) {
	one := problemObs("", snomedValue("195967001"), "")
	bad := problemObs(` negationInd="true"`, snomedValue("160245001"), "")
	bare := `<observation classCode="OBS" moodCode="EVN">` + snomed("code", "282291009") + `<statusCode code="completed"/>` + snomedValue("73211009") + `</observation>`
	rec, rep := importSection(t, "11450-4", problemAct(rootConcern, codeCONC, one, bad, bare))
	require.Len(t, rec.Problems, 2)
	require.Same(t, rec.Problems[0].Concern, rec.Problems[1].Concern)
	require.Equal(t, "73211009", rec.Problems[1].Code.Codings[0].Code)
	require.True(t, hasIssue(rep, record.IssueNegationUnclear))
	require.Len(t, rec.Carried, 1)
	require.Equal(t, rec.Problems[0].Concern.ID, rec.Carried[0].Owner)
}

// An Indication that stands by itself tells why all was done that the document tells of.
func TestIndicationOfDocument(t *testing.T) {
	entry := `<entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.19"/><id root="1.2.826.0.1.99.19" extension="why"/>` +
		cd("code", "404684003", oidSNOMED, "") + `<statusCode code="completed"/><value xsi:type="CD" code="12063002" codeSystem="` + oidSNOMED + `"/></observation></entry>`
	rec, _ := importSection(t, "59768-2", entry)
	require.Len(t, rec.Problems, 1)
	require.Equal(t, "indication", rec.Problems[0].Use)
	require.Equal(t, "12063002", rec.Problems[0].Code.Codings[0].Code)

	rec, _ = importSection(t, "11450-4", entry)
	require.Empty(t, rec.Problems, "in a list of problems it is none of them")
	require.Len(t, rec.Carried, 1)
}
