package deid_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// Whatever a record says: nothing panics, twice is once, and what has a blank or an @ in it stays only where it is a word of a list.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"portageRecord":"1","record":{"patient":{"id":"p","assertion":"affirmed","birthTime":{"value":"1925-02-07"},"addresses":[{"postalCode":"98052-1830"}]},"results":[{"id":"r","assertion":"negated","values":[{"quantity":{"value":"1e5","unit":"Anna's"}}]}]}}`))
	f.Add([]byte(`{"portageRecord":"1","record":{"allergies":[{"id":"a","assertion":"negated","substance":{"text":"x","codings":[{"system":"http://loinc.org","code":"1-8","qualifiers":[{"value":{"code":"1"}}]}]}}],"lists":[{"id":"l","assertion":"affirmed","items":[{"item":{"id":"a"}}]}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		rec, err := record.Unmarshal(text)
		if err != nil {
			return
		}
		for _, m := range methods {
			d, err := deid.New(options(m))
			require.NoError(t, err)
			once, _, err := d.Record(t.Context(), rec)
			if err != nil {
				continue
			}
			a, err := record.Marshal(once)
			if err != nil {
				return // not UTF-8
			}
			twice, _, err := d.Record(t.Context(), once)
			require.NoError(t, err)
			b, err := record.Marshal(twice)
			require.NoError(t, err)
			require.Equal(t, string(a), string(b))
		}
	})
}

// One text in every place for words: twice is once, and what has an @ is nowhere.
func FuzzText(f *testing.F) {
	for i, s := range identifiers {
		f.Add(strings.ReplaceAll(s, "%05d", "00001"), uint8(i))
	}
	f.Add("mg/dL", uint8(0))
	f.Add("NEGATIVE", uint8(1))
	f.Add("http://loinc.org", uint8(2))
	f.Fuzz(func(t *testing.T, s string, m uint8) {
		if s == "" || !utf8.ValidString(s) {
			return
		}
		rec := recordtest.Generate(uint64(m), 8)
		rec.Documents = nil
		plantAll(rec, false, func(n int) string { return s })
		for i := range rec.Problems {
			rec.Problems[i].ID = fmt.Sprint(i) // ids have to differ
		}
		opt := options(methods[int(m)%len(methods)])
		once, _ := deidentify(t, opt, rec)
		twice, _ := deidentify(t, opt, once)
		a, b := text(t, once), text(t, twice)
		require.Equal(t, a, b)
		if strings.Contains(s, "@") && opt.Method != deid.LimitedDataSet { // that keeps towns as they are
			require.NotContains(t, a, "@")
		}
	})
}

// A date is a year, or moved, or gone; and never more than it was.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"2015-02-07T13:28-05:00", "2015-02", "2015", "1925-02-07", "0001-01-01", "9999-12-31T24:00:00Z", "2015-02-30", "20150207", "2015-02-07Tfoo"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}}, Encounters: []record.Encounter{{Entry: record.Entry{ID: "e", Assertion: record.Affirmed}, When: record.Period{At: record.Time{Value: s}}}}}
		out, _ := deidentify(t, options(deid.SafeHarbor), rec)
		got := out.Encounters[0].When.At
		require.True(t, got.Value == "" || len(got.Value) == 4 && strings.HasPrefix(s, got.Value))
		require.True(t, got.Value != "" || s == "" || got.Absent == record.AbsentMasked)
		out, _ = deidentify(t, options(deid.DateShift), rec)
		if got := out.Encounters[0].When.At.Value; len(got) > 4 {
			require.Equal(t, s[10:], got[10:])
			require.NotEqual(t, s, got)
		}
	})
}
