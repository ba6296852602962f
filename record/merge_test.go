package record_test

import (
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// statementLists are the fields of Record of which a split leaves some out.
var statementLists = []string{"Allergies", "Problems", "Medications", "Immunizations", "Procedures", "Results", "ResultPanels", "Vitals", "VitalPanels",
	"Social", "Assessments", "AssessmentPanels", "Observations", "Encounters", "Goals", "HealthConcerns", "CarePlans", "CareTeams",
	"Devices", "Supplies", "Specimens", "Notes", "Coverages", "FamilyHistory", "Directives", "Appointments", "Orders", "ImagingStudies", "AdverseEvents"}

// split gives two halves of a chart that overlap: each entry is in the one, the other, or both.
func split(rec *record.Record, seed uint64) (a, b *record.Record, both int) {
	r := rand.New(rand.NewPCG(seed, 7))
	a, b = rec.Clone(), rec.Clone()
	a.Documents, b.Documents, a.Provenances, b.Provenances = nil, nil, nil, nil
	for _, name := range statementLists {
		v := reflect.ValueOf(rec).Elem().FieldByName(name)
		x, y := reflect.ValueOf(a).Elem().FieldByName(name), reflect.ValueOf(b).Elem().FieldByName(name)
		keepX, keepY := reflect.MakeSlice(v.Type(), 0, v.Len()), reflect.MakeSlice(v.Type(), 0, v.Len())
		for i := range v.Len() {
			n := r.IntN(3)
			if n != 0 {
				keepX = reflect.Append(keepX, x.Index(i))
			}
			if n != 1 {
				keepY = reflect.Append(keepY, y.Index(i))
			}
			if n == 2 {
				both++
			}
		}
		x.Set(keepX)
		y.Set(keepY)
	}
	from(a, "a")
	from(b, "b")
	return a, b, both
}

// from gives a record a source of its own.
func from(rec *record.Record, name string) {
	rec.Sources = []record.Source{{ID: "source-" + name, Format: "record", Time: "2024-01-0" + strconv.Itoa(1+int(name[0]-'a'))}}
	for _, e := range rec.Entries() {
		e.Origins = []record.Origin{{Source: "source-" + name}}
	}
}

// count counts the entries of the statement lists.
func count(rec *record.Record) (n int) {
	for _, name := range statementLists {
		n += reflect.ValueOf(rec).Elem().FieldByName(name).Len()
	}
	return n
}

func merge(t testing.TB, recs ...*record.Record) *record.Record {
	t.Helper()
	m, _, err := record.Merge(record.MergeOptions{}, recs...)
	require.NoError(t, err)
	return m
}

// anonymous gives every entry another id and takes what identifies it: what is left to tell duplicates by is what they say.
func anonymous(rec *record.Record, name string) *record.Record {
	rec = rec.Clone()
	to := map[string]string{}
	for _, e := range rec.Entries() {
		to[e.ID] = name + "-" + e.ID
	}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				f := v.Type().Field(i)
				if !f.IsExported() {
					continue
				}
				if f.Name == "ID" && f.Type.Kind() == reflect.String {
					if id, ok := to[v.Field(i).String()]; ok {
						v.Field(i).SetString(id)
					}
				}
				walk(v.Field(i))
			}
		}
	}
	walk(reflect.ValueOf(rec).Elem())
	for kind, e := range rec.Entries() {
		switch kind {
		case record.KindPatient, record.KindPractitioner, record.KindOrganization, record.KindLocation, record.KindRelatedPerson:
		default:
			e.Identifiers = nil
		}
	}
	return rec
}

func TestMergeOfHalves(t *testing.T) {
	seeds := uint64(1000)
	if testing.Short() {
		seeds = 60
	}
	for _, mode := range []string{"identified", "anonymous"} {
		t.Run(mode, func(t *testing.T) {
			var both, found, wrong int
			for seed := range seeds {
				rec := recordtest.Generate(seed, recordtest.Small)
				a, b, n := split(rec, seed)
				if mode == "anonymous" {
					b = anonymous(b, "b")
				}
				m := merge(t, a, b)
				both += n
				missed := count(m) - count(rec)
				if missed > 0 {
					found += n - missed
				} else {
					found += n
					wrong -= missed
				}
				for _, name := range statementLists {
					x, y := reflect.ValueOf(rec).Elem().FieldByName(name).Len(), reflect.ValueOf(m).Elem().FieldByName(name).Len()
					if x != y {
						t.Logf("seed %d: %s %d, merged %d", seed, name, x, y)
					}
				}
				for _, c := range m.Merging.Conflicts {
					t.Logf("seed %d: %s.%s", seed, c.Kind, c.Field)
				}
			}
			t.Logf("%d entries in both halves, %d found, %d wrongly united", both, found, wrong)
			require.GreaterOrEqual(t, float64(found)/float64(both), 0.99)
			require.LessOrEqual(t, float64(wrong)/float64(both), 0.01)
		})
	}
}

func BenchmarkMerge(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		rec := recordtest.Generate(3, recordtest.Size(100*n))
		b.Run(strconv.Itoa(n)+"-documents-of-100", func(b *testing.B) {
			parts := slices(rec, n)
			entries := 0
			for _, p := range parts {
				entries += count(p)
			}
			b.ReportAllocs()
			for b.Loop() {
				merge(b, parts...)
			}
			b.ReportMetric(float64(entries), "entries")
			b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N)/float64(entries), "µs/entry")
		})
	}
}

// slices gives n documents of about 100 entries, each fourth of which another has too.
func slices(rec *record.Record, n int) []*record.Record {
	parts := make([]*record.Record, n)
	for i := range parts {
		p := &record.Record{Patient: rec.Patient, Practitioners: rec.Practitioners[:min(5, len(rec.Practitioners))], Organizations: rec.Organizations[:min(3, len(rec.Organizations))]}
		for _, name := range statementLists {
			v := reflect.ValueOf(rec).Elem().FieldByName(name)
			size := (v.Len() + n - 1) / n
			lo, hi := min(v.Len(), i*size), min(v.Len(), i*size+size+(size+3)/4)
			reflect.ValueOf(p).Elem().FieldByName(name).Set(v.Slice3(lo, hi, hi))
		}
		parts[i] = p.Clone()
		parts[i].Sources = []record.Source{{ID: "source-" + strconv.Itoa(i), Format: "record", Time: "2024-01-01"}}
		for _, e := range parts[i].Entries() {
			e.Origins = []record.Origin{{Source: "source-" + strconv.Itoa(i)}}
		}
	}
	return parts
}
