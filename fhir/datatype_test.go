package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/record"
)

// written1 gives what a writer writes into one object.
func written1(zone string, f func(*writer)) (string, []string) {
	w := &writer{Out: ledger.Out{Report: &record.Report{}}, rec: &record.Record{}, opts: record.ExportOptions{Zone: zone}}
	w.obj("")
	f(w)
	w.end()
	return string(w.b), codesOf(w.Report)
}

const asItCame = `","_t":{"extension":[{"url":"http://portage-health.org/fhir/StructureDefinition/time-as-sent","valueString":"`

func TestDateTime(t *testing.T) {
	for _, c := range []struct{ value, zone, want, issue string }{
		{"2024", "", `{"t":"2024"}`, ""},
		{"2024-01", "", `{"t":"2024-01"}`, ""},
		{"2024-02-29", "", `{"t":"2024-02-29"}`, ""},
		{"2024-01-31T12:30:05Z", "", `{"t":"2024-01-31T12:30:05Z"}`, ""},
		{"2024-01-31T12:30:05.1230-05:00", "", `{"t":"2024-01-31T12:30:05.1230-05:00"}`, ""},
		{"2024-01-31T12:30-05:00", "", `{"t":"2024-01-31T12:30:00-05:00` + asItCame + `2024-01-31T12:30-05:00"}]}}`, ""},
		{"2024-01-31T12-05:00", "", `{"t":"2024-01-31` + asItCame + `2024-01-31T12-05:00"}]}}`, "time-cut-to-date"},
		{"2024-01-31T12:30", "", `{"t":"2024-01-31` + asItCame + `2024-01-31T12:30"}]}}`, "time-cut-to-date"},
		{"2024-01-31T12:30", "+01:00", `{"t":"2024-01-31T12:30:00+01:00` + asItCame + `2024-01-31T12:30"}]}}`, "zone-assumed"},
		{"2024-01-31T12:30:05.5", "Z", `{"t":"2024-01-31T12:30:05.5Z` + asItCame + `2024-01-31T12:30:05.5"}]}}`, "zone-assumed"},
		{"2024-01-31T12:30", "Mars", `{"t":"2024-01-31` + asItCame + `2024-01-31T12:30"}]}}`, "time-cut-to-date"},
		{"2023-02-29", "", `{"_t":{"extension":[{"url":"http://portage-health.org/fhir/StructureDefinition/time-as-sent","valueString":"2023-02-29"}]}}`, "invalid-time"},
		{"soon", "", `{"_t":{"extension":[{"url":"http://portage-health.org/fhir/StructureDefinition/time-as-sent","valueString":"soon"}]}}`, "invalid-time"},
	} {
		got, issues := written1(c.zone, func(w *writer) { w.dateTime("t", record.Time{Value: c.value}) })
		require.Equal(t, c.want, got, c.value)
		if c.issue == "" {
			require.Empty(t, issues, c.value)
		} else {
			require.Equal(t, []string{c.issue}, issues, c.value)
		}
	}
}

func TestInstant(t *testing.T) {
	got, _ := written1("", func(w *writer) { w.instant("t", record.Time{Value: "2024-01-31"}) })
	require.Equal(t, `{"_t":{"extension":[{"url":"http://portage-health.org/fhir/StructureDefinition/time-as-sent","valueString":"2024-01-31"}]}}`, got)
}

func TestNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"1.80": "1.80", "-0.5": "-0.5", "100": "100", "1e3": "1e3", "0": "0", "0.0": "0.0", "12345678901234567890.12345678901234567890": "12345678901234567890.12345678901234567890",
	} {
		got, issues := written1("", func(w *writer) { w.num("n", in) })
		require.Equal(t, `{"n":`+want+`}`, got)
		require.Empty(t, issues)
	}
	for in, want := range map[string]string{"+5": "5", ".5": "0.5", "007.10": "7.10", "-.5": "-0.5", "5.": "5"} {
		got, issues := written1("", func(w *writer) { w.num("n", in) })
		require.Contains(t, got, `{"n":`+want+`,`)
		require.Contains(t, got, `"valueString":"`+in+`"`, "the number as sent stays")
		require.Empty(t, issues)
	}
	for _, in := range []string{"about 5", "1,5", "NaN", "1e", "--1", ".", "1e99999", "0x10"} {
		got, issues := written1("", func(w *writer) { w.num("n", in) })
		require.NotContains(t, got, `"n":`, in)
		require.Contains(t, got, `"valueString":"`+in+`"`)
		require.Equal(t, []string{"invalid-number"}, issues)
	}
}

func TestPeriod(t *testing.T) {
	for _, c := range []struct {
		name string
		p    record.Period
		want string
	}{
		{"bounds", record.Period{Start: record.Time{Value: "2024-01"}, End: record.Time{Value: "2024-02-03"}}, `{"p":{"start":"2024-01","end":"2024-02-03"}}`},
		{"an end of the same day in another offset", record.Period{Start: record.Time{Value: "2024-01-31T23:00:00-05:00"}, End: record.Time{Value: "2024-01-31T23:30:00-06:00"}},
			`{"p":{"start":"2024-01-31T23:00:00-05:00","end":"2024-01-31T23:30:00-06:00"}}`},
		{"an unknown end", record.Period{Start: record.Time{Value: "2024"}, End: record.Time{Absent: record.AbsentUnknown}},
			`{"p":{"start":"2024","_end":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}}}`},
	} {
		got, _ := written1("", func(w *writer) { w.period("p", &c.p) })
		require.Equal(t, c.want, got, c.name)
	}
	got, _ := written1("", func(w *writer) {
		w.period("p", &record.Period{Start: record.Time{Value: "2024-02"}, End: record.Time{Value: "2024-01"}})
	})
	require.Contains(t, got, `{"p":{"start":"2024-02","extension"`, "an end before the start is no FHIR Period (per-1)")
	require.Contains(t, got, `"valueDateTime":"2024-01"`)
}

func TestAfter(t *testing.T) {
	require.True(t, after("2024-01-31T10:00:00Z", "2024-01-31T10:30:00+01:00"))
	require.False(t, after("2024-01-31T10:00:00Z", "2024-01-31T10:30:00Z"))
	require.False(t, after("2024-01-31", "2024-01-31T10:30:00Z"))
	require.False(t, after("2024", "2024-01"))
	require.True(t, after("2024-02", "2024-01-31"))
	require.False(t, after("", "2024"))
}

func TestStrings(t *testing.T) {
	got, _ := written1("", func(w *writer) { w.str("s", "a\"\\\n\t\u00e9\u2028") })
	require.Equal(t, "{\"s\":\"a\\\"\\\\\\n\\t\u00e9\u2028\"}", got)
	got, _ = written1("", func(w *writer) { w.str("s", "a\x00b") })
	require.Equal(t, `{"s":"a`+"\uFFFD"+`b","extension":[{"extension":[{"url":"s","valueBase64Binary":"YQBi"}],"url":"http://portage-health.org/fhir/StructureDefinition/record"}]}`, got)
	got, _ = written1("", func(w *writer) { w.strs("s", []string{"", "  ", "x"}) })
	require.Equal(t, `{"s":["x"],"extension":[{"extension":[{"url":"s","valueBase64Binary":"ICA="}],"url":"http://portage-health.org/fhir/StructureDefinition/record"}]}`, got)
	got, _ = written1("", func(w *writer) {
		w.arr("a")
		w.obj("")
		w.end()
		w.endArr()
	})
	require.Empty(t, got, "nothing empty is written")
}

// A quantity that is more or less than its number never goes out as the bare number.
// A use that the source's format does not define is kept and makes no use, even where it is spelt as one of FHIR's.
func TestUsesAsSent(t *testing.T) {
	const kept = `"extension":[{"url":"http://portage-health.org/fhir/StructureDefinition/record","extension":[{"url":"usesAsSent","valueString":"home"}]}]`
	got, issues := written1("", func(w *writer) {
		w.telecom("t", &record.Telecom{System: "phone", Value: "555", UsesAsSent: []string{"home"}})
	})
	require.JSONEq(t, `{"t":{"system":"phone","value":"555",`+kept+`}}`, got)
	require.Empty(t, issues)
	got, _ = written1("", func(w *writer) { w.address("a", &record.Address{City: "Odd", UsesAsSent: []string{"home"}}) })
	require.JSONEq(t, `{"a":{"city":"Odd",`+kept+`}}`, got)
	got, _ = written1("", func(w *writer) { w.humanName("n", &record.Name{Text: "Ada", UsesAsSent: []string{"home"}}) })
	require.JSONEq(t, `{"n":{"text":"Ada",`+kept+`}}`, got)
	got, _ = written1("", func(w *writer) {
		w.telecom("t", &record.Telecom{System: "phone", Value: "555", Uses: []string{"work"}, UsesAsSent: []string{"home"}})
	})
	require.JSONEq(t, `{"t":{"system":"phone","value":"555","use":"work",`+kept+`}}`, got)
}

func TestComparatorInRange(t *testing.T) {
	got, _ := written1("", func(w *writer) {
		w.rng("r", &record.Range{Low: &record.Quantity{Value: "5", Comparator: "<"}, High: &record.Quantity{Value: "9"}})
	})
	require.Contains(t, got, `"high":{"value":9}`)
	require.NotContains(t, got, `"low":{"value":5}`)
	require.Contains(t, got, `"url":"low","valueQuantity":{"value":5,"comparator":"<"}`)
}

func TestNPI(t *testing.T) {
	require.True(t, isNPI("1234567893"))
	require.False(t, isNPI("1234567890"))
	require.False(t, isNPI("111111"))
}

func TestRace(t *testing.T) {
	race := func(code, display string) record.Concept {
		return record.Concept{Codings: []record.Coding{{System: record.SystemRaceEthnicity, Code: code, Display: display}}}
	}
	rec := &record.Record{Patient: &record.Patient{
		Entry: record.Entry{Assertion: record.Affirmed},
		Races: []record.Concept{race("2106-3", "White"), race("2108-9", "European"), race("2106-3", "White")},
	}}
	out, rep := export(t, Exporter{}, rec)
	check(t, out)
	require.Contains(t, string(out), `{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[`+
		`{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2106-3","display":"White"}},`+
		`{"url":"detailed","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238","code":"2108-9","display":"European"}},`)
	require.Contains(t, string(out), `{"url":"text","valueString":"White, European"}`)
	require.Zero(t, rep.Counts.Lost)
}
