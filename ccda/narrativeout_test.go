package ccda

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/record"
)

const narrativeHead = `<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><id root="1.2.3" extension="N"/>` +
	`<code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><recordTarget><patientRole><id root="1.2.3" extension="P"/><patient><name><given>Wren</given><family>Alder</family></name></patient></patientRole></recordTarget>` +
	`<component><structuredBody><component><section><code code="51848-0" codeSystem="2.16.840.1.113883.6.1"/><title>A</title>`
const narrativeFoot = `</section></component></structuredBody></component></ClinicalDocument>`

// What the schema of narratives does not have becomes what says the same; every word stays, in its order.
func TestNarrativeFits(t *testing.T) {
	for _, c := range []struct{ name, in, out string }{
		{"as it should be", `<paragraph ID="p1">One <content styleCode="Bold">two</content></paragraph>`, `<paragraph ID="p1">One <content styleCode="Bold">two</content></paragraph>`},
		{"HTML", `<h1>Head</h1><p>A <b>b</b><i>i</i></p><ul><li>x</li></ul><ol><li>y</li></ol>`,
			`<paragraph styleCode="Bold">Head</paragraph><paragraph>A <content styleCode="Bold">b</content><content styleCode="Italics">i</content></paragraph>` +
				`<list><item>x</item></list><list listType="ordered"><item>y</item></list>`},
		{"links", `<a href="https://example.org/x">in</a><a href="javascript:alert(1)" onclick="x()">out</a>`,
			`<linkHtml href="https://example.org/x">in</linkHtml><linkHtml>out</linkHtml>`},
		{"a table without a body", `<table border="1" bgcolor="red"><tr><td>1</td></tr></table>`, `<table border="1"><tbody><tr><td>1</td></tr></tbody></table>`},
		{"a head alone", `<table><thead><tr><th>1</th></tr></thead></table>`, `<table><tbody><tr><th>1</th></tr></tbody></table>`},
		{"a foot behind", `<table><tbody><tr><td>1</td></tr></tbody><tfoot><tr><td>2</td></tr></tfoot></table>`,
			`<table><tbody><tr><td>1</td></tr></tbody><tbody><tr><td>2</td></tr></tbody></table>`},
		{"a table in a cell", `<table><tbody><tr><td><table><tbody><tr ID="r"><td>1</td><td>2</td></tr></tbody></table></td></tr></tbody></table>`,
			`<table><tbody><tr><td><paragraph ID="r"><content>1</content> <content>2</content></paragraph></td></tr></tbody></table>`},
		{"empty rows", `<table><tbody><tr ID="e"/></tbody></table><list/>`, `<table><tbody><tr ID="e"><td/></tr></tbody></table><list><item/></list>`},
		{"a list in a paragraph", `<paragraph>a<list><item>b</item><item>c</item></list>d</paragraph>`,
			`<paragraph>a<br/><content><content>b</content><br/><content>c</content><br/></content><br/>d</paragraph>`},
		{"IDs", `<content ID="1 x">a</content><content ID="d">b</content><content ID="d">c</content><footnoteRef IDREF="gone"/>`,
			`<content ID="_1_x">a</content><content ID="d">b</content><content ID="d-2">c</content>`},
		{"attributes", `<td2 class="x"/><list listType="Ordered"><item align="left">a</item></list>`, `<content/><list listType="ordered"><item>a</item></list>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec := readBack(t, narrativeHead+"<text>"+c.in+"</text>"+narrativeFoot)
			out, rep := exported(t, Exporter{Mode: Conformant}, rec)
			require.Contains(t, out, "<text>"+c.out+"</text>")
			if c.in != c.out {
				require.True(t, slices.ContainsFunc(rep.Issues, func(i record.Issue) bool { return strings.Contains(i.Path, "sections[0].narrative") }))
			}
			faithful, _ := exported(t, Exporter{}, rec)
			require.Contains(t, faithful, "<text>"+c.in+"</text>")
		})
	}
}

// The source's narrative goes out while it tells what the entries say, and not after.
func TestNarrativeStillSays(t *testing.T) {
	data := string(read(t, "full-r21.xml"))
	const allergies = 0
	base := readBack(t, data)
	at := slices.IndexFunc(base.Documents[0].Sections, func(s record.Section) bool { return len(s.Entries) > 0 && s.Code.Codings[0].Code == "48765-2" })
	require.GreaterOrEqual(t, at, allergies)
	words := func(rec *record.Record) string {
		out, _ := exported(t, Exporter{}, rec)
		return readBack(t, out).Documents[0].Sections[at].Narrative.Text()
	}
	old := base.Documents[0].Sections[at].Narrative.Text()
	require.Equal(t, old, words(base))

	stored, err := record.Marshal(base)
	require.NoError(t, err)
	back, err := record.Unmarshal(stored)
	require.NoError(t, err)
	require.Equal(t, old, words(back), "the same after it was stored")

	for name, change := range map[string]func(*record.Record){
		"changed": func(r *record.Record) { r.Allergies[0].Substance.Text = "Something else" },
		"negated": func(r *record.Record) { r.Allergies[0].Assertion = record.Negated },
		"removed": func(r *record.Record) {
			s := &r.Documents[0].Sections[at]
			r.Allergies = slices.DeleteFunc(r.Allergies, func(a record.Allergy) bool { return a.ID == s.Entries[0].ID })
		},
		"withheld": func(r *record.Record) {
			s := &r.Documents[0].Sections[at]
			s.Entries = s.Entries[1:]
		},
		"added": func(r *record.Record) {
			a := record.Allergy{Substance: record.Concept{Text: "Wormwood"}}
			a.ID, a.Assertion = "new", record.Affirmed
			r.Allergies = append(r.Allergies, a)
			s := &r.Documents[0].Sections[at]
			s.Entries = append(s.Entries, record.Ref{ID: "new", Kind: record.KindAllergy})
		},
	} {
		t.Run(name, func(t *testing.T) {
			rec := readBack(t, data)
			change(rec)
			out, rep := exported(t, Exporter{}, rec)
			s := readBack(t, out).Documents[0].Sections[at]
			require.NotEqual(t, old, s.Narrative.Text())
			require.True(t, slices.ContainsFunc(rep.Issues, func(i record.Issue) bool {
				return strings.Contains(i.Path, "narrative") && i.Code == lostWords.Code
			}))
		})
	}
}

// No word of a narrative is lost or out of order in a faithful document.
func TestNarrativeWords(t *testing.T) {
	words := func(rec *record.Record) (all []string) {
		var each func([]record.Section)
		each = func(list []record.Section) {
			for i := range list {
				all = append(all, strings.Fields(list[i].Title)...)
				if n := list[i].Narrative; n != nil {
					for k := range n.Nodes {
						all = append(all, strings.Fields(n.Nodes[k].Text)...)
					}
				}
				each(list[i].Sections)
			}
		}
		for i := range rec.Documents {
			each(rec.Documents[i].Sections)
		}
		return all
	}
	var files []string
	for _, name := range own {
		files = append(files, "testdata/"+name)
	}
	if _, ok := beside.Find("corpus", "ccda"); ok && !testing.Short() {
		for i, f := range corpusFiles(t) {
			if i%5 == 0 {
				files = append(files, f)
			}
		}
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		if d, err := Parse(data, record.Limits{}); err == nil {
			rec, _ := d.Import(record.ImportOptions{})
			if rec.Patient == nil {
				continue
			}
			out, _ := exported(t, Exporter{}, rec)
			again := readBack(t, out)
			if n := len(rec.Documents[0].Sections); len(again.Documents[0].Sections) > n {
				again.Documents[0].Sections = again.Documents[0].Sections[:n] // the others are of entries that no section lists
			}
			require.Equal(t, words(rec), words(again), f)
			strict, _ := exported(t, Exporter{Mode: Conformant}, rec)
			kept := words(readBack(t, strict))
			for _, section := range rec.Documents[0].Sections { // which may stand in another order
				at := 0
				one := &record.Record{Documents: []record.Document{{Sections: []record.Section{section}}}}
				one.Documents[0].Sections[0].Sections = nil
				for _, w := range words(one) {
					k := slices.Index(kept[at:], w)
					require.GreaterOrEqual(t, k, 0, f)
					at += k
				}
			}
		}
	}
}
