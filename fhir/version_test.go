package fhir

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// Invented resources of other versions, each for a patient p.
var ofOtherVersions = []struct {
	name, version, text string
	turns               bool   // it must not be read as a statement
	holds               string // what the record says of it where it is read
}{
	{"a procedure not performed", "DSTU2", `{"resourceType":"Procedure","id":"x","subject":{"reference":"Patient/p"},"status":"completed","notPerformed":true,"code":{"text":"biopsy"}}`, true, ""},
	{"a procedure performed", "DSTU2", `{"resourceType":"Procedure","id":"x","subject":{"reference":"Patient/p"},"status":"completed","notPerformed":false,"code":{"text":"biopsy"}}`, false, `"text":"biopsy"`},
	{"a vaccine not given", "DSTU2", `{"resourceType":"Immunization","id":"x","status":"completed","date":"2014-01-02","vaccineCode":{"text":"flu"},"patient":{"reference":"Patient/p"},"wasNotGiven":true}`, true, ""},
	{"a medicine not taken", "DSTU2", `{"resourceType":"MedicationStatement","id":"x","patient":{"reference":"Patient/p"},"status":"active","wasNotTaken":true,"medicationCodeableConcept":{"text":"aspirin"}}`, true, ""},
	{"an allergy", "DSTU2", `{"resourceType":"AllergyIntolerance","id":"x","patient":{"reference":"Patient/p"},"substance":{"text":"latex"},"status":"refuted"}`, true, ""},
	{"a problem", "DSTU2", `{"resourceType":"Condition","id":"x","patient":{"reference":"Patient/p"},"code":{"text":"gout"},"category":{"text":"diagnosis"},"clinicalStatus":"resolved","verificationStatus":"refuted"}`, false, `"verification":"refuted"`},
	{"a visit", "DSTU2", `{"resourceType":"Encounter","id":"x","status":"finished","class":"inpatient","patient":{"reference":"Patient/p"},"type":[{"text":"stay"}]}`, false, `"text":"stay"`},
	{"an order", "DSTU2", `{"resourceType":"MedicationOrder","id":"x","patient":{"reference":"Patient/p"},"status":"active","medicationCodeableConcept":{"text":"aspirin"}}`, false, ""},
	{"a dose every 8 of something", "DSTU2", `{"resourceType":"MedicationStatement","id":"x","patient":{"reference":"Patient/p"},"status":"active","medicationCodeableConcept":{"text":"aspirin"},"dosage":[{"timing":{"repeat":{"frequency":1,"period":8,"periodUnits":"h"}}}]}`, true, ""},
	{"a procedure not done", "STU3", `{"resourceType":"Procedure","id":"x","subject":{"reference":"Patient/p"},"status":"completed","notDone":true,"code":{"text":"biopsy"}}`, true, ""},
	{"a vaccine not given", "STU3", `{"resourceType":"Immunization","id":"x","status":"completed","notGiven":true,"vaccineCode":{"text":"flu"},"patient":{"reference":"Patient/p"},"primarySource":true}`, true, ""},
	{"a vaccine given", "STU3", `{"resourceType":"Immunization","id":"x","status":"completed","notGiven":false,"vaccineCode":{"text":"flu"},"patient":{"reference":"Patient/p"},"date":"2014-01-02","primarySource":true}`, false, `"text":"flu"`},
	{"a medicine not taken", "STU3", `{"resourceType":"MedicationStatement","id":"x","subject":{"reference":"Patient/p"},"status":"active","taken":"n","medicationCodeableConcept":{"text":"aspirin"}}`, true, ""},
	{"a medicine taken", "STU3", `{"resourceType":"MedicationStatement","id":"x","subject":{"reference":"Patient/p"},"status":"active","taken":"y","medicationCodeableConcept":{"text":"aspirin"}}`, false, `"text":"aspirin"`},
	{"an administration not given", "STU3", `{"resourceType":"MedicationAdministration","id":"x","subject":{"reference":"Patient/p"},"status":"completed","notGiven":true,"medicationCodeableConcept":{"text":"aspirin"},"effectiveDateTime":"2014-01-02"}`, true, ""},
	{"a problem in error", "STU3", `{"resourceType":"Condition","id":"x","subject":{"reference":"Patient/p"},"code":{"text":"gout"},"assertedDate":"2014-01-02","clinicalStatus":"active","verificationStatus":"entered-in-error"}`, false, `"verification":"entered-in-error"`},
	{"a problem that is over", "STU3", `{"resourceType":"Condition","id":"x","subject":{"reference":"Patient/p"},"code":{"text":"gout"},"assertedDate":"2014-01-02","abatementBoolean":true}`, true, ""},
	{"an allergy", "STU3", `{"resourceType":"AllergyIntolerance","id":"x","patient":{"reference":"Patient/p"},"code":{"text":"latex"},"assertedDate":"2014-01-02","clinicalStatus":"inactive","verificationStatus":"confirmed"}`, false, `"inactive"`},
	{"a goal rejected", "STU3", `{"resourceType":"Goal","id":"x","status":"rejected","target":{"dueDate":"2014-02-03"},"description":{"text":"walk"},"subject":{"reference":"Patient/p"}}`, true, ""},
	{"a plan of what is prohibited", "STU3", `{"resourceType":"CarePlan","id":"x","status":"active","intent":"plan","definition":[{"display":"d"}],"subject":{"reference":"Patient/p"},"activity":[{"detail":{"status":"scheduled","prohibited":true,"code":{"text":"weights"}}}]}`, true, ""},
	{"a consent with an exception", "STU3", `{"resourceType":"Consent","id":"x","status":"active","patient":{"reference":"Patient/p"},"policyRule":"http://rule.example","except":[{"type":"deny","class":[{"code":"x"}]}]}`, true, ""},
	{"a medicine not taken", "R5", `{"resourceType":"MedicationStatement","id":"x","subject":{"reference":"Patient/p"},"status":"recorded","medication":{"concept":{"text":"aspirin"}},"adherence":{"code":{"coding":[{"code":"not-taking"}]}}}`, true, ""},
	{"an order of medicine", "R5", `{"resourceType":"MedicationRequest","id":"x","subject":{"reference":"Patient/p"},"status":"active","intent":"order","medication":{"concept":{"text":"aspirin"}}}`, false, `"text":"aspirin"`},
	{"a consent", "R5", `{"resourceType":"Consent","id":"x","status":"active","subject":{"reference":"Patient/p"},"decision":"deny","provision":[{"purpose":[{"code":"TREAT"}]}]}`, false, `"decision":"deny"`},
	{"a consent with an element of R4", "R5", `{"resourceType":"Consent","id":"x","status":"active","subject":{"reference":"Patient/p"},"category":[{"text":"privacy"}],"decision":"deny","provision":[{"type":"permit","purpose":[{"code":"TREAT"}]}]}`, true, ""},
	{"a visit", "R5", `{"resourceType":"Encounter","id":"x","status":"completed","class":[{"coding":[{"code":"IMP"}]}],"subject":{"reference":"Patient/p"},"type":[{"text":"stay"}],"actualPeriod":{"start":"2024-01-02"}}`, false, `"text":"stay"`},
	{"a procedure", "R5", `{"resourceType":"Procedure","id":"x","subject":{"reference":"Patient/p"},"status":"not-done","occurrenceDateTime":"2024-01-02","code":{"text":"biopsy"}}`, false, `"code":"not-done"`},
	{"a reading", "R5", `{"resourceType":"Observation","id":"x","status":"final","code":{"text":"weight"},"subject":{"reference":"Patient/p"},"bodyStructure":{"reference":"BodyStructure/b"},"valueQuantity":{"value":70.0,"unit":"kg"}}`, false, `"value":"70.0"`},
	{"a device used", "R5", `{"resourceType":"DeviceUsage","id":"x","status":"active","patient":{"reference":"Patient/p"}}`, false, ""},
	{"a product", "R4B", `{"resourceType":"NutritionProduct","id":"x","status":"active"}`, false, ""},
}

func bundleOf(resources ...string) []byte {
	return []byte(`{"resourceType":"Bundle","type":"collection","entry":[{"resource":` + strings.Join(append([]string{`{"resourceType":"Patient","id":"p"}`}, resources...), `},{"resource":`) + `}]}`)
}

func ofCode(rep *record.Report, code string) (out []record.Issue) {
	for _, i := range rep.Issues {
		if i.Code == code {
			out = append(out, i)
		}
	}
	return out
}

// TestOtherVersions: what is of another version is read where it is the same,
// never with another meaning, reported, and never sent as R4.
func TestOtherVersions(t *testing.T) {
	for _, c := range ofOtherVersions {
		t.Run(c.version+" "+c.name, func(t *testing.T) {
			for _, form := range []string{"json", "xml"} {
				data := bundleOf(c.text)
				if form == "xml" {
					_, d := fromXML(t, mustXML(t, data))
					_ = d
					data = mustXML(t, data)
				}
				recs, reps := imported(t, data)
				require.Len(t, recs, 1)
				rec, rep := recs[0], reps[0]
				require.Zero(t, rep.Counts.Unaccounted())
				if form == "json" {
					require.Equal(t, c.version, rec.Sources[0].Version)
				}
				var issues []record.Issue
				for _, i := range ofCode(rep, record.IssueOtherVersion.Code) {
					if strings.HasPrefix(i.Path, "Bundle.entry[1]") { // the patient is of that version too
						issues = append(issues, i)
					}
				}
				require.Len(t, issues, boolInt(!(form == "xml" && len(issues) == 0 && !c.turns)), form)
				typed, err := record.Marshal(rec.Typed())
				require.NoError(t, err)
				if c.turns {
					require.Equal(t, record.SeverityError, issues[0].Severity)
					require.NotContains(t, string(typed), `"text":"`, form)
				} else if form == "json" {
					require.Equal(t, record.SeverityWarning, issues[0].Severity)
					require.Contains(t, string(typed), c.holds)
				}
				if form == "xml" {
					continue
				}
				// What goes out is R4, and says what R4 can say.
				var out bytes.Buffer
				back, err := Exporter{}.Export(t.Context(), rec, &out, record.ExportOptions{Now: testOptions.Now})
				require.NoError(t, err)
				for _, i := range conform(t, out.Bytes(), ConformOptions{RequiredOnly: true}) {
					require.NotContains(t, []string{"fhir-element", "fhir-resource", "fhir-json-type", "fhir-array"}, i.Code, i.Path+" in "+out.String())
				}
				if slices.ContainsFunc(rec.Carried, func(c record.Carried) bool { return c.Version != "" }) {
					require.NotEmpty(t, ofCode(back, record.IssueExportCarried.Code), rec.Carried)
				}
			}
		})
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// mustXML gives a Bundle in XML.
func mustXML(t *testing.T, data []byte) []byte {
	text, _, _, err := jsonToXML(data, ownLimits)
	require.NoError(t, err)
	return text
}

// TestVersionStated: what an input says of its version holds for all of it, and
// what the host says before that.
func TestVersionStated(t *testing.T) {
	plain := `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"weight"},"subject":{"reference":"Patient/p"},"valueString":"70"}`
	with := func(profile string) string {
		return strings.Replace(plain, `"id":"o"`, `"id":"o","meta":{"profile":["`+profile+`"]}`, 1)
	}
	for _, c := range []struct {
		text, version string
		said          Version
	}{
		{plain, "R4", VersionUnknown},
		{plain, "STU3", STU3},
		{plain, "R4B", R4B},
		{with("http://hl7.org/fhir/3.0/StructureDefinition/Observation"), "STU3", VersionUnknown},
		{with("http://hl7.org/fhir/StructureDefinition/Observation|5.0.0"), "R5", VersionUnknown},
		{with("http://hl7.org/fhir/StructureDefinition/Observation|4.3.0"), "R4B", VersionUnknown},
		{with("http://hl7.org/fhir/StructureDefinition/vitalsigns"), "R4", VersionUnknown},
		{with("http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"), "R4", VersionUnknown},
		{with("http://fhir.org/guides/argonaut/StructureDefinition/argo-observationresults"), "DSTU2", VersionUnknown},
		{with("http://hl7.org/fhir/3.0/StructureDefinition/Observation"), "R4", R4},
		{plain + `},{"resource":{"resourceType":"CapabilityStatement","fhirVersion":"3.0.1"}`, "STU3", VersionUnknown},
		{plain + `},{"resource":{"resourceType":"MedicationOrder","patient":{"reference":"Patient/p"}}`, "DSTU2", VersionUnknown},
		// Two versions in one: each resource is of its own.
		{plain + `},{"resource":{"resourceType":"MedicationOrder"}},{"resource":{"resourceType":"DeviceUsage"}`, "R4", VersionUnknown},
	} {
		var rec *record.Record
		for x, err := range (Importer{Version: c.said}).Import(t.Context(), record.Input{Bytes: bundleOf(c.text)}, record.ImportOptions{}) {
			require.NoError(t, err)
			rec = x.Record
			require.Equal(t, 1, len(rec.Observations)+len(rec.Results), c.text)
			require.Equal(t, c.version != "R4" && c.version != "R4B", len(ofCode(x.Report, "other-version")) > 0 && rec.Sources[0].Items[1].Text == "", c.text)
		}
		require.Equal(t, c.version, rec.Sources[0].Version, c.text)
	}
}

// TestR4IsR4: nothing of R4 is taken for another version.
func TestR4IsR4(t *testing.T) {
	for _, dir := range []string{"us-core-610-examples", "r4-official-examples-json", "fhir-test-cases-r4-examples", "bulk-10-patients"} {
		for _, file := range corpus(t, dir) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			d, err := Parse(data, record.Limits{})
			if err != nil {
				continue
			}
			p := planOf(d, record.ImportOptions{})
			require.Equal(t, "R4", p.versionName(), file)
			for i := range p.all {
				require.False(t, p.all[i].isOther() || p.all[i].shape.turns.OK(), file)
			}
		}
	}
}

// TestNegationOfOtherVersions: an element that turns the meaning elsewhere is not passed over in what says that it is R4.
func TestNegationOfOtherVersions(t *testing.T) {
	for x, err := range (Importer{Version: R4}).Import(t.Context(), record.Input{Bytes: bundleOf(ofOtherVersions[0].text)}, record.ImportOptions{}) {
		require.NoError(t, err)
		require.Empty(t, x.Record.Procedures)
		require.Equal(t, record.SeverityError, x.Report.Worst())
	}
}

// TestVersionTable: every line of the table is read, and R4 has no element that it names without a type.
func TestVersionTable(t *testing.T) {
	table := elements()
	n := 0
	for typ, lists := range versionTable().of {
		for _, x := range slices.Concat(slices.Collect(maps.Values(lists))...) {
			n++
			require.NotZero(t, x.versions, typ, x.path)
			e := table.resource(typ)
			if typ == "*" || x.kind != "" || len(x.path) > 1 {
				continue
			}
			require.NotNil(t, e, typ)
			at, _ := e.find(table.number(x.path[0]))
			require.Negative(t, at, "%s.%s is in R4", typ, x.path[0])
		}
	}
	for typ := range versionTable().types {
		require.Nil(t, table.resource(typ), typ)
	}
	require.Greater(t, n, 180)
}
