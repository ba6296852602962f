package ccda

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

var testNow = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func exported(t testing.TB, x Exporter, rec *record.Record) (string, *record.Report) {
	var b bytes.Buffer
	rep, err := x.Export(context.Background(), rec, &b, record.ExportOptions{Now: testNow})
	require.NoError(t, err)
	return b.String(), rep
}

func readBack(t testing.TB, data string) *record.Record {
	rec, _, err := Import(context.Background(), []byte(data), record.ImportOptions{})
	require.NoError(t, err)
	return rec
}

// Every type of document has its template, its code and the sections that it requires, whatever the record has.
func TestTypesOfDocument(t *testing.T) {
	records := map[string]*record.Record{
		"empty": {Patient: &record.Patient{}}, "full": recordtest.Full(), "generated": recordtest.Generate(7, recordtest.Small),
	}
	for name, rec := range records {
		for _, typ := range typesOfDocument {
			t.Run(name+"/"+typ.title, func(t *testing.T) {
				out, rep := exported(t, Exporter{Mode: Conformant, Type: typ.typ}, rec)
				require.Contains(t, out, `<templateId root="`+typ.template+`" extension="2015-08-01"/>`)
				again := readBack(t, out)
				d := &again.Documents[0]
				require.Equal(t, typ.loinc, d.Type.Codings[0].Code)
				top := map[string]int{}
				for i := range d.Sections {
					top[d.Sections[i].Code.Codings[0].Code]++
				}
				for _, code := range typ.required {
					require.Positive(t, top[strings.TrimPrefix(code, "!")], "section "+code)
				}
				if typ.plan {
					require.True(t, top["51847-2"] > 0 || top["51848-0"] > 0 && top["18776-5"] > 0)
				}
				if name == "empty" {
					require.NotEmpty(t, rep.Issues)
					require.NotContains(t, strings.ToLower(out), "no known")
				}
				second, _ := exported(t, Exporter{Mode: Conformant, Type: typ.typ}, rec)
				require.Equal(t, out, second)
			})
		}
	}
}

// What the header of a conformant document alters, withholds or requires is in the report.
func TestUSRealm(t *testing.T) {
	patient := func(f func(*record.Patient)) *record.Record {
		p := &record.Patient{}
		p.ID, p.Assertion = "p", record.Affirmed
		f(p)
		return &record.Record{Patient: p}
	}
	part := func(v string, q ...string) record.NamePart { return record.NamePart{Value: v, Qualifiers: q} }
	for _, c := range []struct {
		name         string
		rec          *record.Record
		want, issues []string
	}{
		{"text", patient(func(p *record.Patient) { p.Names = []record.Name{{Text: "Ada Quill Moor"}} }),
			[]string{`<name><given nullFlavor="NI"/><family>Ada Quill Moor</family></name>`}, []string{"patient.names[0].text", "patient.names[0].given"}},
		{"text beside its parts", patient(func(p *record.Patient) {
			p.Names = []record.Name{{Text: "Ada Moor", Given: []record.NamePart{part("Ada")}, Family: []record.NamePart{part("Moor")}}}
		}), []string{`<name><given>Ada</given><family>Moor</family></name>`}, []string{"patient.names[0].text"}},
		{"two family names", patient(func(p *record.Patient) {
			p.Names = []record.Name{{Given: []record.NamePart{part("Ines")}, Family: []record.NamePart{part("Vega"), part("Soler"), part("Prat", "BR")}}}
		}), []string{`<family>Vega Soler</family>`}, []string{"patient.names[0].family", "patient.names[0].family[2].value", "patient.names[0].family[2].qualifiers[0]"}},
		{"half an address", patient(func(p *record.Patient) { p.Addresses = []record.Address{{City: "Elmet"}} }),
			[]string{`<addr><city>Elmet</city><streetAddressLine nullFlavor="NI"/><state nullFlavor="NI"/><postalCode nullFlavor="NI"/></addr>`},
			[]string{"patient.addresses[0].lines", "patient.addresses[0].state", "patient.addresses[0].postalCode"}},
		{"abroad", patient(func(p *record.Patient) {
			p.Addresses = []record.Address{{Lines: []string{"1", "2", "3", "4", "5"}, City: "Oslo", Country: "NO"}}
		}), []string{`<streetAddressLine>4, 5</streetAddressLine><city>Oslo</city><country>NO</country>`}, []string{"patient.addresses[0].lines"}},
		{"nothing", patient(func(*record.Patient) {}),
			[]string{`<patientRole><id nullFlavor="NI"/><addr nullFlavor="NI"/><telecom nullFlavor="NI"/><patient><name nullFlavor="NI"/>`},
			[]string{"patient.identifiers", "patient.addresses", "patient.telecoms", "patient.names", "patient.administrativeSex", "patient.birthTime", "patient.races", "patient.ethnicities"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, rep := exported(t, Exporter{Mode: Conformant}, c.rec)
			for _, w := range c.want {
				require.Contains(t, out, w)
			}
			said := map[string]bool{}
			for _, i := range rep.Issues {
				said[i.Path] = true
			}
			for _, i := range c.issues {
				require.True(t, said[i], i)
			}
			faithful, _ := exported(t, Exporter{}, c.rec)
			require.NotContains(t, faithful, "nullFlavor")
		})
	}
}

// A legal authenticator signs: where nobody says that there is a signature, none is claimed.
func TestSignature(t *testing.T) {
	for signature, signs := range map[string]bool{"S": true, "": false, "X": false} {
		rec := &record.Record{Patient: &record.Patient{}, Documents: []record.Document{{}}}
		rec.Documents[0].Participants = []record.Participation{
			{Role: "legal-authenticator", Signature: signature, When: &record.Period{At: record.Time{Value: "2025-03-04"}}}}
		out, _ := exported(t, Exporter{Mode: Conformant}, rec)
		require.Equal(t, signs, strings.Contains(out, "<legalAuthenticator>"))
		require.Equal(t, signs, strings.Contains(out, `<signatureCode code="S"/>`))
		require.NotEqual(t, signs, strings.Contains(out, `<participant typeCode="LA">`))
		again := readBack(t, out)
		require.Equal(t, "legal-authenticator", again.Documents[0].Participants[1].Role)
	}
}

func TestMostRestrictive(t *testing.T) {
	label := func(code string) record.Label {
		return record.Label{Coding: record.Coding{System: record.SystemConfidentiality, Code: code}}
	}
	rec := &record.Record{Patient: &record.Patient{}, Documents: []record.Document{{}}}
	rec.Documents[0].Labels = []record.Label{label("N"), label("V"), label("R")}
	out, rep := exported(t, Exporter{Mode: Conformant}, rec)
	require.Equal(t, 1, strings.Count(out, "<confidentialityCode"))
	require.Contains(t, out, `<confidentialityCode code="V"`)
	require.Zero(t, rep.Counts.Lost, "the others are markings of the document")
	require.Len(t, readBack(t, out).Documents[0].Labels, 3)
}

func TestExporterOptions(t *testing.T) {
	rec := recordtest.Generate(3, recordtest.Small)
	t.Run("sections", func(t *testing.T) {
		out, rep := exported(t, Exporter{Sections: []string{"48765-2"}}, rec)
		again := readBack(t, out)
		require.Empty(t, again.Problems)
		for _, s := range again.Documents[0].Sections {
			require.Equal(t, "48765-2", s.Code.Codings[0].Code)
		}
		require.Positive(t, rep.Counts.Lost)
	})
	t.Run("custodian and device", func(t *testing.T) {
		out, _ := exported(t, Exporter{Mode: Conformant, Custodian: &record.Organization{Names: []string{"Lark Archive"}},
			Device: &record.Device{Model: "Larkwriter", Software: "Lark 9"}}, rec)
		require.Contains(t, out, `<name>Lark Archive</name>`)
		require.Contains(t, out, `<manufacturerModelName>Larkwriter</manufacturerModelName><softwareName>Lark 9</softwareName>`)
	})
	t.Run("release", func(t *testing.T) {
		for release, want := range map[Release]string{R21: "2015-08-01", R30: "2024-05-01", R40: "2024-05-01"} {
			out, _ := exported(t, Exporter{Release: release}, rec)
			require.Contains(t, out, `<templateId root="2.16.840.1.113883.10.20.22.1.2" extension="`+want+`"/>`)
		}
	})
	t.Run("custodian of the record", func(t *testing.T) {
		rec := recordtest.Full()
		require.NotNil(t, rec.Documents[0].Custodian)
		out, rep := exported(t, Exporter{Custodian: &record.Organization{Names: []string{"Lark Archive"}}}, rec)
		_, head, _ := strings.Cut(out, "<custodian")
		head, _, _ = strings.Cut(head, "</custodian>")
		require.Contains(t, head, "Lark Archive")
		require.True(t, slices.ContainsFunc(rep.Issues, func(i record.Issue) bool { return strings.HasPrefix(i.Path, "documents[0].custodian") }), "the other is named")
	})
	t.Run("a host's own template", func(t *testing.T) {
		x := Exporter{Mode: Conformant, Type: ReferralNote, Check: true, Edit: func(d *etree.Document) error {
			own := etree.NewElement("templateId")
			own.CreateAttr("root", "2.999.1")
			own.CreateAttr("extension", `"<own>" & more`)
			d.Root().InsertChildAt(d.Root().SelectElement("id").Index(), own)
			for _, s := range d.FindElements("//section/code[@code='48765-2']") {
				s.Parent().InsertChildAt(s.Index(), own.Copy())
			}
			return nil
		}}
		out, _ := exported(t, x, rec)
		require.Equal(t, 2, strings.Count(out, `root="2.999.1" extension="&quot;&lt;own&gt;&quot; &amp; more"`))
		plain, _ := exported(t, Exporter{Mode: Conformant, Type: ReferralNote}, rec)
		required := ConformOptions{RequiredOnly: true}
		require.Equal(t, len(conform(t, []byte(plain), required)), len(conform(t, []byte(out), required)), "a template of one's own is no fault")
		require.Equal(t, readBack(t, plain).Allergies, withoutLines(readBack(t, out), readBack(t, plain)).Allergies, "all else is as it was")
	})
	t.Run("together", func(t *testing.T) {
		for typ := CCD; typ <= CarePlan; typ++ {
			for _, release := range []Release{R21, R30, R40} {
				out, rep := exported(t, Exporter{Mode: Conformant, Type: typ, Release: release, Sections: []string{"10160-0"}, From: record.Time{Value: "2000"}, To: record.Time{Value: "2030"},
					Custodian: &record.Organization{Names: []string{"Lark Archive"}}, Device: &record.Device{Model: "Larkwriter"}}, rec)
				require.Contains(t, out, "Lark Archive")
				require.Contains(t, out, "Larkwriter")
				require.Empty(t, readBack(t, out).Problems)
				require.NotEmpty(t, rep.Issues)
			}
		}
	})
	t.Run("edit", func(t *testing.T) {
		x := Exporter{Edit: func(d *etree.Document) error {
			d.Root().CreateAttr("classCode", "DOCCLIN")
			d.FindElement("//title").SetText("A <title> & more")
			return nil
		}}
		out, _ := exported(t, x, rec)
		require.Contains(t, out, `classCode="DOCCLIN"`)
		require.Contains(t, out, "A &lt;title&gt; &amp; more")
		x.Edit = func(d *etree.Document) error { d.Root().Tag = "no name"; return nil }
		_, err := x.Export(context.Background(), rec, &bytes.Buffer{}, record.ExportOptions{Now: testNow})
		require.Error(t, err)
		for _, hostile := range []func(*etree.Element){
			func(e *etree.Element) { e.CreateAttr(`a="1" b`, "c") },
			func(e *etree.Element) { e.CreateElement(`own a="1"`) },
			func(e *etree.Element) { e.CreateElement("own><other") },
			func(e *etree.Element) { e.CreateElement("own").Space = "1 x" },
			func(e *etree.Element) { e.CreateAttr("own/", "c") },
		} {
			x.Edit = func(d *etree.Document) error { hostile(d.Root()); return nil }
			_, err = x.Export(context.Background(), rec, &bytes.Buffer{}, record.ExportOptions{Now: testNow})
			require.ErrorContains(t, err, "name")
		}
		x.Edit = func(d *etree.Document) error {
			d.Root().CreateAttr("xmlns:größe", "urn:example:own")
			d.Root().CreateElement("größe:maß-1.0").CreateAttr("größe:n_1", "x\"<>&\n'")
			d.Root().CreateComment("a -- b --> c")
			d.Root().CreateCData("]]>")
			return nil
		}
		out, _ = exported(t, x, rec)
		require.Contains(t, out, "<größe:maß-1.0 größe:n_1=")
		x.Edit = func(*etree.Document) error { return os.ErrInvalid }
		_, err = x.Export(context.Background(), rec, &bytes.Buffer{}, record.ExportOptions{Now: testNow})
		require.ErrorIs(t, err, os.ErrInvalid)
	})
}

// withoutLines gives a record with the places in its source that another has.
func withoutLines(rec, like *record.Record) *record.Record {
	for i := range rec.Allergies {
		rec.Allergies[i].Origins = like.Allergies[i].Origins
	}
	return rec
}

// Entries outside the range are left out, named in the report, and no narrative tells of them.
func TestDateRange(t *testing.T) {
	allergy := func(id, word, from, to string) record.Allergy {
		a := record.Allergy{Substance: record.Concept{Text: word}}
		a.ID, a.Assertion = id, record.Affirmed
		a.Onset = record.Period{Start: record.Time{Value: from}, End: record.Time{Value: to}}
		return a
	}
	rec := &record.Record{Patient: &record.Patient{}, Allergies: []record.Allergy{
		allergy("a", "Larkspur", "2001", "2003"), allergy("b", "Mugwort", "2010-05-06", ""), allergy("c", "Nettle", "2024", ""), allergy("d", "Orris", "", ""),
		allergy("e", "Privet", "2005", "2008-02")}}
	rec.Documents = []record.Document{{Sections: []record.Section{{Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "48765-2"}}},
		Narrative: &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "text", Text: "Larkspur, Mugwort, Nettle, Orris, Privet"}}}}}}}
	for i := range rec.Allergies {
		rec.Documents[0].Sections[0].Entries = append(rec.Documents[0].Sections[0].Entries, record.Ref{ID: rec.Allergies[i].ID})
	}
	out, rep := exported(t, Exporter{From: record.Time{Value: "2008-02-15"}, To: record.Time{Value: "2023-12"}}, rec)
	for word, stays := range map[string]bool{"Larkspur": false, "Mugwort": true, "Nettle": false, "Orris": true, "Privet": true} {
		require.Equal(t, stays, strings.Contains(out, word), word)
	}
	named := 0
	for _, i := range rep.Issues {
		if strings.HasPrefix(i.Path, "allergies[0]") || strings.HasPrefix(i.Path, "allergies[2]") {
			named++
		}
	}
	require.Positive(t, named)
	require.True(t, before("2020-01-01T10:00:00Z", "2020-01-01T11:00:00Z"))
	require.False(t, before("2020-01-01T10:00:00-05:00", "2020-01-01T11:00:00Z"))
	require.False(t, before("2020", "2020-06"))
}
