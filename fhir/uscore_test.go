package fhir

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// claims gives how many resources of a Bundle claim which profile.
func claims(t testing.TB, text []byte) map[string]int {
	d, err := Parse(text, checkLimits)
	require.NoError(t, err)
	out := map[string]int{}
	p := planOf(d, record.ImportOptions{})
	for i := range p.all {
		for c := range p.all[i].n.Child("meta").Child("profile").Children() {
			out[c.Value()]++
		}
	}
	return out
}

// errorsOf gives what Conform finds as errors.
func errorsOf(t testing.TB, text []byte, u USCore) (out []string) {
	for _, i := range conform(t, text, ConformOptions{USCore: u, RequiredOnly: true}) {
		out = append(out, i.Code+" "+i.Rule+" "+i.Path)
	}
	return out
}

var otherReleases = []USCore{USCore311, USCore700, USCore800}

// TestReleases: what claims a profile of a release meets it, and says which
// release it is of; what is said is the same in each.
func TestReleases(t *testing.T) {
	recs := []*record.Record{recordtest.Full()}
	for seed := range 20 {
		recs = append(recs, recordtest.Generate(uint64(seed), recordtest.Small))
	}
	for _, u := range otherReleases {
		t.Run(u.String(), func(t *testing.T) {
			all := map[string]int{}
			for k, rec := range recs {
				x := Exporter{USCore: u}
				var text bytes.Buffer
				rep, err := x.Export(t.Context(), rec, &text, testOptions)
				require.NoError(t, err)
				require.Empty(t, errorsOf(t, text.Bytes(), u))
				if k == 0 {
					require.Equal(t, record.CountLeaves(rec), rep.Counts.Exported+rep.Counts.Lost)
				}
				for p, n := range claims(t, text.Bytes()) {
					all[p] += n
					if url, version, ok := strings.Cut(p, "|"); strings.HasPrefix(url, usCoreStem) {
						require.True(t, ok && version == u.String(), p)
						require.NotNil(t, profilesOf(u)[url], p)
					} else {
						require.Equal(t, USCore311, u, p)
					}
				}
			}
			t.Log(all)
			name := func(s string) string { return usCore + s + "|" + u.String() }
			for _, p := range []string{"us-core-patient", "us-core-allergyintolerance", "us-core-observation-lab", "us-core-encounter", "us-core-organization", "us-core-practitioner"} {
				require.NotZero(t, all[name(p)], p)
			}
			require.Equal(t, u == USCore311, all[name("us-core-condition")] > 0)
			require.Equal(t, u == USCore311, all[profileR4+"heartrate"] > 0)
			require.Equal(t, u == USCore311, all[name("us-core-heart-rate")] == 0)
		})
	}
}

// TestReleaseSaysTheSame: another release changes claims and a few extensions, and nothing that is said.
func TestReleaseSaysTheSame(t *testing.T) {
	every := 499
	if testing.Short() {
		every = 2003
	}
	for _, u := range otherReleases {
		recordtest.CheckExport(t, Exporter{USCore: u}, recordtest.Full(), recordtest.ExportCheck{Options: testOptions, Every: every})
		var a, b bytes.Buffer
		_, err := Exporter{}.Export(t.Context(), recordtest.Full(), &a, testOptions)
		require.NoError(t, err)
		_, err = Exporter{USCore: u}.Export(t.Context(), recordtest.Full(), &b, testOptions)
		require.NoError(t, err)
		want, got := importedOne(t, a.Bytes()), importedOne(t, b.Bytes())
		for _, r := range []*record.Record{want, got} {
			for i := range r.Documents {
				unstate(r.Documents[i].Sections) // a hash of what is carried too, and of how a release codes it
			}
		}
		require.Empty(t, record.Diff(want.Typed(), got.Typed(), record.IgnoreOrigins|record.IgnoreCarried), u)
	}
}

func unstate(list []record.Section) {
	for i := range list {
		list[i].Stated = ""
		unstate(list[i].Sections)
	}
}

func importedOne(t testing.TB, text []byte) *record.Record {
	recs, _ := imported(t, text)
	return recs[0]
}

// invented as little as a profile of 6.1.0 needs, where other releases ask more or know it not.
const releaseCases = `{"resourceType":"Bundle","type":"collection","entry":[
{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":{"resourceType":"Patient","id":"00000000-0000-4000-8000-000000000001","identifier":[{"system":"http://a.example","value":"1"}],"name":[{"family":"Quill"}],"gender":"female",
 "extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-sex","valueCode":"248152002"},{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex","valueCode":"OTH"}]}},
{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000002","resource":{"resourceType":"Immunization","id":"00000000-0000-4000-8000-000000000002","status":"completed","vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/sid/cvx","code":"140"}]},
 "patient":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"},"occurrenceDateTime":"2024-01-02"}},
{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000003","resource":{"resourceType":"Procedure","id":"00000000-0000-4000-8000-000000000003","status":"completed","performedString":"as a child","code":{"coding":[{"system":"http://snomed.info/sct","code":"80146002"}]},
 "subject":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"}}},
{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000004","resource":{"resourceType":"Observation","id":"00000000-0000-4000-8000-000000000004","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],
 "code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"subject":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"},"effectiveDateTime":"2024-01-02","valueQuantity":{"value":4.1,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"},
 "referenceRange":[{"low":{"value":3.5,"system":"http://odd.example","code":"x"}}]}},
{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000005","resource":{"resourceType":"Observation","id":"00000000-0000-4000-8000-000000000005","status":"final",
 "code":{"coding":[{"system":"http://loinc.org","code":"95541-9"}]},"subject":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"},"effectiveDateTime":"2024-01-02","valueString":"a quiet room"}},
{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000006","resource":{"resourceType":"ServiceRequest","id":"00000000-0000-4000-8000-000000000006","status":"active","intent":"order","category":[{"coding":[{"system":"http://snomed.info/sct","code":"386053000"}]}],
 "code":{"coding":[{"system":"http://loinc.org","code":"2823-3"}]},"subject":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"}}},
{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000007","resource":{"resourceType":"Location","id":"00000000-0000-4000-8000-000000000007","name":"Ward","type":[{"text":"ward"}]}},
{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000008","resource":{"resourceType":"Encounter","id":"00000000-0000-4000-8000-000000000008","status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"IMP"},"type":[{"text":"stay"}],
 "extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-interpreter-needed","valueCoding":{"system":"http://snomed.info/sct","code":"373066001","display":"Yes"}}],
 "subject":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"},"location":[{"location":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000007"}}]}}]}`

// TestReleaseProfiles: what a release asks that the resource does not have, or
// has no profile for, is not claimed, and the report says so.
func TestReleaseProfiles(t *testing.T) {
	for _, c := range []struct {
		release USCore
		claims  [8]string // by resource, "" for none
	}{
		{USCore610, [8]string{"us-core-patient", "us-core-immunization", "us-core-procedure", "us-core-observation-lab", "us-core-simple-observation", "us-core-servicerequest", "us-core-location", "us-core-encounter"}},
		// When it was done is no text; orders and simple observations have no profile.
		{USCore311, [8]string{"us-core-patient", "us-core-immunization", "", "us-core-observation-lab", "", "", "us-core-location", "us-core-encounter"}},
		// us-core-22: a reference range in UCUM.
		{USCore700, [8]string{"us-core-patient", "us-core-immunization", "us-core-procedure", "", "us-core-care-experience-preference", "us-core-servicerequest", "us-core-location", "us-core-encounter"}},
		// The type of a location is coded, and an encounter is where US Core's locations are.
		{USCore800, [8]string{"us-core-patient", "us-core-immunization", "us-core-procedure", "", "us-core-care-experience-preference", "us-core-servicerequest", "", ""}},
	} {
		t.Run(c.release.String(), func(t *testing.T) {
			rec := importedOne(t, []byte(releaseCases))
			var text bytes.Buffer
			rep, err := Exporter{USCore: c.release}.Export(t.Context(), rec, &text, testOptions)
			require.NoError(t, err)
			d, err := Parse(text.Bytes(), checkLimits)
			require.NoError(t, err)
			p := planOf(d, record.ImportOptions{})
			none := 0
			for k, want := range c.claims {
				id := "00000000-0000-4000-8000-00000000000" + string(rune('1'+k))
				got := ""
				for i := range p.all {
					if p.all[i].id == id {
						got = strings.Join(claimsOf(&p.all[i]), " ")
					}
				}
				if want != "" {
					want = usCore + want
				} else {
					none++
				}
				require.Equal(t, want, got, id)
			}
			said := 0
			for _, i := range rep.Issues {
				if i.Code == record.IssueProfileNotClaimed.Code {
					said++
				}
			}
			require.Equal(t, none, said)
			require.Empty(t, errorsOf(t, text.Bytes(), c.release))
			out := text.String()
			require.Equal(t, c.release == USCore800, strings.Contains(out, `us-core-sex","valueCoding":{"system":"http://snomed.info/sct","code":"248152002"}`))
			require.Equal(t, c.release == USCore800, strings.Contains(out, "us-core-interpreter-needed"))
			require.Equal(t, c.release != USCore311, strings.Contains(out, `us-core-birthsex","valueCode":"OTH"`))
			back := importedOne(t, text.Bytes())
			require.Empty(t, record.Diff(rec.Typed(), back.Typed(), record.IgnoreOrigins|record.IgnoreCarried))
		})
	}
}

// US Core demands a gender: what nobody said does not come back as "unknown".
func TestGenderThatNobodySaid(t *testing.T) {
	for _, sex := range []record.Concept{{}, {Codings: []record.Coding{{System: record.SystemAdministrativeSex, Code: "UN"}}}, {Codings: []record.Coding{{System: systemGender, Code: "unknown"}}}} {
		rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "8f407f16-6aa3-8e54-9b2c-550cdbfa287c", Assertion: record.Affirmed}, AdministrativeSex: sex}}
		var b bytes.Buffer
		_, err := Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{})
		require.NoError(t, err)
		require.Contains(t, b.String(), `"gender"`)
		require.Equal(t, sex, importedOne(t, b.Bytes()).Patient.AdministrativeSex)
	}
}
