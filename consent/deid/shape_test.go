package deid_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record"
)

func TestUnits(t *testing.T) {
	for _, u := range []string{"mg", "mg/dL", "mm[Hg]", "mmHg", "10*3/uL", "10^9/L", "K/uL", "%", "kg/m2", "/min", "{beats}/min", "beats/min", "[in_i]", "[lb_av]", "Cel", "[degF]", "mL/min/{1.73_m2}", "mL/min/1.73m2", "10*6/uL", "{score}", "1",
		"tablet", "Tablets", "mcg/hr", "U/L", "[IU]/L", "k[IU]/L", "{tbl}", "pack-years", "x10E3/uL", "ML", "gm/dl", "Hr", "cel", "{Z-Score}", "[in_us]", "giga.l-1"} {
		require.True(t, deid.IsUnit(u), u)
	}
	for _, u := range []string{"", "spoons of Anna's", "Meyer", "{Meyer}", "mg/Meyer", "206-555-0142", "123456", "1931-02-07", "http://a.example/b", "a@b", "10.1.2.3456", "10.1.2.3"} {
		require.False(t, deid.IsUnit(u), u)
	}
}

func TestCodes(t *testing.T) {
	for _, c := range []struct{ system, code string }{{record.SystemLOINC, "2339-0"}, {record.SystemSNOMED, "22298006"}, {record.SystemSNOMED, "840539006"}, {record.SystemNDC, "0002-8215-01"}, {record.SystemNDC, "00028215101"},
		{record.SystemRxNorm, "7980"}, {"", "GLU"}, {"urn:oid:1.2.3", "LAB1234"}, {record.SystemICD10CM, "E11.9"}, {"", "2.16.840.1.113883.5.4"}, {record.SystemCPT, "99213"}} {
		require.True(t, deid.IsCode(c.system, c.code), c.code)
	}
	for _, c := range []string{"", "123-45-6789", "206-555-0142", "(206)555-0142", "2065550142", "10.1.2.3", "a@b.example", "http://a.example", "Anna Meyer", "1931-02-07", "02/07/1931", "4111111111111111"} {
		require.False(t, deid.IsCode("urn:oid:1.2.3", c), c)
	}
	require.False(t, deid.IsCode(record.SystemSNOMED, "2065550142"), "the check digit is wrong")
	require.True(t, deid.IsCode("urn:oid:1.2.3", "408443003"), "of SNOMED CT, whatever it is called")
	require.True(t, deid.IsCode("http://terminology.hl7.org/CodeSystem/MGPI", "44201010103410"))
	require.True(t, deid.IsCode(record.SystemLOINC, "46008-9 "))
}

func TestMeasured(t *testing.T) {
	for _, s := range []string{"6.4", "Neg", "negative mg/dL", "2.0 - 8.0 ng/mL", "<5", "5.0-8.0"} {
		require.True(t, deid.IsMeasured(s), s)
	}
	for _, s := range []string{"Ian", "negative Ian", "555 0142", "5 555", "Broadway", "12 Broadway", "206-555-0142 mg"} {
		require.False(t, deid.IsMeasured(s), s)
	}
}

func TestPublicSystems(t *testing.T) {
	for _, s := range []string{"http://loinc.org", "http://snomed.info/sct", "http://snomed.info/sct/731000124108", "urn:oid:2.16.840.1.113883.6.1", "http://terminology.hl7.org/CodeSystem/v3-ActCode", "http://hl7.org/fhir/sid/icd-10-cm", deid.SystemPseudonym} {
		require.True(t, deid.IsPublic(s), s)
	}
	for _, s := range []string{"", "http://loinc.org.evil.example", "http://hospital.example/codes", "urn:oid:2.16.840.1.113883.3.4711", "http://hl7.org/fhir/anna@mail.example", "http://terminology.hl7.org/CodeSystem/123-45-6789", "urn:oid:2.16.840.1.113883.6.2065550142",
		"http://terminology.hl7.org/x?patient=1", "10.1.2.3"} {
		require.False(t, deid.IsPublic(s), s)
	}
}

func TestBounds(t *testing.T) {
	for _, s := range []string{"70-110", "3.5 - 5.0", "<5", ">= 1.5", "0.5-1.2", "0"} {
		require.True(t, deid.IsBounds(s), s)
	}
	for _, s := range []string{"", "555-0142", "206-555-0142", "123-45-6789", "1931-02-07", "Meyer", "2015-0207", "5551234"} {
		require.False(t, deid.IsBounds(s), s)
	}
}

func TestVersionsAndTokens(t *testing.T) {
	for _, s := range []string{"2.74", "2023-09", "v5", "20230901", "http://snomed.info/sct/731000124108/version/20230901"} {
		require.True(t, deid.IsVersion(s), s)
	}
	for _, s := range []string{"", "Meyer", "206-555-0142", "123-45-6789", "10.1.2.3", "1931-02-07", "http://snomed.info/sct/meyer"} {
		require.False(t, deid.IsVersion(s), s)
	}
	for _, s := range []string{"1", "2a", "/44250-9", "/93042-0/56799-0", "q1.2", "2.1.1.5", "1^1^1"} {
		require.True(t, deid.IsToken(s), s)
	}
	for _, s := range []string{"", "Meyer", "206-555-0142", "2065550142", "123-45-6789", "10.1.2.3", "192.168.1.2"} {
		require.False(t, deid.IsToken(s), s)
	}
}

func TestZipLists(t *testing.T) {
	want := map[string]int{"2000": 17, "2010": 14, "2020": 18}
	for _, l := range deid.ZipLists() {
		require.Len(t, l.Codes, want[l.Census], l.Census)
		require.NotEmpty(t, l.Source)
		for _, c := range l.Codes {
			require.Len(t, c, 3)
			require.Equal(t, "000", l.Generalize(c+"01", false))
		}
	}
	l, ok := deid.ZipListOf("2020")
	require.True(t, ok)
	for in, want := range map[string]string{"98052": "980", "980521830": "980", "980": "980", "000": "000", "SW1A 1AA": "", "9805": "", "98052-18": "", "Redmond": "", "98052-1830": "980", " 98052 ": "980"} {
		require.Equal(t, want, l.Generalize(in, false), in)
	}
}

func TestAddresses(t *testing.T) {
	clean := func(a record.Address) record.Address {
		out, _ := deidentify(t, options(deid.SafeHarbor), &record.Record{Organizations: []record.Organization{{Entry: record.Entry{ID: "o", Assertion: record.Affirmed}, Names: []string{"Springfield General"}, Addresses: []record.Address{a}}}})
		require.Empty(t, out.Organizations[0].Names)
		if len(out.Organizations[0].Addresses) == 0 {
			return record.Address{}
		}
		return out.Organizations[0].Addresses[0]
	}
	for _, c := range []struct{ in, want record.Address }{
		{record.Address{Lines: []string{"1 Main St"}, City: "Springfield", County: "Sangamon", State: "IL", PostalCode: "62701", Country: "US"}, record.Address{State: "IL", PostalCode: "627", Country: "US"}},
		{record.Address{State: "Illinois", PostalCode: "62701"}, record.Address{State: "Illinois", PostalCode: "627"}},
		{record.Address{City: "Berlin", State: "BE", PostalCode: "10115", Country: "DE"}, record.Address{Country: "DE"}},
		{record.Address{State: "Anna's", PostalCode: "Anna's", Country: "Anna's"}, record.Address{}},
	} {
		require.Equal(t, c.want, clean(c.in))
	}
}
