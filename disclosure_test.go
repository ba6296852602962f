package portage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/record"
)

// jacksChart is a Bundle of seven entries of an invented patient. extra goes into the one on alcohol.
func jacksChart(extra string) []byte {
	const patient = `"subject":{"reference":"Patient/ex-patient"}`
	obs := func(id, code, updated, more string, labels ...string) string {
		var sec []string
		for _, l := range labels {
			system := record.SystemActCode
			if len(l) == 1 {
				system = record.SystemConfidentiality
			}
			sec = append(sec, fmt.Sprintf(`{"system":%q,"code":%q}`, system, l))
		}
		meta := fmt.Sprintf(`"meta":{"lastUpdated":%q,"security":[%s]},`, updated, strings.Join(sec, ","))
		return fmt.Sprintf(`{"fullUrl":"http://ehr.example.org/Observation/%s","resource":{"resourceType":"Observation","id":%q,%s"status":"final",%s
			"code":{"coding":[{"system":"http://loinc.org","code":%q}]},%s}}`, id, id, meta, more, code, patient)
	}
	list := []string{
		`{"fullUrl":"http://ehr.example.org/Patient/ex-patient","resource":{"resourceType":"Patient","id":"ex-patient","name":[{"family":"Doe","given":["Jack"]}],"gender":"male","birthDate":"1970-05-05"}}`,
		obs("ex-glucose", "2339-0", "2021-02-02T10:00:00Z", "", "N"), obs("ex-weight", "29463-7", "2022-07-01T10:00:00Z", "", "N"),
		obs("ex-alcoholUse", "74013-4", "2021-02-02T10:00:00Z", extra, "ETHUD", "R"), obs("ex-depression", "44261-6", "2021-02-02T10:00:00Z", "", "PSY", "R"),
		obs("ex-violence", "76499-3", "2021-02-02T10:00:00Z", "", "SDV", "R"), obs("ex-hiv", "75622-1", "2021-02-02T10:00:00Z", "", "HIV", "R"),
	}
	return []byte(`{"resourceType":"Bundle","type":"collection","entry":[` + strings.Join(list, ",") + `]}`)
}

func readFHIR(t *testing.T, data []byte) *record.Record {
	t.Helper()
	var recs []*record.Record
	for got, err := range (fhir.Importer{}).Import(t.Context(), record.Input{Reader: bytes.NewReader(data)}, record.ImportOptions{}) {
		require.NoError(t, err)
		recs = append(recs, got.Record)
	}
	require.Len(t, recs, 1)
	return recs[0]
}

// visible gives the resources that stay, by their ids without "ex-".
func visible(t *testing.T, d *consent.Decision, rec *record.Record) string {
	t.Helper()
	out, _ := consent.Redact(d, rec, consent.Redaction{})
	if out == nil {
		return string(d.Outcome)
	}
	var names []string
	for _, s := range out.Sources {
		for _, it := range s.Items {
			if it.Type == "Observation" {
				names = append(names, strings.TrimPrefix(it.ID, "ex-"))
			}
		}
	}
	sort.Strings(names)
	return strings.Join(names, " ")
}

// The example consents of IHE's Privacy Consent on FHIR, read through FHIR import, show what their rows of the scenarios say.
func TestConsentsOfPCF(t *testing.T) {
	folder := beside.Shared(t, "spec", "consent", "pcf")
	const all = "alcoholUse depression glucose hiv violence weight"
	dr1 := consent.Party{Reference: "Practitioner/ex-practitioner", Organization: &consent.Party{Reference: "Organization/ex-organization"}, Groups: []consent.Party{}}
	dr2 := dr1
	dr2.Reference = "Practitioner/other"
	member := dr2
	member.Groups = []consent.Party{{Reference: "Group/ex-privilegedUsers"}}
	mother := []consent.Representative{{Party: consent.Party{Reference: "Patient/ex-mother"}, Authority: consent.AuthorityParent, Verified: true}}
	tests := []struct {
		row, file, purpose, at string
		who                    consent.Party
		reps                   []consent.Representative
		shows                  string
	}{
		{"A4", "basic-treat", "TREAT", "2026-03-02", dr2, nil, all},
		{"A5", "basic-treat", "HRESCH", "2026-03-02", dr2, nil, "no-consent"},
		{"A6", "basic-reject", "TREAT", "2026-03-02", dr2, nil, "deny"},
		{"A7", "basic-research", "HRESCH", "2026-03-02", dr2, nil, all},
		{"A7", "basic-research", "TREAT", "2026-03-02", dr2, nil, "no-consent"},
		{"A8", "expired-treat", "TREAT", "2022-12-31", dr2, nil, all},
		{"A8", "expired-treat", "TREAT", "2023-01-01", dr2, nil, "no-consent"},
		{"B1", "advanced-normal", "TREAT", "2026-03-02", dr2, nil, "glucose weight"},
		{"B3", "advanced-normal-not-restricted", "TREAT", "2026-03-02", dr2, nil, "glucose weight"},
		{"B5", "advanced-normal-focused-psy", "TREAT", "2026-03-02", dr1, nil, "depression glucose weight"},
		{"B5", "advanced-normal-focused-psy", "TREAT", "2026-03-02", dr2, nil, "glucose weight"},
		{"B9", "intermediate-timeframe", "TREAT", "2026-03-02", dr2, nil, "weight"},
		{"B16", "intermediate-not-data", "TREAT", "2026-03-02", dr2, nil, "depression glucose hiv violence weight"},
		{"D1", "basic-treat-infant", "TREAT", "2026-03-02", dr2, mother, all},
		{"D2", "basic-treat-infant", "TREAT", "2026-03-02", dr2, nil, "no-consent"},
		{"F1", "dissent-intermediate-break-glass", "BTG", "2026-03-02", dr2, nil, "deny"},
		{"F1", "dissent-intermediate-break-glass", "BTG", "2026-03-02", member, nil, all},
	}
	chart := readFHIR(t, jacksChart(""))
	seen := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.row+"/"+tt.file+"/"+tt.purpose, func(t *testing.T) {
			names, err := filepath.Glob(filepath.Join(folder, "ex-*-"+tt.file+".json"))
			require.NoError(t, err)
			if len(names) == 0 {
				names = []string{filepath.Join(folder, "ex-"+tt.file+".json")}
			}
			data, err := os.ReadFile(names[0])
			require.NoError(t, err)
			seen[names[0]] = true
			at, err := time.Parse(time.RFC3339, tt.at+"T23:00:00Z")
			require.NoError(t, err)
			req := consent.Request{Patient: consent.Subject{Party: consent.Party{Reference: "Patient/ex-patient"}, Representatives: tt.reps}, Requester: tt.who, At: at, Jurisdiction: "US",
				Purposes: []record.Coding{{System: record.SystemActReason, Code: tt.purpose}}}
			if tt.purpose == "BTG" {
				req.Emergency = &consent.Emergency{DeclaredBy: tt.who, Reason: "unconscious on arrival"}
			}
			rec := readFHIR(t, data)
			require.Len(t, rec.Consents, 1)
			e := &consent.Evaluator{Store: consent.Consents(rec.Consents), Default: consent.DefaultDeny}
			require.Equal(t, tt.shows, visible(t, consent.Decide(t.Context(), e, &req), chart))
		})
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	require.NoError(t, err)
	require.Len(t, seen, len(files), "every example is used")
}

// denyAlcohol permits treatment, and nothing on alcohol or HIV.
func denyAlcohol(t *testing.T, mask bool) *consent.Decision {
	t.Helper()
	p := record.Provision{Provisions: []record.Provision{{Type: "deny", SecurityLabels: []record.Coding{{System: record.SystemActCode, Code: "ETHUD"}}}}}
	e := &consent.Evaluator{Mask: mask, Store: consent.Consents{{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Provision: &p}}}
	d := consent.Decide(t.Context(), e, &consent.Request{Patient: consent.Subject{Party: consent.Party{Reference: "Patient/ex-patient"}}, Requester: consent.Party{Reference: "Practitioner/other"},
		At: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Purposes: []record.Coding{{System: record.SystemActReason, Code: "TREAT"}}})
	require.True(t, d.Permits())
	return d
}

// What is planted in a withheld entry, and wherever it is mentioned, is in the bytes of no format.
func TestWithheldInNoFormat(t *testing.T) {
	const m = "Zqxplanted"
	extra := `"contained":[{"resourceType":"Practitioner","id":"doc","name":[{"text":"` + m + `"}]}],"performer":[{"reference":"#doc"}],
		"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">` + m + `</div>"},"extension":[{"url":"http://example.org/x","valueString":"` + m + `"}],
		"identifier":[{"system":"urn:oid:1.2.3","value":"` + m + `"}],"valueString":"` + m + `","note":[{"text":"` + m + `"}],
		"component":[{"code":{"text":"` + m + `"},"valueString":"` + m + `"}],"bodySite":{"coding":[{"system":"http://example.org","code":"` + m + `","display":"` + m + `"}]},`
	more := []string{
		`{"fullUrl":"http://ehr.example.org/List/l","resource":{"resourceType":"List","id":"l","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"N"}]},"status":"current","mode":"working","title":"` + m + `",
			"subject":{"reference":"Patient/ex-patient"},"entry":[{"item":{"reference":"Observation/ex-glucose"}},{"item":{"reference":"Observation/ex-alcoholUse","display":"` + m + `"}}]}}`,
		`{"fullUrl":"http://ehr.example.org/DiagnosticReport/d","resource":{"resourceType":"DiagnosticReport","id":"d","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"N"}]},"status":"final",
			"code":{"text":"screening"},"subject":{"reference":"Patient/ex-patient"},"conclusion":"` + m + `","presentedForm":[{"contentType":"text/plain","data":"` + "WnF4cGxhbnRlZA==" + `"}],
			"result":[{"reference":"Observation/ex-glucose"},{"reference":"Observation/ex-alcoholUse","display":"` + m + `"}]}}`,
		`{"fullUrl":"http://ehr.example.org/Binary/b","resource":{"resourceType":"Binary","id":"b","contentType":"text/plain","data":"` + "WnF4cGxhbnRlZA==" + `"}}`,
		`{"fullUrl":"http://ehr.example.org/DocumentReference/n","resource":{"resourceType":"DocumentReference","id":"n","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"ETHUD"}]},"status":"current",
			"type":{"text":"letter"},"subject":{"reference":"Patient/ex-patient"},"content":[{"attachment":{"url":"Binary/b"}}]}}`,
		`{"fullUrl":"http://ehr.example.org/Provenance/p","resource":{"resourceType":"Provenance","id":"p","target":[{"reference":"Observation/ex-alcoholUse"}],"recorded":"2022-01-01T00:00:00Z","reason":[{"text":"` + m + `"}],
			"agent":[{"who":{"display":"` + m + `"}}]}}`,
	}
	in := bytes.TrimSuffix(jacksChart(extra), []byte("]}"))
	in = append(in, ","+strings.Join(more, ",")+"]}"...)
	rec := readFHIR(t, in)
	require.Contains(t, recordJSON(t, rec), m)
	// An entry that could not be read is carried whole, and judged by the codes in it.
	whole := readFHIR(t, jacksChart(`"implicitRules":"http://example.org/`+m+`",`))
	cut, w := consent.Redact(denyAlcohol(t, false), whole, consent.Redaction{})
	require.Equal(t, 1, w.Originals)
	require.NotContains(t, recordJSON(t, cut), m)
	require.NotContains(t, recordJSON(t, cut), "ex-alcoholUse")
	for _, mask := range []bool{false, true} {
		out, w := consent.Redact(denyAlcohol(t, mask), rec, consent.Redaction{})
		require.Equal(t, 1+1+1, w.Total(), "the observation, the Provenance that is about it alone, and the note whose content stands in a Binary: %v", w.Counts)
		leaves := recordJSON(t, out)
		require.NotContains(t, leaves, m)
		require.NotContains(t, leaves, "WnF4cGxhbnRlZA")
		require.NotContains(t, leaves, "ex-alcoholUse")
		require.Contains(t, leaves, "2339-0")
		for name, export := range map[string]func(context.Context, *record.Record, *bytes.Buffer) (*record.Report, error){
			"fhir": func(ctx context.Context, r *record.Record, b *bytes.Buffer) (*record.Report, error) {
				return fhir.Export(ctx, r, b, record.ExportOptions{})
			},
			"hl7v2": func(ctx context.Context, r *record.Record, b *bytes.Buffer) (*record.Report, error) {
				return hl7v2.Exporter{}.Export(ctx, r, b, record.ExportOptions{})
			},
			"ccda": func(ctx context.Context, r *record.Record, b *bytes.Buffer) (*record.Report, error) {
				return ccda.Exporter{}.Export(ctx, r, b, record.ExportOptions{})
			},
		} {
			var b bytes.Buffer
			_, err := export(t.Context(), out, &b)
			require.NoError(t, err, name)
			require.NotContains(t, b.String(), m, name)
			require.NotContains(t, b.String(), "WnF4cGxhbnRlZA", name)
			require.NotContains(t, b.String(), "ex-alcoholUse", name)
			require.Contains(t, b.String(), "2339-0", name)
		}
	}
}

func recordJSON(t *testing.T, r *record.Record) string {
	t.Helper()
	b, err := json.Marshal(r)
	require.NoError(t, err)
	return string(b)
}

// A document of C-CDA loses the entry, its row and what the rest of the narrative might tell of it, and keeps the other row.
func TestWithheldInCCDA(t *testing.T) {
	const m = "Zqxplanted"
	rec, _, err := ccda.Import(t.Context(), []byte(`<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc">
<realmCode code="US"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/>
<id root="1.2.3.4" extension="doc"/><code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>Summary</title><effectiveTime value="20260301"/>
<confidentialityCode code="R" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="en-US"/>
<recordTarget><patientRole><id root="1.2.3.4" extension="pat"/><patient><name><given>Jack</given><family>Doe</family></name><birthTime value="19700505"/></patient></patientRole></recordTarget>
<component><structuredBody><component><section><templateId root="2.16.840.1.113883.10.20.22.2.5.1" extension="2015-08-01"/><code code="11450-4" codeSystem="2.16.840.1.113883.6.1"/><title>Problems</title>
<text><paragraph>Mostly `+m+`</paragraph><table><thead><tr><th>Problem</th></tr></thead><tbody><tr ID="p1"><td>High blood pressure</td></tr><tr ID="p2"><td>`+m+`</td></tr></tbody></table></text>
`+problem("1", "38341003", "Hypertension", "p1", "")+problem("2", "7200002", m, "p2", `<text>`+m+`</text>`)+`
</section></component></structuredBody></component></ClinicalDocument>`), record.ImportOptions{})
	require.NoError(t, err)
	require.Len(t, rec.Problems, 2)
	rules := &consent.RuleSet{Rules: []consent.SensitivityRule{{ID: "alcohol", Labels: []record.Coding{{System: record.SystemActCode, Code: "ETHUD"}},
		CodeSets: []consent.CodeSet{{Codes: []consent.WeightedCode{{System: record.SystemSNOMED, Code: "7200002"}}}}}}}
	normal := []record.Label{{Coding: record.Coding{System: record.SystemConfidentiality, Code: "N"}}}
	out, w := consent.Redact(denyAlcohol(t, false), rec, consent.Redaction{Labeller: consent.NewRules(0.5, false, rules), Unlabelled: normal})
	require.Equal(t, 1, w.Total(), "%v", w.Counts)
	require.NotContains(t, recordJSON(t, out), m)
	for name, export := range map[string]record.Exporter{"ccda": ccda.Exporter{}, "fhir": fhir.Exporter{}} {
		var b bytes.Buffer
		_, err := export.Export(t.Context(), out, &b, record.ExportOptions{})
		require.NoError(t, err, name)
		require.NotContains(t, b.String(), m, name)
		require.NotContains(t, b.String(), "7200002", name)
		require.Contains(t, b.String(), "High blood pressure", name)
		require.Contains(t, b.String(), "38341003", name)
	}
}

func problem(id, code, text, anchor, more string) string {
	return `<entry typeCode="DRIV"><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.3" extension="2015-08-01"/><id root="1.2.3.4.5" extension="c` + id + `"/>
<code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="active"/><effectiveTime><low value="2020"/></effectiveTime>
<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4" extension="2015-08-01"/><id root="1.2.3.4.6" extension="o` + id + `"/>
<code code="55607006" codeSystem="2.16.840.1.113883.6.96"/>` + more + `<statusCode code="completed"/><effectiveTime><low value="2020"/></effectiveTime>
<value xsi:type="CD" code="` + code + `" codeSystem="2.16.840.1.113883.6.96" displayName="` + text + `"><originalText><reference value="#` + anchor + `"/></originalText></value></observation></entryRelationship></act></entry>`
}

// The example set of sensitivity rules is read, and labels by medicines and tests as well as by diagnoses.
func TestExampleRules(t *testing.T) {
	f, err := os.Open(beside.Shared(t, "spec", "consent", "rules", "sensitivity-rules.json"))
	require.NoError(t, err)
	defer f.Close()
	set, err := consent.ReadRules(f)
	require.NoError(t, err)
	systems := map[string]int{}
	for _, r := range set.Rules {
		rules := consent.NewRules(0, false, &consent.RuleSet{Rules: []consent.SensitivityRule{r}})
		for _, s := range r.CodeSets {
			for _, c := range s.Codes[:min(len(s.Codes), 200)] {
				systems[c.System]++
				rec := &record.Record{Problems: []record.Problem{{Entry: record.Entry{ID: "a"}, Code: record.Concept{Codings: []record.Coding{{System: c.System, Code: c.Code}}}}}}
				got := consent.Label(rec, rules)
				require.NotEmpty(t, got.Problems[0].Labels, r.ID)
			}
		}
	}
	require.Greater(t, len(systems), 1)
}

// An HL7 v2 message loses the OBX and its NTE; those left are numbered again, and an OBR stays only while an OBX of it does.
func TestWithheldInHL7v2(t *testing.T) {
	const m = "Zqxplanted"
	in := "MSH|^~\\&|LAB|HOSP|EHR|HOSP|20260301100000||ORU^R01^ORU_R01|1|P|2.5.1\rPID|1||pat^^^HOSP^MR||Doe^Jack||19700505|M\r" +
		"OBR|1||f1^LAB|24323-8^Panel^LN|||20260301090000\r" +
		"OBX|1|ST|74013-4^Alcohol^LN||" + m + "||||||F\rNTE|1||" + m + "\rOBX|2|NM|2339-0^Glucose^LN||95|mg/dL|||||F\r" +
		"OBR|2||f2^LAB|74013-4^" + m + "^LN|||20260301090000\rOBX|1|ST|74013-4^Alcohol^LN||" + m + "||||||F\r"
	var rec *record.Record
	for got, err := range (hl7v2.Importer{}).Import(t.Context(), record.Input{Bytes: []byte(in)}, record.ImportOptions{}) {
		require.NoError(t, err)
		rec = got.Record
	}
	require.NotNil(t, rec)
	require.Contains(t, recordJSON(t, rec), m)
	rules := &consent.RuleSet{Rules: []consent.SensitivityRule{{ID: "alcohol", Labels: []record.Coding{{System: record.SystemActCode, Code: "ETHUD"}},
		CodeSets: []consent.CodeSet{{Codes: []consent.WeightedCode{{System: record.SystemLOINC, Code: "74013-4"}}}}}}}
	normal := []record.Label{{Coding: record.Coding{System: record.SystemConfidentiality, Code: "N"}}}
	out, w := consent.Redact(denyAlcohol(t, false), rec, consent.Redaction{Labeller: consent.NewRules(0.5, false, rules), Unlabelled: normal})
	require.Equal(t, 4, w.Total(), "two observations, the report of one and its order: %v", w.Counts)
	require.NotContains(t, recordJSON(t, out), m)
	for name, export := range map[string]record.Exporter{"hl7v2": hl7v2.Exporter{}, "fhir": fhir.Exporter{}, "ccda": ccda.Exporter{}} {
		var b bytes.Buffer
		_, err := export.Export(t.Context(), out, &b, record.ExportOptions{})
		require.NoError(t, err, name)
		require.NotContains(t, b.String(), m, name)
		require.NotContains(t, b.String(), "74013-4", name)
		require.Contains(t, b.String(), "2339-0", name)
		if name == "hl7v2" {
			require.Equal(t, 1, strings.Count(b.String(), "\rOBX|"))
			require.Equal(t, 1, strings.Count(b.String(), "\rOBR|"))
			require.Contains(t, b.String(), "\rOBX|1|NM|2339-0")
			require.NotContains(t, b.String(), "\rNTE|")
		}
	}
}
