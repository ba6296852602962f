package ccda

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

var judged = flag.String("judged", "", "what the C-CDA oracle found (its standard output; layers xsd, r21 and sem; run in corpus/ccda): compare Conform with it")

// documentsOf gives the XML files below folders of the corpus, by their paths in it, in order.
func documentsOf(t testing.TB, folders ...string) []string {
	t.Helper()
	dir := corpus(t)
	var names []string
	for _, f := range folders {
		require.NoError(t, filepath.WalkDir(filepath.Join(dir, f), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".xml") {
				names = append(names, strings.TrimPrefix(path, dir+string(filepath.Separator)))
			}
			return err
		}))
	}
	require.NotEmpty(t, names)
	return names
}

func readDocument(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(corpus(t), name))
	require.NoError(t, err)
	return data
}

type atLine struct {
	line int
	code string // without "conform-"
}

// negatives are ONC's documents for negative testing, with where each fault is
// and what it is found as. Those that want a vocabulary are in unnamed.
var negatives = []struct {
	file   string
	faults []atLine
}{
	{"NT_CP_Sample1_r21_v5.xml", []atLine{{30, "code"}, {32, "language"}, {55, "empty-part"}, {59, "empty-part"}, {61, "empty-part"}, {64, "value-set"}, {64, "code"}, {72, "code-form"}, {76, "value-set"}, {76, "code-form"}, {79, "language"}}},
	{"NT_CP_Sample2_r21_v4.xml", []atLine{{433, "fixed"}, {437, "section-code"}, {437, "code-form"}, {736, "fixed"}, {740, "section-code"}, {740, "code-form"}, {878, "section-code"}, {878, "code-form"}, {1237, "fixed"}, {1241, "section-code"}, {1241, "code-form"}}},
	{"NT_CP_Sample3_r21_v4.xml", []atLine{{432, "no-template"}, {734, "no-template"}, {871, "no-template"}, {1233, "no-template"}}},
	{"NT_CP_Sample4_r21_v4.xml", []atLine{{504, "no-template"}, {763, "no-template"}, {928, "no-template"}, {1259, "no-template"}}},
	{"NT_BadXml_r11_v2.xml", nil},
	{"NT_Bad_AllergyConcernElements_r11_v3.xml", []atLine{{708, "no-template"}, {875, "concern-code"}, {876, "code-form"}, {1035, "concern-code"}, {1194, "concern-code"}, {1195, "code-form"}}},
	{"NT_Bad_AllergyIntoleranceObservationElements_r11_v3.xml", []atLine{{732, "no-template"}, {909, "recommended"}, {911, "code-form"}, {1069, "recommended"}, {1230, "code-form"}, {1405, "code-form"}, {1568, "code-form"}, {1726, "preferred-system"}, {1729, "unknown-code-system"}}},
	{"NT_Bad_AllergySectionCode_r11_v2.xml", []atLine{{663, "section-code"}, {664, "code-form"}}},
	{"NT_Bad_DocCode_r11_v2.xml", []atLine{{64, "document-code"}, {67, "code-form"}}},
	{"NT_Bad_DocEffectiveTime_r11_v2.xml", []atLine{{75, "time"}}},
	{"NT_Bad_DocTypeId_r11_v2.xml", []atLine{{45, "type"}}},
	{"NT_Bad_EthnicityCodeSystem_r11_v2.xml", []atLine{{156, "code-system"}, {159, "unknown-code-system"}}},
	{"NT_Bad_EthnicityCode_r11_v2.xml", []atLine{{156, "value-set"}, {157, "code-form"}}},
	{"NT_Bad_GenderCodeSystem_r11_v2.xml", []atLine{{131, "code-system"}, {133, "unknown-code-system"}}},
	{"NT_Bad_GenderCode_r11_v2.xml", []atLine{{131, "value-set"}, {132, "code"}}},
	{"NT_Bad_MedicationActivityElements_r11_v3.xml", []atLine{{1731, "no-template"}, {2100, "code-form"}, {2106, "unit"}, {2438, "recommended"}, {2445, "unit"}, {2777, "code-system"}, {2779, "unknown-code-system"}, {2784, "unit"}, {3128, "code-form"}, {3805, "code-system"}, {3808, "unknown-code-system"}}},
	{"NT_Bad_MedicationInformationElements_r11_v3.xml", []atLine{{1776, "no-template"}, {2124, "code-form"}, {2464, "code-form"}, {2804, "unknown-code-system"}}},
	{"NT_Bad_MedicationSectionCode_r11_v2.xml", []atLine{{1697, "section-code"}, {1698, "code-form"}}},
	{"NT_Bad_MedicationSectionTemplateId_r11_v3.xml", []atLine{{1693, "no-template"}}},
	{"NT_Bad_PatientFirstName_r11_v2.xml", []atLine{{127, "empty-part"}}},
	{"NT_Bad_PatientLastName_r1_v2.xml", []atLine{{131, "empty-part"}}},
	{"NT_Bad_PatientMiddleName_r11_v2.xml", []atLine{{129, "empty-part"}}},
	{"NT_Bad_PatientPreviousName_r11_v2.xml", []atLine{{128, "empty-part"}}},
	{"NT_Bad_PatientSuffix_r11_v2.xml", []atLine{{132, "empty-part"}}},
	{"NT_Bad_PreferredLanguageCodeSystem_r11_v2.xml", []atLine{{203, "plain-code"}}},
	{"NT_Bad_ProblemConcernElements_r11_v3.xml", []atLine{{2660, "no-template"}, {2821, "concern-code"}, {2822, "code"}, {2973, "concern-code"}, {3125, "concern-code"}, {3127, "unknown-code-system"}}},
	{"NT_Bad_ProblemObservationElements_r11_v3.xml", []atLine{{2682, "no-template"}, {2843, "recommended"}, {2844, "code-form"}, {2995, "recommended"}, {3149, "unknown-code-system"}, {3315, "code-form"}, {3617, "preferred-system"}, {3620, "unknown-code-system"}}},
	{"NT_Bad_ProblemSectionCode_r11_v2.xml", []atLine{{2643, "section-code"}, {2644, "code-form"}}},
	{"NT_Bad_ProblemSectionTemplateId_r11_v3.xml", []atLine{{2639, "no-template"}}},
	{"NT_Bad_RaceCodeSystem_r11_v2.xml", []atLine{{150, "code-system"}, {153, "unknown-code-system"}}},
	{"NT_Missing_PatientLastName_r11_v2.xml", []atLine{{123, "name"}}},
	{"NT_Missing_PatientName_r11_v2.xml", []atLine{{120, "name"}}},
	{"NT_USCDI_Sample1_r21_v4.xml", []atLine{{400, "fixed"}, {405, "section-code"}, {405, "code-form"}, {600, "fixed"}, {605, "section-code"}, {605, "code-form"}, {873, "fixed"}, {878, "section-code"}, {878, "code-form"}, {1101, "fixed"}, {1106, "section-code"}, {1106, "code-form"}, {1284, "fixed"}, {1289, "section-code"}, {1289, "code-form"}, {1426, "fixed"}, {1431, "section-code"}, {1431, "code-form"}, {1554, "fixed"}, {1559, "section-code"}, {1559, "code-form"}, {1630, "fixed"}, {1635, "section-code"}, {1635, "code-form"}, {1709, "fixed"}, {1714, "section-code"}, {1714, "code-form"}}},
	{"NT_USCDI_Sample2_r21_v4.xml", []atLine{{400, "no-template"}, {600, "no-template"}, {872, "no-template"}, {1099, "no-template"}, {1281, "no-template"}, {1422, "no-template"}, {1549, "no-template"}, {1624, "no-template"}, {1702, "no-template"}}},
	{"NT_USCDI_Sample3_r21_v4.xml", []atLine{{436, "no-template"}, {451, "no-template"}, {487, "no-template"}, {505, "no-template"}, {561, "no-template"}, {577, "no-template"}, {644, "no-template"}, {659, "no-template"}, {717, "no-template"}, {761, "no-template"}, {899, "no-template"}, {975, "no-template"}, {987, "no-template"}, {1041, "no-template"}, {1056, "no-template"}, {1120, "no-template"}, {1145, "no-template"}, {1203, "no-template"}, {1215, "no-template"}}},
	{"NT_USCDI_Sample4_r21_v4.xml", []atLine{{477, "recommended"}, {477, "code-form"}, {489, "code-form"}, {513, "recommended"}, {531, "code-form"}, {700, "code-form"}, {710, "code-form"}, {935, "recommended"}, {935, "code-form"}, {950, "code-form"}, {1138, "code-form"}, {1162, "code-form"}, {1178, "fixed"}, {1184, "code-form"}, {1199, "recommended"}, {1199, "code-form"}, {1209, "preferred-system"}, {1209, "code-form"}, {1328, "code-form"}, {1333, "code-form"}, {1489, "code-form"}, {1591, "fixed"}, {1597, "code-form"}, {1613, "code-form"}, {1617, "vital-unit"}, {1617, "unit"}, {1673, "fixed"}, {1680, "code-form"}, {1690, "code-form"}, {1700, "fixed"}, {1707, "code-form"}, {1714, "smoking"}, {1714, "code-form"}, {1802, "code-form"}, {1815, "code-form"}, {1822, "unit"}}},
	{"NT_USCDI_Sample5_r21_v4.xml", []atLine{{33, "code"}, {35, "language"}, {58, "empty-part"}, {62, "empty-part"}, {64, "empty-part"}, {67, "value-set"}, {67, "code"}, {75, "code-form"}, {79, "value-set"}, {79, "code-form"}, {82, "language"}}},
}

// unnamed are the faults that Conform does not name for want of a vocabulary
// (docs/ccda-conformance.md), with the element and the code at fault: a unit of
// presentation that is a code of the NCI Thesaurus but none of R2.1's value set of
// dose forms, and a problem that is a code of SNOMED CT but no problem.
var unnamed = []struct {
	file, element, code string
	line                int
}{
	{"NT_Bad_MedicationActivityElements_r11_v3.xml", "administrationUnitCode", "C22559", 3466},
	{"NT_Bad_ProblemObservationElements_r11_v3.xml", "value", "105421008", 3465},
}

// TestConformUnnamed: of the faults that ONC put into its negative documents these
// and no others are not named. One that comes to be named leaves the list, and the docs.
func TestConformUnnamed(t *testing.T) {
	for _, tt := range unnamed {
		for _, name := range documentsOf(t, "onc-cures-update") {
			if filepath.Base(name) != tt.file {
				continue
			}
			data := readDocument(t, name)
			lines := strings.Split(string(data), "\n")
			require.Contains(t, lines[tt.line-1], "<"+tt.element)
			require.Contains(t, strings.Join(lines[tt.line-1:tt.line+3], ""), `"`+tt.code+`"`)
			for _, i := range conform(t, data, ConformOptions{}) {
				if i.Line >= tt.line && i.Line < tt.line+4 {
					require.NotContains(t, []string{"conform-recommended", "conform-value-set", "conform-code"}, i.Code, "it is named now")
				}
			}
		}
	}
	page, err := os.ReadFile(filepath.Join("..", "docs", "ccda-conformance.md"))
	require.NoError(t, err)
	for _, tt := range unnamed {
		require.Contains(t, string(page), "`"+tt.code+"`", "the page names it")
	}
}

// TestConformNegatives: each of ONC's negative documents is read as far as can be, and its faults are named.
func TestConformNegatives(t *testing.T) {
	byName := map[string]string{}
	for _, name := range documentsOf(t, "onc-cures-update") {
		if base := filepath.Base(name); strings.HasPrefix(base, "NT_") {
			byName[base] = name
		}
	}
	require.Len(t, byName, len(negatives))
	for _, tt := range negatives {
		t.Run(tt.file, func(t *testing.T) {
			data := readDocument(t, byName[tt.file])
			if tt.faults == nil { // no XML
				_, _, err := Import(context.Background(), data, record.ImportOptions{})
				require.Error(t, err)
				return
			}
			rec, rep, err := Import(context.Background(), data, record.ImportOptions{})
			require.NoError(t, err)
			require.Zero(t, rep.Counts.Unaccounted())
			require.NotNil(t, rec.Patient)
			require.NotEmpty(t, rec.Documents[0].Sections)
			issues := conform(t, data, ConformOptions{})
			for _, f := range tt.faults {
				require.True(t, slices.ContainsFunc(issues, func(i record.Issue) bool { return i.Line == f.line && i.Code == "conform-"+f.code }), "%s at line %d", f.code, f.line)
			}
		})
	}
}

// TestConformSaysNoValue: what Conform finds holds nothing of a document.
func TestConformSaysNoValue(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "conform.xml"))
	require.NoError(t, err)
	const marker = "Zq7XmarkerW"
	text := string(data)
	for _, v := range []string{"Ottoline", "Vex", "19510607", "256352005", "V-17", "1234567893", "Quince", "#allergy1", "266919005", "active", "mg"} {
		text = strings.ReplaceAll(text, `"`+v+`"`, `"`+marker+`"`)
		text = strings.ReplaceAll(text, ">"+v+"<", ">"+marker+"<")
	}
	text = strings.ReplaceAll(text, "<family>", "<"+marker+"/><family "+marker+`="1">`)
	issues := conform(t, []byte(text), ConformOptions{})
	require.NotEmpty(t, issues)
	out, err := json.Marshal(issues)
	require.NoError(t, err)
	require.NotContains(t, string(out), marker)
}

// TestConformIsTotal: nothing that parses makes it panic, and the same document has the same issues.
func TestConformIsTotal(t *testing.T) {
	for _, name := range documentsOf(t, "hl7-template-examples", "hl7-examples") {
		d, err := Parse(readDocument(t, name), record.Limits{})
		if err != nil {
			continue
		}
		require.Equal(t, d.Conform(ConformOptions{}), d.Conform(ConformOptions{}), name)
	}
}

// TestConformAgainstOracle compares with the findings of the R2.1 schematron and
// of the oracle's own layer, by file and rule.
func TestConformAgainstOracle(t *testing.T) {
	if *judged == "" {
		t.Skip("no findings of the oracle (-judged)")
	}
	own := map[string]string{
		"conform-dangling-reference": "dangling-reference", "conform-time": "bad-TS", "conform-reversed": "low-after-high",
		"conform-duplicate-anchor": "duplicate-ID", "conform-narrative": "empty-narrative",
	}
	f, err := os.Open(*judged)
	require.NoError(t, err)
	defer f.Close()
	want := map[string]map[string]bool{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		x := strings.Split(lines.Text(), "\t")
		if len(x) < 4 || x[1] != "r21" && x[1] != "sem" || x[2] != "error" || x[3] == "vacuous" {
			continue
		}
		rule := x[3]
		if x[1] == "r21" {
			rule = "CONF:1198-32934" // hasCompatibleR1.1TemplateId
			if n, ok := strings.CutPrefix(x[3], "a-"); ok {
				number, _, _ := strings.Cut(n, "-branch")
				rule = "CONF:" + strings.TrimSuffix(strings.TrimSuffix(number, "-c"), "-CL")
			}
		}
		if want[x[0]] == nil {
			want[x[0]] = map[string]bool{}
		}
		want[x[0]][rule] = true
	}
	all, found := 0, 0
	for name, rules := range want {
		d, err := Parse(readDocument(t, name), record.Limits{})
		if err != nil {
			continue
		}
		got := map[string]bool{}
		for _, i := range d.Conform(ConformOptions{RequiredOnly: true}) {
			got[i.Rule], got[own[i.Code]] = true, true
		}
		for rule := range rules {
			if all++; got[rule] {
				found++
			} else {
				t.Logf("%s: not found: %s", name, rule)
			}
		}
	}
	t.Logf("%d of %d", found, all)
	require.GreaterOrEqual(t, found*1000, all*985)
}

// TestConformPage: docs/ccda-conformance.md lists every kind, with what it means. -update writes it.
func TestConformPage(t *testing.T) {
	const begin, end = "<!-- generated: kinds -->\n", "<!-- end generated -->\n"
	name := filepath.Join("..", "docs", "ccda-conformance.md")
	page, err := os.ReadFile(name)
	require.NoError(t, err)
	head, rest, ok := strings.Cut(string(page), begin)
	require.True(t, ok)
	table, tail, ok := strings.Cut(rest, end)
	require.True(t, ok)
	var b strings.Builder
	b.WriteString("| Code | Severity | What it means | What to do |\n|---|---|---|---|\n")
	for _, k := range conformKinds() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", k.Code, k.Severity, k.Message, k.Advice)
	}
	if *update {
		require.NoError(t, os.WriteFile(name, []byte(head+begin+b.String()+end+tail), 0o644))
		return
	}
	require.Equal(t, b.String(), table, "go test ./ccda -run TestConformPage -update")
}
