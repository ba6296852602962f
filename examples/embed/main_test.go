package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), "../sample/ccd.xml", &out))
	got := out.String()
	require.Contains(t, got, "ALLERGIC to Penicillin V: Hives")
	require.Contains(t, got, "not allergic to Latex")
	require.Contains(t, got, "does not have: Diabetes mellitus")
	require.Contains(t, got, "NOT vaccinated (PATOBJ): zoster recombinant")
	require.Contains(t, got, "Potassium [Moles/volume] in Serum or Plasma = 4.10 mmol/L (2024-01-10T08:15-05:00)")
	require.Contains(t, got, ", 0 unaccounted")
}
