package hl7v2

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSegmentNames(t *testing.T) {
	names := strings.Fields(segmentNames)
	require.Equal(t, 4*len(names), len(segmentNames))
	require.True(t, slices.IsSorted(names))
	for _, n := range names {
		got, ok := defined(segmentID(n))
		require.True(t, ok, n)
		require.Equal(t, n, got)
	}
	for _, n := range []string{"AAA", "ZZZ", "MSI", "pid", ""} {
		_, ok := defined(segmentID(n))
		require.False(t, ok, n)
	}
	for name, rules := range fieldRules() {
		require.True(t, isDefined(segmentID(name)), name)
		require.NotEmpty(t, rules)
	}
}

// Every word of the structures is a segment that HL7 defines, or a group.
func TestStructureTable(t *testing.T) {
	var walk func(e *element)
	walk = func(e *element) {
		for _, p := range e.parts {
			for _, n := range p.names {
				require.True(t, isDefined(segmentID(n)), "%s in %s", n, e.name)
			}
			walk(p)
		}
	}
	all := allStructures()
	for _, n := range all.names {
		walk(all.byName[n])
	}
	require.Greater(t, len(all.byEvent), 100)
}
