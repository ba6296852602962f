package codes_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

func ExampleDefault_Lookup() {
	info, ok, _ := codes.Default{}.Lookup(context.Background(), "2.16.840.1.113883.5.2", "M")
	fmt.Println(info.System, info.Display, ok)
	_, ok, _ = codes.Default{}.Lookup(context.Background(), record.SystemSNOMED, "22298006")
	fmt.Println(ok) // not held; that says nothing against the code
	// Output:
	// http://terminology.hl7.org/CodeSystem/v3-MaritalStatus Married true
	// false
}

func ExampleDefault_Validate() {
	const set = "http://hl7.org/fhir/ValueSet/administrative-gender"
	for _, c := range []record.Coding{
		{System: "http://hl7.org/fhir/administrative-gender", Code: "male"},
		{System: "http://hl7.org/fhir/administrative-gender", Code: "M"},
		{System: "http://hospital.example/sex", Code: "male"},
	} {
		answer, _ := codes.Default{}.Validate(context.Background(), set, c)
		fmt.Println(answer == record.Yes, answer == record.No)
	}
	// Output:
	// true false
	// false true
	// false false
}

func TestLookup(t *testing.T) {
	var d codes.Default
	for _, tc := range []struct{ system, code, want, display string }{
		{record.SystemActCode, "AMB", record.SystemActCode, "ambulatory"},
		{"http://hl7.org/fhir/v3/ActCode", "AMB", record.SystemActCode, "ambulatory"},
		{"2.16.840.1.113883.5.4", "AMB", record.SystemActCode, "ambulatory"},
		{"urn:oid:2.16.840.1.113883.5.4", "AMB", record.SystemActCode, "ambulatory"},
		{record.SystemCVX, "01", record.SystemCVX, "DTP"},
		{record.SystemRaceEthnicity, "2106-3", record.SystemRaceEthnicity, "White"},
		{"2.16.840.1.113883.6.238", "2186-5", record.SystemRaceEthnicity, "Not Hispanic or Latino"},
		{record.SystemNullFlavor, "UNK", record.SystemNullFlavor, "unknown"},
		{record.SystemUCUM, "mg/dL", record.SystemUCUM, "mg/dL"},
		{record.SystemMVX, "PMC", record.SystemMVX, ""},
		{"http://terminology.hl7.org/CodeSystem/v2-0001", "F", "http://terminology.hl7.org/CodeSystem/v2-0001", "Female"},
		{"http://hl7.org/fhir/observation-status", "final", "http://hl7.org/fhir/observation-status", "Final"},
	} {
		info, ok, err := d.Lookup(t.Context(), tc.system, tc.code)
		require.NoError(t, err)
		require.True(t, ok, "%s|%s", tc.system, tc.code)
		require.Equal(t, tc.want, info.System)
		require.Equal(t, tc.code, info.Code)
		if tc.display != "" {
			require.Equal(t, tc.display, info.Display)
		}
		require.NotEmpty(t, info.Display)
	}
	for _, tc := range [][2]string{
		{record.SystemSNOMED, "22298006"}, {record.SystemLOINC, "8480-6"}, {"", ""}, {"", "AMB"}, {record.SystemActCode, ""},
		{record.SystemActCode, "amb"}, {record.SystemActCode, "ZZZZ"}, {record.SystemActCode, "\n"}, {record.SystemUCUM, "10 mL"}, {record.SystemUCUM, "mmHg"},
	} {
		_, ok, err := d.Lookup(t.Context(), tc[0], tc[1])
		require.NoError(t, err)
		require.False(t, ok, tc)
	}
	info, ok, err := d.Lookup(t.Context(), record.SystemNullFlavor, "NP")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, record.Yes, info.Inactive)
	require.Equal(t, []record.CodeProperty{{Name: "status", Value: "retired"}}, info.Properties)
	info, _, _ = d.Lookup(t.Context(), record.SystemNullFlavor, "UNK")
	require.Equal(t, record.No, info.Inactive)
	info, _, _ = d.Lookup(t.Context(), record.SystemCVX, "01")
	require.Equal(t, record.Unknown, info.Inactive) // the copy of CVX is not today's
}

func TestValidate(t *testing.T) {
	const gender = "http://hl7.org/fhir/ValueSet/administrative-gender"
	const race = "http://hl7.org/fhir/us/core/ValueSet/omb-race-category"
	for _, tc := range []struct {
		set    string
		coding record.Coding
		want   record.Answer
	}{
		{gender, record.Coding{System: "http://hl7.org/fhir/administrative-gender", Code: "male"}, record.Yes},
		{gender + "|4.0.1", record.Coding{System: "http://hl7.org/fhir/administrative-gender", Code: "male"}, record.Yes},
		{gender, record.Coding{System: "http://hl7.org/fhir/administrative-gender", Code: "M"}, record.No},
		{gender, record.Coding{System: record.SystemSNOMED, Code: "248153007"}, record.No},
		{gender, record.Coding{System: "http://hospital.example", Code: "male"}, record.Unknown},
		{gender, record.Coding{Code: "male"}, record.Unknown},
		{gender, record.Coding{System: "http://hl7.org/fhir/administrative-gender"}, record.Unknown},
		{race, record.Coding{System: record.SystemRaceEthnicity, Code: "2106-3"}, record.Yes},
		{race, record.Coding{SystemAsSent: "2.16.840.1.113883.6.238", Code: "2106-3"}, record.Yes},
		{race, record.Coding{System: record.SystemRaceEthnicity, Code: "1004-1"}, record.No},
		{race, record.Coding{System: record.SystemNullFlavor, Code: "ASKU"}, record.Yes},
		{"http://terminology.hl7.org/ValueSet/v3-ActStatus", record.Coding{System: "http://terminology.hl7.org/CodeSystem/v3-ActStatus", Code: "completed"}, record.Yes},
		{"2.16.840.1.113883.1.11.15933", record.Coding{SystemAsSent: "2.16.840.1.113883.5.14", Code: "completed"}, record.Yes},
		{"urn:oid:2.16.840.1.113883.1.11.15933", record.Coding{SystemAsSent: "2.16.840.1.113883.5.14", Code: "done"}, record.No},
		{"http://cts.nlm.nih.gov/fhir/ValueSet/2.16.840.1.113883.1.11.15933", record.Coding{SystemAsSent: "2.16.840.1.113883.5.14", Code: "active"}, record.Yes},
		{"http://hl7.org/fhir/ValueSet/condition-code", record.Coding{System: record.SystemSNOMED, Code: "22298006"}, record.Unknown},
		{"", record.Coding{System: record.SystemSNOMED, Code: "22298006"}, record.Unknown},
	} {
		got, err := codes.Default{}.Validate(t.Context(), tc.set, tc.coding)
		require.NoError(t, err)
		require.Equal(t, tc.want, got, "%s %v", tc.set, tc.coding)
	}
}

func TestExpand(t *testing.T) {
	var d codes.Default
	got, ok, err := d.Expand(t.Context(), "http://hl7.org/fhir/ValueSet/administrative-gender")
	require.NoError(t, err)
	require.True(t, ok)
	const system = "http://hl7.org/fhir/administrative-gender"
	require.ElementsMatch(t, []record.Coding{
		{System: system, Version: "4.0.1", Code: "male", Display: "Male"}, {System: system, Version: "4.0.1", Code: "female", Display: "Female"},
		{System: system, Version: "4.0.1", Code: "other", Display: "Other"}, {System: system, Version: "4.0.1", Code: "unknown", Display: "Unknown"},
	}, got)
	for _, set := range []string{"", "http://hl7.org/fhir/ValueSet/condition-code", "2.16.840.1.113883.3.88.12.3221.7.4"} {
		_, ok, err = d.Expand(t.Context(), set)
		require.NoError(t, err)
		require.False(t, ok, set)
	}
}

func TestTranslate(t *testing.T) {
	for _, tc := range []struct {
		from   record.Coding
		target string
		want   string
	}{
		{record.Coding{System: record.SystemAdministrativeSex, Code: "F"}, "http://hl7.org/fhir/administrative-gender", "female"},
		{record.Coding{System: "http://hl7.org/fhir/administrative-gender", Code: "male"}, record.SystemAdministrativeSex, "M"},
		{record.Coding{System: record.SystemAdministrativeSex, Code: "UN"}, "http://hl7.org/fhir/administrative-gender", ""}, // wider, not the same
		{record.Coding{System: record.SystemSNOMED, Code: "24484000"}, "http://hl7.org/fhir/reaction-event-severity", "severe"},
		{record.Coding{System: record.SystemSNOMED, Code: "413322009"}, "http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved"},
		{record.Coding{System: "http://terminology.hl7.org/CodeSystem/condition-clinical", Code: "remission"}, record.SystemSNOMED, "277022003"},
		{record.Coding{System: "http://terminology.hl7.org/CodeSystem/v2-0005", Code: "2106-3"}, record.SystemRaceEthnicity, "2106-3"},
		{record.Coding{System: "http://terminology.hl7.org/CodeSystem/v2-0005", Code: "W"}, record.SystemRaceEthnicity, ""},
		{record.Coding{System: "http://hl7.org/fhir/v3/ActCode", Code: "AMB"}, record.SystemActCode, "AMB"},
		{record.Coding{System: "http://hospital.example", Code: "x"}, record.SystemActCode, ""},
		{record.Coding{}, record.SystemActCode, ""},
	} {
		got, err := codes.Default{}.Translate(t.Context(), tc.from, tc.target)
		require.NoError(t, err)
		if tc.want == "" {
			require.Empty(t, got, tc.from)
			continue
		}
		require.Len(t, got, 1)
		require.Equal(t, tc.want, got[0].Code)
		require.Equal(t, tc.target, got[0].System)
	}
}

// Every code of every embedded value set is found, and belongs to it.
func TestEveryValueSet(t *testing.T) {
	var d codes.Default
	sets, all := 0, 0
	for _, url := range codes.ValueSetURLs() {
		sets++
		codings, ok, err := d.Expand(t.Context(), url)
		require.NoError(t, err)
		if !ok {
			continue
		}
		require.NotEmpty(t, codings, url)
		for _, c := range codings {
			all++
			info, ok, err := d.Lookup(t.Context(), c.System, c.Code)
			require.NoError(t, err)
			require.True(t, ok, "%s %s|%s", url, c.System, c.Code)
			require.Equal(t, c.Display, info.Display)
			if all%7 == 0 {
				answer, err := d.Validate(t.Context(), url, c)
				require.NoError(t, err)
				require.Equal(t, record.Yes, answer, "%s %s|%s", url, c.System, c.Code)
			}
		}
	}
	require.Greater(t, sets, 500)
	require.Greater(t, all, 5000)
}

func TestConcurrentUse(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				codes.URI("2.16.840.1.113883.6.1")
				codes.FromV2("LN")
				_, _, _ = codes.Default{}.Lookup(context.Background(), record.SystemActCode, "AMB")
				_, _ = codes.Default{}.Validate(context.Background(), "http://hl7.org/fhir/ValueSet/administrative-gender", record.Coding{System: "http://hl7.org/fhir/administrative-gender", Code: "male"})
				_, _, _ = codes.Default{}.Expand(context.Background(), "http://hl7.org/fhir/ValueSet/administrative-gender")
				codes.NullFlavor().To("UNK")
			}
		})
	}
	wg.Wait()
}

func BenchmarkLookup(b *testing.B) {
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		_, _, _ = codes.Default{}.Lookup(ctx, record.SystemActCode, "AMB")
	}
}

func BenchmarkValidate(b *testing.B) {
	ctx := b.Context()
	c := record.Coding{System: "http://hl7.org/fhir/administrative-gender", Code: "male"}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = codes.Default{}.Validate(ctx, "http://hl7.org/fhir/ValueSet/administrative-gender", c)
	}
}
