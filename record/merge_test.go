package record_test

import (
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
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

// united counts what a merge made of two halves: pairs of entries that it united, rightly and wrongly, and those that
// are in both halves and that it did not unite.
func united(t *testing.T, m *record.Record) (right, wrong int, ofOne map[string]bool) {
	t.Helper()
	kinds := map[string]bool{}
	for kind := range m.Entries() {
		kinds[kind] = true
	}
	var all []string
	for kind := range kinds {
		switch kind {
		case record.KindPatient, record.KindPractitioner, record.KindOrganization, record.KindLocation, record.KindRelatedPerson, record.KindDocument, record.KindProvenance:
		default:
			all = append(all, kind)
		}
	}
	rows, err := record.Reconcile(record.MergeOptions{}, m, all...)
	require.NoError(t, err)
	in, ofOne := map[string][]string{}, map[string]bool{}
	for _, r := range rows {
		for _, s := range r.Sides {
			in[s.In] = append(in[s.In], strings.TrimPrefix(s.Statement.Entry, "b-"))
		}
	}
	for _, of := range in {
		for i, x := range of {
			for _, y := range of[i+1:] {
				if x == y {
					right++
					ofOne[x] = true
				} else {
					wrong++
				}
			}
		}
	}
	return right, wrong, ofOne
}

// contradict changes what some entries of the second half say, so that it contradicts the first, and gives their ids.
func contradict(rec *record.Record, shared map[string]bool, seed uint64) map[string]bool {
	r := rand.New(rand.NewPCG(seed, 11))
	changed := map[string]bool{}
	pick := func(e *record.Entry) bool {
		if !shared[strings.TrimPrefix(e.ID, "b-")] || e.Assertion != record.Affirmed || r.IntN(3) > 0 {
			return false
		}
		changed[strings.TrimPrefix(e.ID, "b-")] = true
		return true
	}
	for i := range rec.Problems {
		if x := &rec.Problems[i]; x.Verification == "" && pick(&x.Entry) {
			switch r.IntN(3) {
			case 0:
				x.Assertion = record.Negated
			case 1:
				x.Clinical.Code = map[string]string{"active": "resolved"}[x.Clinical.Code]
				if x.Clinical.Code == "" {
					x.Clinical.Code = "active"
				}
			case 2:
				x.Verification = record.Refuted
			}
		}
	}
	for i := range rec.Medications {
		if x := &rec.Medications[i]; pick(&x.Entry) {
			switch r.IntN(3) {
			case 0:
				x.Assertion = record.Negated
			case 1:
				x.Dosages[0].Dose.Quantity.Value += "0"
			case 2:
				x.Dosages[0].AsNeeded = ptr(true)
			}
		}
	}
	for i := range rec.Allergies {
		if x := &rec.Allergies[i]; pick(&x.Entry) {
			switch r.IntN(3) {
			case 0:
				x.Assertion = record.Negated
			case 1:
				x.Clinical.Code = "resolved"
			case 2:
				x.Reactions = []record.Reaction{{Manifestations: x.Reactions[0].Manifestations, Assertion: record.Negated}}
			}
		}
	}
	for i := range rec.Immunizations {
		if x := &rec.Immunizations[i]; x.Status.Code == record.StatusCompleted && pick(&x.Entry) {
			x.Status.Code = record.StatusRefused
		}
	}
	times := map[string]int{}
	for i := range rec.Results {
		times[rec.Results[i].When.At.Value+rec.Results[i].Code.Codings[0].Code]++
	}
	for i := range rec.Results {
		// A source that states several values of one minute contradicts itself, and no other (docs/merging.md).
		if times[rec.Results[i].When.At.Value+rec.Results[i].Code.Codings[0].Code] > 1 {
			continue
		}
		// Of two results of one day that differ nobody knows whether they are one, but where both are of one minute.
		if x := &rec.Results[i]; x.When.At.Precision() >= record.Minute && len(x.Values) == 1 && x.Values[0].Quantity != nil && pick(&x.Entry) {
			x.Values[0].Quantity.Value += "5"
		}
	}
	return changed
}

// Random halves of charts that overlap: what is in both is found, what is not is
// not united, and where the halves were made to contradict each other, every contradiction is named.
func TestMergeOfHalves(t *testing.T) {
	seeds := uint64(1000)
	if testing.Short() {
		seeds = 60
	}
	for _, mode := range []string{"identified", "anonymous"} {
		t.Run(mode, func(t *testing.T) {
			var both, right, wrong, planted, hidden int
			for seed := range seeds {
				rec := recordtest.Generate(seed, recordtest.Small)
				a, b, n := split(rec, seed)
				if mode == "anonymous" {
					b = anonymous(b, "b")
				}
				r, w, shared := united(t, merge(t, a, b))
				both, right, wrong = both+n, right+r, wrong+w

				b = b.Clone()
				changed := contradict(b, shared, seed)
				m := merge(t, a, b)
				named := map[string]bool{}
				for _, c := range m.Merging.Conflicts {
					for _, s := range c.Statements {
						named[strings.TrimPrefix(s.Entry, "b-")] = true
					}
				}
				for id := range changed {
					planted++
					if !named[id] {
						hidden++
						t.Logf("seed %d: no conflict names %s", seed, id)
					}
				}
			}
			t.Logf("%d pairs in both halves; united %d rightly, %d wrongly: recall %.4f, precision %.4f; %d contradictions planted, %d hidden",
				both, right, wrong, float64(right)/float64(both), float64(right)/float64(right+wrong), planted, hidden)
			require.GreaterOrEqual(t, float64(right)/float64(both), 0.99)
			require.GreaterOrEqual(t, float64(right)/float64(right+wrong), 0.99)
			require.Zero(t, hidden)
			require.Greater(t, planted, int(seeds)/20)
		})
	}
}
