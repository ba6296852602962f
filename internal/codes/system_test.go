package codes_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

func ExampleURI() {
	fmt.Println(codes.URI("2.16.840.1.113883.6.1"))
	fmt.Println(codes.URI("2.16.840.1.113883.6.104"))
	fmt.Println(codes.URI("1.2.3.4"))
	// Output:
	// http://loinc.org true
	// http://hl7.org/fhir/sid/icd-9-cm true
	//  false
}

func ExampleOID() {
	fmt.Println(codes.OID("http://snomed.info/sct"))
	fmt.Println(codes.OID("http://hl7.org/fhir/sid/us-ssn"))
	fmt.Println(codes.OID("http://hospital.example/mrn"))
	// Output:
	// 2.16.840.1.113883.6.96 true
	// 2.16.840.1.113883.4.1 true
	//  false
}

func ExampleFromV2() {
	fmt.Println(codes.FromV2("LN"))
	fmt.Println(codes.FromV2("HL70001"))
	fmt.Println(codes.FromV2("L"))
	// Output:
	// http://loinc.org true
	// http://terminology.hl7.org/CodeSystem/v2-0001 true
	//  false
}

func ExampleFromCDA() {
	fmt.Println(codes.FromCDA("2.16.840.1.113883.4.6"))
	fmt.Println(codes.FromCDA("2.16.840.1.113883.4.500"))
	fmt.Println(codes.FromCDA("67265ED2-35BB-43F8-B9DE-91C5935625E0"))
	fmt.Println(codes.FromCDA("http://hospital.example/mrn"))
	// Output:
	// http://hl7.org/fhir/sid/us-npi
	// urn:oid:2.16.840.1.113883.4.500
	// urn:uuid:67265ed2-35bb-43f8-b9de-91c5935625e0
	// http://hospital.example/mrn
}

func TestSystemNames(t *testing.T) {
	for _, tc := range []struct{ uri, oid, v2 string }{
		{record.SystemLOINC, "2.16.840.1.113883.6.1", "LN"},
		{record.SystemSNOMED, "2.16.840.1.113883.6.96", "SCT"},
		{record.SystemRxNorm, "2.16.840.1.113883.6.88", "RXNORM"},
		{record.SystemNDC, "2.16.840.1.113883.6.69", "NDC"},
		{record.SystemCVX, "2.16.840.1.113883.12.292", "CVX"},
		{record.SystemMVX, "2.16.840.1.113883.12.227", "MVX"},
		{record.SystemUNII, "2.16.840.1.113883.4.9", "FDAUNII"},
		{record.SystemICD10CM, "2.16.840.1.113883.6.90", "I10C"},
		{record.SystemICD9CM, "2.16.840.1.113883.6.103", "I9C"},
		{record.SystemCPT, "2.16.840.1.113883.6.12", "C4"},
		{record.SystemUCUM, "2.16.840.1.113883.6.8", "UCUM"},
		{record.SystemRaceEthnicity, "2.16.840.1.113883.6.238", "CDCREC"},
		{record.SystemActCode, "2.16.840.1.113883.5.4", "ACTCODE"},
		{record.SystemActReason, "2.16.840.1.113883.5.8", ""},
		{record.SystemConfidentiality, "2.16.840.1.113883.5.25", ""},
		{record.SystemRoleCode, "2.16.840.1.113883.5.111", "ROLECODE"},
		{record.SystemAdministrativeSex, "2.16.840.1.113883.5.1", ""},
		{record.SystemMaritalStatus, "2.16.840.1.113883.5.2", ""},
		{record.SystemReligion, "2.16.840.1.113883.5.1076", ""},
		{record.SystemNullFlavor, "2.16.840.1.113883.5.1008", "NULLFL"},
		{record.SystemNPI, "2.16.840.1.113883.4.6", "NPI"},
		{record.SystemSSN, "2.16.840.1.113883.4.1", ""},
		{record.SystemURI, "2.16.840.1.113883.4.873", ""},
		{"http://terminology.hl7.org/CodeSystem/v2-0001", "2.16.840.1.113883.18.2", "HL70001"},
		{"http://terminology.hl7.org/CodeSystem/v2-0443", "2.16.840.1.113883.18.283", "HL70443"},
		{"http://nucc.org/provider-taxonomy", "2.16.840.1.113883.6.101", "HCPT"},
		{"urn:ietf:bcp:47", "2.16.840.1.113883.6.121", ""},
		{"http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl", "2.16.840.1.113883.3.26.1.1", "NCIT"},
	} {
		t.Run(tc.uri, func(t *testing.T) {
			require.Equal(t, tc.uri, codes.Canonical(tc.uri))
			oid, ok := codes.OID(tc.uri)
			require.True(t, ok)
			require.Equal(t, tc.oid, oid)
			uri, ok := codes.URI(tc.oid)
			require.True(t, ok)
			require.Equal(t, tc.uri, uri)
			v2, ok := codes.V2ID(tc.uri)
			require.Equal(t, tc.v2 != "", ok)
			require.Equal(t, tc.v2, v2)
			if ok {
				uri, ok = codes.FromV2(v2)
				require.True(t, ok)
				require.Equal(t, tc.uri, uri)
			}
		})
	}
}

func TestOtherNames(t *testing.T) {
	for name, want := range map[string]string{
		"http://hl7.org/fhir/sid/mvx":                   record.SystemMVX,
		"http://terminology.hl7.org/CodeSystem/MVX":     record.SystemMVX,
		"http://terminology.hl7.org/CodeSystem/CVX":     record.SystemCVX,
		"http://terminology.hl7.org/CodeSystem/icd10CM": record.SystemICD10CM,
		"http://terminology.hl7.org/CodeSystem/icd10":   "http://hl7.org/fhir/sid/icd-10",
		"http://hl7.org/fhir/v3/ActCode":                record.SystemActCode,
		"http://hl7.org/fhir/v2/0203":                   "http://terminology.hl7.org/CodeSystem/v2-0203",
		"urn:oid:2.16.840.1.113883.6.96":                record.SystemSNOMED,
		"URN:OID:2.16.840.1.113883.6.96":                record.SystemSNOMED,
		"urn:oid:2.16.840.1.113883.6.238":               record.SystemRaceEthnicity,
		"urn:oid:2.16.840.1.113883.4.642.1.0":           "urn:oid:2.16.840.1.113883.4.642.1.0", // HL7's placeholder names no system
		"http://hospital.example/codes":                 "http://hospital.example/codes",
		"":                                              "",
	} {
		require.Equal(t, want, codes.Canonical(name), name)
	}
	for oid, want := range map[string]string{
		"2.16.840.1.113883.6.60":           record.SystemMVX,
		"2.16.840.1.113883.6.59":           record.SystemCVX,
		"2.16.840.1.113883.6.2":            record.SystemICD9CM,
		"2.16.840.1.113883.6.104":          record.SystemICD9CM,
		"2.16.840.1.113883.12.1":           "http://terminology.hl7.org/CodeSystem/v2-0001",
		"2.16.840.1.113883.12.112":         "http://terminology.hl7.org/CodeSystem/v2-0112",
		"urn:oid:2.16.840.1.113883.6.1":    record.SystemLOINC,
		"2.16.840.1.113883.4.572":          "http://hl7.org/fhir/sid/us-medicare",
		"2.16.840.1.113883.4.927":          "http://hl7.org/fhir/sid/us-mbi",
		"2.16.840.1.113883.3.3719":         "http://hl7.org/fhir/NamingSystem/fda-udi",
		"2.16.840.1.113883.4.330.840":      "http://hl7.org/fhir/sid/passport-USA",
		"2.16.840.1.113883.4.642.4.1373":   "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical",
		"2.16.840.1.113883.18.317":         "http://terminology.hl7.org/CodeSystem/v2-0493",
		"2.16.840.1.113883.6.301.5":        "https://www.nubc.org/CodeSystem/PatDischargeStatus",
		"1.2.840.10008.2.16.4":             "http://dicom.nema.org/resources/ontology/DCM",
		"2.16.840.1.113883.3.221.5":        "https://nahdo.org/sopt",
		"2.16.840.1.113883.6.285":          "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
		"2.16.840.1.113883.6.316":          "urn:ietf:bcp:47",
		"urn:oid:2.16.840.1.113883.4.3.39": "urn:oid:2.16.840.1.113883.4.3.39",
	} {
		uri, ok := codes.URI(oid)
		require.True(t, ok, oid)
		require.Equal(t, want, uri, oid)
	}
	for id, want := range map[string]string{
		"I9CDX": record.SystemICD9CM, "I9CP": record.SystemICD9CM, "rxnorm": record.SystemRxNorm, "RxNorm": record.SystemRxNorm,
		"HL70292": record.SystemCVX, "HL70227": record.SystemMVX, "LOINC": record.SystemLOINC,
		// The race table's own codes (W, B) are none of CDC's: it stays a system of its own.
		"HL70005": "http://terminology.hl7.org/CodeSystem/v2-0005",
		"I10":     "http://hl7.org/fhir/sid/icd-10", "WC": "http://www.whocc.no/atc",
	} {
		uri, ok := codes.FromV2(id)
		require.True(t, ok, id)
		require.Equal(t, want, uri, id)
	}
	for _, id := range []string{"", "L", "99LAB", "99zzz", "ISO+", "HL79999", strings.Repeat("X", 100)} {
		_, ok := codes.FromV2(id)
		require.False(t, ok, id)
	}
	require.True(t, codes.IsLocalV2("L"))
	require.True(t, codes.IsLocalV2("99LAB"))
	require.False(t, codes.IsLocalV2("LN"))
	require.False(t, codes.IsLocalV2("99"))
}

func TestKinds(t *testing.T) {
	for uri, want := range map[string]codes.Kind{
		record.SystemSSN: codes.Identifier, record.SystemNPI: codes.Identifier, record.SystemURI: codes.Identifier,
		record.SystemLOINC: codes.CodeSystem, record.SystemNullFlavor: codes.CodeSystem,
		"urn:oid:2.16.840.1.113883.4.3.39": codes.Identifier,
	} {
		kind, ok := codes.KindOf(uri)
		require.True(t, ok, uri)
		require.Equal(t, want, kind, uri)
	}
	_, ok := codes.KindOf("http://hospital.example/mrn")
	require.False(t, ok)
	require.Equal(t, "identifier", codes.Identifier.String())
	require.Equal(t, "codesystem", codes.CodeSystem.String())
}

func TestCDARoots(t *testing.T) {
	for _, tc := range []struct{ cda, fhir string }{
		{"2.16.840.1.113883.4.1", "http://hl7.org/fhir/sid/us-ssn"},
		{"2.16.840.1.113883.4.873", "urn:ietf:rfc:3986"},
		{"2.16.840.1.113883.19.5.99999.1", "urn:oid:2.16.840.1.113883.19.5.99999.1"},
		{"67265ED2-35BB-43F8-B9DE-91C5935625E0", "urn:uuid:67265ed2-35bb-43f8-b9de-91c5935625e0"},
	} {
		require.Equal(t, tc.fhir, codes.FromCDA(tc.cda))
		root, ok := codes.ToCDA(tc.fhir)
		require.True(t, ok, tc.fhir)
		require.Equal(t, tc.cda, root)
	}
	// What is no OID and no UUID passes as it came.
	for _, root := range []string{"", "http://hospital.example/mrn", "CPT", "ICD-10", "1", "1.2.", ".1.2", "3.1.2", "1.02.3", "1..2", "1.2 ", "urn:oid:x"} {
		require.Equal(t, root, codes.FromCDA(root))
	}
	for _, uri := range []string{"", "http://hospital.example/mrn", "urn:oid:http://hospital.example", "urn:uuid:1234", "urn:iso:astm:E1467"} {
		_, ok := codes.ToCDA(uri)
		require.False(t, ok, uri)
	}
	// An OID as sent stays itself, though its system prefers another.
	root, ok := codes.ToCDA("urn:oid:2.16.840.1.113883.6.104")
	require.True(t, ok)
	require.Equal(t, "2.16.840.1.113883.6.104", root)
	root, ok = codes.ToCDA("67265ed2-35bb-43f8-b9de-91c5935625e0")
	require.True(t, ok)
	require.Equal(t, "67265ED2-35BB-43F8-B9DE-91C5935625E0", root)
}

func TestOIDForm(t *testing.T) {
	for s, want := range map[string]bool{
		"2.16.840.1.113883.6.1": true, "1.2": true, "0.0": true, "1.0.3166.1": true,
		"": false, "1": false, "1.": false, "2.": false, "3.1": false, "1.00": false, "1.2a": false, "1.2..3": false, "1,2": false,
	} {
		require.Equal(t, want, codes.IsOID(s), s)
	}
	require.False(t, codes.IsUUID("67265ED2-35BB-43F8-B9DE-91C5935625EG"))
	require.False(t, codes.IsUUID("67265ED2035BB-43F8-B9DE-91C5935625E0"))
}

func TestLookupsDoNotAllocate(t *testing.T) {
	codes.URI("2.16.840.1.113883.6.1")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		codes.URI("2.16.840.1.113883.6.1")
		codes.URI("urn:oid:2.16.840.1.113883.6.1")
		codes.OID("http://loinc.org")
		codes.Canonical("http://hl7.org/fhir/v3/ActCode")
		codes.Canonical("http://hospital.example/codes")
		codes.V2ID("http://loinc.org")
		codes.FromV2("rxnorm")
		codes.FromCDA("2.16.840.1.113883.6.96")
		codes.ToCDA("http://snomed.info/sct")
	}))
}

func BenchmarkURI(b *testing.B) {
	codes.URI("")
	b.ReportAllocs()
	for b.Loop() {
		codes.URI("2.16.840.1.113883.6.96")
	}
}

func BenchmarkOID(b *testing.B) {
	codes.OID("")
	b.ReportAllocs()
	for b.Loop() {
		codes.OID("http://snomed.info/sct")
	}
}

func BenchmarkFromV2(b *testing.B) {
	codes.FromV2("")
	b.ReportAllocs()
	for b.Loop() {
		codes.FromV2("LN")
	}
}
