package record_test

import (
	"encoding/binary"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

func written(t testing.TB, rec *record.Record) string {
	t.Helper()
	data, err := record.Marshal(rec)
	require.NoError(t, err)
	return string(data)
}

// laws checks of three records all that holds of merging, and gives the merged record.
func laws(t testing.TB, a, b, c *record.Record) *record.Record {
	t.Helper()
	before := []string{written(t, a), written(t, b), written(t, c)}
	m, report, err := record.Merge(record.MergeOptions{}, a, b, c)
	require.NoError(t, err)
	want := written(t, m)
	for name, other := range map[string]*record.Record{
		"commutative":          merge(t, c, b, a),
		"associative":          merge(t, merge(t, a, b), c),
		"associative, right":   merge(t, a, merge(t, b, c)),
		"idempotent":           merge(t, m),
		"idempotent, with one": merge(t, m, b),
		"with itself":          merge(t, a, a, b, c, c),
	} {
		require.Equal(t, want, written(t, other), name)
	}
	for i, r := range []*record.Record{a, b, c} {
		require.Equal(t, before[i], written(t, r), "what is merged is not changed")
	}
	// Reversible: each part can be taken out again, and the rest is what it would be without.
	for i, r := range []*record.Record{a, b, c} {
		rest, taken, err := record.Split(record.MergeOptions{}, m, func(p *record.Record) bool { return written(t, p) == before[i] })
		require.NoError(t, err)
		require.Equal(t, before[i], written(t, taken))
		var others []*record.Record
		for k, o := range []*record.Record{a, b, c} {
			if before[k] != before[i] && o != r {
				others = append(others, o)
			}
		}
		switch len(others) {
		case 0:
			require.Nil(t, rest)
		case 1:
			require.Equal(t, written(t, others[0]), written(t, rest))
		default:
			require.Equal(t, written(t, merge(t, others...)), written(t, rest))
		}
	}
	conserved(t, m, report)
	for _, i := range record.Validate(m) {
		require.NotContains(t, []string{"duplicate-id", "missing-id", "unknown-source"}, i.Code, "%s", i.Path)
	}
	return m
}

// conserved checks the conservation law over a merge, leaf by leaf.
func conserved(t testing.TB, m *record.Record, report *record.Report) {
	t.Helper()
	require.Zero(t, report.Counts.Unaccounted())
	facts, missing := 0, 0
	have := map[string]bool{}
	plain := func(path string) string {
		var b strings.Builder
		for piece := range strings.SplitSeq(path, "[") {
			_, rest, in := strings.Cut(piece, "]")
			if !in {
				rest = piece
			}
			b.WriteString(rest)
		}
		return b.String()
	}
	for l := range record.Leaves(m) {
		_, field, _ := strings.Cut(plain(l.Path), ".") // what several sources sort differently stands in one list
		have[field+"\x00"+l.Value] = true
	}
	for i := range m.Merging.Parts {
		for l := range record.Leaves(m.Merging.Parts[i].Record) {
			facts++
			_, field, _ := strings.Cut(plain(l.Path), ".")
			if !strings.HasSuffix(field, "id") && !have[field+"\x00"+l.Value] { // what refers to an entry refers to the one that it became
				missing++
			}
		}
	}
	require.Equal(t, facts, report.Counts.Facts)
	require.LessOrEqual(t, missing, report.Counts.Carried, "leaves that the result does not hold are counted")
	if missing > 0 {
		named := false
		for _, i := range report.Issues {
			named = named || i.Code == record.IssueWording.Code
		}
		require.True(t, named, "and the report names what tells it in other words")
	}
	// Every entry of every part is in the result, and the result has no entry that no part has.
	sources := map[string]bool{}
	for _, s := range m.Sources {
		sources[s.ID] = true
	}
	for _, e := range m.Entries() {
		for _, o := range e.Origins {
			require.True(t, sources[o.Source])
		}
	}
}

// worded changes what a record says here and there, by the bytes given: another
// word, another status, another assertion, a value taken away. It gives the fields it changed.
func worded(rec *record.Record, script []byte) (changed []string) {
	for len(script) >= 3 {
		pick, how := int(binary.BigEndian.Uint16(script)), script[2]
		script = script[3:]
		var lists []reflect.Value
		for _, name := range statementLists {
			if v := reflect.ValueOf(rec).Elem().FieldByName(name); v.Len() > 0 {
				lists = append(lists, v)
			}
		}
		if len(lists) == 0 {
			return changed
		}
		list := lists[pick%len(lists)]
		x := list.Index(pick / len(lists) % list.Len())
		e := x.FieldByName("Entry").Addr().Interface().(*record.Entry)
		switch how % 8 {
		case 0:
			e.Assertion = []record.Assertion{record.Affirmed, record.Negated, record.NotKnown}[how/8%3]
		case 1:
			e.Status.Code = []record.StatusCode{record.StatusActive, record.StatusCompleted, record.StatusRefused, record.StatusEnteredInError, ""}[how/8%5]
		case 2:
			e.Identifiers = nil
		case 3:
			e.ID += "-other"
		case 4:
			e.Mode = []record.Mode{record.ModeEvent, record.ModeIntent, record.ModeRequest}[how/8%3]
		case 5:
			e.Notes = append(e.Notes, record.Note{Text: "said " + string(rune('a'+how%26))})
		case 6:
			if f := x.FieldByName("Code"); f.IsValid() && f.Type() == reflect.TypeFor[record.Concept]() && len(f.Interface().(record.Concept).Codings) > 0 {
				f.Addr().Interface().(*record.Concept).Codings[0].Display += " so called"
			}
		case 7:
			if f := x.FieldByName("When"); f.IsValid() && f.Type() == reflect.TypeFor[record.Period]() {
				p := f.Addr().Interface().(*record.Period)
				p.At.Value = p.At.Date()
			}
		}
		changed = append(changed, x.Type().Name())
	}
	return changed
}

// FuzzMerge: the laws of merging hold of pieces of a chart, whatever somebody changed in them.
func FuzzMerge(f *testing.F) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 5))
		script := make([]byte, 3*seed)
		for i := range script {
			script[i] = byte(r.UintN(256))
		}
		f.Add(seed, script)
	}
	f.Fuzz(func(t *testing.T, seed uint64, script []byte) {
		if len(script) > 60 {
			return
		}
		rec := recordtest.Generate(seed, recordtest.Size(8))
		a, b, _ := split(rec, seed)
		c, _, _ := split(rec, seed+1)
		from(c, "c")
		if seed%2 == 0 {
			c = anonymous(c, "c")
			from(c, "c")
		}
		third := len(script) / 3 / 3 * 3
		worded(a, script[:third])
		worded(b, script[third:2*third])
		worded(c, script[2*third:])
		laws(t, a, b, c)
	})
}
