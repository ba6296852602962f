package ccda

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

func conform(t *testing.T, data []byte, o ConformOptions) []record.Issue {
	t.Helper()
	d, err := Parse(data, record.Limits{})
	require.NoError(t, err)
	return d.Conform(o)
}

// Every kind of issue is found where its fault is put into a document that has none, and there alone.
func TestConform(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "conform.xml"))
	require.NoError(t, err)
	text := string(data)
	require.Empty(t, conform(t, data, ConformOptions{}), "the document has no fault")
	// old is what the fault replaces, the first time that it stands after the text before.
	tests := []struct{ code, rule, before, old, new string }{
		{"conform-required", "CONF:1198-7498", ".4.30", `<effectiveTime><low value="20200101"/></effectiveTime>`, ""},
		{"conform-fixed", "CONF:1198-19158", ".4.30", `code="CONC"`, `code="ACT"`},
		{"conform-template", "CONF:81-7159", "", "<family>Vex</family>", ""},
		{"conform-template-twice", "", "", `<templateId root="2.16.840.1.113883.10.20.22.4.30"/>`, strings.Repeat(`<templateId root="2.16.840.1.113883.10.20.22.4.30" extension="2015-08-01"/>`, 2) + `<templateId root="2.16.840.1.113883.10.20.22.4.30"/>`},
		{"conform-section", "CONF:1198-30665", "", "", ""},
		{"conform-value-set", "CONF:1198-19086", ".4.30", `<statusCode code="active"/>`, `<statusCode code="new"/>`},
		{"conform-value-set", "CONF:1198-5323", "", `"2186-5"`, `"2106-3"`},
		{"conform-both-versions", "CONF:1198-32934", "", `<templateId root="2.16.840.1.113883.10.20.22.4.9"/>`, ""},
		{"conform-template-version", "", "", `<templateId root="2.16.840.1.113883.10.20.22.4.9"/>`, `<templateId root="2.16.840.1.113883.10.20.22.4.9"/><templateId root="2.16.840.1.113883.10.20.22.4.9" extension="2013-01-01"/>`},
		{"conform-no-template", "", ".4.26", "<templateId root=\"2.16.840.1.113883.10.20.22.4.27\"/>\n<templateId root=\"2.16.840.1.113883.10.20.22.4.27\" extension=\"2014-06-09\"/>", ""},
		{"conform-type", "CONF:1198-5361", "", "POCD_HD000040", "POCD_HD000041"},
		{"conform-document-code", "CONF:1198-17181", "", `code="34133-9"`, `code="57133-1"`},
		{"conform-section-code", "", "", `code="10160-0"`, `code="11450-4"`},
		{"conform-concern-code", "CONF:1198-19158", "", `code="CONC"`, `code="ACT"`},
		{"conform-name", "CONF:1198-5284", "", "<family>Vex</family>", ""},
		{"conform-empty-part", "", "", "<family>Vex</family>", "<family>Vex</family><suffix/>"},
		{"conform-plain-code", "", "", `<languageCode code="en"/>`, `<languageCode code="en" codeSystem="2.16.840.1.113883.6.121"/>`},
		{"conform-code", "", "confidentialityCode", `"N"`, `"NN"`},
		{"conform-code-form", "", "", `code="247472004"`, `code="247472005"`},
		{"conform-code-form", "", "", `code="8867-4"`, `code="8867-5"`},
		{"conform-code-form", "", "", `code="243670"`, `code="24367O"`},
		{"conform-code-system", "", "<raceCode", `codeSystem="2.16.840.1.113883.6.238"`, `codeSystem="2.16.840.1.113883.5.104"`},
		{"conform-recommended", "CONF:1098-7390", "", `code="414285001"`, `code="247472004"`},
		{"conform-no-code-system", "", ".4.9", ` codeSystem="2.16.840.1.113883.5.4"`, ""},
		{"conform-unknown-code-system", "", ".4.9", `codeSystem="2.16.840.1.113883.6.96"`, `codeSystem="1.2.3.4.5"`},
		{"conform-null-flavor", "", "", `nullFlavor="NI"`, `nullFlavor="none"`},
		{"conform-language", "CONF:1198-5372", "", `<languageCode code="en"/>`, `<languageCode code="english"/>`},
		{"conform-unit", "", "doseQuantity", `unit="mg"`, `unit="mgs"`},
		{"conform-vital-unit", "", "", `unit="/min"`, `unit="/h"`},
		{"conform-preferred-system", "", "<manufacturedMaterial>", `<code code="243670" codeSystem="2.16.840.1.113883.6.88"/>`, `<code code="256352005" codeSystem="2.16.840.1.113883.6.96"/>`},
		{"conform-time", "", ".4.27", `value="20240201"`, `value="20240231"`},
		{"conform-reversed", "", ".4.4", `<high value="20190301"/>`, `<high value="20180301"/>`},
		{"conform-time-zone", "", ".4.78", `value="20240201"`, `value="202402011200"`},
		{"conform-outside-life", "", ".4.7", `value="20100101"`, `value="19400101"`},
		{"conform-organizer-time", "", ".4.27", `value="20240201"`, `value="20240203"`},
		{"conform-concern-time", "CONF:1198-7504", ".4.30", `<low value="20200101"/>`, ""},
		{"conform-concern-time", "", ".4.30", `<low value="20200101"/>`, `<low value="20200101"/><high value="20210101"/>`},
		{"conform-narrative", "", "", `<paragraph ID="problem1">Gout</paragraph>`, `<paragraph ID="problem1"/>`},
		{"conform-dangling-reference", "", "", `value="#pulse"`, `value="#puls"`},
		{"conform-unlinked", "", "", `<text><reference value="#smoking"/></text>`, ""},
		{"conform-sig", "", "", `value="#sig1"`, `value="#pulse"`},
		{"conform-duplicate-anchor", "", "", `ID="smoking"`, `ID="birthsex"`},
		{"conform-duplicate-id", "CONF:1198-5363", "", "000000000051", "000000000040"},
		{"conform-birth-time", "CONF:1198-5300", "", `<birthTime value="19510607"/>`, `<birthTime value="1951"/>`},
		{"conform-smoking", "CONF:1098-14810", "", `code="266919005"`, `code="247472004"`},
		{"conform-birth-sex", "", "", "22.4.200", "22.4.38"},
		{"conform-problem-value", "", "", `code="90560007"`, `code="64572001"`},
		{"conform-author", "", ".4.3\"", `<time value="20230102030405+0000"/>`, `<time nullFlavor="UNK"/>`},
		{"conform-reaction", "", "", "<templateId root=\"2.16.840.1.113883.10.20.22.4.9\"/>\n<templateId root=\"2.16.840.1.113883.10.20.22.4.9\" extension=\"2014-06-09\"/>", ""},
		{"conform-encounter", "", ".4.49", "000000000003", "000000000004"},
	}
	seen := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.code, func(t *testing.T) {
			changed := ""
			if tt.old == "" { // the problems are left out
				from := strings.Index(text, "<component><section>\n<templateId root=\"2.16.840.1.113883.10.20.22.2.5.1\"")
				to := from + strings.Index(text[from:], "</section></component>") + len("</section></component>")
				changed = text[:from] + text[to:]
			} else {
				from := strings.Index(text, tt.before)
				require.GreaterOrEqual(t, from, 0)
				at := strings.Index(text[from:], tt.old)
				require.GreaterOrEqual(t, at, 0)
				changed = text[:from+at] + tt.new + text[from+at+len(tt.old):]
			}
			issues := conform(t, []byte(changed), ConformOptions{})
			i := slices.IndexFunc(issues, func(i record.Issue) bool { return i.Code == tt.code && (tt.rule == "" || i.Rule == tt.rule) })
			require.GreaterOrEqual(t, i, 0, "%v", issues)
			require.True(t, strings.HasPrefix(issues[i].Path, "ClinicalDocument"))
			require.Positive(t, issues[i].Line)
			if issues[i].Severity != record.SeverityError {
				for _, i := range conform(t, []byte(changed), ConformOptions{RequiredOnly: true}) {
					require.Equal(t, record.SeverityError, i.Severity)
				}
			}
		})
		seen[tt.code] = true
	}
	for _, k := range conformKinds() {
		require.True(t, seen[k.Code], "no fault of kind %s is tried", k.Code)
	}
}

// What ONC's scorecard asks beyond the templates: each rule with documents that
// break it and others, like them, that do not.
func TestConformAsked(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "conform.xml"))
	require.NoError(t, err)
	const sig = `<entryRelationship typeCode="COMP"><substanceAdministration classCode="SBADM" moodCode="EVN">
<templateId root="2.16.840.1.113883.10.20.22.4.147"/>`
	type change struct{ before, old, new string }
	died := func(v string) change {
		return change{"", `<birthTime value="19510607"/>`, `<birthTime value="19510607"/><sdtc:deceasedInd value="true"/><sdtc:deceasedTime value="` + v + `"/>`}
	}
	concern := func(status, time string) []change {
		return []change{{`.4.30"`, `<statusCode code="active"/>`, `<statusCode code="` + status + `"/>`}, {`.4.30"`, `<effectiveTime><low value="20200101"/></effectiveTime>`, `<effectiveTime>` + time + `</effectiveTime>`}}
	}
	for _, tt := range []struct {
		name, code string
		faulty     bool
		changes    []change
	}{
		{"no sig", "conform-sig", true, []change{{"", sig, strings.Replace(sig, ".4.147", ".4.999", 1)}}},
		{"the sig of another section", "conform-sig", true, []change{{"", `value="#sig1"`, `value="#pulse"`}}},
		{"a sig of its own", "conform-sig", false, []change{{"", "one a day", "one in the morning"}}},
		{"before birth", "conform-outside-life", true, []change{{".4.7", `value="20100101"`, `value="19510606"`}}},
		{"on the day of birth", "conform-outside-life", false, []change{{".4.7", `value="20100101"`, `value="19510607"`}}},
		{"after death", "conform-outside-life", true, []change{died("20240131")}},
		{"dead since", "conform-outside-life", false, []change{died("20240203")}},
		{"a member before its organizer", "conform-organizer-time", true, []change{{".4.27", `value="20240201"`, `value="20240131"`}}},
		{"a member after it", "conform-organizer-time", true, []change{{".4.27", `value="20240201"`, `value="20240202"`}}},
		{"a member within it", "conform-organizer-time", false, []change{{".4.26", `<high value="20240201"/>`, `<high value="20240203"/>`}, {".4.27", `value="20240201"`, `value="20240202"`}}},
		{"active and over", "conform-concern-time", true, concern("active", `<low value="20200101"/><high value="20210101"/>`)},
		{"active and open", "conform-concern-time", false, concern("active", `<low value="20200102"/>`)},
		{"completed and open", "conform-concern-time", true, concern("completed", `<low value="20200101"/>`)},
		{"completed and over", "conform-concern-time", false, concern("completed", `<low value="20200101"/><high value="20210101"/>`)},
		{"completed, when is not known", "conform-concern-time", false, concern("completed", `<low value="20200101"/><high nullFlavor="UNK"/>`)},
		{"no unit of UCUM", "conform-unit", true, []change{{"doseQuantity", `unit="mg"`, `unit="milligram"`}}},
		{"UCUM is about case", "conform-unit", true, []change{{"", `unit="/min"`, `unit="/MIN"`}}},
		{"an annotated unit", "conform-unit", false, []change{{"doseQuantity", `unit="mg"`, `unit="{tablet}"`}}},
		{"two statements, one id", "conform-duplicate-id", true, []change{{"", "000000000051", "000000000040"}}},
		{"a statement repeated", "conform-duplicate-id", false, []change{{"", "000000000012", "000000000011"}}},
		{"one anchor twice", "conform-duplicate-anchor", true, []change{{"", `ID="smoking"`, `ID="pulse"`}}},
		{"anchors of their own", "conform-duplicate-anchor", false, []change{{"", `ID="smoking"`, `ID="smoking2"`}, {"", `value="#smoking"`, `value="#smoking2"`}}},
		{"no birth sex", "conform-birth-sex", true, []change{{"", "22.4.200", "22.4.38"}}},
		{"birth sex not known", "conform-birth-sex", false, []change{{"", `<value xsi:type="CD" code="F" codeSystem="2.16.840.1.113883.5.1"/>`, `<value xsi:type="CD" nullFlavor="UNK"/>`}}},
		{"smoking by another template", "conform-smoking", true, []change{{"", `.22.4.78"/>`, `.22.4.38"/>`}, {"", `.22.4.78" extension="2014-06-09"`, `.22.4.38" extension="2015-08-01"`}}},
		{"smoking by another code", "conform-smoking", true, []change{{"", `code="266919005"`, `code="160603005"`}}},
		{"smoked before", "conform-smoking", false, []change{{"", `code="266919005"`, `code="8517006"`}}},
		{"an entry without a link", "conform-unlinked", true, []change{{"", `<text><reference value="#visit"/></text>`, ""}}},
		{"a link to nothing", "conform-dangling-reference", true, []change{{"", `<reference value="#visit"/>`, `<reference value="#visited"/>`}}},
		{"a link to a part of the narrative", "conform-unlinked", false, []change{{"", "Visit</paragraph>", `<content ID="v2">Visit</content></paragraph>`}, {"", `<reference value="#visit"/>`, `<reference value="#v2"/>`}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := string(data)
			for _, c := range tt.changes {
				from := strings.Index(text, c.before)
				require.GreaterOrEqual(t, from, 0)
				require.Contains(t, text[from:], c.old)
				text = text[:from] + strings.Replace(text[from:], c.old, c.new, 1)
			}
			found := slices.ContainsFunc(conform(t, []byte(text), ConformOptions{}), func(i record.Issue) bool { return i.Code == tt.code })
			require.Equal(t, tt.faulty, found)
		})
	}
}

// Exporter.Check puts what Conform finds into the report, and withholds nothing.
func TestExporterCheck(t *testing.T) {
	rec := recordtest.Full()
	plain, without := write(t, Exporter{}, rec, exportOptions)
	out, with := write(t, Exporter{Check: true}, rec, exportOptions)
	require.Equal(t, string(plain), string(out))
	require.Greater(t, len(with.Issues), len(without.Issues))
	require.Equal(t, with.Issues[len(without.Issues):], conform(t, out, ConformOptions{}))
}
