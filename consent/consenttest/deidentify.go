package consenttest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record"
)

// The rows on de-identification are about package deid, whatever Decider is under test; J13 asks the Decider too.

var hostKey = []byte("a key that only the host has")

func deidentify(t *testing.T, opt deid.Options, rec *record.Record) (*record.Record, deid.Statement) {
	t.Helper()
	if opt.Key == nil {
		opt.Key = hostKey
	}
	if opt.At.IsZero() {
		opt.At = now
	}
	if opt.Code == nil && opt.Method == deid.SafeHarbor {
		opt.Code = func(*record.Record) (string, error) { return "case 1", nil }
	}
	d, err := deid.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	out, st, err := d.Record(t.Context(), rec)
	if err != nil {
		t.Fatal(err)
	}
	return out, st
}

func zips(t *testing.T, census string) deid.ZipList {
	t.Helper()
	l, ok := deid.ZipListOf(census)
	if !ok {
		t.Fatalf("no list of ZIP codes of the census of %s", census)
	}
	return l
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// one who lives somewhere, was born and came to the clinic.
func livedAt(zip string) *record.Record {
	return &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}, BirthTime: record.Time{Value: "1970-05-05"},
		Addresses: []record.Address{{Lines: []string{"17 Cherry Tree Lane"}, City: "Redmond", State: "WA", PostalCode: zip}}}}
}

func born(date string) *record.Record {
	r := livedAt("98052")
	r.Patient.BirthTime.Value = date
	return r
}

func visited(r *record.Record, dates ...string) *record.Record {
	for _, d := range dates {
		r.Encounters = append(r.Encounters, record.Encounter{Entry: record.Entry{ID: "e" + d, Assertion: record.Affirmed}, When: record.Period{Start: record.Time{Value: d}}})
	}
	return r
}

// zipOf gives what is left of a ZIP code by Safe Harbor, and the census of the list that the statement names.
func zipOf(t *testing.T, zip, census string, padded bool) (string, string) {
	t.Helper()
	out, st := deidentify(t, deid.Options{Zips: zips(t, census), PadZip: padded}, livedAt(zip))
	if len(out.Patient.Addresses) != 1 {
		t.Fatal("the address is gone")
	}
	return out.Patient.Addresses[0].PostalCode, st.Zips.Census
}

// ageOf gives the group of ages that a record says, "" where it says none.
func ageOf(r *record.Record) string {
	for i := range r.Observations {
		o := &r.Observations[i]
		if o.Code.Has(record.SystemLOINC, "30525-0") && len(o.Values) == 1 && o.Values[0].Quantity != nil {
			q := o.Values[0].Quantity
			if q.Comparator == ">=" && q.Value == "90" && q.Code == "a" {
				return "90+"
			}
			return q.Comparator + q.Value
		}
	}
	return ""
}

func aged(years string) *record.Record {
	return &record.Record{Observations: []record.Observation{{Entry: record.Entry{ID: "o", Assertion: record.Affirmed}, Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "30525-0"}}},
		Values: []record.Value{{Quantity: &record.Quantity{Value: years, Unit: "a", Code: "a", System: record.SystemUCUM}}}}}}
}

func day(s string) time.Time {
	at, _ := time.Parse(time.DateOnly, s)
	return at
}

// deidentification are the rows J1 to J15.
func (s suite) deidentification() []row {
	return slices.Concat(places(), dates(), s.identities())
}

func places() []row {
	zip := func(t *testing.T, in, census string, padded bool, want string) {
		t.Helper()
		got, list := zipOf(t, in, census, padded)
		same(t, in+" by "+census, got, want)
		same(t, "list", list, census)
	}
	return []row{
		{"J1", func(t *testing.T) {
			zip(t, "98052", "2020", true, "98000")
			zip(t, "98052", "2020", false, "980")
			zip(t, "98028-1830", "2020", true, "98000-0000")
			zip(t, "98028-1830", "2020", false, "980")
		}},
		{"J2", func(t *testing.T) {
			for _, census := range []string{"2000", "2020"} {
				for _, in := range []string{"20301", "55602"} {
					zip(t, in, census, true, "00000")
					zip(t, in, census, false, "000")
				}
			}
		}},
		{"J3", func(t *testing.T) {
			zip(t, "06390", "2000", false, "000")
			zip(t, "06390", "2020", false, "063")
			zip(t, "20201", "2000", false, "202")
			zip(t, "20201", "2020", false, "000")
		}},
	}
}

func dates() []row {
	birth := func(t *testing.T, date, at, year, age string) {
		t.Helper()
		out, _ := deidentify(t, deid.Options{At: day(at)}, born(date))
		same(t, date+" at "+at, out.Patient.BirthTime.Value, year)
		same(t, "age of "+date+" at "+at, ageOf(out), age)
	}
	return []row{
		{"J4", func(t *testing.T) {
			for _, at := range []string{"2026-01-01", "2026-02-06", "2026-12-31"} {
				birth(t, "1925-02-07", at, "", "90+")
			}
		}},
		{"J5", func(t *testing.T) {
			for years, want := range map[string]string{"89": "89", "90": "90+"} {
				out, _ := deidentify(t, deid.Options{}, aged(years))
				same(t, "age "+years, ageOf(out), want)
			}
			same(t, "89", deid.AgeGroup(89), "89")
			same(t, "90", deid.AgeGroup(90), "90+")
		}},
		{"J6", func(t *testing.T) {
			birth(t, "1936-11-30", "2026-11-22", "1936", "")
			birth(t, "1936-11-30", "2026-12-01", "", "90+")
			for years := range 60 { // no year is fixed: a century on, the same holds
				at := day("2026-11-22").AddDate(years, 0, 0)
				birth(t, record.Time{Value: at.AddDate(-90, 0, 1).Format(time.DateOnly)}.Value, at.Format(time.DateOnly), at.AddDate(-90, 0, 1).Format("2006"), "")
				birth(t, at.AddDate(-90, 0, 0).Format(time.DateOnly), at.Format(time.DateOnly), "", "90+")
			}
		}},
		{"J7", func(t *testing.T) {
			out, _ := deidentify(t, deid.Options{}, visited(born("1970-05-05"), "2015-02-07T13:28-05:00"))
			same(t, "admission", out.Encounters[0].When.Start, record.Time{Value: "2015"})
		}},
		{"J8", func(t *testing.T) {
			out, _ := deidentify(t, deid.Options{Method: deid.DateShift}, visited(born("1970-05-05"), "2015-02"))
			same(t, "a month", out.Encounters[0].When.Start, record.Time{Value: "2015"})
		}},
		{"J9", func(t *testing.T) { shifted(t) }},
	}
}

// shifted is row J9: all dates of a patient move by the same days, in every export, under one key.
func shifted(t *testing.T) {
	rec := visited(born("1970-05-05"), "2015-02-07T13:28-05:00", "2015-02-07", "2016-03-01T00:00:00.5Z", "2019-12-31T23:59")
	rec.Problems = []record.Problem{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed}, Onset: record.Period{Start: record.Time{Value: "2014-02-07"}}}}
	later := visited(born("1970-05-05"), "2022-07-04")
	days := func(key string, r *record.Record) (moved []int) {
		out, st := deidentify(t, deid.Options{Method: deid.DateShift, Key: []byte(key)}, r)
		same(t, "is Safe Harbor", st.SafeHarbor, false)
		if !strings.Contains(st.Basis, "not Safe Harbor") || !strings.Contains(out.Provenances[0].Activity.Text, "not Safe Harbor") {
			t.Error("nothing says that it is not Safe Harbor")
		}
		add := func(was, is string) {
			if len(was) != len(is) || was[10:] != is[10:] {
				t.Fatalf("%s became %s: precision, hour or offset changed", was, is)
			}
			moved = append(moved, int(day(is[:10]).Sub(day(was[:10])).Hours()/24))
		}
		add(r.Patient.BirthTime.Value, out.Patient.BirthTime.Value)
		for i := range r.Encounters {
			add(r.Encounters[i].When.Start.Value, out.Encounters[i].When.Start.Value)
		}
		for i := range r.Problems {
			add(r.Problems[i].Onset.Start.Value, out.Problems[i].Onset.Start.Value)
		}
		return moved
	}
	const key, other = "the first key of them", "another key of theirs"
	first := days(key, rec)
	for _, n := range append(first, days(key, later)...) {
		same(t, "days", n, first[0])
	}
	if first[0] == 0 {
		t.Error("the dates did not move")
	}
	if days(other, rec)[0] == first[0] {
		t.Error("two keys move dates by the same days")
	}
	// Another patient's dates move otherwise.
	rec.Patient.ID = "q"
	if days(key, rec)[0] == first[0] {
		t.Error("two patients' dates move by the same days")
	}
}

// statementOf gives a statement as text.
func statementOf(t *testing.T, st deid.Statement) string {
	t.Helper()
	text := st.JSON()
	var back deid.Statement
	if err := json.Unmarshal(text, &back); err != nil || !bytes.Equal(back.JSON(), text) {
		t.Errorf("the statement does not read back: %v", err)
	}
	return string(text)
}

// dua is a request for a limited data set under a data use agreement.
func dua() consent.Request {
	req := ask(lab, "HRESCH")
	req.Agreement, req.Form = &consent.Agreement{ID: "dua-1", Kind: "data-use"}, consent.FormLimited
	return req
}
