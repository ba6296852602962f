package deid_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

func text(t testing.TB, rec *record.Record) string {
	t.Helper()
	b, err := record.Marshal(rec)
	require.NoError(t, err)
	return string(b)
}

// patients are the full record and some invented ones.
func patients() []*record.Record {
	all := []*record.Record{recordtest.Full()}
	for seed := range uint64(6) {
		all = append(all, recordtest.Generate(seed, recordtest.Small*4))
	}
	return all
}

// variants are the methods with what can be asked of them beside.
func variants() map[string]deid.Options {
	m := map[string]deid.Options{}
	for _, x := range methods {
		m["code "+string(x)] = options(x)
		if x != deid.SafeHarbor {
			o := options(x)
			o.Code, o.Pseudonyms = nil, true
			m["pseudonyms "+string(x)] = o
		}
	}
	return m
}

func TestTwiceIsOnce(t *testing.T) {
	for name, opt := range variants() {
		for i, rec := range patients() {
			once, _ := deidentify(t, opt, rec)
			twice, st := deidentify(t, opt, once)
			require.Equal(t, text(t, once), text(t, twice), "%s, patient %d", name, i)
			for _, c := range st.Removed {
				require.Fail(t, "something was left to take out", "%s, patient %d: %+v", name, i, c)
			}
			// Nor does it matter if the record has been written and read between.
			back, err := record.Unmarshal([]byte(text(t, once)))
			require.NoError(t, err)
			twice, _ = deidentify(t, opt, back)
			require.Equal(t, text(t, once), text(t, twice), name)
		}
	}
}

func TestSameInSameOut(t *testing.T) {
	for name, opt := range variants() {
		for _, rec := range patients() {
			before := text(t, rec)
			d, err := deid.New(opt)
			require.NoError(t, err)
			want, said, err := d.Record(t.Context(), rec)
			require.NoError(t, err)
			require.Equal(t, before, text(t, rec), "the record was changed")
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() {
					got, st, err := d.Record(context.Background(), rec)
					if err != nil || text(t, got) != text(t, want) || string(st.JSON()) != string(said.JSON()) {
						t.Errorf("%s: another result", name)
					}
				})
			}
			wg.Wait()
		}
	}
}

// What comes out is a record as any other: no reference leads nowhere, no word is unknown.
func TestResultIsValid(t *testing.T) {
	for name, opt := range variants() {
		for i, rec := range patients() {
			out, _ := deidentify(t, opt, rec)
			was := map[string]bool{}
			for _, issue := range record.Validate(rec) {
				was[issue.Code] = true
			}
			for _, issue := range record.Validate(out) {
				require.True(t, was[issue.Code], "%s, patient %d: %s at %s", name, i, issue.Code, issue.Path)
			}
		}
	}
}

// eachTime gives the whole dates of a record by path.
func eachTime(rec *record.Record) map[string]string {
	out := map[string]string{}
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem(), path)
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i))
			}
		case reflect.Struct:
			if t, ok := v.Addr().Interface().(*record.Time); ok {
				if len(t.Value) >= 10 {
					out[path] = t.Value
				}
				return
			}
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i), path+"."+v.Type().Field(i).Name)
				}
			}
		}
	}
	walk(reflect.ValueOf(rec).Elem(), "")
	return out
}

func TestShiftKeepsIntervals(t *testing.T) {
	opt := options(deid.DateShift)
	opt.Code = nil
	all := map[int]int{}
	for seed := range uint64(60) {
		rec := recordtest.Generate(seed, recordtest.Small*4)
		for i := range rec.Provenances {
			rec.Provenances[i].Entities = nil
		}
		out, st := deidentify(t, opt, rec)
		require.False(t, st.SafeHarbor)
		was, is := eachTime(rec), eachTime(out)
		days, n := 0, 0
		for path, v := range is {
			if was[path] == "" {
				continue // an element before it is gone
			}
			a, err := time.Parse(time.DateOnly, was[path][:10])
			require.NoError(t, err)
			b, err := time.Parse(time.DateOnly, v[:10])
			require.NoError(t, err)
			d := int(b.Sub(a).Hours() / 24)
			if n++; n == 1 {
				days = d
			}
			require.Equal(t, days, d, path)
			require.Equal(t, was[path][10:], v[10:], "hour and offset")
		}
		require.Greater(t, n, 20)
		require.Less(t, days, 0)
		require.GreaterOrEqual(t, days, -365)
		all[days]++
	}
	require.Greater(t, len(all), 40, "patients share their days")
}

func TestShift(t *testing.T) {
	for in, want := range map[string]string{"2024-03-01": "2024-02-29", "2023-03-01T08:00": "2023-02-28T08:00", "2024-01-01T00:00:00.123-05:00": "2023-12-31T00:00:00.123-05:00", "2024-02-30": "", "2024-02": "", "2024": "", "0001-01-01": ""} {
		got, _ := deid.Shift(in, -1)
		require.Equal(t, want, got, in)
	}
}

func TestDatesChangedAfterShift(t *testing.T) {
	opt := options(deid.DateShift)
	once, _ := deidentify(t, opt, recordtest.Generate(3, recordtest.Small))
	once.Patient.BirthTime.Value = "1980-02-02"
	d, err := deid.New(opt)
	require.NoError(t, err)
	_, _, err = d.Record(t.Context(), once)
	require.ErrorIs(t, err, deid.ErrChanged)
}

// What nobody could name may turn a meaning: the entry goes with it, and what refers to it too.
func TestWhatTurnsTakesItsEntry(t *testing.T) {
	rec := &record.Record{
		Sources:  []record.Source{{ID: "s", Format: "fhir"}},
		Problems: []record.Problem{{Entry: record.Entry{ID: "a", Assertion: record.Affirmed}}, {Entry: record.Entry{ID: "b", Assertion: record.Affirmed}}},
		Lists:    []record.List{{Entry: record.Entry{ID: "l", Assertion: record.Affirmed}, Items: []record.ListItem{{Item: record.Ref{ID: "a", Kind: record.KindProblem}}}}},
		Medications: []record.Medication{{Entry: record.Entry{ID: "m", Assertion: record.Affirmed}, Dispenses: []record.Dispense{{ID: "d"}}},
			{Entry: record.Entry{ID: "n", Assertion: record.Affirmed, Mode: "perhaps"}}},
		Results:   []record.Observation{{Entry: record.Entry{ID: "o", Assertion: record.Affirmed}}},
		Allergies: []record.Allergy{{Entry: record.Entry{ID: "y", Assertion: record.Affirmed}, Concern: &record.Concern{ID: "c"}}, {Entry: record.Entry{ID: "z", Assertion: record.Affirmed}, Verification: "hardly"}},
		Carried: []record.Carried{{Format: "fhir", Source: "s", Owner: "a", Kind: "value", Name: "modifierExtension", Modifier: true}, {Format: "fhir", Source: "s", Owner: "b", Kind: "value", Name: "extension"}, {Format: "fhir", Source: "s", Owner: "b", Kind: "value", Name: "component", Modifier: true},
			{Format: "ccda", Source: "s", Owner: "b", Kind: "element", Modifier: true}, {Format: "ccda", Source: "s", Owner: "b", Kind: "attribute", Name: "negationInd", Data: "false", Modifier: true},
			{Format: "ccda", Source: "s", Owner: "o", Kind: "attribute", Name: "negationInd", Data: "true", Modifier: true},
			{Format: "fhir", Source: "s", Owner: "d", Kind: "value", Name: "modifierExtension", Modifier: true}, {Format: "fhir", Source: "s", Owner: "c", Kind: "value", Name: "modifierExtension", Modifier: true}},
	}
	for _, m := range methods {
		out, st := deidentify(t, options(m), rec)
		require.Len(t, out.Problems, 1)
		require.Empty(t, out.Medications)
		require.Empty(t, out.Allergies)
		require.Empty(t, out.Results)
		require.Equal(t, 6, st.Count(deid.Withheld))
		require.Empty(t, out.Lists[0].Items)
		require.Equal(t, record.AbsentMasked, out.Lists[0].EmptyReason.Absent, "the list does not say that there is nothing")
	}
}

// Taking words away turns nothing round: what is left says that something is masked.
func TestNothingIsTurnedRound(t *testing.T) {
	words := record.Concept{Text: "the blue one from the market"}
	rec := &record.Record{
		Allergies: []record.Allergy{{Entry: record.Entry{ID: "a", Assertion: record.Negated}, Substance: words}, {Entry: record.Entry{ID: "b", Assertion: record.NoneKnown}}},
		Medications: []record.Medication{{Entry: record.Entry{ID: "m", Assertion: record.Affirmed, Status: record.Status{AsSent: "nullified by Dr. Who"}}, Product: record.Product{Code: words},
			Preconditions: []record.Precondition{{Text: "only on Mondays"}}, Dosages: []record.Dosage{{Timings: []record.Timing{{Text: "as my mother said"}}, Dose: &record.Amount{Quantity: &record.Quantity{Value: "2", Unit: "spoons of Anna's"}}}}}},
		Results: []record.Observation{{Entry: record.Entry{ID: "r", Assertion: record.Affirmed}, Values: []record.Value{{Text: ptr("seen by Bob")}, {Text: ptr("NEGATIVE")}, {Quantity: &record.Quantity{Value: "5.40", Unit: "mmol/L", Code: "mmol/L"}}, {Integer: ptr("2065550142")}}}},
		Problems: []record.Problem{{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}, Code: record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "22298006",
			Qualifiers: []record.Qualifier{{Name: record.Coding{System: record.SystemSNOMED, Code: "408729009"}, Value: record.Coding{Display: "as Anna says"}}}}}}}},
	}
	for _, m := range methods {
		out, _ := deidentify(t, options(m), rec)
		require.Equal(t, record.Negated, out.Allergies[0].Assertion)
		require.Equal(t, record.Concept{Absent: record.AbsentMasked}, out.Allergies[0].Substance)
		require.Equal(t, record.NoneKnown, out.Allergies[1].Assertion)
		require.True(t, out.Allergies[1].Substance.IsZero(), "that nothing is known stays as it is")
		med := out.Medications[0]
		require.Equal(t, record.Status{Absent: record.AbsentMasked}, med.Status)
		require.Equal(t, record.AbsentMasked, med.Preconditions[0].Code.Absent, "the condition is not gone")
		require.Equal(t, record.AbsentMasked, med.Dosages[0].Timings[0].Absent)
		require.Equal(t, record.Quantity{Absent: record.AbsentMasked}, *med.Dosages[0].Dose.Quantity, "no number without its unit")
		v := out.Results[0].Values
		require.Equal(t, record.Value{Absent: record.AbsentMasked}, v[0])
		require.Equal(t, "NEGATIVE", *v[1].Text)
		require.Equal(t, "5.40", v[2].Quantity.Value)
		require.Equal(t, record.Value{Absent: record.AbsentMasked}, v[3])
		require.Equal(t, record.Concept{Absent: record.AbsentMasked}, out.Problems[0].Code, "no code without what narrows it")
	}
}

func ptr[T any](v T) *T { return &v }

type scrubber struct{ fails bool }

func (scrubber) Name() string { return "shouting 1.0" }

func (s scrubber) Scrub(_ context.Context, field, text string) (string, error) {
	switch {
	case strings.Contains(text, "panic"):
		panic(text)
	case s.fails:
		return text, errors.New("no")
	}
	return strings.ToUpper(text) + " (" + field + ")", nil
}

func TestScrubber(t *testing.T) {
	rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "r", Assertion: record.Affirmed, Notes: []record.Note{{Text: "seen"}, {Text: "panic"}},
		Narrative: &record.NarrativeLink{Text: "words"}}}}}
	opt := options(deid.SafeHarbor)
	opt.Scrubber = scrubber{}
	out, st := deidentify(t, opt, rec)
	require.Equal(t, []record.Note{{Text: "SEEN (Note.Text)"}}, out.Results[0].Notes)
	require.Nil(t, out.Results[0].Narrative)
	require.Equal(t, "scrubbed by shouting 1.0", st.Text)
	require.Equal(t, 1, st.Scrubbed)
	opt.Scrubber = scrubber{fails: true}
	out, _ = deidentify(t, opt, rec)
	require.Empty(t, out.Results[0].Notes)
}

func stream(recs ...*record.Record) iter.Seq2[*record.Record, error] {
	return func(yield func(*record.Record, error) bool) {
		for _, r := range recs {
			var err error
			if r == nil {
				err = errSource
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

var errSource = errors.New("the source broke")

func TestStream(t *testing.T) {
	opt := deid.Options{Key: []byte("a key of the host's own"), At: at, DataSet: "release 1"}
	pass := func(opt deid.Options, recs ...*record.Record) (ids []string, st deid.Statement, broken int) {
		d, err := deid.New(opt)
		require.NoError(t, err)
		run := d.Run()
		for rec, err := range run.Records(t.Context(), stream(recs...)) {
			if err != nil {
				require.ErrorIs(t, err, errSource)
				broken++
				continue
			}
			ids = append(ids, rec.Patient.ID)
		}
		return ids, run.Statement(), broken
	}
	a, b := recordtest.Generate(1, recordtest.Small), recordtest.Generate(2, recordtest.Small)
	first, st, broken := pass(opt, a, nil, b)
	require.Len(t, first, 2)
	require.NotEqual(t, first[0], first[1])
	require.Equal(t, 1, broken)
	require.Equal(t, 2, st.Records)
	require.Equal(t, "place", st.Ids)
	again, st2, _ := pass(opt, a, nil, b)
	require.Equal(t, first, again)
	require.Equal(t, string(st.JSON()), string(st2.JSON()))
	opt.DataSet = "release 2"
	other, _, _ := pass(opt, a, b)
	require.NotContains(t, other, first[0], "two data sets can be linked")
	// With pseudonyms made from ids, the order does not matter.
	opt.Method = deid.LimitedDataSet
	one, _, _ := pass(opt, a, b)
	two, _, _ := pass(opt, b, a)
	require.Equal(t, one, []string{two[1], two[0]})
}

func TestOptions(t *testing.T) {
	ok := options(deid.SafeHarbor)
	for want, change := range map[error]func(*deid.Options){
		deid.ErrMethod: func(o *deid.Options) { o.Method = "mine" }, deid.ErrKey: func(o *deid.Options) { o.Key = o.Key[:15] }, deid.ErrAt: func(o *deid.Options) { o.At = time.Time{} },
		deid.ErrPseudonyms: func(o *deid.Options) { o.Pseudonyms = true }, deid.ErrDataSet: func(o *deid.Options) { o.Code, o.DataSet = nil, "" },
	} {
		opt := ok
		change(&opt)
		_, err := deid.New(opt)
		require.ErrorIs(t, err, want)
	}
	opt := ok
	opt.Code = nil
	d, err := deid.New(opt)
	require.NoError(t, err)
	_, _, err = d.Record(t.Context(), recordtest.Full())
	require.ErrorIs(t, err, deid.ErrCode, "two records given alone would get the same ids")
	_, _, err = d.Record(t.Context(), nil)
	require.ErrorIs(t, err, deid.ErrNoRecord)
	opt.Code = func(*record.Record) (string, error) { return "", errors.New("Anna is not known") }
	d, err = deid.New(opt)
	require.NoError(t, err)
	_, _, err = d.Record(t.Context(), recordtest.Full())
	require.EqualError(t, err, deid.ErrNoCode.Error())
}
