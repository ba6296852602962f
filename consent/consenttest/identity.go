package consenttest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record"
)

// secretName stands wherever row J10 wants it.
const secretName = "Wilhelmina Featherstonehaugh"

// named is a record with a name in every place where words may stand.
func named() *record.Record {
	r := visited(born("1970-05-05"), "2015-02-07")
	r.Patient.Names = []record.Name{{Text: secretName, Family: []record.NamePart{{Value: secretName}}}}
	r.Documents = []record.Document{{Entry: record.Entry{ID: "d", Assertion: record.Affirmed}, Title: secretName,
		Sections: []record.Section{{ID: "s", Title: secretName, Narrative: &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "text", Text: secretName}}}}}}}
	r.Problems = []record.Problem{{Entry: record.Entry{ID: "x", Assertion: record.Negated, Narrative: &record.NarrativeLink{Text: secretName}, Notes: []record.Note{{Text: secretName}}},
		Code: record.Concept{Text: secretName, Codings: []record.Coding{{System: record.SystemSNOMED, Code: "38341003", Display: secretName}}}}}
	r.Notes = []record.ClinicalNote{{Entry: record.Entry{ID: "n", Assertion: record.Affirmed}, Contents: []record.NoteContent{{Attachment: record.Attachment{Title: secretName, URL: secretName + ".pdf",
		Data: record.BytesData([]byte(secretName))}}}}}
	r.Sources = []record.Source{{ID: "src", Format: "fhir", Items: []record.Item{{Type: "Condition", Text: secretName}}}}
	r.Carried = []record.Carried{{Format: "fhir", Source: "src", Owner: "x", Kind: "value", Name: "extension", Data: `[{"url":"http://example.org/nickname","valueString":"` + secretName + `"}]`, Words: secretName, Facts: 2}}
	return r
}

func textOf(t *testing.T, r *record.Record) string {
	t.Helper()
	text, err := record.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (s suite) identities() []row {
	const mrn = "00417-B"
	patient := func() *record.Record {
		r := named()
		r.Patient.Identifiers = []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: mrn}}
		return r
	}
	return []row{
		{"J10", func(t *testing.T) {
			for _, m := range []deid.Method{deid.SafeHarbor, deid.LimitedDataSet, deid.DateShift} {
				out, st := deidentify(t, deid.Options{Method: m}, named())
				if strings.Contains(textOf(t, out), "Featherstonehaugh") {
					t.Errorf("%s: the name stays", st.Method)
				}
				for _, c := range []deid.Category{deid.Names, deid.FreeText, deid.Attachments, deid.CarriedParts, deid.Memory} {
					if st.Count(c) == 0 {
						t.Errorf("%s: nothing counted of %s", st.Method, c)
					}
				}
				p := out.Problems[0]
				same(t, "assertion", p.Assertion, record.Negated)
				same(t, "code", p.Code.Code(record.SystemSNOMED), "38341003")
			}
		}},
		{"J11", func(t *testing.T) {
			if _, err := deid.New(deid.Options{Key: hostKey, At: now, DataSet: "x", Pseudonyms: true}); !errors.Is(err, deid.ErrPseudonyms) {
				t.Errorf("pseudonyms by Safe Harbor: %v", err)
			}
			// Nor are ids made from what identifies the patient: another number and another id give the same.
			out, st := deidentify(t, deid.Options{}, patient())
			other := patient()
			other.Patient.Identifiers[0].Value, other.Patient.ID = "99999-Z", "q"
			again, _ := deidentify(t, deid.Options{}, other)
			same(t, "id", out.Patient.ID, again.Patient.ID)
			same(t, "identifiers", len(out.Patient.Identifiers), 0)
			same(t, "pseudonyms", st.Pseudonyms, "")
			for _, m := range []deid.Method{deid.LimitedDataSet, deid.DateShift} {
				a, st := deidentify(t, deid.Options{Method: m, Pseudonyms: true}, patient())
				b, _ := deidentify(t, deid.Options{Method: m, Pseudonyms: true}, patient())
				c, _ := deidentify(t, deid.Options{Method: m, Pseudonyms: true, Key: []byte("another key of theirs")}, patient())
				if len(a.Patient.Identifiers) != 1 || strings.Contains(textOf(t, a), mrn) {
					t.Fatal("no pseudonym in the place of the number")
				}
				same(t, "two files", a.Patient.Identifiers[0].Value, b.Patient.Identifiers[0].Value)
				if a.Patient.Identifiers[0].Value == c.Patient.Identifiers[0].Value {
					t.Error("two keys give one pseudonym")
				}
				same(t, "pseudonyms", st.Pseudonyms, "HMAC-SHA-256")
				same(t, "is Safe Harbor", st.SafeHarbor, false)
			}
		}},
		{"J12", func(t *testing.T) {
			for _, m := range []deid.Method{deid.SafeHarbor, deid.LimitedDataSet, deid.DateShift} {
				rec := born("1970-05-05")
				rec.Patient.ID = "Patient-123"
				to := record.Ref{ID: "Patient-123", Kind: record.KindPatient}
				for _, id := range []string{"a", "b", "c", "d", "e"} {
					rec.Results = append(rec.Results, record.Observation{Entry: record.Entry{ID: id, Assertion: record.Affirmed}, Focus: []record.Ref{to}})
				}
				out, _ := deidentify(t, deid.Options{Method: m}, rec)
				if out.Patient.ID == "Patient-123" || out.Patient.ID == "" {
					t.Error("the patient has the old id")
				}
				for i := range out.Results {
					same(t, "reference", out.Results[i].Focus[0].ID, out.Patient.ID)
				}
				if strings.Contains(textOf(t, out), "Patient-123") {
					t.Error("the old id stays")
				}
			}
		}},
		{"J13", func(t *testing.T) {
			d := s.decide(t, Host{}, dua())
			final(t, d, permit)
			found := false
			for _, p := range d.Policies {
				found = found || p.ID == "dua-1"
			}
			if !found {
				t.Error("the decision does not name the data use agreement")
			}
			rec := patient()
			rec.Patient.Telecoms = []record.Telecom{{System: "phone", Value: "206-555-0142"}, {System: "fax", Value: "206-555-0143"}, {System: "email", Value: "w@example.org"}, {System: "url", Value: "http://w.example"}}
			rec.Patient.Identifiers = directIdentifiers()
			rec.Patient.Photos = []record.Attachment{{Data: record.BytesData([]byte("face-of-w"))}}
			rec.Devices = []record.Device{{Entry: record.Entry{ID: "dev", Assertion: record.Affirmed}, Serial: "SER-99", UDI: &record.UDI{Carrier: "(01)0001"}}}
			out, st := deidentify(t, deid.Options{Method: deid.LimitedDataSet, Agreement: "dua-1"}, rec)
			same(t, "agreement", st.Agreement, "dua-1")
			a := out.Patient.Addresses[0]
			same(t, "town", a.City, "Redmond")
			same(t, "State", a.State, "WA")
			same(t, "ZIP code", a.PostalCode, "98052")
			same(t, "birth", out.Patient.BirthTime.Value, "1970-05-05")
			same(t, "visit", out.Encounters[0].When.Start.Value, "2015-02-07")
			text := textOf(t, out)
			for _, gone := range []string{"Featherstonehaugh", "Cherry Tree", "555-0142", "555-0143", "w@example.org", "w.example", "face-of-w", "ZmFjZS1vZi13", "SER-99", "(01)0001"} {
				if strings.Contains(text, gone) {
					t.Errorf("a direct identifier stays")
				}
			}
			for _, i := range directIdentifiers() {
				if strings.Contains(text, i.Value) {
					t.Errorf("an identifier of type %s stays", i.Type.Codings[0].Code)
				}
			}
			same(t, "is Safe Harbor", st.SafeHarbor, false)
		}},
		{"J14", func(t *testing.T) {
			p, err := deid.Table{Rows: []string{"a", "b", "c"}, Columns: []string{"x", "y", "z"}, Cells: [][]int{{3, 40, 50}, {60, 70, 80}, {30, 20, 90}}}.Suppress(11)
			if err != nil {
				t.Fatal(err)
			}
			if p.Cells[0][0] != nil {
				t.Error("the small cell is shown")
			}
			hidden := func(cells []*int) (n int) {
				for _, c := range cells {
					if c == nil {
						n++
					}
				}
				return n
			}
			for i := range 3 {
				row := append(slices.Clone(p.Cells[i]), p.RowTotals[i])
				column := []*int{p.Cells[0][i], p.Cells[1][i], p.Cells[2][i], p.ColumnTotals[i]}
				if hidden(row) == 1 || hidden(column) == 1 {
					t.Error("a cell can be had by taking the others from the total")
				}
			}
			same(t, "threshold", p.Threshold, 11)
		}},
		{"J15", func(t *testing.T) {
			for _, m := range []deid.Method{deid.SafeHarbor, deid.LimitedDataSet, deid.DateShift} {
				out, st := deidentify(t, deid.Options{Method: m}, patient())
				text := statementOf(t, st)
				for _, says := range []string{`"method": "` + st.Method, `"rules": "` + deid.RulesVersion, `"census": "2020"`, `"records": 1`, `"category": "A"`, `"category": "text"`} {
					if !strings.Contains(text, says) {
						t.Errorf("%s: the statement does not say %s", st.Method, says)
					}
				}
				for _, value := range []string{"Featherstonehaugh", mrn, "Cherry", "98052", "1970", "2015", string(hostKey)} {
					if strings.Contains(text, value) {
						t.Errorf("%s: the statement holds a value", st.Method)
					}
				}
				if n := len(out.Provenances); n != 1 || out.Provenances[0].Activity.Text != m.Words() {
					t.Errorf("%s: the record does not say how it was made", st.Method)
				}
			}
		}},
	}
}

// directIdentifiers are numbers of the kinds that 45 CFR 164.514(e)(2) lists.
func directIdentifiers() (all []record.Identifier) {
	for typ, value := range map[string]string{"MR": "MRN-1", "SS": "123-45-6789", "MB": "PLAN-2", "AN": "ACCT-3", "DL": "LIC-4", "VIN": "1HGCM82633A004352", "SNO": "DEV-5", "IP": "10.1.2.3", "FP": "FINGER-6"} {
		all = append(all, record.Identifier{System: "urn:oid:2.16.840.1.113883.19.5", Value: value, Type: &record.Concept{Codings: []record.Coding{{System: "http://terminology.hl7.org/CodeSystem/v2-0203", Code: typ}}}})
	}
	return all
}
