package record_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
	"github.com/stretchr/testify/require"
)

func marshal(t *testing.T, rec *record.Record) []byte {
	t.Helper()
	b, err := record.Marshal(rec)
	require.NoError(t, err)
	return b
}

func TestJSONIsLossless(t *testing.T) {
	records := map[string]*record.Record{"full": recordtest.Full(), "empty": {}, "bare patient": {Patient: &record.Patient{}},
		"medium": recordtest.Generate(7, recordtest.Medium)}
	for name, rec := range records {
		t.Run(name, func(t *testing.T) {
			first := marshal(t, rec)
			back, err := record.Unmarshal(first)
			require.NoError(t, err)
			require.Empty(t, record.Diff(rec, back))
			require.Equal(t, string(first), string(marshal(t, back)))
			require.Equal(t, record.CountLeaves(rec), record.CountLeaves(back))
		})
	}
}

// The standard library's encoder and decoder see in it what ours do.
func TestJSONIsWhatTheTagsSay(t *testing.T) {
	rec := recordtest.Full()
	ours := marshal(t, rec)
	var envelope struct {
		Version string         `json:"portageRecord"`
		Record  *record.Record `json:"record"`
	}
	d := json.NewDecoder(bytes.NewReader(ours))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&envelope))
	require.Equal(t, record.JSONVersion, envelope.Version)
	require.Empty(t, record.Diff(rec, envelope.Record))

	var theirs bytes.Buffer
	e := json.NewEncoder(&theirs)
	e.SetEscapeHTML(false)
	envelope.Record = rec
	require.NoError(t, e.Encode(envelope))
	require.Equal(t, strings.TrimSpace(theirs.String()), string(ours))
}

func TestJSONStrings(t *testing.T) {
	for _, s := range []string{"plain", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "ü 日本 \U0001f9ec", "<b>&amp;</b>", "\u2028\u2029\ufeff\ufffd", " "} {
		rec := &record.Record{Lists: []record.List{{Title: s}}}
		back, err := record.Unmarshal(marshal(t, rec))
		require.NoError(t, err)
		require.Equal(t, s, back.Lists[0].Title)
	}
	back, err := record.Unmarshal([]byte(`{"portageRecord":"1","record":{"lists":[{"id":"","assertion":"","title":"\ud83e\uddec\u00fc\/\b\f"}]}}`))
	require.NoError(t, err)
	require.Equal(t, "\U0001f9ecü/\b\f", back.Lists[0].Title)
}

func TestJSONRefuses(t *testing.T) {
	in := func(record string) string { return `{"portageRecord":"1","record":` + record + `}` }
	list := func(fields string) string { return in(`{"lists":[{"id":"","assertion":"affirmed"` + fields + `}]}`) }
	for name, c := range map[string]struct{ text, reason string }{
		"nothing":                  {"", "begin"},
		"no record":                {`{"resourceType":"Bundle"}`, "begin"},
		"an array":                 {`[1]`, "begin"},
		"version unknown":          {`{"portageRecord":"Zqx00001q","record":{}}`, "version"},
		"version no string":        {`{"portageRecord":1,"record":{}}`, "version"},
		"no record in it":          {`{"portageRecord":"1"}`, `"record" is missing`},
		"other than a record":      {`{"portageRecord":"1","Zqx00001q":{}}`, `"record" is missing`},
		"more in the envelope":     {`{"portageRecord":"1","record":{},"Zqx00001q":1}`, "envelope"},
		"something after":          {in(`{}`) + `x`, "follows"},
		"record is null":           {in(`null`), "object"},
		"unknown field":            {list(`,"Zqx00001q":"Zqx00002q"`), "unknown field"},
		"case of letters":          {list(`,"Title":"Zqx00002q"`), "unknown field"},
		"field twice":              {list(`,"title":"Zqx00001q","title":"Zqx00001q"`), "given twice"},
		"field twice in disguise":  {list(`,"title":"a","titl\u0065":"b"`), "given twice"},
		"mandatory field missing":  {in(`{"lists":[{"id":"x"}]}`), "mandatory"},
		"null":                     {list(`,"title":null`), "string"},
		"number for a string":      {list(`,"title":4711`), "string"},
		"string for an object":     {list(`,"code":"Zqx00001q"`), "object"},
		"object for an array":      {list(`,"items":{}`), "array"},
		"string for a truth":       {list(`,"items":[{"deleted":"true"}]`), "true or false"},
		"decimal for a number":     {in(`{"documents":[{"id":"","assertion":"","sections":[{"id":"","narrative":{"nodes":[{"kind":"a","depth":1.5}]}}]}]}`), "comma"},
		"leading zero":             {in(`{"documents":[{"id":"","assertion":"","sections":[{"id":"","narrative":{"nodes":[{"kind":"a","depth":01}]}}]}]}`), "whole number"},
		"huge number":              {in(`{"documents":[{"id":"","assertion":"","sections":[{"id":"","narrative":{"nodes":[{"kind":"a","depth":99999999999999999999}]}}]}]}`), "whole number"},
		"comma at the end":         {list(`,`), "after the comma"},
		"comma in an array":        {in(`{"lists":[,]}`), "object"},
		"array not closed":         {in(`{"lists":[`), "object"},
		"string not closed":        {`{"portageRecord":"1","record":{"lists":[{"id":"Zqx00001q`, "does not end"},
		"control character":        {list(",\"title\":\"a\nb\""), "control character"},
		"bad escape":               {list(`,"title":"\q"`), "escape"},
		"short escape":             {list(`,"title":"\u12"`), "escape"},
		"half a character":         {list(`,"title":"\ud83e"`), "half"},
		"half a character, second": {list(`,"title":"\uddec"`), "half"},
		"not UTF-8":                {list(",\"title\":\"Zqx00001q\xff\""), "UTF-8"},
		"no colon":                 {list(`,"title" "x"`), "colon"},
		"too deep":                 {in(`{"questionnaires":[{"id":"","assertion":"","items":` + strings.Repeat(`[{"items":`, 600) + `[]` + strings.Repeat(`}]`, 600) + `}]}`), "deeper"},
	} {
		t.Run(name, func(t *testing.T) {
			rec, err := record.Unmarshal([]byte(c.text))
			require.Nil(t, rec)
			var e *record.JSONError
			require.ErrorAs(t, err, &e)
			require.Contains(t, err.Error(), c.reason)
			require.Positive(t, e.Line)
			recordtest.NoMarkersIn(t, err)
		})
	}
}

func TestJSONErrorSaysWhere(t *testing.T) {
	_, err := record.Unmarshal([]byte("{\"portageRecord\": \"1\", \"record\": {\n  \"allergies\": [{\"id\": \"ü\", \"assertion\": \"affirmed\", \"substance\": {\"code\": 1}}]}}"))
	require.EqualError(t, err, `record: 2:68: record.allergies[0].substance: unknown field`)
}

func TestMarshalRefuses(t *testing.T) {
	_, err := record.Marshal(nil)
	require.Error(t, err)
	_, err = record.Marshal(&record.Record{Lists: []record.List{{}, {Title: "Zqx00001q\xc3"}}})
	require.EqualError(t, err, "record: record.lists[1].title: a string is not UTF-8")
	broken := errors.New("disk on fire")
	_, err = record.Marshal(&record.Record{Provenances: []record.Provenance{{Signatures: []record.Signature{{Data: record.DataOf(blob{broken})}}}}})
	require.ErrorIs(t, err, broken)
}

type blob struct{ err error }

func (b blob) Open() (io.ReadCloser, error) { return nil, b.err }

func TestFormat(t *testing.T) {
	f := record.JSONFormat()
	rec := recordtest.Full()
	var out bytes.Buffer
	report, err := f.Exporter.Export(context.Background(), rec, &out, record.ExportOptions{})
	require.NoError(t, err)
	require.Equal(t, record.Counts{Exported: record.CountLeaves(rec)}, report.Counts)
	require.True(t, f.Detect(out.Bytes()))
	require.False(t, f.Detect([]byte(`{"resourceType":"Bundle"}`)))

	// Two records one after the other are two records.
	twice := append(bytes.Clone(out.Bytes()), out.Bytes()...)
	n := 0
	for got, err := range f.Importer.Import(context.Background(), record.Input{Reader: bytes.NewReader(twice)}, record.ImportOptions{}) {
		require.NoError(t, err)
		require.Empty(t, record.Diff(rec, got.Record))
		c := got.Report.Counts
		require.Zero(t, c.Unaccounted())
		require.Equal(t, 1, c.Scaffold)
		require.Len(t, got.Report.Issues, len(rec.Carried)-1, "one of them is but a form")
		n++
	}
	require.Equal(t, 2, n)

	out.Reset()
	_, err = f.Exporter.Export(context.Background(), rec, &out, record.ExportOptions{TypedOnly: true})
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(out.String(), `"facts":`), "the form of what is typed")
	require.Contains(t, out.String(), `"form":true`)
	require.Len(t, rec.Carried, 5)
}

func TestFormatLimits(t *testing.T) {
	f, data := record.JSONFormat(), marshal(t, recordtest.Generate(1, recordtest.Small))
	for name, l := range map[string]record.Limits{"bytes": {Bytes: 100}, "depth": {Depth: 3}, "nodes": {Nodes: 10}} {
		t.Run(name, func(t *testing.T) {
			for _, in := range []record.Input{{Bytes: data}, {Reader: bytes.NewReader(data)}} {
				for got, err := range f.Importer.Import(context.Background(), in, record.ImportOptions{Limits: l}) {
					require.Nil(t, got)
					require.ErrorContains(t, err, "limit")
				}
			}
		})
	}
	n := 0
	for _, err := range f.Importer.Import(context.Background(), record.Input{Bytes: append(data, data...)}, record.ImportOptions{Limits: record.Limits{Records: 1}}) {
		if n++; n == 2 {
			require.ErrorContains(t, err, "more records")
		}
	}
	require.Equal(t, 2, n)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, err := range f.Importer.Import(ctx, record.Input{Bytes: data}, record.ImportOptions{}) {
		require.ErrorIs(t, err, context.Canceled)
	}
	_, err := f.Exporter.Export(ctx, &record.Record{}, io.Discard, record.ExportOptions{})
	require.ErrorIs(t, err, context.Canceled)
}

// Whatever Unmarshal accepts comes out the same from then on.
func FuzzUnmarshal(f *testing.F) {
	small, err := record.Marshal(recordtest.Generate(1, 5))
	require.NoError(f, err)
	f.Add(small)
	f.Add([]byte(`{"portageRecord":"1","record":{}}`))
	f.Add([]byte(` { "portageRecord" : "1" , "record" : { "lists" : [ { "id":"\u00fc","assertion":"","items":[{},{"deleted":true}] } ] } } `))
	f.Add([]byte(`{"portageRecord":"1","record":{"patient":{"id":"a","assertion":"affirmed","photos":[{"data":""}]}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		rec, err := record.Unmarshal(data)
		if err != nil {
			require.Nil(t, rec)
			return
		}
		first := marshal(t, rec)
		back, err := record.Unmarshal(first)
		require.NoError(t, err)
		require.Empty(t, record.Diff(rec, back))
		require.Equal(t, string(first), string(marshal(t, back)))
		record.Validate(rec)
		n := 0
		for range record.Leaves(rec) {
			n++
		}
		require.Equal(t, n, record.CountLeaves(rec))
	})
}

func BenchmarkMarshal(b *testing.B) {
	rec := recordtest.Generate(1, recordtest.Medium)
	data, err := record.Marshal(rec)
	require.NoError(b, err)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = record.Marshal(rec)
	}
}

func BenchmarkUnmarshal(b *testing.B) {
	data, err := record.Marshal(recordtest.Generate(1, recordtest.Medium))
	require.NoError(b, err)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = record.Unmarshal(data)
	}
}

func BenchmarkCountLeaves(b *testing.B) {
	rec := recordtest.Generate(1, recordtest.Medium)
	n := record.CountLeaves(rec)
	b.ReportAllocs()
	for b.Loop() {
		record.CountLeaves(rec)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/leaf")
}

func BenchmarkValidate(b *testing.B) {
	rec := recordtest.Generate(1, recordtest.Medium)
	for b.Loop() {
		record.Validate(rec)
	}
}
