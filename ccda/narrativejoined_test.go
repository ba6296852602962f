package ccda

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// joinedDoc is a document of one patient with an allergies section.
func joinedDoc(id, narrative, entries string) string {
	return `<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><id root="1.2.3" extension="` + id + `"/>` +
		`<code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><recordTarget><patientRole><id root="1.2.3" extension="P"/><patient><name><given>Wren</given><family>Alder</family></name></patient></patientRole></recordTarget>` +
		`<component><structuredBody><component><section><templateId root="2.16.840.1.113883.10.20.22.2.6.1"/><code code="48765-2" codeSystem="2.16.840.1.113883.6.1"/><title>Allergies</title>` +
		`<text>` + narrative + `</text>` + entries + `</section></component></structuredBody></component></ClinicalDocument>`
}

func joinedEntry(id, negation, code, display, anchor string) string {
	return `<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.30"/><id root="1.2.4" extension="` + id + `"/><code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="active"/>` +
		`<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"` + negation + `><templateId root="2.16.840.1.113883.10.20.22.4.7"/><id root="1.2.5" extension="` + id + `"/><code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/>` +
		`<text><reference value="#` + anchor + `"/></text><statusCode code="completed"/><value xsi:type="CD" code="416098002" codeSystem="2.16.840.1.113883.6.96"/>` +
		`<participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT"><code code="` + code + `" codeSystem="2.16.840.1.113883.6.88" displayName="` + display + `"><originalText><reference value="#` + anchor + `"/></originalText></code></playingEntity></participantRole></participant>` +
		`</observation></entryRelationship></act></entry>`
}

// What a merged record, or a host, adds to a section of a document is told in its narrative, before words that may say that there is
// nothing; and what it calls its place in its own narrative is no place in this one.
func TestNarrativeOfWhatJoined(t *testing.T) {
	none := joinedDoc("A", `<paragraph ID="a1">No known allergies.</paragraph>`, joinedEntry("n", ` negationInd="true"`, "105590001", "Substance", "a1"))
	bare := joinedDoc("A", `<paragraph ID="a1">No known allergies.</paragraph>`, "")
	other := joinedDoc("A", `<list><item ID="a1">Latex, rash</item></list>`, joinedEntry("l", "", "1314891", "Latex", "a1"))
	some := joinedDoc("B", `<table><tbody><tr ID="a1"><td>Penicillin V</td></tr><tr ID="a2"><td>Codeine</td></tr></tbody></table>`,
		joinedEntry("p", "", "7984", "Penicillin V", "a1")+joinedEntry("c", "", "2670", "Codeine", "a2"))
	newer := joinedDoc("A", `<list><item ID="a1">Latex, rash</item><item ID="a2">Codeine</item></list>`,
		joinedEntry("l", "", "1314891", "Latex", "a1")+joinedEntry("c", "", "2670", "Codeine", "a2"))
	added := func(rec *record.Record) *record.Record {
		a := record.Allergy{Substance: record.Concept{Text: "Wormwood"}}
		a.ID, a.Assertion = "4b5d8c64-0000-4000-8000-000000000001", record.Affirmed
		rec.Allergies = append(rec.Allergies, a)
		return rec
	}
	merged := func(docs ...string) *record.Record {
		var all []*record.Record
		for _, d := range docs {
			all = append(all, readBack(t, d))
		}
		rec, _, err := record.Merge(record.MergeOptions{}, all...)
		require.NoError(t, err)
		return rec
	}
	for name, c := range map[string]struct {
		rec  *record.Record
		want []string
	}{
		"none known, and two":           {merged(none, some), []string{"Penicillin V", "Codeine"}},
		"words alone, and two":          {merged(bare, some), []string{"Penicillin V", "Codeine"}},
		"one, and two":                  {merged(other, some), []string{"Latex", "Penicillin V", "Codeine"}},
		"one, its new version, and two": {merged(other, newer, some), []string{"Latex", "Penicillin V", "Codeine"}},
		"none known, and a host's":      {added(readBack(t, none)), []string{"Wormwood"}},
		"words alone, and a host's":     {added(readBack(t, bare)), []string{"Wormwood"}},
	} {
		for _, mode := range []Mode{Faithful, Conformant} {
			t.Run(name, func(t *testing.T) {
				out, _ := exported(t, Exporter{Mode: mode}, c.rec)
				d, err := Parse([]byte(out), record.Limits{})
				require.NoError(t, err)
				for _, i := range d.Conform(ConformOptions{}) {
					require.NotContains(t, []string{"conform-dangling-reference", "conform-unlinked"}, i.Code, i.Path)
				}
				back := readBack(t, out)
				at := slices.IndexFunc(back.Documents[0].Sections, func(s record.Section) bool { return s.Code.Codings[0].Code == "48765-2" })
				told := back.Documents[0].Sections[at].Narrative
				words := told.Text()
				for _, w := range c.want {
					require.Contains(t, words, w)
					if i := strings.Index(words, "No known"); i >= 0 {
						require.Less(t, strings.Index(words, w), i, "what there is comes first")
					}
				}
				// Every reference of a statement leads to words about it.
				for _, obs := range regexp.MustCompile(`(?s)<observation .*?</observation>`).FindAllString(out, -1) {
					display := regexp.MustCompile(`displayName="(Penicillin V|Codeine|Latex)"`).FindStringSubmatch(obs)
					if display == nil {
						continue
					}
					refs := regexp.MustCompile(`<reference value="#([^"]*)"`).FindAllStringSubmatch(obs, -1)
					require.NotEmpty(t, refs)
					for _, r := range refs {
						from, to, ok := told.Find(r[1])
						require.True(t, ok, r[1])
						require.Contains(t, told.PlainText(from, to), display[1])
					}
				}
			})
		}
	}
}
