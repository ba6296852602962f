package codes_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/codes"
)

// The page shows the tables of uses as they are.
func TestUsesPage(t *testing.T) {
	var b strings.Builder
	for _, kind := range []struct {
		title     string
		cda, fhir *codes.Table[string, string]
	}{
		{"Addresses", codes.AddressUseCDA(), codes.AddressUseFHIR()},
		{"Telecoms", codes.TelecomUseCDA(), codes.TelecomUseFHIR()},
		{"Names", codes.NameUseCDA(), codes.NameUseFHIR()},
	} {
		fmt.Fprintf(&b, "\n%s:\n\n| Term | CDA | FHIR |\n|---|---|---|\n", kind.title)
		seen := map[string]bool{}
		for _, table := range []*codes.Table[string, string]{kind.cda, kind.fhir} {
			table.Each(func(_, term string, _, _ bool) {
				if seen[term] {
					return
				}
				seen[term] = true
				fmt.Fprintf(&b, "| %s | %s | %s |\n", term, cell(kind.cda, term), cell(kind.fhir, term))
			})
		}
	}
	page, err := os.ReadFile("../../docs/terminology.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(page), "<!-- uses -->\n")
	require.True(t, ok)
	got, _, ok := strings.Cut(rest, "\n<!-- end uses -->")
	require.True(t, ok)
	require.Equal(t, b.String(), got, "docs/terminology.md: the uses should be\n%s", b.String())
}

func cell(table *codes.Table[string, string], term string) string {
	code, ok := table.From(term)
	switch {
	case !ok:
		return "–"
	case table.TwoWay(code, term):
		return "`" + code + "`"
	}
	return "(`" + code + "`)"
}
