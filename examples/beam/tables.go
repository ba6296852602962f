package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record"
)

// heads are the first lines of tables. assertion, verification, status and mode stand beside every code: without them a code says nothing.
var heads = map[string]string{
	"patients": "patient,birth,sex,state,zip3",
	"facts":    "patient,kind,assertion,verification,status,mode,absent,codes,comparator,value,unit,value_codes,year",
}

// sexes and ages are the columns and rows of the table of counts.
var (
	sexes = []string{"female", "male", "other or unknown"}
	ages  = []string{"0-17", "18-39", "40-64", "65-89", "90 and over", "unknown"}
)

// numberFn numbers charts in the order of their keys: a code of a patient that comes from nothing that is known of them.
type numberFn struct{}

func (*numberFn) ProcessElement(_ string, charts func(*string) bool, emit func(string, string)) {
	var all []string
	var chart string
	for charts(&chart) {
		all = append(all, chart)
	}
	sort.Strings(all)
	for i, chart := range all {
		emit(chart, strconv.Itoa(i+1))
	}
}

// nameFn puts the keys of all charts together.
type nameFn struct{}

func (*nameFn) ProcessElement(chart string, _ []byte, emit func(string, string)) { emit("", chart) }

// rowsFn makes rows of de-identified tables of a chart, by Safe Harbor.
type rowsFn struct {
	Key    []byte
	Now    time.Time
	Shards int
}

func (f *rowsFn) ProcessElement(ctx context.Context, chart string, texts func(*[]byte) bool, numbers func(*string) bool, emit func(string, Line), cell func(string, int), dead func(Letter)) {
	fail := func(reason string) {
		failures.Inc(ctx, 1)
		dead(Letter{Input: chart, Stage: "de-identify", Reason: reason})
	}
	var text []byte
	var number string
	if !texts(&text) || !numbers(&number) {
		return
	}
	rec, err := decode(ctx, text)
	if err != nil {
		fail(err.Error())
		return
	}
	d, err := deid.New(deid.Options{Key: f.Key, At: f.Now, DataSet: "tables", Code: func(*record.Record) (string, error) { return number, nil }})
	if err != nil {
		fail(err.Error())
		return
	}
	out, st, err := d.Record(ctx, rec)
	if err != nil {
		fail(err.Error())
		return
	}
	for _, c := range st.Removed {
		removed.Inc(ctx, int64(c.N))
	}
	n := shard(number, f.Shards)
	i := 0
	row := func(table string, cells ...string) {
		emit(fileName(table, ".csv", n, f.Shards), Line{Place: pad(number) + " " + pad(strconv.Itoa(i)), Text: csvLine(cells)})
		i++
	}
	if p := out.Patient; p != nil {
		birth, state, zip := yearOf(p.BirthTime), "", ""
		if len(p.Addresses) > 0 {
			state, zip = p.Addresses[0].State, p.Addresses[0].PostalCode
		}
		row("patients", number, birth, codesOf(p.AdministrativeSex), state, zip)
	}
	for _, x := range factsOf(out) {
		row("facts", append([]string{number}, x...)...)
	}
	cell(ageOf(rec, f.Now)+"\x00"+sexOf(rec), 1)
}

func pad(n string) string {
	return strings.Repeat("0", max(0, 12-len(n))) + n
}

func csvLine(cells []string) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(cells) // into memory
	w.Flush()
	return bytes.TrimRight(b.Bytes(), "\n")
}

// factsOf gives, of each entry that is coded, what it says: the columns of facts behind the first.
func factsOf(rec *record.Record) (rows [][]string) {
	add := func(kind string, e *record.Entry, v record.Verification, code record.Concept, value record.Value, when record.Period) {
		q := record.Quantity{}
		if value.Quantity != nil {
			q = *value.Quantity
		}
		if value.Decimal != nil {
			q.Value = *value.Decimal
		}
		if value.Integer != nil {
			q.Value = *value.Integer
		}
		unit := q.Code
		if unit == "" {
			unit = q.Unit
		}
		answer := record.Concept{}
		if value.Concept != nil {
			answer = *value.Concept
		}
		absent := e.Absent
		for _, a := range []record.AbsentReason{code.Absent, q.Absent, answer.Absent} {
			if absent == "" {
				absent = a
			}
		}
		rows = append(rows, []string{kind, string(e.Assertion), string(v), string(e.Status.Code), string(e.Mode), string(absent), codesOf(code), q.Comparator, q.Value, unit, codesOf(answer), yearOf(whenOf(when))})
	}
	none := record.Value{}
	for i := range rec.Allergies {
		x := &rec.Allergies[i]
		add("allergy", &x.Entry, x.Verification, x.Substance, none, x.Onset)
	}
	for i := range rec.Problems {
		x := &rec.Problems[i]
		add("problem", &x.Entry, x.Verification, x.Code, none, x.Onset)
	}
	for i := range rec.Medications {
		x := &rec.Medications[i]
		add("medication", &x.Entry, "", x.Product.Code, none, x.Taken)
	}
	for i := range rec.Immunizations {
		x := &rec.Immunizations[i]
		add("immunization", &x.Entry, "", x.Product.Code, none, x.When)
	}
	for i := range rec.Procedures {
		x := &rec.Procedures[i]
		add("procedure", &x.Entry, "", x.Code, none, x.When)
	}
	for i := range rec.Encounters {
		x := &rec.Encounters[i]
		add("encounter", &x.Entry, "", x.Class, none, x.When)
	}
	for _, list := range []struct {
		kind string
		of   []record.Observation
	}{{"result", rec.Results}, {"vital", rec.Vitals}, {"social", rec.Social}, {"assessment", rec.Assessments}, {"observation", rec.Observations}} {
		for i := range list.of {
			x := &list.of[i]
			for _, v := range x.Values {
				add(list.kind, &x.Entry, "", x.Code, v, x.When)
			}
			if len(x.Values) == 0 {
				add(list.kind, &x.Entry, "", x.Code, none, x.When)
			}
		}
	}
	return rows
}

// whenOf gives the time that a fact is counted by: its moment, else its beginning, else its end.
func whenOf(p record.Period) record.Time {
	switch {
	case p.At.Date() != "":
		return p.At
	case p.Start.Date() != "":
		return p.Start
	}
	return p.End
}

// yearOf gives the year of a time, "" where none is known.
func yearOf(t record.Time) string {
	d := t.Date()
	return d[:min(4, len(d))]
}

// codesOf gives all codes of a concept, with their systems.
func codesOf(c record.Concept) string {
	var out []string
	for _, x := range c.Codings {
		system := x.System
		if system == "" {
			system = x.SystemAsSent
		}
		out = append(out, system+"|"+x.Code)
	}
	return strings.Join(out, " ")
}

func sexOf(rec *record.Record) string {
	if rec.Patient != nil {
		for _, c := range rec.Patient.AdministrativeSex.Codings {
			switch c.Code {
			case "F", "female":
				return sexes[0]
			case "M", "male":
				return sexes[1]
			}
		}
	}
	return sexes[2]
}

func ageOf(rec *record.Record, at time.Time) string {
	if rec.Patient == nil {
		return ages[5]
	}
	years, ok := deid.Age(rec.Patient.BirthTime, at)
	switch {
	case !ok:
		return ages[5]
	case years < 18:
		return ages[0]
	case years < 40:
		return ages[1]
	case years < 65:
		return ages[2]
	case years < 90:
		return ages[3]
	}
	return ages[4]
}

// countsFn publishes how many charts there are by age and sex, with small cells, and what would tell them, suppressed.
type countsFn struct{}

func (*countsFn) ProcessElement(ctx context.Context, _ string, cells func(*Cell) bool, emit func(string, Line), dead func(Letter)) {
	t := deid.Table{Rows: ages, Columns: sexes, Cells: make([][]int, len(ages))}
	for i := range t.Cells {
		t.Cells[i] = make([]int, len(sexes))
	}
	var c Cell
	for cells(&c) {
		age, sex, _ := strings.Cut(c.Name, "\x00")
		for i := range ages {
			for j := range sexes {
				if ages[i] == age && sexes[j] == sex {
					t.Cells[i][j] += c.Count
				}
			}
		}
	}
	p, err := t.Suppress(deid.SmallCell)
	if err != nil {
		failures.Inc(ctx, 1)
		dead(Letter{Stage: "counts", Reason: err.Error()})
		return
	}
	text, _ := json.Marshal(p)
	emit("counts.json", Line{Text: text})
}

// Cell is a count of charts.
type Cell struct {
	Name  string
	Count int
}

// cellFn puts all counts together.
type cellFn struct{}

func (*cellFn) ProcessElement(name string, n int, emit func(string, Cell)) {
	emit("", Cell{name, n})
}
