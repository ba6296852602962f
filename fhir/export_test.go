package fhir

import (
	"bytes"
	"context"
	"io"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

func BenchmarkExport(b *testing.B) {
	full := recordtest.Full()
	out, _ := export(b, Exporter{}, full)
	b.SetBytes(int64(len(out)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (Exporter{}).Export(context.Background(), full, io.Discard, testOptions); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkExportCommon is a record as most are: few fields of many entries, little that FHIR has no element for.
func BenchmarkExportCommon(b *testing.B) {
	rec := common(200)
	out, _ := export(b, Exporter{}, rec)
	b.SetBytes(int64(len(out)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (Exporter{}).Export(context.Background(), rec, io.Discard, testOptions); err != nil {
			b.Fatal(err)
		}
	}
}

// common makes an invented patient with n allergies that one practitioner recorded.
func common(n int) *record.Record {
	id := func(k string, i int) string {
		return "0000000" + string(rune('0'+len(k)%10)) + "-0000-8000-8000-0000000" + string([]byte{'0' + byte(i/10000%10), '0' + byte(i/1000%10), '0' + byte(i/100%10), '0' + byte(i/10%10), '0' + byte(i%10)})
	}
	rec := &record.Record{
		Patient: &record.Patient{
			Entry: record.Entry{ID: id("patient", 0), Assertion: record.Affirmed, Identifiers: []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: "P-1"}}},
			Names: []record.Name{{Given: []record.NamePart{{Value: "Ines"}}, Family: []record.NamePart{{Value: "Invented"}}}},
		},
		Practitioners: []record.Practitioner{{
			Entry: record.Entry{ID: id("dr", 0), Assertion: record.Affirmed, Identifiers: []record.Identifier{{System: record.SystemNPI, Value: "1234567893"}}},
			Names: []record.Name{{Family: []record.NamePart{{Value: "Doctor"}}}},
		}},
	}
	for i := range n {
		rec.Allergies = append(rec.Allergies, record.Allergy{
			Entry: record.Entry{
				ID: id("all", i), Assertion: record.Affirmed,
				Identifiers:  []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5.9", Value: id("x", i)}},
				Status:       record.Status{Code: record.StatusCompleted},
				Participants: []record.Participation{{Role: "author", Who: &record.Ref{ID: id("dr", 0)}, When: &record.Period{At: record.Time{Value: "2024-01-31T12:30:05-05:00"}}}},
			},
			Substance: record.Concept{Text: "Penicillin", Codings: []record.Coding{{System: record.SystemRxNorm, Code: "7980", Display: "penicillin G"}}},
			Clinical:  record.ClinicalStatus{Code: "active"},
			Onset:     record.Period{Start: record.Time{Value: "2011-05"}},
			Reactions: []record.Reaction{{Manifestations: []record.Concept{{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "247472004", Display: "Wheal"}}}}}},
		})
	}
	return rec
}

func TestSharedProvenance(t *testing.T) {
	out, _ := export(t, Exporter{}, common(20))
	check(t, out)
	require.Equal(t, 1, bytes.Count(out, []byte(`"resourceType":"Provenance"`)), "entries of one author and time share a Provenance")
	require.Equal(t, 1, bytes.Count(out, []byte(`"resourceType":"Practitioner"`)))
}

func TestSameIDTwice(t *testing.T) {
	rec := common(2)
	rec.Allergies[1].ID = rec.Allergies[0].ID
	rec.Practitioners = append(rec.Practitioners, record.Practitioner{Entry: record.Entry{ID: "not a uuid"}})
	rec.Patient.GeneralPractice = []record.Ref{{ID: "not a uuid"}, {ID: "nothing", Display: "Dr. Nobody"}}
	out, rep := export(t, Exporter{}, rec)
	check(t, out)
	require.Contains(t, codesOf(rep), record.IssueDanglingReference.Code)
}

func codesOf(rep *record.Report) (codes []string) {
	for _, i := range rep.Issues {
		codes = append(codes, i.Code)
	}
	return codes
}

func TestDetect(t *testing.T) {
	f := Format()
	require.True(t, f.Detect([]byte("\xef\xbb\xbf \n{ \"resourceType\" : \"Bundle\"")))
	require.False(t, f.Detect([]byte(`{"patient":{}}`)))
	require.False(t, f.Detect([]byte(`<Bundle/>`)))
	require.False(t, f.Detect(nil))
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var b bytes.Buffer
	_, err := Export(ctx, common(3), &b, testOptions)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, b.Len())
}

// FuzzExport changes leaves of a full record; whatever they become, the output
// is well made and the counts agree.
func FuzzExport(f *testing.F) {
	f.Add(uint(3), "x", uint8(0))
	f.Add(uint(1000), "\x00\xff\ufffe ", uint8(1))
	f.Add(uint(77), "<script>\"\\]]>&", uint8(2))
	f.Add(uint(501), "2024-13-41T99:99", uint8(0))
	f.Add(uint(13), "javascript:x", uint8(0))
	base, err := record.Marshal(recordtest.Full())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, seed uint, text string, form uint8) { tryMutated(t, base, seed, text, form) })
}

// oddTexts are texts that no field expects.
var oddTexts = []string{
	"x", "", " ", "\x00\xff\ufffe ", "<script>\"\\]]>&", "2024-13-41T99:99", "2024-01-31T12:30", "2024-01-31T12:30:05.1+14:00", "javascript:x", "1.80",
	"-", "urn:oid:2.16.840.1.113883.19", "http://example.org/a b", "00000000-0000-8000-8000-000000000000", "home", "male", "active", "unknown", "AA==",
}

// TestMutated is a short fixed run of FuzzExport.
func TestMutated(t *testing.T) {
	base, err := record.Marshal(recordtest.Full())
	require.NoError(t, err)
	for seed := range mutations {
		for i, text := range oddTexts {
			tryMutated(t, base, uint(seed*len(oddTexts)+i), text, uint8(i))
		}
	}
}

const mutations = 3

func tryMutated(t *testing.T, base []byte, seed uint, text string, form uint8) {
	rec, err := record.Unmarshal(base)
	require.NoError(t, err)
	rec.Carried = nil
	lists := reflect.ValueOf(rec).Elem()
	for i := range lists.NumField() { // a few of the record's lists at a time
		if v := lists.Field(i); (uint(i)+seed)%7 != 0 && v.Kind() == reflect.Slice {
			v.SetZero()
		}
	}
	x := Exporter{Bundle: BundleType(form % 3)}
	if x.Bundle == BundleDocument {
		rec.Documents = []record.Document{{Entry: record.Entry{ID: text}, Title: text}}
	}
	mutate(lists, seed, text, new(uint))
	if len(rec.Documents) == 0 {
		x.Bundle = BundleCollection
	}
	out, rep := export(t, x, rec)
	check(t, out)
	require.Equal(t, record.CountLeaves(rec), rep.Counts.Exported+rep.Counts.Lost)
	lost := 0
	for _, i := range rep.Issues {
		if i.Code == record.IssueLost.Code {
			lost++
		}
	}
	require.Equal(t, rep.Counts.Lost, lost)
}

// mutate puts text into some strings of v, turns some truth values, and cuts some lists and pointers.
func mutate(v reflect.Value, seed uint, text string, n *uint) {
	*n++
	hit := (*n*2654435761+seed*40503)%97 == 0
	switch v.Kind() {
	case reflect.String:
		if hit {
			v.SetString(text)
		}
	case reflect.Bool:
		if hit {
			v.SetBool(!v.Bool())
		}
	case reflect.Int:
		if hit && v.CanSet() {
			v.SetInt(int64(seed % 7))
		}
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		if hit && seed%3 == 0 {
			v.SetZero()
			return
		}
		mutate(v.Elem(), seed, text, n)
	case reflect.Slice:
		for i := range v.Len() {
			mutate(v.Index(i), seed, text, n)
		}
		if hit && seed%2 == 0 && v.Len() > 0 {
			v.SetLen(v.Len() - 1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				mutate(v.Field(i), seed, text, n)
			}
		}
	}
}

// TestIssuesOfTwo: what a report has stays as it is when the next is written.
func TestIssuesOfTwo(t *testing.T) {
	rec := recordtest.Full()
	first, err := Export(t.Context(), rec, io.Discard, testOptions)
	require.NoError(t, err)
	require.NotEmpty(t, first.Issues)
	before := slices.Clone(first.Issues)
	none, err := Export(t.Context(), &record.Record{}, io.Discard, testOptions)
	require.NoError(t, err)
	require.Nil(t, none.Issues)
	_, err = Export(t.Context(), recordtest.Generate(3, recordtest.Small), io.Discard, testOptions)
	require.NoError(t, err)
	require.Equal(t, before, first.Issues)
}
