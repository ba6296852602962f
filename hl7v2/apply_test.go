package hl7v2_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

// heard reads one message.
func heard(t *testing.T, lines ...string) *hl7v2.Imported {
	t.Helper()
	in := record.Input{Reader: strings.NewReader(strings.Join(lines, "\r") + "\r")}
	for x, err := range (hl7v2.Importer{}).Messages(context.Background(), in, record.ImportOptions{}) {
		require.NoError(t, err)
		return x
	}
	require.Fail(t, "no message")
	return nil
}

func header(event, at string) string {
	return "MSH|^~\\&|REG|NORTH|HUB|HUB|" + at + "||ADT^" + event + "|" + event + at + "|P|2.5.1"
}

const (
	pidOne = "PID|1||P-100^^^NORTH^MR||Quill^Orla||19610203|F"
	pidTwo = "PID|1||P-200^^^NORTH^MR||Quill^Orla^M||19610203|F|||1 Elm St^^Ashford^OR^97201"
)

func pv1(place, visit, discharge string) string {
	return "PV1|1|I|" + place + "||||||||||||||||" + visit + "^^^NORTH^VN" + strings.Repeat("|", 25) + "20240301080000|" + discharge
}

// apply applies messages one after the other.
func apply(t *testing.T, held hl7v2.Held, messages ...[]string) hl7v2.Held {
	t.Helper()
	for _, m := range messages {
		x := heard(t, m...)
		require.NotEmpty(t, x.Events)
		after, report, err := x.Events[0].Apply(record.MergeOptions{}, held, x.Record)
		require.NoError(t, err)
		require.NotNil(t, report)
		held = after
	}
	return held
}

func TestApplyVisit(t *testing.T) {
	admit := []string{header("A01", "20240301080000"), pidOne, pv1("W1^101^A", "V-1", "")}
	transfer := []string{header("A02", "20240302080000"), pidOne, pv1("W2^202^B", "V-1", "")}
	discharge := []string{header("A03", "20240303080000"), pidOne, pv1("W2^202^B", "V-1", "20240303080000")}
	t.Run("admitted, moved, discharged", func(t *testing.T) {
		h := apply(t, hl7v2.Held{}, admit, transfer, discharge)
		require.Len(t, h.Current.Encounters, 1)
		v := h.Current.Encounters[0]
		require.Equal(t, record.StatusCompleted, v.Status.Code)
		require.NotEmpty(t, v.When.End.Value)
		require.Empty(t, h.Current.Merging.Conflicts)
		require.Len(t, h.Current.Merging.Parts, 4, "the empty record it began with, and three messages")
	})
	t.Run("discharge cancelled", func(t *testing.T) {
		h := apply(t, hl7v2.Held{}, admit, discharge, []string{header("A13", "20240304080000"), pidOne, pv1("W2^202^B", "V-1", "")})
		require.Len(t, h.Current.Encounters, 1)
		require.NotEqual(t, record.StatusCompleted, h.Current.Encounters[0].Status.Code)
		require.Empty(t, h.Current.Encounters[0].When.End.Value)
	})
	t.Run("admission cancelled", func(t *testing.T) {
		h := apply(t, hl7v2.Held{}, admit, []string{header("A11", "20240304080000"), pidOne, pv1("W1^101^A", "V-1", "")})
		require.Equal(t, record.StatusCancelled, h.Current.Encounters[0].Status.Code)
	})
	t.Run("transfer cancelled", func(t *testing.T) {
		h := apply(t, hl7v2.Held{}, admit, transfer, []string{header("A12", "20240304080000"), pidOne, pv1("W1^101^A", "V-1", "")})
		require.Len(t, h.Current.Encounters, 1)
		require.Len(t, h.Current.Encounters[0].Locations, 1)
	})
	t.Run("visit deleted", func(t *testing.T) {
		h := apply(t, hl7v2.Held{}, admit, []string{header("A23", "20240304080000"), pidOne, pv1("W1^101^A", "V-1", "")})
		require.Empty(t, h.Current.Encounters)
		require.NotNil(t, h.Current.Patient)
	})
	t.Run("patient deleted", func(t *testing.T) {
		require.Nil(t, apply(t, hl7v2.Held{}, admit, []string{header("A29", "20240304080000"), pidOne}).Current)
	})
}

func TestApplyMerge(t *testing.T) {
	one := apply(t, hl7v2.Held{}, []string{header("A01", "20240301080000"), pidOne, pv1("W1^101^A", "V-1", "")}).Current
	two := apply(t, hl7v2.Held{}, []string{header("A01", "20240302080000"), pidTwo, pv1("W2^202^B", "V-2", "")}).Current
	a40 := func(keep, gone string) []string {
		return []string{header("A40", "20240305080000"), keep, "MRG|" + gone + "^^^NORTH^MR"}
	}
	for name, c := range map[string]struct {
		held    hl7v2.Held
		message []string
		old     string
		visits  int
	}{
		"both held":           {hl7v2.Held{Current: one, Prior: two}, a40(pidOne, "P-200"), "P-200", 2},
		"the other direction": {hl7v2.Held{Current: two, Prior: one}, a40(pidTwo, "P-100"), "P-100", 2},
		"only the prior held": {hl7v2.Held{Prior: two}, a40(pidOne, "P-200"), "P-200", 1},
		"only the other held": {hl7v2.Held{Current: one}, a40(pidOne, "P-200"), "P-200", 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := apply(t, c.held, c.message)
			require.Nil(t, h.Prior)
			require.Len(t, h.Current.Encounters, c.visits)
			uses := map[string]string{}
			for _, id := range h.Current.Patient.Identifiers {
				uses[id.Value] = id.Use
			}
			require.Equal(t, "old", uses[c.old])
			require.Len(t, uses, 2)
			require.Equal(t, "replaces", h.Current.Patient.Links[0].Type)
		})
	}
}

func TestApplyMoveAndLink(t *testing.T) {
	one := apply(t, hl7v2.Held{}, []string{header("A01", "20240301080000"), pidOne, pv1("W1^101^A", "V-1", "")}).Current
	two := apply(t, hl7v2.Held{}, []string{header("A01", "20240302080000"), pidTwo, pv1("W2^202^B", "V-2", "")},
		[]string{header("A01", "20240303080000"), pidTwo, pv1("W2^203^B", "V-3", "")}).Current
	require.Len(t, two.Encounters, 2)
	t.Run("a visit is moved", func(t *testing.T) {
		h := apply(t, hl7v2.Held{Current: one, Prior: two}, []string{header("A45", "20240305080000"), pidOne, "MRG|P-200^^^NORTH^MR||||V-3^^^NORTH^VN", pv1("W2^203^B", "V-3", "")})
		require.Len(t, h.Prior.Encounters, 1)
		require.Len(t, h.Current.Encounters, 2)
	})
	t.Run("all of a patient is moved", func(t *testing.T) {
		h := apply(t, hl7v2.Held{Current: one, Prior: two}, []string{header("A43", "20240305080000"), pidOne, "MRG|P-200^^^NORTH^MR"})
		require.Nil(t, h.Prior)
		require.Len(t, h.Current.Encounters, 3)
	})
	t.Run("linked and unlinked", func(t *testing.T) {
		h := apply(t, hl7v2.Held{Current: one, Prior: two}, []string{header("A24", "20240305080000"), pidOne, pidTwo})
		require.Len(t, h.Current.Patient.Links, 1)
		require.Len(t, h.Current.Encounters, 1)
		both, _, err := record.Merge(record.MergeOptions{}, h.Current, two)
		require.NoError(t, err)
		require.Len(t, both.Encounters, 3)
		h = apply(t, hl7v2.Held{Current: both}, []string{header("A37", "20240306080000"), pidOne, pidTwo})
		require.Empty(t, h.Current.Patient.Links)
		require.Len(t, h.Current.Encounters, 1)
		require.Len(t, h.Prior.Encounters, 2)
	})
	t.Run("nothing to apply", func(t *testing.T) {
		_, _, err := (&hl7v2.Event{}).Apply(record.MergeOptions{}, hl7v2.Held{}, nil)
		require.ErrorIs(t, err, hl7v2.ErrNoMessage)
	})
}
