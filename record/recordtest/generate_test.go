package recordtest

import (
	"testing"

	"github.com/portage-health/portage/record"
	"github.com/stretchr/testify/require"
)

func TestGenerate(t *testing.T) {
	for _, size := range []Size{1, Small, Medium, Large} {
		for seed := range uint64(2) {
			rec := Generate(seed, size)
			require.Empty(t, record.Validate(rec), "seed %d, size %d", seed, size)
			n := 0
			for range rec.Entries() {
				n++
			}
			require.InDelta(t, int(size), n, 45, "seed %d", seed)
			again := Generate(seed, size)
			require.Empty(t, record.Diff(rec, again))
			require.False(t, record.Equal(rec, Generate(seed+1, size)))
		}
	}
}

// What is worth testing with is there once a patient has some years of care.
func TestGenerateHasSomethingOfEverything(t *testing.T) {
	seen := map[string]bool{}
	for seed := range uint64(9) {
		rec := Generate(seed, Medium)
		for _, e := range rec.Entries() {
			seen[string(e.Assertion)], seen[string(e.Status.Code)] = true, true
			seen["notes"] = seen["notes"] || len(e.Notes) > 0
			seen["labels"] = seen["labels"] || len(e.Labels) > 0
		}
		eachStruct(rec, func(p any) {
			switch x := p.(type) {
			case *record.Time:
				seen["absent time"] = seen["absent time"] || x.Absent != ""
				if x.Precision() >= record.Hour {
					seen["offset "+x.Offset()] = true
				}
				seen[[]string{"", "year", "month", "day", "hour", "minute", "second", "fraction"}[x.Precision()]] = true
			case *record.Value:
				seen["absent value"] = seen["absent value"] || x.Absent != ""
			case *record.Coding:
				seen["local code"] = seen["local code"] || x.System == "" && x.SystemAsSent != ""
			case *record.Concept:
				seen["translations"] = seen["translations"] || len(x.Codings) > 1
			case *record.Problem:
				seen[string(x.Verification)] = true
			}
		})
	}
	for _, want := range []string{"affirmed", "negated", "none-known", "refused", "not-done", "aborted", "refuted", "notes", "labels", "year", "month", "day", "minute", "second",
		"offset ", "offset Z", "offset -05:00", "absent time", "absent value", "local code", "translations"} {
		require.True(t, seen[want], want)
	}
}

// Every entry of a document's sections has its row in the narrative.
func TestGenerateLinksNarrative(t *testing.T) {
	rec := Generate(2, Medium)
	for i := range rec.Documents[0].Sections {
		s := &rec.Documents[0].Sections[i]
		for j := range s.Entries {
			require.NotEmpty(t, s.Entries[j].ID)
		}
	}
	linked := 0
	for _, e := range rec.Entries() {
		if e.Narrative == nil {
			continue
		}
		linked++
		found := false
		for i := range rec.Documents[0].Sections {
			s := &rec.Documents[0].Sections[i]
			if s.ID == e.Section {
				_, _, found = s.Narrative.Find(e.Narrative.Anchor)
			}
		}
		require.True(t, found)
	}
	require.Greater(t, linked, 300)
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		Generate(1, Medium)
	}
}
