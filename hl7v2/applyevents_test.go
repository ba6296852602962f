package hl7v2_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

// partIDs are the ids of all that a record was merged from.
func partIDs(r *record.Record) map[string]bool {
	ids := map[string]bool{}
	if r != nil && r.Merging != nil {
		for _, p := range r.Merging.Parts {
			ids[p.ID] = true
		}
	}
	return ids
}

// Every event of chapter 3 can be applied, in either direction: nothing that is held is
// changed, and what was said before it can still be found in what is held after it.
func TestApplyEveryEvent(t *testing.T) {
	one := apply(t, hl7v2.Held{}, []string{header("A01", "20240301080000"), pidOne, pv1("W1^101^A", "V-1", "")}, []string{header("A02", "20240301090000"), pidOne, pv1("W2^102^A", "V-1", "")}).Current
	two := apply(t, hl7v2.Held{}, []string{header("A01", "20240302080000"), pidTwo, pv1("W3^202^B", "V-2", "")}).Current
	lines := func(code, keep, gone string) []string {
		m := []string{header(code, "20240305080000"), keep, "MRG|" + gone + "^^^NORTH^MR||||V-1^^^NORTH^VN", pv1("W2^102^A", "V-1", "")}
		switch code {
		case "A24", "A37", "A17":
			m = []string{header(code, "20240305080000"), keep, pidTwo}
		}
		return m
	}
	applied := 0
	for n := 1; n <= 62; n++ {
		code := fmt.Sprintf("A%02d", n)
		for _, dir := range []struct {
			keep, gone string
			held       hl7v2.Held
		}{{pidOne, "P-200", hl7v2.Held{Current: one, Prior: two}}, {pidTwo, "P-100", hl7v2.Held{Current: two, Prior: one}}} {
			x := heard(t, lines(code, dir.keep, dir.gone)...)
			if x.Events[0].Code == "" {
				continue // withdrawn, or a query
			}
			applied++
			before := []string{marshal(t, dir.held.Current), marshal(t, dir.held.Prior)}
			after, report, err := x.Events[0].Apply(record.MergeOptions{}, dir.held, x.Record)
			require.NoError(t, err, code)
			require.NotNil(t, report, code)
			require.Equal(t, before, []string{marshal(t, dir.held.Current), marshal(t, dir.held.Prior)}, "%s: what is held is not changed", code)
			if code == "A29" {
				require.Nil(t, after.Current)
				continue
			}
			left := partIDs(after.Current)
			for id := range partIDs(after.Prior) {
				left[id] = true
			}
			for _, r := range []*record.Record{dir.held.Current, dir.held.Prior} {
				for id := range partIDs(r) {
					require.True(t, left[id] || x.Events[0].Kind == hl7v2.EventMove || x.Events[0].Kind == hl7v2.EventUnlink, "%s: what was said before is still held", code)
				}
			}
			for _, i := range record.Validate(after.Current) {
				require.NotEqual(t, record.SeverityError, i.Severity, "%s %s %s", code, i.Code, i.Path)
			}
		}
	}
	require.Greater(t, applied, 100)
}

func marshal(t *testing.T, r *record.Record) string {
	t.Helper()
	if r == nil {
		return ""
	}
	data, err := record.Marshal(r)
	require.NoError(t, err)
	return string(data)
}

func TestApplyUpdates(t *testing.T) {
	admit := []string{header("A01", "20240301080000"), pidOne, pv1("W1^101^A", "V-1", "")}
	for _, code := range []string{"A08", "A31"} {
		h := apply(t, hl7v2.Held{}, admit, []string{header(code, "20240302080000"), "PID|1||P-100^^^NORTH^MR||Quill^Orla||19610302|F", pv1("W1^101^A", "V-1", "")})
		require.Equal(t, "1961-03-02", h.Current.Patient.BirthTime.Value, "%s: the later message has the word", code)
		require.Len(t, h.Current.Encounters, 1)
		require.Empty(t, h.Current.Merging.Conflicts)
		first := h.Current.Merging.Parts[len(h.Current.Merging.Parts)-2].Record
		require.Equal(t, "1961-02-03", first.Patient.BirthTime.Value, "what was said before is in its part")
	}
	// An update that comes late does not take back what a later one said.
	late := apply(t, hl7v2.Held{}, []string{header("A08", "20240303080000"), "PID|1||P-100^^^NORTH^MR||Quill^Orla||19610302|F", pv1("W1^101^A", "V-1", "")}, []string{header("A08", "20240302080000"), pidOne, pv1("W1^101^A", "V-1", "")})
	require.Len(t, late.Current.Encounters, 1)
}

func TestApplyCancels(t *testing.T) {
	admit := []string{header("A01", "20240301080000"), pidOne, pv1("W1^101^A", "V-1", "")}
	for name, c := range map[string]struct {
		code, said string
		status     record.StatusCode
	}{
		"admission":         {"A11", "A01", record.StatusCancelled},
		"pre-admission":     {"A38", "A05", record.StatusCancelled},
		"pending admission": {"A27", "A14", record.StatusCancelled},
	} {
		t.Run(name, func(t *testing.T) {
			h := apply(t, hl7v2.Held{}, []string{header(c.said, "20240301080000"), pidOne, pv1("W1^101^A", "V-1", "")}, []string{header(c.code, "20240304080000"), pidOne, pv1("W1^101^A", "V-1", "")})
			require.Len(t, h.Current.Encounters, 1)
			require.Equal(t, c.status, h.Current.Encounters[0].Status.Code)
		})
	}
	for _, code := range []string{"A25", "A26", "A32", "A33", "A52", "A53", "A55", "A62"} {
		h := apply(t, hl7v2.Held{}, admit, []string{header(code, "20240304080000"), pidOne, pv1("W1^101^A", "V-1", "")})
		require.Len(t, h.Current.Encounters, 1, code)
		require.NotEqual(t, record.StatusCancelled, h.Current.Encounters[0].Status.Code, "%s takes back what was pending, and no visit", code)
		require.NotEqual(t, record.StatusCompleted, h.Current.Encounters[0].Status.Code, code)
	}
}

// Whichever of the two records the host kept, A40 makes them one, and A37 after A24 leaves two.
func TestApplyMergeAndUnlinkUndo(t *testing.T) {
	one := apply(t, hl7v2.Held{}, []string{header("A01", "20240301080000"), pidOne, pv1("W1^101^A", "V-1", "")}).Current
	two := apply(t, hl7v2.Held{}, []string{header("A01", "20240302080000"), pidTwo, pv1("W3^202^B", "V-2", "")}).Current
	merged := apply(t, hl7v2.Held{Current: one, Prior: two}, []string{header("A40", "20240305080000"), pidOne, "MRG|P-200^^^NORTH^MR"})
	require.Nil(t, merged.Prior)
	require.Len(t, merged.Current.Encounters, 2)
	// A merge made in error can be taken apart: each part is there.
	rest, taken, err := record.Split(record.MergeOptions{}, merged.Current, func(p *record.Record) bool {
		return p.Patient != nil && p.Patient.Identifiers[0].Value == "P-200"
	})
	require.NoError(t, err)
	require.Len(t, rest.Encounters, 1)
	require.Len(t, taken.Encounters, 1)
	require.NotEqual(t, rest.Encounters[0].ID, taken.Encounters[0].ID)

	for _, code := range []string{"A35", "A41"} {
		h := apply(t, hl7v2.Held{Current: one}, []string{header(code, "20240305080000"), pidOne + "||||||||||ACC-2^^^NORTH^AN", "MRG|P-100^^^NORTH^MR||ACC-1^^^NORTH^AN"})
		require.NotNil(t, h.Current.Patient, code)
	}
	visits := apply(t, hl7v2.Held{}, []string{header("A01", "20240301080000"), pidOne, pv1("W1^101^A", "V-1", "")}, []string{header("A01", "20240302080000"), pidOne, pv1("W1^101^A", "V-9", "")},
		[]string{header("A42", "20240305080000"), pidOne, "MRG|P-100^^^NORTH^MR||||V-9^^^NORTH^VN", pv1("W1^101^A", "V-1", "")})
	require.Len(t, visits.Current.Encounters, 1, "two visits are one")
	for _, code := range []string{"A46", "A47", "A48"} {
		h := apply(t, hl7v2.Held{Current: one}, []string{header(code, "20240305080000"), "PID|1||P-300^^^NORTH^MR||Quill^Orla||19610203|F", "MRG|P-100^^^NORTH^MR"})
		uses := map[string]string{}
		for _, id := range h.Current.Patient.Identifiers {
			uses[id.Value] = id.Use
		}
		require.Contains(t, uses, "P-300", code)
		require.Equal(t, "old", uses["P-100"], "%s: the number that was stays as an old one", code)
	}
}
