package fhir

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// besidePatient gives a Bundle of an invented patient and one resource of hers; s stands in its ids.
func besidePatient(s, typ, members string) []byte {
	patient := "subject"
	if typ == "AllergyIntolerance" {
		patient = "patient"
	}
	return fmt.Appendf(nil, `{"resourceType":"Bundle","type":"collection","entry":[
		{"resource":{"resourceType":"Patient","id":"p%[1]s","name":[{"family":"Testa","given":["Ada"]}],"gender":"female","birthDate":"1970-01-01"}},
		{"resource":{"resourceType":%[2]q,"id":"r%[1]s",%[4]q:{"reference":"Patient/p%[1]s"},%[3]s}}]}`, s, typ, members, patient)
}

// asChanged exports a record as it was sent but for what changed, and gives the resource of a type, and what is named as having no place.
func asChanged(t *testing.T, rec *record.Record, typ string) (text string, named []string) {
	t.Helper()
	var b bytes.Buffer
	rep, err := Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{Now: testOptions.Now})
	require.NoError(t, err)
	for _, i := range rep.Issues {
		if i.Code == record.IssueExportCarried.Code {
			named = append(named, i.Path)
		}
	}
	for _, r := range resourcesOf(t, b.Bytes()) {
		if r["resourceType"] == typ {
			text, err := json.Marshal(r)
			require.NoError(t, err)
			return string(text), named
		}
	}
	require.Fail(t, "no such resource")
	return "", nil
}

// TestCarriedOfWhatChanged: what is carried never goes back beside what it was not said of.
func TestCarriedOfWhatChanged(t *testing.T) {
	const (
		of = `"extension":[{"url":"http://example.org/of","valueString":"of %s"}]`
		bp = `"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"component":[` +
			`{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"dataAbsentReason":{"text":"arm in a cast"}},` +
			`{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":80,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]`
		doses = `"status":"active","intent":"order","medicationCodeableConcept":{"text":"m"},"dosageInstruction":[` +
			`{"text":"morning","doseAndRate":[{"doseQuantity":{"value":1,"unit":"tab"}},{"doseQuantity":{"value":500,"unit":"mg"}}]},` +
			`{"text":"evening","doseAndRate":[{"doseQuantity":{"value":2,"unit":"tab"}}]}]`
	)
	reactions := `"code":{"text":"penicillin"},"reaction":[{` + fmt.Sprintf(of, "anaphylaxis") + `,"manifestation":[{"text":"anaphylaxis"}]},{"manifestation":[{"text":"hives"}]}]`
	for name, c := range map[string]struct {
		typ, members string
		change       func(*record.Record)
		with         []string // in the output
		without      []string
		named        []string
	}{
		"a component is removed": {"Observation", bp, func(r *record.Record) { r.Observations[0].Components = r.Observations[0].Components[1:] },
			[]string{`"value":80`}, []string{"in a cast"}, []string{"component[0].dataAbsentReason"}},
		"what was absent is measured": {"Observation", bp, func(r *record.Record) {
			r.Observations[0].Components[0].Values = []record.Value{{Quantity: &record.Quantity{Value: "120"}}}
		}, []string{`"value":120`}, []string{"in a cast"}, []string{"component[0].dataAbsentReason"}},
		"a reaction is removed": {"AllergyIntolerance", reactions, func(r *record.Record) { r.Allergies[0].Reactions = r.Allergies[0].Reactions[1:] },
			[]string{"hives"}, []string{"anaphylaxis"}, []string{"reaction[0].extension"}},
		"a reaction is put before": {"AllergyIntolerance", reactions, func(r *record.Record) {
			x := r.Allergies[0].Reactions
			r.Allergies[0].Reactions = append([]record.Reaction{{Assertion: record.Affirmed, Description: "first"}}, x...)
		}, []string{`{"extension":[{"url":"http://example.org/of","valueString":"of anaphylaxis"}],"manifestation":[{"text":"anaphylaxis"}]}`}, nil, nil},
		"a reaction is another": {"AllergyIntolerance", reactions, func(r *record.Record) {
			r.Allergies[0].Reactions[0].Manifestations = []record.Concept{{Text: "itch"}}
		}, []string{"itch"}, []string{"anaphylaxis"}, []string{"reaction[0].extension"}},
		"all reactions are removed": {"AllergyIntolerance", reactions, func(r *record.Record) { r.Allergies[0].Reactions = nil },
			nil, []string{"anaphylaxis", `"reaction"`}, []string{"reaction[0].extension"}},
		"a dosage is removed": {"MedicationRequest", doses, func(r *record.Record) { r.Medications[0].Dosages = r.Medications[0].Dosages[1:] },
			[]string{"evening"}, []string{"500"}, []string{"dosageInstruction[0].doseAndRate[1]"}},
		"a dose is another": {"MedicationRequest", doses, func(r *record.Record) { r.Medications[0].Dosages[0].Dose.Quantity.Value = "4" },
			[]string{`"value":4`}, []string{"500"}, []string{"dosageInstruction[0].doseAndRate[1]"}},
		"the code is another": {"Condition", `"code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003",` + fmt.Sprintf(of, "pressure") + `}]}`,
			func(r *record.Record) { r.Problems[0].Code.Codings[0].Code = "73211009" }, []string{"73211009"}, []string{"of pressure"}, []string{"code.coding[0].extension"}},
		"the words are others": {"Condition", `"code":{"text":"pressure","_text":{` + fmt.Sprintf(of, "pressure") + `}}`,
			func(r *record.Record) { r.Problems[0].Code.Text = "sugar" }, []string{"sugar"}, []string{"of pressure"}, []string{"code._text"}},
		"an identifier is masked": {"Condition", `"identifier":[{"system":"http://example.org/n","value":"123","_value":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/rendered-value","valueString":"000123"}]}}]`,
			func(r *record.Record) { r.Problems[0].Identifiers[0].Value = "XXX" }, []string{"XXX"}, []string{"000123"}, []string{"identifier[0]._value"}},
		"a time in a type that is not read": {"Observation", `"status":"final","code":{"text":"c"},"effectiveTiming":{"event":["2020-01-01"]}`,
			func(r *record.Record) { r.Observations[0].When.At = record.Time{Value: "2024-05-05"} }, []string{"2024-05-05"}, []string{"2020-01-01"}, []string{"effectiveTiming"}},
		"a label is added": {"Condition", `"meta":{"profile":["http://example.org/p"]},"code":{"text":"c"}`, func(r *record.Record) {
			r.Problems[0].Labels = []record.Label{{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: "R"}}}
		}, []string{`"code":"R"`, "http://example.org/p"}, nil, nil},
		"another element of it": {"Condition", `"code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003",` + fmt.Sprintf(of, "pressure") + `}]}`,
			func(r *record.Record) { r.Problems[0].Notes = []record.Note{{Text: "seen"}} }, []string{"seen", "of pressure"}, nil, nil},
		"an extension that is no list": {"Condition", `"extension":{"url":"http://example.org/of"},"code":{"text":"c"}`,
			func(r *record.Record) { r.Problems[0].Rank = "1" }, nil, []string{"http://example.org/of"}, []string{"extension"}},
		"a medicine that the input does not hold": {"MedicationRequest", `"status":"active","intent":"order","medicationReference":{"reference":"Medication/7","display":"aspirin"}`,
			func(r *record.Record) { r.Medications[0].Notes = []record.Note{{Text: "seen"}} },
			[]string{`"medicationReference":{"display":"aspirin","reference":"Medication/7"}`}, []string{"medicationCodeableConcept"}, nil},
		"another medicine than the input does not hold": {"MedicationRequest", `"status":"active","intent":"order","medicationReference":{"reference":"Medication/7","display":"aspirin"}`,
			func(r *record.Record) { r.Medications[0].Product.Code.Text = "heparin" },
			[]string{"heparin"}, []string{"Medication/7"}, []string{"medicationReference.reference"}},
	} {
		t.Run(name, func(t *testing.T) {
			recs, _ := imported(t, besidePatient("1", c.typ, c.members))
			require.Len(t, recs, 1)
			c.change(recs[0])
			text, named := asChanged(t, recs[0], c.typ)
			for _, s := range c.with {
				require.Contains(t, text, s)
			}
			for _, s := range c.without {
				require.NotContains(t, text, s)
			}
			for i, s := range c.named {
				c.named[i] = "Bundle.entry[1].resource." + s
			}
			require.Equal(t, c.named, named)
		})
	}
}

// TestCarriedOfMerged: what two sources say of the parts of one entry stays with its part, and neither is lost.
func TestCarriedOfMerged(t *testing.T) {
	of := func(s, reaction, severity string) *record.Record {
		recs, _ := imported(t, besidePatient(s, "AllergyIntolerance", `"identifier":[{"system":"urn:oid:1.2.3","value":"77"}],"code":{"text":"penicillin"},
			"reaction":[{"manifestation":[{"text":"`+reaction+`"}],"severity":"`+severity+`","extension":[{"url":"http://example.org/of","valueString":"of `+reaction+`"}]}]`))
		require.Len(t, recs, 1)
		return recs[0]
	}
	merged, _, err := record.Merge(record.MergeOptions{}, of("1", "anaphylaxis", "severe"), of("2", "hives", "mild"))
	require.NoError(t, err)
	require.Len(t, merged.Allergies, 1)
	text, named := asChanged(t, merged, "AllergyIntolerance")
	for _, reaction := range []string{"anaphylaxis", "hives"} {
		require.Contains(t, text, `{"extension":[{"url":"http://example.org/of","valueString":"of `+reaction+`"}],"manifestation":[{"text":"`+reaction+`"}]`)
	}
	for _, path := range named {
		require.NotContains(t, path, "reaction")
	}
}

// TestCarriedOfTextTaken: where the host took the text of a source away, nobody can tell what an item of a list was.
func TestCarriedOfTextTaken(t *testing.T) {
	recs, _ := imported(t, besidePatient("1", "AllergyIntolerance", `"code":{"text":"penicillin"},"extension":[{"url":"http://example.org/whole"}],
		"reaction":[{"manifestation":[{"text":"anaphylaxis"}],"extension":[{"url":"http://example.org/of","valueString":"of anaphylaxis"}]},{"manifestation":[{"text":"hives"}]}]`))
	rec := recs[0]
	for i := range rec.Sources[0].Items {
		rec.Sources[0].Items[i].Text = ""
	}
	text, named := asChanged(t, rec, "AllergyIntolerance")
	require.Contains(t, text, "of anaphylaxis")
	require.Empty(t, named)

	rec.Allergies[0].Reactions = rec.Allergies[0].Reactions[1:]
	text, named = asChanged(t, rec, "AllergyIntolerance")
	require.NotContains(t, text, "anaphylaxis")
	require.Contains(t, text, "http://example.org/whole")
	require.Equal(t, []string{"Bundle.entry[1].resource.reaction[0].extension"}, named)
}
