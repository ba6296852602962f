package main

import (
	"bytes"
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the pages")

// A page that is out of date is written anew by: go test ./internal/gen/docs -update
func TestPagesAreUpToDate(t *testing.T) {
	if *update {
		require.NoError(t, run())
	}
	root, err := moduleRoot()
	require.NoError(t, err)
	for _, p := range pages {
		want, err := p.text(root)
		require.NoError(t, err, p.name)
		got, err := os.ReadFile(filepath.Join(root, "docs", p.name))
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), "docs/%s is out of date: go test ./internal/gen/docs -update", p.name)
	}
}

// The examples on the page of ids are what the code makes.
func TestIDExamples(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	page, err := os.ReadFile(filepath.Join(root, "docs", "ids.md"))
	require.NoError(t, err)
	n := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if !strings.HasPrefix(line, "| `entry`, `allergy`,") || len(cells) != 3 {
			continue
		}
		n++
		var parts []string
		for p := range strings.SplitSeq(strings.TrimPrefix(cells[0], "| "), ", ") {
			parts = append(parts, strings.Trim(p, "`"))
		}
		var key []byte
		if k := strings.Trim(cells[1], "`"); k != "none" {
			key = []byte(k)
		}
		require.Equal(t, strings.Trim(cells[2], "` |"), ids.New(key).Make(parts...))
	}
	require.Equal(t, 2, n)
}

// Every kind of issue in the source is listed, once, with all that a reader wants to know.
func TestIssueKindsAreListed(t *testing.T) {
	root, err := moduleRoot()
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join(root, "record", "issue.go"))
	require.NoError(t, err)
	var declared []string
	for _, m := range regexp.MustCompile(`Issue\w+\s*=\s*IssueKind\{"([^"]+)"`).FindAllStringSubmatch(string(source), -1) {
		declared = append(declared, m[1])
	}
	var listed []string
	for _, k := range record.IssueKinds() {
		require.NotContains(t, listed, k.Code)
		require.NotEmpty(t, k.Severity, k.Code)
		require.NotEmpty(t, k.Action, k.Code)
		require.NotEmpty(t, k.Message, k.Code)
		require.NotEmpty(t, k.Advice, k.Code)
		listed = append(listed, k.Code)
	}
	require.ElementsMatch(t, declared, listed)
}

// shared is the folder of third-party facts, where this checkout has one.
func shared(t *testing.T) string {
	t.Helper()
	return beside.Shared(t)
}

// The list has every element of USCDI, once, with the version that added it.
func TestUSCDIHasEveryElement(t *testing.T) {
	path := filepath.Join(shared(t), "spec", "uscdi_elements.csv")
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("the list of USCDI elements is not there: %v", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	want := map[string]string{}
	for _, r := range rows[1:] {
		want[r[1]+" | "+r[2]] = r[0]
	}
	elements, err := uscdi()
	require.NoError(t, err)
	got := map[string]string{}
	for _, e := range elements {
		key := e.class + " | " + e.name
		require.NotContains(t, got, key)
		got[key] = e.version
	}
	require.Equal(t, want, got)
}

// The full record fills every field that an element of USCDI names.
func TestUSCDIFieldsAreFilled(t *testing.T) {
	elements, err := uscdi()
	require.NoError(t, err)
	require.Len(t, elements, 157)
	filled := map[string]bool{}
	mark := func(path string) {
		for p := stripPlaces(path); p != ""; {
			filled[p] = true
			i := strings.LastIndexByte(p, '.')
			p = p[:max(i, 0)]
		}
	}
	rec := recordtest.Full()
	for leaf := range record.Leaves(rec) {
		mark(leaf.Path)
	}
	for _, e := range elements {
		for _, f := range e.fields {
			// Portage's own sorting of observations is no leaf.
			require.True(t, filled[f] || strings.HasSuffix(f, ".kind"), "%s: %s", e.name, f)
		}
	}
}

func stripPlaces(path string) string {
	var b strings.Builder
	in := false
	for _, c := range path {
		switch {
		case c == '[':
			in = true
		case c == ']':
			in = false
		case !in:
			b.WriteRune(c)
		}
	}
	return b.String()
}

func TestPathsOfTheListLeadSomewhere(t *testing.T) {
	require.True(t, fieldExists("allergies.reactions.manifestations.codings.code"))
	require.True(t, fieldExists("lists.mode"))
	require.True(t, fieldExists("lists.listMode"))
	require.False(t, fieldExists("allergies.Reactions"))
	require.False(t, fieldExists("allergies.substance.text.more"))
}
