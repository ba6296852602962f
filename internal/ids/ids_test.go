package ids_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/ids"
)

var v8 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestMake(t *testing.T) {
	m := ids.New(nil)
	a := m.Make("entry", "allergy", "urn:oid:2.16.840.1.113883.19.5", "A-1")
	require.Regexp(t, v8, a)
	require.Equal(t, a, m.Make("entry", "allergy", "urn:oid:2.16.840.1.113883.19.5", "A-1"), "the same thing gets the same id")
	require.Equal(t, a, ids.New(nil).Make("entry", "allergy", "urn:oid:2.16.840.1.113883.19.5", "A-1"))
	for _, other := range [][]string{
		{"entry", "problem", "urn:oid:2.16.840.1.113883.19.5", "A-1"},
		{"entry", "allergy", "urn:oid:2.16.840.1.113883.19.5A", "-1"}, // the same letters, divided otherwise
		{"entry", "allergy", "urn:oid:2.16.840.1.113883.19.5", "A-1", ""},
		{},
	} {
		require.NotEqual(t, a, m.Make(other...))
	}
}

func TestKeyedIDs(t *testing.T) {
	plain, one, two := ids.New(nil), ids.New([]byte("one")), ids.New([]byte("two"))
	require.NotEqual(t, plain.Make("x"), one.Make("x"))
	require.NotEqual(t, one.Make("x"), two.Make("x"))
	require.Equal(t, one.Make("x"), ids.New([]byte("one")).Make("x"))
	require.Regexp(t, v8, one.Make("x"))
}

func TestDerive(t *testing.T) {
	require.Equal(t, ids.Derive("a", "dispense", "0"), ids.Derive("a", "dispense", "0"))
	require.NotEqual(t, ids.Derive("a", "dispense", "0"), ids.Derive("a", "dispense", "1"))
	require.NotEqual(t, ids.Derive("a", "dispense"), ids.Derive("b", "dispense"))
}

func BenchmarkMake(b *testing.B) {
	m := ids.New(nil)
	b.ReportAllocs()
	for b.Loop() {
		m.Make("entry", "allergy", "urn:oid:2.16.840.1.113883.19.5", "A-1")
	}
}
