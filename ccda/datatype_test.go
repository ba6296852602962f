package ccda

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func TestTimes(t *testing.T) {
	for _, c := range []struct {
		in, out string
		exact   bool
	}{
		{"2024", "2024", true},
		{"202401", "2024-01", true},
		{"20240131", "2024-01-31", true},
		{"2024013112", "2024-01-31T12", true},
		{"202401311230", "2024-01-31T12:30", true},
		{"202401311230-0500", "2024-01-31T12:30-05:00", true},
		{"20240131000000", "2024-01-31T00:00:00", true},
		{"20240131123005.1230+0545", "2024-01-31T12:30:05.1230+05:45", true},
		{"20240229", "2024-02-29", true},
		{"20240131123060Z", "", false},
		{"20230229", "", false}, // no leap year
		{"19901301", "", false},
		{"20240131250000", "", false},
		{"202401311", "", false},
		{"00000000", "", false},
		{"202401311230-1500", "", false},
		{"unknown", "", false},
		// As real documents write them:
		{" 20240131 ", "2024-01-31", false},
		{"20240131-0500", "2024-01-31", false},
		{"202401311230-05", "2024-01-31T12:30-05:00", false},
		{"2024-01-31", "2024-01-31", false},
		{"2024-01", "2024-01", false},
		{"2024-01-31T12:30:05Z", "2024-01-31T12:30:05Z", false},
		{"2024-01-31T12:30:05.5-08:00", "2024-01-31T12:30:05.5-08:00", false},
		{"2024-01-31 12:30", "2024-01-31T12:30", false},
		{"01/31/2024", "", false},
	} {
		got, exact := isoTime(c.in)
		require.Equal(t, c.out, got, c.in)
		require.Equal(t, c.exact, exact, c.in)
	}
}

func FuzzTime(f *testing.F) {
	f.Add("20240131123005.123-0500")
	f.Add("2024-01-31T12:30:05Z")
	f.Fuzz(func(t *testing.T, s string) {
		v, exact := isoTime(s)
		if exact {
			require.Equal(t, s, strings.NewReplacer("-", "", ":", "", "T", "").Replace(strings.SplitAfter(v, "T")[0])+back(v))
		}
		if v != "" {
			require.NotEqual(t, record.NoPrecision, record.Time{Value: v}.Precision())
		}
	})
}

// back writes the clock and the offset of an ISO time as HL7 does.
func back(v string) string {
	_, clock, ok := strings.Cut(v, "T")
	if !ok {
		return ""
	}
	return strings.ReplaceAll(clock, ":", "")
}

// doc wraps header elements into a document.
func doc(header, body string) []byte {
	return []byte(`<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc"><templateId root="2.16.840.1.113883.10.20.22.1.1"/><id root="1.2.3" extension="D"/>` +
		header + `<component><structuredBody>` + body + `</structuredBody></component></ClinicalDocument>`)
}

func imported(t *testing.T, data []byte) (*record.Record, *record.Report) {
	rec, rep, err := Import(context.Background(), data, record.ImportOptions{})
	require.NoError(t, err)
	require.Zero(t, rep.Counts.Unaccounted())
	return rec, rep
}

func codesOf(rep *record.Report) []string {
	var out []string
	for _, i := range rep.Issues {
		if i.Code != record.IssueCarried.Code {
			out = append(out, i.Code)
		}
	}
	return out
}

func patientDoc(role, patient string) []byte {
	return doc(`<recordTarget><patientRole>`+role+`<patient>`+patient+`</patient></patientRole></recordTarget>`, "")
}

func TestIdentifiers(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     record.Identifier
	}{
		{"known system", `<id root="2.16.840.1.113883.4.1" extension="900-11-2222"/>`, record.Identifier{System: record.SystemSSN, SystemAsSent: "2.16.840.1.113883.4.1", Value: "900-11-2222"}},
		{"OID", `<id root="1.2.3.4" extension="a"/>`, record.Identifier{System: "urn:oid:1.2.3.4", Value: "a"}},
		{"OID alone", `<id root="1.2.3.4"/>`, record.Identifier{System: record.SystemURI, Value: "urn:oid:1.2.3.4"}},
		{"UUID alone, upper case", `<id root="0B1D3F50-7A91-4C2E-8D3F-1A2B3C4D5E6F"/>`, record.Identifier{System: record.SystemURI, Value: "urn:uuid:0b1d3f50-7a91-4c2e-8d3f-1a2b3c4d5e6f", ValueAsSent: "0B1D3F50-7A91-4C2E-8D3F-1A2B3C4D5E6F"}},
		{"UUID alone, lower case", `<id root="0b1d3f50-7a91-4c2e-8d3f-1a2b3c4d5e6f"/>`, record.Identifier{System: record.SystemURI, Value: "urn:uuid:0b1d3f50-7a91-4c2e-8d3f-1a2b3c4d5e6f"}},
		{"UUID and extension", `<id root="0b1d3f50-7a91-4c2e-8d3f-1a2b3c4d5e6f" extension="a"/>`, record.Identifier{System: "urn:uuid:0b1d3f50-7a91-4c2e-8d3f-1a2b3c4d5e6f", Value: "a"}},
		{"extension alone", `<id extension="Z1"/>`, record.Identifier{Value: "Z1"}},
		{"URL", `<id root="2.16.840.1.113883.4.873" extension="http://my.org/p/12"/>`, record.Identifier{System: "http://my.org/p", SystemAsSent: "2.16.840.1.113883.4.873", Value: "12", ValueAsSent: "http://my.org/p/12"}},
		{"URN", `<id root="2.16.840.1.113883.4.873" extension="urn:x:y:Z3"/>`, record.Identifier{System: "urn:x:y", SystemAsSent: "2.16.840.1.113883.4.873", Value: "Z3", ValueAsSent: "urn:x:y:Z3"}},
		{"known system alone names nobody", `<id root="2.16.840.1.113883.4.6"/>`, record.Identifier{System: record.SystemNPI, SystemAsSent: "2.16.840.1.113883.4.6"}},
		{"known system, absent", `<id root="2.16.840.1.113883.4.6" nullFlavor="UNK"/>`, record.Identifier{System: record.SystemNPI, SystemAsSent: "2.16.840.1.113883.4.6", Absent: record.AbsentUnknown}},
		{"absent", `<id nullFlavor="NI"/>`, record.Identifier{Absent: record.AbsentNoInformation}},
		{"neither OID nor UUID", `<id root="ACME"/>`, record.Identifier{SystemAsSent: "ACME"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			rec, _ := imported(t, patientDoc(c.in, ""))
			require.Equal(t, []record.Identifier{c.want}, rec.Patient.Identifiers)
		})
	}
}

// What real documents do against the rules, how it is read, and that it is told.
func TestQuirks(t *testing.T) {
	t.Run("nullFlavor with white space or in lower case", func(t *testing.T) {
		rec, rep := imported(t, patientDoc("", `<administrativeGenderCode nullFlavor="UNK "/><maritalStatusCode nullFlavor="ni"/>`))
		require.Equal(t, record.AbsentUnknown, rec.Patient.AdministrativeSex.Absent)
		require.Equal(t, record.AbsentNoInformation, rec.Patient.MaritalStatus.Absent)
		require.Equal(t, []string{"repaired", "repaired"}, codesOf(rep))
	})
	t.Run("nullFlavor that is none", func(t *testing.T) {
		rec, rep := imported(t, patientDoc("", `<birthTime value="1984"/><administrativeGenderCode nullFlavor="NOPE"/>`))
		require.Zero(t, rec.Patient.AdministrativeSex)
		require.Equal(t, "ClinicalDocument/recordTarget/patientRole/patient/administrativeGenderCode", rec.Carried[0].Path)
		require.Equal(t, []string{"unexpected-fixed-value"}, codesOf(rep))
	})
	t.Run("a use that CDA does not define", func(t *testing.T) {
		rec, rep := imported(t, patientDoc(`<addr use="home WP"><city>Odd</city></addr><telecom use="DAY" value="tel:555"/>`, `<name use="legal"><given>Ada</given></name>`))
		require.Equal(t, []string{"work"}, rec.Patient.Addresses[0].Uses)
		require.Equal(t, []string{"home"}, rec.Patient.Addresses[0].UsesAsSent, "what looks like a term of ours is none")
		require.Nil(t, rec.Patient.Telecoms[0].Uses)
		require.Equal(t, []string{"DAY"}, rec.Patient.Telecoms[0].UsesAsSent)
		require.Nil(t, rec.Patient.Names[0].Uses)
		require.Equal(t, []string{"legal"}, rec.Patient.Names[0].UsesAsSent)
		require.Empty(t, rec.Carried)
		require.Equal(t, []string{"unknown-use", "unknown-use", "unknown-use"}, codesOf(rep))
	})
	t.Run("an unknown use on one of several mentions", func(t *testing.T) {
		mention := func(use string) string {
			return `<author><time value="2024"/><assignedAuthor><id nullFlavor="NI"/><representedOrganization><id root="1.2.9" extension="O"/><telecom use="` + use + `" value="tel:555"/></representedOrganization></assignedAuthor></author>`
		}
		rec, _ := imported(t, doc(mention("WP")+mention("OFFICE")+mention("WP"), ""))
		require.Equal(t, []record.Telecom{
			{System: "phone", Scheme: "tel", Value: "555", Uses: []string{"work"}}, {System: "phone", Scheme: "tel", Value: "555", UsesAsSent: []string{"OFFICE"}},
		}, rec.Organizations[0].Telecoms)
	})
	t.Run("a comparator within the number", func(t *testing.T) {
		for in, want := range map[string][2]string{"&lt;5": {"<", "5"}, ">= 300.0": {">=", "300.0"}, "&lt;=0.10": {"<=", "0.10"}} {
			r := valueOf(t, `<value xsi:type="PQ" value="`+in+`" unit="mg/dL"/>`)
			require.Equal(t, want, [2]string{r.Quantity.Comparator, r.Quantity.Value}, in)
		}
	})
	t.Run("words in the place of a number are carried", func(t *testing.T) {
		v := valueOf(t, `<value xsi:type="PQ" value="about 7" unit="mg/dL"/>`)
		require.Equal(t, "", v.Quantity.Value)
		require.Equal(t, "mg/dL", v.Quantity.Unit)
	})
	t.Run("an offset on a date, and an impossible date", func(t *testing.T) {
		rec, rep := imported(t, patientDoc("", `<birthTime value="19840229-0500"/><sdtc:deceasedTime value="20239999"/>`))
		require.Equal(t, record.Time{Value: "1984-02-29", AsSent: "19840229-0500"}, rec.Patient.BirthTime)
		require.Equal(t, record.Time{AsSent: "20239999"}, rec.Patient.DeceasedTime)
		require.Equal(t, []string{"invalid-time", "invalid-time"}, codesOf(rep))
	})
	t.Run("a reference without its hash", func(t *testing.T) {
		rec, rep := imported(t, doc(`<recordTarget><patientRole><patient/></patientRole></recordTarget>`,
			`<component><section><code code="1" codeSystem="2.16.840.1.113883.6.1"><originalText><reference value="a1"/></originalText></code><text><content ID="a1">so  it
 is</content></text></section></component>`))
		require.Equal(t, "so it is", rec.Documents[0].Sections[0].Code.Text)
		require.Equal(t, "a1", rec.Documents[0].Sections[0].Code.TextRef)
		require.Equal(t, []string{"repaired"}, codesOf(rep))
	})
}

// valueOf reads one value as that of an observation.
func valueOf(t *testing.T, xml string) record.Value {
	d, err := Parse([]byte(`<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">`+xml+`</ClinicalDocument>`), record.Limits{})
	require.NoError(t, err)
	r := newReader(d, record.ImportOptions{}, &knowledge{})
	vs := r.values(d.tree.Root())
	if vs == nil {
		return record.Value{}
	}
	require.Len(t, vs, 1)
	return vs[0]
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		in   string
		want record.Value
	}{
		{`<value xsi:type="PQ" value="1.80" unit="mg/dL"/>`, record.Value{Quantity: &record.Quantity{Value: "1.80", Unit: "mg/dL", Code: "mg/dL", System: record.SystemUCUM}}},
		{`<value xsi:type="PQ" value="2" unit="Tablets per day"/>`, record.Value{Quantity: &record.Quantity{Value: "2", Unit: "Tablets per day"}}},
		{`<value xsi:type="PQ" nullFlavor="ASKU"/>`, record.Value{Quantity: &record.Quantity{Absent: record.AbsentAskedUnknown}}},
		{`<value xsi:type="IVL_PQ"><low value="1" unit="g"/><high nullFlavor="PINF"/></value>`, record.Value{Range: &record.Range{
			Low: &record.Quantity{Value: "1", Unit: "g", Code: "g", System: record.SystemUCUM}, High: &record.Quantity{Absent: record.AbsentPositiveInfinity}}}},
		{`<value xsi:type="INT" value="3"/>`, record.Value{Integer: ptr("3")}},
		{`<value xsi:type="INT" value="3.5"/>`, record.Value{}},
		{`<value xsi:type="REAL" value="3.50"/>`, record.Value{Decimal: ptr("3.50")}},
		{`<value xsi:type="BL" value="false"/>`, record.Value{Bool: ptr(false)}},
		{`<value xsi:type="ST"> straw </value>`, record.Value{Text: ptr("straw")}},
		{`<value xsi:type="ST" nullFlavor="NA"/>`, record.Value{Absent: record.AbsentNotApplicable}},
		{`<value xsi:type="ED" mediaType="image/png" representation="B64">aGk=</value>`, record.Value{Attachment: &record.Attachment{ContentType: "image/png", Data: record.Base64Data("aGk=")}}},
		{`<value xsi:type="TS" value="2024"/>`, record.Value{Time: &record.Time{Value: "2024"}}},
		{`<value xsi:type="IVL_TS"><low value="2024" inclusive="false"/></value>`, record.Value{Period: &record.Period{Start: record.Time{Value: "2024"}, StartOpen: ptr(true)}}},
		{`<value xsi:type="MO" value="12.50" currency="USD"/>`, record.Value{Money: &record.Money{Value: "12.50", Currency: "USD"}}},
		{`<value xsi:type="II" root="1.2.3" extension="x"/>`, record.Value{Identifier: &record.Identifier{System: "urn:oid:1.2.3", Value: "x"}}},
		{`<value xsi:type="URL" value="https://example.org"/>`, record.Value{URI: ptr("https://example.org")}},
		{`<value xsi:type="hl7:PQ" xmlns:hl7="urn:hl7-org:v3" value="1"/>`, record.Value{Quantity: &record.Quantity{Value: "1"}}},
		{`<value xsi:type="GLIST_PQ" value="1"/>`, record.Value{}},
		{`<value value="120" unit="mm[Hg]"/>`, record.Value{Quantity: &record.Quantity{Value: "120", Unit: "mm[Hg]", Code: "mm[Hg]", System: record.SystemUCUM}}},
		{`<value code="1" codeSystem="2.16.840.1.113883.6.96"/>`, record.Value{Concept: &record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, SystemAsSent: "2.16.840.1.113883.6.96", Code: "1"}}}}},
		{`<value nullFlavor="UNK"/>`, record.Value{Absent: record.AbsentUnknown}},
	} {
		require.Equal(t, c.want, valueOf(t, c.in), c.in)
	}
}
